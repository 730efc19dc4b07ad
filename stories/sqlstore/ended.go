package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

// skipEnded skips what waits for p because of a subscription that has ended and
// nothing else: updates, and the message that was to show it. What something else brings
// may wait for another time now.
func (s *Store) skipEnded(ctx context.Context, q querier, p place, ended stories.Subscription, at time.Time) error {
	waits, err := allAt(ctx, q, p)
	if err != nil {
		return err
	}
	if err := skipVain(ctx, q, waits, at); err != nil {
		return err
	}
	if err := skipHeads(ctx, q, p, waits, at); err != nil {
		return err
	}
	if err := skipCards(ctx, q, waits, ended, at); err != nil {
		return err
	}
	_, err = s.settle(ctx, q, []int64{p.id}, at)
	return err
}

// dropKeptBack skips the updates that wait at p for their time because of a subscription
// that ends: what another one brings begins with what is published from now on. Planning is
// locked, and the subscription is still there.
func dropKeptBack(ctx context.Context, q querier, p place, ending stories.Subscription, at time.Time) error {
	here := list([]int64{p.id})
	rows, err := all(ctx, q, scanWaitingRow, waitingRowsSQL, here, here)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r waitingRow) bool { return r.sub != ending.ID || r.notice })
	return move(ctx, q, plain(rows), stories.Skipped, reason{waitEnded, clean(ending.Target.String())}, at)
}

const cardsSQL = `
	SELECT ` + noticeColumns + `, d.id FROM deliveries d JOIN notices n ON n.id = d.notice_id
	WHERE d.id among(?1) AND d.op = 0 AND n.kind = 'follow' ORDER BY d.id`

// skipCards skips among waiting rows the first messages of a subscription that has
// ended.
func skipCards(ctx context.Context, q querier, rows []waiting, ended stories.Subscription, at time.Time) error {
	var vain []int64
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		n, err := scanNotice(r, &id)
		if c := n.Body.Change; err == nil && c.Target.Kind == ended.Target.Kind && c.StoryID == ended.StoryID && (c.StoryID != 0 || c.Target.Name == ended.Target.Name) {
			vain = append(vain, id)
		}
		return none, err
	}, cardsSQL, list(deliveriesOf(rows)))
	if err != nil {
		return err
	}
	if err := forgetHeads(ctx, q, vain); err != nil {
		return err
	}
	return move(ctx, q, only(rows, vain), stories.Skipped, because(endedFirst), at)
}

// unfollowedSQL finds among deliveries those that what decides at their destinations
// does not let through any more, each with the code of why. What a channel with another
// address follows is found there. What is told of a revision is brought as the update is.
// A copy that may have arrived is none of them, unless its doubt is ?2: it has to be found,
// so that it is edited like any other, and is skipped once it is known not to be there.
var unfollowedSQL = fmt.Sprintf(`
	SELECT v.id, v.why FROM (
		SELECT d.id, CASE WHEN EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id IN (t.id, t.moved_to) AND m.story_id = s.id) THEN %[1]d
			ELSE coalesce((SELECT CASE WHEN b.state <> 'active' THEN %[2]d WHEN b.level > u.level THEN %[3]d ELSE 0 END
				FROM subscriptions b WHERE b.destination_id IN (t.id, t.moved_to) AND %[4]s), %[1]d) END AS why
		FROM deliveries d JOIN destinations t ON t.id = d.destination_id LEFT JOIN notices n ON n.id = d.notice_id AND n.kind = 'revision'
		JOIN updates u ON u.id = CASE WHEN d.update_id > 0 THEN d.update_id ELSE n.update_id END JOIN stories s ON s.id = u.story_id
		WHERE d.id among(?1) AND d.op carries() AND (d.notice_id IS NOT NULL OR d.doubtful IN (0, ?2))) AS v
	WHERE v.why > 0`, unfollowed, pausedNow, tooMinor, decidesSQL)

// vain are rows that nothing brings any more, and why.
type vain struct {
	rows []waiting
	why  code
}

// vainAmong finds those of rows that nothing brings any more, also of copies in the given
// doubt; it is 0 for none of them.
func vainAmong(ctx context.Context, q querier, rows []waiting, doubt int) (found []vain, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	of := map[int64]code{} // by delivery
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var why code
		err = r.Scan(&id, &why)
		of[id] = why
		return none, err
	}, unfollowedSQL, list(deliveriesOf(rows)), doubt)
	for _, why := range []code{unfollowed, pausedNow, tooMinor} {
		v := vain{slices.DeleteFunc(slices.Clone(rows), func(w waiting) bool { return of[w.Delivery] != why }), why}
		if len(v.rows) > 0 {
			found = append(found, v)
		}
	}
	return found, err
}

// skipUnfollowed skips what waits for p in vain, and says why.
func skipUnfollowed(ctx context.Context, q querier, p place, at time.Time) error {
	waits, err := allAt(ctx, q, p)
	if err != nil {
		return err
	}
	if err := skipVain(ctx, q, waits, at); err != nil {
		return err
	}
	return skipHeads(ctx, q, p, waits, at)
}

// skipVain skips those of rows that nothing brings any more, and says why.
func skipVain(ctx context.Context, q querier, rows []waiting, at time.Time) error {
	return skipVainIn(ctx, q, rows, 0, at)
}

// skipVainIn is skipVain also of copies in the given doubt.
func skipVainIn(ctx context.Context, q querier, rows []waiting, doubt int, at time.Time) error {
	found, err := vainAmong(ctx, q, rows, doubt)
	if err != nil {
		return err
	}
	for _, v := range found {
		if err := move(ctx, q, v.rows, stories.Skipped, because(v.why), at); err != nil {
			return err
		}
	}
	return nil
}
