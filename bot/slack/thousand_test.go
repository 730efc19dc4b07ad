package slack

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// memNet is a network in memory between the bot and a far side: time on it can
// stand still. It is the far side's listener.
type memNet struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newMemNet() *memNet { return &memNet{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (n *memNet) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case n.conns <- theirs:
		return distant{ours}, nil
	case <-n.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// distant is a connection on which a request takes its time.
type distant struct{ net.Conn }

func (d distant) Write(b []byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	return d.Conn.Write(b)
}

func (n *memNet) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *memNet) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *memNet) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }

// pressroom is a newsroom with many channels on Slack, in a bubble of virtual time.
type pressroom struct {
	t      *testing.T
	slack  *slacktest.Server
	store  *sqlstore.Store
	engine *delivery.Engine
	story  stories.Story
	ids    []string
}

func newPressroom(t *testing.T, channels int) *pressroom {
	far := newMemNet()
	r := &pressroom{t: t, slack: slacktest.Start(t, slacktest.WithListener(far), slacktest.WithLimits(slacktest.SlackLimits()))}
	token := r.slack.AddWorkspace("T1")
	r.ids = r.slack.AddChannels("T1", channels)
	p, err := New(Config{BotTokens: []string{token}, AppToken: r.slack.AppToken, APIURL: r.slack.URL()})
	if err != nil {
		t.Fatal(err)
	}
	p.api.http.DialContext, p.api.http.Proxy = far.dial, nil
	if r.store, err = sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if r.story, err = r.store.CreateStory(t.Context(), r.act(), stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", State: stories.Developing}); err != nil {
		t.Fatal(err)
	}
	for _, id := range r.ids {
		sub := stories.Subscription{Destination: destination("T1", id), Target: stories.Target{Kind: stories.TargetStory, Name: r.story.Slug}, Level: stories.Minor}
		if _, _, err := r.store.Subscribe(t.Context(), r.act(), sub, laneOf("T1")); err != nil {
			t.Fatal(err)
		}
	}
	r.engine = delivery.New(delivery.Config{Queue: r.store, Leases: r.store, Senders: map[string]bot.Sender{platformName: p}, Render: bot.RenderUpdate})
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = r.engine.Run(ctx) })
	work.Go(func() { p.attend(ctx, p.workspaces.all[0]) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
		p.api.http.CloseIdleConnections()
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *pressroom) act() stories.Act {
	return stories.Act{By: stories.User{Ref: "slack:T1/U1"}, At: time.Now()}
}

func (r *pressroom) publish(text string) stories.Update {
	r.t.Helper()
	u, _, err := r.store.AppendUpdate(r.t.Context(), r.act(), stories.Update{StoryID: r.story.ID, Text: text, Level: stories.Normal, At: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick(laneOf("T1"))
	return u
}

// idle waits until nothing is owed any more, in virtual time.
func (r *pressroom) idle() {
	r.t.Helper()
	for range 3600 {
		lanes, err := r.store.Queue(r.t.Context())
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

// A thousand delivered copies are edited at the 50 a minute that Slack allows,
// without a limit met, and a push beside them goes at its own pace.
func TestAThousandCopiesAreCorrectedBesideAPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		r := newPressroom(t, n)
		first := r.publish("First wording")
		r.idle()
		began := time.Now()
		if _, err := r.store.Revise(t.Context(), r.act(), first.ID, "fix", "Second wording", nil); err != nil {
			t.Fatal(err)
		}
		second := r.publish("Another update")
		for p := (stories.Progress{Waiting: 1}); !p.Done(); time.Sleep(time.Second) {
			var err error
			if p, err = r.store.ProgressOf(t.Context(), second.ID); err != nil {
				t.Fatal(err)
			}
			if time.Since(began) > 5*time.Minute {
				t.Fatalf("the push beside the edits stands at %+v after %v", p, time.Since(began))
			}
		}
		r.idle()
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
