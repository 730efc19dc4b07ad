package stories

import (
	"testing"

	"pgregory.net/rapid"
)

// The distance to a beginning is the least of the distances to all of them.
func TestTheDistanceToABeginning(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		most int
		want int
	}{
		{"parlim", "parliament", 2, 1}, {"parlia", "parliament", 2, 0}, {"pralia", "parliament", 2, 1}, {"hotle", "hotel", 1, 1}, {"budegt", "budget", 2, 1}, {"noth", "north", 1, 1}, {"zzzz", "north", 1, -1}, {"", "x", 1, 0}, {"x", "", 1, 1}, {"xy", "", 1, -1},
	} {
		if got := BeginningDistance(tt.a, tt.b, tt.most); got != tt.want {
			t.Errorf("%q is %d from a beginning of %q, want %d", tt.a, got, tt.b, tt.want)
		}
	}
	word := rapid.StringMatching(`[abc]{0,9}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, most := word.Draw(t, "a"), word.Draw(t, "b"), rapid.IntRange(0, 4).Draw(t, "most")
		want := -1
		for i := range len(b) + 1 {
			if d := Distance(a, b[:i], most); d >= 0 && (want < 0 || d < want) {
				want = d
			}
		}
		if got := BeginningDistance(a, b, most); got != want {
			t.Fatalf("%q is %d from a beginning of %q, want %d", a, got, b, want)
		}
	})
}
