package sqlstore

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func itself(n int64) int64 { return n }

// Whatever the numbers are, each is in one run or among the others, and a run
// has no wide gaps.
func TestRunsHoldEachNumberOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.Int64Range(1, 400), itself).Draw(t, "ids")
		want := slices.Sorted(slices.Values(ids))
		near, others := runs(ids, itself)
		got := slices.Clone(others)
		for _, run := range near {
			if len(run) < runLeast {
				t.Errorf("a run of %d", len(run))
			}
			for i := 1; i < len(run); i++ {
				if run[i]-run[i-1] > runGap {
					t.Errorf("a gap in %v", run)
				}
			}
			got = append(got, run...)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// Each text stands where its number says, whatever characters it has.
func TestTextsStandWhereTheirNumbersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.Int64Range(1, 60), 1, 20, itself).Draw(t, "ids")
		slices.Sort(ids)
		said := rapid.SliceOfN(rapid.String(), len(ids), len(ids)).Draw(t, "texts")
		var got []*string
		if err := json.Unmarshal([]byte(texts(ids, func(i int) string { return said[i] })), &got); err != nil {
			t.Fatal(err)
		}
		for at, text := range got {
			i, is := slices.BinarySearch(ids, ids[0]+int64(at))
			if is != (text != nil) || is && *text != said[i] {
				t.Errorf("at %d stands %v", at, text)
			}
		}
	})
}
