package main

import (
	"strings"
	"testing"

	"storybot/stories"
)

// Operators see of each delivery what it does and what with, also where it is no
// update.
func TestDeliveriesAreListedWithWhatTheyAre(t *testing.T) {
	var out strings.Builder
	to := stories.Destination{Platform: "console", Channel: "#news"}
	err := writeDeliveries(&out, []stories.Delivery{
		{ID: 1, Destination: to, About: stories.About{UpdateID: 1, StoryID: 2, Number: 3}, Level: stories.Normal, State: stories.Sent},
		{ID: 2, Destination: to, About: stories.About{UpdateID: 1, StoryID: 2, Number: 3}, Op: stories.OpEdit, Level: stories.Normal, State: stories.Sent},
		{ID: 3, Destination: to, About: stories.About{NoticeID: 1, Notice: stories.FollowNotice, StoryID: 2}, Level: stories.ForChannel, State: stories.Failed, Reason: "has a filter"},
		{ID: 4, Destination: to, About: stories.About{NoticeID: 2, Notice: stories.ProgressNotice}, Op: stories.OpEdit, Level: stories.ForDesk, State: stories.Sent},
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{"WHAT STORY UPDATE", "post update 2 3", "edit update 2 3", "post follow 2 0", "edit progress 0 0"} {
		if got := strings.Join(strings.Fields(lines[i]), " "); !strings.Contains(got, want) {
			t.Errorf("line %d is %q, want %q in it", i, got, want)
		}
	}
	if !strings.HasSuffix(strings.TrimSpace(lines[3]), "has a filter") {
		t.Errorf("the reason is missing: %q", lines[3])
	}
}
