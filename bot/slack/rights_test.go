package slack

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// allowed is what a command's Asker says of it.
type allowed struct {
	name           string
	manages, posts error
}

// askRights makes a platform whose handler asks everything a command can need,
// and returns what it is told.
func askRights(t *testing.T, s setup) (*rig, func(channel, user string) allowed) {
	t.Helper()
	told := make(chan allowed, 1)
	s.handle = func(ctx context.Context, c bot.Command) bot.Reply {
		told <- allowed{c.Asker.Name(ctx), c.Asker.Manages(ctx), c.Asker.Posts(ctx)}
		return bot.Reply{Message: bot.Plainly("ok")}
	}
	r := startRig(t, s)
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Detail != "asking Slack which workspace the token is for" })
	return r, func(channel, user string) allowed {
		t.Helper()
		r.slash(channel, user, "/subscribe", "sony-hack")
		return <-told
	}
}

// check says whether err is a refusal of this code with these words; code "" is
// none.
func check(t *testing.T, what string, err error, code stories.Code, words string) {
	t.Helper()
	switch {
	case stories.CodeOf(err) != code:
		t.Errorf("%s: %v, want code %q", what, err, code)
	case err != nil && !strings.Contains(err.(*stories.Error).Message, words):
		t.Errorf("%s: %q does not say %q", what, err.(*stories.Error).Message, words)
	}
}

func people(s *slacktest.Server) {
	s.AddUser("T1", slacktest.User{ID: "UG", Name: "gus", RealName: "Gus", Guest: true})
	s.AddUser("T1", slacktest.User{ID: "US", Name: "sue", SingleGuest: true})
	s.AddUser("T1", slacktest.User{ID: "UX", Name: "xan", Stranger: true, Home: "T9"})
	s.AddUser("T1", slacktest.User{ID: "UY", Name: "yan", Home: "T9"})
	s.AddUser("T1", slacktest.User{ID: "UB", Name: "bot", Bot: true})
	s.AddUser("T1", slacktest.User{ID: "UD", Name: "dan", Deleted: true})
	s.AddUser("T1", slacktest.User{ID: "USLACKBOT", Name: "slackbot"})
	s.AddChannel("T1", "C2", slacktest.Public, false)
	s.AddChannel("T1", "C3", slacktest.Public, true)
	s.AddChannel("T1", "G1", slacktest.Private, true)
	s.AddChannel("T1", "G2", slacktest.Private, false)
	s.AddChannel("T1", "G3", slacktest.Group, false)
	yes := true
	s.SetChannel("T1", "C3", slacktest.ChangeChannel{Shared: &yes})
}

func TestRights(t *testing.T) {
	r, ask := askRights(t, setup{before: people})
	for _, c := range []struct {
		what, channel, user string
		manages, posts      stories.Code
		words               string
	}{
		{"a member where the bot is", "C1", "U1", "", "", ""},
		{"a guest", "C1", "UG", stories.CodeForbidden, "", "full member"},
		{"a guest in their own direct message", r.slack.Direct("T1", "UG"), "UG", "", "", ""},
		{"a guest of one channel", "C1", "US", stories.CodeForbidden, "", "full member"},
		{"somebody of another company", "C1", "UX", stories.CodeForbidden, "", "another company"},
		{"somebody of another workspace in a shared channel", "C3", "UY", stories.CodeForbidden, "", "another company"},
		{"somebody of another workspace of the organisation", "C1", "UY", "", "", ""},
		{"a bot", "C1", "UB", stories.CodeForbidden, "", "Only people"},
		{"Slackbot", "C1", "USLACKBOT", stories.CodeForbidden, "", "Only people"},
		{"a closed account", "C1", "UD", stories.CodeForbidden, "", "closed"},
		{"a public channel without the bot", "C2", "U1", "", "", ""},
		{"a private channel with the bot", "G1", "U1", "", "", ""},
		{"a private channel without the bot", "G2", "U1", "", stories.CodeForbidden, "/invite @storybot"},
		{"a group message", "G3", "U1", "", stories.CodeForbidden, "group message"},
	} {
		got := ask(c.channel, c.user)
		check(t, c.what+" manages", got.manages, c.manages, c.words)
		check(t, c.what+" posts", got.posts, c.posts, c.words)
	}
	yes := true
	r.slack.SetChannel("T1", "G2", slacktest.ChangeChannel{Member: &yes})
	check(t, "after the invitation", ask("G2", "U1").posts, "", "")
	r.slack.SetChannel("T1", "C2", slacktest.ChangeChannel{Archived: &yes})
	r.platform.directory.rooms.drop(roomKey("T1", "C2"))
	check(t, "an archived channel", ask("C2", "U1").posts, stories.CodeForbidden, "archived")
	if got := ask("C1", "U1"); got.name != "Ada Lovelace" {
		t.Errorf("name %q", got.name)
	}
}

