package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"storybot/stories"
)

func TestPlaces(t *testing.T) {
	p, n := platformAt(t, newWire())
	s := newServing(p, handler{})
	s.world.begin("", []string{"10"}, true)
	for _, c := range []struct{ kind, data, want string }{
		{"CHANNEL_DELETE", `{"id":"3","guild_id":"2","type":99}`, "ended discord:2/3 was deleted"},
		{"THREAD_DELETE", `{"id":"4","guild_id":"2"}`, "ended discord:2/4 was deleted"},
		{"GUILD_DELETE", `{"id":"2","unavailable":true}`, ""},
		{"GUILD_CREATE", `{"id":"2","channels":[{"type":99}]}`, "healed discord:2/"},
		{"GUILD_DELETE", `{"id":"2"}`, "blocked discord:2/ is in a server the bot was removed from"},
		{"GUILD_CREATE", `{"id":"10"}`, ""}, // told by READY: nothing new
		{"GUILD_CREATE", `{"id":"10"}`, "healed discord:10/"},
		{"GUILD_CREATE", `{"id":"11","unavailable":true}`, ""},
		{"GUILD_DELETE", `{"id":"2","unavailable":false}`, "blocked discord:2/ is in a server the bot was removed from"},
		{"CHANNEL_UPDATE", `{"id":"3","guild_id":"2"}`, "healed discord:2/3"},
		{"THREAD_UPDATE", `{"id":"4","guild_id":"2"}`, "healed discord:2/4"},
		{"GUILD_ROLE_CREATE", `{"guild_id":"2","role":{"id":"7"}}`, "healed discord:2/"},
		{"GUILD_ROLE_DELETE", `{"guild_id":"2","role_id":"7"}`, "healed discord:2/"},
		{"GUILD_DELETE", `{"id":"2","unavailable":"true"}`, ""},
		{"GUILD_ROLE_UPDATE", `{"guild_id":"2","role":{"id":"7"}}`, "healed discord:2/"},
		{"CHANNEL_DELETE", `{}`, ""},
		{"CHANNEL_DELETE", `null`, ""},
		{"CHANNEL_DELETE", `{"id":3}`, ""},
		{"TYPING_START", `{"id":"3"}`, ""},
	} {
		s.dispatch(t.Context(), event{Type: c.kind, RawData: json.RawMessage(c.data)})
		s.places.news.inform(stories.Destination{Channel: "mark"}, func(context.Context) { n.places <- "" })
		got := <-n.places
		if got != "" {
			<-n.places
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.data, got, c.want)
		}
	}
	s.wait()
}

// Discord tells of a channel that is deleted, and of none of its threads.
func TestThreadsEndWithTheirChannel(t *testing.T) {
	p, n := platformAt(t, newWire())
	s := newServing(p, handler{})
	s.world.begin("", []string{"10"}, true)
	for _, e := range []struct{ kind, data string }{
		{"GUILD_CREATE", `{"id":"10","channels":[{"id":"11","type":0},{"id":"12","type":0}],"threads":[{"id":"21","type":11,"parent_id":"11"},{"id":"22","type":11,"parent_id":"12"}]}`},
		{"THREAD_CREATE", `{"id":"20","guild_id":"10","type":12,"parent_id":"11"}`},
		{"CHANNEL_DELETE", `{"id":"11","guild_id":"10","type":0}`},
	} {
		s.dispatch(t.Context(), event{Type: e.kind, RawData: json.RawMessage(e.data)})
	}
	for _, want := range []string{"ended discord:10/11 was deleted",
		"ended discord:10/20 is a thread of a channel that was deleted", "ended discord:10/21 is a thread of a channel that was deleted"} {
		if got := <-n.places; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s.wait()
	if len(n.places) != 0 {
		t.Errorf("and %q", <-n.places)
	}
}

// Each READY names the servers the bot is in: where it was removed and invited again while
// nobody was connected, deliveries go on.
func TestAReadyTellsWhereTheBotIs(t *testing.T) {
	p, n := platformAt(t, newWire())
	s := newServing(p, handler{})
	s.dispatch(t.Context(), event{Type: "READY", RawData: json.RawMessage(`{"guilds":[]}`)})
	s.dispatch(t.Context(), event{Type: "READY", RawData: json.RawMessage(`{"guilds":[{"id":"10","unavailable":true},{"id":"11"}]}`)})
	s.wait()
	if got := fmt.Sprint(n.joined); got != "[10 11]" {
		t.Errorf("told of %s", got)
	}
}

func TestOnlyRecentInteractionsAreRemembered(t *testing.T) {
	var r recent
	for n := range maxSeen + 1 {
		if !r.add(fmt.Sprint(n)) {
			t.Fatal(n)
		}
	}
	if !r.add("0") || r.add(fmt.Sprint(maxSeen)) || len(r.ids) != maxSeen {
		t.Errorf("%d remembered", len(r.ids))
	}
}
