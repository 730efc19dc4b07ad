package main

import (
	"strings"
	"testing"
	"time"
)

// TestAPictureCostsNoMessage publishes a picture that one of the platforms refuses,
// and kills the bot in the middle of the push: every channel has one message, with
// the picture where it is taken and its description where not, and nothing stops.
func TestAPictureCostsNoMessage(t *testing.T) {
	t.Parallel()
	const picture = "https://img.example.org/flood_(1).jpg?w=1200&h=800"
	for _, refusing := range []string{"discord", "slack"} {
		if testing.Short() && refusing != "discord" {
			continue // what a kill leaves on Slack is looked for during half a minute
		}
		t.Run("refused by "+refusing, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, 10, 3*time.Minute, "sqlite:"+t.TempDir()+"/news.db")
			if refusing == "discord" {
				c.discord.RefusePicture(picture)
			} else {
				c.slack.RefusePicture(picture)
			}
			p := c.start(t)
			c.gather(t)
			answer, err := c.insist(guildChannel, "update", map[string]string{"story": "flood", "text": "Report flood-1 from the scene.",
				"image": "<" + picture + ">", "alt": "Water  over\nthe dyke", "level": "breaking"})
			if err != nil || !recorded.MatchString(answer) {
				t.Fatalf("publish: %v %q", err, answer)
			}
			c.published = append(c.published, "flood-1")
			c.waitPosts(t, 3)
			p.kill()
			again := c.start(t)
			c.waitConnected(t)
			c.waitSettled(t)
			c.check(t)

			looks := func(where, text string, pictures []string, refused bool) {
				shown, inWords := strings.Join(pictures, " ") == picture, strings.Contains(text, "img.example.org")
				if shown == refused || len(pictures) > 1 || inWords != refused || refused && !strings.Contains(text, "Picture: Water over the dyke") {
					t.Errorf("%s shows the pictures %q and %q", where, pictures, text)
				}
			}
			for _, channel := range c.channels {
				for _, m := range c.discord.Messages(channel) {
					if strings.Contains(m.Text, "subscribed this channel") {
						continue
					}
					looks("Discord's "+channel, m.Text, m.Pictures(), refusing == "discord")
				}
			}
			for _, p := range c.places {
				for _, m := range c.slack.Messages(p.team, p.channel) {
					if strings.Contains(m.Text, "subscribed this channel") {
						continue
					}
					looks("Slack's "+p.channel, m.Visible()+m.Text, m.Pictures(), refusing == "slack")
				}
			}
			if n := c.posts(); n != 20 {
				t.Errorf("%d messages in 20 channels", n)
			}
			if log := p.log() + again.log(); strings.Contains(log, "outcome=payload") {
				t.Error("the picture counts as a message that is refused")
			}
			// The next update goes out as ever.
			c.published = append(c.published, "strike-1")
			if answer, err = c.insist(guildChannel, "update", map[string]string{"story": "strike", "text": "Report strike-1 from the scene."}); err != nil {
				t.Fatalf("%v %q", err, answer)
			}
			c.waitSettled(t)
			c.check(t)
			again.stop()
		})
	}
}
