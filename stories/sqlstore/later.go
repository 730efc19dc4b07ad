package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// when says which part of a share is meant: what is not breaking waits for some. Where
// nobody does there is no part, and its statement has no condition more.
type when int

const (
	always when = iota // it has no parts
	atOnce
	later
)

// key is what subscriptions to t are found by.
func (t target) key() key { return key{kind: string(t.kind), story: t.story, topic: t.topic} }

const somebodyWaitsSQL = `SELECT CASE WHEN EXISTS (SELECT 1 FROM subscriptions b WHERE b.kind = ?1 AND b.story_id = ?2 AND b.topic = ?3 AND b.waits_from <= ?4) THEN 1 ELSE 0 END`

// parted divides shares into what goes out at once and what waits for its time, where
// there is somebody for whom it does. Nothing breaking waits, nor does the edit of a card
// that is there.
func (p *planner) parted(ctx context.Context, q querier, shares []share) (parts []share, err error) {
	if p.u.Level == stories.Breaking {
		return shares, nil
	}
	p.waits = map[key]bool{}
	somebody := false
	for _, t := range p.targets {
		var is bool
		if err := one(ctx, q, somebodyWaitsSQL, []any{string(t.kind), t.story, t.topic, millis(p.u.CreatedAt)}, &is); err != nil {
			return nil, err
		}
		p.waits[t.key()], somebody = is, somebody || is
	}
	if !somebody {
		return shares, nil
	}
	for _, sh := range shares {
		if sh.act != nil {
			parts = append(parts, sh)
			continue
		}
		now, then := sh, sh
		now.when, then.when = atOnce, later
		then.on = "" // it hangs on the head that there is when it goes: see hang.go
		parts = append(parts, now, then)
	}
	return parts, nil
}

// at is the share of those who follow one thing; ok is false where nobody is in it.
func (sh share) at(waits bool) (of share, ok bool) {
	switch {
	case waits || sh.when == always:
		return sh, true
	case sh.when == atOnce:
		sh.when = always
		return sh, true
	}
	return sh, false
}

// waiting says that what is not breaking waits for b at an instant.
func (s *statement) waiting(at time.Time) string {
	return fmt.Sprintf(`b.waits_from <= %s`, s.arg(millis(at)))
}

// enqueueLater counts what was planned and waits for its time: it is in no queue, nor is
// it held anywhere before that. Publications that owe nothing go.
func enqueueLater(ctx context.Context, q querier, publications []int64) error {
	if _, err := q.exec(ctx, countDeferredSQL, list(publications)); err != nil {
		return fmt.Errorf("count what waits for its time: %w", err)
	}
	_, err := q.exec(ctx, dropUnplannedSQL, list(publications))
	return err
}

// refusedLaterSQL is the part of refusedOfSQL that waits for its time.
const refusedLaterSQL = `
	SELECT p.id, d.destination_id, d.id, p.id, p.level, p.notice_id
	FROM (SELECT p.id, p.waits, v.level, p.notice_id FROM publications p` + ofUpdateSQL + ` WHERE p.story_id = ?1 AND p.deferred > 0 AND ` + ofStorySQL + `) AS p` + ofPublicationSQL + `
	WHERE ` + inPublicationSQL + ` AND ` + deferredSQL
