package platformtest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// Pressroom is a story that channels of one lane follow, the real store and the
// real engine, in a bubble of virtual time.
type Pressroom struct {
	Store *sqlstore.Store

	t      *testing.T
	lane   string
	engine *delivery.Engine
	story  stories.Story
}

// NewPressroom has channels follow the story and the engine send through sender,
// until the test ends; then closed is called.
func NewPressroom(t *testing.T, platform, lane string, sender bot.Sender, channels []stories.Destination, closed func()) *Pressroom {
	t.Helper()
	r := &Pressroom{t: t, lane: lane}
	var err error
	if r.Store, err = sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if r.story, err = r.Store.CreateStory(t.Context(), act(), stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", State: stories.Developing}); err != nil {
		t.Fatal(err)
	}
	for _, d := range channels {
		sub := stories.Subscription{Destination: d, Target: stories.Target{Kind: stories.TargetStory, Name: r.story.Slug}, Level: stories.Minor}
		if _, _, err := r.Store.Subscribe(t.Context(), act(), sub, lane); err != nil {
			t.Fatal(err)
		}
	}
	r.engine = delivery.New(delivery.Config{Store: r.Store, Senders: map[string]bot.Sender{platform: sender}, Render: bot.RenderContent})
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = r.engine.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
		closed()
		if err := r.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func act() stories.Act {
	return stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
}

// Publish publishes an update.
func (r *Pressroom) Publish(text string) stories.Update {
	r.t.Helper()
	u, _, err := r.Store.AppendUpdate(r.t.Context(), act(), stories.Update{StoryID: r.story.ID, Text: text, Level: stories.Normal, At: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick(r.lane)
	return u
}

// Revise gives an update another wording.
func (r *Pressroom) Revise(u stories.Update, text string) {
	r.t.Helper()
	if _, err := r.Store.Revise(r.t.Context(), act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: text}); err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick(r.lane)
}

// Idle waits until nothing is owed any more, an hour of virtual time at most.
func (r *Pressroom) Idle() {
	r.t.Helper()
	for range 3600 {
		lanes, err := r.Store.Queue(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if len(lanes) == 0 {
			return
		}
		time.Sleep(time.Second)
	}
	r.t.Fatal("something is owed still after an hour")
}
