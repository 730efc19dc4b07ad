package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestKillBetweenATestAndItsRemoval ends the bot with SIGKILL while the message of a test
// stands and cannot be taken away: it is taken away after the next start, on both
// platforms, and nothing of it is left but the first message of the subscription.
func TestKillBetweenATestAndItsRemoval(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	f.ctx = ctx
	database := "DATABASE_URL=sqlite:" + t.TempDir() + "/news.db"
	p := f.connect(t, database)
	f.track(t)
	manager := discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions | manageChannels}
	manager.Name = "subscriptions"
	listed, err := f.discord.Command(f.ctx, manager)
	if err != nil {
		t.Fatal(err)
	}
	onSlack, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/subscriptions"})
	if err != nil {
		t.Fatal(err)
	}
	heal := f.discord.Fail(discordtest.Match{Op: discordtest.DeleteMessage}, discordtest.StatusBeforeStore(500))
	f.slack.Fail(slacktest.Match{Method: "chat.delete"}, -1, slacktest.Error500Before)
	pressed := manager
	pressed.Name = ""
	if answer, err := f.discord.Press(f.ctx, listed.Message, "Test", pressed); err != nil || !strings.Contains(answer.Message.Text, "Testing flood") {
		t.Fatalf("Test on Discord: %+v, %v", answer, err)
	}
	if answer, err := f.slack.Press(f.ctx, onSlack.Message, "Test", reader); err != nil || !strings.Contains(answer.Visible(), "Testing flood") {
		t.Fatalf("Test on Slack: %+v, %v", answer, err)
	}
	shown, err := f.discord.WaitMessages(f.ctx, guildChannel, 2)
	if err != nil {
		t.Fatal(err)
	}
	if last := shown[len(shown)-1]; !strings.Contains(last.Text, "test") {
		t.Errorf("Discord shows %q", last.Text)
	}
	if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 2); err != nil {
		t.Fatal(err)
	}
	p.kill()
	heal()
	f.slack.Heal()
	p = f.connect(t, database)
	if err := f.discord.Wait(f.ctx, func() bool { return len(f.discord.Messages(guildChannel)) == 1 }); err != nil {
		t.Errorf("the test stays on Discord: %v", err)
	}
	if _, err := f.slack.WaitUntil(f.ctx, team, teamChannel, "the test to be taken away", func(all []slacktest.Message) bool { return len(all) == 1 }); err != nil {
		t.Errorf("the test stays on Slack: %v", err)
	}
	p.stop()
}
