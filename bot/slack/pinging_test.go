package slack

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// A user group is pinged by whoever manages the channel, @here by the workspace's own
// admins alone. What Slack did not say is no.
func TestWhoMayHaveAGroupPinged(t *testing.T) {
	type told struct {
		ping stories.Ping
		err  error
	}
	answers := make(chan told, 1)
	var whom bot.Mention
	handle := func(ctx context.Context, c bot.Command) bot.Reply {
		ping, err := c.Asker.Pings(ctx, whom)
		answers <- told{ping, err}
		return bot.Reply{Message: bot.Plainly("ok")}
	}
	before := func(s *slacktest.Server) {
		people(s)
		s.AddUser("T1", slacktest.User{ID: "UA", Name: "ann", RealName: "Ann", Admin: true})
		s.AddUser("T1", slacktest.User{ID: "UZ", Name: "zoe", RealName: "Zoe", Admin: true, Home: "T9"})
	}
	group := bot.Mention{Kind: bot.RoleKind, Ref: "slack:T1/S1", Name: "@breaking-desk"}
	here := func(name string) bot.Mention { return bot.Mention{Kind: bot.RoleKind, Name: name} }
	desk := stories.Ping{Mention: "<!subteam^S1>", Name: "@breaking-desk"}
	all := stories.Ping{Mention: "<!here>", Name: "@here"}
	type try struct {
		what, channel, user string
		whom                bot.Mention
		want                stories.Ping
		code                stories.Code
		words               string
	}
	run := func(t *testing.T, s setup, tries []try) *rig {
		s.handle, s.before = handle, before
		r := startRig(t, s)
		eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Detail != "asking Slack which workspace the token is for" })
		for _, c := range tries {
			whom = c.whom
			r.slash(c.channel, c.user, "/subscribe", "sony-hack")
			got := <-answers
			check(t, c.what, got.err, c.code, c.words)
			if got.err == nil && got.ping != c.want {
				t.Errorf("%s: %+v", c.what, got.ping)
			}
		}
		return r
	}
	t.Run("as it is set up", func(t *testing.T) {
		r := run(t, setup{}, []try{
			{"a group", "C1", "U1", group, desk, "", ""},
			{"a group whose name nobody told", "C1", "U1", bot.Mention{Kind: bot.RoleKind, Ref: "slack:T1/S1", Name: "@group"}, stories.Ping{Mention: "<!subteam^S1>"}, "", ""},
			{"a group as it was written before", "C1", "U1", bot.Mention{Kind: bot.RoleKind, Ref: desk.Mention, Name: desk.Name}, desk, "", ""},
			{"@here as it was written before", "C1", "UA", bot.Mention{Kind: bot.RoleKind, Ref: all.Mention, Name: all.Name}, all, "", ""},
			{"the same by a member", "C1", "U1", bot.Mention{Kind: bot.RoleKind, Ref: all.Mention, Name: all.Name}, all, stories.CodeForbidden, "Only admins and owners"},
			{"@channel as somebody would write it", "C1", "UA", bot.Mention{Kind: bot.RoleKind, Ref: "<!channel>"}, all, stories.CodeInvalid, "takes a user group"},
			{"@here by an admin", "C1", "UA", here("@here"), all, "", ""},
			{"@here by a member", "C1", "U1", here("@here"), all, stories.CodeForbidden, "Only admins and owners"},
			{"@here by a guest", "C1", "UG", here("@here"), all, stories.CodeForbidden, "Only admins and owners"},
			{"@here by another workspace's admin", "C1", "UZ", here("here"), all, stories.CodeForbidden, "Only admins and owners"},
			{"@channel by an admin", "C1", "UA", here("@channel"), all, stories.CodeInvalid, "never @channel"},
			{"@everyone by an admin", "C1", "UA", here("@Everyone"), all, stories.CodeInvalid, "never @channel"},
			{"a handle that Slack made no mention of", "C1", "UA", here("@breaking-desk"), all, stories.CodeInvalid, "Escape channels, users, and links"},
			{"a person", "C1", "UA", bot.Mention{Kind: bot.RoleKind, Ref: "slack:T1/U1"}, all, stories.CodeInvalid, "not one person"},
			{"a group of another workspace", "C1", "UA", bot.Mention{Kind: bot.RoleKind, Ref: "slack:T9/S1"}, all, stories.CodeInvalid, "takes a user group"},
			{"what is no group", "C1", "UA", bot.Mention{Kind: bot.RoleKind, Ref: "slack:T1/S1> <!channel"}, all, stories.CodeInvalid, "takes a user group"},
		})
		named := strings.Join(r.places.names(), "\n")
		if !strings.Contains(named, "slack:T1/<!subteam^S1> group breaking-desk open") || !strings.Contains(named, "slack:T1/<!here> group here open") || strings.Count(named, " group ") != 2 {
			t.Errorf("names\n%s", named)
		}
	})
	t.Run("without users:read", func(t *testing.T) {
		run(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("users:read")}}, []try{
			{"a group", "C1", "U1", group, desk, "", ""},
			{"@here", "C1", "UA", here("@here"), all, stories.CodeForbidden, "lacks the scope users:read"},
		})
	})
	t.Run("while Slack does not answer", func(t *testing.T) {
		whom = here("@here")
		r := run(t, setup{}, nil)
		r.slack.Fail(slacktest.Match{Method: "users.info"}, 5, slacktest.Unavailable)
		r.slash("C1", "UA", "/subscribe", "sony-hack")
		check(t, "@here", (<-answers).err, stories.CodeUnavailable, "could not be checked")
	})
}

// What cannot be in a place is said, and nothing else is asked for: a thread needs no
// more than a message.
func TestOptionsThatSlackCannotHave(t *testing.T) {
	var needs []bot.Need
	answers := make(chan error, 1)
	r := startRig(t, setup{before: people, handle: func(ctx context.Context, c bot.Command) bot.Reply {
		answers <- c.Asker.Posts(ctx, needs...)
		return bot.Reply{Message: bot.Plainly("ok")}
	}})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Detail != "asking Slack which workspace the token is for" })
	direct := r.slack.Direct("T1", "U1")
	for _, c := range []struct {
		channel string
		options stories.Options
		code    stories.Code
		words   string
	}{
		{"C1", stories.Options{Mode: stories.ModeThread}, "", ""},
		{"G1", stories.Options{Mode: stories.ModeThread}, "", ""},
		{direct, stories.Options{Mode: stories.ModeThread}, stories.CodeInvalid, "only in a channel"},
		{direct, stories.Options{Mode: stories.ModeCard, Digest: "hourly"}, "", ""},
		{"C1", stories.Options{Publish: true}, stories.CodeInvalid, "Leave publish: out"},
		{"G2", stories.Options{Mode: stories.ModeThread}, stories.CodeForbidden, "/invite @storybot"},
	} {
		needs = bot.NeedsOf(c.options)
		r.slash(c.channel, "U1", "/subscribe", "sony-hack")
		check(t, c.channel, <-answers, c.code, c.words)
	}
}
