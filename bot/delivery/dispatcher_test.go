package delivery

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/lease"
	"storybot/stories"
)

// granted gives everybody every lease.
type granted struct{}

func (granted) Acquire(_ context.Context, name, owner string, _ time.Duration) (stories.Lease, bool, error) {
	return stories.Lease{Name: name, Owner: owner}, true, nil
}
func (granted) Renew(context.Context, stories.Lease, time.Duration) (bool, error) { return true, nil }
func (granted) ReleaseLease(context.Context, stories.Lease) error                 { return nil }

// dispatching returns a dispatcher with so many begun rows, of a lane that makes two
// requests a second.
func dispatching(t *testing.T, rows int) *dispatcher {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	held, ok, err := lease.Take(t.Context(), lease.Config{Granter: granted{}, Name: "p", TTL: time.Hour})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	l := &lane{engine: &Engine{clock: newClock(time.Now, log)}, sender: instant{}, limits: newLimits(bot.Pace{PerSecond: 2}), log: log}
	s := newScheduler(newWindow(100, open{posts: true}))
	d := &dispatcher{lane: l, lease: held, scheduler: s, poller: &poller{}, journal: &journal{flying: map[int64]stories.Flight{}}, settler: &settler{},
		workers: newWorkers(8), alarm: &wakeup{at: time.Hour},
		unsent: func(j *job, v bot.Verdict) { t.Errorf("delivery %d is not sent: %v", j.d.ID, v) }}
	t.Cleanup(func() {
		d.workers.rest()
		if err := held.Release(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for n := range rows {
		f := stories.Flight{Ref: stories.Ref{Delivery: int64(n + 1)}, Attempt: 1}
		r := &row{Ref: f.Ref, queue: s.queueOf(int64(n+1), channel("p", "w", n), stories.OpPost), origin: newOrigin(stories.Publication{UpdateID: 1}, 0)}
		r.queue.rows = []*row{r}
		r.queue.occupy(r)
		d.journal.flying[r.Delivery] = f
		d.ready.push(newJob(r, f, "p", l.engine.clock.read()))
	}
	return d
}

// What its budget lets go leaves, at once and no more; what stays is ready and known
// to be in flight, and the loop is woken when the next may go.
func TestTheDispatcherKeepsToTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dispatching(t, 3)
		now := d.lane.engine.clock.mono()
		d.start(now)
		if len(d.workers.inFlight) != 1 || d.ready.size() != 2 || len(d.journal.flying) != 3 {
			t.Fatalf("%d have left, %d are ready, %d are in flight for the journal", len(d.workers.inFlight), d.ready.size(), len(d.journal.flying))
		}
		if d.alarm.at <= now || d.alarm.at > now+time.Second {
			t.Errorf("it goes on at %v", d.alarm.at)
		}
		if j := <-d.workers.done; j.verdict.Outcome != bot.Delivered {
			t.Errorf("answered %v", j.verdict)
		}
	})
}

// What cannot leave for a while waits in its queue and not in flight.
func TestTheDispatcherPutsBack(t *testing.T) {
	for name, hinder := range map[string]func(*dispatcher){
		"a pause of the lane": func(d *dispatcher) { d.lane.limits.posts.paused = time.Minute },
		"a stopped lane":      func(d *dispatcher) { d.lane.health.breaker.stop(account, "refused", 0, 0) },
		"no fresh lease":      func(d *dispatcher) { d.lease.Expire() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := dispatching(t, 3)
				hinder(d)
				d.start(0)
				if n := len(d.workers.inFlight) + d.ready.size() + len(d.journal.flying); n != 0 {
					t.Errorf("%d on their way, %d ready, %d in flight for the journal", len(d.workers.inFlight), d.ready.size(), len(d.journal.flying))
				}
				if !d.scheduler.ready(0, open{posts: true}) {
					t.Error("their queues have nothing to send")
				}
				if !d.journal.changed {
					t.Error("the journal is not told that they are in flight no more")
				}
			})
		})
	}
}
