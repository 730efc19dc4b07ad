package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestSubscribeElsewhere has channels followed from another one: what is posted there is
// the proof that it can be, and who does not manage the other channel is refused.
func TestSubscribeElsewhere(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	const alerts, voice, forum, mute = "155101607195836431", "155101607195836432", "155101607195836433", "155101607195836434"
	for id, kind := range map[string]int{alerts: 0, voice: 2, forum: 15, mute: 0} {
		f.discord.AddChannel(guild, id)
		f.discord.ChangeChannel(id, func(c *discordtest.Channel) {
			c.Type, c.Name = kind, map[string]string{alerts: "alerts", voice: "talk", forum: "ideas", mute: "mute"}[id]
			if id == mute {
				c.Permissions = 0
			}
		})
	}
	f.slack.AddChannel(team, "C0ALERTS", slacktest.Public, true)
	f.slack.AddChannel(team, "C0OTHER", slacktest.Public, true)
	f.slack.SetOutside(team, "C0OTHER", reader)
	f.connect(t)
	f.track(t)
	from := func(channel string, picked int64) *discordtest.Answer {
		t.Helper()
		a, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "subscribe", Options: map[string]string{"target": "flood", "channel": channel}, Permissions: discordtest.DefaultPermissions, Picked: picked})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	says := func(what, text, want string) {
		t.Helper()
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", what, text, want)
		}
	}
	for _, channel := range []string{alerts, voice} {
		says(channel, from(channel, discordtest.DefaultPermissions|manageChannels).Message.Text, "now follows flood")
		shown, err := f.discord.WaitMessages(f.ctx, channel, 1)
		if err != nil {
			t.Fatal(err)
		}
		says("the proof", shown[0].Text, "subscribed this channel to flood")
	}
	says("no manager of it", from(alerts, discordtest.DefaultPermissions).Message.Text, "In #alerts: Only people who manage this channel")
	says("a forum", from(forum, discordtest.DefaultPermissions|manageChannels).Message.Text, "now follows flood")
	posts, err := f.discord.WaitThreads(f.ctx, forum, 1)
	if err != nil {
		t.Fatal(err)
	}
	says("its post", f.discord.Messages(posts[0].ID)[0].Text, "subscribed this channel to flood")
	pressed, err := f.discord.Press(f.ctx, f.discord.Messages(posts[0].ID)[0], "Stop here", discordtest.Interaction{Channel: posts[0].ID, Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil {
		t.Fatal(err)
	}
	says("stopped in its post", pressed.Message.Text, "no longer come to this channel")
	a := from(mute, discordtest.DefaultPermissions|manageChannels)
	if _, err := f.discord.WaitAnswer(f.ctx, a.ID, func(a *discordtest.Answer) bool { return strings.Contains(a.Message.Text, "It could not be posted in") }); err != nil {
		t.Errorf("where the bot may not post: %v", err)
	}
	says("on Slack", f.onSlack(t, "/subscribe", "flood channel:#c-c0alerts"), "#c-c0alerts now follows flood")
	if _, err := f.slack.WaitMessages(f.ctx, team, "C0ALERTS", 1); err != nil {
		t.Error(err)
	}
	says("not in it", f.onSlack(t, "/subscribe", "flood channel:#c-c0other"), "Join it")
	says("no channel", f.onSlack(t, "/subscribe", "flood channel:nowhere"), "pick it from Slack's list")
}
