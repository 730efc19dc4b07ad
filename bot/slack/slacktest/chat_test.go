package slacktest

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const section = `[{"type":"section","text":{"type":"mrkdwn","text":"*hi*"}},` +
	`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Stop"},"action_id":"stop","value":"sony"}]}]`

func TestTimestampsAreUniqueAndIncrease(t *testing.T) {
	s, c := start(t)
	var all []string
	for range 200 {
		all = append(all, c.mustPost("C1", "hi"))
	}
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("timestamps %v", all)
	}
	for i, m := range s.Messages("T1", "C1") {
		if m.TS != all[i] {
			t.Fatalf("message %d has %s, the answer said %s", i, m.TS, all[i])
		}
	}
}

func TestPostIsKeptAndEchoed(t *testing.T) {
	s, c := start(t)
	r := c.call("chat.postMessage", "channel", "C1", "text", `"hi" & more`, "blocks", section, "unfurl_links", "false", "unfurl_media", "false",
		"metadata", `{"event_type":"delivery","event_payload":{"id":"d1"}}`)
	takeViolation(t, s, "a bare & or <")
	m := s.Messages("T1", "C1")[0]
	if m.Text != `"hi" & more` || string(m.Blocks) != section || m.Payload("id") != "d1" || m.Unfurls || !m.Bot || m.Via != "chat.postMessage" {
		t.Errorf("kept %+v", m)
	}
	if got, want := m.Visible(), "*hi*\nStop"; got != want {
		t.Errorf("visible %q, want %q", got, want)
	}
	if got, want := m.Buttons(), []Button{{Label: "Stop", ActionID: "stop", Value: "sony"}}; !slices.Equal(got, want) {
		t.Errorf("buttons %v", got)
	}
	var echo struct {
		Message struct {
			Text   string
			Blocks []struct {
				ID string `json:"block_id"`
			}
		}
	}
	if err := json.Unmarshal([]byte(r.body), &echo); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	if echo.Message.Text != m.Text || len(echo.Message.Blocks) != 2 || echo.Message.Blocks[1].ID == "" {
		t.Errorf("echo %s", r.body)
	}
}

func TestUpdate(t *testing.T) {
	s, c := start(t)
	ts := c.mustPost("C1", "one", "blocks", section, "metadata", `{"event_type":"e","event_payload":{"id":"1"}}`)
	last := func() Message { return s.Messages("T1", "C1")[0] }
	update := func(args ...string) result {
		return c.call("chat.update", append([]string{"channel", "C1", "ts", ts}, args...)...)
	}
	if r := update("text", "two"); !r.OK || last().Blocks != nil || last().Text != "two" {
		t.Errorf("a text takes the blocks away: %s, %+v", r.body, last())
	}
	if r := update("blocks", section); !r.OK || last().Text != "two" || last().Blocks == nil {
		t.Errorf("blocks leave the text: %s, %+v", r.body, last())
	}
	takeViolation(t, s, "blocks without a text")
	if last().Payload("id") != "1" {
		t.Errorf("metadata are lost: %+v", last())
	}
	update("text", "three", "metadata", "{}")
	if last().Metadata != nil {
		t.Errorf("metadata stay after {}: %s", last().Metadata)
	}
	if r := update("text", strings.Repeat("x", 4001)); r.Error != "msg_too_long" {
		t.Errorf("a long text: %s", r.body)
	}
	takeViolation(t, s, "msg_too_long")
	edits := last().Edits
	if len(edits) != 3 || edits[0].Text != "one" || edits[2].Text != "two" || edits[2].Blocks == nil || edits[0].At.After(edits[2].At) {
		t.Errorf("edits %+v", edits)
	}
}

func TestOnlyOwnMessagesAreChanged(t *testing.T) {
	s, c := start(t)
	theirs := s.Say("T1", "C1", "U1", "mine")
	if r := c.call("chat.update", "channel", "C1", "ts", theirs.TS, "text", "x"); r.Error != "cant_update_message" {
		t.Errorf("update: %s", r.body)
	}
	if r := c.call("chat.delete", "channel", "C1", "ts", theirs.TS); r.Error != "cant_delete_message" {
		t.Errorf("delete: %s", r.body)
	}
	ts := c.mustPost("C1", "ours")
	other := newClient(t, s, s.AddWorkspace("T2"))
	if r := other.call("chat.update", "channel", "C1", "ts", ts, "text", "x"); r.Error != "channel_not_found" {
		t.Errorf("update by another workspace: %s", r.body)
	}
	if r := c.call("chat.delete", "channel", "C1", "ts", ts); !r.OK || len(s.Messages("T1", "C1")) != 1 {
		t.Errorf("delete: %s", r.body)
	}
	if r := c.call("chat.update", "channel", "C1", "ts", ts, "text", "x"); r.Error != "message_not_found" {
		t.Errorf("update of what was deleted: %s", r.body)
	}
}

