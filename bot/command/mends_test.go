package command

import (
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func TestABlockedNoteDoesNotContradictItsCure(t *testing.T) {
	for reason, button := range map[string]bool{
		"is archived. A member can unarchive it; deliveries then go on by themselves.": false,
		"does not let the bot post. Someone can grant Send Messages.":                  true,
	} {
		note := blockedNote([]stories.Subscription{{DestinationState: stories.Blocked, Reason: reason}})
		if got := bot.PlainText(bot.Message{Blocks: []bot.Block{*note}}); strings.Contains(got, "try again") != button {
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
		connections: []bot.Health{{ID: "slack socket", Up: true, Detail: "Connected."}}}
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
