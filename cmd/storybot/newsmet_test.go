package main

import (
	"strings"
	"testing"
	"time"

	"storybot/bot/slack/slacktest"
)

// TestNothingIsTriedAgainInAChannelThatWasArchived archives a channel on Slack while a
// request for its message is on its way, which meets a limit: the others go on, nothing
// more is asked of that channel, and the message comes once when somebody unarchives it.
func TestNothingIsTriedAgainInAChannelThatWasArchived(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsDesk(t)
			p := n.connect(t, "DATABASE_URL="+url(t))
			n.name(t)
			limited := slacktest.RateLimited(1)
			limited.Wait = 4 * time.Second // for the news to come before the answer
			n.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: teamChannel}, 1, limited)
			n.update(t, "The water rises.")
			n.wait(t, func() bool { return n.slack.Faults()[limited] == 1 })
			archive := func(now bool, event string) {
				n.slack.SetChannel(team, teamChannel, slacktest.ChangeChannel{Archived: &now})
				if err := n.slack.Event(n.ctx, team, map[string]any{"type": event, "channel": teamChannel}); err != nil {
					t.Error(err)
				}
			}
			archive(true, "channel_archive")
			p.waitLog("a channel takes nothing for now")
			row := "destination=slack:" + team + "/" + teamChannel + " attempt="
			if strings.Contains(p.log(), row+"1 became=pending") {
				t.Fatal("the answer came before the news: this shows nothing")
			}
			n.waitSlack(t, "1 blocked")
			if strings.Contains(p.log(), row+"2") {
				t.Error("it was tried again while its channel was archived")
			}
			archive(false, "channel_unarchive")
			said := func() (found int) {
				for _, m := range n.slack.Messages(team, teamChannel) {
					if strings.Contains(m.Text, "The water rises.") {
						found++
					}
				}
				return found
			}
			n.wait(t, func() bool { return said() > 0 })
			n.update(t, "It falls.")
			n.waitSlack(t, "update 2, normal: "+allOfTwo)
			if found := said(); found != 1 {
				t.Errorf("it came %d times", found)
			}
			p.stop()
		})
	}
}
