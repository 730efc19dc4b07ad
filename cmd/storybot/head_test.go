package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestKillBeforeTheHead kills the bot as soon as an update is answered, with the head of its
// story and the thread on it not begun, on their way or stored with their answers lost: in
// the end each channel has one head, on Discord one thread on it, and each update once.
func TestKillBeforeTheHead(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			f.ctx = ctx
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "subscribe", map[string]string{"target": "all", "mode": "thread"})
			f.onSlack(t, "/subscribe", "all mode:thread")
			if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 1); err != nil {
				t.Fatal(err)
			}
			rounds := 3
			for n := range rounds {
				slug := fmt.Sprint("flood-", n)
				f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises, " + slug, "slug": slug})
				if n == 1 { // stored, and nobody is told
					f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.ResetAfterStore())
					f.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.ResetAfterStore)
				}
				f.onDiscord(t, "update", map[string]string{"story": slug, "text": fmt.Sprintf("The dykes of flood-%d are closed.", n)})
				p.kill()
				p = f.connect(t, database)
			}
			for n := range rounds {
				f.onDiscord(t, "update", map[string]string{"story": fmt.Sprint("flood-", n), "text": fmt.Sprintf("The dykes of flood-%d hold.", n)})
			}
			if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 1+rounds); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 1+3*rounds); err != nil {
				t.Fatal(err)
			}
			heads := f.discord.Messages(guildChannel)
			if len(heads) != 1+rounds {
				t.Errorf("Discord's channel shows %d messages", len(heads))
			}
			for _, m := range heads[1:] {
				replies, err := f.discord.WaitMessages(f.ctx, m.ID, 2)
				if err != nil || len(replies) != 2 || !strings.Contains(replies[0].Text, "are closed") || !strings.Contains(replies[1].Text, "hold") {
					t.Errorf("the thread on %q shows %+v, %v", m.Text, replies, err)
				}
			}
			p.stop()
			threads := map[string]int{}
			for _, m := range f.slack.Messages(team, teamChannel)[1:] {
				threads[m.ThreadTS]++
			}
			if threads[""] != rounds || len(threads) != rounds+1 {
				t.Errorf("Slack's channel shows threads %v", threads)
			}
		})
	}
}
