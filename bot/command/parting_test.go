package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// third are deliveries of which one of three has arrived, or all of them.
type third struct{ all bool }

func (a *third) progress() stories.Progress {
	if a.all {
		return stories.Progress{Total: 3, Sent: 3}
	}
	return stories.Progress{Total: 3, Sent: 1, Waiting: 2}
}

type pushes struct {
	Publisher
	*third
}

func (p pushes) Progress(context.Context, int64) (stories.Progress, error) { return p.progress(), nil }

type edits struct {
	Reviser
	*third
}

func (e edits) Spread(context.Context, int64, int) (stories.Spread, error) {
	return stories.Spread{Edits: e.progress(), Told: e.progress()}, nil
}

// A live answer says nothing that is wrong once nobody brings it up to date any more:
// where it tells how long the rest takes it says when that was so, and at the last no
// time at all but what becomes of the rest.
func TestALiveAnswerStaysTrue(t *testing.T) {
	for name, line := range map[string]string{
		"an update": "/update sony-hack It rains.", "a correction": "/desk correct sony-hack 2 It rained.",
		"a last word": "/desk close sony-hack It rained.", "a first again": "/desk reopen sony-hack It rained.",
	} {
		n := openTracked(t)
		for _, place := range []string{"news", "world", "sport"} {
			n.must(n.ask("rita", place, "/subscribe sony-hack"))
		}
		n.must(n.ask("mo", "desk", "/update sony-hack The film will not open."))
		n.work(n.reading(new(strings.Builder)))
		if name == "a first again" {
			n.setState("sony-hack", true)
		}
		how := &third{}
		n.remake(func(c *Config) {
			c.Stories.Publisher, c.Stories.Reviser = pushes{n.service.Publisher, how}, edits{n.service.Reviser, how}
		})
		n.must(n.ask("mo", "desk", line))
		if name == "a correction" {
			n.must(n.press("mo", "desk", "Correct it"))
		}
		reply := n.last
		n.now = n.now.Add(10 * time.Second)
		m, done, err := reply.Live(t.Context())
		if got := bot.PlainText(m); err != nil || done || !strings.Contains(got, ", about 20 s left.") || !strings.HasSuffix(got, "Counted "+bot.PlainMoment(bot.Span{Time: n.now, Relative: true})) {
			t.Errorf("%s, on the way: %v %t %s", name, err, done, got)
		}
		for why, says := range map[bot.Parting]string{
			bot.Stopping: "The bot is being stopped, and goes on with the rest when it is back. /desk status shows then how far it is.",
			bot.Expiring: "This answer is not brought up to date any more. /desk status shows how far it is.",
		} {
			m, done, err := reply.Live(bot.WithParting(t.Context(), why))
			if got := bot.PlainText(m); err != nil || done || strings.Contains(got, " left") || strings.Contains(got, "Counted") || !strings.HasSuffix(got, says) {
				t.Errorf("%s, at the last: %v %t %s", name, err, done, got)
			}
			apart, err := reply.Ending(bot.WithParting(t.Context(), why))
			if got := bot.PlainText(apart); err != nil || strings.Contains(got, " left") || !strings.HasPrefix(got, "sony-hack, update ") || !strings.HasSuffix(got, says) {
				t.Errorf("%s, apart: %v %s", name, err, got)
			}
		}
		how.all = true
		for _, why := range []bot.Parting{bot.NotParting, bot.Stopping} {
			m, done, err := reply.Live(bot.WithParting(t.Context(), why))
			if got := bot.PlainText(m); err != nil || !done || strings.Contains(got, "stopped") || strings.Contains(got, "Counted") {
				t.Errorf("%s, done: %v %t %s", name, err, done, got)
			}
		}
	}
}

// So does an answer that can be undone for a while: at the last it names the moment.
func TestAnAnswerThatCanBeUndoneStaysTrue(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) { c.Undo = 30 * time.Second })
	n.must(n.ask("mo", "desk", "/update sony-hack It rains."))
	reply := n.last
	has(t, "at first", reply, "Goes out in 30 s")
	n.now = n.now.Add(10 * time.Second)
	m, _, err := reply.Live(t.Context())
	if got := bot.PlainText(m); err != nil || !strings.Contains(got, "Goes out in 20 s") || !strings.Contains(got, "Counted ") {
		t.Errorf("on the way: %v %s", err, got)
	}
	m, done, err := reply.Live(bot.WithParting(t.Context(), bot.Stopping))
	if got := bot.PlainText(m); err != nil || done || strings.Contains(got, "20 s") || !strings.Contains(got, "Goes out on Saturday 20 December 2014, 15:00 UTC") || !strings.Contains(got, "The bot is being stopped") || len(m.Buttons) != len(reply.Message.Buttons) {
		t.Errorf("at the last: %v %t %s", err, done, got)
	}
}
