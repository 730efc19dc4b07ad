package command

import (
	"testing"

	"storybot/stories"
)

// Where a story was merged into another, numbers are no places: a page of the timeline
// then says how many updates it shows, and not from which to which.
func TestAPageOfTheTimelineSaysWhichItShows(t *testing.T) {
	t.Parallel()
	for want, page := range map[string]struct {
		top, all int
		numbers  []int
	}{
		"5–1 of 5":                     {5, 5, []int{5, 4, 3, 2, 1}},
		"1 of 1":                       {1, 1, []int{1}},
		"newest 5 of 13":               {13, 13, []int{1, 13, 12, 11, 10}},
		"5 behind the newest 5, of 13": {8, 13, []int{9, 8, 7, 6, 5}},
		"3–1 of 13":                    {3, 13, []int{3, 2, 1}},
	} {
		var updates []stories.Update
		for _, n := range page.numbers {
			updates = append(updates, stories.Update{Number: n})
		}
		if got := whichOf(stories.Story{Updates: page.all}, updates, page.top); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
