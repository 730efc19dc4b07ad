package command

import (
	"testing"

	"storybot/stories"
)

// What waits for its time and what waits for a decision are two things.
func TestWhatIsStillPlannedOfAClosedStory(t *testing.T) {
	const lists = " /desk scheduled lists what waits."
	for _, tt := range []struct {
		ahead, asked int
		want         string
	}{
		{0, 0, ""},
		{1, 0, " 1 update of it is scheduled: when the story is still closed at its time, the desk is asked." + lists},
		{2, 0, " 2 updates of it are scheduled: when the story is still closed at their time, the desk is asked." + lists},
		{0, 1, " 1 update of it waits for a decision: its time is over." + lists},
		{1, 2, " 1 update of it is scheduled: when the story is still closed at its time, the desk is asked." +
			" 2 updates of it wait for a decision: their time is over." + lists},
	} {
		if got := stillPlanned(stories.Told{Waiting: tt.ahead, Asked: tt.asked}); got != tt.want {
			t.Errorf("%d ahead, %d asked: %q, want %q", tt.ahead, tt.asked, got, tt.want)
		}
	}
}
