package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestNoLiveAnswerStaysWrong stops and kills the program in the middle of a push. What its
// authors read then stays true: stopped, it names no time any more and says what becomes
// of the rest, on both platforms; killed, it says when it was counted. The rest arrives.
func TestNoLiveAnswerStaysWrong(t *testing.T) {
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=discord:"+discordtest.DefaultUser+",slack:"+team+"/"+reader)
	database := "DATABASE_URL=sqlite:" + t.TempDir() + "/news.db"
	p := f.connect(t, database)
	f.track(t)
	heal := f.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.StatusBeforeStore(500))

	onDiscord, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "update", Options: map[string]string{"story": "flood", "text": "The first dyke breaks."}})
	if err != nil {
		t.Fatal(err)
	}
	byCommand, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/update", Text: "flood The second dyke breaks."})
	if err != nil {
		t.Fatal(err)
	}
	form, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/update", Text: "flood"})
	if err != nil || form.View == nil {
		t.Fatalf("%+v, %v", form, err)
	}
	preview, err := f.slack.Submit(f.ctx, form.View, map[string]string{"text": "The third dyke breaks."})
	if err != nil {
		t.Fatal(err)
	}
	inView, err := f.slack.PressView(f.ctx, preview.View, "Post")
	if err != nil {
		t.Fatal(err)
	}
	onTheWay := func(text string) bool {
		return strings.Contains(text, "Delivered 1 of 2, about ") && strings.Contains(text, " left.") && strings.Contains(text, "Counted")
	}
	if _, err := f.discord.WaitAnswer(f.ctx, onDiscord.ID, func(a *discordtest.Answer) bool { return onTheWay(a.Message.Text) }); err != nil {
		t.Fatalf("%v: %q", err, f.discord.Answer(onDiscord.ID).Message.Text)
	}
	for !onTheWay(inView.View.Visible()) {
		next, err := inView.Next(f.ctx)
		if err != nil {
			t.Fatalf("%v: %q", err, inView.View.Visible())
		}
		inView = next
	}
	p.stop()
	const says = "The bot is being stopped, and goes on with the rest when it is back."
	parted := func(where, text string) {
		t.Helper()
		if !strings.Contains(text, says) || strings.Contains(text, " left") || !strings.Contains(text, "elivered 1 of 2.") {
			t.Errorf("%s: %q", where, text)
		}
	}
	parted("Discord", f.discord.Answer(onDiscord.ID).Message.Text)
	all := inView.All()
	parted("a view of Slack", all[len(all)-1].View.Visible())
	all = byCommand.All()
	if len(all) != 2 {
		t.Errorf("a command of Slack has %d answers", len(all))
	}
	parted("a command of Slack", all[len(all)-1].Visible())

	p = f.connect(t, database)
	if onDiscord, err = f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "update", Options: map[string]string{"story": "flood", "text": "The fourth dyke breaks."}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.discord.WaitAnswer(f.ctx, onDiscord.ID, func(a *discordtest.Answer) bool { return onTheWay(a.Message.Text) }); err != nil {
		t.Fatalf("%v: %q", err, f.discord.Answer(onDiscord.ID).Message.Text)
	}
	p.kill()
	if text := f.discord.Answer(onDiscord.ID).Message.Text; !strings.Contains(text, "Counted <t:") || !strings.Contains(text, ":R>") {
		t.Errorf("killed: %q", text)
	}
	heal()
	p = f.connect(t, database)
	if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 5); err != nil {
		t.Error(err)
	}
	f.both(t, "The first dyke breaks.", "The second dyke breaks.", "The third dyke breaks.", "The fourth dyke breaks.")
	p.stop()
}
