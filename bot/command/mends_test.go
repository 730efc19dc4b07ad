package command

import (
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func TestABlockedNoteDoesNotContradictItsCure(t *testing.T) {
	for _, heals := range []bool{true, false} {
		note := blockedNote([]stories.Subscription{{DestinationState: stories.Blocked, Reason: "cannot be posted to by themselves, the bots say", Heals: heals}}, false)
		if got := bot.PlainText(bot.Message{Blocks: []bot.Block{*note}}); strings.Contains(got, "try again") == heals {
			t.Error(got)
		}
	}
}

func TestSourcesAreLinksOrCounted(t *testing.T) {
	u := stories.Update{Number: 1, Sources: []string{"https://a.example/1", "https://b.example/" + strings.Repeat("x", 300), "https://c.example/1"}}
	print := rowPrint(u, time.Now(), false, 250)
	text := bot.PlainText(bot.Message{Blocks: []bot.Block{print}})
	if !strings.Contains(text, "a.example") || !strings.HasSuffix(text, "· 2 more sources") || strings.Contains(text, "b.example") {
		t.Error(text)
	}
}

func TestAStatusSaysEachThingOnce(t *testing.T) {
	now := time.Now()
	names := bot.Names{Platforms: []bot.Refs{{Platform: "slack", Title: "Slack"}}}
	s := machinery{names: names, desk: stories.DeskStatus{At: now, Lanes: []stories.LaneStatus{{Lane: "slack:T1", Pending: 1, Held: 2, OldestDue: now.Add(-time.Millisecond)}}},
		lanes:       []LaneHealth{{Lane: "slack:T1", PerSecond: 49, Stopped: "cannot be reached: the bot token was revoked"}},
		connections: []bot.Health{{ID: "slack token 1", Lane: "slack:T1", Up: true, Detail: "Connected."}}}
	text := bot.PlainText(s.page(0))
	for _, want := range []string{"are stopped: the bot token was revoked.", "1 waits; 2 wait for channels that cannot be written to", "connected, deliveries stopped."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	for _, not := range []string{"0 s", "a second", "cannot be reached", "Connected."} {
		if strings.Contains(text, not) {
			t.Errorf("%q in:\n%s", not, text)
		}
	}
}

// Of several connections of a platform only that of the stopped lane says so.
func TestAStopIsToldOfItsConnectionAlone(t *testing.T) {
	for _, tt := range []struct {
		stopped string
		c       bot.Health
		want    bool
	}{
		{"slack:T1", bot.Health{ID: "slack token 1", Lane: "slack:T1", Up: true}, true},
		{"slack:T1", bot.Health{ID: "slack token 2", Lane: "slack:T2", Up: true}, false},
		{"slack:T1", bot.Health{ID: "slack token 3", Up: true}, false}, // not known yet
		{"slack:T1", bot.Health{ID: "slack socket", Up: true}, false},
		{"slack:T1", bot.Health{ID: "discord", Lane: "discord", Up: true}, false},
		{"discord", bot.Health{ID: "discord", Lane: "discord", Up: true}, true},
		{"", bot.Health{ID: "slack socket", Up: true}, false},
	} {
		s := machinery{lanes: []LaneHealth{{Lane: tt.stopped, Stopped: "cannot be reached: the bot token was revoked"}, {Lane: "slack:T9"}}}
		if got := strings.Contains(bot.PlainText(bot.Message{Blocks: []bot.Block{bot.Para(s.connectionSpans(tt.c)...)}}), "deliveries stopped"); got != tt.want {
			t.Errorf("%q stopped, %s: %v", tt.stopped, tt.c.ID, got)
		}
	}
}
