package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

const (
	// herePlaceSQL is the destination ?2, a list of one, for the notice ?1.
	herePlaceSQL   = `FROM destinations t WHERE t.id among(?2) AND t.state <> 'gone' AND CAST(?1 AS BIGINT) > 0`
	hereLanesSQL   = `SELECT DISTINCT t.lane_id ` + herePlaceSQL
	planNoticeHere = planNoticeColumns + `0 ` + herePlaceSQL
)

// telling is what a person has the channel of a number told of, as their uses of it
// are counted: who sets up many channels floods none.
const telling = "have channel %d told what it follows"

// tellChange owes p the message that says what a did to what it follows, and
// returns its notice; 0 where nobody is to be told, and untold where that is because
// the person had so much told there lately. A forum is told what ended in the story's post,
// where it has one. A blocked channel is not told what ended: when
// it heals that is old, and would stand between the updates that waited. The place is
// locked, and planning with it.
func tellChange(ctx context.Context, q querier, a stories.Act, p place, kind stories.NoticeKind, c stories.Change) (id int64, untold bool, err error) {
	ends := kind == stories.StopNotice
	if a.Audience == stories.Nobody || ends && (a.Audience == stories.Oneself || p.state == stories.Blocked) {
		return 0, false, nil
	}
	on := int64(0)
	if ends {
		var told bool
		if on, told, err = lineOn(ctx, q, p, c.StoryID); err != nil || !told {
			return 0, false, err
		}
	}
	wait, err := allow(ctx, q, a.By.Ref, fmt.Sprintf(telling, p.id), stories.MostTold, stories.ToldWithin, a.At)
	if err != nil || wait > 0 {
		return 0, wait > 0, err
	}
	c.By, c.Alone = a.By, a.Audience == stories.Oneself
	n := stories.Notice{Kind: kind, Revision: 1, Done: true, Body: stories.NoticeBody{Change: c}, CreatedAt: a.At}
	if err := insertNotice(ctx, q, &n); err != nil {
		return 0, false, fmt.Errorf("keep what a channel is told: %w", err)
	}
	return n.ID, false, oweHere(ctx, q, n, a.At, p, on)
}

// ofUpdatesSQL are those of some deliveries that are about updates: the line that
// tells a channel of a stop is on its way because of it, not in spite of it.
const ofUpdatesSQL = `SELECT id FROM deliveries WHERE id among(?1) AND notice_id IS NULL ORDER BY id`

const noticeDeliveriesSQL = `SELECT ` + deliveryColumns + ` FROM ` + anyDeliveryTables + ` WHERE d.notice_id = ?1 AND d.op = ?2 ORDER BY d.id LIMIT 1`

// NoticeDelivery implements stories.FollowingStore.
func (s *Store) NoticeDelivery(ctx context.Context, noticeID int64, op stories.Op) (stories.Delivery, error) {
	d, err := theOne(ctx, s.reader(), flights{}.scanDelivery, noticeDeliveriesSQL, noticeID, int(op))
	return d, s.told(missing(err, "This message is not known any more."))
}

// failedTellingsSQL finds by the notices of the time from ?1 on what has failed since
// ?2: a message is tried for a day at most.
const failedTellingsSQL = `
	SELECT ` + noticeColumns + `, t.platform, t.workspace, t.channel, o.reason, o.finished_at, count(*) OVER ()
	FROM notices n CROSS JOIN publications p CROSS JOIN owed d CROSS JOIN outcomes o JOIN destinations t ON t.id = d.destination_id
	WHERE n.kind IN ('follow', 'stop') AND n.created_at >= ?1 AND p.notice_id = n.id AND ` + inPublicationSQL + ` AND o.id = d.id
		AND o.state = 3 AND o.finished_at >= ?2 AND t.state <> 'gone'
	ORDER BY o.finished_at DESC, o.id DESC LIMIT ?3`

// triedFor is longer than a message is tried.
const triedFor = 25 * time.Hour

// FailedTellings implements stories.HealthStore.
func (s *Store) FailedTellings(ctx context.Context, since time.Time, limit int) (newest []stories.FailedTelling, total int, err error) {
	newest, err = all(ctx, s.reader(), func(r row) (f stories.FailedTelling, err error) {
		var at int64
		n, err := scanNotice(r, &f.Destination.Platform, &f.Destination.Workspace, &f.Destination.Channel, &f.Reason, &at, &total)
		f.Change, f.At = n.Body.Change, moment(at)
		return f, err
	}, failedTellingsSQL, millis(since.Add(-triedFor)), millis(since), limit)
	return newest, total, s.told(err)
}
