package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// A new update is not owed to all in the same way. Of those for whom one target decides
// each is in one share, which its subscription's options tell, and a share is planned by
// one statement. Shares that nobody is in cost one look into an index each; then all are
// in the last one, whose statement has no condition more.

// kind is what one publication in a lane owes: an operation, at once or in its time.
type kind struct {
	op    stories.Op
	waits bool // see waits.go
}

// kindOf is what goes out at once.
func kindOf(op stories.Op) kind { return kind{op: op} }

// share is a part of those for whom a target decides: of subscriptions b.
type share struct {
	kind
	// of says of b that it is in the share; nil for the last one, of all that are in no
	// other.
	of func(s *statement) string
}

// sharesOf are the shares of u but the last one. No subscription is in two.
func sharesOf(u stories.Update) (found []share) {
	if u.Level < stories.Breaking {
		found = append(found, share{kind{stories.OpPost, true}, func(s *statement) string { return s.waiting(u.CreatedAt) }})
	}
	return found
}

// waiting says that what is not breaking waits for b at an instant.
func (s *statement) waiting(at time.Time) string {
	return fmt.Sprintf(`b.waits_from <= %s`, s.arg(millis(at)))
}

// neededShares are the shares of u that somebody who follows t may be in, the last one
// always among them.
func neededShares(ctx context.Context, q querier, t target, u stories.Update) ([]share, error) {
	var needed []share
	for _, sh := range sharesOf(u) {
		var s statement
		s.write(`SELECT CASE WHEN EXISTS (SELECT 1 FROM subscriptions b WHERE b.kind = '%s' AND b.story_id = %s AND b.topic = %s AND `, t.kind, s.arg(t.story), s.arg(t.topic))
		s.write(`%s) THEN 1 ELSE 0 END`, sh.of(&s))
		var is bool
		if err := one(ctx, q, s.text.String(), s.args, &is); err != nil {
			return nil, err
		}
		if is {
			needed = append(needed, sh)
		}
	}
	others := slices.Clone(needed)
	last := share{kind: kind{op: stories.OpPost}}
	if len(others) > 0 {
		last.of = func(s *statement) string {
			var of []string
			for _, sh := range others {
				of = append(of, `(`+sh.of(s)+`) IS NOT TRUE`)
			}
			return strings.Join(of, " AND ")
		}
	}
	return append(needed, last), nil
}

// planned is what is owed of one kind: the publications, one in each lane, and how many
// rows of theirs.
type planned struct {
	publications []int64
	n            int
}

// inOrder are the kinds that something is owed of, in the order in which they are
// counted.
func inOrder(kinds map[kind]*planned) []kind {
	return slices.SortedFunc(maps.Keys(kinds), func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.op, b.op), cmp.Compare(bit(a.waits), bit(b.waits)))
	})
}

// plan owes u to the share, under publications of its kind that are made where there are
// none, and returns to how many.
func (sh share) plan(ctx context.Context, q querier, t target, u stories.Update, lanes []int64, muted bool, kinds map[kind]*planned) (int, error) {
	of := kinds[sh.kind]
	if of == nil {
		ids, err := insertPublications(ctx, q, lanes, u, sh.kind)
		if err != nil {
			return 0, err
		}
		of = &planned{publications: ids}
		kinds[sh.kind] = of
	}
	s, err := sh.statement(t, u, of.publications, muted)
	if err != nil {
		return 0, err
	}
	n, err := q.exec(ctx, s.text.String(), s.args...)
	of.n += int(n)
	return int(n), err
}

// statement owes u to every destination where a subscription to t that is in the share
// decides, and lets it through: where all are in one lane under the one publication,
// else under that of their lane. In every destination one target decides, so nobody is
// owed it twice. Parts that are left out when they have nothing to say would take a
// third of the time.
func (sh share) statement(t target, u stories.Update, publications []int64, muted bool) (s statement, err error) {
	if len(publications) > 1 {
		s.write(`INSERT INTO owed (id, destination_id)
			SELECT (p.id << 32) + b.destination_id, b.destination_id FROM subscriptions b CROSS JOIN destinations t
			JOIN publications p ON p.update_id = %s AND p.lane_id = t.lane_id AND p.op = %d AND p.waits = %d`, s.arg(u.ID), sh.op, bit(sh.waits))
	} else {
		s.write(`INSERT INTO owed (id, destination_id)
			SELECT (CAST(%s AS BIGINT) << 32) + b.destination_id, b.destination_id FROM subscriptions b CROSS JOIN destinations t`, s.arg(publications[0]))
	}
	if err := s.reached(t, u, muted); err != nil {
		return s, err
	}
	if sh.of != nil {
		s.write(` AND %s`, sh.of(&s))
	}
	return s, nil
}

// enqueue counts what was planned. What waits for its time is in no queue, nor is it held
// anywhere before that.
func (of *planned) enqueue(ctx context.Context, q querier, k kind, at time.Time) error {
	if !k.waits {
		return enqueue(ctx, q, of.publications, of.n, at)
	}
	if _, err := q.exec(ctx, countDeferredSQL, list(of.publications)); err != nil {
		return fmt.Errorf("count what waits for its time: %w", err)
	}
	_, err := q.exec(ctx, dropUnplannedSQL, list(of.publications))
	return err
}
