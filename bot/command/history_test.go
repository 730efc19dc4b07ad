package command

import (
	"strings"
	"testing"
)

// Each row of History holds all that the update said then, text and sources, whichever
// of them was changed; the first says that it was unverified.
func TestHistoryTellsAllThatWasSaid(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack unverified:yes source:https://a.example/1 Right text"))
	for _, step := range []string{"correct sony-hack 2 source:https://b.example/2 Right text", "fix sony-hack 2 Right text, mended", "release sony-hack 2"} {
		n.must(n.ask("mo", "desk", "/desk "+step))
		n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
	}
	n.must(n.ask("rita", "news", "/story sony-hack 2"))
	rows := strings.Split(text(n.press("rita", "news", "History")), "\n- ")
	if len(rows) != 5 {
		t.Fatalf("%q", rows)
	}
	for i, want := range [][]string{{"Mo released it"}, {"mended a slip", "Right text, mended", "b.example"}, {"corrected it", "> Right text", "b.example"}, {"wrote it, unverified", "> Right text", "a.example"}} {
		for _, w := range want {
			if !strings.Contains(rows[i+1], w) {
				t.Errorf("no %q in %q", w, rows[i+1])
			}
		}
	}
}
