package delivery

import (
	"fmt"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func upTo(n int64) (places []int64) {
	for i := range n {
		places = append(places, i)
	}
	return places
}

// The first rows of places that wait leave memory too, so that however many wait
// the others are served; and they come back when their wait is over.
func TestWaitingPlacesFillNoWindow(t *testing.T) {
	s, q := &shelf{}, scheduling(16)
	s.publish(1, stories.Normal, upTo(160)...)
	dead := func(r *row) bool { return r.queue.id < 100 }
	sent := map[int64]int{}
	work := func(now time.Duration, refuse bool) {
		for range 1000 {
			s.know(q)
			s.fill(t, q, now)
			r := q.pick(now, both)
			switch {
			case r == nil:
				return
			case refuse && dead(r):
				r.tries.attempt++
				q.release(r, now, time.Minute)
			default:
				sent[r.Delivery]++
				q.ended(r, now, 0)
				s.remove(r)
				q.forget(r, now)
			}
			if n := len(q.window.rows); n > 17 {
				t.Fatalf("%d rows in a window of 16", n)
			}
		}
	}
	work(0, true)
	if len(sent) != 60 {
		t.Fatalf("%d of 60 healthy places were served", len(sent))
	}
	work(59*time.Second, false)
	if len(sent) != 60 {
		t.Fatalf("%d were served before their wait was over", len(sent)-60)
	}
	work(time.Minute, false)
	for id, n := range sent {
		if n != 1 {
			t.Errorf("row %d was sent %d times", id, n)
		}
	}
	if len(sent) != 160 || len(q.window.rows)+len(q.queues)+len(q.window.publications) > 0 {
		t.Errorf("%d of 160 were sent; left: %d rows, %d places", len(sent), len(q.window.rows), len(q.queues))
	}
}

// With more channels in trouble than the window holds, the healthy ones are
// served at once, and those in trouble when they are well.
func TestASmallWindowServesAllWhoAreWell(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		began := time.Now()
		for c := range 160 {
			m.add("p", channel("p", "w", c), 1, stories.Normal)
			m.add("p", channel("p", "w", c), 2, stories.Normal)
		}
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			return bot.Verdict{Code: "slow", Limited: bot.ScopeChannel, RetryAfter: 20 * time.Second}, p.Delivery.ID <= 200 && time.Since(began) < time.Minute
		}
		r := start(t, m, far, func(c *Config) { c.Window = 15 })
		time.Sleep(12 * time.Second)
		if n := m.count()[stories.Sent]; n != 120 {
			t.Errorf("%d of 120 rows of healthy channels were sent in 12 s", n)
		}
		r.settledAll(t, 10*time.Minute)
		if err := far.once(m); err != nil {
			t.Error(err)
		}
		for i, d := range m.rows[:200] {
			if i%2 == 0 && d.Tries.Count < 2 { // the second waits behind the first
				t.Errorf("attempt %d of row %d, sent %d times, first %v last %v", d.Tries.Count, d.ID, far.sends[d.ID], d.Tries.First.Sub(began), d.Tries.Last.Sub(began))
			}
		}
	})
}

// What the database does not know yet does not leave memory.
func TestARowStaysUntilItsResultIsDurable(t *testing.T) {
	s, q := &shelf{}, scheduling(2)
	s.publish(1, stories.Normal, upTo(4)...)
	s.know(q)
	s.fill(t, q, 0)
	r := q.pick(0, both)
	r.tries.unsaved = 1
	q.release(r, 0, time.Hour)
	f := loaderOf(q)
	f.evictor.shrink(&q.window.shares[posts], stories.Breaking, 2, 0)
	if q.window.rows[r.Delivery] != r {
		t.Fatal("it was dropped while its result was being written")
	}
	f.saved(r, 0)
	f.evictor.shrink(&q.window.shares[posts], stories.Breaking, 2, 0)
	if q.window.rows[r.Delivery] == r {
		t.Error("it is kept although its result is durable and there is no room")
	}
}

