package discord

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// in fills what all interactions of these tests share.
func in(rest string) string {
	return `{"id":"900","application_id":"` + testApp + `","token":"tok","guild_id":"` + testGuild + `","channel_id":"` + testChannel + `","channel":{"id":"` + testChannel + `","type":0},` +
		`"app_permissions":"8","member":{"nick":"Ann","permissions":"16","user":{"id":"5","username":"ann","global_name":"Anna"}},` + rest + `}`
}

func commandOf(t *testing.T, raw string) (bot.Command, option, bool) {
	t.Helper()
	i, ok := parse(json.RawMessage(raw))
	if !ok {
		t.Fatalf("not read: %s", raw)
	}
	return i.command()
}

func TestInteractionsBecomeCommands(t *testing.T) {
	base := bot.Command{
		Key: "discord:900", Lane: "discord", Manages: true,
		Where: stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel},
		User:  stories.User{Ref: "discord:5", Name: "Ann"},
	}
	for name, c := range map[string]struct {
		rest string
		want func(*bot.Command)
	}{
		"typed": {`"type":2,"data":{"type":1,"name":"story","options":[{"name":"slug","type":3,"value":"sony-hack"}]}`,
			func(c *bot.Command) { c.Name, c.Args = "story", map[string]string{"slug": "sony-hack"} }},
		"without options": {`"type":2,"data":{"type":1,"name":"stories"}`,
			func(c *bot.Command) { c.Name, c.Args = "stories", map[string]string{} }},
		"subcommand": {`"type":2,"data":{"name":"desk","options":[{"name":"track","type":1,"options":[{"name":"headline","type":3,"value":"A b"}]}]}`,
			func(c *bot.Command) { c.Name, c.Args = "desk track", map[string]string{"headline": "A b"} }},
		"a user": {`"type":2,"data":{"name":"x","options":[{"name":"user","type":6,"value":"77"},{"name":"other","type":3,"value":"<@!78>"},{"name":"third","type":3,"value":"<@x>"}]}`,
			func(c *bot.Command) {
				c.Name, c.Args = "x", map[string]string{"user": "discord:77", "other": "discord:78", "third": "<@x>"}
			}},
		"options of other kinds": {`"type":2,"data":{"name":"x","options":[{"name":"n","type":4,"value":7},{"name":"b","type":5,"value":true},{"name":"z","type":99,"value":null}]}`,
			func(c *bot.Command) {
				c.Name, c.Args = "x", map[string]string{"n": "7", "b": "true", "z": ""}
			}},
		"one odd field": {`"locale":7,"entitlements":{},"type":2,"channel":"x","data":{"type":"1","name":"story","options":[{"name":"slug","type":"3","focused":"no","value":"a"}]}`,
			func(c *bot.Command) { c.Name, c.Args = "story", map[string]string{"slug": "a"} }},
		"odd values": {`"type":3,"data":{"component_type":"2","custom_id":"timeline:12","values":7}`, func(c *bot.Command) { c.Action, c.Arg = "timeline", "12" }},
		"a user of another kind of id": {`"type":2,"data":{"name":"x","options":[{"name":"user","type":6,"value":"u7"}]}`,
			func(c *bot.Command) { c.Name, c.Args = "x", map[string]string{"user": "discord:u7"} }},
		"button":         {`"type":3,"data":{"component_type":2,"custom_id":"timeline:12~key"},"message":{"components":[{"type":99,"x":[1]}]}`, func(c *bot.Command) { c.Action, c.Arg = "timeline", "12" }},
		"foreign button": {`"type":3,"data":{"component_type":2,"custom_id":"whatever"}`, func(c *bot.Command) { c.Action = "whatever" }},
		"no custom_id":   {`"type":3,"data":{"component_type":2}`, func(c *bot.Command) { c.Action = "unknown" }},
		"menu":           {`"type":3,"data":{"component_type":3,"custom_id":"pick:","values":["a","b"]}`, func(c *bot.Command) { c.Action, c.Arg = "pick", "a" }},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, ok := commandOf(t, in(c.rest))
			want := base
			c.want(&want)
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Error(ok, diff)
			}
		})
	}
}

