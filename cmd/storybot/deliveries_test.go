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
		asked deliveriesCommand
		want  stories.DeliveryFilter
		wrong string
	}{
		"all":                  {deliveriesCommand{Limit: 20}, stories.DeliveryFilter{}, ""},
		"a state":              {deliveriesCommand{Limit: 20, State: "Sent, failed"}, stories.DeliveryFilter{States: []stories.DeliveryState{stories.Sent, stories.Failed}}, ""},
		"no state":             {deliveriesCommand{Limit: 20, State: "lost"}, stories.DeliveryFilter{}, `"lost" is no state`},
		"a link":               {deliveriesCommand{Limit: 20, Channel: "https://discord.com/channels/81384788765712384/155101607195836416"}, stories.DeliveryFilter{Channel: "155101607195836416"}, ""},
		"an id of Slack":       {deliveriesCommand{Limit: 20, Channel: "C0NEWSROOM1"}, stories.DeliveryFilter{Channel: "C0NEWSROOM1"}, ""},
		"an address":           {deliveriesCommand{Limit: 20, Channel: "console:#news"}, stories.DeliveryFilter{Destination: "console:#news"}, ""},
		"a name":               {deliveriesCommand{Limit: 20, Channel: "#news"}, stories.DeliveryFilter{Channel: "#news"}, ""},
		"a whole workspace":    {deliveriesCommand{Limit: 20, Channel: "slack:T0NEWSROOM/"}, stories.DeliveryFilter{Destination: "slack:T0NEWSROOM/"}, ""},
		"too many":             {deliveriesCommand{Limit: maxListed + 1}, stories.DeliveryFilter{}, "--limit is a number from 1"},
		"none":                 {deliveriesCommand{}, stories.DeliveryFilter{}, "--limit is a number from 1"},
		"an update of nothing": {deliveriesCommand{Limit: 20, Update: 3}, stories.DeliveryFilter{}, "needs --story"},
		"a number below 0":     {deliveriesCommand{Limit: 20, Update: -3, Story: "flood"}, stories.DeliveryFilter{}, "--update is the number"},
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
