package sqlstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// TestWhatGoesInAnotherModeHasOneKeyInACopy has an update wait for a thread that goes as a
// message, in a database and in a copy of it that is put back: the one finds by its key what
// the other sent.
func TestWhatGoesInAnotherModeHasOneKeyInACopy(t *testing.T) {
	f := newFiled(t)
	s := open(t, f.url())
	ctx, now := t.Context(), time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	act := stories.Act{By: stories.User{Ref: "console:ana", Name: "Ana"}, At: now}
	story, err := s.CreateStory(ctx, act, stories.Story{Slug: "sony", Headline: "Sony", State: stories.Developing})
	must(t, err)
	here := stories.Destination{Platform: "console", Channel: "#a"}
	follow := func(mode stories.Mode) {
		_, _, err := s.Subscribe(ctx, act, stories.Subscription{Destination: here, Target: stories.Target{Kind: stories.TargetAll},
			Options: stories.Options{Level: stories.Minor, Quiet: "22:00-07:00"}}, benchLane, stories.Setting{Option: stories.OptionMode, Value: string(mode)})
		must(t, err)
	}
	follow(stories.ModeThread)
	_, _, err = s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: "First", Level: stories.Normal, At: now})
	must(t, err)
	follow(stories.ModeChannel)
	name := filepath.Join(f.copies, "copy")
	must(t, sqlstore.Backup(ctx, f.url(), name))
	if n, err := s.EndWaits(ctx, now.Add(9*time.Hour)); n != 1 || err != nil {
		t.Fatalf("in the morning %d went out, %v", n, err)
	}
	key := func(s *sqlstore.Store) string {
		found, err := s.DeliveriesTo(ctx, here, story.ID, 1, 10)
		must(t, err)
		if len(found) == 0 || found[0].Op != stories.OpPost {
			t.Fatalf("what is owed is %+v", found)
		}
		return found[0].Key
	}
	sent := key(s)
	visit(t, "sqlite:"+name, func(c *sqlstore.Store) {
		if n := waits(t, c); n != 1 {
			t.Fatalf("%d wait in the copy", n)
		}
		if looked := key(c); looked != sent {
			t.Errorf("the copy looks for %s, what was sent has %s", looked, sent)
		}
	})
}
