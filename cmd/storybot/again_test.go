package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
)

// TestFollowAgainOfAnAnnouncementChannel has an announcement channel made a text channel
// before what it followed is put back: without what only the former can.
func TestFollowAgainOfAnAnnouncementChannel(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.announcements()
	p := f.connect(t, "DATABASE_URL="+databases["SQLite"](t))
	f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises above nine metres", "slug": "flood"})
	f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "publish": "yes", "level": "normal", "quiet": "22:00-07:00"})
	f.discord.ChangeChannel(guildChannel, func(c *discordtest.Channel) { c.Type = discordtest.TextChannel })
	who := discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions | manageChannels}
	stop := who
	stop.Name, stop.Options = "unsubscribe", map[string]string{"target": "flood"}
	stopped, err := f.discord.Command(f.ctx, stop)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.discord.Press(f.ctx, stopped.Message, "Follow again", who)
	if err != nil {
		t.Fatal(err)
	}
	const without = "It is put back without publish:yes. Only messages in an announcement channel can be passed on to other channels."
	if got := again.Message.Text; !strings.Contains(got, "This channel now follows flood: normal and breaking updates, quiet from 22:00 to 07:00") || !strings.Contains(got, without) {
		t.Errorf("Follow again: %q", got)
	}
	p.stop()
	for _, v := range f.discord.Violations() {
		t.Error(v)
	}
}
