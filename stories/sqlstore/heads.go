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

// showWaits says that an edit of the head that is named so waits, which only a change of
// the card has brought; flying is the parameter of the requests on their way.
func showWaits(head, flying string) string {
	return `EXISTS (SELECT 1 FROM owed x JOIN publications k ON k.id = (x.id >> 32) LEFT JOIN outcomes e ON e.id = x.id
		WHERE x.on_id > 0 AND x.on_id = ` + head + ` AND k.op = 8 AND k.notice_id = 1 AND coalesce(e.state, 0) IN (0, 5) AND NOT x.id among(` + flying + `))`
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

// makeHeads owes a head to those of whom the condition is true and who have none, and
// has all of them show the update from now on.
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
		none := func(s *statement) string {
			return fmt.Sprintf(`NOT EXISTS (SELECT 1 FROM heads g WHERE g.story_id = %s AND g.destination_id = b.destination_id AND g.gone = 0)`, s.arg(p.u.StoryID))
		}
		if err := p.oweHeads(ctx, q, share{op: stories.OpPost, condition: condition, only: none, cards: true}, keepHeadsSQL); err != nil {
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
		err := p.oweHeads(ctx, q, share{op: stories.OpThread, condition: `(` + condition + `) AND h.thread_id = 0`, on: `h.delivery_id`, cards: true}, keepThreadsSQL)
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
			return `h.begun_cards > 0 AND NOT ` + showWaits(`h.delivery_id`, s.arg(list(slices.Sorted(maps.Keys(p.flying.byID)))))
		}
		n, err := p.oweUnder(ctx, q, share{op: stories.OpShow, cards: true, on: `h.delivery_id`, condition: condition, only: idle}, publications)
		if err != nil {
			return fmt.Errorf("owe edits of heads: %w", err)
		}
		return enqueue(ctx, q, publications, n, p.u.CreatedAt)
	}
}

const (
	// begunHeadsSQL are the heads that some deliveries post or edit, but for those that may
	// have been posted: these show what they showed then.
	begunHeadsSQL = `
		SELECT h.story_id, h.delivery_id, h.through, h.level
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN heads h ON h.delivery_id = CASE WHEN d.on_id > 0 THEN d.on_id ELSE d.id END
		LEFT JOIN outcomes o ON o.id = d.id
		WHERE d.id among(?1) AND p.op IN (0, 5, 8)
			AND (coalesce(o.doubtful, 0) = 0 OR NOT EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = d.id)) ORDER BY d.id`
	// headNewsSQL are the newest updates that the head ?4 of the story ?1 shows: up to the
	// update ?2, from the level ?3 on. What is on hold or withdrawn stays where it stands.
	headNewsSQL = `
		SELECT ` + updateColumns + ` FROM updates u
		WHERE u.story_id = ?1 AND u.id <= ?2 AND u.level >= ?3
			AND (u.standing NOT IN ('hold', 'withdrawn') OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = ?4 AND w.update_id = u.id))
		ORDER BY u.place DESC LIMIT 3`
	fixHeadSQL = `UPDATE heads SET begun = through, begun_cards = 1 + (SELECT revision FROM notices WHERE id = 1) WHERE delivery_id = ?1`
)

