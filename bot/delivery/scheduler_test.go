package delivery

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
)

// shelf is a database as the scheduler sees it: publications and their rows.
type shelf struct {
	publications []stories.Publication
	rows         map[int64][]stories.Owed // by publication, in order of places
	next         int64
}

// publish adds a publication to some places.
func (s *shelf) publish(story int64, level stories.Level, places ...int64) stories.Publication {
	if s.rows == nil {
		s.rows = map[int64][]stories.Owed{}
	}
	p := stories.Publication{ID: int64(len(s.publications) + 1), UpdateID: int64(len(s.publications) + 1), StoryID: story, Level: level}
	for i := range s.publications { // as the database does in the same transaction
		if earlier := &s.publications[i]; earlier.StoryID == story && level > stories.Minor {
			earlier.Level = max(earlier.Level, level)
		}
	}
	s.publications = append(s.publications, p)
	for _, queue := range places {
		s.next++
		s.rows[p.ID] = append(s.rows[p.ID], stories.Owed{Ref: stories.Ref{Delivery: s.next, Publication: p.ID, Place: queue, Origin: p.ID},
			Destination: stories.Destination{Platform: "p", Channel: fmt.Sprint(queue)}})
	}
	return p
}

// remove takes a row that has ended from the shelf.
func (s *shelf) remove(r *row) {
	rows := s.rows[r.Publication]
	for i, o := range rows {
		if o.Delivery == r.Delivery {
			s.rows[r.Publication] = append(rows[:i:i], rows[i+1:]...)
			return
		}
	}
}

// know makes all publications known that have rows.
func (s *shelf) know(q *scheduler) {
	var open []stories.Publication
	for _, p := range s.publications {
		if len(s.rows[p.ID]) > 0 && q.window.publications[p.ID] == nil {
			open = append(open, p)
		}
	}
	loaderOf(q).publish(open)
}

// What is loaded may be more urgent than what was loaded before it, because an
// update was published in between that is not known yet.
func TestWhatWasMadeUrgentBetweenTwoReadsStaysInItsOrder(t *testing.T) {
	s, q := &shelf{}, scheduling(100)
	s.publish(1, stories.Normal, 7)
	s.know(q)
	s.fill(t, q, 0)
	s.publish(1, stories.Normal, 7)
	s.know(q)
	for i := range s.publications { // a breaking one has followed
		s.publications[i].Level = stories.Breaking
	}
	s.fill(t, q, 0)
	if r := q.pick(0, both); r == nil || r.Publication != 1 {
		t.Errorf("the first to go is %+v", r)
	}
}

// fill loads as much as there is room for.
func (s *shelf) fill(t interface{ Fatalf(string, ...any) }, q *scheduler, now time.Duration) {
	for range 10_000 {
		l, ok := loaderOf(q).next(now, anytime)
		if !ok {
			return
		}
		publications, places, after := l.wants()
		loaded := stories.Loaded{Origins: map[int64]stories.Publication{}}
		for _, id := range publications {
			loaded.Origins[id] = s.publications[id-1]
			for _, o := range s.rows[id] {
				switch {
				case len(places) > 0 && !has(places, o.Place):
				case len(places) == 0 && (o.Place < after.Place || o.Place == after.Place && o.Delivery <= after.Delivery || len(loaded.Rows) == l.limit):
				default:
					loaded.Rows = append(loaded.Rows, o)
				}
			}
		}
		loaderOf(q).take(l, loaded, now)
	}
	t.Fatalf("loading never ends")
}

func has(ids []int64, id int64) bool {
	for _, o := range ids {
		if o == id {
			return true
		}
	}
	return false
}

// short is a row in short: "story.number>place".
func short(r *row) string { return fmt.Sprintf("%d.%d>%d", r.origin.StoryID, r.origin.ID, r.queue.id) }

// drain sends everything, n rows at a time, and tells in which order.
func (s *shelf) drain(t interface{ Fatalf(string, ...any) }, q *scheduler, n int) (order []string) {
	now := time.Duration(0)
	for range 100_000 {
		s.know(q)
		s.fill(t, q, now)
		q.batch()
		q.aged = false
		var batch []*row
		for r := q.pick(now, both); r != nil; r = q.pick(now, both) {
			if batch = append(batch, r); len(batch) == n {
				break
			}
		}
		if len(batch) == 0 {
			return order
		}
		for _, r := range batch {
			order = append(order, short(r))
			q.ended(r, now, 0)
			s.remove(r)
			q.forget(r, now)
		}
	}
	t.Fatalf("it never ends")
	return nil
}

