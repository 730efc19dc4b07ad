package slack

import (
	"context"
	"errors"
	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"strings"
	"sync/atomic"
	"testing"
)

// How long a database is away is told by those who deliver, not by each answer that
// waits for news of its own.
func TestALiveReplyGoesOnAfterADatabaseWasAway(t *testing.T) {
	away := errors.New("the database is away")
	var polls atomic.Int32
	r := startRig(t, setup{timing: func(g *timing) { g.soon = 0 }, handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly("Published"), Live: func(context.Context) (bot.Message, bool, error) {
			if polls.Add(1) <= 5 {
				return bot.Message{}, false, away
			}
			return bot.Plainly("Delivered all"), true, nil
		}}
	}})
	a := r.slash("C1", "U1", "/update", "sony-hack text")
	if a = must[*slacktest.Answer](t)(a.Next(r.ctx())); a.Visible() != "Delivered all" {
		t.Errorf("last %q", a.Visible())
	}
	r.halt()
	if got := r.log.String(); strings.Count(got, away.Error()) != 1 || strings.Contains(got, "level=WARN") {
		t.Errorf("five looks in vain were told as:\n%s", got)
	}
}
