package main

import (
	"encoding/json"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// TestAFormFromOpeningToPush writes updates in forms on Discord and on Slack. The
// program is killed between preview and Post; each is posted once, however often
// that is pressed and replayed, and both channels get it.
func TestAFormFromOpeningToPush(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/news.db" },
		"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFar(t)
			f.env = append(f.env, "STORYBOT_ADMINS=discord:"+discordtest.DefaultUser+",slack:"+team+"/"+reader)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.track(t)
			onDiscord := f.writeOnDiscord(t)
			onSlack := f.writeOnSlack(t)
			p.kill()

			p = f.connect(t, database)
			person := discordtest.Interaction{Channel: guildChannel}
			posted, err := f.discord.Press(f.ctx, onDiscord.Message, "Post", person)
			if err != nil || !strings.Contains(posted.Message.Text, "Published update 1 of flood") || posted.Message.ID != onDiscord.Message.ID {
				t.Fatalf("Post on Discord: %+v %v", posted, err)
			}
			f.discord.Replay(posted)
			if again, err := f.discord.Press(f.ctx, onDiscord.Message, "Post", person); err == nil && !strings.Contains(again.Message.Text, "update 1 of flood") {
				t.Errorf("Post once more on Discord: %+v", again)
			}
			outcome, err := f.slack.PressView(f.ctx, onSlack.View, "Post")
			if err != nil || outcome.View == nil || outcome.View.ID != onSlack.View.ID || !strings.Contains(outcome.View.Visible(), "Published update 2 of flood") {
				t.Fatalf("Post on Slack: %+v %v", outcome, err)
			}
			if err := f.slack.Replay(f.ctx, outcome); err != nil {
				t.Fatal(err)
			}
			f.publish(t, "The water falls.", 4, 4)
			f.both(t, "The dykes\n\nhold @mia.", "BREAKING", "Written on Slack & sent")
			if n := f.discord.Stats().Posts + f.slack.Posts(); n != 8 {
				t.Errorf("%d posts, want 8: two cards, and three updates twice", n)
			}
			if got := f.onDiscord(t, "desk drafts", nil); !strings.Contains(got, "You have no drafts") {
				t.Errorf("drafts afterwards: %q", got)
			}
			p.stop()
		})
	}
}

