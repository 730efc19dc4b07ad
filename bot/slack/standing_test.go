package slack

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// What Slack does not say is not allowed, in words that say to try again.
func TestRightsFailClosed(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{
		"500":           slacktest.Error500Before,
		"503":           slacktest.Unavailable,
		"429":           slacktest.RateLimited(30),
		"ratelimited":   slacktest.APIError("ratelimited"),
		"hangs":         slacktest.Hangs,
		"reset":         slacktest.ResetBefore,
		"cut":           slacktest.CutBody,
		"html":          slacktest.HTML200,
		"nothing":       slacktest.EmptyObject,
		"not ok":        slacktest.NotOK,
		"no user":       {Status: 200, Body: `{"ok":true}`},
		"empty user":    {Status: 200, Body: `{"ok":true,"user":{},"channel":{}}`},
		"null user":     {Status: 200, Body: `{"ok":true,"user":null,"channel":null}`},
		"somebody else": {Status: 200, Body: `{"ok":true,"user":{"id":"U7","name":"x","is_restricted":false},"channel":{"name":"x"}}`},
		"only an id":    {Status: 200, Body: `{"ok":true,"user":{"id":"U1"},"channel":{}}`},
		"other types":   {Status: 200, Body: `{"ok":true,"user":{"id":"U1","name":"x","is_restricted":"no"},"channel":{"id":7}}`},
		// What is said of a guest, but not that they are one; and of a channel, but
		// not who may read or write there.
		"only a name":        {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus"},"channel":{"id":"C1","name":"x"}}`},
		"null standing":      {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus","is_restricted":null,"is_ultra_restricted":null},"channel":{"id":"C1","is_member":null,"is_private":null}}`},
		"half a standing":    {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus","is_restricted":false},"channel":{"id":"C1","is_member":false}}`},
		"the other half":     {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus","is_ultra_restricted":false},"channel":{"id":"C1","is_private":true}}`},
		"half null":          {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus","is_restricted":false,"is_ultra_restricted":null},"channel":{"id":"C1","is_group":false}}`},
		"a word":             {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus","is_restricted":false,"is_ultra_restricted":"true"},"channel":{"id":"C1","is_member":"true"}}`},
		"numbers":            {Status: 200, Body: `{"ok":true,"user":{"id":"UG","name":"gus","is_restricted":0,"is_ultra_restricted":0},"channel":{"id":"C1","is_member":1}}`},
		"a list":             {Status: 200, Body: `{"ok":true,"user":[{"id":"UG","name":"gus","is_restricted":false,"is_ultra_restricted":false}],"channel":["C1"]}`},
		"a text":             {Status: 200, Body: `{"ok":true,"user":"UG","channel":"C1"}`},
		"unreadable bot":     {Status: 200, Body: `{"ok":true,"user":{"id":"UG","is_bot":"no","is_restricted":false,"is_ultra_restricted":false},"channel":{"id":"C1","is_private":"no"}}`},
		"unreadable account": {Status: 200, Body: `{"ok":true,"user":{"id":"UG","deleted":{},"is_restricted":false,"is_ultra_restricted":false},"channel":{"id":"C1","is_private":[]}}`},
		"another's":          {Status: 200, Body: `{"ok":true,"user":{"id":"U7","name":"x","team_id":"T1","is_restricted":false,"is_ultra_restricted":false},"channel":{"id":"C7","is_member":true,"is_private":false}}`},
		"no such user":       slacktest.APIError("user_not_found"),
		"new error":          slacktest.APIError("error_of_next_year"),
		"fatal_error":        slacktest.APIError("fatal_error"),
		"no method":          slacktest.APIError("unknown_method"),
		"404":                {Status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ask := askRights(t, setup{before: people, timing: func(g *timing) { g.lookUp = 300 * time.Millisecond }})
			r.slack.Fail(slacktest.Match{Method: "users.info"}, -1, fault)
			r.slack.Fail(slacktest.Match{Method: "conversations.info"}, -1, fault)
			for _, user := range []string{"U1", "UG"} {
				got := ask("C1", user)
				check(t, "manages", got.manages, stories.CodeUnavailable, "could not be checked with Slack now")
				check(t, "posts", got.posts, stories.CodeUnavailable, "could not be checked with Slack now")
				if got.name == "" || strings.Contains(got.name, user) {
					t.Errorf("name %q", got.name)
				}
			}
			if n := r.slack.Calls("users.info"); n != 2 {
				t.Errorf("%d look-ups of people for two commands", n)
			}
			r.slack.Heal()
			check(t, "manages afterwards", ask("C1", "U1").manages, "", "")
			check(t, "a guest manages afterwards", ask("C1", "UG").manages, stories.CodeForbidden, "full member")
		})
	}
}

// What is said of a person, in full and in part: nobody is taken for a member of
// whom that is not said, and what is said against them counts by itself.
func TestStanding(t *testing.T) {
	for _, c := range []struct {
		user string
		want kind
		ok   bool
	}{
		{`{"id":"U1","is_restricted":false,"is_ultra_restricted":false}`, member, true},
		{`{"id":"U1","name":"x","deleted":false,"is_bot":false,"is_stranger":null,"is_restricted":false,"is_ultra_restricted":false}`, member, true},
		{`{"id":"U1","name":"x"}`, unsaid, true},
		{`{"id":"U1","is_restricted":false}`, unsaid, false},
		{`{"id":"U1","name":"x","is_restricted":null,"is_ultra_restricted":false}`, unsaid, true},
		{`{"id":"U1","is_restricted":true}`, guest, true},
		{`{"id":"U1","is_restricted":null,"is_ultra_restricted":true}`, guest, true},
		{`{"id":"U1","is_restricted":true,"is_ultra_restricted":false}`, guest, true},
		{`{"id":"U1","is_stranger":true}`, foreign, true},
		{`{"id":"U1","is_bot":true}`, machine, true},
		{`{"id":"U1","deleted":true}`, gone, true},
		{`{"id":"U2","name":"x","is_restricted":false,"is_ultra_restricted":false}`, member, false},
		{`{"id":"u1","is_restricted":false,"is_ultra_restricted":false}`, member, false},
		{`{"is_restricted":false,"is_ultra_restricted":false}`, member, false},
		{`{}`, unsaid, false},
		{`null`, unsaid, false},
	} {
		var info userInfo
		if err := json.Unmarshal([]byte(`{"ok":true,"user":`+c.user+`}`), &info); err != nil {
			t.Fatal(err)
		}
		if got, ok := info.read("U1", time.Now()); ok != c.ok || got.kind != c.want {
			t.Errorf("%s: kind %d, said %v, want %d, %v", c.user, got.kind, ok, c.want, c.ok)
		}
	}
}

// A full member of whom Slack does not say where they belong, and a visitor to a
// channel of which it does not say with whom it is shared: neither is allowed
// what a person of another company is not.
func TestVisitorsFailClosed(t *testing.T) {
	const homeless = `{"id":"UY","name":"yan","is_restricted":false,"is_ultra_restricted":false}`
	const visitor = `{"id":"UY","name":"yan","team_id":"T9","is_restricted":false,"is_ultra_restricted":false}`
	for _, c := range []struct {
		user, channel string
		want          stories.Code
	}{
		{visitor, `"is_ext_shared":true`, stories.CodeForbidden},
		{visitor, `"is_ext_shared":false`, ""},
		{visitor, `"is_shared":false`, ""},
		{visitor, `"is_shared":true,"is_org_shared":true,"is_ext_shared":false`, ""},
		{visitor, `"is_shared":true`, stories.CodeForbidden},
		{visitor, `"is_shared":true,"is_org_shared":true`, stories.CodeUnavailable},
		{visitor, `"is_ext_shared":null`, stories.CodeUnavailable},
		{visitor, `"name":"x"`, stories.CodeUnavailable},
		{homeless, `"is_ext_shared":false`, ""},
		{homeless, `"is_ext_shared":true`, stories.CodeUnavailable},
		{homeless, `"name":"x"`, stories.CodeUnavailable},
	} {
		r, ask := askRights(t, setup{before: people})
		r.slack.Fail(slacktest.Match{Method: "users.info"}, -1, slacktest.Fault{Status: 200, Body: `{"ok":true,"user":` + c.user + `}`})
		r.slack.Fail(slacktest.Match{Method: "conversations.info"}, -1, slacktest.Fault{Status: 200, Body: `{"ok":true,"channel":{"id":"C3","is_member":true,"is_private":false,"is_archived":false,` + c.channel + `}}`})
		check(t, c.user+c.channel, ask("C3", "UY").manages, c.want, "")
	}
}

// Slack's word that a scope is missing counts only where nothing it said of the
// token says otherwise: else a guest would have a member's rights by a stumble.
func TestMissingScopes(t *testing.T) {
	granted, without := map[string]bool{"users:read": true, "chat:write": true}, map[string]bool{"chat:write": true}
	for _, c := range []struct {
		what            string
		known, answered map[string]bool
		code, needed    string
		want            bool
	}{
		{"known as granted", granted, nil, "missing_scope", "users:read", false},
		{"granted, says the answer too", granted, granted, "missing_scope", "users:read", false},
		{"granted, says the answer alone", nil, granted, "missing_scope", "users:read", false},
		{"taken away since", granted, without, "missing_scope", "users:read", true},
		{"given since", without, granted, "missing_scope", "users:read", false},
		{"known as missing", without, nil, "missing_scope", "", true},
		{"named by the refusal alone", nil, nil, "missing_scope", "users:read", true},
		{"one of several", nil, nil, "missing_scope", "chat:write,users:read", true},
		{"another is named", nil, nil, "missing_scope", "users:read.email", false},
		{"none is named", nil, nil, "missing_scope", "", false},
		{"another refusal", without, without, "no_permission", "users:read", false},
	} {
		f := &failure{reach: answered, code: c.code, needed: c.needed, scopes: c.answered}
		if got := (workspace{scopes: c.known}).lacks("users:read", f); got != c.want {
			t.Errorf("%s: lacks it %v, want %v", c.what, got, c.want)
		}
	}

	r, ask := askRights(t, setup{before: people})
	for _, body := range []string{`{"ok":false,"error":"missing_scope","needed":"users:read"}`, `{"ok":false,"error":"missing_scope"}`,
		`{"ok":false,"error":"missing_scope","needed":"users:read","provided":"chat:write"}`} {
		r.slack.Heal()
		r.slack.Fail(slacktest.Match{Method: "users.info"}, -1, slacktest.Fault{Status: 200, Body: body})
		for _, user := range []string{"UG", "UX", "U1"} {
			check(t, user+" of "+body, ask("C1", user).manages, stories.CodeUnavailable, "could not be checked with Slack now")
		}
	}
	r.slack.Heal()
	r.slack.Grant("T1", "users:read", false)
	check(t, "a guest, the scope taken away since", ask("C1", "UG").manages, "", "")
}

// What Slack leaves out of a channel was not read, and what it says of another
// channel says nothing of this one.
func TestPlacesFailClosed(t *testing.T) {
	all := map[string]bool{"chat:write": true, "chat:write.public": true}
	bare := map[string]bool{"chat:write": true}
	const soon, open, never = stories.CodeUnavailable, stories.Code(""), stories.CodeForbidden
	for _, c := range []struct {
		channel           string
		all, bare, unsaid stories.Code // with chat:write.public, without, and scopes not known
	}{
		{`"id":"G2"`, soon, soon, soon},
		{`"id":"C0OTHER","is_private":false,"is_member":true,"is_archived":false`, soon, soon, soon},
		{`"id":"g2","is_private":false,"is_member":true,"is_archived":false`, soon, soon, soon},
		{`"is_private":false,"is_member":true,"is_archived":false`, soon, soon, soon},
		{`"id":"G2","is_private":false,"is_member":true,"is_archived":false`, open, open, open},
		{`"id":"G2","is_private":true,"is_member":true,"is_archived":false`, open, open, open},
		{`"id":"G2","is_private":true,"is_member":false,"is_archived":false`, never, never, never},
		{`"id":"G2","is_private":false,"is_member":false,"is_archived":false`, open, never, open},
		{`"id":"G2","is_private":false,"is_archived":false`, open, soon, soon},
		{`"id":"G2","is_private":false,"is_member":null,"is_archived":false`, open, soon, soon},
		{`"id":"G2","is_private":false,"is_group":true,"is_archived":false`, soon, soon, soon},
		{`"id":"G2","is_private":true,"is_archived":false`, soon, soon, soon},
		{`"id":"G2","is_member":true,"is_archived":false`, soon, soon, soon},
		{`"id":"G2","is_private":null,"is_member":true,"is_archived":false`, soon, soon, soon},
		{`"id":"G2","is_private":false,"is_member":true`, soon, soon, soon},
		{`"id":"G2","is_private":false,"is_member":true,"is_archived":null`, soon, soon, soon},
		{`"id":"G2","is_private":false,"is_member":true,"is_archived":true`, never, never, never},
		{`"id":"G2","is_archived":true`, never, never, never},
		{`"id":"G2","is_mpim":true`, never, never, never},
		{`"id":"G2","is_im":true`, never, never, never},
	} {
		var info channelInfo
		if err := json.Unmarshal([]byte(`{"ok":true,"channel":{`+c.channel+`}}`), &info); err != nil {
			t.Fatal(err)
		}
		known, ok := info.read("G2")
		for what, want := range map[string]struct {
			scopes map[string]bool
			code   stories.Code
		}{"chat:write.public": {all, c.all}, "chat:write": {bare, c.bare}, "unknown": {nil, c.unsaid}} {
			got := soon
			if ok {
				got = stories.CodeOf(known.lacks(workspace{scopes: want.scopes}))
			}
			if got != want.code {
				t.Errorf("%s with scopes %s: %q, want %q", c.channel, what, got, want.code)
			}
		}
	}

	r, ask := askRights(t, setup{before: people})
	for _, channel := range []string{`"id":"G2"`, `"id":"C0OTHER","is_private":false,"is_member":true,"is_archived":false`, `"id":"G2","is_member":true`} {
		r.slack.Heal()
		r.slack.Fail(slacktest.Match{Method: "conversations.info"}, -1, slacktest.Fault{Status: 200, Body: `{"ok":true,"channel":{` + channel + `}}`})
		check(t, channel, ask("G2", "U1").posts, stories.CodeUnavailable, "could not be checked with Slack now")
	}
	r.slack.Heal()
	check(t, "afterwards", ask("G2", "U1").posts, stories.CodeForbidden, "/invite @storybot")
}

// A direct message is ours only where Slack's answer is about it.
func TestDirectMessagesFailClosed(t *testing.T) {
	r, ask := askRights(t, setup{before: func(s *slacktest.Server) { s.AddChannel("T1", "D9", slacktest.DM, false) }})
	for channel, want := range map[string]stories.Code{
		`{}`: stories.CodeUnavailable, `null`: stories.CodeUnavailable, `{"is_im":true}`: stories.CodeUnavailable,
		`{"id":"D9","is_im":false}`: stories.CodeUnavailable, `{"id":"D9","is_mpim":true}`: stories.CodeUnavailable,
		`{"id":"D9","is_im":true,"user":"U2"}`: stories.CodeUnavailable, `{"id":"D8"}`: stories.CodeForbidden,
	} {
		r.slack.Heal()
		r.slack.Fail(slacktest.Match{Method: "conversations.open"}, -1, slacktest.Fault{Status: 200, Body: `{"ok":true,"channel":` + channel + `}`})
		check(t, channel, ask("D9", "U1").posts, want, "")
	}
	r.slack.Heal()
	r.slack.Fail(slacktest.Match{Method: "conversations.open"}, -1, slacktest.Fault{Status: 200, Body: `{"ok":true,"channel":{"id":"D9","is_im":true,"user":"U1"}}`})
	check(t, "ours", ask("D9", "U1").posts, "", "")
}

// An answer of auth.test that leaves out whose the token is gives no right, and
// is asked for again.
func TestUnclaimedTokensGiveNoRight(t *testing.T) {
	for _, body := range []string{`{"ok":true}`, `{"ok":true,"team":"Acme","user_id":"U9"}`, `{"ok":true,"team_id":""}`} {
		r, ask := askRights(t, setup{before: func(s *slacktest.Server) {
			people(s)
			s.Fail(slacktest.Match{Method: "auth.test"}, -1, slacktest.Fault{Status: 200, Body: body})
		}})
		got := ask("C1", "U1")
		check(t, body+" manages", got.manages, stories.CodeUnavailable, "could not ask Slack yet")
		check(t, body+" posts", got.posts, stories.CodeUnavailable, "could not ask Slack yet")
		r.slack.Heal()
		eventually(t, "the workspace", func() bool { w, _, _, _ := r.platform.workspaces.find("T1"); return w.team == "T1" })
		got = ask("C1", "U1")
		check(t, "manages afterwards", got.manages, "", "")
		check(t, "posts afterwards", got.posts, "", "")
	}
}
