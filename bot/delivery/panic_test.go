package delivery

import (
	"context"
	"fmt"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// panicking is a far side whose sender panics at what match picks.
type panicking struct {
	*farSide
	match func(stories.Delivery) bool
}

func (p panicking) Do(ctx context.Context, post bot.Operation) bot.Verdict {
	if p.match(post.Delivery) {
		panic("a bug in the sender")
	}
	return p.farSide.Do(ctx, post)
}

func TestAPanicInASenderCostsItsRowOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		for c := range 50 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
		}
		bad := m.add("p", channel("p", "w", 99), 2, stories.Normal)
		r := start(t, m, far, func(c *Config) {
			c.Senders = map[string]bot.Sender{"p": panicking{far, func(d stories.Delivery) bool { return d.ID == bad.ID }}}
		})
		r.settledAll(t, time.Minute)
		r.stop()
		if n := m.count(); n[stories.Sent] != 50 || n[stories.Failed] != 1 || m.row(bad.ID).State != stories.Failed {
			t.Errorf("%v, the bad one is %v", n, m.row(bad.ID).State)
		}
		if n := r.desk.count(DeliveryFailed); n != 1 {
			t.Errorf("the desk was told %d times", n)
		}
	})
}

func TestAPanicInRenderingCostsItsUpdateOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		for c := range 20 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
			m.add("p", channel("p", "w", c), 2, stories.Normal)
		}
		r := start(t, m, far, func(c *Config) {
			c.Render = func(say stories.Content) bot.Message {
				if say.Update.ID == 1 {
					panic("a bug in rendering")
				}
				return bot.Plainly(fmt.Sprint(say.Update.ID))
			}
		})
		r.settledAll(t, time.Minute)
		r.stop()
		if n := m.count(); n[stories.Sent] != 20 || n[stories.Failed] != 20 {
			t.Errorf("%v", n)
		}
		if n := r.desk.count(DeliveryFailed); n > stopAfter || n == 0 {
			t.Errorf("the desk was told %d times", n)
		}
	})
}

func TestAStoppedPushStaysStopped(t *testing.T) {
	var p poisonDetector
	bad := bot.Verdict{Outcome: bot.BadPayload, Code: "50035"}
	for range stopAfter {
		p.refused(edition{Subject: stories.Subject{UpdateID: 1}}, bad)
	}
	for u := range int64(5 * maxEditions) {
		p.delivered(edition{Subject: stories.Subject{UpdateID: u + 2}})
	}
	if p.stopped(edition{Subject: stories.Subject{UpdateID: 1}}) == nil {
		t.Error("the push goes on after many others")
	}
	if len(p.byEdition) > maxEditions {
		t.Errorf("%d editions are remembered", len(p.byEdition))
	}
}

// What an earlier run tried in vain is not tried all at once after a restart, and
// not later than its backoff said.
func TestRetriesAreSpreadAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		for c := range 200 {
			d := m.add("p", channel("p", "w", c), 1, stories.Normal)
			d.Tries.Count, d.Tries.First, d.Tries.Last = 6, time.Now().Add(-time.Minute), time.Now()
		}
		began := time.Now()
		r := start(t, m, far)
		r.settledAll(t, backoff(retryBase, retryMax, 6, 0)+time.Second)
		early := 0
		for _, at := range far.at {
			if at.Sub(began) < 3*time.Second {
				early++
			}
		}
		if early > 60 {
			t.Errorf("%d of 200 were tried within 3 s", early)
		}
	})
}

// A pause the platform asked for is kept after a restart.
func TestAPauseThatWasAskedForIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := scheduling(100)
		shelf := &shelf{}
		shelf.publish(1, stories.Normal, 1)
		shelf.rows[1][0].Wait = time.Minute
		shelf.know(s)
		shelf.fill(t, s, 0)
		if r := s.pick(59*time.Second, both); r != nil {
			t.Error("picked within the pause")
		}
		if r := s.pick(time.Minute, both); r == nil {
			t.Error("not picked when it was over")
		}
	})
}
