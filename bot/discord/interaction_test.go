package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// in fills what all interactions of these tests share.
func in(rest string) string {
	return `{"id":"900","application_id":"` + testApp + `","token":"tok","guild_id":"` + testGuild + `","channel_id":"` + testChannel + `","channel":{"id":"` + testChannel + `","type":0},` +
		`"context":0,"app_permissions":"8","member":{"nick":"Ann","permissions":"16","user":{"id":"5","username":"ann","global_name":"Anna"}},` + rest + `}`
}

// talking is a serving that reads interactions in the test's server, which
// READY has named; h may be nil.
func talking(t *testing.T) *serving {
	t.Helper()
	p, _ := platformAt(t, newWire())
	s := newServing(p, handler{})
	s.world.begin(testApp, []string{testGuild}, true)
	t.Cleanup(s.wait)
	return s
}

// commandOf reads an interaction as far as it goes without asking Discord.
func commandOf(t *testing.T, raw string) (asked, bool) {
	t.Helper()
	i, ok := parse(json.RawMessage(raw))
	if !ok {
		t.Fatalf("not read: %.300s", raw)
	}
	s := talking(t)
	c, ok := s.command(i)
	c.Input = mentioning(c.Input, told(&c.mentions))
	return c, ok
}

func values(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func TestInteractionsBecomeCommands(t *testing.T) {
	base := bot.Command{
		Key: "discord:900", Lane: "discord",
		Where: stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel},
		User:  stories.User{Ref: "discord:5", Name: "Ann"},
	}
	mia, desk := bot.Mention{Ref: "discord:77", Name: "@mia"}, bot.Mention{Kind: bot.RoleKind, Ref: "discord:1", Name: "@desk"}
	for name, c := range map[string]struct {
		rest string
		want bot.Input
	}{
		"typed": {`"type":2,"data":{"type":1,"name":"story","options":[{"name":"slug","type":3,"value":"sony-hack"}]}`,
			bot.Options{Name: "story", Values: values("slug", "sony-hack")}},
		"without options": {`"type":2,"data":{"type":1,"name":"stories"}`, bot.Options{Name: "stories", Values: values()}},
		"types as strings": {`"type":"2","data":{"type":"1","name":"desk","options":[{"name":"track","type":"1","options":[{"name":"headline","type":"3","value":"A b"}]}]}`,
			bot.Options{Name: "desk track", Values: values("headline", "A b")}},
		"subcommand": {`"type":2,"data":{"name":"desk","options":[{"name":"track","type":1,"options":[{"name":"headline","type":3,"value":"A b"}]}]}`,
			bot.Options{Name: "desk track", Values: values("headline", "A b")}},
		"a user": {`"type":2,"data":{"name":"x","resolved":{"users":{"77":{"id":"77","username":"mia"}}},"options":[{"name":"user","type":6,"value":"77"},{"name":"other","type":3,"value":"<@!78>"},{"name":"third","type":3,"value":"<@x>"}]}`,
			bot.Options{Name: "x", Values: values("user", bot.Mark(0), "other", bot.Mark(1), "third", "<@x>"), Mentions: []bot.Mention{mia, {Ref: "discord:78", Name: "@someone"}}}},
		"a user as a number, and a bare id": {`"type":2,"data":{"name":"x","options":[{"name":"user","type":"6","value":77},{"name":"other","type":3,"value":"80351110224678912"}]}`,
			bot.Options{Name: "x", Values: values("user", bot.Mark(0), "other", "80351110224678912"), Mentions: []bot.Mention{{Ref: "discord:77", Name: "@someone"}}}},
		"a user of another kind of id": {`"type":2,"data":{"name":"x","options":[{"name":"user","type":6,"value":"u7"}]}`,
			bot.Options{Name: "x", Values: values("user", bot.Mark(0)), Mentions: []bot.Mention{{Ref: "discord:u7", Name: "@someone"}}}},
		"a role, a channel and either": {`"type":2,"data":{"name":"x","resolved":{"roles":{"1":{"name":"desk"},"3":{"name":"@everyone"}}},"options":[{"name":"a","type":8,"value":"1"},{"name":"b","type":7,"value":"2"},{"name":"c","type":9,"value":"3"},{"name":"d","type":9,"value":"77"}]}`,
			bot.Options{Name: "x", Values: values("a", bot.Mark(0), "b", bot.Mark(1), "c", bot.Mark(2), "d", bot.Mark(3)), Mentions: []bot.Mention{desk, {Kind: bot.ChannelKind, Ref: "discord:2", Name: "#private-channel"}, {Kind: bot.RoleKind, Ref: "discord:3", Name: "@everyone"}, {Ref: "discord:77", Name: "@someone"}}}},
		"options of other kinds": {`"type":2,"data":{"name":"x","options":[{"name":"n","type":4,"value":7},{"name":"b","type":5,"value":true},{"name":"z","type":99,"value":null}]}`,
			bot.Options{Name: "x", Values: values("n", "7", "b", "true", "z", "")}},
		"one odd field": {`"locale":7,"entitlements":{},"type":2,"channel":"x","data":{"type":"1","name":"story","options":[{"name":"slug","type":"3","focused":"no","value":"a"}]}`,
			bot.Options{Name: "story", Values: values("slug", "a")}},
		"odd lists": {`"type":2,"data":{"type":1,"name":"story","resolved":[],"options":[7,null,{"name":"slug","type":{},"value":"a"}]}`,
			bot.Options{Name: "story", Values: values("slug", "a")}},
		"odd values":     {`"type":3,"data":{"component_type":"2","custom_id":"timeline:12","values":7}`, bot.Press{Action: "timeline", Arg: "12"}},
		"button":         {`"type":3,"data":{"component_type":2,"custom_id":"timeline:12~key"},"message":{"components":[{"type":99,"x":[1]}]}`, bot.Press{Action: "timeline", Arg: "12"}},
		"foreign button": {`"type":3,"data":{"component_type":2,"custom_id":"whatever"}`, bot.Press{Action: "whatever"}},
		"no custom_id":   {`"type":3,"data":{"component_type":2}`, bot.Press{}},
		"menu":           {`"type":3,"data":{"component_type":3,"custom_id":"pick:","values":["a","b"]}`, bot.Press{Action: "pick", Arg: "a"}},
		"menu of ids":    {`"type":3,"data":{"component_type":3,"custom_id":"pick","values":["open:12","open:13"]}`, bot.Press{Action: "open", Arg: "12"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := commandOf(t, in(c.rest))
			if got.Asker == nil || got.Asker.Name(t.Context()) != "Ann" {
				t.Errorf("asker %+v", got.Asker)
			}
			got.Asker = nil
			want := base
			want.Input = c.want
			if diff := cmp.Diff(want, got.Command); !ok || diff != "" {
				t.Error(ok, diff)
			}
		})
	}
}

