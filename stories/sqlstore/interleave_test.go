package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// gate makes calls on PostgreSQL meet in an order the test chooses: it holds a
// lock that the first of them needs, and opens when all of them wait. They go on
// in the order in which they came.
type gate struct {
	t  *testing.T
	db *sql.DB
	tx *sql.Tx
}

// shut holds the lock that a statement takes.
func shut(t *testing.T, url, lock string) *gate {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(lock); err != nil {
		t.Fatal(err)
	}
	return &gate{t, db, tx}
}

// begin starts a call and returns once n calls in all wait for a lock.
func (g *gate) begin(n int, call func() error) <-chan error {
	g.t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	for waiting, deadline := 0, time.Now().Add(30*time.Second); waiting < n; {
		if err := g.db.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting); err != nil {
			g.t.Fatal(err)
		}
		if time.Now().After(deadline) {
			g.t.Fatalf("%d calls wait, want %d", waiting, n)
		}
	}
	return done
}

func (g *gate) open() {
	g.t.Helper()
	if err := g.tx.Rollback(); err != nil {
		g.t.Fatal(err)
	}
}

// scene is a story with a channel that follows everything, in a lane that is
// held.
type scene struct {
	*sqlstore.Store
	url   string
	story stories.Story
	lease stories.Lease
	batch int64
}

func newScene(t *testing.T) *scene {
	t.Helper()
	url := databases["postgres"](t)
	s := &scene{Store: open(t, url), url: url}
	var err error
	if s.story, err = s.CreateStory(t.Context(), s.act(), stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked"}); err != nil {
		t.Fatal(err)
	}
	sub := stories.Subscription{Destination: crashed, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}
	if _, _, err := s.Subscribe(t.Context(), s.act(), sub, benchLane); err != nil {
		t.Fatal(err)
	}
	s.lease = holdLane(t, s.Store)
	return s
}

func (s *scene) act() stories.Act {
	return stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
}

