package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
)

// registry is a far side that knows names. It counts what it is asked.
type registry struct {
	mu      sync.Mutex
	asked   []string
	answers map[string]string // by path; "404" and the like are a status
}

func (f *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api/v9")
	f.mu.Lock()
	f.asked = append(f.asked, path)
	body, known := f.answers[path]
	f.mu.Unlock()
	switch {
	case !known:
		respond(w, 404, `{"code":10013}`)
	case len(body) == 3:
		status := map[string]int{"403": 403, "429": 429, "500": 500, "404": 404}[body]
		respond(w, status, `{"code":50001,"retry_after":1}`)
	default:
		respond(w, 200, body)
	}
}

func (f *registry) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

func (f *registry) set(path, answer string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[path] = answer
}

// naming returns names that ask f; now is the clock.
func naming(t *testing.T, f *registry) (*names, *time.Time) {
	p, _ := platformAt(t, f)
	now := time.Now()
	p.now = func() time.Time { return now }
	w := newWorld()
	w.begin(testApp, []string{testGuild}, true)
	return newNames(p, w), &now
}

// named is how text typed in the test's server reads.
func named(t *testing.T, n *names, text string) string {
	r := &reader{guild: testGuild}
	read := r.text(text)
	return bot.Unfold(read, n.of(t.Context(), r))
}

func channelIn(guild, rest string) string {
	return `{"id":"7","guild_id":"` + guild + `","name":"general",` + rest + `}`
}

const (
	nobodySees = `{"id":"` + testGuild + `","type":0,"allow":"0","deny":"1024"}`
	allSee     = `{"id":"` + testGuild + `","type":0,"allow":"1024","deny":"0"}`
	openRoles  = `[{"id":"` + testGuild + `","name":"@everyone","permissions":"1024"},{"id":"9","name":"editors","permissions":"0"}]`
	shutRoles  = `[{"id":"` + testGuild + `","name":"@everyone","permissions":"0"}]`
)