func TestWhatTheBotDoesNotOfferIsNoCommand(t *testing.T) {
	for _, rest := range []string{
		`"type":2,"data":null`, `"type":2`, `"type":2,"data":{"name":"Add","type":3,"target_id":"1"}`, `"type":2,"data":{"name":"Who","type":2}`, `"type":2,"data":{"name":7}`,
		`"type":2,"data":{"name":"Who","type":"2"}`, `"type":77,"data":{}`, `"type":1`, `"type":3,"data":[]`, `"type":{}`, `"type":-1,"data":{}`, `"type":258,"data":{"name":"story"}`,
	} {
		if c, ok := commandOf(t, in(rest)); ok {
			t.Errorf("%s is taken for %+v", rest, c)
		}
	}
	for _, raw := range []string{`{}`, `[]`, `null`, `{"id":"","token":"t"}`, `{"id":"1"}`, `"x"`, `{"id":1}`} {
		if _, ok := parse(json.RawMessage(raw)); ok {
			t.Errorf("%s is taken for an interaction", raw)
		}
	}
}

func TestForms(t *testing.T) {
	const resolved = `"resolved":{"users":{"77":{"username":"mia","global_name":"Mia K"}},"members":{"77":{"nick":"mia"}},"roles":{"9":{"name":"desk"}}}`
	for name, c := range map[string]struct {
		data     string
		values   map[string]string
		mentions []bot.Mention
	}{
		"rows":   {`"components":[{"type":1,"components":[{"type":4,"custom_id":"text","value":"News\nof <@77>"}]}]`, values("text", "News\nof "+bot.Mark(0)), []bot.Mention{{Ref: "discord:77", Name: "@mia"}}},
		"labels": {`"components":[{"type":18,"id":1,"component":{"type":4,"custom_id":"text","value":"News"}},{"type":18,"component":{"type":3,"custom_id":"level","values":["breaking"]}}]`, values("text", "News", "level", "breaking"), nil},
		"people, roles and channels": {`"components":[{"type":18,"component":{"type":5,"custom_id":"who","values":["77"]}},{"type":18,"component":{"type":6,"custom_id":"role","values":["9"]}},{"type":18,"component":{"type":7,"custom_id":"any","values":["9","77"]}},{"type":18,"component":{"type":8,"custom_id":"where","values":[3]}}]`,
			values("who", bot.Mark(0), "role", bot.Mark(1), "any", bot.Mark(1)+" "+bot.Mark(0), "where", bot.Mark(2)), []bot.Mention{{Ref: "discord:77", Name: "@mia"}, {Kind: bot.RoleKind, Ref: "discord:9", Name: "@desk"}, {Kind: bot.ChannelKind, Ref: "discord:3", Name: "#private-channel"}}},
		"unknown parts": {`"components":[{"type":10,"content":"Read this"},{"type":"99","x":{}},7,null,{"type":18,"component":{"type":77,"custom_id":"new","value":true}},{"type":18,"component":null},{"type":18},{"type":1,"components":{"a":1}},{"type":"18","component":{"type":"4","custom_id":"text","value":"x"}}]`,
			values("new", "true", "text", "x"), nil},
		"nothing picked":  {`"components":[{"type":18,"component":{"type":3,"custom_id":"level","values":[]}}]`, values("level", ""), nil},
		"no parts":        {`"components":7`, values(), nil},
		"no parts at all": {`"x":1`, values(), nil},
		"marks in it":     {`"components":[{"type":1,"components":[{"type":4,"custom_id":"text","value":"a` + bot.Mark(3) + `b"}]}]`, values("text", "ab"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := commandOf(t, in(`"type":5,"data":{"custom_id":"update:12",`+resolved+`,`+c.data+`}`))
			if diff := cmp.Diff(bot.Input(bot.Submission{ID: "update:12", Values: c.values, Mentions: c.mentions}), got.Input); !ok || diff != "" {
				t.Error(ok, diff)
			}
		})
	}
	deep := strings.Repeat(`{"type":1,"components":[`, 1000) + strings.Repeat(`]}`, 1000)
	if got, ok := commandOf(t, in(`"type":5,"data":{"custom_id":"x","components":[`+deep+`,{"type":1,"components":[{"custom_id":"text","value":"x"}]}]}`)); !ok || got.Input.(bot.Submission).Values["text"] != "x" {
		t.Error("a deep form is not read")
	}
}

