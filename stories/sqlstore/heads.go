package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// A head is the one live card of a story in a channel that does not get a message for
// every update, and what its thread hangs on. It is owed with the first update that needs
// it, in that one's transaction, or is the first message of a subscription; replies and
// edits act on its delivery, so that they begin only once it is there, and however often a
// process is killed in between there is one.
//
// Heads are owed under the notice of cards, like the edits of all cards: what each says is
// told by its delivery. It shows the newest updates up to the one that it was to show last
// (through), at the level of its subscription then; which those were when it was begun is
// kept in the table shown, so that a revision of one of them edits it.
//
// In a forum the head is the post of its story: updates are replies on the head's own
// delivery, whatever the mode, and there is no thread to be opened.
//
// An update is a head's own (OpShow) in a channel that gets no message of it. It has been
// delivered once any request has that showed it: whichever that was, all updates that it
// showed end with it, and several changes are one edit.

const (
	// keepHeadsSQL keeps the new heads of the story ?1, which the publications ?2 owe. What
	// was deleted once before is deleted a second time, until its channel was paused for it
	// and resumed.
	keepHeadsSQL = `
		INSERT INTO heads (story_id, destination_id, delivery_id)
		SELECT CAST(?1 AS BIGINT), d.destination_id, d.id FROM publications p CROSS JOIN owed d WHERE p.id among(?2) AND ` + inPublicationSQL + `
		ON CONFLICT (story_id, destination_id) DO UPDATE SET delivery_id = excluded.delivery_id, thread_id = 0, gone = 0, begun = 0, begun_cards = 0,
			deleted = CASE WHEN heads.deleted > 1 THEN 0 ELSE heads.deleted END`
	keepThreadsSQL = `
		UPDATE heads SET thread_id = d.id FROM publications p CROSS JOIN owed d
		WHERE p.id among(?2) AND ` + inPublicationSQL + ` AND heads.story_id = ?1 AND heads.destination_id = d.destination_id`
	// publishHeadsSQL makes publications under the notice of cards that are as urgent as the
	// update for which they are owed, and are raised with its story.
	publishHeadsSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, notice_id)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), 0, ?2, ?3, ?4, ?5, ?6, ?6, 1 FROM each(?1)
		RETURNING id`
)

// showWaits says that an edit of the head h waits, which only a change of the card has
// brought; flying is the parameter of the requests on their way. What has ended is not read
// again: a head gets an edit with every update of its story.
func showWaits(flying string) string {
	return `EXISTS (SELECT 1 FROM owed x JOIN publications k ON k.id = (x.id >> 32) LEFT JOIN outcomes e ON e.id = x.id
		WHERE x.on_id > 0 AND x.on_id = h.delivery_id AND x.id > h.ended AND k.op onCard() AND k.notice_id = 1 AND coalesce(e.state, 0) IN (0, 5) AND NOT x.id among(` + flying + `))`
}

// neverThere says that the delivery which is named so has ended without a message: what
// acts on it would be skipped for ever, so that another is owed with the next update.
func neverThere(delivery string) string {
	return `EXISTS (SELECT 1 FROM outcomes o WHERE o.id = ` + delivery + ` AND o.message_id = '' AND o.state IN (3, 4, 6))`
}

// headed says that the story has a head, or will, at the destination of a subscription b.
func (s *statement) headed(storyID int64) string {
	return headedAt(s.arg(storyID), `b.destination_id`)
}

func headedAt(story, place string) string {
	return `EXISTS (SELECT 1 FROM heads g WHERE g.story_id = ` + story + ` AND g.destination_id = ` + place + ` AND g.gone = 0 AND NOT ` + neverThere(`g.delivery_id`) + `)`
}

// eachLane are lanes, each with a random number.
func eachLane(lanes []int64) (string, error) {
	each := make([][2]int64, len(lanes))
	for i, lane := range lanes {
		each[i] = [2]int64{lane, newSeed()}
	}
	text, err := json.Marshal(each)
	return string(text), err
}

// publishHeads begins a publication in each of the lanes that owes something of heads of a
// story.
func publishHeads(ctx context.Context, q querier, lanes []int64, storyID int64, op stories.Op, level stories.Level, revision int, at time.Time) ([]int64, error) {
	each, err := eachLane(lanes)
	if err != nil {
		return nil, err
	}
	return all(ctx, q, scanID, publishHeadsSQL, each, storyID, millis(at), revision, int(op), int(level))
}

// unlessItWaits is the part of those who get the update that is owed what is there for it:
// where it waits for its time, so does a head that would be posted for it (hang.go).
func (p *planner) unlessItWaits() when {
	if p.u.Level == stories.Breaking {
		return always
	}
	return atOnce
}

// makeHeads owes a head to those of whom the condition is true and who have none, but for
// those for whom the update waits, and has all heads there are show it from now on.
func (p *planner) makeHeads(condition string) func(context.Context, querier) error {
	return func(ctx context.Context, q querier) (err error) {
		// Who begins a head shares the notice of cards: we see it on its way, or it is begun
		// later and shows this update too.
		if p.cards, err = lockCards(ctx, q); err != nil {
			return err
		}
		if p.flying, err = allFlights(ctx, q); err != nil {
			return err
		}
		none := func(s *statement) string { return `NOT ` + s.headed(p.u.StoryID) }
		if err := p.oweHeads(ctx, q, share{op: stories.OpPost, condition: condition, only: none, cards: true, when: p.unlessItWaits()}, keepHeadsSQL); err != nil {
			return fmt.Errorf("owe heads: %w", err)
		}
		for _, t := range p.targets {
			var s statement
			s.write(`UPDATE heads SET through = %s, level = b.level FROM subscriptions b CROSS JOIN destinations t`, s.arg(p.u.ID))
			if err := s.reached(t, p.u, p.muted); err != nil {
				return err
			}
			s.write(` AND (%s) AND heads.story_id = %s AND heads.destination_id = b.destination_id`, condition, s.arg(p.u.StoryID))
			if _, err := q.exec(ctx, s.text.String(), s.args...); err != nil {
				return fmt.Errorf("have heads show an update: %w", err)
			}
		}
		return nil
	}
}

// openThreads owes the threads of heads that have none.
func (p *planner) openThreads(condition string) func(context.Context, querier) error {
	return func(ctx context.Context, q querier) error {
		err := p.oweHeads(ctx, q, share{op: stories.OpThread, condition: `(` + condition + `) AND (h.thread_id = 0 OR ` + neverThere(`h.thread_id`) + `)`, on: `h.delivery_id`, cards: true, when: p.unlessItWaits()}, keepThreadsSQL)
		if err != nil {
			return fmt.Errorf("owe threads: %w", err)
		}
		return nil
	}
}

// oweHeads owes what a share says under the notice of cards, and keeps it.
func (p *planner) oweHeads(ctx context.Context, q querier, share share, keep string) error {
	publications, err := publishHeads(ctx, q, p.lanes, p.u.StoryID, share.op, p.u.Level, p.cards.revision, p.u.CreatedAt)
	if err != nil {
		return err
	}
	n, err := p.oweUnder(ctx, q, share, publications)
	if err != nil {
		return err
	}
	if n > 0 {
		if _, err := q.exec(ctx, keep, p.u.StoryID, list(publications)); err != nil {
			return err
		}
	}
	return enqueue(ctx, q, publications, n, p.u.CreatedAt)
}

// editHeads owes an edit to the heads that were begun before and show the update now
// beside a message of it, unless one waits already.
func (p *planner) editHeads(condition string) func(context.Context, querier) error {
	return func(ctx context.Context, q querier) error {
		publications, err := publishHeads(ctx, q, p.lanes, 0, stories.OpShow, stories.CardsNotice.Urgency(), p.cards.revision, p.u.CreatedAt)
		if err != nil {
			return err
		}
		idle := func(s *statement) string {
			return `h.begun_cards > 0 AND NOT ` + showWaits(s.arg(list(slices.Sorted(maps.Keys(p.flying.byID)))))
		}
		n, err := p.oweUnder(ctx, q, share{op: stories.OpShow, cards: true, on: `h.delivery_id`, condition: condition, only: idle}, publications)
		if err != nil {
			return fmt.Errorf("owe edits of heads: %w", err)
		}
		return enqueue(ctx, q, publications, n, p.u.CreatedAt)
	}
}

const (
	waitingHeadsSQL = `
		SELECT d.id, h.story_id FROM deliveries d JOIN heads h ON h.delivery_id = d.id WHERE d.id among(?1) AND d.notice_id = 1 AND d.doubtful = 0 ORDER BY d.id`
	forgetHeadsSQL = `DELETE FROM heads WHERE delivery_id among(?1)`
)

// skipHeads skips among the rows that wait at p the heads of stories that nothing brings
// there any more. What was to act on them finds no message.
func skipHeads(ctx context.Context, q querier, p place, rows []waiting, at time.Time) error {
	of := map[int64]int64{} // by delivery
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id, story int64
		err = r.Scan(&id, &story)
		of[id] = story
		return none, err
	}, waitingHeadsSQL, list(deliveriesOf(rows)))
	if err != nil || len(of) == 0 {
		return err
	}
	var vain []int64
	for _, id := range slices.Sorted(maps.Keys(of)) {
		by, err := decision(ctx, q, p, of[id])
		if err != nil {
			return err
		}
		if !by.Serves() {
			vain = append(vain, id)
		}
	}
	if err := forgetHeads(ctx, q, vain); err != nil {
		return err
	}
	return move(ctx, q, only(rows, vain), stories.Skipped, because(endedFirst), at)
}

// forgetHeads forgets heads that will never be there.
func forgetHeads(ctx context.Context, q querier, deliveries []int64) error {
	if len(deliveries) == 0 {
		return nil
	}
	_, err := q.exec(ctx, forgetHeadsSQL, list(deliveries))
	return err
}

// firstHeadSQL has the first message of the notice ?1 be the head of the story ?2, at the
// level ?3.
const firstHeadSQL = `
	INSERT INTO heads (story_id, destination_id, delivery_id, level, through)
	SELECT CAST(?2 AS BIGINT), d.destination_id, d.id, CAST(?3 AS SMALLINT), coalesce((SELECT max(u.id) FROM updates u WHERE u.story_id = ?2), 0)
	FROM publications p CROSS JOIN owed d WHERE p.notice_id = ?1 AND p.op = 0 AND ` + inPublicationSQL + `
	ON CONFLICT (story_id, destination_id) DO UPDATE SET delivery_id = excluded.delivery_id, thread_id = 0, gone = 0, begun = 0, begun_cards = 0,
		deleted = 0, level = excluded.level, through = excluded.through`

// beginHead has the first message of a subscription be the story's head in its channel,
// where updates come there otherwise than as messages. One that was there before stays as
// it is.
func beginHead(ctx context.Context, q querier, notice int64, sub stories.Subscription) error {
	if notice == 0 || sub.StoryID == 0 || !sub.Forum && (sub.Mode == stories.ModeChannel || sub.Mode == stories.ModeCard && sub.Digest != "") {
		return nil
	}
	_, err := q.exec(ctx, firstHeadSQL, notice, sub.StoryID, sub.Level)
	return err
}

const (
	keepBroadcastSQL = `INSERT INTO broadcasting (platform) VALUES (?1) ON CONFLICT (platform) DO NOTHING`
	dropBroadcastSQL = `DELETE FROM broadcasting WHERE platform = ?1`
)

// KeepBroadcasting keeps whether a reply can be shown in the
// channel too on a platform. Where it cannot, what is breaking is a message there beside
// the reply.
func (s *Store) KeepBroadcasting(ctx context.Context, platform string, can bool) error {
	return s.change(ctx, func(q querier) error {
		text := dropBroadcastSQL
		if can {
			text = keepBroadcastSQL
		}
		_, err := q.exec(ctx, text, platform)
		return err
	})
}
