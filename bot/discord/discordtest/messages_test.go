package discordtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestPostEditAndRead(t *testing.T) {
	s := started(t)
	posted := call(t, s, "POST", posts, messageBody("first", "n1"))
	if posted.status != 200 || posted.field("nonce") != "n1" || posted.field("content") != "first" {
		t.Fatalf("post: %+v", posted)
	}
	id := posted.field("id")
	one := posts + "/" + id
	if r := call(t, s, "PATCH", one, `{"content":"second",`+quiet+`}`); r.status != 200 || r.field("content") != "second" {
		t.Fatalf("edit: %+v", r)
	}
	if r := call(t, s, "GET", one, ""); r.field("content") != "second" || strings.Contains(r.body, "nonce") {
		t.Errorf("a stored message shows %s", r.body)
	}
	m, found := s.Message(testChannel, id)
	if !found || m.Content != "second" || m.Edits != 1 || m.Earlier[0] != "first" || m.Nonce != "n1" {
		t.Errorf("stored: %+v", m)
	}
	if r := call(t, s, "GET", "/channels/"+testChannel, ""); r.field("last_message_id") != id {
		t.Errorf("channel: %s", r.body)
	}
	if r := call(t, s, "PATCH", one, `{"content":null,`+quiet+`}`); r.field("code") != "50006" {
		t.Errorf("emptied: %+v", r)
	}
	s.DeleteMessage(testChannel, id)
	if r := call(t, s, "PATCH", one, `{"content":"third",`+quiet+`}`); r.status != 404 || r.field("code") != "10008" {
		t.Errorf("edit of a deleted message: %+v", r)
	}
}

func TestEditKeepsWhatItLeavesOut(t *testing.T) {
	s := started(t)
	row := `"components":[{"type":1,"components":[{"type":2,"style":2,"label":"Stop","custom_id":"stop"}]}]`
	id := call(t, s, "POST", posts, `{"content":"a","embeds":[{"title":"T"}],`+row+`,`+quiet+`}`).field("id")
	call(t, s, "PATCH", posts+"/"+id, `{"content":"b","embeds":[],`+quiet+`}`)
	m, _ := s.Message(testChannel, id)
	if m.Text != "b" || len(m.Embeds) != 0 || len(m.Buttons) != 1 || m.Buttons[0].CustomID != "stop" {
		t.Errorf("after the edit: %+v", m)
	}
}

func TestListMessages(t *testing.T) {
	s := started(t)
	var ids []string
	for i := range 10 {
		ids = append(ids, s.Say(testChannel, "4242", fmt.Sprint(i)))
	}
	list := func(query string) string {
		var got []struct{ ID string }
		decodeInto([]byte(call(t, s, "GET", posts+query, "").body), &got)
		var text []string
		for _, m := range got {
			for i, id := range ids {
				if id == m.ID {
					text = append(text, fmt.Sprint(i))
				}
			}
		}
		return strings.Join(text, "")
	}
	for query, want := range map[string]string{
		"":                               "9876543210",
		"?limit=3":                       "987",
		"?limit=3&before=" + ids[5]:      "432",
		"?limit=3&after=" + ids[5]:       "876",
		"?limit=3&after=0":               "210",
		"?limit=100&after=" + ids[8]:     "9",
		"?limit=4&around=" + ids[5]:      "6543",
		"?after=" + ids[9]:               "",
		"?limit=2&before=" + ids[0] + "": "",
	} {
		if got := list(query); got != want {
			t.Errorf("list %q: %q, want %q", query, got, want)
		}
	}
	if r := call(t, s, "GET", posts, ""); strings.Contains(r.body, `"content":"9"`) {
		t.Error("others' words are shown without the MESSAGE_CONTENT intent")
	}
	s.SetPermissions(testChannel, ViewChannel|SendMessages)
	if r := call(t, s, "GET", posts, ""); r.status != 200 || r.body != "[]" {
		t.Errorf("without READ_MESSAGE_HISTORY: %+v", r)
	}
}