func TestWhatTheBotDoesNotOfferIsNoCommand(t *testing.T) {
	for _, rest := range []string{
		`"type":2,"data":null`, `"type":2`, `"type":2,"data":{"name":"Add","type":3,"target_id":"1"}`, `"type":2,"data":{"name":"Who","type":2}`, `"type":2,"data":{"name":7}`,
		`"type":5,"data":{"custom_id":"x","components":[{"type":18,"component":{"type":4}}]}`, `"type":77,"data":{}`, `"type":1`, `"type":3,"data":[]`, `"type":{}`,
	} {
		if c, _, ok := commandOf(t, in(rest)); ok {
			t.Errorf("%s is taken for %+v", rest, c)
		}
	}
	for _, raw := range []string{`{}`, `[]`, `null`, `{"id":"","token":"t"}`, `{"id":"1"}`, `"x"`, `{"id":1}`} {
		if _, ok := parse(json.RawMessage(raw)); ok {
			t.Errorf("%s is taken for an interaction", raw)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(in(`"type":2,"data":{"name":"desk","options":[{"name":"track","type":1,"options":[]}]}`))
	f.Add(in(`"type":3,"data":{"custom_id":"a:b~c"}`))
	f.Fuzz(func(t *testing.T, raw string) {
		i, ok := parse(json.RawMessage(raw))
		if !ok {
			return
		}
		if c, _, ok := i.command(); ok && (c.Name == "") == (c.Action == "") || ok && c.Name != "" && c.Args == nil {
			t.Errorf("%s: %+v", raw, c)
		}
	})
}

func TestPermissions(t *testing.T) {
	for _, c := range []struct {
		name, change, to string
		manages          bool
		lacks            string
	}{
		{"all", "", "", true, ""},
		{"not a manager", `"permissions":"16"`, `"permissions":"2048"`, false, ""},
		{"administrator", `"permissions":"16"`, `"permissions":"8"`, true, ""},
		{"garbled", `"permissions":"16"`, `"permissions":"x"`, false, ""},
		{"missing", `"permissions":"16",`, ``, false, ""},
		{"a number", `"permissions":"16"`, `"permissions":16`, true, ""},
		{"large number", `"permissions":"16"`, `"permissions":"18014398509481983"`, true, ""},
		{"bot lacks all", `"app_permissions":"8"`, `"app_permissions":"0"`, true, "View Channel, Send Messages, Embed Links, Read Message History"},
		{"bot lacks one", `"app_permissions":"8"`, `"app_permissions":"19456"`, true, "Read Message History"},
		{"nothing said of the bot", `"app_permissions":"8",`, ``, true, ""},
		{"in a thread", `"type":0},"app_permissions":"8"`, `"type":11},"app_permissions":"84992"`, true, "Send Messages in Threads"},
		{"direct message", `"guild_id":"` + testGuild + `",`, ``, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := in(`"type":2,"data":{"name":"x"}`)
			if !strings.Contains(raw, c.change) {
				t.Fatal("nothing to change")
			}
			got, _, _ := commandOf(t, strings.Replace(raw, c.change, c.to, 1))
			if got.Manages != c.manages || (got.ManageCure == "") != c.manages {
				t.Errorf("manages %v, cure %q", got.Manages, got.ManageCure)
			}
			if strings.Join(got.Lacks, ", ") != c.lacks || (got.LacksCure == "") != (c.lacks == "") {
				t.Errorf("lacks %q, cure %q", got.Lacks, got.LacksCure)
			}
		})
	}
}

func TestADirectMessageNamesItsUser(t *testing.T) {
	got, _, _ := commandOf(t, `{"id":"900","token":"t","type":2,"channel_id":"3","user":{"id":"5","username":"ann","global_name":"Anna"},"data":{"name":"x"}}`)
	if got.User != (stories.User{Ref: "discord:5", Name: "Anna"}) || got.Where != (stories.Destination{Platform: "discord", Channel: "3"}) || !got.Manages {
		t.Errorf("%+v", got)
	}
}
