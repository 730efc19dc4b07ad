package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
)

// TestWhatAReadyShowsOfServersThatAreNotInIt: only one that lists all servers says that
// the bot is in no others.
func TestWhatAReadyShowsOfServersThatAreNotInIt(t *testing.T) {
	const reason = " is in a server the bot was removed from"
	for _, c := range []struct{ guilds, shard, want string }{
		{`[{"id":"81384788765712384","unavailable":true}]`, ``, "[discord 81384788765712384" + reason + "]"},
		{`[{"id":"81384788765712384"}]`, `[0,1]`, "[discord 81384788765712384" + reason + "]"},
		{`[]`, `null`, "[discord " + reason + "]"},
		{`[{"id":"81384788765712384"}]`, `[0,2]`, "[]"},
		{`[{"id":"81384788765712384"}]`, `"one"`, "[]"},
		{`[{"id":"81384788765712384"}]`, `[0]`, "[]"},
		{``, ``, "[]"},
		{`null`, ``, "[]"},
		{`{"81384788765712384":{}}`, ``, "[]"},
		{`[{"id":"81384788765712384"},{"name":"no id"}]`, ``, "[]"},
	} {
		n := newNotes()
		p := newRig(t, nil).p
		p.places = n
		told := newTeller(p)
		o := &observer{p: p, world: newWorld(), news: told}
		o.begin(testApp, json.RawMessage(c.guilds), json.RawMessage(c.shard))
		told.end()
		told.run(context.Background())
		if got := fmt.Sprint(n.only); got != c.want {
			t.Errorf("guilds %s, shard %s: %s, want %s", c.guilds, c.shard, got, c.want)
		}
	}
}
