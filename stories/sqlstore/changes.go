package sqlstore

import (
	"context"
	"fmt"

	"storybot/stories"
)

const (
	// herePlaceSQL is the destination ?2, a list of one, for the notice ?1.
	herePlaceSQL   = `FROM destinations t WHERE t.id among(?2) AND t.state <> 'gone' AND CAST(?1 AS BIGINT) > 0`
	hereLanesSQL   = `SELECT DISTINCT t.lane_id ` + herePlaceSQL
	planNoticeHere = planNoticeColumns + `0 ` + herePlaceSQL
)

// tellChange owes p the message that says what a did to what it follows, and
// returns its notice; 0 where nobody is to be told. The place is locked, and
// planning with it.
func tellChange(ctx context.Context, q querier, a stories.Act, p place, kind stories.NoticeKind, c stories.Change) (id int64, err error) {
	if a.Audience == stories.Nobody || a.Audience == stories.Oneself && kind == stories.StopNotice {
		return 0, nil
	}
	c.By, c.Alone = a.By, a.Audience == stories.Oneself
	n := stories.Notice{Kind: kind, Revision: 1, Done: true, Body: stories.NoticeBody{Change: c}, CreatedAt: a.At}
	if err := insertNotice(ctx, q, &n); err != nil {
		return 0, fmt.Errorf("keep what a channel is told: %w", err)
	}
	_, err = oweNotice(ctx, q, n, stories.OpPost, hereLanesSQL, planNoticeHere, list([]int64{p.id}), a.At)
	return n.ID, err
}

// ofUpdatesSQL are those of some deliveries that are about updates: the line that
// tells a channel of a stop is on its way because of it, not in spite of it.
const ofUpdatesSQL = `SELECT id FROM deliveries WHERE id among(?1) AND notice_id IS NULL ORDER BY id`

const noticeDeliveriesSQL = `SELECT ` + deliveryColumns + ` FROM ` + anyDeliveryTables + ` WHERE d.notice_id = ?1 AND d.op = 0 ORDER BY d.id LIMIT 1`

// NoticeDelivery implements stories.Store.
func (s *Store) NoticeDelivery(ctx context.Context, noticeID int64) (stories.Delivery, error) {
	d, err := theOne(ctx, s.reader(), flights{}.scanDelivery, noticeDeliveriesSQL, noticeID)
	return d, s.told(missing(err, "This message is not known any more."))
}
