package slacktest

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// texts are the texts of an answer with messages.
func texts(t *testing.T, r result) []string {
	t.Helper()
	var v struct {
		OK       bool
		Messages []struct{ Text string }
	}
	if err := json.Unmarshal([]byte(r.body), &v); err != nil || !v.OK {
		t.Fatalf("%v: %s", err, r.body)
	}
	list := []string{}
	for _, m := range v.Messages {
		list = append(list, m.Text)
	}
	return list
}

func TestHistory(t *testing.T) {
	_, c := start(t)
	var ts []string
	for i := range 10 {
		ts = append(ts, c.mustPost("C1", strconv.Itoa(i), "metadata", `{"event_type":"e","event_payload":{"id":"x"}}`))
	}
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"newest first", nil, "9876543210"},
		{"the newest", []string{"limit", "3"}, "987"},
		{"after", []string{"oldest", ts[6]}, "987"},
		{"from", []string{"oldest", ts[6], "inclusive", "true"}, "9876"},
		{"before", []string{"latest", ts[3]}, "210"},
		{"to", []string{"latest", ts[3], "inclusive", "1"}, "3210"},
		{"between", []string{"oldest", ts[2], "latest", ts[5]}, "43"},
		{"the newest between", []string{"oldest", ts[2], "latest", ts[8], "limit", "2"}, "76"},
		{"the oldest after", []string{"oldest", ts[2], "limit", "2"}, "43"},
		{"whole seconds", []string{"oldest", "1"}, "9876543210"},
	} {
		if got := strings.Join(texts(t, c.call("conversations.history", append(tc.args, "channel", "C1")...)), ""); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	for _, args := range [][]string{{"limit", "3"}, {"limit", "3", "oldest", "1"}} {
		seen, cursor := "", ""
		for range 10 {
			r := c.call("conversations.history", append(args, "channel", "C1", "cursor", cursor)...)
			seen += strings.Join(texts(t, r), "")
			if cursor = r.Metadata.NextCursor; cursor == "" {
				break
			}
		}
		if len(seen) != 10 {
			t.Errorf("%v: pages gave %s", args, seen)
		}
	}
	if r := c.call("conversations.history", "channel", "C1"); strings.Contains(r.body, "event_payload") {
		t.Error("metadata are given unasked")
	}
	if r := c.call("conversations.history", "channel", "C1", "include_all_metadata", "true"); strings.Count(r.body, "event_payload") != 10 {
		t.Errorf("metadata are missing: %s", r.body)
	}
}

func TestHistoryOfADistributedApp(t *testing.T) {
	_, c := start(t, WithDistributedApp())
	for range 20 {
		c.mustPost("C1", "x")
	}
	if got := len(texts(t, c.call("conversations.history", "channel", "C1", "limit", "100"))); got != 15 {
		t.Errorf("%d messages at once", got)
	}
	if r := c.call("conversations.history", "channel", "C1"); r.status != 429 || r.header.Get("Retry-After") != "60" {
		t.Errorf("status %d, Retry-After %q", r.status, r.header.Get("Retry-After"))
	}
}

func TestMembershipsArePaged(t *testing.T) {
	s, c := start(t)
	yes := true
	ids := s.AddChannels("T1", 25)
	for _, id := range ids {
		s.SetChannel("T1", id, ChangeChannel{Member: &yes})
	}
	s.SetChannel("T1", ids[3], ChangeChannel{Archived: &yes})
	s.AddChannel("T1", "G1", Private, true)
	s.AddChannel("T1", "G2", Private, false)
	seen, cursor := 0, ""
	for range 10 {
		r := c.call("users.conversations", "types", "public_channel,private_channel", "exclude_archived", "true", "limit", "7", "cursor", cursor)
		seen += strings.Count(r.body, `"is_im"`)
		if cursor = r.Metadata.NextCursor; cursor == "" {
			break
		}
	}
	if seen != 26 { // C1, 24 of 25, G1
		t.Errorf("%d channels", seen)
	}
}
