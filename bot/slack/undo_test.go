package slack

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// undoing is a reply whose button is offered until it has been looked at so often, and
// which ends some looks later.
func undoing(offered, looks int32) func(context.Context, bot.Command) bot.Reply {
	undo := []bot.Button{{Label: "Undo", Action: bot.ActionCancel, Arg: "7"}}
	return func(_ context.Context, c bot.Command) bot.Reply {
		if _, pressed := c.Input.(bot.Press); pressed {
			return bot.Reply{Message: bot.Plainly("Nothing was changed. It is published.")}
		}
		first := bot.Plainly("Goes out")
		first.Buttons = undo
		var polls atomic.Int32
		state := func() (bot.Message, bool) {
			m := bot.Plainly("Published. Delivered some")
			n := polls.Load()
			switch {
			case n < offered:
				m = first
			case n >= looks:
				m = bot.Plainly("Published. Delivered all")
			}
			m.Tone = bot.Success
			return m, n >= looks
		}
		return bot.Reply{Message: first, Live: func(context.Context) (bot.Message, bool, error) {
			polls.Add(1)
			m, done := state()
			return m, done, nil
		}, Ending: func(context.Context) (bot.Message, error) {
			m, _ := state()
			return m, nil
		}}
	}
}

// Once an update cannot be undone any more nobody is left with the button: the answer is
// edited where that can be, at once and not only at the end, and however soon that was.
// The answer to a command cannot be: there another message says how it ended, and the
// button says so too.
func TestAnAnswerDropsItsButtonsWhenTheyAreOver(t *testing.T) {
	never := func(g *timing) { g.live, g.soon = []time.Duration{time.Hour}, time.Hour }
	t.Run("a command", func(t *testing.T) {
		r := startRig(t, setup{timing: never, handle: undoing(3, 6)})
		a := r.slash("C1", "U1", "/update", "sony-hack text")
		last := must[*slacktest.Answer](t)(a.Next(r.ctx()))
		r.halt()
		if last.Visible() != "Published. Delivered all" || len(last.Message.Buttons()) != 0 {
			t.Errorf("at the end %q with %v", last.Visible(), last.Message.Buttons())
		}
		if left := r.slack.Ephemerals("T1", "C1", "U1"); last.Replaces || len(left) != 2 {
			t.Errorf("the person sees %+v, want the answer and how it ended", left)
		}
	})
	t.Run("a direct message", func(t *testing.T) {
		const channel = "D1"
		r := startRig(t, setup{timing: never, handle: undoing(3, 200), before: func(s *slacktest.Server) { s.AddChannel("T1", channel, slacktest.DM, true) }})
		if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "message", "channel": channel, "channel_type": "im", "user": "U1", "text": "update sony-hack text", "ts": "1418999999.000100"}); err != nil {
			t.Fatal(err)
		}
		var seen []string
		eventually(t, "the end", func() bool {
			for _, m := range r.slack.Messages("T1", channel) {
				if m.Bot && !slices.Contains(seen, m.Visible()) {
					seen = append(seen, m.Visible())
				}
			}
			return len(seen) > 0 && seen[len(seen)-1] == "Published. Delivered all"
		})
		r.halt()
		if all := r.slack.Messages("T1", channel); len(all) != 1 {
			t.Errorf("%d messages, want the one answer", len(all))
		}
		if n := r.slack.Calls("chat.update"); n != 2 || !slices.Contains(seen, "Published. Delivered some") {
			t.Errorf("%d edits, seen %q", n, seen)
		}
	})
	t.Run("pressed too late", func(t *testing.T) {
		r := startRig(t, setup{timing: never, handle: undoing(1<<30, 1<<30)})
		shown := r.slash("C1", "U1", "/update", "sony-hack text")
		a := must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), shown.Message, "Undo", "U1"))
		if !a.Replaces || !strings.HasPrefix(a.Visible(), "Nothing was changed") || len(a.Message.Buttons()) != 0 {
			t.Errorf("pressed: %+v", a)
		}
		r.halt()
	})
}

// Who pressed the button has its answer, and is not told the same again.
func TestAnEndingThatSaysNothingIsNotSaid(t *testing.T) {
	r := startRig(t, setup{handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly("Goes out"), Live: func(context.Context) (bot.Message, bool, error) {
			return bot.Plainly("Taken back"), true, nil
		}, Ending: func(context.Context) (bot.Message, error) { return bot.Message{}, nil }}
	}})
	r.slash("C1", "U1", "/update", "sony-hack text")
	r.halt()
	if left := r.slack.Ephemerals("T1", "C1", "U1"); len(left) != 1 || left[0].Visible() != "Goes out" {
		t.Errorf("the person sees %+v", left)
	}
}
