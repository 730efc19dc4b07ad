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

// flight is how one is stored: delivery, publication, place, origin, attempt, and
// when the first and this request were begun.
type flight [7]int64

func encodeFlights(list []stories.Flight) string {
	b := make([]byte, 0, 2+64*len(list))
	b = append(b, '[')
	for i, f := range list {
		if i > 0 {
			b = append(b, ',')
		}
		row := flight{f.Delivery, f.Publication, f.Place, f.Origin, int64(f.Attempt), millis(f.First), millis(f.Last)}
		b = append(b, '[')
		for k, n := range row {
			if k > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, n, 10)
		}
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

func (f *flights) decode(text string) error {
	var rows []flight
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return fmt.Errorf("read what is on its way: %w", err)
	}
	if f.byID == nil {
		f.byID = make(map[int64]stories.Flight, len(rows))
	}
	for _, r := range rows {
		f.byID[r[0]] = stories.Flight{Ref: stories.Ref{Delivery: r[0], Publication: r[1], Place: r[2], Origin: r[3]}, Attempt: int(r[4]), First: moment(r[5]), Last: moment(r[6])}
	}
	return nil
}

const (
	flightsSQL    = `SELECT fence, batch, begun, flying FROM flights WHERE lane_id = ?1`
	allFlightsSQL = `SELECT fence, batch, begun, flying FROM flights`
	setFlightsSQL = `
		INSERT INTO flights (lane_id, fence, batch, flying, begun) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (lane_id) DO UPDATE SET fence = excluded.fence, batch = excluded.batch, flying = excluded.flying,
			begun = CASE WHEN excluded.begun > 0 THEN excluded.begun ELSE flights.begun END`
)

// flightsOf reads what is on its way in a lane.
func flightsOf(ctx context.Context, q querier, lane int64) (f flights, err error) {
	f, text, err := storedFlights(ctx, q, lane)
	if err != nil {
		return f, err
	}
	return f, f.decode(text)
}

// storedFlights reads what is on its way in a lane, as it is stored.
func storedFlights(ctx context.Context, q querier, lane int64) (f flights, text string, err error) {
	text = "[]"
	err = one(ctx, q, flightsSQL, []any{lane}, &f.fence, &f.batch, &f.begun, &text)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return f, text, err
}

// written is what this process wrote last of each lane's flights: it need not be
// decoded when it is read again.
type written struct {
	mu    sync.Mutex
	lanes map[int64]lastWritten
}

type lastWritten struct {
	text string
	list []stories.Flight
}

func (w *written) remember(lane int64, list []stories.Flight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lanes == nil {
		w.lanes = map[int64]lastWritten{}
	}
	w.lanes[lane] = lastWritten{encodeFlights(list), list}
}

// flightsOf is flightsOf for who wrote them.
func (w *written) flightsOf(ctx context.Context, q querier, lane int64) (f flights, err error) {
	f, text, err := storedFlights(ctx, q, lane)
	if err != nil {
		return f, err
	}
	w.mu.Lock()
	last := w.lanes[lane]
	w.mu.Unlock()
	if last.text != text {
		return f, f.decode(text)
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
func targetsOf(ctx context.Context, q querier, l stories.Loaded) (map[int64]string, error) {
	var acting []int64
	for _, r := range l.Rows {
		if l.Origins[r.Origin].Op.Acts() {
			acting = append(acting, r.Delivery)
		}
	}
	if len(acting) == 0 {
		return nil, nil
	}
	found := map[int64]string{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var state stories.DeliveryState
		var message string
		err = r.Scan(&id, &state, &message)
		found[id] = message
		return none, err
	}, targetsSQL, list(acting))
	return found, err
}

// InFlight implements stories.Store.
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
// left on their way; they are l's now, in the wordings their updates have now:
// one that is sent again shows what an edit will not change any more, for a
// revision made before it was begun owes none. ErrLeaseLost.
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
		if loaded, err = s.loaded(ctx, q, loadFlyingSQL, encodeFlights(found)); err != nil {
			return err
		}
		loaded.Troubles = troubles
		if loaded.Targets, err = targetsOf(ctx, q, loaded); err != nil {
			return err
		}
		loaded.Revisions = map[int64]int{}
		if err := present(ctx, q, presentSQL, updatesOf(loaded), loaded.Revisions); err != nil {
			return err
		}
		return setFlights(ctx, q, lane, l.Fence, 0, found, 0)
	})
	return found, loaded, err
}
