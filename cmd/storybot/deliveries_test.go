package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/stories"
)

// Operators see of each delivery what it does and what with, also where it is no
// update.
func TestDeliveriesAreListedWithWhatTheyAre(t *testing.T) {
	var out strings.Builder
	to := stories.Destination{Platform: "console", Channel: "#news"}
	err := listed{slugs: map[int64]string{2: "flood"}, deliveries: []stories.Delivery{
		{ID: 1, Destination: to, About: stories.About{UpdateID: 1, StoryID: 2, Number: 3}, Level: stories.Normal, State: stories.Sent},
		{ID: 2, Destination: to, About: stories.About{UpdateID: 1, StoryID: 2, Number: 3}, Op: stories.OpEdit, Level: stories.Normal, State: stories.Sent},
		{ID: 3, Destination: to, About: stories.About{NoticeID: 1, Notice: stories.FollowNotice, StoryID: 2}, Level: stories.ForChannel, State: stories.Failed, Reason: "has a filter"},
		{ID: 4, Destination: to, About: stories.About{NoticeID: 2, Notice: stories.ProgressNotice}, Op: stories.OpEdit, Level: stories.ForDesk, State: stories.Sent},
	}}.write(&out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{"WHAT STORY UPDATE", "post update flood 3", "edit update flood 3", "post follow flood -", "edit progress - -"} {
		if got := strings.Join(strings.Fields(lines[i]), " "); !strings.Contains(got, want) {
			t.Errorf("line %d is %q, want %q in it", i, got, want)
		}
	}
	if !strings.HasSuffix(strings.TrimSpace(lines[3]), "has a filter") {
		t.Errorf("the reason is missing: %q", lines[3])
	}
}

// TestWhichDeliveries the flags mean, or why they mean none.
func TestWhichDeliveries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked listDeliveries
		want  stories.DeliveryFilter
		wrong string
	}{
		"all":                  {listDeliveries{Limit: 20}, stories.DeliveryFilter{}, ""},
		"a state":              {listDeliveries{whichDeliveries: whichDeliveries{State: "Sent, failed"}, Limit: 20}, stories.DeliveryFilter{States: []stories.DeliveryState{stories.Sent, stories.Failed}}, ""},
		"no state":             {listDeliveries{whichDeliveries: whichDeliveries{State: "lost"}, Limit: 20}, stories.DeliveryFilter{}, `"lost" is no state`},
		"a link":               {listDeliveries{whichDeliveries: whichDeliveries{Channel: "https://discord.com/channels/81384788765712384/155101607195836416"}, Limit: 20}, stories.DeliveryFilter{Channel: "155101607195836416"}, ""},
		"an id of Slack":       {listDeliveries{whichDeliveries: whichDeliveries{Channel: "C0NEWSROOM1"}, Limit: 20}, stories.DeliveryFilter{Channel: "C0NEWSROOM1"}, ""},
		"an address":           {listDeliveries{whichDeliveries: whichDeliveries{Channel: "console:#news"}, Limit: 20}, stories.DeliveryFilter{Destination: "console:#news"}, ""},
		"a name":               {listDeliveries{whichDeliveries: whichDeliveries{Channel: "#news"}, Limit: 20}, stories.DeliveryFilter{Channel: "#news"}, ""},
		"a whole workspace":    {listDeliveries{whichDeliveries: whichDeliveries{Channel: "slack:T0NEWSROOM/"}, Limit: 20}, stories.DeliveryFilter{Destination: "slack:T0NEWSROOM/"}, ""},
		"too many":             {listDeliveries{Limit: maxListed + 1}, stories.DeliveryFilter{}, "--limit is a number from 1"},
		"none":                 {listDeliveries{}, stories.DeliveryFilter{}, "--limit is a number from 1"},
		"an update of nothing": {listDeliveries{whichDeliveries: whichDeliveries{Update: 3}, Limit: 20}, stories.DeliveryFilter{}, "needs --story"},
		"a number below 0":     {listDeliveries{whichDeliveries: whichDeliveries{Update: -3, Story: "flood"}, Limit: 20}, stories.DeliveryFilter{}, "--update is the number"},
	} {
		got, err := c.asked.filter(platforms())
		if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) || c.wrong == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" && c.wrong == "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
