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
		"a whole server":       {listDeliveries{whichDeliveries: whichDeliveries{Channel: "discord:81384788765712384/"}, Limit: 20}, stories.DeliveryFilter{Destination: "discord:81384788765712384/"}, ""},
		"its beginning":        {listDeliveries{whichDeliveries: whichDeliveries{Channel: "discord:81384788765712384"}, Limit: 20}, stories.DeliveryFilter{Destination: "discord:81384788765712384"}, ""},
		"a whole address":      {listDeliveries{whichDeliveries: whichDeliveries{Channel: "discord:81384788765712384/155101607195836416"}, Limit: 20}, stories.DeliveryFilter{Destination: "discord:81384788765712384/155101607195836416"}, ""},
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
		asked listDeliveries
		want  int64 // the update, 0 for those of both
	}{
		"a story":             {listDeliveries{whichDeliveries: whichDeliveries{Story: "flood", Update: 1}}, updates["flood"]},
		"an older slug":       {listDeliveries{whichDeliveries: whichDeliveries{Story: "dyke", Update: 1}}, updates["dyke"]},
		"as people write it":  {listDeliveries{whichDeliveries: whichDeliveries{Story: " Dyke ", Update: 1}}, updates["dyke"]},
		"its number now":      {listDeliveries{whichDeliveries: whichDeliveries{Story: "flood", Update: 2}}, updates["dyke"]},
		"a server":            {listDeliveries{whichDeliveries: whichDeliveries{Channel: "discord:" + server + "/"}}, 0},
		"without its end":     {listDeliveries{whichDeliveries: whichDeliveries{Channel: "discord:" + server}}, 0},
		"a channel":           {listDeliveries{whichDeliveries: whichDeliveries{Channel: channel}}, 0},
		"behind its platform": {listDeliveries{whichDeliveries: whichDeliveries{Channel: "discord:" + channel}}, 0},
		"its address":         {listDeliveries{whichDeliveries: whichDeliveries{Channel: to.String()}}, 0},
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
