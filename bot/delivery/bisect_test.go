package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// strict is a queue that refuses exchanges for good.
type strict struct {
	*memory
	refuses func(stories.Exchange) bool
}

func (s strict) Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (stories.Begun, error) {
	if s.refuses(x) {
		return stories.Begun{}, fmt.Errorf("%w: unique", stories.ErrRefused)
	}
	return s.memory.Exchange(ctx, l, x)
}

func anyResult(x stories.Exchange, bad func(stories.Result) bool) bool {
	for _, r := range x.Results {
		if bad(r) {
			return true
		}
	}
	return false
}

// Whatever the database refuses for good, all else goes on: the row itself ends
// with an alarm and a reason, or stays in flight when even that is refused.
func TestWhatTheDatabaseRefusesStopsNothingElse(t *testing.T) {
	const bad, rows = 7, 40
	of := func(r stories.Result) bool { return r.Delivery == bad }
	for name, c := range map[string]struct {
		refuses func(stories.Exchange) bool
		fault   bot.Verdict // of the bad row
		state   stories.DeliveryState
		alarms  int
	}{
		"the message's id": {state: stories.Sent, alarms: 1,
			refuses: func(x stories.Exchange) bool {
				return anyResult(x, func(r stories.Result) bool { return of(r) && r.MessageID != "" })
			}},
		"that it was sent": {state: stories.Failed, alarms: 1,
			refuses: func(x stories.Exchange) bool {
				return anyResult(x, func(r stories.Result) bool { return of(r) && r.State == stories.Sent })
			}},
		"that it waits": {state: stories.Failed, alarms: 1, fault: bot.Verdict{Outcome: bot.Transient, Code: "500"},
			refuses: func(x stories.Exchange) bool {
				return anyResult(x, func(r stories.Result) bool { return of(r) && r.State == stories.Pending })
			}},
		"that its channel is blocked": {state: stories.Failed, alarms: 1, fault: bot.Verdict{Outcome: bot.Blocked, Code: "403"},
			refuses: func(x stories.Exchange) bool {
				return anyResult(x, func(r stories.Result) bool { return of(r) && r.Destination != "" })
			}},
		"any end of it": {state: stories.Sending, alarms: 1,
			refuses: func(x stories.Exchange) bool { return anyResult(x, of) }},
		"its begin": {state: stories.Pending, alarms: 1,
			refuses: func(x stories.Exchange) bool {
				for _, f := range x.Begin {
					if f.Delivery == bad {
						return true
					}
				}
				return false
			}},
		"what is said of the lane": {state: stories.Sent,
			refuses: func(x stories.Exchange) bool { return x.Lane.Working }},
		"an alarm": {state: stories.Failed, fault: bot.Verdict{Outcome: bot.BadPayload, Code: "panic"},
			refuses: func(x stories.Exchange) bool { return len(x.Alarms) > 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				once := true
				far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
					if p.Delivery.ID != bad || c.fault == (bot.Verdict{}) || !once {
						return bot.Verdict{}, false
					}
					once = false
					return c.fault, true
				}
				for n := range rows {
					m.add("p", channel("p", "w", n), 1, stories.Normal)
				}
				r := start(t, m, far, func(cfg *Config) { cfg.Store = strict{m, c.refuses} })
				time.Sleep(time.Minute)
				if n := m.count()[stories.Sent]; n < rows-1 {
					t.Errorf("after a minute: %v", m.count())
				}
				if d := m.row(bad); d.State != c.state || c.state == stories.Failed && d.Reason == "" {
					t.Errorf("the row is %v: %q", d.State, d.Reason)
				}
				if n := r.desk.count(DeliveryFailed); n != c.alarms {
					t.Errorf("%d alarms", n)
				}
				if err := r.Trouble(); err != nil {
					t.Errorf("trouble: %v", err)
				}
				// What is published next goes out, to its channel too when that is free.
				for n := range rows {
					m.add("p", channel("p", "w", n), 2, stories.Normal)
				}
				r.Kick("p")
				time.Sleep(time.Minute)
				free := rows
				if c.state == stories.Pending {
					free--
				}
				sent := 0
				for n := range rows {
					if m.row(int64(rows+n+1)).State == stories.Sent {
						sent++
					}
				}
				if sent != free {
					t.Errorf("%d of %d were sent of the next update", sent, free)
				}
				for id, n := range far.sends {
					if n > 1 && id != bad {
						t.Errorf("row %d was sent %d times", id, n)
					}
				}
				if n := len(m.inFlight("p").byID); c.state != stories.Sending && n > 0 {
					t.Errorf("%d are left in flight", n)
				}
			})
		})
	}
}

// Where the database refuses everything no row is to blame.
func TestWhereAllIsRefusedNothingEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		for n := range 20 {
			m.add("p", channel("p", "w", n), 1, stories.Normal)
		}
		var refuses atomic.Bool
		refuses.Store(true)
		r := start(t, m, far, func(cfg *Config) { cfg.Store = strict{m, func(stories.Exchange) bool { return refuses.Load() }} })
		time.Sleep(10 * time.Minute)
		if n := m.count(); n[stories.Pending] != 20 {
			t.Errorf("%v", n)
		}
		refuses.Store(false)
		r.settledAll(t, time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
	})
}

// The real store says what it refuses.
func TestARuleOfTheTablesStopsOneRowOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "storybot.db")
	store, err := sqlstore.Open(t.Context(), "sqlite:"+path, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	act := stories.Act{By: stories.User{Ref: "p:ana"}, At: time.Now()}
	story, err := store.CreateStory(t.Context(), act, stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked"})
	if err != nil {
		t.Fatal(err)
	}
	const channels = 12
	for c := range channels {
		if _, _, err := store.Subscribe(t.Context(), act, stories.Subscription{Destination: channel("p", "w", c),
			Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "p"); err != nil {
			t.Fatal(err)
		}
	}
	u := publish(t, store, story, stories.Normal)
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TRIGGER never BEFORE INSERT ON outcomes
		WHEN NEW.id & 4294967295 = 5 AND NEW.message_id <> '' BEGIN SELECT RAISE(ABORT, 'never'); END`); err != nil {
		t.Fatal(err)
	}
	e := New(Config{Store: store, Senders: map[string]bot.Sender{"p": instant{}},
		Render: func(stories.Content) bot.Message { return bot.Plainly("x") }})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	if err := e.Idle(ctx); err != nil {
		t.Error(err)
	}
	p, err := store.ProgressOf(t.Context(), u.ID)
	if err != nil || p.Sent != channels {
		t.Errorf("%+v, %v", p, err)
	}
	cancel()
	<-done
}
