package discord

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/bot/discord/discordtest"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// pressroom is a newsroom with many channels on Discord, in a bubble of virtual
// time.
type pressroom struct {
	t      *testing.T
	srv    *discordtest.Server
	store  *sqlstore.Store
	engine *delivery.Engine
	story  stories.Story
	ids    []string
}

// distant is a connection on which a request takes its time.
type distant struct{ net.Conn }

func (d distant) Write(b []byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	return d.Conn.Write(b)
}

func newPressroom(t *testing.T, channels int) *pressroom {
	far := newMemNet()
	r := &pressroom{t: t, srv: discordtest.Start(t, discordtest.WithListener(far), discordtest.WithLimits(discordtest.DocumentedLimits()))}
	n := newNotes()
	p, err := New(Config{Token: discordtest.Token, APIURL: r.srv.URL(), Places: n, Memory: n, Log: discarding(), Version: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	far.carry(p)
	p.rest.posts.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := far.dial(ctx, network, address)
		return distant{c}, err
	}
	if r.store, err = sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if r.story, err = r.store.CreateStory(t.Context(), r.act(), stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", State: stories.Developing}); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.srv.AddChannels(channels) {
		r.ids = append(r.ids, c.ID)
		sub := stories.Subscription{Destination: stories.Destination{Platform: "discord", Workspace: c.Guild, Channel: c.ID},
			Target: stories.Target{Kind: stories.TargetStory, Name: r.story.Slug}, Level: stories.Minor}
		if _, _, err := r.store.Subscribe(t.Context(), r.act(), sub, "discord"); err != nil {
			t.Fatal(err)
		}
	}
	r.engine = delivery.New(delivery.Config{Queue: r.store, Leases: r.store, Senders: map[string]bot.Sender{"discord": p}, Render: bot.RenderUpdate})
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = r.engine.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
		p.rest.close()
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *pressroom) act() stories.Act {
	return stories.Act{By: stories.User{Ref: "discord:1"}, At: time.Now()}
}

func (r *pressroom) publish(text string) stories.Update {
	r.t.Helper()
	u, _, err := r.store.AppendUpdate(r.t.Context(), r.act(), stories.Update{StoryID: r.story.ID, Text: text, Level: stories.Normal, At: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick("discord")
	return u
}

func (r *pressroom) revise(u stories.Update, text string) {
	r.t.Helper()
	if _, err := r.store.Revise(r.t.Context(), r.act(), u.ID, "fix", text, nil); err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick("discord")
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

// shows compares all channels' messages with these, each by its text.
func (r *pressroom) shows(want ...string) {
	r.t.Helper()
	for _, id := range r.ids {
		all := r.srv.Messages(id)
		ok := len(all) == len(want)
		for i := range want {
			ok = ok && strings.Contains(all[i].Text, want[i])
		}
		if !ok {
			r.t.Fatalf("channel %s shows %d messages", id, len(all))
		}
	}
}

// A thousand delivered copies, five in each channel, are edited beside a push
// without a limit met. When they are old Discord takes few edits of each channel,
// and they are made all the same.
func TestAThousandCopiesAreCorrectedBesideAPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const channels, each = 200, 5
		r := newPressroom(t, channels)
		var all []stories.Update
		var texts []string
		for i := range each {
			all = append(all, r.publish(fmt.Sprintf("Wording %d", i)))
		}
		r.idle()
		began := time.Now()
		for i, u := range all {
			texts = append(texts, fmt.Sprintf("Corrected %d", i))
			r.revise(u, texts[i])
		}
		r.publish("Another update")
		r.idle()
		took := time.Since(began)
		r.shows(append(texts, "Another update")...)
		if s := r.srv.Stats(); s.RateLimited > 0 || s.Edits != channels*each {
			t.Errorf("%d edits, %d limits met", s.Edits, s.RateLimited)
		}
		if took > 45*time.Second {
			t.Errorf("%d requests took %v", channels*(each+1), took)
		}

		r.srv.Advance(2 * time.Hour)
		time.Sleep(time.Minute)
		for i, u := range all {
			texts[i] = fmt.Sprintf("Corrected again %d", i)
			r.revise(u, texts[i])
		}
		r.idle()
		r.shows(append(texts, "Another update")...)
		if s := r.srv.Stats(); s.Edits != 2*channels*each {
			t.Errorf("%d edits of %d copies", s.Edits, channels*each)
		}
		t.Log("took", took, "limits met by old copies", r.srv.Stats().RateLimited)
	})
}
