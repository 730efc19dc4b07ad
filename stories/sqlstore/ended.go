package sqlstore

import (
	"context"
	"time"

	"storybot/stories"
)

// skipEnded skips what waits for p because of a subscription that has ended and
// nothing else: updates, and the message that was to show it.
func skipEnded(ctx context.Context, q querier, p place, ended stories.Subscription, at time.Time) error {
	waits, err := allAt(ctx, q, p)
	if err != nil {
		return err
	}
	if err := skipVain(ctx, q, waits, unfollowed, at); err != nil {
		return err
	}
	return skipCards(ctx, q, waits, ended, at)
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
	return move(ctx, q, only(rows, vain), stories.Skipped, because(endedFirst), at)
}
