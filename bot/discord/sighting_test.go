package discord

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// sees is what the platform tells of names when f has happened.
func sees(t *testing.T, f func(s *serving)) (told stories.Sighting) {
	t.Helper()
	p, n := platformAt(t, newWire())
	s := newServing(p, handler{})
	f(s)
	s.wait()
	for _, one := range n.called {
		told.Places, told.People = append(told.Places, one.Places...), append(told.People, one.People...)
		told.Groups = append(told.Groups, one.Groups...)
	}
	return told
}

func TestCommandsTellNames(t *testing.T) {
	here := stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel}
	ann := []stories.User{{Ref: "discord:5", Name: "Ann"}}
	for name, c := range map[string]struct {
		raw  string
		want stories.Sighting
	}{
		"in a channel": {`"guild_id":"` + testGuild + `","channel_id":"` + testChannel + `","channel":{"id":"` + testChannel + `","type":0,"name":"part\nners"},"member":{"nick":"Annie","user":{"id":"5","global_name":"Ann"}}`,
			stories.Sighting{Places: []stories.PlaceName{{Place: here, Form: stories.ChannelForm, Name: "part ners"}}, People: []stories.User{{Ref: "discord:5", Name: "Annie"}}}},
		"in a thread": {`"guild_id":"` + testGuild + `","channel_id":"` + testChannel + `","channel":{"id":"` + testChannel + `","type":11,"name":"Sony hack"},"member":{"user":{"id":"5","username":"Ann"}}`,
			stories.Sighting{Places: []stories.PlaceName{{Place: here, Form: stories.ThreadForm, Name: "Sony hack"}}, People: ann}},
		"in a direct message": {`"channel_id":"` + testChannel + `","context":1,"channel":{"type":1},"user":{"id":"5","global_name":"Ann"}`,
			stories.Sighting{Places: []stories.PlaceName{{Place: stories.Destination{Platform: "discord", Channel: testChannel}, Form: stories.DirectForm, With: "discord:5"}}, People: ann}},
		"between two others": {`"channel_id":"` + testChannel + `","context":2,"channel":{"type":1},"user":{"id":"5","global_name":"Ann"}`, stories.Sighting{People: ann}},
		"without a name":     {`"channel_id":"` + testChannel + `","context":2,"user":{"id":"5"}`, stories.Sighting{}},
	} {
		got := sees(t, func(s *serving) {
			i, ok := parse(json.RawMessage(`{"id":"900","token":"t",` + c.raw + `}`))
			if !ok {
				t.Fatal(name)
			}
			s.base(i)
		})
		if found := diff.Diff(c.want, got); found != "" {
			t.Errorf("%s (-want +got):\n%s", name, found)
		}
	}
}

func TestTheGatewayTellsNames(t *testing.T) {
	place := func(guild, channel string) stories.Destination {
		return stories.Destination{Platform: "discord", Workspace: guild, Channel: channel}
	}
	heard := func(id, name string, form stories.PlaceForm) stories.PlaceName {
		return stories.PlaceName{Place: place("2", id), Form: form, Name: name, Heard: true}
	}
	private := heard("4", "Sony", stories.ThreadForm)
	private.Access = stories.PrivateAccess
	server := stories.PlaceName{Place: place("2", ""), Form: stories.WorkspaceForm, Name: "Newsroom"}
	for _, c := range []struct {
		kind, data string
		want       []stories.PlaceName
	}{
		{"CHANNEL_UPDATE", `{"id":"3","guild_id":"2","type":0,"name":"partners"}`, []stories.PlaceName{heard("3", "partners", stories.ChannelForm)}},
		{"THREAD_UPDATE", `{"id":"4","guild_id":"2","type":12,"name":"Sony"}`, []stories.PlaceName{private}},
		{"GUILD_UPDATE", `{"id":"2","name":"Newsroom"}`, []stories.PlaceName{server}},
		{"GUILD_CREATE", `{"id":"2","name":"Newsroom","channels":[{"id":"3","type":0,"name":"partners"},7,{"id":"x"},{"type":99}],"threads":[{"id":"4","type":11,"name":"Sony"}]}`,
			[]stories.PlaceName{server, heard("3", "partners", stories.ChannelForm), heard("4", "Sony", stories.ThreadForm)}},
		{"CHANNEL_UPDATE", `{"id":"3","type":1}`, nil},
		{"CHANNEL_UPDATE", `null`, nil},
		{"GUILD_CREATE", `{"id":7,"channels":"none"}`, []stories.PlaceName{{Place: place("7", ""), Form: stories.WorkspaceForm}}},
		{"CHANNEL_DELETE", `{"id":"3","guild_id":"2","type":0,"name":"partners"}`, nil},
	} {
		got := sees(t, func(s *serving) { s.dispatch(t.Context(), event{Type: c.kind, RawData: json.RawMessage(c.data)}) })
		if found := diff.Diff(c.want, got.Places); found != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.kind, c.data, found)
		}
	}
}