func TestNamesAreLookedUp(t *testing.T) {
	const inGuild = "/guilds/" + testGuild
	for name, c := range map[string]struct {
		answers map[string]string
		text    string
		want    string
	}{
		"a member's nickname":              {map[string]string{inGuild + "/members/123": `{"nick":"mia","user":{"id":"123","username":"m"}}`}, "<@123>", "@mia"},
		"a member without one":             {map[string]string{inGuild + "/members/123": `{"nick":null,"user":{"id":"123","username":"m","global_name":"Mia K"}}`}, "<@123>", "@Mia K"},
		"somebody who is no member":        {map[string]string{"/users/123": `{"id":"123","username":"mia"}`}, "<@123>", "@mia"},
		"a server that tells nothing":      {map[string]string{inGuild + "/members/123": "403", "/users/123": `{"id":"123","username":"mia"}`}, "<@123>", "@mia"},
		"nobody":                           {nil, "<@123>", "@someone"},
		"Discord unwell":                   {map[string]string{inGuild + "/members/123": "500"}, "<@123>", "@someone"},
		"a name that is a trick":           {map[string]string{inGuild + "/members/123": `{"nick":"\u202e\u200b` + bot.Mark(0) + `","user":{"username":"a\nb"}}`}, "<@123>", "@a b"},
		"no JSON":                          {map[string]string{inGuild + "/members/123": "<html>"}, "<@123>", "@someone"},
		"a role":                           {map[string]string{inGuild + "/roles": openRoles}, "<@&9>", "@editors"},
		"a role nobody has":                {map[string]string{inGuild + "/roles": openRoles}, "<@&8>", "@role"},
		"roles that are not told":          {map[string]string{inGuild + "/roles": "403"}, "<@&9>", "@role"},
		"an open channel":                  {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":[]`), inGuild + "/roles": openRoles}, "<#7>", "#general"},
		"an open channel in a shut server": {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":[`+allSee+`]`)}, "<#7>", "#general"},
		"a channel of a shut server":       {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":[]`), inGuild + "/roles": shutRoles}, "<#7>", "#private-channel"},
		"a private channel":                {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":[{"id":"9","allow":"1024","deny":"0"},`+nobodySees+`]`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
		"illegible overwrites":             {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":"none"`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
		"an illegible overwrite":           {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":[{"id":"`+testGuild+`","allow":"0"}]`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
		"roles that cannot be read":        {map[string]string{"/channels/7": channelIn(testGuild, `"type":0,"permission_overwrites":[]`), inGuild + "/roles": "500"}, "<#7>", "#private-channel"},
		"a channel of another server":      {map[string]string{"/channels/7": channelIn("1", `"type":0,"permission_overwrites":[]`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
		"a channel the bot may not see":    {map[string]string{"/channels/7": "403"}, "<#7>", "#private-channel"},
		"a private thread":                 {map[string]string{"/channels/7": channelIn(testGuild, `"type":12,"parent_id":"8"`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
		"a thread of an open channel":      {map[string]string{"/channels/7": channelIn(testGuild, `"type":11,"parent_id":"8"`), "/channels/8": channelIn(testGuild, `"type":0,"permission_overwrites":[]`), inGuild + "/roles": openRoles}, "<#7>", "#general"},
		"a thread of a private channel":    {map[string]string{"/channels/7": channelIn(testGuild, `"type":11,"parent_id":"8"`), "/channels/8": channelIn(testGuild, `"type":0,"permission_overwrites":[`+nobodySees+`]`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
		"a thread of nothing":              {map[string]string{"/channels/7": channelIn(testGuild, `"type":11`), inGuild + "/roles": openRoles}, "<#7>", "#private-channel"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &registry{answers: c.answers}
			n, _ := naming(t, f)
			if got := named(t, n, c.text); got != c.want {
				t.Errorf("%q, want %q; asked %q", got, c.want, f.asked)
			}
		})
	}
}

func TestNamesAreKept(t *testing.T) {
	f := &registry{answers: map[string]string{
		"/guilds/" + testGuild + "/members/123": `{"nick":"mia"}`,
		"/channels/7":                           channelIn(testGuild, `"type":0,"permission_overwrites":[`+allSee+`]`),
	}}
	n, now := naming(t, f)
	text := "<@123> <#7> <@5>"
	step := func(want string, asked int) {
		t.Helper()
		before := f.count()
		if got := named(t, n, text); got != want || f.count()-before != asked {
			t.Errorf("%q after %d requests, want %q after %d", got, f.count()-before, want, asked)
		}
	}
	step("@mia #general @someone", 4) // the last one as a member and as anybody
	step("@mia #general @someone", 0)
	f.set("/channels/7", channelIn(testGuild, `"type":0,"permission_overwrites":[`+nobodySees+`]`))
	n.forgetChannels()
	step("@mia #private-channel @someone", 1)
	*now = now.Add(channelLife)
	step("@mia #private-channel @someone", 3)
	*now = now.Add(nameLife)
	f.set("/guilds/"+testGuild+"/members/123", "500")
	step("@someone #private-channel @someone", 4)
	f.set("/guilds/"+testGuild+"/members/123", `{"nick":"mia2"}`)
	step("@mia2 #private-channel @someone", 1) // a failure is not kept
}

func TestNamesAreBounded(t *testing.T) {
	f := &registry{}
	n, _ := naming(t, f)
	for id := range maxNames + 10 {
		n.keep(nameKey{testGuild, bot.PersonKind, fmt.Sprint(id + 1)}, "@x", nameLife)
	}
	if len(n.kept) > maxNames {
		t.Errorf("%d names kept", len(n.kept))
	}
	var text strings.Builder
	for id := range 100 {
		fmt.Fprintf(&text, "<#%d> ", id+1)
	}
	for range 10 {
		named(t, n, text.String())
	}
	if asked := f.count(); asked > lookupsAtOnce+lookupsPerSecond*10 {
		t.Errorf("%d requests for %d names", asked, 1000)
	}
}

// TestNamesDoNotKeepAnybodyWaiting has a far side that never answers.
func TestNamesDoNotKeepAnybodyWaiting(t *testing.T) {
	release := make(chan struct{})
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer close(release)
	n := newNames(p, newWorld())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := &reader{}
	text := r.text("<@1> <@2>")
	if got := bot.Unfold(text, n.of(ctx, r)); got != "@someone @someone" {
		t.Error(got)
	}
}

// TestReadersCostOneRequest counts what commands that need no name ask for.
func TestReadersCostOneRequest(t *testing.T) {
	for _, rest := range []string{
		typed, `"type":2,"data":{"name":"story","options":[{"name":"story","type":3,"value":"sony-hack"}]}`, `"type":2,"data":{"name":"stories","options":[{"name":"words","type":3,"value":"north korea"}]}`,
		`"type":3,"data":{"custom_id":"timeline:12"}`, `"type":2,"data":{"name":"desk","resolved":{"users":{"7":{"username":"mia"}}},"options":[{"name":"moderators","type":1,"options":[{"name":"user","type":6,"value":"7"}]}]}`,
		`"type":4,"data":{"name":"story","options":[{"name":"story","type":3,"value":"<@99>","focused":true}]}`,
		`"type":2,"data":{"name":"story","options":[{"name":"story","type":3,"value":"by <@5>"}]}`,
	} {
		w := newWire()
		h := always(bot.Reply{Message: bot.Plainly("x")})
		h.complete = func(_, _, typed string) []bot.Choice { return []bot.Choice{{Value: typed, Label: typed}} }
		s, ctx, _ := serve(t, w, h)
		s.p.timing.deferral = time.Minute
		s.create(ctx, in(rest))
		s.finish()
		if len(w.calls) != 1 {
			t.Errorf("%s: %d requests", rest, len(w.calls))
		}
		if c := w.next(t); !strings.HasSuffix(c.path, "/callback") {
			t.Errorf("%s: %+v", rest, c)
		}
	}
}

// TestNamesAreTheHandlersOwn: what one handler got does not change when names
// are looked for once more.
func TestNamesAreTheHandlersOwn(t *testing.T) {
	f := &registry{answers: map[string]string{"/guilds/" + testGuild + "/members/123": "500"}}
	n, _ := naming(t, f)
	r := &reader{guild: testGuild}
	r.text("<@123>")
	for _, in := range []bot.Input{bot.Options{}, bot.Submission{}, bot.Menu{Message: &bot.Chosen{}}} {
		first := mentioning(in, n.of(t.Context(), r))
		f.set("/guilds/"+testGuild+"/members/123", `{"nick":"mia"}`)
		second := mentioning(in, n.of(t.Context(), r))
		f.set("/guilds/"+testGuild+"/members/123", "500")
		clear(n.kept)
		for name, of := range map[string]bot.Input{"@someone": first, "@mia": second} {
			var list []bot.Mention
			switch of := of.(type) {
			case bot.Options:
				list = of.Mentions
			case bot.Submission:
				list = of.Mentions
			case bot.Menu:
				list = of.Message.Mentions
			}
			if len(list) != 1 || list[0].Name != name || list[0].Ref != "discord:123" {
				t.Errorf("%T mentions %+v, want %s", of, list, name)
			}
		}
	}
}