// Edits wait for a budget of their own in a part of the window of their own.
func TestEditsTakeNoRoomFromPosts(t *testing.T) {
	q := newScheduler(newWindow(80, open{posts: true, edits: true}))
	s := &shelf{}
	s.publish(1, stories.Breaking, upTo(1000)...)
	s.publications[0].Op = stories.OpEdit
	s.publish(2, stories.Normal, upTo(200)...)
	for range 200 {
		s.know(q)
		s.fill(t, q, 0)
		r := q.pick(0, open{posts: true})
		if r == nil || r.origin.Op != stories.OpPost {
			t.Fatalf("picked %v while posts wait", r)
		}
		q.ended(r, 0, 0)
		s.remove(r)
		q.forget(r, 0)
	}
	if r := q.pick(0, both); r == nil || r.origin.Op != stories.OpEdit {
		t.Error("no edit was loaded beside the posts")
	}
}

func TestNothingGoesBeforeWhatIsOnItsWay(t *testing.T) {
	s, q := &shelf{}, scheduling(100)
	for range 5 {
		s.publish(1, stories.Normal, 1)
	}
	s.know(q)
	s.fill(t, q, 0)
	r := q.pick(0, both)
	q.stall(r, 0)
	s.publish(2, stories.Breaking, 1)
	s.know(q)
	s.fill(t, q, 0)
	p := r.queue
	if p.rows[0] != r {
		t.Fatalf("%s stands before the one on its way", short(p.rows[0]))
	}
	loaderOf(q).evictor.shrink(&q.window.shares[posts], stories.Breaking, 100, 0)
	if q.window.rows[r.Delivery] != r || len(p.rows) != 1 || p.rows[0] != r {
		t.Errorf("after the others were dropped %d rows are left, and the one on its way is %v", len(p.rows), q.window.rows[r.Delivery])
	}
	q.release(r, 0, 0)
	if next := q.pick(0, both); next != r {
		t.Errorf("%v goes next", next)
	}
}

// reading is what a read begun now will bring.
func (s *shelf) reading(l loading) stories.Loaded {
	loaded := stories.Loaded{Origins: map[int64]stories.Publication{}}
	publications, places, _ := l.wants()
	for _, id := range publications {
		loaded.Origins[id] = s.publications[id-1]
		for _, o := range s.rows[id] {
			if len(places) == 0 || has(places, o.Place) {
				loaded.Rows = append(loaded.Rows, o)
			}
		}
	}
	return loaded
}

// Rows that were read before their destination was closed are not believed, and
// what it is owed after that was lifted is.
func TestAReadBeforeABlockBringsNothingBack(t *testing.T) {
	s, q := &shelf{}, scheduling(100)
	f := loaderOf(q)
	s.publish(1, stories.Normal, 1)
	s.know(q)
	s.fill(t, q, 0)
	r := q.pick(0, both)
	s.publish(2, stories.Normal, 1, 2)
	s.know(q)
	l, ok := f.next(0, anytime)
	if !ok {
		t.Fatal("nothing is read")
	}
	read := s.reading(l)
	q.ended(r, 0, 0) // it is blocked, and that is written meanwhile
	q.close(r.queue, 0)
	s.remove(r)
	f.take(l, read, 0)
	for _, got := range q.window.rows {
		if got != r && got.queue.id == 1 {
			t.Errorf("%s is taken in though it was read before the block", short(got))
		}
	}
	q.forget(r, 0)
	f.shut(1)
	if next := q.pick(0, both); next == nil || next.queue.id != 2 {
		t.Fatalf("%v goes next, want the other place's", next)
	}
	if next := q.pick(0, both); next != nil {
		t.Fatalf("%s goes to a blocked place", short(next))
	}
	for range 3 { // healed: it is owed again
		if l, ok = f.next(0, anytime); ok {
			f.take(l, s.reading(l), 0)
		}
	}
	if next := q.pick(0, both); next == nil || next.queue.id != 1 {
		t.Errorf("%v goes next after it was lifted", next)
	}
}

// What comes with rows a place was short of, and that it was not, may be too early
// for it: something before it is still to be read.
func TestOnlyWhatAPlaceWasShortOfIsTakenIn(t *testing.T) {
	s, q := &shelf{}, scheduling(100)
	f := loaderOf(q)
	s.publish(1, stories.Normal, 1, 2)
	s.publish(1, stories.Normal, 1)
	s.publish(1, stories.Normal, 1, 2)
	s.know(q)
	first, _ := f.next(0, anytime)
	f.take(first, s.reading(first), 0)
	for range 2 {
		q.release(q.pick(0, both), 0, time.Hour)
	}
	f.evictor.shrink(&q.window.shares[posts], stories.Breaking, 100, 0)
	q.window.dropped(q.queues[queueKey{2, orderOf(stories.OpPost)}], q.window.publications[3])
	l, _ := f.next(2*time.Hour, anytime)
	if len(l.queues) != 2 {
		t.Fatalf("%d places are fed", len(l.queues))
	}
	f.take(l, s.reading(l), 2*time.Hour)
	for _, r := range q.window.rows {
		if r.Publication == 3 && r.queue.id == 1 {
			t.Error("the third row of a place was taken in before its second")
		}
	}
}