func TestChannelsThatCannotBePostedTo(t *testing.T) {
	s, c := start(t)
	yes, no := true, false
	for _, tc := range []struct {
		name   string
		change ChangeChannel
		post   string
		update string
	}{
		{"archived", ChangeChannel{Archived: &yes}, "is_archived", "is_inactive"},
		{"deleted", ChangeChannel{Deleted: &yes}, "channel_not_found", "channel_not_found"},
		{"turned private", ChangeChannel{Kind: Private, Member: &no}, "channel_not_found", "channel_not_found"},
		{"private with the bot", ChangeChannel{Kind: Private, Member: &yes}, "", ""},
		{"public without the bot", ChangeChannel{Member: &no}, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := "C" + strings.ToUpper(strings.ReplaceAll(tc.name, " ", ""))
			s.AddChannel("T1", id, Public, true)
			ts := c.mustPost(id, "before")
			s.SetChannel("T1", id, tc.change)
			if r := c.call("chat.postMessage", "channel", id, "text", "after"); r.Error != tc.post {
				t.Errorf("post: %s, want %q", r.body, tc.post)
			}
			if r := c.call("chat.update", "channel", id, "ts", ts, "text", "after"); r.Error != tc.update {
				t.Errorf("update: %s, want %q", r.body, tc.update)
			}
		})
	}
}

func TestThreads(t *testing.T) {
	s, c := start(t)
	parent := c.mustPost("C1", "parent")
	reply := c.mustPost("C1", "reply", "thread_ts", parent)
	c.mustPost("C1", "loud reply", "thread_ts", parent, "reply_broadcast", "true")
	c.mustPost("C1", "after")
	if got := texts(t, c.call("conversations.history", "channel", "C1")); !slices.Equal(got, []string{"after", "loud reply", "parent"}) {
		t.Errorf("history %q", got)
	}
	for _, ts := range []string{parent, reply} {
		if got := texts(t, c.call("conversations.replies", "channel", "C1", "ts", ts)); !slices.Equal(got, []string{"parent", "reply", "loud reply"}) {
			t.Errorf("replies %q", got)
		}
	}
	c.mustPost("C1", "to a reply", "thread_ts", reply)
	takeViolation(t, s, "is a reply's")
}

func TestDirectMessages(t *testing.T) {
	s, c := start(t)
	r := c.call("chat.postMessage", "channel", "U1", "text", "psst")
	if !strings.HasPrefix(r.Channel, "D") {
		t.Fatalf("posted to %q: %s", r.Channel, r.body)
	}
	if r := c.call("chat.update", "channel", r.Channel, "ts", r.TS, "text", "changed"); !r.OK {
		t.Errorf("update: %s", r.body)
	}
	if r := c.call("chat.update", "channel", "U1", "ts", r.TS, "text", "changed"); r.Error != "channel_not_found" {
		t.Errorf("update by the person's id: %s", r.body)
	}
	open := c.call("conversations.open", "users", "U1")
	if !strings.Contains(open.body, r.Channel) {
		t.Errorf("conversations.open: %s, want %s", open.body, r.Channel)
	}
	if got := s.Messages("T1", r.Channel); len(got) != 1 || got[0].Text != "changed" {
		t.Errorf("messages %+v", got)
	}
}

func TestEphemeralIsSeenByOne(t *testing.T) {
	s, c := start(t)
	if r := c.call("chat.postEphemeral", "channel", "C1", "user", "U1", "text", "psst"); !r.OK {
		t.Fatalf("%s", r.body)
	}
	if len(s.Messages("T1", "C1")) != 0 || len(s.Ephemerals("T1", "C1", "U2")) != 0 {
		t.Error("others see it")
	}
	if got := s.Ephemerals("T1", "C1", "U1"); len(got) != 1 || got[0].Text != "psst" {
		t.Errorf("ephemerals %+v", got)
	}
	if got := texts(t, c.call("conversations.history", "channel", "C1")); len(got) != 0 {
		t.Errorf("history %q", got)
	}
}

func TestClientMessageIDs(t *testing.T) {
	s, c := start(t, WithClientMessageIDs())
	first := c.mustPost("C1", "x", "client_msg_id", "one")
	r := c.call("chat.postMessage", "channel", "C1", "text", "x", "client_msg_id", "one")
	if r.TS != first || !strings.Contains(r.body, `"is_duplicate":true`) || len(s.Messages("T1", "C1")) != 1 {
		t.Errorf("%s after %s", r.body, first)
	}
}

func TestManyChannelsAreCheap(t *testing.T) {
	s, c := start(t)
	const n = 100_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ids := s.AddChannels("T1", n)
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / n; each > 600 {
		t.Errorf("a channel costs %d bytes", each)
	}
	c.mustPost(ids[n-1], "hi")
	if err := s.WaitPosts(ctx(t), 1); err != nil {
		t.Error(err)
	}
}
