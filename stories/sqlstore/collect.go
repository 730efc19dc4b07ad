package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// period is what there is one digest of, however many subscriptions share it: one channel,
// the end of a period, and the end of the quiet hours that it fell into, 0 where it fell into
// none. Each subscription decides alone, quiet hours included: where those of one end later
// than those of another the channel has a digest of the same period at each of the two
// times, and where both have ended by the time that it is noticed it has one.
type period struct{ place, to, late int64 }

// collected is what goes into a digest.
type collected struct {
	rows []waitingRow
	from int64 // since when
	owed bool  // there is one though the period has one already
}

func (c *collected) add(r waitingRow, rule ruled) {
	c.rows, c.from, c.owed = append(c.rows, r), min(c.from, rule.from), c.owed || rule.owed
}

func (c *collected) join(other *collected) {
	c.rows, c.from, c.owed = append(c.rows, other.rows...), min(c.from, other.from), c.owed || other.owed
	slices.SortFunc(c.rows, func(a, b waitingRow) int { return cmp.Compare(a.Delivery, b.Delivery) })
}

// collectAll makes the digests of what is collected now, and returns how many rows that
// were. What is of a period of which its subscription has had one waits for the next: a
// clock was set back. Where another subscription alone has had one it comes beside that.
func (s *Store) collectAll(ctx context.Context, q querier, digests map[period]*collected, at time.Time) (n int, err error) {
	periods := slices.SortedFunc(maps.Keys(digests), func(a, b period) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.to, b.to), cmp.Compare(a.late, b.late))
	})
	for len(periods) > 0 {
		of, c := periods[0], digests[periods[0]]
		periods = periods[1:]
		free, err := of.free(ctx, q, c.owed)
		if err != nil {
			return n, err
		}
		if free == nil {
			continue
		}
		for len(periods) > 0 && periods[0].place == of.place && periods[0].to == of.to {
			c.join(digests[periods[0]])
			periods = periods[1:]
		}
		if err := s.collect(ctx, q, c.rows, *free, c.from, at); err != nil {
			return n, fmt.Errorf("make a digest: %w", err)
		}
		n += len(c.rows)
	}
	return n, nil
}

// free is the period that a digest is of: nil where there is one already. One that is owed
// all the same ends a little later then.
func (p period) free(ctx context.Context, q querier, owed bool) (*period, error) {
	for {
		there, err := p.has(ctx, q)
		switch {
		case err != nil:
			return nil, err
		case !there:
			return &p, nil
		case !owed:
			return nil, nil
		}
		p.to++
	}
}

// has says whether there is a digest of p.
func (p period) has(ctx context.Context, q querier) (there bool, err error) {
	err = one(ctx, q, digestThereSQL, []any{p.place, p.to, p.late}, &there)
	return there, err
}

// collect makes one digest of rows that waited at one destination.
func (s *Store) collect(ctx context.Context, q querier, rows []waitingRow, of period, from int64, at time.Time) error {
	rows, err := followedStill(ctx, q, rows, at)
	if err != nil || len(rows) == 0 {
		return err
	}
	p := place{id: rows[0].Place, lane: rows[0].lane, state: rows[0].state}
	return s.oweDigest(ctx, q, p, numbersOf(rows), of, from, at)
}
