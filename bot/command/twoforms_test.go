package command

import (
	"strings"
	"testing"

	"storybot/bot"
)

// One draft is opened in two forms, as on two devices. What is put into the second takes
// the place of nothing that was put into the first meanwhile: both are kept, and its
// author is told. What is put into the same form once more, or again by a double click,
// is the same draft.
func TestTwoFormsOfOneDraft(t *testing.T) {
	n := openTracked(t)
	n.must(n.writing(map[string]string{"text": "As it was"}))
	change := n.shown[1]
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	phone := *n.form
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	desktop := *n.form
	if phone.ID == desktop.ID {
		t.Fatalf("both forms are %s", phone.ID)
	}
	put := func(form bot.Form, text string) (bot.Command, bot.Reply) {
		n.form = &form
		c := n.submission("mo", "desk", map[string]string{"text": text})
		return c, n.handle(c)
	}
	first, r := put(phone, "From the phone")
	has(t, "the first", r, "From the phone", "[Post]")
	has(t, "the first, repeated", n.handle(first), "From the phone", "[Post]")
	_, r = put(phone, "From the phone")
	has(t, "the first, pressed twice", r, "From the phone", "[Post]")
	_, r = put(phone, "From the phone, mended") // where it stayed open
	has(t, "the first form once more", r, "mended", "[Post]")
	mended := n.shown[0]
	if strings.Contains(text(r), "changed meanwhile") {
		t.Errorf("what was put into the same form was refused: %s", text(r))
	}
	second, r := put(desktop, "From the desktop")
	has(t, "the second", r, "changed meanwhile", "kept as a draft of its own", "From the desktop", "[Post]")
	has(t, "the second, repeated", n.handle(second), "From the desktop", "[Post]")
	has(t, "drafts", n.ask("mo", "desk", "/desk drafts"), "From the phone, mended", "From the desktop")
	has(t, "Post of the first", n.pressed("mo", "desk", mended.Action, mended.Arg), "Published update 2")
	if got := n.updates("sony-hack"); len(got) != 2 || got[1] != "From the phone, mended" {
		t.Errorf("published %q", got)
	}
	if strings.Count(text(n.ask("mo", "desk", "/desk drafts")), "From the desktop") != 1 {
		t.Errorf("left of the second: %s", text(n.ask("mo", "desk", "/desk drafts")))
	}
}

// Discard gives up what was shown beside it, and nothing that was written since.
func TestDiscardOfWhatWasChangedSince(t *testing.T) {
	n := openTracked(t)
	n.must(n.writing(map[string]string{"text": "As it was"}))
	stale := n.shown[2]
	n.must(n.press("mo", "desk", "Change"))
	n.must(n.submit("mo", "desk", map[string]string{"text": "Much more"}))
	has(t, "the older Discard", n.pressed("mo", "desk", stale.Action, stale.Arg), "not what was shown here", "Nothing was discarded.", "Much more", "[Post][Change][Discard]")
	has(t, "drafts", n.ask("mo", "desk", "/desk drafts"), "Much more")
	has(t, "the newest", n.press("mo", "desk", "Discard 1"), "Discarded. Nothing was posted.")
}
