package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/stories"
	"storybot/stories/sqlstore"
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
		"a whole server":       {deliveriesCommand{Limit: 20, Channel: "discord:81384788765712384/"}, stories.DeliveryFilter{Destination: "discord:81384788765712384/"}, ""},
		"its beginning":        {deliveriesCommand{Limit: 20, Channel: "discord:81384788765712384"}, stories.DeliveryFilter{Destination: "discord:81384788765712384"}, ""},
		"a whole address":      {deliveriesCommand{Limit: 20, Channel: "discord:81384788765712384/155101607195836416"}, stories.DeliveryFilter{Destination: "discord:81384788765712384/155101607195836416"}, ""},
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

// TestDeliveriesAreFoundByWhatPeopleType: a story by an older slug, and its updates by the
// numbers they had under it; a channel by its server or by its id.
func TestDeliveriesAreFoundByWhatPeopleType(t *testing.T) {
	t.Parallel()
	const server, channel = "81384788765712384", "155101607195836416"
	ctx := t.Context()
	store, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	act := stories.Act{By: stories.User{Ref: "console:ada"}}
	to := stories.Destination{Platform: "discord", Workspace: server, Channel: channel}
	_, _, err = store.Subscribe(ctx, act, stories.Subscription{Destination: to, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{}.Defaults(), State: stories.Active}, "discord")
	if err != nil {
		t.Fatal(err)
	}
	updates := map[string]int64{}
	var ids []int64
	for _, slug := range []string{"flood", "dyke"} {
		story, err := store.CreateStory(ctx, act, stories.Story{Slug: slug, Headline: "The " + slug})
		if err != nil {
			t.Fatal(err)
		}
		u, _, err := store.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: "The " + slug + " is new.", Level: stories.Normal, Author: act.By})
		if err != nil {
			t.Fatal(err)
		}
		ids, updates[slug] = append(ids, story.ID), u.ID
	}
	if _, err := store.MergeStories(ctx, act, ids[1], ids[0]); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		asked deliveriesCommand
		want  int64 // the update, 0 for those of both
	}{
		"a story":             {deliveriesCommand{Story: "flood", Update: 1}, updates["flood"]},
		"an older slug":       {deliveriesCommand{Story: "dyke", Update: 1}, updates["dyke"]},
		"as people write it":  {deliveriesCommand{Story: " Dyke ", Update: 1}, updates["dyke"]},
		"its number now":      {deliveriesCommand{Story: "flood", Update: 2}, updates["dyke"]},
		"a server":            {deliveriesCommand{Channel: "discord:" + server + "/"}, 0},
		"without its end":     {deliveriesCommand{Channel: "discord:" + server}, 0},
		"a channel":           {deliveriesCommand{Channel: channel}, 0},
		"behind its platform": {deliveriesCommand{Channel: "discord:" + channel}, 0},
		"its address":         {deliveriesCommand{Channel: to.String()}, 0},
	} {
		c.asked.Limit = 20
		f, err := c.asked.filter(platforms())
		found, wrong := c.asked.find(ctx, store, f, platforms())
		if err := errors.Join(err, wrong); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := map[int64]bool{}
		for _, d := range found.deliveries {
			got[d.About.UpdateID] = true
		}
		want := map[int64]bool{c.want: true}
		if c.want == 0 {
			want = map[int64]bool{updates["flood"]: true, updates["dyke"]: true}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
