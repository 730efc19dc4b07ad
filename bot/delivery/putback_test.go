package delivery

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// putBack plans deliveries of a database that was put back and is being settled,
// one a channel. Every second one had been sent when the copy was made.
func putBack(m *memory, far *farSide, n int) (rows []*stories.Delivery) {
	for c := range n {
		d := m.add("p", channel("p", "w", c), 1, stories.Normal)
		d.Tries.Doubtful, d.Tries.PutBack = true, true
		d.Tries.First, d.Tries.Last = time.Now().Add(-time.Hour), time.Now()
		if c%2 == 0 {
			far.arrive(bot.Operation{Delivery: *d})
		}
		rows = append(rows, d)
	}
	return rows
}

// What is there counts as sent, what is not there is sent, whether the process
// lives through it or not.
func TestWhatWasPutBackIsSettled(t *testing.T) {
	for _, crashes := range []int{0, 3} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			rows := putBack(m, far, 100)
			for range crashes {
				r := start(t, m, far)
				time.Sleep(21 * time.Second)
				r.stop()
			}
			r := start(t, m, far)
			r.settledAll(t, 10*time.Minute)
			if err := far.once(m); err != nil {
				t.Error(err)
			}
			for _, d := range rows {
				if d := m.row(d.ID); d.State != stories.Sent || d.Tries.PutBack || d.Tries.Doubtful || d.Tries.Unknowns != 0 {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}

// Where nobody can say, a person must: nothing is sent once more, as it is after
// a crash.
func TestWhatWasPutBackAndCannotBeFoundOutWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		rows := putBack(m, far, 10)
		far.unreadable = true
		r := start(t, m, far)
		r.settledAll(t, 10*time.Minute)
		if deliveries, requests := far.sent(); deliveries != 0 || requests != 5 {
			t.Errorf("%d were sent, %d requests", deliveries, requests-5)
		}
		for _, d := range rows {
			if d := m.row(d.ID); d.State != stories.Held || !d.Tries.PutBack || d.Tries.Unknowns != 0 || !strings.Contains(d.Reason, "/desk status") {
				t.Errorf("%+v", d)
			}
		}
		if state := m.places[rows[0].Destination].state; state != stories.Reachable {
			t.Errorf("the channel is %s", state)
		}
	})
}

// News goes first, in the same channels too, however long looking takes, and what
// a crash left in doubt finds a place.
func TestWhatIsPutBackHoldsNobodyUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		far.pace = bot.Pace{Budgets: map[bot.Method]bot.Budget{bot.Looks: {Requests: 20, Per: time.Minute}}, InFlight: 8}
		putBack(m, far, 1000)
		r := start(t, m, far)
		time.Sleep(time.Minute)
		before := m.count()[stories.Sent]
		if l := r.Lanes()[0]; l.Settling > mostPutBack {
			t.Errorf("%d are looked for at once", l.Settling)
		}
		var news []*stories.Delivery
		for c := range 1000 {
			news = append(news, m.add("p", channel("p", "w", c), 2, stories.Normal))
		}
		r.Kick("p")
		time.Sleep(15 * time.Second)
		waiting := 0
		for _, d := range news {
			if m.row(d.ID).State != stories.Sent {
				waiting++
			}
		}
		if waiting > mostPutBack { // whose channels are being looked at
			t.Errorf("%d of 1000 wait", waiting)
		}
		if after := m.count()[stories.Sent] - before; after > 1000+20 {
			t.Errorf("%d were found in a quarter of a minute at 20 a minute", after-1000)
		}
		r.settledAll(t, 3*time.Hour)
		for c := range 1000 {
			if n := far.has(channel("p", "w", c)); n != 2 {
				t.Fatalf("channel %d has %d messages", c, n)
			}
		}
	})
}

// A blocked channel's row stays one that was put back.
func TestWhatWasPutBackStaysSoInABlockedChannel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		d := putBack(m, far, 1)[0]
		blocked := true
		r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": blocking{far, &blocked}} })
		r.settledAll(t, 10*time.Minute)
		if row := m.row(d.ID); row.State != stories.Held || !row.Tries.PutBack || m.places[d.Destination].state != stories.Blocked {
			t.Fatalf("%+v", row)
		}
		far.mu.Lock()
		blocked = false
		far.mu.Unlock()
		m.reopen(d.Destination)
		r.Kick("p")
		r.settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// absent is a far side in which nothing is found.
type absent struct{ *farSide }

func (absent) Settle(context.Context, bot.Operation) bot.Verdict {
	return bot.Verdict{Outcome: bot.NotSent}
}

// On the real store, a channel that turns out to have no copy is sent the update as it
// reads by then, and not told before that what it was corrected for.
func TestNobodyIsToldOfARevisionBesideACopyThatIsNotThere(t *testing.T) {
	for _, before := range []bool{true, false} {
		const channels = 20
		store, story := newsroom(t, channels)
		u := publish(t, store, story, stories.Normal)
		if _, err := store.Restored(t.Context()); err != nil {
			t.Fatal(err)
		}
		act := stories.Act{By: stories.User{Ref: "p:ana"}, At: time.Now()}
		correct := func() {
			if _, err := store.Revise(t.Context(), act, u.ID, stories.Rewording{Kind: stories.Correction, Text: "It did not.", Reason: "It did not"}); err != nil {
				t.Fatal(err)
			}
		}
		if before {
			correct()
		}
		if _, err := store.SettlePutBack(t.Context(), act, 1); err != nil {
			t.Fatal(err)
		}
		if !before {
			correct()
		}
		far := newFarSide()
		e := New(Config{Store: store, Senders: map[string]bot.Sender{"p": absent{far}}, Owner: "one machine", Drain: time.Millisecond,
			Render: func(stories.Content) bot.Message { return bot.Plainly("x") }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = e.Run(ctx) }()
		for sent := 0; sent < channels; {
			if err := e.Idle(t.Context()); err != nil {
				t.Fatal(err)
			}
			p, err := store.ProgressOf(t.Context(), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			sent = p.Sent
		}
		if err := e.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		cancel()
		<-done
		for c := range channels {
			got, err := store.DeliveriesTo(t.Context(), channel("p", "w", c), story.ID, 0, 10)
			if err != nil || len(got) != 1 {
				t.Fatal(got, err)
			}
			if keys := far.messages[channel("p", "w", c)]; len(keys) != 1 || keys[0] != got[0].Key {
				t.Errorf("corrected before it is looked for %v: channel %d has %v, want %s", before, c, keys, got[0].Key)
			}
		}
	}
}
