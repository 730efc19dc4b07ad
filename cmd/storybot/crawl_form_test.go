package main

import (
	"regexp"
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
	if left := tell(t, who, ask("desk drafts")); strings.Contains(left.text, "Nobody is to read this.") || strings.Contains(left.text, "The gauge is") {
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

// reviseInForms corrects and fixes an update in forms, and goes every way there is
// from there.
func reviseInForms(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	says := func(what seen, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(what.text, w) {
				t.Errorf("want %q in: %s", w, what.text)
			}
		}
	}
	tell(t, who, ask("subscribe", "target", rhine))
	made := updateMade.FindStringSubmatch(tell(t, who, ask("update", "story", rhine, "text", "The tower stands.")).text)
	if made == nil {
		t.Fatal("the update to be corrected was not published")
	}
	number := made[1]
	withWords(t, who, "The tower stands.")
	correct := func(text string) seen {
		t.Helper()
		return submitted(t, tell(t, who, ask("desk correct", "story", rhine, "number", number)), text)
	}
	preview := correct("The tower leans.")
	says(preview, "The tower leans.", "Not posted yet.", "CORRECTION")
	preview = submitted(t, push(t, preview, "Change"), "The tower falls.")
	says(preview, "The tower falls.", "It said: “The tower stands.”")
	list := tell(t, who, ask("desk drafts"))
	says(list, "a correction of update "+number+" of "+rhine+": The tower falls.")
	says(push(t, pushEither(t, list, "Continue 1", "rows draft:"), "Post"), "Corrected update "+number)
	withWords(t, who, "It said: “The tower stands.”")
	fixed := submitted(t, tell(t, who, ask("desk fix", "story", rhine, "number", number)), "The tower fell.")
	says(fixed, "The tower fell.", "edited", "Not posted yet.")
	says(push(t, fixed, "Discard"), "Discarded")
	beside := push(t, correct(long("The tower fell for hours. ", 2500)), "Show CORRECTION")
	says(beside, "CORRECTION", "It said:")
	if s.types && s.visitor == nil { // a console would go the way to it once more
		says(tell(t, who, typed("4")), "The tower fell", "Corrected ")
		says(tell(t, who, typed("3")), "Discarded")
	} else {
		says(push(t, push(t, beside, "Show the copies"), "Discard"), "Discarded")
	}
	says(tell(t, who, ask("story", "story", rhine, "number", number)), "The tower falls.")
	says(tell(t, who, ask("desk log", "story", rhine)), "corrected update "+number+" of "+rhine)
}

// updateMade is the number in the answer to who published an update.
var updateMade = regexp.MustCompile(`Published update (\d+) of`)

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
