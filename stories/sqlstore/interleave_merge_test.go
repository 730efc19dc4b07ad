package sqlstore_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// union is two stories about to become one: a channel follows the one that goes, and of
// the one that stays only what is breaking. So nothing but that may wait for it once they
// are one.
type union struct {
	*scene
	leak stories.Story // the one that goes
	news stories.Update
}

func newUnion(t *testing.T, url string) *union {
	t.Helper()
	s := &scene{Store: open(t, url), url: url}
	u := &union{scene: s}
	for _, to := range []*stories.Story{&s.story, &u.leak} {
		slug := map[bool]string{true: "sony-hack", false: "leak"}[to == &s.story]
		made, err := s.CreateStory(t.Context(), s.act(), stories.Story{Slug: slug, Headline: "About " + slug})
		if err != nil {
			t.Fatal(err)
		}
		*to = made
		sub := stories.Subscription{Destination: crashed, Target: stories.Target{Kind: stories.TargetStory, Name: slug}, Options: stories.Options{Level: stories.Breaking}}
		if slug == "leak" {
			sub.Level = stories.Minor
		}
		if _, _, err := s.Subscribe(t.Context(), s.act(), sub, benchLane); err != nil {
			t.Fatal(err)
		}
	}
	s.lease = holdLane(t, s.Store)
	return u
}

