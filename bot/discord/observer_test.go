package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"storybot/stories"
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

// TestAServerThatIsToldOfBeforeREADY: the bot is in it, whatever an older list says.
func TestAServerThatIsToldOfBeforeREADY(t *testing.T) {
	const joined = `{"op":0,"s":2,"t":"GUILD_CREATE","d":{"id":"61384788765712384"}}`
	for name, c := range map[string]struct {
		resuming bool
		came     []string
		want     string
	}{
		"behind it":            {came: []string{ready, joined}, want: "only in " + testGuild + "; healed discord:61384788765712384/"},
		"before it":            {came: []string{joined, ready}, want: "only in " + testGuild + "; healed discord:61384788765712384/"},
		"in a resumed session": {resuming: true, came: []string{joined}, want: "healed discord:61384788765712384/"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newRig(t, nil).p
			told := &toldInOrder{notes: newNotes()}
			p.places = told
			s := newServing(p, handler{})
			g := &gateway{p: p, dispatch: func(e event) { s.dispatch(t.Context(), e) }}
			conn := &conn{g: g, resuming: c.resuming}
			for _, packet := range c.came {
				var e event
				if err := json.Unmarshal([]byte(strings.Replace(packet, "%q", `""`, 1)), &e); err != nil {
					t.Fatal(err)
				}
				if err := conn.take(e); err != nil {
					t.Fatal(err)
				}
			}
			s.wait()
			if got := strings.Join(told.order, "; "); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
			if g.session.seq != 2 {
				t.Errorf("the session goes on at %d", g.session.seq)
			}
		})
	}
}

// toldInOrder keeps in which order news that may contradict comes.
type toldInOrder struct {
	*notes
	order []string
}

func (n *toldInOrder) InOnly(_ context.Context, _ string, workspaces []string, _ stories.Obstacle) {
	n.order = append(n.order, "only in "+strings.Join(workspaces, " "))
}

func (n *toldInOrder) Healed(_ context.Context, d stories.Destination) {
	n.order = append(n.order, "healed "+d.String())
}