// both checks that both channels show each of texts.
func (f *far) both(t *testing.T, texts ...string) {
	t.Helper()
	var discord, slack strings.Builder
	for _, m := range f.discord.Messages(guildChannel) {
		discord.WriteString(strings.ReplaceAll(m.Text, `\`, "") + "\n")
	}
	for _, m := range f.slack.Messages(team, teamChannel) {
		slack.WriteString(m.Visible() + "\n")
	}
	for _, text := range texts {
		for name, shown := range map[string]string{"Discord": discord.String(), "Slack": slack.String()} {
			if !strings.Contains(shown, text) && !strings.Contains(shown, strings.ReplaceAll(text, "&", "&amp;")) {
				t.Errorf("%s does not show %q:\n%s", name, text, shown)
			}
		}
	}
}

// writeOnDiscord opens /desk write, is refused, changes what is wrong and looks at
// the preview.
func (f *far) writeOnDiscord(t *testing.T) *discordtest.Answer {
	t.Helper()
	person := discordtest.Interaction{Channel: guildChannel, Name: "desk write", Options: map[string]string{"story": "flood"}}
	form, err := f.discord.Command(f.ctx, person)
	if err != nil || form.Type != 9 || form.Deferred {
		t.Fatalf("/desk write on Discord: %+v %v", form, err)
	}
	refused, err := f.discord.Submit(f.ctx, form, map[string]string{"text": "The dykes\n\nhold.", "at": "soon"}, person)
	if err != nil || !refused.Ephemeral || !strings.Contains(refused.Message.Text, "is no time I can read") {
		t.Fatalf("submitted on Discord: %+v %v", refused, err)
	}
	form, err = f.discord.Press(f.ctx, refused.Message, "Change", person)
	if err != nil || !strings.Contains(string(form.Modal), `"value":"The dykes\n\nhold."`) || !json.Valid(form.Modal) {
		t.Fatalf("Change on Discord: %+v %s %v", form, form.Modal, err)
	}
	preview, err := f.discord.Submit(f.ctx, form, map[string]string{"text": "The dykes\n\nhold @mia.", "at": "", "level": "breaking"}, person)
	if err != nil || preview.Message.ID != refused.Message.ID || !strings.Contains(preview.Message.Text, "It goes to 2 channels.") {
		t.Fatalf("preview on Discord: %+v %v", preview, err)
	}
	return preview
}

// writeOnSlack opens the form by /update without a text, is refused in the view, and
// looks at the preview in its place.
func (f *far) writeOnSlack(t *testing.T) *slacktest.Answer {
	t.Helper()
	form, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/update", Text: "flood level:minor"})
	if err != nil || form.View == nil {
		t.Fatalf("/update on Slack: %+v %v", form, err)
	}
	refused, err := f.slack.Submit(f.ctx, form.View, map[string]string{"text": "Written on Slack & sent", "source": "example.org"})
	if err != nil || refused.Via != "errors" || !strings.Contains(refused.Errors["source"], "no https://") || refused.Typed["text"] != "Written on Slack & sent" {
		t.Fatalf("submitted on Slack: %+v %v", refused, err)
	}
	preview, err := f.slack.Submit(f.ctx, form.View, map[string]string{"text": "Written on Slack & sent", "source": "https://example.org/a"})
	if err != nil || preview.View == nil || preview.View.ID != form.View.ID || !strings.Contains(preview.View.Visible(), "It goes to 2 channels.") {
		t.Fatalf("preview on Slack: %+v %v", preview, err)
	}
	return preview
}

// TestAStoryIsChangedInAForm: /desk edit opens its form on Discord always, on Slack
// without options, with what the story says; both show it as it will be, and change
// only what was changed in them.
func TestAStoryIsChangedInAForm(t *testing.T) {
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=discord:"+discordtest.DefaultUser+",slack:"+team+"/"+reader)
	p := f.connect(t)
	f.track(t)
	person := discordtest.Interaction{Channel: guildChannel, Name: "desk edit", Options: map[string]string{"story": "flood", "topics": "rivers"}}
	form, err := f.discord.Command(f.ctx, person)
	if err != nil || form.Type != 9 || form.Deferred || !strings.Contains(string(form.Modal), `"value":"rivers"`) {
		t.Fatalf("/desk edit on Discord: %+v %s %v", form, form.Modal, err)
	}
	view, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/desk", Text: "edit flood"})
	if err != nil || view.View == nil {
		t.Fatalf("/desk edit on Slack: %+v %v", view, err)
	}
	preview, err := f.discord.Submit(f.ctx, form, nil, person)
	if err != nil || !preview.Ephemeral || !strings.Contains(preview.Message.Text, "Post changes the topics of flood.") {
		t.Fatalf("submitted on Discord: %+v %v", preview, err)
	}
	refused, err := f.slack.Submit(f.ctx, view.View, map[string]string{"headline": "The Rhine falls", "topics": "all the news, !"})
	if err != nil || refused.Via != "errors" || refused.Errors["topics"] == "" || refused.Typed["headline"] != "The Rhine falls" {
		t.Fatalf("refused on Slack: %+v %v", refused, err)
	}
	shown, err := f.slack.Submit(f.ctx, view.View, map[string]string{"headline": "The Rhine falls", "topics": ""})
	if err != nil || shown.View == nil || !strings.Contains(shown.View.Visible(), "Post changes the headline of flood.") {
		t.Fatalf("submitted on Slack: %+v %v", shown, err)
	}
	if done, err := f.discord.Press(f.ctx, preview.Message, "Post", person); err != nil || !strings.Contains(done.Message.Text, "Changed flood.") {
		t.Fatalf("Post on Discord: %+v %v", done, err)
	}
	done, err := f.slack.PressView(f.ctx, shown.View, "Post")
	if err != nil || done.View == nil || !strings.Contains(done.View.Visible(), "The Rhine falls") || !strings.Contains(done.View.Visible(), "rivers") {
		t.Fatalf("Post on Slack: %+v %v", done, err)
	}
	if got := f.onDiscord(t, "story", map[string]string{"story": "flood"}); !strings.Contains(got, "The Rhine falls") || !strings.Contains(got, "rivers") {
		t.Errorf("/story afterwards: %q", got)
	}
	p.stop()
}

// TestAnUpdateIsCorrectedInAForm: /desk correct opens its form on Slack without a text,
// /desk fix on Discord always; every copy reads as the previews said.
func TestAnUpdateIsCorrectedInAForm(t *testing.T) {
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=discord:"+discordtest.DefaultUser+",slack:"+team+"/"+reader)
	p := f.connect(t)
	f.track(t)
	f.publish(t, "47,000 peple are affected.", 2, 2)
	view, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/desk", Text: "correct flood 1"})
	if err != nil || view.View == nil || !strings.Contains(string(view.View.Blocks), "47,000 peple are affected.") {
		t.Fatalf("/desk correct on Slack: %+v %v", view, err)
	}
	refused, err := f.slack.Submit(f.ctx, view.View, nil)
	if err != nil || refused.Via != "errors" || !strings.Contains(refused.Errors["text"], "says exactly that already") {
		t.Fatalf("unchanged on Slack: %+v %v", refused, err)
	}
	shown, err := f.slack.Submit(f.ctx, view.View, map[string]string{"text": "4,700 peple are affected.", "reason": "The number was wrong"})
	if err != nil || shown.View == nil || !strings.Contains(shown.View.Visible(), "Post edits 2 copies and posts CORRECTION to 2 channels.") {
		t.Fatalf("submitted on Slack: %+v %v", shown, err)
	}
	if done, err := f.slack.PressView(f.ctx, shown.View, "Post"); err != nil || done.View == nil || !strings.Contains(done.View.Visible(), "Corrected update 1 of flood.") {
		t.Fatalf("Post on Slack: %+v %v", done, err)
	}
	if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 3); err != nil {
		t.Fatal(err)
	}
	person := discordtest.Interaction{Channel: guildChannel, Name: "desk fix", Options: map[string]string{"story": "flood", "number": "1"}}
	form, err := f.discord.Command(f.ctx, person)
	if err != nil || form.Type != 9 || form.Deferred || !strings.Contains(string(form.Modal), `"value":"4,700 peple are affected."`) {
		t.Fatalf("/desk fix on Discord: %+v %s %v", form, form.Modal, err)
	}
	preview, err := f.discord.Submit(f.ctx, form, map[string]string{"text": "4,700 people are affected."}, person)
	if err != nil || !preview.Ephemeral || !strings.Contains(preview.Message.Text, "It says now: “4,700 peple are affected.”") {
		t.Fatalf("submitted on Discord: %+v %v", preview, err)
	}
	done, err := f.discord.Press(f.ctx, preview.Message, "Post", person)
	if err != nil || !strings.Contains(done.Message.Text, "Mended a slip in update 1 of flood.") {
		t.Fatalf("Post on Discord: %+v %v", done, err)
	}
	f.discord.Replay(done)
	if err := f.discord.Wait(f.ctx, func() bool {
		return strings.Contains(f.discord.Messages(guildChannel)[1].Text, "4,700 people are affected.")
	}); err != nil {
		t.Fatal(err)
	}
	f.publish(t, "The water falls.", 4, 4)
	f.both(t, "4,700 people are affected.", "CORRECTION", "The number was wrong")
	p.stop()
}
