package command

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// A story mistyped costs nothing of what was typed beside it, and is posted once
// however often the offer is pressed.
func TestAMistypedStoryKeepsAllThatWasTyped(t *testing.T) {
	n := openTracked(t)
	asked := n.ask("mo", "general", `/update sony-hakc level:breaking source:https://a.example/1 source:https://a.example/2 image:https://a.example/x.jpg alt:"Water over the dam" at:2014-12-19 Line one\nline two`)
	if !asked.Failed || len(asked.Message.Buttons) != 1 {
		t.Fatalf("asked: %s", transcript(asked))
	}
	offer := asked.Message.Buttons[0]
	for range 2 {
		n.must(n.pressed("mo", "general", offer.Action, offer.Arg))
	}
	if got := n.levels(); got != "normal breaking" {
		t.Fatalf("levels %q after two presses", got)
	}
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.service.Archive.Update(t.Context(), story.ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := stories.Update{Text: `Line one\nline two`, Level: stories.Breaking, At: time.Date(2014, 12, 19, 0, 0, 0, 0, time.UTC),
		Sources: []string{"https://a.example/1", "https://a.example/2"}, Picture: stories.Picture{URL: "https://a.example/x.jpg", Alt: "Water over the dam"}}
	if diff := cmp.Diff(want, stories.Update{Text: got.Text, Level: got.Level, At: got.At, Sources: got.Sources, Picture: got.Picture}); diff != "" {
		t.Errorf("published otherwise than typed (-want +got):\n%s", diff)
	}
}

// The right is looked at when the offer is pressed, not when it was made.
func TestAnOfferNeedsTheRightStill(t *testing.T) {
	for _, line := range []string{"/update sony-hakc Sony waits.", "/desk close sony-hakc", "/desk log sony-hakc"} {
		n := openTracked(t)
		offered := n.ask("mo", "general", line).Message.Buttons
		if len(offered) != 1 {
			t.Fatalf("%s offers %v", line, offered)
		}
		if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
			t.Fatal(err)
		}
		before := n.state()
		if reply := n.pressed("mo", "general", offered[0].Action, offered[0].Arg); !reply.Failed || n.state() != before || !strings.Contains(bot.PlainText(reply.Message), "Only moderators") {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
}
