package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestADirectSubscriptionEndsWithOnePress presses Stop here under what came to direct
// messages of both platforms: nobody is asked anything, nothing more comes, and Follow
// again takes it back.
func TestADirectSubscriptionEndsWithOnePress(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			p := f.connect(t, "DATABASE_URL="+url(t))
			f.track(t)
			f.onDiscord(t, "desk track", map[string]string{"headline": "The earth shakes", "slug": "quake"})
			dm, im := f.discord.AddDM(discordtest.DefaultUser), f.slack.Direct(team, reader)
			for i, slug := range []string{"flood", "quake"} {
				in := discordtest.Interaction{Channel: dm, Name: "subscribe", Options: map[string]string{"target": slug}}
				if a, err := f.discord.Command(f.ctx, in); err != nil || !strings.Contains(a.Message.Text, "ou now follow "+slug) {
					t.Fatalf("%s on Discord: %v, %+v", slug, err, a)
				}
				if a, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: im, User: reader, Command: "/subscribe", Text: slug}); err != nil || !strings.Contains(a.Visible(), "ou now follow "+slug) {
					t.Fatalf("%s on Slack: %v, %+v", slug, err, a)
				}
				// Its card is there before anything that it would show.
				if _, err := f.discord.WaitMessages(f.ctx, dm, i+1); err != nil {
					t.Fatal(err)
				}
				if _, err := f.slack.WaitMessages(f.ctx, team, im, i+1); err != nil {
					t.Fatal(err)
				}
			}
			// both publishes an update and waits until both direct messages have n messages, of
			// which the last is it.
			both := func(slug, text string, n int) (discordtest.Message, slacktest.Message) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": slug, "text": text})
				onDiscord, err := f.discord.WaitMessages(f.ctx, dm, n)
				if err != nil {
					t.Fatal(err)
				}
				onSlack, err := f.slack.WaitMessages(f.ctx, team, im, n)
				if err != nil {
					t.Fatal(err)
				}
				left, right := onDiscord[len(onDiscord)-1], onSlack[len(onSlack)-1]
				if len(onDiscord) != n || len(onSlack) != n || !strings.Contains(left.Text, text) || !strings.Contains(right.Visible(), text) {
					t.Fatalf("%q: the last of %d and %d is %q and %q", text, len(onDiscord), len(onSlack), left.Text, right.Visible())
				}
				return left, right
			}
			left, right := both("flood", "The river rises.", 3)
			onDiscord, err := f.discord.Press(f.ctx, left, "Stop here", discordtest.Interaction{Channel: dm})
			if err != nil || !strings.Contains(onDiscord.Message.Text, "no longer come to you") {
				t.Fatalf("Stop here on Discord: %v, %+v", err, onDiscord)
			}
			onSlack, err := f.slack.Press(f.ctx, right, "Stop here", reader)
			if err != nil || !strings.Contains(onSlack.Visible(), "no longer come to you") {
				t.Fatalf("Stop here on Slack: %v, %+v", err, onSlack)
			}
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "Nobody reads this here."})
			both("quake", "It shakes again.", 4)
			if a, err := f.discord.Press(f.ctx, onDiscord.Message, "Follow again", discordtest.Interaction{Channel: dm}); err != nil {
				t.Fatalf("Follow again on Discord: %v, %+v", err, a)
			}
			if a, err := f.slack.Press(f.ctx, onSlack.Message, "Follow again", reader); err != nil {
				t.Fatalf("Follow again on Slack: %v, %+v", err, a)
			}
			if _, err := f.discord.WaitMessages(f.ctx, dm, 5); err != nil { // the story's card
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, im, 5); err != nil {
				t.Fatal(err)
			}
			both("flood", "The river falls.", 6)
			p.stop()
		})
	}
}