// Everyone in a server may know of a channel that its own permissions, or else the
// role that everyone has, let them see, and of its threads but for private ones;
// where that was not said, nothing is told of it.
func TestWhoMayKnowOfAChannel(t *testing.T) {
	const (
		allow  = `"permission_overwrites":[{"id":"2","type":0,"allow":"1024","deny":"0"}]`
		deny   = `"permission_overwrites":[{"id":"2","type":0,"allow":"0","deny":"1024"}]`
		others = `"permission_overwrites":[{"id":"9","type":0,"allow":"0","deny":"1024"}]`
		none   = `"permission_overwrites":[]`
		create = `{"id":"2","roles":[{"id":"2","permissions":"ROLE"}],"channels":[{"id":"3","type":0,"name":"a",OWN}],"threads":[{"id":"4","type":11,"parent_id":"3","name":"b"},{"id":"5","type":12,"parent_id":"3","name":"c"}]}`
	)
	server := func(role, own string) event {
		return event{Type: "GUILD_CREATE", RawData: json.RawMessage(strings.NewReplacer("ROLE", role, "OWN", own).Replace(create))}
	}
	happens := func(kind, data string) event { return event{Type: kind, RawData: json.RawMessage(data)} }
	uses := func(channel string) event {
		return happens("", `{"id":"900","token":"t","guild_id":"2","channel_id":"`+channel[:1]+`","channel":{"id":"`+channel[:1]+`",`+channel[2:]+`},"member":{"user":{"id":"5","username":"Ann"}}}`)
	}
	for name, c := range map[string]struct {
		events []event
		want   string // of the channel, its thread, its private thread
	}{
		"everyone's role shows it":           {[]event{server("1024", none)}, "open open private"},
		"everyone's role hides it":           {[]event{server("0", none)}, "private private private"},
		"an administrator is everyone":       {[]event{server("8", none)}, "open open private"},
		"its own permissions show it":        {[]event{server("0", allow)}, "open open private"},
		"its own permissions hide it":        {[]event{server("1024", deny)}, "private private private"},
		"they say nothing of everyone":       {[]event{server("1024", others)}, "open open private"},
		"an illegible permission":            {[]event{server("1024", `"permission_overwrites":[{"id":"2","deny":{}}]`)}, "private private private"},
		"illegible permissions":              {[]event{server("1024", `"permission_overwrites":"none"`)}, "private private private"},
		"permissions that were not said":     {[]event{server("1024", `"position":0`)}, "? ? private"},
		"null for permissions":               {[]event{server("1024", `"permission_overwrites":null`)}, "? ? private"},
		"an illegible role":                  {[]event{server("x", none)}, "? ? private"},
		"it is closed":                       {[]event{server("1024", none), happens("CHANNEL_UPDATE", `{"id":"3","guild_id":"2","type":0,"name":"a",`+deny+`}`)}, "private private private"},
		"it is opened":                       {[]event{server("1024", deny), happens("CHANNEL_UPDATE", `{"id":"3","guild_id":"2","type":0,"name":"a",`+none+`}`)}, "open open private"},
		"an update that does not say":        {[]event{server("1024", deny), happens("CHANNEL_UPDATE", `{"id":"3","guild_id":"2","type":0,"name":"a"}`)}, "private private private"},
		"everyone's role hides it from now":  {[]event{server("1024", none), happens("GUILD_ROLE_UPDATE", `{"guild_id":"2","role":{"id":"2","permissions":"0"}}`)}, "private private private"},
		"another role changes":               {[]event{server("1024", none), happens("GUILD_ROLE_UPDATE", `{"guild_id":"2","role":{"id":"7","permissions":"0"}}`)}, "open open private"},
		"a new channel and thread":           {[]event{server("1024", deny), happens("CHANNEL_CREATE", `{"id":"6","guild_id":"2","type":0,"name":"d",`+none+`}`), happens("THREAD_UPDATE", `{"id":"4","guild_id":"2","type":11,"parent_id":"6","name":"b"}`)}, "private open private"},
		"the bot connects anew":              {[]event{server("1024", deny), happens("READY", `{"application":{"id":"1"},"guilds":[{"id":"2"}]}`), uses(`3,"type":0,"name":"a"`)}, "private private private"},
		"used there, which does not say":     {[]event{server("1024", deny), uses(`3,"type":0,"name":"a"`), uses(`4,"type":11,"name":"b","parent_id":"3"`)}, "private private private"},
		"used there, which says":             {[]event{server("1024", none), uses(`3,"type":0,"name":"a",` + deny)}, "private open private"},
		"used in a server of no events":      {[]event{uses(`3,"type":0,"name":"a",` + none), uses(`4,"type":11,"name":"b","parent_id":"3"`), uses(`5,"type":12,"name":"c","parent_id":"3"`)}, "? ? private"},
		"used in a channel that is not told": {[]event{server("1024", deny), happens("CHANNEL_DELETE", `{"id":"3","guild_id":"2","type":0}`), uses(`3,"type":0,"name":"a"`)}, "private private private"},
	} {
		known := map[string]stories.PlaceName{}
		for _, p := range sees(t, func(s *serving) {
			for _, e := range c.events {
				if e.Type != "" {
					s.dispatch(t.Context(), e)
					continue
				}
				i, ok := parse(e.RawData)
				if !ok {
					t.Fatal(name)
				}
				s.base(i)
			}
		}).Places {
			known[p.Place.Channel] = p.After(known[p.Place.Channel])
		}
		var got []string
		for id, called := range map[string]string{"3": "a", "4": "b", "5": "c"} {
			if known[id].Name != called {
				t.Errorf("%s: %s is called %q", name, id, known[id].Name)
			}
		}
		for _, id := range []string{"3", "4", "5"} {
			got = append(got, cmp.Or(string(known[id].Access), "?"))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Threads come and go: of one that is not remembered it would not be learnt that
// its channel was closed.
func TestAThreadTooManyIsPrivate(t *testing.T) {
	w := newWorld()
	w.joined("2", []role{{ID: "2", Permissions: "1024"}})
	w.seated("2", "3", channelObject{Type: kind{given: true, legal: true}, Overwrites: json.RawMessage(`[]`)})
	thread := channelObject{Type: kind{n: 11, given: true, legal: true}, ParentID: "3"}
	for i := range 2 * maxSeats {
		id := strconv.Itoa(1000 + i)
		if got, open := w.seated("2", id, thread), i < maxSeats-1; (got == stories.OpenAccess) != open || got == stories.UnsaidAccess {
			t.Fatalf("thread %d is %q", i, got)
		}
	}
	w.heard("THREAD_DELETE", json.RawMessage(`{"id":"1000","guild_id":"2"}`))
	if got := w.seated("2", "9000", thread); got != stories.OpenAccess {
		t.Errorf("once there is room again it is %q", got)
	}
}

// A private channel is shown by its name to those alone who may see it.
func TestAPrivateChannelsNameIsNotTold(t *testing.T) {
	slack := stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C2"}
	ours := stories.Destination{Platform: platformName, Workspace: testGuild, Channel: testChannel}
	for access, told := range map[stories.Access]bool{stories.OpenAccess: true, stories.PrivateAccess: false, stories.UnsaidAccess: false} {
		names, body := stories.Names{}, stories.NoticeBody{}
		for _, d := range []stories.Destination{slack, ours} {
			names[d] = stories.PlaceName{Place: d, Form: stories.ChannelForm, Name: "layoffs", Access: access}
			body.Alarms = append(body.Alarms, stories.Alarm{Kind: stories.AlarmBlocked, Destination: d, Reason: "is archived"})
		}
		m := bot.Renderer(Refs())(stories.Content{Names: names, Notice: stories.Notice{Kind: stories.AlarmNotice, Body: body}})
		text := contentOf(m).Text
		if strings.Contains(text, "layoffs") != told || !strings.Contains(text, "<#"+testChannel+">") {
			t.Errorf("%q: %s", access, text)
		}
	}
}

// A channel is a mention where Discord can show it, and a name everywhere else.
func TestChannelsAreShownAsDiscordDoes(t *testing.T) {
	shows := func(d stories.Destination) string {
		return contentOf(bot.Message{Blocks: []bot.Block{bot.Para(bot.Bold("*"), bot.Span{Text: "#partners_1 (Discord)", Place: d}, bot.Text("* gets no updates."))}}).Text
	}
	const named = `**\***#partners\_1 (Discord)\* gets no updates.`
	for _, c := range []struct{ platform, workspace, channel, want string }{
		{"discord", testGuild, testChannel, `**\***<#` + testChannel + `>\* gets no updates.`},
		{"discord", "", testChannel, named}, // a direct message
		{"discord", testGuild, "1> <@5", named},
		{"discord", testGuild, "", named},
		{"slack", "T1", testChannel, named},
		{"", "", "", named},
	} {
		got := shows(stories.Destination{Platform: c.platform, Workspace: c.workspace, Channel: c.channel})
		if got != c.want {
			t.Errorf("%s:%s/%s is %q, want %q", c.platform, c.workspace, c.channel, got, c.want)
		}
	}
	one := bot.Span{Text: "#a", Place: stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel}}
	if got, want := contentOf(bot.Message{Blocks: []bot.Block{bot.Para(one, one)}}).Text, "<#"+testChannel+"><#"+testChannel+">"; got != want {
		t.Errorf("twice it is %q, want %q", got, want)
	}
}

// Whenever the bot connects, Discord lists a server's roles: those that were deleted
// meanwhile are not among them. A list without any tells nothing.
func TestRolesAreListed(t *testing.T) {
	for data, want := range map[string][]stories.AllGroups{
		`{"id":"2","roles":[{"id":"2","name":"@everyone"},{"id":"7","name":"Breaking Desk"}]}`: {{In: stories.Destination{Platform: "discord", Workspace: "2"},
			Called: map[string]string{"<@&2>": "@everyone", "<@&7>": "Breaking Desk"}}},
		`{"id":"2"}`:                    nil,
		`{"id":"2","roles":[]}`:         nil,
		`{"id":"2","unavailable":true}`: nil,
	} {
		got := sees(t, func(s *serving) { s.dispatch(t.Context(), event{Type: "GUILD_CREATE", RawData: json.RawMessage(data)}) })
		if found := diff.Diff(want, got.Groups); found != "" {
			t.Errorf("%s (-want +got):\n%s", data, found)
		}
	}
}
