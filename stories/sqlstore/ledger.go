package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// ledger is a transaction that leaves to its end what many do to the same rows: how many
// deliveries a publication has in which state, how urgent the earlier ones of its story are,
// and what too much is held of at blocked destinations. So destinations and publications
// are locked last, each in their order and once, whatever a transaction does on the way;
// and nobody who counts waits for one that is still planning.
//
// What a transaction owes again is counted at once under the publication it has just
// made, which nobody else knows: its rows are found by that.
type ledger struct {
	querier
	counts tally
	urged  []urgent
	trim   time.Time // when too much may be held somewhere; zero for never
}

// urgent is an update that takes the earlier ones of its story with it, where it is owed.
type urgent struct {
	update, story int64
	level         stories.Level
}

// settle does what was left to the end.
func (l *ledger) settle(ctx context.Context) error {
	if at := l.trim; !at.IsZero() {
		l.trim = time.Time{}
		if err := trimNow(ctx, l, at); err != nil {
			return err
		}
	}
	counts, urged := l.counts, l.urged
	l.counts, l.urged = nil, nil
	if err := lockCounted(ctx, l.querier, counts, urged); err != nil {
		return err
	}
	for _, u := range urged {
		if _, err := l.exec(ctx, urgeSQL, u.story, int(u.level), u.update); err != nil {
			return fmt.Errorf("raise earlier deliveries: %w", err)
		}
	}
	return counts.post(ctx, l.querier)
}

const (
	urgedSQL            = `SELECT id FROM publications WHERE ` + raisedSQL
	lockPublicationsSQL = `SELECT id FROM publications WHERE id among(?1) ORDER BY id /*lock*/`
)

// lockCounted locks what is about to be raised and counted, in one order, where both
// are; each for itself is done in that order.
func lockCounted(ctx context.Context, q querier, counts tally, urged []urgent) error {
	if len(urged) == 0 || len(urged) == 1 && len(counts) == 0 {
		return nil
	}
	ids := slices.Collect(maps.Keys(counts))
	for _, u := range urged {
		found, err := all(ctx, q, scanID, urgedSQL, u.story, int(u.level), u.update)
		if err != nil {
			return err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	_, err := all(ctx, q, scanID, lockPublicationsSQL, list(slices.Compact(ids)))
	return err
}

// urge has what is unsent of an update's story be as urgent as that in the lanes where it is
// owed, at the end of the transaction.
func urge(ctx context.Context, q querier, u stories.Update) error {
	l, later := q.(*ledger)
	if !later {
		_, err := q.exec(ctx, urgeSQL, u.StoryID, int(u.Level), u.ID)
		return err
	}
	l.urged = append(l.urged, urgent{u.ID, u.StoryID, u.Level})
	return nil
}

// trimOverfull keeps what blocked destinations hold bounded once more was planned, at the
// end of the transaction.
func trimOverfull(ctx context.Context, q querier, at time.Time) error {
	l, later := q.(*ledger)
	if !later {
		return trimNow(ctx, q, at)
	}
	l.trim = at
	return nil
}

// write changes the counters, at the end of the transaction.
func (t tally) write(ctx context.Context, q querier) error {
	l, later := q.(*ledger)
	if !later {
		return t.post(ctx, q)
	}
	if l.counts == nil {
		l.counts = tally{}
	}
	for id, c := range t {
		sum := l.counts.of(id)
		sum.queued, sum.sent, sum.held = sum.queued+c.queued, sum.sent+c.sent, sum.held+c.held
		sum.failed, sum.unknown, sum.kept = sum.failed+c.failed, sum.unknown+c.unknown, sum.kept+c.kept
		sum.deferred, sum.total, sum.overtaken = sum.deferred+c.deferred, sum.total+c.total, sum.overtaken+c.overtaken
		sum.withdrawn, sum.unwanted = sum.withdrawn+c.withdrawn, sum.unwanted+c.unwanted
	}
	return nil
}

// post changes the counters now, in the order of the publications.
func (t tally) post(ctx context.Context, q querier) error {
	for _, id := range slices.Sorted(maps.Keys(t)) {
		c := t[id]
		if id == 0 || *c == (counts{}) {
			continue
		}
		if _, err := q.exec(ctx, countSQL, id, c.queued, c.sent, c.held, c.failed, c.unknown, c.kept, c.deferred, c.total, c.overtaken, c.withdrawn, c.unwanted); err != nil {
			return fmt.Errorf("count deliveries: %w", err)
		}
	}
	return nil
}