func TestChosenMessages(t *testing.T) {
	const author = `"author":{"id":"6","username":"rita","global_name":"Rita Klein"}`
	link := "https://discord.com/channels/" + testGuild + "/" + testChannel + "/44"
	for name, c := range map[string]struct {
		message string
		change  [2]string
		want    bot.Chosen
	}{
		"a text": {`"content":"Seen by <@77> and <@6>, <@5>",` + author + `,"mentions":[{"id":"77","username":"mia"}],"components":[{"type":99,"x":[{}]}]`, [2]string{},
			bot.Chosen{Text: "Seen by " + bot.Mark(0) + " and " + bot.Mark(1) + ", " + bot.Mark(2), Author: "Rita Klein", Link: link,
				Mentions: []bot.Mention{{Ref: "discord:77", Name: "@mia"}, {Ref: "discord:6", Name: "@Rita Klein"}, {Ref: "discord:5", Name: "@Ann"}}}},
		"components of today": {`"content":"","flags":32768,` + author + `,"components":[{"type":17,"components":[{"type":10,"content":"One"},{"type":9,"components":[{"type":10,"content":"Two"}],"accessory":{"type":11}},{"type":99}]}]`, [2]string{},
			bot.Chosen{Text: "One\nTwo", Author: "Rita Klein", Link: link}},
		"an embed":         {`"content":" ",` + author + `,"embeds":[{"title":"Head","description":"[more](https://x.example)"},7]`, [2]string{}, bot.Chosen{Text: "Head\nmore (https://x.example)", Author: "Rita Klein", Link: link}},
		"forwarded":        {`"content":"",` + author + `,"message_snapshots":[{"message":{"content":"Passed on"}}]`, [2]string{}, bot.Chosen{Text: "Passed on", Author: "Rita Klein", Link: link}},
		"nothing":          {`"content":7,"author":"x"`, [2]string{}, bot.Chosen{Link: link}},
		"a private thread": {`"content":"x",` + author, [2]string{`"type":0},"context"`, `"type":12},"context"`}, bot.Chosen{Text: "x", Author: "Rita Klein"}},
		"a direct message": {`"content":"x",` + author, [2]string{`"guild_id":"` + testGuild + `",`, ``}, bot.Chosen{Text: "x", Author: "Rita Klein"}},
	} {
		t.Run(name, func(t *testing.T) {
			raw := in(`"type":2,"data":{"name":"Add to story","type":3,"target_id":"44","resolved":{"messages":{"44":{"id":"44",` + c.message + `}}}}`)
			if !strings.Contains(raw, c.change[0]) {
				t.Fatal("nothing to change")
			}
			got, ok := commandOf(t, strings.Replace(raw, c.change[0], c.change[1], 1))
			menu, _ := got.Input.(bot.Menu)
			if diff := cmp.Diff(&c.want, menu.Message); !ok || menu.Name != "Add to story" || diff != "" {
				t.Error(ok, menu.Name, diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(in(`"type":2,"data":{"name":"desk","options":[{"name":"track","type":1,"options":[]}]}`))
	f.Add(in(`"type":3,"data":{"custom_id":"a:b~c"}`))
	f.Add(in(`"type":5,"data":{"custom_id":"a","components":[{"type":18,"component":{"type":5,"custom_id":"x","values":["1"]}}]}`))
	f.Add(in(`"type":2,"data":{"name":"Add","type":3,"target_id":"1","resolved":{"messages":{"1":{"content":"<@1> <#2>"}}}}`))
	p, err := New(Config{Token: testToken, Places: newNotes(), Memory: newNotes(), Log: discarding()})
	if err != nil {
		f.Fatal(err)
	}
	s := newServing(p, handler{})
	f.Cleanup(s.wait)
	f.Fuzz(func(t *testing.T, raw string) {
		i, ok := parse(json.RawMessage(raw))
		if !ok {
			return
		}
		c, ok := s.command(i)
		if !ok {
			return
		}
		if c.Input == nil || c.Asker == nil || c.User.Name == "" {
			t.Errorf("%s: %+v", raw, c)
		}
		// Whoever may change something or be posted to is told so by a legible place.
		if i.where() == unclear && (c.Asker.Manages(t.Context()) == nil || c.Asker.Posts(t.Context()) == nil) {
			t.Errorf("%s is allowed", raw)
		}
	})
}

func TestADirectMessageNamesItsUser(t *testing.T) {
	got, _ := commandOf(t, `{"id":"900","token":"t","type":2,"channel_id":"3","context":1,"user":{"id":"5","username":"ann","global_name":"Anna"},"data":{"name":"x"}}`)
	if got.User != (stories.User{Ref: "discord:5", Name: "Anna"}) || got.Where != (stories.Destination{Platform: "discord", Channel: "3"}) || got.Asker.Manages(t.Context()) != nil {
		t.Errorf("%+v", got)
	}
}

// TestNobodyIsCalledByAnID names people as little as Discord can name them.
func TestNobodyIsCalledByAnID(t *testing.T) {
	for _, c := range []struct{ member, want string }{
		{`{"nick":"Ann","user":{"id":"5","username":"ann"}}`, "Ann"},
		{`{"nick":null,"user":{"id":"5","username":"ann","global_name":"Anna"}}`, "Anna"},
		{`{"nick":" \u200b","user":{"id":"5","username":"ann","global_name":null}}`, "ann"},
		{`{"nick":7,"user":{"id":5,"username":12}}`, "7"},
		{`{"user":{"id":"5"}}`, "someone"},
		{`{"nick":"` + bot.Mark(1) + `","user":{"id":"5"}}`, "someone"},
	} {
		got, ok := commandOf(t, fmt.Sprintf(`{"id":1,"token":"t","type":2,"guild_id":1,"channel_id":2,"member":%s,"data":{"name":"x"}}`, c.member))
		if !ok || got.User.Name != c.want || got.User.Ref != "discord:5" {
			t.Errorf("%s: %v %+v", c.member, ok, got.User)
		}
	}
}
