package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// TestKillInACorrection ends the bot with SIGKILL in the middle of a correction, more
// than once: in the end every channel on both platforms has its copy corrected and was
// told so once.
func TestKillInACorrection(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, 16, 3*time.Minute, url(t))
			p := c.start(t)
			c.gather(t)
			if err := c.report(); err != nil {
				t.Fatal(err)
			}
			c.waitSettled(t)
			const wrong, right = "Report flood-1 from the scene.", "Nothing happened at the scene."
			id, err := c.discord.Start(discordtest.Interaction{Channel: guildChannel, Name: "desk correct", Permissions: discordtest.DefaultPermissions,
				Options: map[string]string{"story": "flood", "number": "1", "reason": "It was a drill", "text": right}})
			if err != nil {
				t.Fatal(err)
			}
			form, err := c.discord.Await(c.ctx, id)
			if err != nil || len(form.Modal) == 0 {
				t.Fatalf("/desk correct on Discord: %+v %v", form, err)
			}
			person := discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions}
			asked, err := c.discord.Submit(c.ctx, form, nil, person)
			if err != nil {
				t.Fatal(err)
			}
			if want := "Post edits 32 copies and posts CORRECTION to 32 channels."; !strings.Contains(asked.Message.Text, want) {
				t.Fatalf("the preview is %q", asked.Message.Text)
			}
			pressed, err := c.discord.Press(c.ctx, asked.Message, "Post", person)
			if err != nil || !strings.Contains(pressed.Message.Text, "Corrected update 1 of flood.") {
				t.Fatalf("pressed: %+v, %v", pressed, err)
			}
			for _, edits := range []int{2, 9} {
				if err := c.discord.Wait(c.ctx, func() bool { return c.discord.Stats().Edits >= edits }); err != nil {
					t.Fatal(err)
				}
				p.kill()
				p = c.start(t)
			}
			c.waitConnected(t)
			c.discord.Replay(pressed) // the gateway may tell of it again
			c.waitSettled(t)
			check := func(where string, texts []string) {
				t.Helper()
				copies, told := 0, 0
				for _, text := range texts {
					switch {
					case strings.Contains(text, "CORRECTION") && strings.Contains(text, "It was a drill.") && strings.Contains(text, "It said: “"+wrong+"”") && strings.Contains(text, right):
						told++
					case strings.Contains(text, right) && strings.Contains(text, "Corrected") && strings.Contains(text, ": It was a drill."):
						copies++
					case strings.Contains(text, wrong):
						t.Errorf("%s shows %q still", where, text)
					}
				}
				if copies != 1 || told != 1 {
					t.Errorf("%s has %d copies and was told %d times: %q", where, copies, told, texts)
				}
			}
			for _, channel := range c.channels {
				var texts []string
				for _, m := range c.discord.Messages(channel) {
					texts = append(texts, m.Text)
				}
				check("Discord's "+channel, texts)
			}
			for _, at := range c.places {
				var texts []string
				for _, m := range c.slack.Messages(at.team, at.channel) {
					texts = append(texts, m.Text)
				}
				check(fmt.Sprint("Slack's ", at), texts)
			}
			p.stop()
		})
	}
}
