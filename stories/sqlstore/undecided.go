package sqlstore

import (
	"context"

	"storybot/stories"
)

// What was put back and is not decided about or not settled yet, in numbers and by
// destination.

const (
	waitingSQL   = `SELECT count(*), count(DISTINCT destination_id) FROM put_back WHERE doubtful = 2 AND state = 5`
	settlingSQL  = `SELECT count(*) FROM put_back WHERE doubtful = 3 AND state = 0`
	putBackAtSQL = `
		SELECT 0, d.id, d.publication_id FROM destinations t CROSS JOIN put_back d
		WHERE t.id = ?1 AND d.id IN (` + putBackHereSQL + `) AND d.doubtful = 2 AND d.state = 5 AND d.destination_id = t.id ORDER BY d.id`
	// putBackHereSQL are rows among which those of the destination t are.
	putBackHereSQL = `
		SELECT o.id FROM outcomes o WHERE o.doubtful >= 2 AND (o.id & 4294967295) = t.id
		UNION ALL
		SELECT e.id FROM owed e WHERE e.destination_id = t.id AND e.destination_id <> (e.id & 4294967295)`
)

// PutBack implements stories.PutBackStore.
func (s *Store) PutBack(ctx context.Context) (stories.PutBack, error) {
	q := s.reader()
	p, err := lastPutBack(ctx, q)
	if err == nil && p.Generation > 0 {
		if err = one(ctx, q, waitingSQL, nil, &p.Waiting, &p.Channels); err == nil {
			err = one(ctx, q, settlingSQL, nil, &p.Settling)
		}
	}
	return p, s.told(err)
}

// putBackAt returns what waits for a person and goes to p, oldest first.
func putBackAt(ctx context.Context, q querier, p place) ([]waiting, error) {
	return all(ctx, q, scanWaiting(p.id), putBackAtSQL, p.id)
}

// doubtOf is how a result's doubt is stored.
func doubtOf(r stories.Result) int {
	switch {
	case r.PutBack && r.State == stories.Held && r.Destination == "":
		return putBackWaits
	case r.PutBack:
		return putBackSettles
	}
	return bit(r.Doubtful)
}