// A row that is owed again while an old reading of it is in memory is sent as it
// is owed now.
func TestARowOwedAgainIsNotMistakenForItsOldReading(t *testing.T) {
	for _, busy := range []bool{false, true} {
		s, q := &shelf{}, scheduling(100)
		s.publish(1, stories.Normal, 1)
		s.know(q)
		s.fill(t, q, 0)
		var old *row
		if busy {
			old = q.pick(0, both)
		}
		again := s.publish(0, stories.Breaking)
		o := s.rows[1][0]
		o.Publication = again.ID
		s.rows[again.ID], s.rows[1] = []stories.Owed{o}, nil
		s.know(q)
		s.fill(t, q, 0)
		if busy {
			q.forget(old, 0) // the database says that it is not owed under the first
			s.fill(t, q, 0)
		}
		if r := q.pick(0, both); r == nil || r.Publication != again.ID || r.Delivery != o.Delivery {
			t.Errorf("busy %v: %v goes next", busy, r)
		}
	}
}

// fullWindow is a window full of rows that may go now, with more to load.
func fullWindow(t testing.TB, rows int) (*scheduler, *loader) {
	s, q := &shelf{}, scheduling(rows)
	for range 10 {
		s.publish(1, stories.Normal, upTo(int64(rows/5))...)
	}
	s.know(q)
	s.fill(t, q, 0)
	if n := len(q.window.rows); n < rows/2 {
		t.Fatalf("%d rows in a window of %d", n, rows)
	}
	return q, loaderOf(q)
}

// Asking a full window for room costs the same however much is in it.
func TestAFullWindowIsNotWalked(t *testing.T) {
	took := func(rows int) time.Duration {
		q, f := fullWindow(t, rows)
		best := time.Hour
		for range 50 {
			began := time.Now()
			for range 20 {
				q.due(0)
				if _, ok := f.next(0, anytime); ok {
					t.Fatal("there is room")
				}
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	few, many := took(500), took(50_000)
	if many > 20*few+20*time.Microsecond {
		t.Errorf("%v with 50,000 rows, %v with 500", many, few)
	}
}

func BenchmarkAFullWindow(b *testing.B) {
	for _, rows := range []int{500, 50_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			q, f := fullWindow(b, rows)
			for b.Loop() {
				q.due(0)
				if _, ok := f.next(0, anytime); ok {
					b.Fatal("there is room")
				}
			}
		})
	}
}

// All lanes together keep to the window, also those that were there before others
// came; and every one of them sends.
func TestLanesThatComeLaterGetTheirShareOfTheWindow(t *testing.T) {
	for _, window := range []int{1000, 300} {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			began := time.Now()
			const hold = 10 * time.Minute
			far.limit = func(_ bot.Operation, now time.Time) (bot.Verdict, bool) {
				left := hold - now.Sub(began)
				return bot.Verdict{Outcome: bot.Transient, Limited: bot.ScopeLane, RetryAfter: left}, left > 0
			}
			const rows, lanes = 600, 6
			r := start(t, m, far, func(c *Config) { c.Window = window })
			for n := range lanes {
				for c := range rows {
					m.add(fmt.Sprint("p:", n), channel("p", fmt.Sprint("w", n), c), int64(n+1), stories.Normal)
				}
				r.Kick("")
				time.Sleep(time.Minute)
				loaded := 0
				for _, l := range r.Lanes() {
					if l.Loaded == 0 {
						t.Errorf("lane %s has nothing in memory", l.Lane)
					}
					loaded += l.Loaded
				}
				if loaded > window {
					t.Errorf("%d lanes have %d rows in memory", n+1, loaded)
				}
			}
			r.settledAll(t, time.Hour)
			if err := far.once(m); err != nil {
				t.Error(err)
			}
		})
	}
}
