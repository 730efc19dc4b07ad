package storetest

import (
	"cmp"
	"maps"
	"slices"

	"storybot/stories"
)

// worker works a lane as the engine does, but slowly and plainly: it reads all
// that is owed whenever it is asked, and sends nothing. What waits for a time is
// not its business.
type worker struct {
	*desk
	lease  stories.Lease
	batch  int64
	flying map[int64]stories.Flight
	// earlier is what it was told last of the wordings that deliveries were begun in.
	earlier map[int64]stories.Earlier
	// pings are whom what it began last pings.
	pings map[int64]stories.Ping
	noted bool // it says what time it is
}

// worker returns who works under l, always the same.
func (d *desk) worker(l stories.Lease) *worker {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.workers[l] == nil {
		d.workers[l] = &worker{desk: d, lease: l, flying: map[int64]stories.Flight{}}
	}
	return d.workers[l]
}

// owed reads the lane's queue, in the order it is to go out: the most urgent
// first, then as it was published.
func (w *worker) owed() ([]stories.Owed, map[int64]stories.Publication, error) {
	found, err := w.Publications(w.ctx, w.lease.Name, nil, 10_000)
	if err != nil {
		return nil, nil, err
	}
	var rows []stories.Owed
	origins := map[int64]stories.Publication{}
	for _, p := range found {
		for after := (stories.Ref{}); ; {
			loaded, err := w.Load(w.ctx, p.ID, after, 100)
			if err != nil {
				return nil, nil, err
			}
			maps.Copy(origins, loaded.Origins)
			rows = append(rows, loaded.Rows...)
			if len(loaded.Rows) < 100 {
				break
			}
			after = loaded.Rows[99].Ref
		}
	}
	raise(origins)
	slices.SortFunc(rows, func(a, b stories.Owed) int {
		return cmp.Or(cmp.Compare(origins[b.Origin].Level, origins[a.Origin].Level), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Delivery, b.Delivery))
	})
	return rows, origins, nil
}

// raise gives each publication the level of later updates of its story: one that was
// read after others may tell of an urgent update that was published in between.
func raise(origins map[int64]stories.Publication) {
	levels := map[int64]stories.Level{} // of what comes later, by story
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(origins))) {
		p := origins[id]
		if p.StoryID == 0 {
			continue
		}
		p.Level = max(p.Level, levels[p.StoryID])
		if p.UpdateID != 0 && p.Op.Says() {
			levels[p.StoryID] = p.Level
		}
		origins[id] = p
	}
}

// next picks up to max rows, one for a destination and none where one is on its
// way.
func (w *worker) next(rows []stories.Owed, max int) (begin []stories.Flight) {
	busy := map[int64]bool{}
	for _, f := range w.flying {
		busy[f.Place] = true
	}
	for _, r := range rows {
		if len(begin) == max || busy[r.Place] {
			continue
		}
		busy[r.Place] = true
		f := stories.Flight{Ref: r.Ref, Attempt: r.Attempt + 1, First: r.FirstAttemptAt, Last: w.now}
		if r.Doubtful {
			f.Last = r.LastAttemptAt
		}
		if f.First.IsZero() {
			f.First = w.now
		}
		begin = append(begin, f)
	}
	return begin
}

// advance reports results and begins up to max deliveries.
func (w *worker) advance(max int, results ...stories.Result) (begun []stories.Delivery, err error) {
	ended := map[int64]bool{}
	again := false
	for _, r := range results {
		if w.flying[r.Delivery].Attempt == r.Attempt {
			delete(w.flying, r.Delivery)
		}
		ended[r.Delivery] = r.State != stories.Pending
		again = again || r.State == stories.Pending
	}
	if again { // what is tried again is read once it is written
		w.batch++
		if _, err := w.Exchange(w.ctx, w.lease, stories.Exchange{Batch: w.batch, Results: results, Flying: slices.Collect(maps.Values(w.flying))}); err != nil {
			return nil, err
		}
		results = nil
	}
	rows, origins, err := w.owed()
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r stories.Owed) bool { return ended[r.Delivery] })
	w.batch++
	x := stories.Exchange{Batch: w.batch, Results: results, Flying: slices.Collect(maps.Values(w.flying)), Begin: w.next(rows, max)}
	if w.noted {
		x.Lane.At = w.now
	}
	for _, p := range origins {
		if p.NoticeID != 0 {
			x.Notices = append(x.Notices, p.NoticeID)
			continue
		}
		if p.Op == stories.OpShow {
			x.Notices = append(x.Notices, stories.CardsID)
		}
		x.Updates = append(x.Updates, p.UpdateID)
	}
	for _, f := range x.Begin {
		if origins[f.Origin].Op.Acts() {
			x.Acting = append(x.Acting, f.Delivery)
		}
		if find(rows, f.Delivery).Doubtful && !origins[f.Origin].Op.Repeatable() {
			x.Doubted = append(x.Doubted, f.Delivery)
		}
	}
	got, err := w.Exchange(w.ctx, w.lease, x)
	if err != nil {
		return nil, err
	}
	w.earlier, w.pings = got.Earlier, got.Pings
	for _, f := range x.Begin {
		if got.Deliveries[f.Delivery] {
			w.flying[f.Delivery] = f
			begun = append(begun, w.says(delivery(w.lease.Name, f, find(rows, f.Delivery), origins), got.Revisions))
		}
	}
	return begun, nil
}