func TestTheOrderOfASchedule(t *testing.T) {
	for name, c := range map[string]struct {
		plan func(s *shelf)
		want string
	}{
		"breaking before normal before minor": {func(s *shelf) {
			s.publish(1, stories.Minor, 1, 2)
			s.publish(2, stories.Normal, 1)
			s.publish(3, stories.Breaking, 1, 2)
		}, "3.3>1 3.3>2 2.2>1 1.1>1 1.1>2"},
		"a breaking update takes its story's earlier ones with it": {func(s *shelf) {
			s.publish(2, stories.Normal, 1)
			s.publish(1, stories.Minor, 1, 2)
			s.publish(1, stories.Breaking, 1)
		}, "1.2>1 1.2>2 1.3>1 2.1>1"},
		"what is of no story goes after breaking, and before what is as urgent and came later": {func(s *shelf) {
			s.publish(0, stories.ForChannel, 1)
			s.publish(3, stories.Breaking, 1, 2)
			s.publish(2, stories.Normal, 1)
		}, "3.2>1 3.2>2 0.1>1 2.3>1"},
		"within a level as they were published": {func(s *shelf) {
			s.publish(1, stories.Normal, 1, 2)
			s.publish(2, stories.Normal, 2)
			s.publish(1, stories.Normal, 1)
		}, "1.1>1 1.1>2 2.2>2 1.3>1"},
	} {
		for _, window := range []int{1, 2, 100} {
			s, q := &shelf{}, scheduling(window)
			c.plan(s)
			if got := strings.Join(s.drain(t, q, 1), " "); got != c.want && window > 1 {
				t.Errorf("%s, window of %d: %s, want %s", name, window, got, c.want)
			}
			if len(q.window.rows)+len(q.queues)+len(q.window.origins)+len(q.window.publications) > 0 {
				t.Errorf("%s, window of %d: something is left in memory", name, window)
			}
		}
	}
}

func TestWhatIsMoreUrgentPushesOutWhatIsLess(t *testing.T) {
	s, q := &shelf{}, scheduling(100)
	var many []int64
	for i := range int64(1000) {
		many = append(many, i)
	}
	s.publish(1, stories.Minor, many...)
	s.know(q)
	s.fill(t, q, 0)
	if n := len(q.window.rows); n > 100 || n < 80 {
		t.Fatalf("%d rows in a window of 100", len(q.window.rows))
	}
	s.publish(2, stories.Breaking, many[:50]...)
	s.know(q)
	s.fill(t, q, 0)
	for range 50 {
		r := q.pick(0, both)
		if r == nil || r.origin.StoryID != 2 {
			t.Fatalf("picked %v while breaking rows wait behind a window of minor ones", r)
		}
	}
	if len(q.window.rows) > 100 {
		t.Errorf("%d rows in a window of 100", len(q.window.rows))
	}
}

// A place that waits keeps one row, however much is behind it, once there is no
// room; and gets the rest in order when it goes on.
func TestWaitingRowsDoNotFillTheWindow(t *testing.T) {
	s, q := &shelf{}, scheduling(100)
	for range 60 {
		s.publish(1, stories.Normal, 1, 2)
	}
	s.know(q)
	s.fill(t, q, 0)
	one := q.pick(0, both)
	q.release(one, 0, time.Hour)
	for range 60 {
		s.publish(2, stories.Breaking, 3)
	}
	s.know(q)
	s.fill(t, q, 0)
	seen := 0
	for r := q.pick(0, both); r != nil; r = q.pick(0, both) {
		if r.queue.id == 3 {
			seen++
		}
		q.ended(r, 0, 0)
		s.remove(r)
		q.forget(r, 0)
		s.fill(t, q, 0)
	}
	if seen != 60 || len(q.window.rows) > 100 {
		t.Errorf("%d of 60 breaking rows went out; %d rows in a window of 100", seen, len(q.window.rows))
	}
	var order []string
	now := 2 * time.Hour
	for s.fill(t, q, now); ; s.fill(t, q, now) {
		r := q.pick(now, both)
		if r == nil {
			break
		}
		order = append(order, short(r))
		q.ended(r, now, 0)
		s.remove(r)
		q.forget(r, now)
	}
	if len(order) != 60 || order[0] != short(one) {
		t.Fatalf("%d rows after the wait, the first %v, want 60 from %s on", len(order), order[:min(1, len(order))], short(one))
	}
	for i, l := range order {
		if want := fmt.Sprintf("1.%d>%d", i+1, one.queue.id); l != want {
			t.Fatalf("row %d after the wait is %s, want %s", i, l, want)
		}
	}
}

