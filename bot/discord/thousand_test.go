package discord

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// pressroom is a newsroom with many channels on Discord, in a bubble of virtual
// time.
type pressroom struct {
	*platformtest.Pressroom
	t   *testing.T
	srv *discordtest.Server
	ids []string
	all []stories.Destination
}

func newPressroom(t *testing.T, channels int) *pressroom {
	far := platformtest.NewMemNet()
	r := &pressroom{t: t, srv: discordtest.Start(t, discordtest.WithListener(far), discordtest.WithLimits(discordtest.DocumentedLimits()))}
	n := newNotes()
	p, err := New(Config{Token: discordtest.Token, APIURL: r.srv.URL(), Places: n, Memory: n, Log: discarding(), Version: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	carry(far, p)
	p.rest.posts.DialContext = far.DialFar
	for _, c := range r.srv.AddChannels(channels) {
		r.ids = append(r.ids, c.ID)
		r.all = append(r.all, stories.Destination{Platform: "discord", Workspace: c.Guild, Channel: c.ID})
	}
	r.Pressroom = platformtest.NewPressroom(t, "discord", "discord", p, r.all, p.rest.close)
	return r
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
			all = append(all, r.Publish(fmt.Sprintf("Wording %d", i)))
		}
		r.Idle()
		began := time.Now()
		for i, u := range all {
			texts = append(texts, fmt.Sprintf("Corrected %d", i))
			r.Revise(u, texts[i])
		}
		r.Publish("Another update")
		r.Idle()
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
			r.Revise(u, texts[i])
		}
		r.Idle()
		r.shows(append(texts, "Another update")...)
		if s := r.srv.Stats(); s.Edits != 2*channels*each {
			t.Errorf("%d edits of %d copies", s.Edits, channels*each)
		}
		t.Log("took", took, "limits met by old copies", r.srv.Stats().RateLimited)
	})
}
