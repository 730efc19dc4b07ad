package main

import (
	"strings"
	"testing"
)

// TestAServerThatInvitesTheBotAgainGoesOn removes the bot from a server whose channel
// collects for a digest, so that nothing is held there, and invites it again while the
// program is down: the next start goes on, and what is breaking comes at once.
func TestAServerThatInvitesTheBotAgainGoesOn(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsDesk(t)
			database := "DATABASE_URL=" + url(t)
			p := n.connect(t, database)
			n.name(t)
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
}
