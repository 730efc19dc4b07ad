package discord

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			stories.Sighting{Places: []stories.PlaceName{{Place: here, Form: stories.ChannelForm, Name: "part ners"}}, People: ann}},
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
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
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
	server := stories.PlaceName{Place: place("2", ""), Form: stories.WorkspaceForm, Name: "Newsroom"}
	for _, c := range []struct {
		kind, data string
		want       []stories.PlaceName
	}{
		{"CHANNEL_UPDATE", `{"id":"3","guild_id":"2","type":0,"name":"partners"}`, []stories.PlaceName{heard("3", "partners", stories.ChannelForm)}},
		{"THREAD_UPDATE", `{"id":"4","guild_id":"2","type":12,"name":"Sony"}`, []stories.PlaceName{heard("4", "Sony", stories.ThreadForm)}},
		{"GUILD_UPDATE", `{"id":"2","name":"Newsroom"}`, []stories.PlaceName{server}},
		{"GUILD_CREATE", `{"id":"2","name":"Newsroom","channels":[{"id":"3","type":0,"name":"partners"},7,{"id":"x"},{"type":99}],"threads":[{"id":"4","type":11,"name":"Sony"}]}`,
			[]stories.PlaceName{server, heard("3", "partners", stories.ChannelForm), heard("4", "Sony", stories.ThreadForm)}},
		{"CHANNEL_UPDATE", `{"id":"3","type":1}`, nil},
		{"CHANNEL_UPDATE", `null`, nil},
		{"GUILD_CREATE", `{"id":7,"channels":"none"}`, []stories.PlaceName{{Place: place("7", ""), Form: stories.WorkspaceForm}}},
		{"CHANNEL_DELETE", `{"id":"3","guild_id":"2","type":0,"name":"partners"}`, nil},
	} {
		got := sees(t, func(s *serving) { s.dispatch(t.Context(), event{Type: c.kind, RawData: json.RawMessage(c.data)}) })
		if diff := cmp.Diff(c.want, got.Places); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.kind, c.data, diff)
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
