package sqlstore

import (
	"context"
	"maps"
	"slices"

	"storybot/stories"
)

// In which wording a copy is begun is kept with its flight, and in which one it may have
// been sent with its outcome, for as long as nobody knows. Which edits are owed of it
// does not tell that: some are owed of a copy that was begun anew since, others were
// dropped.

const (
	// copiesAmongSQL are those of some publications that owe copies of updates.
	copiesAmongSQL = `SELECT id, update_id FROM publications WHERE id among(?1) AND update_id > 0 AND op carries()`
	// maySaySQL are the wordings in which some deliveries may have been sent.
	maySaySQL = `SELECT id, said FROM outcomes WHERE id among(?1) AND doubtful > 0`
)

// wordingsOf returns what x begins with the wordings that it is begun in: the newest, or
// for what may have been sent the one it was sent in then.
func wordingsOf(ctx context.Context, q querier, x stories.Exchange, begun stories.Begun) (map[int64]stories.Flight, error) {
	begins := make(map[int64]stories.Flight, len(x.Begin))
	for _, f := range x.Begin {
		f.Revision = 0
		begins[f.Delivery] = f
	}
	if unrevised(begun.Revisions) && len(x.Doubted) == 0 { // as with most
		return begins, nil
	}
	updates, err := copiesAmong(ctx, q, x.Begin)
	if err != nil {
		return nil, err
	}
	for id, f := range begins {
		if update, copies := updates[f.Origin]; copies {
			f.Revision = begun.Revisions[update]
			begins[id] = f
		}
	}
	if len(x.Doubted) == 0 {
		return begins, nil
	}
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var said int
		err = r.Scan(&id, &said)
		if f, is := begins[id]; is {
			f.Revision = said
			begins[id] = f
		}
		return none, err
	}, maySaySQL, list(x.Doubted))
	return begins, err
}

// unrevised says that no update has another wording than its first.
func unrevised(revisions map[int64]int) bool {
	for _, revision := range revisions {
		if revision > 0 {
			return false
		}
	}
	return true
}

// copiesAmong tells of which updates some flights are copies, by the publications that
// owed them first.
func copiesAmong(ctx context.Context, q querier, some []stories.Flight) (updates map[int64]int64, err error) {
	origins := map[int64]bool{}
	for _, f := range some {
		origins[f.Origin] = true
	}
	updates = make(map[int64]int64, len(origins))
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id, update int64
		err = r.Scan(&id, &update)
		updates[id] = update
		return none, err
	}, copiesAmongSQL, list(slices.Collect(maps.Keys(origins))))
	return updates, err
}

// doubtEarlier tells of what x begins and may have been sent in which other wordings.
func doubtEarlier(ctx context.Context, q querier, x stories.Exchange, begins map[int64]stories.Flight, withheld map[int64]stories.Standing, begun *stories.Begun) error {
	begun.Earlier = map[int64]stories.Earlier{}
	if len(x.Doubted) == 0 || unrevised(begun.Revisions) {
		return nil
	}
	updates, err := copiesAmong(ctx, q, x.Begin)
	if err != nil {
		return err
	}
	for _, id := range x.Doubted {
		if f, is := begins[id]; is {
			tellEarlier(begun.Earlier, f, updates[f.Origin], begun.Revisions, withheld)
		}
	}
	return nil
}

// tellEarlier adds to found the wording that a copy of an update was begun in and may
// have been sent in, where the update has another one now. What is found is of that
// wording; what was not sent is the same message only in that. Nothing withheld is sent
// in another one than the newest.
func tellEarlier(found map[int64]stories.Earlier, f stories.Flight, update int64, revisions map[int64]int, withheld map[int64]stories.Standing) {
	now, known := revisions[update]
	if !known || now == f.Revision {
		return
	}
	e := stories.Earlier{Began: f.Revision, Shows: f.Revision}
	if _, not := withheld[update]; not {
		e.Shows = now
	}
	found[f.Delivery] = e
}

// asBegun are some of f as they were begun: who tells which those are knows less of
// them.
func (f flights) asBegun(some []stories.Flight) []stories.Flight {
	some = slices.Clone(some)
	for i := range some {
		if known, is := f.byID[some[i].Delivery]; is {
			some[i].Revision = known.Revision
		}
	}
	return some
}
