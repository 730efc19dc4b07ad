package discord

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
)

// echo answers with what it was asked, as people read it.
func echo(_ context.Context, c bot.Command) bot.Reply {
	switch in := c.Input.(type) {
	case bot.Options:
		said := in.Name
		for _, name := range []string{"user", "headline"} {
			if v := in.Values[name]; v != "" {
				said += " " + name + "=" + bot.Unfold(v, in.Mentions)
			}
		}
		for _, m := range in.Mentions {
			said += " (" + m.Ref + ")"
		}
		return bot.Reply{Message: bot.Plainly(said)}
	case bot.Submission:
		return bot.Reply{Message: bot.Plainly(in.ID + " " + bot.Unfold(in.Values["who"]+" "+in.Values["text"], in.Mentions))}
	}
	return bot.Reply{Message: bot.Plainly(bot.Describe(c.Input))}
}

// TestThePickerOfPeople is a person as Discord's own option, and others in a
// text, at a strict Discord.
func TestThePickerOfPeople(t *testing.T) {
	srv, _, _ := strictly(t, handler{handle: echo})
	const mia = "80351110224678913"
	for _, c := range []struct {
		name    string
		options map[string]string
		want    string
	}{
		{"desk moderators", map[string]string{"user": mia}, "desk moderators user=@user-" + mia + " (discord:" + mia + ")"},
		{"desk track", map[string]string{"headline": "By <@" + mia + "> in <#" + testChannel + ">, not <#1>"},
			"desk track headline=By @user-" + mia + " in #channel-" + testChannel + ", not #private-channel (discord:" + mia + ") (discord:" + testChannel + ") (discord:1)"},
	} {
		a, err := srv.Command(soon(t), discordtest.Interaction{Channel: testChannel, Name: c.name, Options: c.options})
		if err != nil || a.Deferred || plainly(a.Message.Text) != c.want {
			t.Errorf("%+v %v\nwant %s", a, err, c.want)
		}
	}
}

// plainly is text as readers see it.
func plainly(md string) string { return strings.ReplaceAll(md, `\`, "") }

func TestAFormIsSubmittedAtDiscord(t *testing.T) {
	srv, _, _ := strictly(t, handler{handle: echo})
	form := &discordtest.Answer{Modal: []byte(`{"custom_id":"update:1","components":[{"type":18,"component":{"type":5,"custom_id":"who"}},{"type":18,"component":{"type":4,"custom_id":"text"}},{"type":10,"content":"Read this"}]}`)}
	a, err := srv.Submit(soon(t), form, map[string]string{"who": "4242", "text": "News"}, discordtest.Interaction{Channel: testChannel})
	if err != nil || !a.Ephemeral || plainly(a.Message.Text) != "update:1 @user-4242 News" {
		t.Errorf("%+v %v", a, err)
	}
}

// TestAServerThatHasTheCommandsOnly is told how the bot comes to it; its readers
// are answered.
func TestAServerThatHasTheCommandsOnly(t *testing.T) {
	const elsewhere, room = "41771983423143937", "41771983423143938"
	srv, _, _ := strictly(t, handler{handle: func(ctx context.Context, c bot.Command) bot.Reply {
		if in := c.Input.(bot.Options); in.Name == "story" {
			return bot.Reply{Message: bot.Plainly("The story.")}
		}
		if err := c.Asker.Posts(ctx); err != nil {
			return bot.Reply{Failed: true, Message: bot.Plainly(err.Error())}
		}
		return bot.Reply{Message: bot.Plainly("Followed.")}
	}})
	srv.AddChannel(elsewhere, room)
	follow := discordtest.Interaction{Channel: room, Name: "subscribe", Options: map[string]string{"target": "all"}, Permissions: discordtest.DefaultPermissions | discordtest.ManageChannels}
	if a, err := srv.Command(soon(t), follow); err != nil || a.Message.Text != "Followed." {
		t.Errorf("%+v %v", a, err)
	}
	srv.RemoveFromGuild(elsewhere)
	a, err := srv.Command(soon(t), follow)
	link := "https://discord.com/oauth2/authorize?client_id=" + discordtest.ApplicationID + "&scope=bot+applications.commands&permissions=274877975552"
	if err != nil || !strings.Contains(plainly(a.Message.Text), link) || len(a.Message.Buttons) != 1 || a.Message.Buttons[0].URL != link {
		t.Errorf("%+v %v", a, err)
	}
	if a, err := srv.Command(soon(t), discordtest.Interaction{Channel: room, Name: "story"}); err != nil || a.Message.Text != "The story." {
		t.Errorf("%+v %v", a, err)
	}
}