// A member who is made a guest loses the right within minutes, though the name
// is kept.
func TestRightsAreForgotten(t *testing.T) {
	later := time.Duration(0)
	r, ask := askRights(t, setup{before: people, config: func(c *Config) {
		c.Now = func() time.Time { return time.Now().Add(later) }
	}})
	check(t, "a member", ask("C1", "U1").manages, "", "")
	r.slack.AddUser("T1", slacktest.User{ID: "U1", Name: "ada", RealName: "Ada L.", Guest: true})
	check(t, "just made a guest", ask("C1", "U1").manages, "", "")
	later = rightsLife + time.Second
	got := ask("C1", "U1")
	check(t, "some minutes later", got.manages, stories.CodeForbidden, "full member")
	if got.name != "Ada Lovelace" {
		t.Errorf("name %q", got.name)
	}
}

// A private channel that the bot is not in is told from a channel of which
// nothing is known.
func TestChannelsThatSlackKeepsSilentAbout(t *testing.T) {
	for _, c := range []struct {
		fault slacktest.Fault
		words string
	}{
		{slacktest.APIError("not_in_channel"), "/invite @storybot"},
		{slacktest.APIError("channel_not_found"), "/invite @storybot"},
		{slacktest.Fault{Status: 200, Body: `{"ok":false,"error":"missing_scope","needed":"groups:read"}`}, "groups:read"},
		{slacktest.Fault{Status: 200, Body: `{"ok":false,"error":"missing_scope","needed":"mpim:read"}`}, "group message"},
		{slacktest.APIError("missing_scope"), "channels:read or groups:read"},
		{slacktest.APIError("token_revoked"), "SLACK_BOT_TOKEN"},
		{slacktest.APIError("account_inactive"), "SLACK_BOT_TOKEN"},
	} {
		r, ask := askRights(t, setup{})
		r.slack.Fail(slacktest.Match{Method: "conversations.info"}, -1, c.fault)
		got := ask("C1", "U1")
		check(t, "posts", got.posts, stories.CodeForbidden, c.words)
		check(t, "manages", got.manages, "", "")
	}
}

// Without the scope to tell them apart, members manage; where the bot cannot
// see whether it may post, it does not say that it will.
func TestRightsWithoutScopes(t *testing.T) {
	_, ask := askRights(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("users:read", "channels:read", "groups:read")}})
	got := ask("C1", "U1")
	check(t, "manages", got.manages, "", "")
	check(t, "posts", got.posts, stories.CodeForbidden, "channels:read")
	if got.name != "ada" {
		t.Errorf("name %q", got.name)
	}
	_, ask = askRights(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("chat:write.public")}, before: people})
	check(t, "a public channel without the bot", ask("C2", "U1").posts, stories.CodeForbidden, "/invite @storybot")
	_, ask = askRights(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("chat:write")}})
	check(t, "an app that may not write", ask("C1", "U1").posts, stories.CodeForbidden, "chat:write")
}

// A workspace whose token is not there, or not taken, can neither be subscribed
// nor changed, and the cure names the setting.
func TestRightsWithoutToken(t *testing.T) {
	_, ask := askRights(t, setup{before: func(s *slacktest.Server) {
		s.AddWorkspace("T2")
		s.AddChannel("T2", "C9", slacktest.Public, true)
	}, config: func(c *Config) { c.BotTokens = append(c.BotTokens, "xoxb-unknown") }})
	check(t, "the workspace with a token", ask("C1", "U1").manages, "", "")

	told := make(chan allowed, 1)
	other := startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddWorkspace("T2")
		s.AddChannel("T2", "C9", slacktest.Public, true)
	}, handle: func(ctx context.Context, c bot.Command) bot.Reply {
		told <- allowed{c.Asker.Name(ctx), c.Asker.Manages(ctx), c.Asker.Posts(ctx)}
		return bot.Reply{Message: bot.Plainly("ok")}
	}})
	ask2 := func(team, channel string) allowed {
		must[*slacktest.Answer](t)(other.slack.Slash(other.ctx(), slacktest.Slash{Team: team, Channel: channel, User: "U5", Command: "/subscribe", Text: "all"}))
		return <-told
	}
	got := ask2("T2", "C9")
	check(t, "manages without a token", got.manages, stories.CodeForbidden, "SLACK_BOT_TOKEN")
	check(t, "posts without a token", got.posts, stories.CodeForbidden, "SLACK_BOT_TOKEN")
	if got.name != "u5" {
		t.Errorf("name %q", got.name)
	}

	r, ask := askRights(t, setup{before: func(s *slacktest.Server) { s.Refuse("T1", "account_inactive") }})
	if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "app_uninstalled"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the refusal", func() bool { return strings.Contains(r.platform.Health()[1].Detail, "account_inactive") })
	check(t, "posts with a refused token", ask("C1", "U1").posts, stories.CodeForbidden, "SLACK_BOT_TOKEN")
}