// next is an exchange that begins the oldest of what is owed.
func (s *scene) next(t *testing.T, results ...stories.Result) stories.Exchange {
	t.Helper()
	open, err := s.Publications(t.Context(), benchLane, nil, 10)
	if err != nil || len(open) == 0 {
		t.Fatal("nothing is owed", err)
	}
	loaded, err := s.Load(t.Context(), open[0].ID, stories.Ref{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.batch++
	x := stories.Exchange{Batch: s.batch, Results: results, Updates: []int64{open[0].UpdateID}}
	for _, o := range loaded.Rows {
		x.Begin = append(x.Begin, stories.Flight{Ref: o.Ref, Attempt: o.Attempt + 1, First: time.Now(), Last: time.Now()})
		if open[0].Op == stories.OpEdit {
			x.Acting = append(x.Acting, o.Delivery)
		}
	}
	return x
}

// state is where the channel's newest delivery stands.
func (s *scene) state(t *testing.T) stories.DeliveryState {
	t.Helper()
	found, err := s.DeliveriesTo(t.Context(), crashed, s.story.ID, 0, 1)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return found[0].State
}

// An edit is begun while its update is revised once more, and the revision comes
// first: the edit has been replaced and is not begun.
func TestPostgresBeginAndRevise(t *testing.T) {
	s := newScene(t)
	u := s.publish(t)
	x := s.next(t)
	if got, err := s.Exchange(t.Context(), s.lease, x); err != nil || !got.Deliveries[x.Begin[0].Delivery] {
		t.Fatal(got, err)
	}
	s.batch++
	if _, err := s.Exchange(t.Context(), s.lease, stories.Exchange{Batch: s.batch, Results: []stories.Result{arrived(x.Begin[0])}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Revise(t.Context(), s.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: "Newer"}); err != nil {
		t.Fatal(err)
	}
	x = s.next(t)
	if len(x.Acting) != 1 {
		t.Fatalf("begins %+v, want an edit", x)
	}
	var got stories.Begun
	g := shut(t, s.url, "SELECT id FROM updates FOR NO KEY UPDATE")
	revised := g.begin(1, func() error {
		_, err := s.Revise(context.Background(), s.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: "Newest"})
		return err
	})
	begun := g.begin(2, func() (err error) {
		got, err = s.Exchange(context.Background(), s.lease, x)
		return err
	})
	g.open()
	if err := <-revised; err != nil {
		t.Fatal(err)
	}
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	if got.Deliveries[x.Acting[0]] {
		t.Error("an edit was begun that a newer one had replaced")
	}
	if got.Revisions[u.ID] != 2 {
		t.Errorf("it says revision %d", got.Revisions[u.ID])
	}
	if x := s.next(t); len(x.Acting) != 1 {
		t.Errorf("then begins %+v, want the newest edit", x)
	}
}

func (s *scene) publish(t *testing.T) stories.Update {
	t.Helper()
	u, _, err := s.AppendUpdate(t.Context(), s.act(), stories.Update{StoryID: s.story.ID, Text: "News", Level: stories.Normal, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A channel leaves while its delivery is begun, in every way and in both orders:
// either it is on its way then, or it is skipped and not begun.
func TestPostgresBeginAndLeave(t *testing.T) {
	everything := stories.Target{Kind: stories.TargetAll}
	for name, leave := range map[string]func(*scene) error{
		"unsubscribe": func(s *scene) error {
			_, err := s.Unsubscribe(context.Background(), s.act(), crashed, everything)
			return err
		},
		"mute": func(s *scene) error {
			_, err := s.Stop(context.Background(), s.act(), crashed, s.story.ID)
			return err
		},
		"pause": func(s *scene) error {
			_, err := s.SetSubscriptionState(context.Background(), s.act(), crashed, everything, stories.Paused)
			return err
		},
		"gone": func(s *scene) error {
			return s.EndDestination(context.Background(), crashed, "deleted", time.Now())
		},
		"moved": func(s *scene) error { // and not begun under the lease that is void
			return s.MoveDestination(context.Background(), crashed, stories.Destination{Platform: "console", Channel: "#elsewhere"})
		},
	} {
		for _, first := range []string{"begin", "leave"} {
			t.Run(name+", first "+first, func(t *testing.T) {
				s := newScene(t)
				s.publish(t)
				x := s.next(t)
				var got stories.Begun
				exchange := func() (err error) {
					got, err = s.Exchange(context.Background(), s.lease, x)
					return err
				}
				leaves := func() error { return leave(s) }
				// Both need the lane's row.
				g := shut(t, s.url, "SELECT id FROM lanes FOR NO KEY UPDATE")
				var begun, left <-chan error
				if first == "begin" {
					begun = g.begin(1, exchange)
					left = g.begin(2, leaves)
				} else {
					left = g.begin(1, leaves)
					begun = g.begin(2, exchange)
				}
				g.open()
				if err := <-left; err != nil {
					t.Fatal(err)
				}
				err := <-begun
				flying := got.Deliveries[x.Begin[0].Delivery]
				if name == "moved" {
					if flying != (err == nil) || err != nil && first == "begin" {
						t.Errorf("begun %v: %v", flying, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				want := stories.Skipped
				if flying {
					want = stories.Sending
				}
				if state := s.state(t); state != want {
					t.Errorf("begun %v, and it is %s", flying, state)
				}
				if flying != (first == "begin") {
					t.Errorf("begun %v", flying)
				}
			})
		}
	}
}

// Of two publications the later commits first: who has read it still finds the
// other.
func TestPostgresPublicationsCommitOutOfOrder(t *testing.T) {
	s := newScene(t)
	blocked := stories.Destination{Platform: "console", Channel: "#blocked"}
	sub := stories.Subscription{Destination: blocked, Target: stories.Target{Kind: stories.TargetStory, Name: "sony-hack"}, Options: stories.Options{Level: stories.Minor}}
	if _, _, err := s.Subscribe(t.Context(), s.act(), sub, benchLane); err != nil {
		t.Fatal(err)
	}
	execute(t, s.url, "UPDATE destinations SET state = 'blocked' WHERE channel = '#blocked'")
	other, err := s.CreateStory(t.Context(), s.act(), stories.Story{Slug: "other", Headline: "Other"})
	if err != nil {
		t.Fatal(err)
	}
	g := shut(t, s.url, "LOCK TABLE held IN EXCLUSIVE MODE") // the first holds a row for who is blocked
	first := g.begin(1, func() error {
		_, _, err := s.AppendUpdate(context.Background(), s.act(), stories.Update{StoryID: s.story.ID, Text: "News", Level: stories.Normal, At: time.Now()})
		return err
	})
	if _, _, err := s.AppendUpdate(t.Context(), s.act(), stories.Update{StoryID: other.ID, Text: "News", Level: stories.Normal, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	before, err := s.Publications(t.Context(), benchLane, nil, 10)
	if err != nil || len(before) != 1 || before[0].StoryID != other.ID {
		t.Fatal(before, err)
	}
	g.open()
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	after, err := s.Publications(t.Context(), benchLane, []int64{before[0].ID}, 10)
	if err != nil || len(after) != 1 || after[0].StoryID != s.story.ID {
		t.Fatal(after, err)
	}
	if after[0].ID > before[0].ID {
		t.Errorf("publications %d and %d did not commit out of order", before[0].ID, after[0].ID)
	}
}

// A message beside a copy is begun while its update is revised once more, in both
// orders: either it is on its way, and the next one tells from there, or the next one
// takes its place and it is not begun.
func TestPostgresBeginAndTell(t *testing.T) {
	for _, first := range []string{"begin", "revise"} {
		t.Run(first+" first", func(t *testing.T) {
			s := newScene(t)
			u := s.publish(t)
			for range 2 { // the update; then, corrected, the edit of its copy
				x := s.next(t)
				got, err := s.Exchange(t.Context(), s.lease, x)
				if err != nil || !got.Deliveries[x.Begin[0].Delivery] {
					t.Fatal(got, err)
				}
				s.batch++
				if _, err := s.Exchange(t.Context(), s.lease, stories.Exchange{Batch: s.batch, Results: []stories.Result{arrived(x.Begin[0])}}); err != nil {
					t.Fatal(err)
				}
				if u.Revision == 0 {
					done, err := s.Revise(t.Context(), s.act(), u.ID, stories.Rewording{Kind: stories.Correction, Text: "Newer"})
					if err != nil {
						t.Fatal(err)
					}
					u = done.Update
				}
			}
			x := s.next(t)
			told := s.notice(t)
			x.Updates, x.Notices = nil, []int64{told}
			g := shut(t, s.url, "SELECT id FROM notices WHERE kind = 'revision' FOR NO KEY UPDATE")
			var got stories.Begun
			exchange := func() (err error) {
				got, err = s.Exchange(context.Background(), s.lease, x)
				return err
			}
			revise := func() error {
				_, err := s.Revise(context.Background(), s.act(), u.ID, stories.Rewording{Kind: stories.Correction, Text: "Newest"})
				return err
			}
			calls := []func() error{exchange, revise}
			if first == "revise" {
				calls = []func() error{revise, exchange}
			}
			one, other := g.begin(1, calls[0]), g.begin(2, calls[1])
			g.open()
			if err := errors.Join(<-one, <-other); err != nil {
				t.Fatal(err)
			}
			flying := got.Deliveries[x.Begin[0].Delivery]
			d, err := s.NoticeDelivery(t.Context(), told, stories.OpPost)
			if err != nil {
				t.Fatal(err)
			}
			state, since := stories.Skipped, 0
			if flying {
				state, since = stories.Pending, 1 // as it was before its request
			}
			if flying != (first == "begin") || d.State != state {
				t.Errorf("begun %v, and it is %s", flying, d.State)
			}
			found, err := s.RevisionsTo(t.Context(), crashed, u.ID, 1)
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			c, err := s.Content(t.Context(), stories.Subject{NoticeID: found[0].About.NoticeID}, 2)
			if err != nil || c.Notice.Since != since || c.Notice.Revision != 2 {
				t.Errorf("the next one tells from %d to %d, %v", c.Notice.Since, c.Notice.Revision, err)
			}
		})
	}
}

// notice is the notice that the oldest of what is owed tells.
func (s *scene) notice(t *testing.T) int64 {
	t.Helper()
	open, err := s.Publications(t.Context(), benchLane, nil, 10)
	if err != nil || len(open) == 0 {
		t.Fatal("nothing is owed", err)
	}
	return open[0].NoticeID
}
