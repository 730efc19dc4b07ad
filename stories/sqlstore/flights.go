package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"storybot/stories"
)

// flights are the requests of a lane that may be on their way: what its holder
// wrote last, under a fence and a batch number.
type flights struct {
	fence, batch int64
	begun        int64 // see setFlights
	byID         map[int64]stories.Flight
}

// flights are stored in JSON, as groups of those that were begun together: their
// attempt, when the first and this request were begun, in which wording, and then either
// 0 and the deliveries, each as what it is more than the one before, or 1 and of what is
// owed again four numbers each: delivery, publication, place and origin. So what is
// written with each exchange of 200 is half a kilobyte and not twelve.
const (
	flyOwn   = 0
	flyAgain = 1

	flyHead = 5 // the numbers in front of the deliveries
)

// together is what flights of a group have in common.
type together struct{ attempt, first, last, revision, how int64 }

func encodeFlights(list []stories.Flight) string {
	groups := map[together][]byte{}
	var order []together
	before := map[together]int64{}
	for _, f := range list {
		k := together{int64(f.Attempt), millis(f.First), millis(f.Last), int64(f.Revision), flyOwn}
		if f.Origin != f.Publication || f.Delivery != deliveryID(f.Publication, f.Place) {
			k.how = flyAgain
		}
		b, found := groups[k]
		if !found {
			order = append(order, k)
			b = appendNumbers(append(b, '['), k.attempt, k.first, k.last, k.revision, k.how)
		}
		b = append(b, ',')
		if k.how == flyOwn {
			b = strconv.AppendInt(b, f.Delivery-before[k], 10)
			before[k] = f.Delivery
		} else {
			b = appendNumbers(b, f.Delivery, f.Publication, f.Place, f.Origin)
		}
		groups[k] = b
	}
	text := []byte{'['}
	for i, k := range order {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, groups[k]...), ']')
	}
	return string(append(text, ']'))
}

func appendNumbers(b []byte, numbers ...int64) []byte {
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return b
}

func (f *flights) decode(text string) error {
	var groups [][]int64
	if err := json.Unmarshal([]byte(text), &groups); err != nil {
		return fmt.Errorf("read what is on its way: %w", err)
	}
	if f.byID == nil {
		f.byID = map[int64]stories.Flight{}
	}
	for _, g := range groups {
		if len(g) < flyHead || g[flyHead-1] == flyAgain && (len(g)-flyHead)%4 != 0 {
			return fmt.Errorf("read what is on its way: %d numbers make no group", len(g))
		}
		flight := stories.Flight{Attempt: int(g[0]), First: moment(g[1]), Last: moment(g[2]), Revision: int(g[3])}
		if rows := g[flyHead:]; g[flyHead-1] == flyAgain {
			for ; len(rows) > 0; rows = rows[4:] {
				flight.Ref = stories.Ref{Delivery: rows[0], Publication: rows[1], Place: rows[2], Origin: rows[3]}
				f.byID[flight.Delivery] = flight
			}
		} else {
			for _, more := range rows {
				id := flight.Delivery + more
				flight.Ref = stories.Ref{Delivery: id, Publication: id >> placeBits, Place: id & placeMask, Origin: id >> placeBits}
				f.byID[id] = flight
			}
		}
	}
	return nil
}

const (
	flightsSQL = `SELECT fence, batch, begun, flying FROM flights WHERE lane_id = ?1`
	// numbersOfFlightsSQL is flightsSQL for who knows what was written under them.
	numbersOfFlightsSQL = `SELECT fence, batch, begun FROM flights WHERE lane_id = ?1`
	allFlightsSQL       = `SELECT fence, batch, begun, flying FROM flights`
	setFlightsSQL       = `
		INSERT INTO flights (lane_id, fence, batch, flying, begun) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (lane_id) DO UPDATE SET fence = excluded.fence, batch = excluded.batch, flying = excluded.flying,
			begun = CASE WHEN excluded.begun > 0 THEN excluded.begun ELSE flights.begun END`
)

// flightsOf reads what is on its way in a lane.
func flightsOf(ctx context.Context, q querier, lane int64) (f flights, err error) {
	text := "[]"
	err = one(ctx, q, flightsSQL, []any{lane}, &f.fence, &f.batch, &f.begun, &text)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return f, err
	}
	return f, f.decode(text)
}

// written is what this process wrote last of each lane's flights. They are not read
// again as long as the database has them under the same fence and batch: whoever
// writes others has another of them.
type written struct {
	mu    sync.Mutex
	lanes map[int64]lastWritten
}

type lastWritten struct {
	fence, batch int64
	list         []stories.Flight
}

func (w *written) remember(lane, fence, batch int64, list []stories.Flight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lanes == nil {
		w.lanes = map[int64]lastWritten{}
	}
	w.lanes[lane] = lastWritten{fence, batch, list}
}

