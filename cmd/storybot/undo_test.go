package main

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestUndoIsOfferedWhileItUndoes has an update undone and others not, from Discord and
// from Slack: what was undone goes nowhere, and no answer offers what has passed.
func TestUndoIsOfferedWhileItUndoes(t *testing.T) {
	t.Parallel()
	n := newNewsDesk(t)
	p := n.connect(t, "UNDO_WINDOW=4s")
	n.name(t)
	offered := func(labels ...string) bool { return slices.Contains(labels, "Undo") }

	onDiscord := func(text string) *discordtest.Answer {
		t.Helper()
		a, err := n.discord.Command(n.ctx, discordtest.Interaction{Channel: deskChannel, Name: "update", Options: map[string]string{"story": "flood", "text": text}})
		if err != nil || !slices.ContainsFunc(a.Message.Buttons, func(b discordtest.Button) bool { return offered(b.Label) }) {
			t.Fatalf("%+v, %v", a, err)
		}
		return a
	}
	onSlack := func(text string) *slacktest.Answer {
		t.Helper()
		a, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: deskOnSlack, User: reader, Command: "/update", Text: "flood " + text})
		if err != nil || !slices.ContainsFunc(a.Message.Buttons(), func(b slacktest.Button) bool { return offered(b.Label) }) {
			t.Fatalf("%+v, %v", a, err)
		}
		return a
	}

	a := onDiscord("The first dyke breaks.")
	taken, err := n.discord.Press(n.ctx, a.Message, "Undo", discordtest.Interaction{Channel: deskChannel})
	if err != nil || !strings.Contains(plain(taken.Message.Text), "Taken back: nothing was published.") {
		t.Fatalf("%+v, %v", taken, err)
	}
	b := onSlack("The second dyke breaks.")
	gone, err := n.slack.Press(n.ctx, b.Message, "Undo", reader)
	if err != nil || !gone.Replaces || !strings.Contains(gone.Visible(), "Taken back: nothing was published.") || len(gone.Message.Buttons()) != 3 { // Post, Change and Discard
		t.Fatalf("%+v, %v", gone, err)
	}

	a, b = onDiscord("The third dyke breaks."), onSlack("The fourth dyke breaks.")
	if _, err := n.discord.WaitAnswer(n.ctx, a.ID, func(a *discordtest.Answer) bool {
		return strings.Contains(plain(a.Message.Text), "Published update 1 of flood") && len(a.Message.Buttons) == 0
	}); err != nil {
		t.Errorf("Discord: %v, %+v", err, n.discord.Answer(a.ID).Message)
	}
	late, err := b.Next(n.ctx)
	if err != nil || late.Replaces || !strings.Contains(late.Visible(), "Published update 2 of flood") || len(late.Message.Buttons()) != 0 {
		t.Errorf("Slack: %+v, %v", late, err)
	}
	n.waitDiscord(t, "flood, update 2, normal: "+allOfTwo)
	for _, m := range n.discord.Messages(guildChannel) {
		if strings.Contains(m.Text, "first dyke") || strings.Contains(m.Text, "second dyke") {
			t.Errorf("what was taken back went out: %s", m.Text)
		}
	}
	p.stop()
	if private := n.slack.Ephemerals(team, deskOnSlack, reader); len(private) != 4 { // to the desk's command and the two updates, and how the second ended
		t.Errorf("the author reads %d messages on Slack", len(private))
	}
}
