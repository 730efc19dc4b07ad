package slack

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// newsroom is a bot.Places that a store stands behind.
type newsroom struct {
	*placeLog
	store *sqlstore.Store
}

func (n newsroom) Moved(ctx context.Context, from, to stories.Destination) {
	if err := n.store.MoveDestination(ctx, from, to); err != nil {
		n.told <- err.Error()
	}
	n.placeLog.Moved(ctx, from, to)
}

// A channel that Slack gives another id goes on under it: what it follows, and
// the copies it has.
func TestAChannelGoesOnUnderItsNewID(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	places := newsroom{newPlaceLog(), store}
	r := startRig(t, setup{config: func(c *Config) { c.Places = places }})
	act := stories.Act{By: stories.User{Ref: "slack:T1/U1"}, At: time.Now()}
	story, err := store.CreateStory(t.Context(), act, stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", State: stories.Developing})
	if err != nil {
		t.Fatal(err)
	}
	sub := stories.Subscription{Destination: destination("T1", "C1"), Target: stories.Target{Kind: stories.TargetStory, Name: story.Slug}, Options: stories.Options{Level: stories.Minor}}
	if _, _, err := store.Subscribe(t.Context(), act, sub, laneOf("T1")); err != nil {
		t.Fatal(err)
	}
	e := delivery.New(delivery.Config{Store: store, Senders: map[string]bot.Sender{platformName: r.platform}, Render: bot.RenderContent})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	publish := func(text string) stories.Update {
		u, _, err := store.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: text, Level: stories.Normal, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		e.Kick(laneOf("T1"))
		return u
	}
	first := publish("First wording")
	if _, err := r.slack.WaitMessages(r.ctx(), "T1", "C1", 1); err != nil {
		t.Fatal(err)
	}
	if err := e.Idle(r.ctx()); err != nil {
		t.Fatal(err)
	}
	if err := r.slack.ChangeID(r.ctx(), "T1", "C1", "C9"); err != nil {
		t.Fatal(err)
	}
	if told := <-places.told; told != "moved slack:T1/C1 slack:T1/C9" {
		t.Fatal(told)
	}
	if _, err := store.Revise(t.Context(), act, first.ID, stories.Rewording{Kind: stories.Fix, Text: "Second wording"}); err != nil {
		t.Fatal(err)
	}
	publish("Another update")
	_, err = r.slack.WaitUntil(r.ctx(), "T1", "C9", "both", func(all []slacktest.Message) bool {
		return len(all) == 2 && strings.Contains(all[0].Visible(), "Second wording") && strings.Contains(all[1].Visible(), "Another update")
	})
	if err != nil {
		t.Error(err)
	}
}

// slowPlaces store what they are told when stored is closed.
type slowPlaces struct {
	*placeLog
	stored chan struct{}
}

func (p slowPlaces) Moved(ctx context.Context, from, to stories.Destination) {
	p.placeLog.Moved(ctx, from, to)
	<-p.stored
}

// A bot that is killed before it has stored what Slack tells is told again.
func TestAnEventIsAcknowledgedOnceItIsStored(t *testing.T) {
	places := slowPlaces{newPlaceLog(), make(chan struct{})}
	r := startRig(t, setup{config: func(c *Config) { c.Places = places }})
	acknowledged := make(chan error, 1)
	go func() { acknowledged <- r.slack.ChangeID(r.ctx(), "T1", "C1", "C9") }()
	<-places.told
	// What comes behind it on the same connection is acknowledged, it is not.
	if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "member_joined_channel", "channel": "C2", "user": "U2"}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-acknowledged:
		t.Errorf("acknowledged before it was stored: %v", err)
	default:
	}
	close(places.stored)
	if err := <-acknowledged; err != nil {
		t.Error(err)
	}
}