// flightsOf is flightsOf for who wrote them.
func (w *written) flightsOf(ctx context.Context, q querier, lane int64) (f flights, err error) {
	err = one(ctx, q, numbersOfFlightsSQL, []any{lane}, &f.fence, &f.batch, &f.begun)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return f, err
	}
	w.mu.Lock()
	last, wrote := w.lanes[lane]
	w.mu.Unlock()
	if !wrote || last.fence != f.fence || last.batch != f.batch {
		return flightsOf(ctx, q, lane)
	}
	f.byID = make(map[int64]stories.Flight, len(last.list))
	for _, flight := range last.list {
		f.byID[flight.Delivery] = flight
	}
	return f, nil
}

// allFlights reads what is on its way in any lane.
func allFlights(ctx context.Context, q querier) (f flights, err error) {
	texts, err := all(ctx, q, func(r row) (text string, err error) {
		err = r.Scan(&f.fence, &f.batch, &f.begun, &text)
		return text, err
	}, allFlightsSQL)
	if err != nil {
		return f, err
	}
	for _, text := range texts {
		if err := f.decode(text); err != nil {
			return f, err
		}
	}
	return f, nil
}

// setFlights writes what is on its way in a lane. begun counts up with every
// batch that begins something, 0 for another.
func setFlights(ctx context.Context, q querier, lane, fence, batch int64, list []stories.Flight, begun int64) error {
	_, err := q.exec(ctx, setFlightsSQL, lane, fence, batch, encodeFlights(list), begun)
	return err
}

// targetsOf reads which messages some rows act on.
func targetsOf(ctx context.Context, q querier, l *stories.Loaded) error {
	var acting []int64
	for _, r := range l.Rows {
		if l.Origins[r.Origin].Op.Acts() {
			acting = append(acting, r.Delivery)
		}
	}
	if len(acting) == 0 {
		return nil
	}
	l.Targets, l.Keys, l.Shown = map[int64]string{}, map[int64]string{}, map[int64]int{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		id, t, err := scanTarget(r)
		l.Targets[id], l.Keys[id], l.Shown[id] = t.message, t.key, t.shown
		return none, err
	}, targetsSQL, list(acting))
	return err
}

// InFlight implements stories.FollowingStore.
func (s *Store) InFlight(ctx context.Context, d stories.Destination) (ids []int64, err error) {
	p, err := findPlace(ctx, s.reader(), d)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.told(err)
	}
	flying, err := flightsOf(ctx, s.reader(), p.lane)
	for _, f := range flying.byID {
		if f.Place == p.id {
			ids = append(ids, f.Delivery)
		}
	}
	if err != nil || len(ids) == 0 {
		return nil, s.told(err)
	}
	ids, err = all(ctx, s.reader(), scanID, ofUpdatesSQL, list(ids))
	return ids, s.told(err)
}

// updatesOf returns what rows are about.
func updatesOf(l stories.Loaded) (ids []int64) {
	for _, r := range l.Rows {
		if id := l.Origins[r.Origin].UpdateID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Recover returns the deliveries of l's lane whose requests an earlier holder
// left on their way; they are l's now, in the wordings their updates have now, or
// those of Loaded.Earlier. ErrLeaseLost.
func (s *Store) Recover(ctx context.Context, l stories.Lease) (found []stories.Flight, loaded stories.Loaded, err error) {
	err = s.changeAtHome(ctx, func(q querier) error {
		found, loaded = nil, stories.Loaded{}
		lane, err := holdLane(ctx, q, l)
		if err != nil || lane == 0 {
			return err
		}
		troubles, err := troublesOf(ctx, q, lane)
		if err != nil {
			return err
		}
		loaded.Troubles = troubles
		f, err := flightsOf(ctx, q, lane)
		if err != nil || len(f.byID) == 0 {
			return err
		}
		for _, flight := range f.byID {
			found = append(found, flight)
		}
		slices.SortFunc(found, func(a, b stories.Flight) int { return cmp.Compare(a.Delivery, b.Delivery) })
		rows := make([]waiting, len(found))
		for i, f := range found {
			rows[i] = waiting{f.Ref}
		}
		text, err := refs(rows)
		if err != nil {
			return err
		}
		if loaded, err = s.loaded(ctx, q, loadFlyingSQL, text); err != nil {
			return err
		}
		loaded.Troubles = troubles
		if err := targetsOf(ctx, q, &loaded); err != nil {
			return err
		}
		loaded.Revisions = map[int64]int{}
		withheld, err := standingsOf(ctx, q, presentSQL, updatesOf(loaded), loaded.Revisions)
		if err != nil {
			return err
		}
		loaded.Earlier = map[int64]stories.Earlier{}
		for _, r := range loaded.Rows {
			if o := loaded.Origins[r.Origin]; o.Op.Says() {
				tellEarlier(loaded.Earlier, f.byID[r.Delivery], o.UpdateID, loaded.Revisions, withheld)
			}
		}
		if loaded.Pings, err = pingsOf(ctx, q, flown(found)); err != nil {
			return err
		}
		return setFlights(ctx, q, lane, l.Fence, 0, found, 0)
	})
	return found, loaded, err
}
