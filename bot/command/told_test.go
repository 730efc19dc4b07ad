package command

import (
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// A block is read by each person who uses the bot in the channel next, also right
// after an earlier command.
func TestEachPersonReadsOfABlock(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "news", "/update sony-hack Sony waits."))
	n.must(n.ask("tom", "general", "/stories"))
	n.work(blocking)
	for _, name := range []string{"tom", "ria"} {
		for i, want := range []bool{true, false} {
			text := bot.PlainText(n.ask(name, "general", "/stories").Message)
			if got := strings.HasPrefix(text, "Updates do not arrive here since"); got != want {
				t.Errorf("%s, answer %d: told %v:\n%s", name, i+1, got, text)
			}
		}
	}
}

// A stopped story is brought by nothing, and what offers it back does so.
func TestAStoppedStoryIsBroughtByNothing(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe all"))
	n.ask("ria", "general", "/unsubscribe sony-hack")
	n.must(n.press("ria", "general", "Stop sony-hack here"))
	n.must(n.ask("mo", "news", "/update sony-hack Sony waits."))
	text := bot.PlainText(n.ask("ria", "general", "/why sony-hack").Message)
	if strings.Contains(text, "What brings the story here now") || !strings.Contains(text, "sony-hack was stopped here, so nothing brings it now.") {
		t.Errorf("why: %s", text)
	}
	says(t, n.pushes("ria", n.last, "Follow again"), "Updates of sony-hack come to this channel again, by all: every update.")
}

// Who stops twice is offered the way back, and a channel that follows a story already
// is not offered to follow it.
func TestOffersFitWhatIsFollowed(t *testing.T) {
	n := openTracked(t)
	offered := func(label string) bool { return strings.Contains(transcript(n.last), "["+label+"]") }
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	if n.must(n.ask("ria", "general", "/story sony-hack")); offered("Follow here") {
		t.Error("a channel that follows the story is offered to")
	}
	if n.must(n.ask("ria", "elsewhere", "/story sony-hack")); !offered("Follow here") {
		t.Error("a channel that does not follow the story is not offered to")
	}
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b := bot.StopButton(story)
		if n.must(n.pressed("ria", "general", b.Action, b.Arg)); !offered("Follow again") {
			t.Errorf("not offered: %s", transcript(n.last))
		}
	}
}

func TestTheDeskIsNamedOnce(t *testing.T) {
	n := openTracked(t)
	says(t, n.ask("ada", "desk", "/desk here"), "This channel is the desk now")
	before := bot.PlainText(n.ask("mo", "news", "/desk log").Message)
	says(t, n.ask("ada", "desk", "/desk here"), "This channel is the desk already.")
	if after := bot.PlainText(n.ask("mo", "news", "/desk log").Message); after != before {
		t.Errorf("the log tells of it:\n%s", after)
	}
}

func TestWhatIsLeftIsNamed(t *testing.T) {
	n := openTracked(t)
	for _, target := range []string{"topic:water", "all", "topic:fire"} {
		n.must(n.ask("ria", "general", "/subscribe "+target))
	}
	says(t, n.ask("ria", "general", "/unsubscribe topic:fire"), "This channel still follows topic:water and all.")
	says(t, n.ask("ria", "general", "/unsubscribe all"), "This channel still follows topic:water.")
	says(t, n.ask("ria", "general", "/unsubscribe all"), "This channel does not follow all stories.")
	for _, target := range []string{"topic:aa", "topic:bb", "topic:cc", "topic:dd", "topic:ee"} {
		n.must(n.ask("ria", "general", "/subscribe "+target))
	}
	says(t, n.ask("ria", "general", "/unsubscribe topic:ee"), "This channel still follows topic:aa, topic:bb, topic:cc and 2 more; /subscriptions lists them.")
}

// What waits of a revision is told with why, and until when where that is known.
func TestAWaitingEditIsToldWithItsReason(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	corrected := []stories.Revision{{Text: "47,000"}, {Revision: 1, Kind: stories.Correction, Text: "4,700"}}
	for want, d := range map[string]stories.Delivery{
		"Correcting the message here waits.": {Revision: 1, Op: stories.OpEdit},
		"Correcting the message here waits. This channel takes only so many edits of old messages.": {Revision: 1, Op: stories.OpEdit, Reason: "takes only so many edits of old messages"},
		"Correcting the message here waits. The next attempt is due 2026-11-28 12:05 UTC.":          {Revision: 1, Op: stories.OpEdit, Tries: stories.Tries{DueAt: now.Add(5 * time.Minute)}},
		"The message CORRECTION waits.": {Revision: 1, Op: stories.OpPost, Tries: stories.Tries{DueAt: now.Add(-time.Minute)}},
	} {
		if got := bot.PlainText(bot.Message{Blocks: []bot.Block{small(revisionWhy(whyCopy{Delivery: d}, corrected, false, now)...)}}); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