// fixHeads notes what the heads show that some deliveries begin, and returns which they
// are.
func fixHeads(ctx context.Context, q querier, deliveries string) (map[int64]bool, error) {
	type head struct{ story, delivery, through, level int64 }
	found, err := all(ctx, q, func(r row) (h head, err error) {
		err = r.Scan(&h.story, &h.delivery, &h.through, &h.level)
		return h, err
	}, begunHeadsSQL, deliveries)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	heads := make(map[int64]bool, len(found))
	for _, h := range found {
		heads[h.delivery] = true
		updates, err := all(ctx, q, scanUpdate, headNewsSQL, h.story, h.through, h.level, h.delivery)
		if err != nil {
			return nil, fmt.Errorf("read what a head shows: %w", err)
		}
		news := make([]stories.News, len(updates))
		for i, u := range updates {
			news[i] = stories.News{Story: stories.Story{ID: h.story}, Update: u}
		}
		if err := keepShown(ctx, q, h.delivery, h.story, news); err != nil {
			return nil, err
		}
		if _, err := q.exec(ctx, fixHeadSQL, h.delivery); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// fillHead adds to c what a head shows: news, or its story alone where it was not begun.
func (s *Store) fillHead(ctx context.Context, c *stories.Content, news []stories.News, story int64) (err error) {
	c.Live = true
	if len(news) == 0 {
		c.Story, err = theOne(ctx, s.reader(), scanStory, storyByIDSQL, story)
		return err
	}
	c.Story, c.Update, c.Was = news[0].Story, news[0].Update, news[0].Was
	if c.Update.ID != 0 {
		c.Newest = news
	}
	return nil
}

const (
	shownHeadsSQL = `
		SELECT DISTINCT h.delivery_id, h.begun, h.begun_cards
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN heads h ON h.delivery_id = CASE WHEN d.on_id > 0 THEN d.on_id ELSE d.id END
		WHERE d.id among(?1) AND p.op IN (0, 5, 8) ORDER BY h.delivery_id`
	// coveredSQL is what waits to be shown by the head ?1 and was when it was begun, with
	// its updates up to ?2 and what was changed before the revision ?3 of all cards; and
	// whether it shows that update.
	coveredSQL = `
		SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id,
			CASE WHEN d.update_id = 0 OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = ?1 AND w.update_id = d.update_id) THEN 1 ELSE 0 END
		FROM owed x JOIN deliveries d ON d.id = x.id
		WHERE x.on_id > 0 AND x.on_id = ?1 AND d.op = 8 AND d.state IN (0, 5) AND d.doubtful = 0
			AND (d.update_id > 0 AND d.update_id <= ?2 OR d.notice_id = 1 AND d.revision < ?3)
		ORDER BY d.id`
	// sayCoveredSQL keeps in which wording the head ?1 shows what ended with it.
	sayCoveredSQL = `
		UPDATE outcomes SET said = w.said FROM shown w
		WHERE outcomes.id among(?2) AND w.delivery_id = ?1 AND w.update_id = (SELECT p.update_id FROM publications p WHERE p.id = (outcomes.id >> 32))`
	seenOnHeadSQL = `
		INSERT INTO readings (update_id, destination_id, seen)
		SELECT w.update_id, d.destination_id, w.said FROM shown w JOIN owed d ON d.id = w.delivery_id WHERE w.delivery_id = ?1 AND w.said > 0 AND w.update_id > 0
		ON CONFLICT (update_id, destination_id) DO UPDATE SET seen = excluded.seen WHERE excluded.seen > readings.seen`
)

// endShown ends with the results that showed heads what else these showed then, and
// returns the heads.
func endShown(ctx context.Context, q querier, flying flights, results []stories.Result) (heads []int64, err error) {
	var shown []int64
	var at time.Time
	for _, r := range results {
		if r.Shows && r.State == stories.Sent {
			shown, at = append(shown, r.Delivery), r.At
		}
	}
	if len(shown) == 0 {
		return nil, nil
	}
	type head struct{ delivery, begun, cards int64 }
	found, err := all(ctx, q, func(r row) (h head, err error) {
		err = r.Scan(&h.delivery, &h.begun, &h.cards)
		return h, err
	}, shownHeadsSQL, list(shown))
	if err != nil {
		return nil, err
	}
	for _, h := range found {
		heads = append(heads, h.delivery)
		var late []waiting // they were never shown: newer ones were before them
		rows, err := all(ctx, q, func(r row) (w waiting, err error) {
			var shows bool
			if err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin, &shows); err == nil && !shows {
				late = append(late, w)
			}
			return w, err
		}, coveredSQL, h.delivery, h.begun, h.cards)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(w waiting) bool { return flying.has(w) || slices.Contains(late, w) })
		late = slices.DeleteFunc(late, flying.has)
		if err := move(ctx, q, rows, stories.Sent, reason{}, at); err != nil {
			return nil, err
		}
		if err := move(ctx, q, late, stories.Skipped, because(crowdedOut), at); err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			if _, err := q.exec(ctx, sayCoveredSQL, h.delivery, list(deliveriesOf(rows))); err != nil {
				return nil, err
			}
		}
	}
	return heads, nil
}

// seeHeads keeps what channels have seen of revisions on their heads.
func seeHeads(ctx context.Context, q querier, heads []int64) error {
	for _, h := range heads {
		if _, err := q.exec(ctx, seenOnHeadSQL, h); err != nil {
			return fmt.Errorf("keep what was seen on heads: %w", err)
		}
	}
	return nil
}

const (
	// passHeadsSQL has the heads that were not begun of the story ?1 be of ?2, where that
	// has none. All others end: what is shown of them says what they go on as.
	passHeadsSQL = `
		UPDATE heads SET story_id = ?2 WHERE story_id = ?1 AND begun_cards = 0 AND gone = 0
			AND NOT EXISTS (SELECT 1 FROM heads g WHERE g.story_id = ?2 AND g.destination_id = heads.destination_id)`
	endHeadsSQL = `DELETE FROM heads WHERE story_id = ?1 AND CAST(?2 AS BIGINT) > 0`
)

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
	if notice == 0 || sub.StoryID == 0 || sub.Mode == stories.ModeChannel || sub.Mode == stories.ModeCard && sub.Digest != "" {
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
