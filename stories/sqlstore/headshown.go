package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

// What heads show when they are begun, and what ends with that: see heads.go.

var (
	// begunHeadsSQL are the heads that some deliveries post or edit, but for those that may
	// have been posted: these show what they showed then.
	begunHeadsSQL = `
		SELECT h.story_id, h.delivery_id, h.through, h.level
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN heads h ON h.delivery_id = CASE WHEN d.on_id > 0 THEN d.on_id ELSE d.id END
		LEFT JOIN outcomes o ON o.id = d.id
		WHERE d.id among(?1) AND p.op shows()
			AND (coalesce(o.doubtful, 0) = 0 OR NOT EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = d.id)) ORDER BY d.id`
	// headNewsSQL are the newest updates that the head ?4 of the story ?1 shows: up to the
	// update ?2, from the level ?3 on. What is on hold or withdrawn stays where it stands, and
	// what its channel gets in a digest is not told before that.
	headNewsSQL = `
		SELECT ` + updateColumns + ` FROM updates u JOIN stories s ON s.id = u.story_id
		WHERE u.story_id = ?1 AND u.id <= ?2 AND u.level >= ?3
			AND (u.standing NOT IN ('hold', 'withdrawn') OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = ?4 AND w.update_id = u.id))
			AND NOT EXISTS (SELECT 1 FROM publications p JOIN heads h ON h.delivery_id = ?4 JOIN owed d ON d.id = (p.id << 32) + h.destination_id LEFT JOIN outcomes o ON o.id = d.id
				WHERE p.update_id = u.id AND p.deferred > 0 AND p.op carries() AND ` + deferredSQL + `
					AND (SELECT b.digest FROM subscriptions b WHERE b.destination_id = h.destination_id AND ` + decidesSQL + `) <> '')
		ORDER BY u.place DESC LIMIT 3`
	// fixHeadSQL also notes up to which delivery all has ended that acts on the head. The
	// edit that is begun has not; and nobody owes one meanwhile, for the notice of cards is
	// shared.
	fixHeadSQL = `
		UPDATE heads SET begun = through, begun_cards = 1 + (SELECT revision FROM notices WHERE id = 1), ended = coalesce((
			SELECT min(x.id) - 1 FROM owed x LEFT JOIN outcomes o ON o.id = x.id
			WHERE x.on_id > 0 AND x.on_id = heads.delivery_id AND x.id > heads.ended AND coalesce(o.state, 0) IN (0, 5)), ended)
		WHERE delivery_id = ?1`
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

const headPlaceSQL = `SELECT t.id, t.lane_id, t.state FROM owed d JOIN destinations t ON t.id = d.destination_id WHERE d.id = ?1`

// fillPresent has the head that is a subscription's first message say with which options
// that brings the story now.
func (s *Store) fillPresent(ctx context.Context, c *stories.Content, head int64) error {
	var p place
	change := &c.Notice.Body.Change
	if err := one(ctx, s.reader(), headPlaceSQL, []any{head}, &p.id, &p.lane, &p.state); err != nil {
		return err
	}
	by, err := decision(ctx, s.reader(), p, change.StoryID)
	if err == nil && by.By.Kind == stories.TargetStory {
		change.Level, change.Options, change.Pings = by.Level, by.Options, by.Pings.Name
	}
	return err
}

const (
	shownHeadsSQL = `
		SELECT DISTINCT h.delivery_id, h.begun, h.begun_cards
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN heads h ON h.delivery_id = CASE WHEN d.on_id > 0 THEN d.on_id ELSE d.id END
		WHERE d.id among(?1) AND p.op shows() ORDER BY h.delivery_id`
	// coveredSQL is what waits to be shown by the head ?1 and was when it was begun, with
	// its updates up to ?2 and what was changed before the revision ?3 of all cards; and
	// whether it shows that update.
	coveredSQL = `
		SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id,
			CASE WHEN d.update_id = 0 OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = ?1 AND w.update_id = d.update_id) THEN 1 ELSE 0 END
		FROM owed x JOIN deliveries d ON d.id = x.id
		WHERE x.on_id > 0 AND x.on_id = ?1 AND x.id > (SELECT h.ended FROM heads h WHERE h.delivery_id = ?1) AND d.op onCard() AND d.state IN (0, 5) AND d.doubtful = 0
			AND (d.update_id > 0 AND d.update_id <= ?2 OR d.notice_id = 1 AND d.revision < ?3)
		ORDER BY d.id`
	// coveredLaterSQL is what waits for its time so: whatever made the head, its updates stand
	// on it.
	coveredLaterSQL = `
		SELECT p.id, d.destination_id, d.id, p.id,
			CASE WHEN EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = ?1 AND w.update_id = p.update_id) THEN 1 ELSE 0 END
		FROM heads h JOIN publications p ON p.story_id = h.story_id AND p.op onCard() AND p.deferred > 0 JOIN owed d ON d.id = (p.id << 32) + h.destination_id
			LEFT JOIN outcomes o ON o.id = d.id
		WHERE h.delivery_id = ?1 AND p.update_id > 0 AND p.update_id <= ?2 AND ` + deferredSQL + `
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
func endShown(ctx context.Context, q querier, lane int64, flying flights, results []stories.Result) (heads []int64, err error) {
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
	if err := endUnshown(ctx, q, shown); err != nil {
		return nil, err
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
		scan := func(r row) (w waiting, err error) {
			var shows bool
			if err = r.Scan(&w.Publication, &w.Place, &w.Delivery, &w.Origin, &shows); err == nil && !shows {
				late = append(late, w)
			}
			return w, err
		}
		rows, err := all(ctx, q, scan, coveredSQL, h.delivery, h.begun, h.cards)
		if err != nil {
			return nil, err
		}
		later, err := all(ctx, q, scan, coveredLaterSQL, h.delivery, h.begun)
		if err != nil {
			return nil, err
		}
		if rows, err = inLane(ctx, q, lane, append(rows, later...)); err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(w waiting) bool { return flying.has(w) || slices.Contains(late, w) })
		if late, err = inLane(ctx, q, lane, slices.DeleteFunc(late, flying.has)); err != nil {
			return nil, err
		}
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

const (
	// unshownSQL are those of some edits of heads, each owed for an update, that did not
	// show it: newer ones were before it.
	unshownSQL = `
		SELECT d.id FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN outcomes o ON o.id = d.id JOIN heads h ON h.delivery_id = d.on_id
		WHERE d.id among(?1) AND p.op onCard() AND p.update_id > 0 AND o.state = 2
			AND NOT EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = h.delivery_id AND w.update_id = p.update_id) ORDER BY d.id`
	sayUnshownSQL = `UPDATE outcomes SET state = 6, code = ?2 WHERE id among(?1)`
)

// endUnshown has the edits of heads that did not show their own update end like what else
// newer ones were before.
func endUnshown(ctx context.Context, q querier, shown []int64) error {
	found, err := all(ctx, q, scanID, unshownSQL, list(shown))
	if err != nil || len(found) == 0 {
		return err
	}
	t := tally{}
	for _, id := range found {
		t.ended(id>>placeBits, stories.Sent, -1)
		t.of(id>>placeBits).overtaken++
	}
	if _, err := q.exec(ctx, sayUnshownSQL, list(found), int(crowdedOut)); err != nil {
		return err
	}
	return t.write(ctx, q)
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

// keepShown notes what a card shows: of is its story where it has one alone.
func keepShown(ctx context.Context, q querier, card, of int64, news []stories.News) error {
	each := make([][4]int64, len(news), len(news)+1)
	for i, n := range news {
		each[i] = [4]int64{int64(i), n.Story.ID, n.Update.ID, int64(n.Update.Revision)}
	}
	if len(each) == 0 { // it shows none, and says so
		each = append(each, [4]int64{0, of})
	}
	text, err := json.Marshal(each)
	if err != nil {
		return err
	}
	if _, err := q.exec(ctx, forgetShownSQL, card); err != nil {
		return err
	}
	if _, err := q.exec(ctx, keepShownSQL, card, string(text), bit(of != 0)); err != nil {
		return fmt.Errorf("keep what a card shows: %w", err)
	}
	return nil
}
