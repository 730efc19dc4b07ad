package slack

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
	"storybot/stories"
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
	r.slack.AddChannel("T1", "C4", slacktest.Public, true)
	if err := r.slack.ChangeID(r.ctx(), "T1", "C4", "C9"); err != nil {
		t.Fatal(err)
	}
	next("moved slack:T1/C4 slack:T1/C9")
	bot := r.slack.BotUser("T1")
	for _, c := range []struct {
		event map[string]any
		want  string
	}{
		{map[string]any{"type": "channel_archive", "channel": "C1", "user": "U1"}, "blocked slack:T1/C1 is archived"},
		{map[string]any{"type": "group_archive", "channel": "G1", "user": "U1"}, "blocked slack:T1/G1 is archived"},
		{map[string]any{"type": "group_unarchive", "channel": "G1", "user": "U1"}, "healed slack:T1/G1"},
		// A private channel needs the bot as a member, a public one does not.
		{map[string]any{"type": "group_left", "channel": "G1"}, "blocked slack:T1/G1 does not have the bot as a member"},
		{map[string]any{"type": "member_left_channel", "channel": "G1", "channel_type": "G", "user": bot}, "blocked slack:T1/G1 does not have the bot as a member"},
		{map[string]any{"type": "member_joined_channel", "channel": "G1", "channel_type": "G", "user": bot}, "healed slack:T1/G1"},
	} {
		tell(c.event)
		next(c.want)
	}
	for _, quiet := range []map[string]any{
		{"type": "channel_archive"}, {"type": "channel_left", "channel": "C1"}, {"type": "member_left_channel", "channel": "G1", "channel_type": "G", "user": "U1"},
		{"type": "member_left_channel", "channel": "C1", "channel_type": "C", "user": bot}, {"type": "member_joined_channel", "channel": "C1", "user": "U1"},
		{"type": "channel_id_changed", "old_channel_id": "C1"}, {"type": "channel_id_changed", "new_channel_id": "C9"}, {"type": "channel_deleted"}, {"type": "of_next_year", "channel": map[string]any{"id": "C1"}},
	} {
		tell(quiet)
	}
	r.halt()
	if len(r.places.told) != 0 {
		t.Errorf("told %q", <-r.places.told)
	}
}

// Without the scope for it the bot writes to no channel that it is not in.
func TestAPublicChannelIsLeftWithoutTheScope(t *testing.T) {
	r := startRig(t, setup{slack: []slacktest.Option{slacktest.WithoutScopes("chat:write.public")}})
	if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "channel_left", "channel": "C1"}); err != nil {
		t.Fatal(err)
	}
	if got := <-r.places.told; got != "blocked slack:T1/C1 does not have the bot as a member" {
		t.Error(got)
	}
}

// holding is a bot.Places that hangs until it is let go on.
type holding struct {
	*placeLog
	begun, release chan struct{}
}

func (h holding) Ended(ctx context.Context, d stories.Destination, reason string) {
	h.begun <- struct{}{}
	<-h.release
	h.placeLog.Ended(ctx, d, reason)
}

// What becomes of channels is told in order and once, however slow the telling
// is, beside the commands; and all of it before the platform stops.
func TestNewsIsToldInOrder(t *testing.T) {
	places := holding{newPlaceLog(), make(chan struct{}, 100), make(chan struct{})}
	r := startRig(t, setup{config: func(c *Config) { c.Places = places }})
	queue := r.platform.intake.herald.queue
	// None is acknowledged while the first is being told: it is there once it waits.
	tell := func(kind, channel string, copies int) {
		waiting := len(queue) + copies
		go func() { _ = r.slack.Event(r.ctx(), "T1", map[string]any{"type": kind, "channel": channel}) }()
		eventually(t, "an event waits to be told", func() bool { return len(queue) >= waiting })
	}
	tell("channel_deleted", "C1", 0)
	<-places.begun
	var want []string
	for i := range 5 {
		tell("channel_unarchive", fmt.Sprint("C", i), 1)
		r.slack.Copies(true)
		tell("channel_deleted", fmt.Sprint("C", i), connections)
		r.slack.Copies(false)
		want = append(want, fmt.Sprint("healed slack:T1/C", i), fmt.Sprint("ended slack:T1/C", i, " was deleted"))
	}
	if a := r.slash("C1", "U1", "/story", "x"); a.Visible() != "story|x||" {
		t.Errorf("answer %q", a.Visible())
	}
	r.stop()
	close(places.release)
	r.halt()
	if got := <-places.told; !strings.HasPrefix(got, "ended slack:T1/C1 ") {
		t.Errorf("first %q", got)
	}
	for _, w := range want {
		if got := <-places.told; got != w {
			t.Errorf("told %q, want %q", got, w)
		}
	}
	if len(places.told) != 0 {
		t.Errorf("told %q more", <-places.told)
	}
}
