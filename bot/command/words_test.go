package command

import (
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 21: "21st", 111: "111th"} {
		if got := ordinal(n); got != want {
			t.Errorf("ordinal(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestReasonSentence(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "was deleted": "This channel was deleted.", "does not let the bot post. Grant it.": "This channel does not let the bot post. Grant it.",
		"the first request was lost": "The first request was lost.", "état": "This channel état.",
	} {
		if got := reasonSentence(in, false); got != want {
			t.Errorf("reasonSentence(%q) = %q, want %q", in, got, want)
		}
		alone := strings.Replace(want, "This channel", "Your direct message with the bot", 1)
		if got := reasonSentence(in, true); got != alone {
			t.Errorf("reasonSentence(%q) = %q in a direct message, want %q", in, got, alone)
		}
	}
}

// What the database itself writes down reads on from "This channel" as well.
func TestReasonsOfTheDatabaseReadOn(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	for range 7 {
		n.now = n.now.Add(time.Minute)
		n.must(n.ask("mo", "general", "/update sony-hack The studio cancels the film at "+n.now.Format(time.Kitchen)+"."))
	}
	lease, ok, err := n.store.Acquire(t.Context(), lane, "test", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if skipped, err := n.store.SkipOlder(t.Context(), lease, 6, n.now); err != nil || skipped != 1 {
		t.Fatalf("%d skipped, %v", skipped, err)
	}
	n.store.ReleaseLease(t.Context(), lease)
	says(t, n.ask("ria", "general", "/why sony-hack number:2"), "Update 2 was not sent.\n  This channel waited while nothing could be sent; only the newest 6 updates of the story were sent afterwards.")
	n.work(blocking) // which keeps five of the six
	says(t, n.ask("ria", "general", "/why sony-hack number:3"), "Update 3 was not sent.\n  This channel could not be written to for a while; of the updates that were held only the newest 5 were sent afterwards.")
}

// An update that goes to people alone is not said to go to channels.
func TestDirectMessagesAreNoChannels(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "alone", "/subscribe sony-hack"))
	if err := n.store.KeepNames(t.Context(), stories.Sighting{Places: []stories.PlaceName{{Place: channel("alone"), Form: stories.DirectForm, With: "console:ria"}}}, n.now); err != nil {
		t.Fatal(err)
	}
	says(t, n.ask("mo", "general", "/update sony-hack level:breaking The studio cancels the film."), "Published update 2 of sony-hack, breaking, to 1 direct message.")
	n.work(delivered)
	m, _, err := n.last.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	says(t, bot.Reply{Message: m}, "Delivered to the one direct message.")
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	says(t, n.ask("mo", "general", "/update sony-hack level:breaking The studio shows the film."), "to 1 channel and 1 direct message.")
}
