package sqlstore

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// readingRoom is a story with channels that read it in their modes, and who works their
// lane.
type readingRoom struct {
	*Store
	story stories.Story
	lease stories.Lease
	batch int64
	now   time.Time
}

func newReadingRoom(t testing.TB, url string, modes ...stories.Mode) *readingRoom {
	t.Helper()
	r := &readingRoom{now: time.Now()}
	var err error
	if r.Store, err = Open(t.Context(), url, Options{Now: func() time.Time { return r.now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	if r.story, err = r.CreateStory(t.Context(), r.act(), stories.Story{Slug: "sony", Headline: "Sony", State: stories.Developing}); err != nil {
		t.Fatal(err)
	}
	for i, mode := range modes {
		sub := stories.Subscription{Destination: stories.Destination{Platform: "console", Channel: fmt.Sprint("#", i)}, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor, Mode: mode}}
		if _, _, err := r.Subscribe(t.Context(), r.act(), sub, "lane"); err != nil {
			t.Fatal(err)
		}
	}
	if r.lease, _, err = r.Acquire(t.Context(), "lane", "w", 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *readingRoom) act() stories.Act {
	r.now = r.now.Add(time.Second)
	return stories.Act{By: stories.User{Ref: "console:ana"}, At: r.now}
}

// publish publishes an update.
func (r *readingRoom) publish(t testing.TB) stories.Update {
	t.Helper()
	act := r.act()
	u, _, err := r.AppendUpdate(context.Background(), act, stories.Update{StoryID: r.story.ID, Text: "News " + act.At.String(), Level: stories.Normal, At: act.At})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// deliver delivers all that is owed, publication by publication, and returns how many
// deliveries that were.
func (r *readingRoom) deliver(t testing.TB) (n int) {
	t.Helper()
	for {
		open, err := r.Publications(context.Background(), "lane", nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(open) == 0 {
			return n
		}
		p := open[0]
		loaded, err := r.Load(context.Background(), p.ID, stories.Ref{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		x := stories.Exchange{Notices: []int64{stories.CardsID}, Updates: []int64{p.UpdateID}}
		for _, o := range loaded.Rows {
			x.Begin = append(x.Begin, stories.Flight{Ref: o.Ref, Attempt: o.Attempt + 1, First: r.now, Last: r.now})
			if p.Op.Acts() {
				x.Acting = append(x.Acting, o.Delivery)
			}
		}
		r.batch++
		x.Batch = r.batch
		begun, err := r.Exchange(context.Background(), r.lease, x)
		if err != nil {
			t.Fatal(err)
		}
		r.batch++
		done := stories.Exchange{Batch: r.batch}
		for _, f := range x.Begin {
			if begun.Deliveries[f.Delivery] {
				done.Results = append(done.Results, stories.Result{Flight: f, State: stories.Sent, MessageID: fmt.Sprint(f.Delivery), Shows: p.Op == stories.OpShow || p.NoticeID != 0, At: r.now})
			}
		}
		if _, err := r.Exchange(context.Background(), r.lease, done); err != nil {
			t.Fatal(err)
		}
		n += len(done.Results)
	}
}

func modes(n int, mode stories.Mode) []stories.Mode {
	all := make([]stories.Mode, n)
	for i := range all {
		all[i] = mode
	}
	return all
}

// BenchmarkHeads publishes an update of a story that had n before to 20 channels, each
// with a head, and delivers it.
func BenchmarkHeads(b *testing.B) {
	for _, mode := range []stories.Mode{stories.ModeThread, stories.ModeCard} {
		for _, kind := range []string{"sqlite", "postgres"} {
			url := "sqlite:" + filepath.Join(b.TempDir(), "storybot.db")
			if kind == "postgres" {
				url = pgtest.URL(b)
			}
			r := newReadingRoom(b, url, modes(20, mode)...)
			n := 0
			for _, before := range []int{100, 600} {
				for ; n < before; n++ {
					r.publish(b)
					r.deliver(b)
				}
				b.Run(fmt.Sprintf("%s/%s/%d", mode, kind, before), func(b *testing.B) {
					var published, delivered time.Duration
					for b.Loop() {
						began := time.Now()
						r.publish(b)
						published += time.Since(began)
						began = time.Now()
						r.deliver(b)
						delivered += time.Since(began)
					}
					b.ReportMetric(float64(published.Microseconds())/float64(b.N), "publish-µs/op")
					b.ReportMetric(float64(delivered.Microseconds())/float64(b.N), "deliver-µs/op")
				})
			}
		}
	}
}

// reads is an engine that counts the rows its transactions read on PostgreSQL, by table.
type reads struct {
	engine
	rows map[string]int
}

func (c reads) write(ctx context.Context, fn func(querier) error) error {
	return c.engine.write(ctx, func(q querier) error {
		if err := c.count(ctx, q, -1); err != nil { // the server has not told yet what this connection read before
			return err
		}
		if err := fn(q); err != nil {
			return err
		}
		return c.count(ctx, q, 1)
	})
}

func (c reads) count(ctx context.Context, q querier, times int) error {
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var table string
		var n int
		if err = r.Scan(&table, &n); err == nil && n > 0 {
			c.rows[table] += n * times
		}
		return none, err
	}, `SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables`)
	return err
}

// What an update of a story with heads costs does not grow with what the story had before:
// neither to publish it, nor to deliver it.
func TestHeadsCostTheSameAtTheSixHundredthUpdate(t *testing.T) {
	few, many := 100, 600
	if testing.Short() {
		few, many = 30, 100
	}
	r := newReadingRoom(t, pgtest.URL(t), append(modes(5, stories.ModeThread), modes(5, stories.ModeCard)...)...)
	plain := r.engine
	counted := func(do func()) map[string]int {
		rows := map[string]int{}
		r.engine = reads{plain, rows}
		defer func() { r.engine = plain }()
		do()
		return rows
	}
	n := 0
	cost := func(before int) (published, delivered map[string]int) {
		for ; n < before; n++ {
			r.publish(t)
			r.deliver(t)
		}
		if _, err := r.reader().exec(t.Context(), "ANALYZE"); err != nil { // the server does so by itself, a minute later
			t.Fatal(err)
		}
		published = counted(func() { r.publish(t) })
		delivered = counted(func() { r.deliver(t) })
		n++
		return published, delivered
	}
	publishedFew, deliveredFew := cost(few)
	publishedMany, deliveredMany := cost(many)
	same := func(what string, few, many map[string]int) {
		t.Log(what, few, many)
		for table, n := range many {
			if n > few[table]*3/2+len(few) {
				t.Errorf("%s reads %d rows of %s, and %d later", what, few[table], table, n)
			}
		}
	}
	same("publishing an update", publishedFew, publishedMany)
	same("delivering it", deliveredFew, deliveredMany)
}

// What has ended of a head is not read again with the next update.
func TestOfAHeadOnlyWhatIsNewIsRead(t *testing.T) {
	for kind, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			r := newReadingRoom(t, url, stories.ModeThread, stories.ModeCard)
			const updates = 12
			for range updates {
				r.publish(t)
				r.deliver(t)
			}
			for want, from := range map[int]string{2 * updates: `0`, 2: `h.ended`} { // of the two heads
				var n int
				err := one(t.Context(), r.reader(), `SELECT count(*) FROM heads h JOIN owed x ON x.on_id = h.delivery_id JOIN publications p ON p.id = (x.id >> 32) WHERE p.op <> 4 AND x.id > `+from, nil, &n)
				if err != nil || n < want-2 || n > want {
					t.Errorf("above %s %d deliveries act on heads, want %d: %v", from, n, want, err)
				}
			}
			r.publish(t) // what waits is not passed over
			var waits int
			err := one(t.Context(), r.reader(), `SELECT count(*) FROM heads h JOIN owed x ON x.on_id = h.delivery_id LEFT JOIN outcomes o ON o.id = x.id WHERE x.id > h.ended AND coalesce(o.state, 0) = 0`, nil, &waits)
			if err != nil || waits != 2 {
				t.Errorf("%d edits of heads wait, want 2: %v", waits, err)
			}
		})
	}
}
