package main

import (
	"strings"
	"testing"
)

// inForms writes updates in forms, and goes every way there is from there.
func inForms(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	write := func(text string) seen {
		t.Helper()
		return submitted(t, tell(t, who, ask("desk write", "story", rhine)), text)
	}
	preview := write("The gauge is under water.")
	preview = submitted(t, push(t, preview, "Change"), "The gauge is above the water.")
	if !strings.Contains(preview.text, "The gauge is above the water.") || !strings.Contains(preview.text, "Not posted yet.") {
		t.Errorf("the preview: %s", preview.text)
	}
	list := tell(t, who, ask("desk drafts"))
	shown := pushEither(t, list, "Continue 1", "rows draft:")
	posted := push(t, shown, "Post")
	if !strings.Contains(posted.text, "Published update") {
		t.Errorf("Post: %s", posted.text)
	}
	if told := tell(t, who, ask("story", "story", rhine)); !strings.Contains(told.text, "The gauge is above the water.") {
		t.Errorf("/story afterwards: %s", told.text)
	}
	write("Nobody is to read this.")
	if gone := pushEither(t, tell(t, who, ask("desk drafts")), "Discard 1", "rows discard:"); !strings.Contains(gone.text, "Discarded") {
		t.Errorf("Discard: %s", gone.text)
	}
	if left := tell(t, who, ask("desk drafts")); !strings.Contains(left.text, "You have no drafts") {
		t.Errorf("drafts: %s", left.text)
	}
	if told := tell(t, who, ask("story", "story", rhine)); strings.Contains(told.text, "under water") || strings.Contains(told.text, "Nobody is to read this.") {
		t.Errorf("what was not posted is told: %s", told.text)
	}
}

// revise says that a revision is meant: in its form, where that opened one.
func revise(t *testing.T, s seen, label string) seen {
	t.Helper()
	if s.submit == nil {
		return push(t, s, label)
	}
	preview, err := s.submit(nil)
	if err != nil {
		t.Fatal(err)
	}
	return push(t, preview, "Post")
}

// submitted fills in a form that was opened.
func submitted(t *testing.T, s seen, text string) seen {
	t.Helper()
	if s.submit == nil {
		t.Fatalf("no form was opened: %s", s.text)
	}
	next, err := s.submit(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// pushEither presses the button of a row, or picks the entry of a menu that stands
// for it.
func pushEither(t *testing.T, s seen, label, key string) seen {
	t.Helper()
	for _, o := range s.offers {
		if o.label == label || strings.HasPrefix(o.key, key) {
			next, err := o.press()
			if err != nil {
				t.Fatal(err)
			}
			return next
		}
	}
	t.Fatalf("no %q among %q", label, s.labels())
	return seen{}
}