func TestPermissions(t *testing.T) {
	for _, tc := range []struct {
		name         string
		perms        int64
		status, code int
	}{
		{"all", DefaultPermissions, 200, 0},
		{"no view", SendMessages, 403, 50001},
		{"no send", ViewChannel, 403, 50013},
		{"no embeds", ViewChannel | SendMessages, 403, 50013},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := Start(t)
			s.AddChannel(testGuild, testChannel, tc.perms)
			r := call(t, s, "POST", posts, `{"embeds":[{"title":"x"}],`+quiet+`}`)
			if r.status != tc.status || tc.code != 0 && r.field("code") != fmt.Sprint(tc.code) {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestChannelsThatEnd(t *testing.T) {
	s := started(t)
	const other = "155101607195836999"
	s.AddChannel(testGuild, other)
	post := func(channel string) string {
		return call(t, s, "POST", "/channels/"+channel+"/messages", `{"content":"x",`+quiet+`}`).field("code")
	}
	s.DeleteChannel(other)
	if code := post(other); code != "10003" {
		t.Errorf("deleted channel: %s", code)
	}
	s.Outage(testGuild)
	if r := call(t, s, "POST", posts, `{"content":"x",`+quiet+`}`); r.status != http.StatusServiceUnavailable {
		t.Errorf("outage: %+v", r)
	}
	s.Recover(testGuild)
	s.RemoveFromGuild(testGuild)
	if r := call(t, s, "POST", posts, `{"content":"x",`+quiet+`}`); r.field("code") != "50001" {
		t.Errorf("removed: %+v", r)
	}
}

func TestNonce(t *testing.T) {
	s := started(t, WithNonceWindow(2*time.Minute))
	first := call(t, s, "POST", posts, messageBody("a", "same")).field("id")
	again := call(t, s, "POST", posts, messageBody("changed", "same"))
	if again.field("id") != first || again.field("content") != "a" {
		t.Errorf("a repeat makes a new message: %s", again.body)
	}
	free := call(t, s, "POST", posts, `{"content":"a","nonce":"same",`+quiet+`}`)
	if free.field("id") == first {
		t.Error("without enforce_nonce the nonce is not looked at")
	}
	s.Advance(3 * time.Minute)
	late := call(t, s, "POST", posts, messageBody("a", "same"))
	if late.field("id") == first || late.status != 200 {
		t.Errorf("after the window: %+v", late)
	}
	s.DeleteMessage(testChannel, late.field("id"))
	if r := call(t, s, "POST", posts, messageBody("a", "same")); r.field("code") != "10008" {
		t.Errorf("repeat of a deleted message: %+v", r)
	}
	if st := s.Stats(); st.Posts != 3 || st.Duplicates != 1 {
		t.Errorf("stats: %+v", st)
	}
}

func TestNonceInTwoChannels(t *testing.T) {
	s := started(t)
	s.AddChannel(testGuild, "155101607195836999")
	s.ExpectViolation("was used in channel " + testChannel)
	first := call(t, s, "POST", posts, messageBody("a", "same")).field("id")
	other := call(t, s, "POST", "/channels/155101607195836999/messages", messageBody("a", "same"))
	if other.field("id") != first {
		t.Errorf("the nonce is per author: %s", other.body)
	}
}

func TestThreads(t *testing.T) {
	s := started(t)
	id := call(t, s, "POST", posts, messageBody("card", "n")).field("id")
	made := call(t, s, "POST", posts+"/"+id+"/threads", `{"name":"Sony hack"}`)
	if made.status != 201 || made.field("id") != id {
		t.Fatalf("thread: %+v", made)
	}
	inThread := "/channels/" + id + "/messages"
	reply := call(t, s, "POST", inThread, messageBody("in it", "m")).field("id")
	s.ChangeChannel(id, func(c *Channel) { c.Archived = true })
	if r := call(t, s, "PATCH", inThread+"/"+reply, `{"content":"x",`+quiet+`}`); r.field("code") != "50083" {
		t.Errorf("edit in an archived thread: %+v", r)
	}
	s.ChangeChannel(id, func(c *Channel) { c.Locked = true })
	if r := call(t, s, "POST", inThread, messageBody("y", "o")); r.field("code") != "160005" {
		t.Errorf("post in a locked thread: %+v", r)
	}
	s.ChangeChannel(id, func(c *Channel) { c.Locked = false })
	call(t, s, "POST", inThread, messageBody("y", "p"))
	if r := call(t, s, "PATCH", inThread+"/"+reply, `{"content":"x",`+quiet+`}`); r.status != 200 {
		t.Errorf("a post opens the archived thread: %+v", r)
	}
}

func TestGuildObjects(t *testing.T) {
	s := Start(t)
	s.AddChannel(testGuild, testChannel, ViewChannel)
	for path, want := range map[string]string{
		"/guilds/" + testGuild:                           `"@everyone"`,
		"/guilds/" + testGuild + "/roles":                `"managed":true`,
		"/guilds/" + testGuild + "/channels":             testChannel,
		"/guilds/" + testGuild + "/members/" + BotUserID: botRole(&guild{id: testGuild}),
		"/channels/" + testChannel:                       `"allow":"1024"`,
		"/users/@me":                                     `"bot":true`,
		"/users/4242":                                    "user-4242",
		"/applications/@me":                              ApplicationID,
		"/oauth2/applications/@me":                       ApplicationID,
		"/gateway":                                       "ws://127.0.0.1",
	} {
		if r := call(t, s, "GET", path, ""); r.status != 200 || !strings.Contains(r.body, want) {
			t.Errorf("GET %s: %+v", path, r)
		}
	}
	dm := call(t, s, "POST", "/users/@me/channels", `{"recipient_id":"4242"}`)
	if again := s.AddDM("4242"); dm.field("id") != again {
		t.Errorf("DM %s, then %s", dm.body, again)
	}
	if r := call(t, s, "GET", "/guilds/1", ""); r.field("code") != "10004" {
		t.Errorf("unknown guild: %+v", r)
	}
}

func TestManyChannels(t *testing.T) {
	s := Start(t)
	all := s.AddChannels(100_000)
	if len(all) != 100_000 || len(s.guildIDs()) != 1000 || all[99_999].Guild == all[0].Guild {
		t.Errorf("%d channels in %d guilds", len(all), len(s.guildIDs()))
	}
	last := "/channels/" + all[99_999].ID + "/messages"
	if r := call(t, s, "POST", last, messageBody("x", "n")); r.status != 200 {
		t.Errorf("%+v", r)
	}
}
