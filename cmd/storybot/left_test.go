package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestAServerThatInvitesTheBotAgainGoesOn removes the bot from a server whose channel
// collects for a digest, so that nothing is held there, and invites it again while the
// program is down: the next start goes on, and what is breaking comes at once.
func TestAServerThatInvitesTheBotAgainGoesOn(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsDesk, database string, p *process) {
		n.onDiscord(t, "subscribe", map[string]string{"target": "flood", "digest": "daily@09:00"})
		n.update(t, "The water rises.")
		n.discord.RemoveFromGuild(guild)
		p.waitLog("a channel takes nothing for now")
		p.kill()
		n.discord.Recover(guild)
		p = n.connect(t, database)
		n.onDiscord(t, "update", map[string]string{"story": "flood", "level": "breaking", "text": "The dyke breaks."})
		n.wait(t, func() bool {
			for _, m := range n.discord.Messages(guildChannel) {
				if strings.Contains(m.Text, "The dyke breaks.") {
					return true
				}
			}
			return false
		})
		p.stop()
	})
}

// TestAServerThatRemovedTheBotWhileItWasAway does so while the program is down: the next
// connection finds it out before anything is posted there, the desk on Slack is told, and
// an invitation has what was held come once.
func TestAServerThatRemovedTheBotWhileItWasAway(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsDesk, database string, p *process) {
		p.kill()
		n.discord.RemoveFromGuild(guild)
		before := n.discord.Stats().ByOp[discordtest.CreateMessage]
		p = n.connect(t, database)
		p.waitLog("the bot was removed from workspaces while it was away")
		if _, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: deskOnSlack, User: reader, Command: "/update", Text: "flood The water rises."}); err != nil {
			t.Fatal(err)
		}
		n.waitSlack(t, "1 blocked")
		if n := n.discord.Stats().ByOp[discordtest.CreateMessage] - before; n != 0 {
			t.Errorf("%d messages were tried in a server that removed the bot", n)
		}
		said := func() (found int) {
			for _, m := range n.discord.Messages(guildChannel) {
				if strings.Contains(m.Text, "The water rises.") {
					found++
				}
			}
			return found
		}
		n.discord.Recover(guild)
		n.wait(t, func() bool { return said() > 0 })
		p.stop()
		if got := said(); got != 1 {
			t.Errorf("it came %d times", got)
		}
	})
}

// onEachDatabase runs a test on each with a newsroom that has a story, side by side.
func onEachDatabase(t *testing.T, do func(t *testing.T, n *newsDesk, database string, p *process)) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsDesk(t)
			database := "DATABASE_URL=" + url(t)
			p := n.connect(t, database)
			n.name(t)
			do(t, n, database, p)
		})
	}
}
