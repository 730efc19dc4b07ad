package discord

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// rightOf is a right in a word: yes, no or unclear.
func rightOf(err error) string {
	switch stories.CodeOf(err) {
	case "":
		return "yes"
	case stories.CodeForbidden:
		return "no"
	case stories.CodeUnavailable:
		return "unclear"
	}
	return err.Error()
}

const (
	guildField = `"guild_id":"` + testGuild + `",`
	memberNull = `"member":null,"user":{"id":"5","username":"ann"}`
)

// memberField is the member of in.
const memberField = `"member":{"nick":"Ann","permissions":"16","user":{"id":"5","username":"ann","global_name":"Anna"}}`

// TestRights changes what Discord says of a place, and looks at who may change
// what it follows and whether the bot may post.
func TestRights(t *testing.T) {
	for _, c := range []struct {
		name           string
		change         []string // pairs
		manages, posts string
		words          string // in the refusal of a post
	}{
		{"all", nil, "yes", "yes", ""},
		{"not a manager", []string{`"permissions":"16"`, `"permissions":"2048"`}, "no", "yes", ""},
		{"administrator", []string{`"permissions":"16"`, `"permissions":"8"`}, "yes", "yes", ""},
		{"garbled", []string{`"permissions":"16"`, `"permissions":"x"`}, "unclear", "yes", ""},
		{"missing", []string{`"permissions":"16",`, ``}, "unclear", "yes", ""},
		{"null", []string{`"permissions":"16"`, `"permissions":null`}, "unclear", "yes", ""},
		{"empty", []string{`"permissions":"16"`, `"permissions":""`}, "unclear", "yes", ""},
		{"true", []string{`"permissions":"16"`, `"permissions":true`}, "unclear", "yes", ""},
		{"a list", []string{`"permissions":"16"`, `"permissions":["16"]`}, "unclear", "yes", ""},
		{"an object", []string{`"permissions":"16"`, `"permissions":{"16":16}`}, "unclear", "yes", ""},
		{"negative", []string{`"permissions":"16"`, `"permissions":-1`}, "unclear", "yes", ""},
		{"a fraction", []string{`"permissions":"16"`, `"permissions":16.5`}, "unclear", "yes", ""},
		{"hexadecimal", []string{`"permissions":"16"`, `"permissions":"0x10"`}, "unclear", "yes", ""},
		{"a number", []string{`"permissions":"16"`, `"permissions":16`}, "yes", "yes", ""},
		{"a number that is not enough", []string{`"permissions":"16"`, `"permissions":2048`}, "no", "yes", ""},
		{"large number", []string{`"permissions":"16"`, `"permissions":"18014398509481983"`}, "yes", "yes", ""},
		{"no member", []string{memberField, memberNull}, "unclear", "yes", ""},
		{"member of another type", []string{memberField, `"member":"ann","user":{"id":"5"}`}, "unclear", "yes", ""},

		{"bot lacks all", []string{`"app_permissions":"8"`, `"app_permissions":"0"`}, "yes", "no", "lacks View Channel, Send Messages, Read Message History in"},
		{"bot lacks one", []string{`"app_permissions":"8"`, `"app_permissions":"19456"`}, "yes", "no", "lacks Read Message History in"},
		{"bot lacks one, as a number", []string{`"app_permissions":"8"`, `"app_permissions":19456`}, "yes", "no", "lacks Read Message History in"},
		{"bot has what it needs", []string{`"app_permissions":"8"`, `"app_permissions":"84992"`}, "yes", "yes", ""},
		{"nothing said of the bot", []string{`"app_permissions":"8",`, ``}, "yes", "unclear", ""},
		{"null said of the bot", []string{`"app_permissions":"8"`, `"app_permissions":null`}, "yes", "unclear", ""},
		{"garbled of the bot", []string{`"app_permissions":"8"`, `"app_permissions":"many"`}, "yes", "unclear", ""},
		{"a list of the bot", []string{`"app_permissions":"8"`, `"app_permissions":[8]`}, "yes", "unclear", ""},
		{"in a thread", []string{`"type":0}`, `"type":11}`, `"app_permissions":"8"`, `"app_permissions":"84992"`}, "yes", "no", "lacks Send Messages in Threads in"},
		{"in a thread, as a string", []string{`"type":0}`, `"type":"12"}`, `"app_permissions":"8"`, `"app_permissions":"84992"`}, "yes", "no", "lacks Send Messages in Threads in"},

		{"no server", []string{guildField, ``}, "unclear", "unclear", ""},
		{"null for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":null`}, "unclear", "unclear", ""},
		{"empty server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":""`}, "unclear", "unclear", ""},
		{"a list for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":[]`}, "unclear", "unclear", ""},
		{"an object for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":{"id":"1"}`}, "unclear", "unclear", ""},
		{"true for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":true`}, "unclear", "unclear", ""},
		{"no id for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":"here"`}, "unclear", "unclear", ""},
		{"zero for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":0`}, "unclear", "unclear", ""},
		{"@me for the server", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":"@me"`}, "unclear", "unclear", ""},
		{"the server as a number", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":` + testGuild}, "yes", "yes", ""},
		{"no server and no context", []string{guildField, ``, `"context":0,`, ``}, "unclear", "unclear", ""},
		{"no server, in a channel like a direct message", []string{guildField, ``, `"context":0,`, ``, `"type":0}`, `"type":1}`}, "unclear", "unclear", ""},
		{"no server, no member and a server's context", []string{guildField, ``, memberField, memberNull, `"type":0}`, `"type":1}`}, "unclear", "unclear", ""},
		{"no server, no member, another channel", []string{guildField, ``, memberField, memberNull, `"context":0,`, ``}, "unclear", "unclear", ""},
		{"no server, no member, an illegible channel", []string{guildField, ``, memberField, memberNull, `"context":0,`, ``, `"type":0}`, `"type":[1]}`}, "unclear", "unclear", ""},
		{"a direct message's context and a member", []string{guildField, ``, `"context":0`, `"context":1`}, "unclear", "unclear", ""},
		{"no channel", []string{`"channel_id":"` + testChannel + `","channel":{"id":"` + testChannel + `","type":0},`, ``}, "unclear", "unclear", ""},
		{"the channel as an object only", []string{`"channel_id":"` + testChannel + `",`, ``}, "yes", "yes", ""},

		{"direct message", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":1`, `"type":0}`, `"type":1}`}, "yes", "yes", ""},
		{"a direct message's context in a server's channel", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":1`}, "unclear", "unclear", ""},
		{"a private context in a server's channel", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":2`}, "unclear", "unclear", ""},
		{"a direct message whose channel is not described", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":1`, `,"type":0}`, `}`}, "yes", "yes", ""},
		{"direct message, as a string", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":"1"`, `"type":0}`, `"type":1}`}, "yes", "yes", ""},
		{"direct message without a context", []string{guildField, ``, memberField, memberNull, `"context":0,`, ``, `"type":0}`, `"type":1}`}, "yes", "yes", ""},
		{"direct message with an odd context", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":{}`, `"type":0}`, `"type":"1"}`}, "yes", "yes", ""},
		{"direct message, nothing else said", []string{guildField, `"guild_id":null,`, memberField, memberNull, `"context":0`, `"context":1`, `"app_permissions":"8",`, ``, `"type":0}`, `"type":1}`}, "yes", "yes", ""},
		{"somebody else's conversation", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":2`, `"type":0}`, `"type":1}`}, "no", "no", "direct message with the bot"},
		{"a group's conversation", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":"2"`, `"type":0}`, `"type":3}`}, "no", "no", "direct message with the bot"},
		{"a person's own installation", []string{guildField, ``, memberField, memberNull, `"context":0`, `"authorizing_integration_owners":{"1":"5"}`, `"type":0}`, `"type":1}`}, "no", "no", "direct message with the bot"},
		{"a direct message by a person's own installation", []string{guildField, ``, memberField, memberNull, `"context":0`, `"context":1,"authorizing_integration_owners":{"1":"5"}`, `"type":0}`, `"type":1}`}, "yes", "yes", ""},

		{"a server without the bot", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":"41771983423143937"`, `"context":0`, `"authorizing_integration_owners":{"0":"41771983423143937"}`}, "yes", "no", "permissions=274877975552"},
		{"a server without the bot, nothing said of it", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":"41771983423143937"`, `"app_permissions":"8",`, ``}, "yes", "no", "permissions=274877975552"},
		{"a server without the bot, for a person", []string{`"guild_id":"` + testGuild + `"`, `"guild_id":"41771983423143937"`, `"permissions":"16"`, `"permissions":"0"`}, "no", "no", "permissions=274877975552"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := in(`"type":2,"data":{"name":"x"}`)
			for i := 0; i < len(c.change); i += 2 {
				if !strings.Contains(raw, c.change[i]) {
					t.Fatalf("nothing to change for %s", c.change[i])
				}
				raw = strings.Replace(raw, c.change[i], c.change[i+1], 1)
			}
			got, ok := commandOf(t, raw)
			if !ok {
				t.Fatal("not understood")
			}
			manages, posts := got.Asker.Manages(t.Context()), got.Asker.Posts(t.Context())
			if rightOf(manages) != c.manages || rightOf(posts) != c.posts {
				t.Errorf("manages %v, want %s; posts %v, want %s", manages, c.manages, posts, c.posts)
			}
			if posts != nil && (!strings.Contains(posts.Error(), c.words) || strings.Contains(c.words, "permissions=") && strings.Contains(posts.Error(), "Edit Channel")) {
				t.Errorf("%v, want %q", posts, c.words)
			}
		})
	}
}

// TestWhereTheBotIs follows what the gateway tells of servers.
func TestWhereTheBotIs(t *testing.T) {
	const other = "41771983423143937"
	p, n := platformAt(t, newWire())
	s := newServing(p, handler{})
	t.Cleanup(s.wait)
	posts := func(id string) string {
		t.Helper()
		raw := strings.Replace(in(`"type":2,"data":{"name":"x"}`), `"guild_id":"`+testGuild+`"`, `"guild_id":"`+id+`"`, 1)
		i, _ := parse(json.RawMessage(raw))
		c, ok := s.command(i)
		if !ok {
			t.Fatal(raw)
		}
		return rightOf(c.Asker.Posts(t.Context()))
	}
	for _, step := range []struct {
		kind, data   string
		first, other string
	}{
		{"READY", `{"user":{"id":"` + testBot + `"},"guilds":"x"}`, "yes", "yes"}, // nothing is known
		{"READY", `{"guilds":null}`, "yes", "yes"},
		{"READY", `{"guilds":[{"id":"` + testGuild + `"},{}]}`, "yes", "yes"},
		{"READY", `{"guilds":[{"id":` + testGuild + `,"unavailable":true}]}`, "yes", "no"},
		{"GUILD_CREATE", `{"id":"` + testGuild + `"}`, "yes", "no"},
		{"GUILD_CREATE", `{"id":"` + other + `"}`, "yes", "yes"},
		{"GUILD_DELETE", `{"id":"` + other + `","unavailable":true}`, "yes", "yes"}, // an outage
		{"GUILD_DELETE", `{"id":"` + testGuild + `"}`, "no", "yes"},
		{"GUILD_CREATE", `{"id":"` + testGuild + `","unavailable":true}`, "yes", "yes"},
		{"READY", `{"guilds":[]}`, "no", "no"},
	} {
		s.dispatch(t.Context(), event{Type: step.kind, RawData: json.RawMessage(step.data)})
		if got := posts(testGuild) + " " + posts(other); got != step.first+" "+step.other {
			t.Errorf("after %s %s: %s", step.kind, step.data, got)
		}
		for len(n.places) > 0 {
			<-n.places
		}
	}
}

// TestWithoutAREADYTheInteractionTells is for what arrives before the servers
// are known.
func TestWithoutAREADYTheInteractionTells(t *testing.T) {
	p, _ := platformAt(t, newWire())
	s := newServing(p, handler{})
	t.Cleanup(s.wait)
	for change, want := range map[string]string{
		`"app_permissions":"8"`: "yes",
		`"app_permissions":"0"`: "add it: https://discord.com/oauth2/authorize?client_id=" + testApp + "&scope=bot+applications.commands&permissions=274877975552",
		`"app_permissions":"8","authorizing_integration_owners":{"1":"5"}`: "add it: ",
		`"app_permissions":"8","authorizing_integration_owners":{"0":"1"}`: "yes",
	} {
		i, _ := parse(json.RawMessage(strings.Replace(in(`"type":2,"data":{"name":"x"}`), `"app_permissions":"8"`, change, 1)))
		c, _ := s.command(i)
		if err := c.Asker.Posts(t.Context()); rightOf(err) != want && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", change, err)
		}
	}
}

// TestAnInvitationCanBePressed is for people whose client makes no link of an
// address in a text of ours.
func TestAnInvitationCanBePressed(t *testing.T) {
	w := newWire()
	s, ctx, _ := serve(t, w, handler{handle: func(ctx context.Context, c bot.Command) bot.Reply {
		if err := c.Asker.Posts(ctx); err != nil {
			return bot.Reply{Failed: true, Message: bot.Plainly(err.Error())}
		}
		return bot.Reply{Message: bot.Plainly("Followed.")}
	}})
	s.p.timing.deferral = time.Minute
	s.world.begin(testApp, nil, true)
	s.create(ctx, in(typed))
	c := w.next(t)
	want := "https://discord.com/oauth2/authorize?client_id=" + testApp + "&scope=bot+applications.commands&permissions=274877975552"
	if !strings.Contains(c.text(), "Manage Server") || len(c.body.Data.Components) != 1 || c.body.Data.Components[0].Components[0].URL != want {
		t.Errorf("%+v", c)
	}
}

func TestNobodyAsks(t *testing.T) {
	for _, rest := range []string{`"member":{"permissions":"16"}`, `"member":{"permissions":"16","user":{"id":null}}`, `"member":7`, `"user":"ann"`, `"member":null`} {
		w := newWire()
		s, ctx, _ := serve(t, w, handler{})
		s.create(ctx, strings.Replace(in(typed), memberField, rest, 1))
		if c := w.next(t); c.body.Type != 4 || c.body.Data.Flags != 64 || !strings.Contains(c.text(), "did not say who asks") {
			t.Errorf("%s: %+v", rest, c)
		}
	}
}