// meet has two calls of one database meet, the first of them first: on PostgreSQL both
// wait for what a statement locks, or the second for the first; on SQLite one is after
// the other.
func (u *union) meet(t *testing.T, lock string, first, second func() error) {
	t.Helper()
	if strings.HasPrefix(u.url, "sqlite") {
		for _, call := range []func() error{first, second} {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	g := shut(t, u.url, lock)
	one := g.begin(1, first)
	other := g.begin(2, second)
	g.open()
	for _, done := range []<-chan error{one, other} {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func (u *union) merge() error {
	_, err := u.MergeStories(context.Background(), u.act(), u.leak.ID, u.story.ID)
	return err
}

// publish publishes what the channel follows.
func (u *union) publish(t *testing.T) {
	t.Helper()
	var err error
	if u.news, _, err = u.AppendUpdate(t.Context(), u.act(), stories.Update{StoryID: u.leak.ID, Text: "News", Level: stories.Normal, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

// begin begins the oldest of what is owed, of whatever it is, and returns what with.
func (u *union) begin(t *testing.T) stories.Exchange {
	t.Helper()
	x := u.next(t)
	open, err := u.Publications(t.Context(), benchLane, nil, 1)
	if err != nil || len(open) == 0 {
		t.Fatal(open, err)
	}
	if id := open[0].NoticeID; id != 0 {
		x.Updates, x.Notices = nil, []int64{id}
	}
	return x
}

func (u *union) exchange(x stories.Exchange) error {
	_, err := u.Exchange(context.Background(), u.lease, x)
	return err
}

// copied publishes an update that the channel has then.
func (u *union) copied(t *testing.T) {
	t.Helper()
	u.publish(t)
	u.work(t)
}

// work sends the oldest of what is owed.
func (u *union) work(t *testing.T) {
	t.Helper()
	x := u.begin(t)
	if err := u.exchange(x); err != nil {
		t.Fatal(err)
	}
	u.batch++
	if err := u.exchange(stories.Exchange{Batch: u.batch, Results: []stories.Result{arrived(x.Begin[0])}}); err != nil {
		t.Fatal(err)
	}
}

func (u *union) reword(w stories.Rewording) error {
	_, err := u.Revise(context.Background(), u.act(), u.news.ID, w)
	return err
}

// holds checks what must be so once the stories are one, whatever came first: what is on
// its way has not ended, nothing waits for the channel in vain, and what is counted is
// what is there.
func (u *union) holds(t *testing.T) {
	t.Helper()
	flights, loaded, err := u.Recover(t.Context(), u.lease)
	if err != nil || len(flights) != len(loaded.Rows) {
		t.Errorf("%d are on their way, and %d of them are owed: %v", len(flights), len(loaded.Rows), err)
	}
	flies := map[int64]bool{}
	for _, f := range flights {
		flies[f.Delivery] = true
	}
	all, err := u.Deliveries(t.Context(), stories.DeliveryFilter{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[stories.DeliveryState]int{}
	for _, d := range all {
		counted[d.State]++
		waits := d.State == stories.Pending || d.State == stories.Held || d.State == stories.Kept
		if waits && d.Op.Says() && d.About.Notice != stories.FollowNotice && d.About.Notice != stories.StopNotice && !flies[d.ID] {
			t.Errorf("a %s of update %d waits in vain: %s", d.Op, d.About.Number, d.State)
		}
		if d.About.UpdateID != 0 && d.About.StoryID != u.story.ID {
			t.Errorf("a %s belongs to story %d", d.Op, d.About.StoryID)
		}
	}
	lanes, err := u.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lane stories.LaneStatus
	if len(lanes) > 0 {
		lane = lanes[0]
	}
	if lane.Pending != counted[stories.Pending] || lane.Sending != counted[stories.Sending] || lane.Held != counted[stories.Held] {
		t.Errorf("the lane counts %+v, and there are %v", lane, counted)
	}
}

const (
	planningShut = "SELECT id FROM planning FOR NO KEY UPDATE"
	lanesShut    = "SELECT id FROM lanes FOR NO KEY UPDATE"
	cardsShut    = "SELECT id FROM notices WHERE id = 1 FOR NO KEY UPDATE"
	flightsShut  = "SELECT lane_id FROM flights FOR NO KEY UPDATE"
)

// A story is merged while something else is done with what goes over, in both orders.
func TestMergeMeets(t *testing.T) {
	if testing.Short() {
		t.Skip("each case makes a database")
	}
	correction := stories.Rewording{Kind: stories.Correction, Text: "Newer"}
	for name, c := range map[string]struct {
		lock string
		// after makes ready and returns the other call.
		after func(*testing.T, *union) func() error
		// first is for the lock that only lets the other be in front of the merge.
		first bool
	}{
		"begin": {lock: lanesShut, after: func(t *testing.T, u *union) func() error {
			u.publish(t)
			x := u.begin(t)
			return func() error { return u.exchange(x) }
		}},
		"begin what is told of a correction": {lock: lanesShut, after: func(t *testing.T, u *union) func() error {
			u.copied(t)
			if err := u.reword(correction); err != nil {
				t.Fatal(err)
			}
			u.work(t) // the edit
			x := u.begin(t)
			return func() error { return u.exchange(x) }
		}},
		"begin what is told of it, owed again": {lock: lanesShut, after: func(t *testing.T, u *union) func() error {
			u.copied(t)
			if err := u.reword(correction); err != nil {
				t.Fatal(err)
			}
			u.work(t)
			u.block(t)
			x := u.begin(t)
			return func() error { return u.exchange(x) }
		}},
		"finish, and it is to be tried again": {lock: flightsShut, first: true, after: func(t *testing.T, u *union) func() error {
			u.publish(t)
			return u.back(t)
		}},
		"finish, and a correction's message is to be tried again": {lock: flightsShut, first: true, after: func(t *testing.T, u *union) func() error {
			u.copied(t)
			if err := u.reword(correction); err != nil {
				t.Fatal(err)
			}
			u.work(t)
			return u.back(t)
		}},
		"finish, and it is there": {lock: lanesShut, after: func(t *testing.T, u *union) func() error {
			u.publish(t)
			x := u.begin(t)
			if err := u.exchange(x); err != nil {
				t.Fatal(err)
			}
			return func() error {
				return u.exchange(stories.Exchange{Batch: u.batch + 1, Results: []stories.Result{arrived(x.Begin[0])}})
			}
		}},
		"plan": {lock: planningShut, after: func(_ *testing.T, u *union) func() error {
			return func() error {
				_, _, err := u.AppendUpdate(context.Background(), u.act(), stories.Update{StoryID: u.leak.ID, Text: "News", Level: stories.Normal, At: time.Now()})
				return err
			}
		}},
		"correct":  {lock: planningShut, after: revising(nil, correction)},
		"withdraw": {lock: planningShut, after: revising(nil, stories.Rewording{Kind: stories.Withdrawal, Reason: "Wrong"})},
		"hold":     {lock: planningShut, after: revising(nil, stories.Rewording{Kind: stories.Hold})},
		"release":  {lock: planningShut, after: revising(&stories.Rewording{Kind: stories.Hold}, stories.Rewording{Kind: stories.Release})},
		"release what was kept": {lock: planningShut, after: func(t *testing.T, u *union) func() error {
			u.publish(t)
			if err := u.reword(stories.Rewording{Kind: stories.Hold}); err != nil {
				t.Fatal(err)
			}
			return func() error { return u.reword(stories.Rewording{Kind: stories.Release}) }
		}},
		"unsubscribe": {lock: planningShut, after: func(t *testing.T, u *union) func() error {
			u.publish(t)
			return func() error {
				_, err := u.Unsubscribe(context.Background(), u.act(), crashed, stories.Target{Kind: stories.TargetStory, Name: "leak"})
				return err
			}
		}},
		"mute": {lock: planningShut, after: func(t *testing.T, u *union) func() error {
			u.publish(t)
			return func() error {
				_, err := u.Stop(context.Background(), u.act(), crashed, u.leak.ID)
				return err
			}
		}},
		"publish what was scheduled": {lock: planningShut, after: func(t *testing.T, u *union) func() error {
			c, err := u.ScheduleUpdate(t.Context(), u.act(), stories.Update{StoryID: u.leak.ID, Text: "Later", Level: stories.Normal}, time.Now(), false)
			if err != nil {
				t.Fatal(err)
			}
			return func() error {
				_, err := u.PublishDue(context.Background(), u.act(), c.ID, "")
				return err
			}
		}},
	} {
		for kind, url := range databases {
			for _, first := range []string{"merge", "the other"} {
				if first == "merge" && c.first {
					continue
				}
				t.Run(kind+", "+name+", first "+first, func(t *testing.T) {
					u := newUnion(t, url(t))
					other := c.after(t, u)
					calls := []func() error{other, u.merge}
					if first == "merge" {
						calls = []func() error{u.merge, other}
					}
					u.meet(t, c.lock, calls[0], calls[1])
					u.holds(t)
				})
			}
		}
	}
}

// revising revises an update that the channel has, after it was revised so before.
func revising(before *stories.Rewording, w stories.Rewording) func(*testing.T, *union) func() error {
	return func(t *testing.T, u *union) func() error {
		u.copied(t)
		if before != nil {
			if err := u.reword(*before); err != nil {
				t.Fatal(err)
			}
			u.work(t)
			u.work(t)
		}
		return func() error { return u.reword(w) }
	}
}

// block has the channel refuse the bot, and be healed: what waits is owed again.
func (u *union) block(t *testing.T) {
	t.Helper()
	x := u.begin(t)
	if err := u.exchange(x); err != nil {
		t.Fatal(err)
	}
	u.batch++
	refused := stories.Result{Flight: x.Begin[0], State: stories.Held, Destination: stories.Blocked, Reason: "no", At: time.Now()}
	if err := u.exchange(stories.Exchange{Batch: u.batch, Results: []stories.Result{refused}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := u.ReopenDestination(t.Context(), crashed, 5, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// back begins the oldest of what is owed, and returns the exchange that says it is to be
// tried again.
func (u *union) back(t *testing.T) func() error {
	t.Helper()
	x := u.begin(t)
	if err := u.exchange(x); err != nil {
		t.Fatal(err)
	}
	again := stories.Result{Flight: x.Begin[0], State: stories.Pending, Reason: "HTTP 500", At: time.Now()}
	return func() error {
		return u.exchange(stories.Exchange{Batch: u.batch + 1, Results: []stories.Result{again}})
	}
}

// A story is renamed, edited, merged, closed, reopened or its update revised while its
// card is begun, in both orders: the card was begun and is owed an edit, or says what is
// so then.
func TestACardMeets(t *testing.T) {
	if testing.Short() {
		t.Skip("each case makes a database")
	}
	headline := "Another headline"
	for name, change := range map[string]func(*union) error{
		"rename": func(u *union) error {
			_, err := u.RenameStory(context.Background(), u.act(), u.leak.ID, "leaks")
			return err
		},
		"edit": func(u *union) error {
			_, err := u.EditStory(context.Background(), u.act(), u.leak.ID, stories.StoryEdit{Headline: &headline})
			return err
		},
		"merge": (*union).merge,
		"close": func(u *union) error {
			_, _, err := u.SetStoryState(context.Background(), u.act(), u.leak.ID, stories.Closed)
			return err
		},
		"end": func(u *union) error {
			_, err := u.EndStory(context.Background(), u.act(), stories.Update{StoryID: u.leak.ID, Text: "The end", Level: stories.Breaking})
			return err
		},
		"correct": func(u *union) error {
			return u.reword(stories.Rewording{Kind: stories.Correction, Text: "Newer"})
		},
		"withdraw": func(u *union) error {
			return u.reword(stories.Rewording{Kind: stories.Withdrawal, Reason: "Wrong"})
		},
	} {
		for kind, url := range databases {
			for _, first := range []string{"the change", "the card"} {
				t.Run(kind+", "+name+", first "+first, func(t *testing.T) {
					u := newUnion(t, url(t))
					u.publish(t)
					execute(t, u.url, "DELETE FROM subscriptions") // so that nothing but the card is owed
					execute(t, u.url, "UPDATE publications SET queued = 0")
					act := u.act()
					act.Audience = stories.Everyone
					sub := stories.Subscription{Destination: crashed, Target: stories.Target{Kind: stories.TargetStory, Name: "leak"}, Options: stories.Options{Level: stories.Breaking}}
					if _, _, err := u.Subscribe(t.Context(), act, sub, benchLane); err != nil {
						t.Fatal(err)
					}
					x := u.begin(t)
					if len(x.Notices) != 1 {
						t.Fatalf("begins %+v, want a card", x)
					}
					post := func() error { return u.exchange(x) }
					changes := func() error { return change(u) }
					if first == "the card" {
						u.meet(t, lanesShut, post, changes)
					} else {
						u.meet(t, cardsShut, changes, post)
					}
					u.cardIsNow(t, x, first == "the card")
				})
			}
		}
	}
}

// cardIsNow checks that a card that was begun before a change is owed one edit, and one
// begun after it none; and that what it shows is a story that is there.
func (u *union) cardIsNow(t *testing.T, x stories.Exchange, edited bool) {
	t.Helper()
	u.batch++
	if err := u.exchange(stories.Exchange{Batch: u.batch, Results: []stories.Result{arrived(x.Begin[0])}}); err != nil {
		t.Fatal(err)
	}
	edits, err := u.Deliveries(t.Context(), stories.DeliveryFilter{States: []stories.DeliveryState{stories.Pending}}, 100)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range edits {
		if d.Op == stories.OpEdit && d.On == x.Begin[0].Delivery {
			n++
		}
	}
	if want := map[bool]int{true: 1}[edited]; n != want {
		t.Errorf("%d edits of the card wait, want %d", n, want)
	}
	driver, name := "pgx", u.url
	if path, ok := strings.CutPrefix(u.url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var there int
	if err := db.QueryRow(`SELECT count(*) FROM shown w JOIN stories s ON s.id = w.story_id`).Scan(&there); err != nil || there != 1 {
		t.Errorf("%d stories of the card are there, want 1: %v", there, err)
	}
}