// says is v with the wording that it says.
func (w *worker) says(v stories.Delivery, revisions map[int64]int) stories.Delivery {
	if present, is := revisions[v.About.UpdateID]; is {
		v.Revision = present
	}
	if e, is := w.earlier[v.ID]; is {
		v.Revision = e.Began
	}
	return v
}

func find(rows []stories.Owed, id int64) stories.Owed {
	for _, r := range rows {
		if r.Delivery == id {
			return r
		}
	}
	return stories.Owed{}
}

// delivery is a row that is on its way, as it is told.
func delivery(lane string, f stories.Flight, r stories.Owed, origins map[int64]stories.Publication) stories.Delivery {
	p := origins[r.Origin]
	return stories.Delivery{ID: f.Delivery, Key: stories.DeliveryKey(p.Seed, f.Place, p.Op), About: stories.About{UpdateID: p.UpdateID, NoticeID: p.NoticeID, StoryID: p.StoryID, Number: p.Number},
		Revision: p.Revision, Op: p.Op.In(r.Forum), Destination: r.Destination, Lane: lane, Level: p.Level, State: stories.Sending,
		Tries: stories.Tries{Count: f.Attempt, First: f.First, Last: f.Last, Unknowns: r.Unknowns, Doubtful: r.Doubtful}, Missed: r.Missed,
		CreatedAt: p.CreatedAt}
}

// recover takes over what an earlier holder left on its way.
func (w *worker) recover() (found []stories.Delivery, err error) {
	flights, loaded, err := w.Recover(w.ctx, w.lease)
	if err != nil {
		return nil, err
	}
	w.earlier, w.pings = loaded.Earlier, loaded.Pings
	for _, f := range flights {
		w.flying[f.Delivery] = f
		found = append(found, w.says(delivery(w.lease.Name, f, find(loaded.Rows, f.Delivery), loaded.Origins), loaded.Revisions))
	}
	return found, nil
}

// claim begins up to max deliveries.
func (d *desk) claim(l stories.Lease, max int) []stories.Delivery {
	d.Helper()
	return d.advance(l, max)
}

// advance reports results and begins up to max deliveries.
func (d *desk) advance(l stories.Lease, max int, results ...stories.Result) []stories.Delivery {
	d.Helper()
	begun, err := d.worker(l).advance(max, results...)
	d.ok(err)
	return begun
}

// recovered takes over what an earlier holder of the lane left on its way.
func (d *desk) recovered(l stories.Lease) []stories.Delivery {
	d.Helper()
	found, err := d.worker(l).recover()
	d.ok(err)
	return found
}

// result is what became of a delivery that was begun.
func (d *desk) result(v stories.Delivery, state stories.DeliveryState, reason string) stories.Result {
	return stories.Result{Flight: stories.Flight{Ref: stories.Ref{Delivery: v.ID}, Attempt: v.Tries.Count, First: v.Tries.First, Last: v.Tries.Last},
		Revision: v.Revision, State: state, Reason: reason, At: d.now, Shows: v.Op == stories.OpShow || v.About.NoticeID != 0 && v.Op.Says()}
}

// sent is the result of a delivery that arrived.
func (d *desk) sent(v stories.Delivery) stories.Result {
	r := d.result(v, stories.Sent, "")
	r.MessageID = "m" + v.Key
	return r
}

// retry is the result of a delivery to be sent again.
func (d *desk) retry(v stories.Delivery) stories.Result {
	return d.result(v, stories.Pending, "HTTP 500")
}

// refusal is the result of a delivery whose destination is blocked or gone.
func (d *desk) refusal(v stories.Delivery, state stories.DeliveryState, reason string, to stories.DestinationState) stories.Result {
	r := d.result(v, state, reason)
	r.Destination = to
	return r
}

// drain sends everything that is owed, one batch after the other, and tells in
// which order.
func (d *desk) drain(l stories.Lease, max int) []stories.Delivery {
	d.Helper()
	var done []stories.Delivery
	var results []stories.Result
	for {
		begun := d.advance(l, max, results...)
		if len(begun) == 0 {
			return done
		}
		results = nil
		for _, v := range begun {
			done = append(done, v)
			results = append(results, d.sent(v))
		}
	}
}
