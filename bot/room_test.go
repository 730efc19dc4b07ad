package bot

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRoom(t *testing.T) {
	for text, want := range map[string]int{"": 0, "word": 4, "*": 2, "a_b": 4, "é": 1, "🛰": 2, "a\nb": 5, "no. 1": 6} {
		if got := Room(text); got != want {
			t.Errorf("Room(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestTextIsCutAndDividedByRoom(t *testing.T) {
	if head, cut := CutToRoom("**", 4); head != "**" || cut {
		t.Errorf("%q %v", head, cut)
	}
	if head, cut := CutToRoom("****", 5); head != "**…" || !cut {
		t.Errorf("%q %v", head, cut)
	}
	for _, cluster := range []string{strings.Repeat("🏽", 31), "e" + strings.Repeat("\u0301", 500)} {
		pages := PagesOfRoom(cluster, 60)
		if strings.Join(pages, "") != cluster || Room(pages[0]) > 60 || Room(pages[0]) < 58 {
			t.Errorf("one cluster is divided into %q", pages)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strip(strings.Repeat(nasty().Draw(t, "text"), rapid.IntRange(1, 50).Draw(t, "times")))
		limit := rapid.IntRange(60, 500).Draw(t, "limit")
		head, cut := CutToRoom(text, limit)
		if Room(head) > limit || cut == (head == text) {
			t.Fatalf("cut to %d: %q", limit, head)
		}
		pages := PagesOfRoom(text, limit)
		if strings.Join(pages, "") != text {
			t.Fatalf("%q is divided into %q", text, pages)
		}
		for _, page := range pages {
			if Room(page) > limit {
				t.Fatalf("a page of %d of at most %d: %q", Room(page), limit, page)
			}
		}
	})
}
