package sqlstore

import (
	"context"
	"fmt"

	"storybot/stories"
)

// How a share of those who get an update is owed it: see shares.go.

// owe owes the update to one share of those who get it, under publications of their own.
func (p *planner) owe(ctx context.Context, q querier, share share) (n int, err error) {
	publications, err := insertPublications(ctx, q, p.lanes, p.u, share.op, share.when == later)
	if err != nil {
		return 0, err
	}
	if share.second {
		if _, err := q.exec(ctx, secondSQL, list(publications)); err != nil {
			return 0, err
		}
	}
	if n, err = p.oweUnder(ctx, q, share, publications); err != nil {
		return 0, err
	}
	if share.when == later {
		return n, enqueueLater(ctx, q, publications)
	}
	return n, enqueue(ctx, q, publications, n, p.u.CreatedAt)
}

// oweUnder writes the rows of a share.
func (p *planner) oweUnder(ctx context.Context, q querier, share share, publications []int64) (n int, err error) {
	for _, t := range p.targets {
		of, ok := share.at(p.waits[t.key()])
		if !ok {
			continue
		}
		s, err := t.plan(of, p.u, publications, p.muted)
		if err != nil {
			return 0, err
		}
		more, err := q.exec(ctx, s.text.String(), s.args...)
		if err != nil {
			return 0, err
		}
		n += int(more)
	}
	return n, nil
}

// plan is the statement that owes u to every destination of the share where a
// subscription to t decides, and lets it through: where all are in one lane under the one
// publication, else under that of their lane. In every destination one target decides, so
// nobody is owed it twice. Parts that are left out when they have nothing to say would
// take a third of the time.
func (t target) plan(share share, u stories.Update, publications []int64, muted bool) (s statement, err error) {
	s.write(`INSERT INTO owed (id, destination_id`)
	if share.on != "" {
		s.write(`, on_id`)
	}
	of := `p.id`
	if len(publications) == 1 {
		of = fmt.Sprintf(`CAST(%s AS BIGINT)`, s.arg(publications[0]))
	}
	s.write(`)
			SELECT (%s << 32) + b.destination_id, b.destination_id`, of)
	if share.on != "" {
		s.write(`, %s`, share.on)
	}
	s.write(` FROM subscriptions b CROSS JOIN destinations t`)
	if share.on != "" {
		s.write(` CROSS JOIN heads h`)
	}
	switch {
	case len(publications) == 1:
	case share.cards || share.apart:
		s.write(` JOIN publications p ON p.id among(%s) AND p.lane_id = t.lane_id`, s.arg(list(publications)))
	default:
		s.write(` JOIN publications p ON p.update_id = %s AND p.lane_id = t.lane_id AND p.op = %d AND p.waits = %d`, s.arg(u.ID), share.op, bit(share.when == later))
	}
	if err := s.reached(t, u, muted); err != nil {
		return s, err
	}
	if share.on != "" {
		s.write(` AND h.story_id = %s AND h.destination_id = b.destination_id`, s.arg(u.StoryID))
	}
	if share.condition != "" {
		s.write(` AND (%s)`, share.condition)
	}
	if share.only != nil {
		s.write(` AND %s`, share.only(&s))
	}
	shows := share.op == stories.OpShow
	switch share.when {
	case atOnce:
		s.write(` AND ((%s) IS NOT TRUE`, s.waiting(u.CreatedAt))
		if shows {
			s.write(` OR %s`, s.headed(u.StoryID))
		}
		s.write(`)`)
	case later:
		s.write(` AND %s`, s.waiting(u.CreatedAt))
		if shows {
			s.write(` AND NOT %s`, s.headed(u.StoryID))
		}
	}
	return s, nil
}
