package slack

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// TestWhoMayNameAnotherChannel: who is in a channel manages it from elsewhere too, as far
// as Slack says it now.
func TestWhoMayNameAnotherChannel(t *testing.T) {
	type found struct {
		where          stories.Destination
		name           string
		at             error
		manages, posts error
	}
	told := make(chan found, 1)
	named := "slack:T1/C2"
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddUser("T1", slacktest.User{ID: "U2", Name: "gus", Guest: true})
		for _, c := range []struct {
			id   string
			kind slacktest.Kind
			bot  bool
		}{{"C2", slacktest.Public, false}, {"C3", slacktest.Public, true}, {"G1", slacktest.Private, true}, {"G2", slacktest.Private, false}} {
			s.AddChannel("T1", c.id, c.kind, c.bot)
		}
		s.SetOutside("T1", "C3", "U1")
	}, handle: func(ctx context.Context, c bot.Command) bot.Reply {
		var f found
		var there bot.Asker
		if f.where, f.name, there, f.at = c.Asker.(bot.Elsewhere).At(ctx, named); f.at == nil {
			f.manages, f.posts = there.Manages(ctx), there.Posts(ctx)
		}
		told <- f
		return bot.Reply{Message: bot.Plainly("ok")}
	}})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	ask := func(user, channel string) found {
		t.Helper()
		named = channel
		r.slash("C1", user, "/subscribe", "flood")
		return <-told
	}
	if f := ask("U1", "slack:T1/C2"); f.at != nil || f.where != destination("T1", "C2") || f.name != "#c-c2" || f.manages != nil || f.posts != nil {
		t.Errorf("a public channel: %+v", f)
	}
	if f := ask("U1", "slack:T1/G1"); f.at != nil || f.manages != nil || f.posts != nil {
		t.Errorf("a private channel with the bot: %+v", f)
	}
	check(t, "one that the person is not in", ask("U1", "slack:T1/C3").at, stories.CodeForbidden, "Join it")
	check(t, "a private channel without the bot", ask("U1", "slack:T1/G2").at, stories.CodeForbidden, "/invite @storybot")
	check(t, "none there is", ask("U1", "slack:T1/C404").at, stories.CodeForbidden, "does not see you")
	for _, channel := range []string{"slack:T2/C2", "#general", "general", "slack:T1/", "slack:T1/D1", "discord:1", "slack:T1/C2/C3", "slack:T1/C2&user=U9"} {
		check(t, channel, ask("U1", channel).at, stories.CodeInvalid, "pick it from Slack's list")
	}
	check(t, "a guest", ask("U2", "slack:T1/C2").manages, stories.CodeForbidden, "Guests")
	r.slack.Fail(slacktest.Match{Method: "users.conversations"}, 1, slacktest.Error500Before)
	check(t, "while Slack does not say", ask("U1", "slack:T1/C2").at, stories.CodeUnavailable, "could not be checked")
}

// TestEveryKindOfPlace: each kind of conversation, and what it can be asked for beside
// messages.
func TestEveryKindOfPlace(t *testing.T) {
	told := make(chan []error, 1)
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddChannel("T1", "G1", slacktest.Private, true)
		s.AddChannel("T1", "G2", slacktest.Private, false)
		s.AddChannel("T1", "M1", slacktest.Group, true)
		s.AddChannel("T1", "C3", slacktest.Public, true)
		yes := true
		s.SetChannel("T1", "C3", slacktest.ChangeChannel{Shared: &yes})
	}, handle: func(ctx context.Context, c bot.Command) bot.Reply {
		errs := []error{c.Asker.Posts(ctx)}
		for _, n := range bot.Needs {
			errs = append(errs, c.Asker.Posts(ctx, n))
		}
		told <- errs
		return bot.Reply{Message: bot.Plainly("ok")}
	}})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	const threads, publish = "thread of its own only in a channel", "no channels whose messages are passed on"
	for channel, want := range map[string][]string{ // messages, threads, publishing
		"C1":                       {"", "", publish},
		"C3":                       {"", "", publish},
		"G1":                       {"", "", publish},
		"G2":                       {"/invite @storybot", "/invite @storybot", publish},
		"M1":                       {"cannot post to a group message", "cannot post to a group message", publish},
		r.slack.Direct("T1", "U1"): {"", threads, publish},
	} {
		r.slash(channel, "U1", "/subscribe", "flood")
		for i, err := range <-told {
			if (err == nil) != (want[i] == "") || err != nil && !strings.Contains(err.Error(), want[i]) {
				t.Errorf("%s, %s: %v, want %q", channel, fmt.Sprint([]string{"messages", "threads", "publishing"}[i]), err, want[i])
			}
		}
	}
}
