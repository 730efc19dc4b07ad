package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestAScheduledUpdateIsPressedToItsEnd takes a scheduled update through its buttons on
// Discord and on Slack: changed, posted again, cancelled, made a draft; that is discarded
// on one, and posted and published early on the other. Channels get what was published
// and nothing else.
func TestAScheduledUpdateIsPressedToItsEnd(t *testing.T) {
	t.Parallel()
	n := newNewsDesk(t)
	p := n.connect(t)
	n.name(t)
	person := discordtest.Interaction{Channel: deskChannel}
	typed := person
	typed.Name, typed.Options = "update", map[string]string{"story": "flood", "at": "tomorrow 09:00", "text": "The first dyke breaks."}
	a, err := n.discord.Command(n.ctx, typed)
	if err != nil {
		t.Fatal(err)
	}
	onDiscord := func(on *discordtest.Answer, label, words string) *discordtest.Answer {
		t.Helper()
		got, err := n.discord.Press(n.ctx, on.Message, label, person)
		if err != nil || !strings.Contains(plain(got.Message.Text), words) {
			t.Fatalf("%s on Discord, on %q: %+v, %v", label, on.Message.Text, got, err)
		}
		return got
	}
	changing := onDiscord(a, "Change", "It is not scheduled any more.")
	form, err := n.discord.Press(n.ctx, changing.Message, "Change", person)
	if err != nil || len(form.Modal) == 0 {
		t.Fatalf("Change on Discord: %+v, %v", form, err)
	}
	shown, err := n.discord.Submit(n.ctx, form, nil, person)
	if err != nil {
		t.Fatal(err)
	}
	again := onDiscord(shown, "Post", "09:00 UTC")
	cancelled := onDiscord(again, "Cancel", "cancelled")
	draft := onDiscord(cancelled, "Make it a draft", "The first dyke breaks.")
	onDiscord(draft, "Discard", "")

	b, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: deskOnSlack, User: reader, Command: "/update", Text: `flood at:"tomorrow 09:00" The second dyke breaks.`})
	if err != nil {
		t.Fatal(err)
	}
	onSlack := func(on *slacktest.Answer, label, words string) *slacktest.Answer {
		t.Helper()
		got, err := n.slack.Press(n.ctx, on.Message, label, reader)
		if err != nil || !strings.Contains(got.Visible(), words) {
			t.Fatalf("%s on Slack, on %q: %+v, %v", label, on.Visible(), got, err)
		}
		return got
	}
	draftOnSlack := onSlack(onSlack(b, "Cancel", "cancelled"), "Make it a draft", "The second dyke breaks.")
	onSlack(onSlack(draftOnSlack, "Post", "Scheduled for"), "Publish now", "Published update 1 of flood")
	n.waitDiscord(t, "flood, update 1, normal: "+allOfTwo)
	p.stop()
	for _, m := range n.discord.Messages(guildChannel) {
		if strings.Contains(m.Text, "first dyke") {
			t.Errorf("what was cancelled went out: %s", m.Text)
		}
	}
	n.both(t, "The second dyke breaks.")
}
