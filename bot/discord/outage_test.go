package discord

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"storybot/bot"
)

// TestAnOutageEndsNothing: while a server is unavailable its channels may be
// answered for as if they had been deleted.
func TestAnOutageEndsNothing(t *testing.T) {
	const (
		ready  = `{"guilds":[{"id":"` + testGuild + `","unavailable":true}]}`
		listed = `{"guilds":[{"id":"` + testGuild + `"}]}`
		lost   = `{"id":"` + testGuild + `","unavailable":true}`
		back   = `{"id":"` + testGuild + `"}`
	)
	type events = [][2]string
	for name, c := range map[string]struct {
		events events
		later  time.Duration
		trust  bool
	}{
		"nothing told":                  {trust: true},
		"announced":                     {events: events{{"GUILD_DELETE", lost}}},
		"announced, an hour ago":        {events: events{{"GUILD_DELETE", lost}}, later: time.Hour},
		"announced, two days ago":       {events: events{{"GUILD_DELETE", lost}}, later: 48 * time.Hour, trust: true},
		"over":                          {events: events{{"GUILD_DELETE", lost}, {"GUILD_CREATE", back}}, trust: true},
		"over, by a new session":        {events: events{{"GUILD_DELETE", lost}, {"READY", listed}}, trust: true},
		"not over, by a new session":    {events: events{{"GUILD_DELETE", lost}, {"READY", ready}}, later: time.Hour},
		"created without being there":   {events: events{{"GUILD_CREATE", lost}}},
		"a removal":                     {events: events{{"GUILD_DELETE", lost}, {"GUILD_DELETE", back}}, trust: true},
		"another server's":              {events: events{{"GUILD_DELETE", `{"id":"5","unavailable":true}`}}, trust: true},
		"just connected":                {events: events{{"READY", ready}}},
		"connected, the server as well": {events: events{{"READY", ready}, {"GUILD_CREATE", back}}, trust: true},
		"connected, nothing since":      {events: events{{"READY", ready}}, later: startupTime + time.Second, trust: true},
	} {
		t.Run(name, func(t *testing.T) {
			answers := map[string]bot.Outcome{
				`{"code":10003}`: bot.Gone, `{"code":10004}`: bot.Gone, `{"code":50001}`: bot.Blocked, `{"code":50035}`: bot.BadPayload,
			}
			for body, trusted := range answers {
				p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w, 404, body) }))
				s := newServing(p, handler{})
				for _, e := range c.events {
					s.dispatch(t.Context(), event{Type: e[0], RawData: json.RawMessage(e[1])})
				}
				s.wait()
				p.now = func() time.Time { return time.Now().Add(c.later) }
				v := p.Do(t.Context(), post(testMessage(), "key"))
				want := trusted
				if !c.trust && trusted != bot.BadPayload {
					want = bot.Transient
				}
				if v.Outcome != want || want == bot.Transient && v.RetryAfter != outageAgain {
					t.Errorf("%s: %+v", body, v)
				}
			}
		})
	}
}

func TestAnOutageLeavesALookUnsettled(t *testing.T) {
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w, 404, `{"code":10003}`) }))
	p.outages.begin(testGuild, time.Now().Add(time.Hour))
	if v := p.Settle(t.Context(), old(10*time.Minute, 10*time.Minute)); v.Outcome != bot.Unsettled || v.RetryAfter != outageAgain {
		t.Errorf("%+v", v)
	}
}
