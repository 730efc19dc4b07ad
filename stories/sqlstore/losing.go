package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"storybot/stories"
)

// What becomes of a head that somebody deleted, or whose thread was deleted or closed: the
// answer to what was to be done to it tells. The first time a new one is owed at once
// where an update needs it, else with the next update; the second time what brings the
// story is paused. Where a thread takes nothing, what was to stand in it goes to the
// channel above.

// loses says that a result may concern a head. Then planning is locked: what waits may be
// taken away.
func loses(results []stories.Result) bool {
	for _, r := range results {
		if r.Lost != stories.NothingLost {
			return true
		}
	}
	return false
}

// lostOf are the results of what is on its way that may concern a head.
func lostOf(flying flights, results []stories.Result) (lost []stories.Result) {
	for _, r := range results {
		if f, is := flying.byID[r.Delivery]; is && f.Attempt == r.Attempt && r.Lost != stories.NothingLost {
			r.Ref = f.Ref
			lost = append(lost, r)
		}
	}
	return lost
}

const (
	// lostOnSQL is a delivery that something was wrong with the target of, as it was owed.
	lostOnSQL = `
		SELECT p.op, p.update_id, coalesce(p.notice_id, 0), p.revision, p.level, p.urgency, p.second, p.story_id, d.on_id,
			coalesce(n.kind, ''), CASE WHEN p.update_id > 0 THEN u.story_id ELSE coalesce(v.story_id, p.story_id) END
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) LEFT JOIN notices n ON n.id = p.notice_id
		LEFT JOIN updates u ON u.id = p.update_id LEFT JOIN updates v ON v.id = n.update_id AND n.kind = 'revision'
		WHERE d.id = ?1`
	headColumns = `h.story_id, h.destination_id, h.delivery_id, h.thread_id, h.gone, h.deleted, (SELECT t.forum FROM destinations t WHERE t.id = h.destination_id)`
	headOnSQL   = `SELECT ` + headColumns + ` FROM heads h WHERE h.delivery_id = ?1 OR h.thread_id > 0 AND h.thread_id = ?1 LIMIT 1`
	headAtSQL   = `SELECT ` + headColumns + ` FROM heads h WHERE h.story_id = ?1 AND h.destination_id = ?2`
	setHeadSQL  = `
		UPDATE heads SET delivery_id = ?3, thread_id = ?4, gone = ?5, deleted = ?6, begun = CASE WHEN delivery_id = ?3 THEN begun ELSE 0 END,
			begun_cards = CASE WHEN delivery_id = ?3 THEN begun_cards ELSE 0 END
		WHERE story_id = ?1 AND destination_id = ?2`
	publishOneSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, second, notice_id, queued, total)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, 1) RETURNING id`
	moveReasonSQL = `UPDATE outcomes SET code = ?2, reason = '' WHERE id = ?1`
	// loseCardSQL has the card ?1 be one that no edit reaches, unless it is a head still.
	loseCardSQL  = `UPDATE shown SET lost = 1 WHERE delivery_id = ?1 AND NOT EXISTS (SELECT 1 FROM heads h WHERE h.delivery_id = ?1 AND h.gone = 0)`
	pauseByIDSQL = `UPDATE subscriptions SET state = 'paused', changed_at = ?2 WHERE id = ?1`
)

var decidingHereSQL = `
	SELECT b.id FROM subscriptions b JOIN stories s ON s.id = ?2
	WHERE b.destination_id = ?1 AND ` + decidesSQL

// head is a row of heads.
type head struct {
	story, place, delivery, thread int64
	gone                           bool
	deleted                        int
	forum                          bool // its message began the thread
}

func scanHead(r row) (h head, err error) {
	err = r.Scan(&h.story, &h.place, &h.delivery, &h.thread, &h.gone, &h.deleted, &h.forum)
	return h, err
}

// lostOne is a delivery that could not act on its target.
type lostOne struct {
	id             int64
	op             stories.Op
	update, notice int64
	revision       int
	level, urgency int
	second         bool
	of, on         int64 // its publication's story, and what it acted on
	kind           stories.NoticeKind
	story          int64
}

// columns are where lostOnSQL goes.
func (l *lostOne) columns() []any {
	return []any{&l.op, &l.update, &l.notice, &l.revision, &l.level, &l.urgency, &l.second, &l.of, &l.on, &l.kind, &l.story}
}

// lose does what results say of heads.
func (s *Store) lose(ctx context.Context, q querier, lane int64, results []stories.Result) error {
	for _, r := range results {
		if r.Lost == stories.NothingLost {
			continue
		}
		card, err := s.loseOne(ctx, q, lane, r)
		if err == nil && card != 0 {
			_, err = q.exec(ctx, loseCardSQL, card)
		}
		if err != nil {
			return fmt.Errorf("make up for what was deleted: %w", err)
		}
	}
	return nil
}

// loseOne does what one result says, and tells which card no edit reaches any more.
func (s *Store) loseOne(ctx context.Context, q querier, lane int64, r stories.Result) (card int64, err error) {
	l := lostOne{id: r.Delivery}
	err = one(ctx, q, lostOnSQL, []any{r.Delivery}, l.columns()...)
	if errors.Is(err, sql.ErrNoRows) || err == nil && l.on == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if r.Lost == stories.MessageLost {
		card = l.on
	}
	if l.story == 0 && l.notice != stories.CardsID {
		return card, nil
	}
	h, err := theOne(ctx, q, scanHead, headOnSQL, l.on)
	known := err == nil
	if known && (r.Lost == stories.MessageLost || r.Lost == stories.ThreadLost && h.forum || r.Lost == stories.MessageClosed && l.goesOn(h)) {
		card = h.delivery
	}
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		err = s.loseOn(ctx, q, lane, l, r, h, known)
	}
	return card, err
}

// goesOn says whether a card that takes no edits any more goes on in a new message.
func (l lostOne) goesOn(h head) bool {
	return l.op == stories.OpShow && h.thread == 0 && (l.update > 0 || !h.forum)
}

// loseOn does what a result says of the head h, or where that is not known of whichever
// head the story has there.
func (s *Store) loseOn(ctx context.Context, q querier, lane int64, l lostOne, r stories.Result, h head, known bool) (err error) {
	if !known {
		h, err = theOne(ctx, q, scanHead, headAtSQL, l.story, r.Place)
		if errors.Is(err, sql.ErrNoRows) { // it has ended: what was to stand in its thread goes above
			if l.op == stories.OpReply || l.op == stories.OpBroadcast {
				return l.above(ctx, q, lane, r)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	switch {
	case r.Lost == stories.MessageClosed && l.goesOn(h):
		if known {
			return s.closeCard(ctx, q, lane, l, r, h)
		}
		return l.again(ctx, q, lane, r, h)
	case r.Lost == stories.MessageClosed:
	case r.Lost == stories.ThreadClosed:
		return s.closeThread(ctx, q, lane, l, r, h)
	case !known: // a new head is there already
		return l.again(ctx, q, lane, r, h)
	default:
		if r.Lost == stories.MessageLost && l.on == h.delivery { // nothing stands on it any more
			if _, err := q.exec(ctx, forgetShownSQL, h.delivery); err != nil {
				return err
			}
		}
		if h.deleted++; h.deleted > 1 {
			return s.giveUp(ctx, q, lane, l, r, h)
		}
		return l.renew(ctx, q, lane, r, h)
	}
	return nil
}

// owe owes one operation at the place of a result.
func (l lostOne) owe(ctx context.Context, q querier, lane int64, r stories.Result, op stories.Op, update, notice, on int64, second bool) (id int64, err error) {
	var of any
	if notice != 0 {
		of = notice
	}
	story := l.of
	if notice == stories.CardsID {
		story = l.story
	}
	var publication int64
	if err := one(ctx, q, publishOneSQL, []any{lane, newSeed(), update, story, millis(r.At), l.revision, int(op), l.level, l.urgency, bit(second), of}, &publication); err != nil {
		return 0, err
	}
	id = deliveryID(publication, r.Place)
	_, err = q.exec(ctx, insertOwedSQL, id, r.Place, on)
	return id, err
}

// instead owes what a delivery was to do anew, and lets that count in its place.
func (l lostOne) instead(ctx context.Context, q querier, lane int64, r stories.Result, op stories.Op, on int64) error {
	_, err := l.replaced(ctx, q, lane, r, op, on)
	return err
}

const stateOfSQL = `SELECT coalesce((SELECT state FROM outcomes WHERE id = ?1), 0)`

// endedAs is the state of a delivery.
func endedAs(ctx context.Context, q querier, id int64) (state stories.DeliveryState, err error) {
	err = one(ctx, q, stateOfSQL, []any{id}, &state)
	return state, err
}

// replaced is instead that returns what is owed: 0 for nothing, where the delivery has not
// ended without a message.
func (l lostOne) replaced(ctx context.Context, q querier, lane int64, r stories.Result, op stories.Op, on int64) (id int64, err error) {
	ended, err := endedAs(ctx, q, l.id)
	if err != nil || ended != stories.Skipped && ended != stories.Failed { // it counts for itself
		return 0, err
	}
	if id, err = l.owe(ctx, q, lane, r, op, l.update, l.notice, on, l.second); err != nil {
		return 0, err
	}
	if op == l.op { // /why tells of the one in its place alone
		if _, err := q.exec(ctx, moveReasonSQL, l.id, int(madeAnew)); err != nil {
			return 0, err
		}
	}
	t := tally{}
	t.ended(l.id>>placeBits, stories.Skipped, -1)
	t.of(l.id>>placeBits).total--
	return id, t.write(ctx, q)
}

// above has what was to stand in a thread stand in the channel. What stands there already
// is not said twice.
func (l lostOne) above(ctx context.Context, q querier, lane int64, r stories.Result) error {
	if l.second || besideNews(l.kind) {
		return nil
	}
	if _, err := q.exec(ctx, moveReasonSQL, l.id, int(wentAbove)); err != nil {
		return err
	}
	return l.instead(ctx, q, lane, r, stories.OpPost, 0)
}

// again does anew on the head h what was tried on an earlier one.
func (l lostOne) again(ctx context.Context, q querier, lane int64, r stories.Result, h head) error {
	switch {
	case h.gone: // paused, or made with the next update
		return nil
	case l.op == stories.OpShow:
		return l.instead(ctx, q, lane, r, l.op, h.delivery)
	case l.op != stories.OpReply && l.op != stories.OpBroadcast:
		return nil
	case h.forum:
		return l.instead(ctx, q, lane, r, l.op, h.delivery)
	case h.thread == 0:
		return l.above(ctx, q, lane, r)
	}
	return l.instead(ctx, q, lane, r, l.op, h.thread)
}

// renew owes a new head in the place of h, where an update needs it, and in their order
// what could not be done with the old one and what waits for its thread. What nothing
// needs is made with the next update.
func (l lostOne) renew(ctx context.Context, q querier, lane int64, r stories.Result, h head) (err error) {
	rows, err := waitingOn(ctx, q, h.delivery, h.thread)
	if err != nil {
		return err
	}
	needed := l.update > 0 || l.kind == stories.RevisionNotice || len(rows) > 0
	if !needed && l.op == stories.OpShow { // beside an update that stands elsewhere, or for a change of the story alone
		if err := one(ctx, q, newsSinceSQL, []any{l.id, h.delivery}, &needed); err != nil {
			return err
		}
	}
	if !needed {
		h.gone, h.thread = true, 0
		_, err := q.exec(ctx, setHeadSQL, h.story, h.place, h.delivery, h.thread, bit(h.gone), h.deleted)
		return err
	}
	l.story = h.story
	if h.delivery, err = l.owe(ctx, q, lane, r, stories.OpPost, 0, stories.CardsID, 0, false); err != nil {
		return err
	}
	h.thread, h.gone = 0, false
	if !h.forum && (l.op == stories.OpReply || l.op == stories.OpBroadcast || len(rows) > 0) {
		if h.thread, err = l.owe(ctx, q, lane, r, stories.OpThread, 0, stories.CardsID, h.delivery, false); err != nil {
			return err
		}
	}
	if _, err := q.exec(ctx, setHeadSQL, h.story, h.place, h.delivery, h.thread, 0, h.deleted); err != nil {
		return err
	}
	if err := l.again(ctx, q, lane, r, h); err != nil {
		return err
	}
	return eachWaiting(ctx, q, rows, madeAnew, r, func(waiting lostOne, r stories.Result) error {
		return waiting.again(ctx, q, lane, r, h)
	})
}

// giveUp pauses what brings a story whose head was deleted twice, and tells the channel
// and the desk.
func (s *Store) giveUp(ctx context.Context, q querier, lane int64, l lostOne, r stories.Result, h head) error {
	if _, err := q.exec(ctx, setHeadSQL, h.story, h.place, h.delivery, 0, 1, h.deleted); err != nil {
		return err
	}
	var p place
	if err := one(ctx, q, placeByIDSQL, []any{r.Place}, &p.id, &p.lane, &p.state); err != nil {
		return err
	}
	story, err := theOne(ctx, q, scanStory, storyByIDSQL, h.story)
	if err != nil {
		return missing(err, "This story is not there any more.")
	}
	by, err := decision(ctx, q, p, h.story)
	if err != nil || !by.Serves() {
		return err
	}
	if _, err := q.exec(ctx, moveReasonSQL, l.id, int(lostTwice)); err != nil {
		return err
	}
	var sub int64
	if err := one(ctx, q, decidingHereSQL, []any{p.id, h.story}, &sub); err != nil {
		return err
	}
	if _, err := q.exec(ctx, pauseByIDSQL, sub, millis(r.At)); err != nil {
		return err
	}
	if err := skipUnfollowed(ctx, q, p, r.At); err != nil {
		return err
	}
	if err := tellHere(ctx, q, p, changeOf(stories.CardLost, story).Comes(by), r.At); err != nil {
		return err
	}
	return s.alarmOf(ctx, q, lane, stories.AlarmHeadDeleted, r, h.story)
}
