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
		{"GUILD_DELETE", `{"id":"2"}`, "ended discord:2/ is in a server the bot was removed from"},
		{"GUILD_CREATE", `{"id":"10"}`, ""}, // told by READY: nothing new
		{"GUILD_CREATE", `{"id":"10"}`, "healed discord:10/"},
		{"GUILD_CREATE", `{"id":"11","unavailable":true}`, ""},
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
