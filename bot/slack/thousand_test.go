package slack

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/platformtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// pressroom is a newsroom with many channels on Slack, in a bubble of virtual time.
type pressroom struct {
	*platformtest.Pressroom
	slack *slacktest.Server
	ids   []string
}

func newPressroom(t *testing.T, channels int, more ...slacktest.Option) *pressroom {
	far := platformtest.NewMemNet()
	r := &pressroom{slack: slacktest.Start(t, append(more, slacktest.WithListener(far), slacktest.WithLimits(slacktest.SlackLimits()))...)}
	token := r.slack.AddWorkspace("T1")
	r.ids = r.slack.AddChannels("T1", channels)
	p, err := New(Config{BotTokens: []string{token}, AppToken: r.slack.AppToken, APIURL: r.slack.URL()})
	if err != nil {
		t.Fatal(err)
	}
	p.api.http.DialContext, p.api.http.Proxy = far.DialFar, nil
	var all []stories.Destination
	for _, id := range r.ids {
		all = append(all, destination("T1", id))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var attending sync.WaitGroup
	attending.Go(func() { p.attend(ctx, p.workspaces.all[0]) })
	r.Pressroom = platformtest.NewPressroom(t, platformName, laneOf("T1"), p, all, func() {
		cancel()
		attending.Wait()
		p.api.http.CloseIdleConnections()
	})
	return r
}

// A thousand delivered copies are edited at the 50 a minute that Slack allows,
// without a limit met, and a push beside them goes at its own pace.
func TestAThousandCopiesAreCorrectedBesideAPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		r := newPressroom(t, n)
		first := r.Publish("First wording")
		r.Idle()
		began := time.Now()
		r.Revise(first, "Second wording")
		second := r.Publish("Another update")
		for p := (stories.Progress{Waiting: 1}); !p.Done(); time.Sleep(time.Second) {
			var err error
			if p, err = r.Store.ProgressOf(t.Context(), second.ID); err != nil {
				t.Fatal(err)
			}
			if time.Since(began) > 5*time.Minute {
				t.Fatalf("the push beside the edits stands at %+v after %v", p, time.Since(began))
			}
		}
		r.Idle()
		took := time.Since(began)
		t.Log("took", took, "limited", r.slack.Limited())
		for _, id := range r.ids {
			var all []slacktest.Message
			for _, m := range r.slack.Messages("T1", id) {
				m.Blocks, m.Metadata = nil, nil // Visible is the text then
				all = append(all, m)
			}
			if len(all) != 2 || !strings.Contains(all[0].Visible(), "Second wording") || len(all[0].Edits) != 1 || !strings.Contains(all[1].Visible(), "Another update") {
				t.Fatalf("%s shows %d messages: %+v", id, len(all), all)
			}
		}
		if got := r.slack.Limited("chat.update"); got > 0 {
			t.Errorf("%d edits met a limit", got)
		}
		if least, most := time.Minute*n/50, time.Minute*n*11/500; took < least-time.Minute || took > most {
			t.Errorf("%d edits took %v, want %v to %v", n, took, least, most)
		}
	})
}