func TestTheOldestAreTakenNowAndThen(t *testing.T) {
	s, q := &shelf{}, scheduling(1000)
	s.publish(1, stories.Minor, 1)
	s.publish(2, stories.Breaking, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
	s.know(q)
	s.fill(t, q, 0)
	for i := range oldestEvery {
		q.batch()
		if r := q.pick(0, both); (r.origin.StoryID == 1) != (i == oldestEvery-1) {
			t.Errorf("batch %d takes %s", i, short(r))
		}
	}
}

// Whatever is published when, however small the window and whoever fails: each
// row goes out once, those of a story at a place in their order.
func TestNothingIsLostOrOvertakenInAnyWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, q := &shelf{}, scheduling(rapid.IntRange(1, 60).Draw(t, "window"))
		now := time.Duration(0)
		last, count := map[string]int64{}, map[int64]int{}
		flying := []*row{}
		for step := 0; ; step++ {
			if step > 20_000 {
				t.Fatalf("it never ends: %d rows in memory", len(q.window.rows))
			}
			if len(s.publications) < 25 && rapid.IntRange(0, 3).Draw(t, "publish") == 0 {
				var places []int64
				for p := range int64(12) {
					if rapid.Bool().Draw(t, "follows") {
						places = append(places, p)
					}
				}
				s.publish(rapid.Int64Range(1, 4).Draw(t, "story"), stories.Level(rapid.IntRange(1, 3).Draw(t, "level")), places...)
				s.know(q)
			}
			s.know(q)
			s.fill(t, q, now)
			q.batch()
			if r := q.pick(now, both); r != nil {
				key := fmt.Sprint(r.queue.id, "/", r.origin.StoryID)
				if last[key] > r.origin.ID {
					t.Fatalf("%s after %d", short(r), last[key])
				}
				last[key] = r.origin.ID
				flying = append(flying, r)
			}
			if len(flying) > 0 && rapid.Bool().Draw(t, "answer") {
				r := flying[0]
				flying = flying[1:]
				if rapid.IntRange(0, 4).Draw(t, "fails") == 0 {
					r.tries.attempt++
					q.release(r, now, time.Duration(rapid.IntRange(1, 20).Draw(t, "wait"))*time.Second)
				} else {
					count[r.Delivery]++
					q.ended(r, now, 0)
					s.remove(r)
					q.forget(r, now)
				}
			}
			now += time.Second
			left := 0
			for _, rows := range s.rows {
				left += len(rows)
			}
			if left == 0 && len(s.publications) >= 25 {
				break
			}
		}
		s.fill(t, q, now) // what was not read to its end has no more
		if len(count) != int(s.next) {
			t.Fatalf("%d of %d rows went out", len(count), s.next)
		}
		for id, n := range count {
			if n != 1 {
				t.Fatalf("delivery %d went out %d times", id, n)
			}
		}
		if len(q.window.rows)+len(q.window.origins)+len(q.window.publications) > 0 {
			t.Fatalf("left in memory: %d rows, %d origins, %d publications", len(q.window.rows), len(q.window.origins), len(q.window.publications))
		}
	})
}

// scheduling is a scheduler with a window of so many rows.
func scheduling(rows int) *scheduler { return newScheduler(newWindow(rows, open{posts: true})) }

func loaderOf(s *scheduler) *loader { return newLoader(s) }

var both = open{true, true}

func anytime(*queue) time.Duration { return 0 }
