package slack

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// An answer that Slack lets nobody edit any more ends in a message of its own, said once,
// whether it is refused on the way or at the end; one that somebody deleted ends in
// silence. Nothing is asked for again and again.
func TestAnAnswerThatCannotBeEditedEndsWell(t *testing.T) {
	const channel = "D1"
	for _, c := range []struct {
		word   string
		first  int // the edit that is refused first, from 0 on
		want   []string
		edited int
	}{
		{"cant_update_message", 0, []string{"0 of 3, about 1 s left", "Delivered all 3"}, 1},
		{"edit_window_closed", 0, []string{"0 of 3, about 1 s left", "Delivered all 3"}, 1},
		{"edit_window_closed", 3, []string{"2 of 3, about 1 s left", "Delivered all 3"}, 4},
		{"message_not_found", 0, []string{"0 of 3, about 1 s left"}, 1},
	} {
		t.Run(c.word, func(t *testing.T) {
			var polls atomic.Int32
			over := make(chan struct{})
			r := startRig(t, setup{
				timing: func(g *timing) { g.live, g.soon = []time.Duration{0, 0, 0}, time.Hour },
				before: func(s *slacktest.Server) { s.AddChannel("T1", channel, slacktest.DM, true) },
				handle: func(context.Context, bot.Command) bot.Reply {
					return bot.Reply{Message: bot.Plainly("0 of 3, about 1 s left"), Live: func(context.Context) (bot.Message, bool, error) {
						n := polls.Add(1)
						if n < 8 {
							return bot.Plainly([]string{"1", "2"}[min(n-1, 1)] + " of 3, about 1 s left"), false, nil
						}
						if n == 8 {
							close(over)
						}
						m := bot.Plainly("Delivered all 3")
						m.Tone = bot.Success
						return m, true, nil
					}}
				},
			})
			if c.first > 0 {
				r.slack.Fail(slacktest.Match{Method: "chat.update"}, c.first, slacktest.Slow(0))
			}
			r.slack.Fail(slacktest.Match{Method: "chat.update"}, -1, slacktest.APIError(c.word))
			if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "message", "channel": channel, "channel_type": "im", "user": "U1", "text": "update sony-hack text", "ts": "1418999999.000100"}); err != nil {
				t.Fatal(err)
			}
			said := func() (texts []string) {
				for _, m := range r.slack.Messages("T1", channel) {
					if m.Bot {
						texts = append(texts, m.Visible())
					}
				}
				return texts
			}
			if len(c.want) > 1 {
				<-over
			}
			eventually(t, "the end", func() bool { return slices.Equal(said(), c.want) && r.slack.Calls("chat.update") == c.edited })
			r.halt()
			// A stop that cuts off the answer to an edit has the last words said once more.
			if got, edits := said(), r.slack.Calls("chat.update"); !slices.Equal(got, c.want) || edits != c.edited && (len(c.want) > 1 || edits != c.edited+1) {
				t.Errorf("%q after %d edits, want %q after %d", got, r.slack.Calls("chat.update"), c.want, c.edited)
			}
		})
	}
}