func TestRightsBeforeTheWorkspaceIsKnown(t *testing.T) {
	r, ask := askRights(t, setup{before: func(s *slacktest.Server) {
		s.Fail(slacktest.Match{Method: "auth.test"}, -1, slacktest.Error500Before)
	}, timing: func(g *timing) { g.lookUp = 20 * time.Millisecond }})
	got := ask("C1", "U1")
	check(t, "manages", got.manages, stories.CodeUnavailable, "could not ask Slack yet")
	check(t, "posts", got.posts, stories.CodeUnavailable, "could not ask Slack yet")
	r.slack.Heal()
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
}

// The direct message with the bot can be subscribed, one between people cannot.
func TestRightsInDirectMessages(t *testing.T) {
	r, ask := askRights(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "D9", slacktest.DM, false) }})
	check(t, "somebody else's", ask("D9", "U1").posts, stories.CodeForbidden, "direct message with Storybot")
	r.slack.Fail(slacktest.Match{Method: "conversations.open"}, 1, slacktest.Error500Before)
	check(t, "not said", ask("D9", "U1").posts, stories.CodeUnavailable, "could not be checked")
	r.slack.Grant("T1", "im:write", false)
	check(t, "no scope", ask("D9", "U1").posts, stories.CodeForbidden, "im:write")
	// What is said in the bot's own conversation needs no question.
	told := make(chan error, 1)
	own := startRig(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "D1", slacktest.DM, true) },
		handle: func(ctx context.Context, c bot.Command) bot.Reply {
			told <- c.Asker.Posts(ctx)
			return bot.Reply{Message: bot.Plainly("ok")}
		}})
	eventually(t, "the workspace", func() bool { return own.platform.Health()[1].Up })
	if err := own.slack.Event(own.ctx(), "T1", map[string]any{"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "subscribe all", "ts": "1.2"}); err != nil {
		t.Fatal(err)
	}
	check(t, "our own", <-told, "", "")
	if n := own.slack.Calls("conversations.open"); n != 0 {
		t.Errorf("%d questions about our own conversation", n)
	}
}

// A command that needs no right costs no question, one that needs it one.
func TestNothingIsAskedForNothing(t *testing.T) {
	r := startRig(t, setup{handle: func(ctx context.Context, c bot.Command) bot.Reply {
		if in, ok := c.Input.(bot.Press); ok && in.Action == bot.ActionStop {
			c.Asker.Name(ctx)
			if err := c.Asker.Manages(ctx); err != nil {
				return bot.Reply{Message: bot.Plainly(err.Error())}
			}
		}
		return buttons
	}})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	calls := func() int { return r.slack.Calls("users.info") + r.slack.Calls("conversations.info") }
	a := r.slash("C1", "U1", "/story", "sony-hack")
	must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), a.Message, "Timeline", "U1"))
	if n := calls(); n != 0 {
		t.Errorf("a reader cost %d questions", n)
	}
	must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), a.Message, "Stop here", "U1"))
	must[*slacktest.Answer](t)(r.slack.Press(r.ctx(), a.Message, "Stop here", "U1"))
	if n := calls(); n != 1 {
		t.Errorf("two presses of one person cost %d questions", n)
	}
}

// Each kind of place in words, with and without the scope that reaches public
// channels.
func TestWhatAPlaceLacks(t *testing.T) {
	public := map[string]bool{"chat:write.public": true}
	for _, c := range []struct {
		what   string
		room   room
		scopes map[string]bool
		words  string // "" for nothing
	}{
		{"a channel with the bot", room{member: true}, map[string]bool{}, ""},
		{"a public channel", room{}, public, ""},
		{"a public channel, without the scope", room{}, map[string]bool{}, "/invite @storybot"},
		{"a public channel, scopes not known", room{}, nil, ""},
		{"a private channel", room{private: true}, public, "/invite @storybot"},
		{"a private channel with the bot", room{private: true, member: true}, map[string]bool{}, ""},
		{"an archived channel", room{member: true, archived: true}, public, "archived"},
		{"a group message", room{private: true, group: true, member: true}, public, "group message"},
		{"somebody's conversation", room{private: true, direct: true}, public, "direct message with Storybot"},
	} {
		err := c.room.lacks(workspace{scopes: c.scopes})
		code := stories.CodeForbidden
		if c.words == "" {
			code = ""
		}
		check(t, c.what, err, code, c.words)
	}
}
