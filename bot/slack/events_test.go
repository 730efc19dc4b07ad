package slack

import (
	"strings"
	"testing"
)

func TestLifecycleEvents(t *testing.T) {
	r := startRig(t, setup{})
	tell := func(event map[string]any) {
		if err := r.slack.Event(r.ctx(), "T1", event); err != nil {
			t.Fatal(err)
		}
	}
	next := func(want string) {
		t.Helper()
		select {
		case got := <-r.places.told:
			if !strings.HasPrefix(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
		case <-r.ctx().Done():
			t.Fatalf("nothing was told, want %q", want)
		}
	}
	tell(map[string]any{"type": "channel_deleted", "channel": "C1"})
	next("ended slack:T1/C1 ")
	tell(map[string]any{"type": "group_deleted", "channel": "G1"})
	next("ended slack:T1/G1 ")
	tell(map[string]any{"type": "channel_unarchive", "channel": "C2", "user": "U1"})
	next("healed slack:T1/C2")
	tell(map[string]any{"type": "member_joined_channel", "channel": "C3", "user": r.slack.BotUser("T1")})
	next("healed slack:T1/C3")
	for _, quiet := range []map[string]any{
		{"type": "channel_archive", "channel": "C1"}, {"type": "group_left", "channel": "G1"}, {"type": "channel_left", "channel": "C1"},
		{"type": "member_left_channel", "channel": "C1", "user": r.slack.BotUser("T1")}, {"type": "member_joined_channel", "channel": "C1", "user": "U1"},
		{"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C9"}, {"type": "channel_deleted"}, {"type": "of_next_year", "channel": map[string]any{"id": "C1"}},
	} {
		tell(quiet)
	}
	r.halt()
	if len(r.places.told) != 0 {
		t.Errorf("told %q", <-r.places.told)
	}
}
