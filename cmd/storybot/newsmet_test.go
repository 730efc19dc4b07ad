package main

import (
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// TestNothingIsTriedAgainInAChannelThatWasArchived archives a channel on Slack while its
// message waits for the end of a limit that it has met: the others go on, nothing more is
// asked of that channel, and the message comes once when somebody unarchives it.
func TestNothingIsTriedAgainInAChannelThatWasArchived(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsDesk(t)
			p := n.connect(t, "DATABASE_URL="+url(t))
			n.name(t)
			n.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: teamChannel}, 1, slacktest.RateLimited(5))
			n.update(t, "The water rises.")
			row := "destination=slack:" + team + "/" + teamChannel + " attempt="
			p.waitLog(row + "1 became=pending")
			yes, no := true, false
			n.slack.SetChannel(team, teamChannel, slacktest.ChangeChannel{Archived: &yes})
			p.waitLog("a channel takes nothing for now")
			n.waitSlack(t, "1 blocked")
			if strings.Contains(p.log(), row+"2") {
				t.Error("it was tried again while its channel was archived")
			}
			n.slack.SetChannel(team, teamChannel, slacktest.ChangeChannel{Archived: &no})
			said := func() (found int) {
				for _, m := range n.slack.Messages(team, teamChannel) {
					if strings.Contains(m.Text, "The water rises.") {
						found++
					}
				}
				return found
			}
			n.wait(t, func() bool { return said() > 0 })
			n.waitSlack(t, allOfTwo)
			if found := said(); found != 1 {
				t.Errorf("it came %d times", found)
			}
			p.stop()
		})
	}
}
