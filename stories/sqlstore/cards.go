package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"storybot/stories"
)

// A card is the first message of a subscription: a notice of kind 'follow', owed to one
// channel. What it shows is fixed when it is begun (the table shown): its stories, each
// with the update that was the newest then. Whatever changes one of them afterwards owes
// each of its cards one edit, in its own transaction: a publication in each lane, under
// the one notice of all cards, that knows by its rows which card each edits. What the
// card says is read when the edit is begun, so an edit that waits is the newest already
// and no second one is owed.
//
// Who begins a card or an edit of one shares the notice of cards; who changes what they
// show has it alone: a card is begun and seen to be, or begun later and says what is so
// then. It is locked behind planning and the updates, and before the lane, publications
// and destinations.

// cards is the notice of cards, locked, at a revision of its own.
type cards struct{ revision int }

const (
	lockCardsSQL    = `UPDATE notices SET revision = revision + 1 WHERE id = 1 RETURNING revision`
	publishCardsSQL = `
		INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, revision, op, level, urgency, notice_id)
		SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), 0, 0, ?2, ?3, ?5, ?4, ?4, 1 FROM each(?1)
		RETURNING id`
	// ofShownSQL are the rows w of the story ?1 that read otherwise when it changes or, where
	// ?2 is not 0, when that update of it does. What a card says of a story that was merged
	// has ended, but for the news it keeps; one that somebody deleted says nothing.
	ofShownSQL    = `w.story_id = ?1 AND w.lost = 0 AND CASE WHEN CAST(?2 AS BIGINT) = 0 THEN w.of_id = w.story_id ELSE w.update_id = ?2 END`
	isShownSQL    = `SELECT count(*) FROM (SELECT 1 FROM shown w WHERE ` + ofShownSQL + ` LIMIT 1) AS w`
	shownCardsSQL = `
		FROM (SELECT DISTINCT w.delivery_id FROM shown w WHERE ` + ofShownSQL + `) AS cs
		JOIN owed d ON d.id = cs.delivery_id LEFT JOIN outcomes o ON o.id = d.id
		JOIN destinations g ON g.id = d.destination_id
		JOIN destinations t ON t.id = CASE WHEN g.moved_to > 0 THEN g.moved_to ELSE g.id END`
)

var (
	// editableCardSQL: it was sent, or may have been, or is on its way (?3).
	editableCardSQL = `t.state <> 'gone' AND (o.state = 2 OR ` + maybeThere("d", "o", "?3") + `)`
	// countCardsSQL counts the cards that show the story ?1, or of it the update ?2 where
	// that is not 0, wherever they can be edited.
	countCardsSQL = `SELECT count(*) ` + shownCardsSQL + ` WHERE ` + editableCardSQL
	// countDigestsSQL counts those of countCardsSQL that are digests.
	countDigestsSQL = countCardsSQL + ` AND EXISTS (SELECT 1 FROM publications k JOIN notices n ON n.id = k.notice_id WHERE k.id = (d.id >> 32) AND n.kind = 'digest')`
	// cardEditsSQL owes an edit, under the publications ?4, of every card that shows the
	// story ?1, and of it the update ?2 where that is not 0, unless one waits already. ?3
	// are requests on their way. It owes a channel with several one at a time. What was a head
	// once is edited as one for ever: the edits of one message have one order.
	cardEditsSQL = `
		INSERT INTO owed (id, destination_id, on_id)
		SELECT (p.id << 32) + t.id, t.id, d.id` + shownCardsSQL + `
		JOIN publications p ON p.id among(?4) AND p.lane_id = t.lane_id
		LEFT JOIN heads h ON h.delivery_id = d.id
		WHERE ` + editableCardSQL + `
			AND NOT EXISTS (SELECT 1 FROM owed x JOIN publications k ON k.id = (x.id >> 32) LEFT JOIN outcomes e ON e.id = x.id
				WHERE x.on_id > 0 AND x.on_id = d.id AND x.id > coalesce(h.ended, 0) AND k.op edits() AND k.notice_id = 1 AND coalesce(e.state, 0) IN (0, 5) AND NOT x.id among(?3))
			AND CASE WHEN h.delivery_id > 0 OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = d.id AND w.live = 1) THEN 8 ELSE 1 END = ?5
		ORDER BY t.id
		ON CONFLICT DO NOTHING`
)

func lockCards(ctx context.Context, q querier) (c cards, err error) {
	err = one(ctx, q, lockCardsSQL, nil, &c.revision)
	return c, err
}

// editCards owes an edit to the cards of a story that was changed and is locked, and
// returns how many those are.
func (s *Store) editCards(ctx context.Context, q querier, storyID int64, at time.Time) (int, error) {
	if err := sharePlanning(ctx, q); err != nil {
		return 0, err
	}
	c, err := lockCards(ctx, q)
	if err != nil {
		return 0, err
	}
	flying, err := allFlights(ctx, q)
	if err != nil {
		return 0, err
	}
	return c.edit(ctx, q, storyID, 0, flying, at)
}

// cardsOf counts the cards that an edit of a story would be owed to now.
func cardsOf(ctx context.Context, q querier, storyID int64) (int, error) {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return 0, err
	}
	return countCards(ctx, q, storyID, 0, list(slices.Collect(maps.Keys(flying.byID))))
}

// countCards counts the cards that show a story, and of it an update where that is not 0;
// on are requests on their way.
func countCards(ctx context.Context, q querier, storyID, updateID int64, on string) (n int, err error) {
	var shown bool
	if err := one(ctx, q, isShownSQL, []any{storyID, updateID}, &shown); err != nil || !shown {
		return 0, err
	}
	err = one(ctx, q, countCardsSQL, []any{storyID, updateID, on}, &n)
	return n, err
}

// countDigests is how many of the cards that show an update are digests.
func countDigests(ctx context.Context, q querier, u stories.Update, on string, reach *stories.Reach) error {
	if reach.Cards == 0 {
		return nil
	}
	return one(ctx, q, countDigestsSQL, []any{u.StoryID, u.ID, on}, &reach.Digests)
}

// edit owes an edit to the cards that show a story, and of it an update where that is
// not 0, and returns how many will read otherwise: one that waits for an edit already
// is counted and owed no second one. Planning is shared.
func (c cards) edit(ctx context.Context, q querier, storyID, updateID int64, flying flights, at time.Time) (n int, err error) {
	on := list(slices.Collect(maps.Keys(flying.byID)))
	if n, err = countCards(ctx, q, storyID, updateID, on); err != nil || n == 0 {
		return 0, err
	}
	for _, op := range []stories.Op{stories.OpEdit, stories.OpShow} {
		if err := c.owe(ctx, q, op, storyID, updateID, on, at); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// owe owes an edit by one operation, OpShow of heads and OpEdit of others; on are requests
// on their way.
func (c cards) owe(ctx context.Context, q querier, op stories.Op, storyID, updateID int64, on string, at time.Time) error {
	lanes, err := all(ctx, q, scanID, lanesInUseSQL)
	if err != nil {
		return err
	}
	for owed := 1; owed > 0; {
		each, err := eachLane(lanes)
		if err != nil {
			return err
		}
		publications, err := all(ctx, q, scanID, publishCardsSQL, each, millis(at), c.revision, int(stories.CardsNotice.Urgency()), int(op))
		if err != nil {
			return fmt.Errorf("publish edits of cards: %w", err)
		}
		more, err := q.exec(ctx, cardEditsSQL, storyID, updateID, on, list(publications), int(op))
		if err != nil {
			return fmt.Errorf("owe edits of cards: %w", err)
		}
		owed = int(more)
		if err := enqueue(ctx, q, publications, owed, at); err != nil {
			return err
		}
	}
	return nil
}

const passCardsSQL = `UPDATE shown SET story_id = ?2 WHERE story_id = ?1`

// passCards has the cards of a story that was merged say so: they end with that. Only the
// news they keep is edited from then on, and its update belongs to the other story. It
// returns what was for heads that ended.
func passCards(ctx context.Context, q querier, a stories.Act, m stories.Merging) ([]waiting, error) {
	c, err := lockCards(ctx, q)
	if err != nil {
		return nil, err
	}
	flying, err := allFlights(ctx, q)
	if err != nil {
		return nil, err
	}
	if _, err := c.edit(ctx, q, m.From.ID, 0, flying, a.At); err != nil {
		return nil, err
	}
	if _, err := q.exec(ctx, passCardsSQL, m.From.ID, m.Into.ID); err != nil {
		return nil, err
	}
	over, err := passHeads(ctx, q, m, flying, a.At)
	if err != nil {
		return nil, err
	}
	return over, c.showMerged(ctx, q, m.Into.ID, flying, a.At)
}

const (
	// begunCardsSQL are those of some deliveries that are cards, but for those that may
	// have been sent: these show what they showed then.
	begunCardsSQL = `
		SELECT ` + noticeColumns + `, d.id
		FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN notices n ON n.id = p.notice_id LEFT JOIN outcomes o ON o.id = d.id
		WHERE d.id among(?1) AND p.op = 0 AND n.kind = 'follow'
			AND (coalesce(o.doubtful, 0) = 0 OR NOT EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = d.id)) ORDER BY d.id`
	forgetShownSQL = `DELETE FROM shown WHERE delivery_id = ?1`
	keepShownSQL   = `
		INSERT INTO shown (delivery_id, place, story_id, of_id, update_id, said, live)
		SELECT CAST(?1 AS BIGINT), CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 3 AS BIGINT), CAST(?3 AS SMALLINT) FROM each(?2)`
)

// fixCards notes what the cards show that x begins: the newest there is now.
func (s *Store) fixCards(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	if len(x.Notices) == 0 {
		return nil
	}
	ids := list(deliveriesOf(stillBegun(x, begun)))
	heads, err := fixHeads(ctx, q, ids)
	if err != nil {
		return err
	}
	type card struct {
		delivery int64
		content  stories.Content
	}
	found, err := all(ctx, q, func(r row) (c card, err error) {
		c.content.Notice, err = scanNotice(r, &c.delivery)
		return c, err
	}, begunCardsSQL, ids)
	if err != nil {
		return err
	}
	for _, c := range found {
		if heads[c.delivery] {
			continue
		}
		if err := s.fillChange(ctx, q, &c.content); err != nil {
			return fmt.Errorf("read what a card shows: %w", err)
		}
		news := c.content.Newest
		if c.content.Story.ID != 0 {
			news = []stories.News{{Story: c.content.Story, Update: c.content.Update}}
		}
		if err := keepShown(ctx, q, c.delivery, 0, news); err != nil {
			return err
		}
	}
	return nil
}

const (
	// cardOfSQL is the card that the delivery ?1 posts or edits, and its notice.
	cardOfSQL = `
		SELECT ` + noticeColumns + `, CASE WHEN e.on_id > 0 THEN e.on_id ELSE e.id END
		FROM owed e JOIN publications p ON p.id = (CASE WHEN e.on_id > 0 THEN e.on_id ELSE e.id END >> 32) JOIN notices n ON n.id = p.notice_id WHERE e.id = ?1`
	// isHeadSQL is above 0 for a head, and tells of which story the delivery ?1 is one.
	isHeadSQL = `
		SELECT CASE WHEN EXISTS (SELECT 1 FROM heads h WHERE h.delivery_id = ?1) OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = ?1 AND w.live = 1) THEN 1 ELSE 0 END, coalesce((SELECT p.story_id FROM publications p WHERE p.id = (CAST(?1 AS BIGINT) >> 32)), 0)`
	// cardPostSQL is the delivery that posts the card of the notice ?1.
	cardPostSQL = `SELECT d.id FROM publications p CROSS JOIN owed d WHERE p.notice_id = ?1 AND p.op = 0 AND ` + inPublicationSQL + ` ORDER BY d.id LIMIT 1`
)

// shownOfSQL are the stories that the card ?1 shows, each with what it was called then
// where it has been merged since.
var shownOfSQL = `
	SELECT ` + storyColumns + `, w.update_id, coalesce(g.slug, ''), coalesce(g.headline, '')
	FROM shown w JOIN stories s ON s.id = w.story_id LEFT JOIN merged g ON g.id = w.of_id
	WHERE w.delivery_id = ?1 ORDER BY w.place`

const (
	isFixedSQL        = `SELECT count(*) FROM shown WHERE delivery_id = ?1`
	shownUpdatesOfSQL = `SELECT ` + updateColumns + ` FROM updates u WHERE u.id among(?1)`
)

// cardContent is what a card is to say that the delivery edits.
func (s *Store) cardContent(ctx context.Context, edit int64) (c stories.Content, err error) {
	gone := "This card is not there any more."
	var card int64
	c.Notice, err = theOne(ctx, s.reader(), func(r row) (stories.Notice, error) { return scanNotice(r, &card) }, cardOfSQL, edit)
	switch {
	case err != nil:
	case c.Notice.Kind == stories.DigestNotice:
		err = s.fillDigest(ctx, &c)
	default:
		err = s.fillCard(ctx, &c, card)
	}
	return c, s.told(missing(err, "%s", gone))
}

// fillCard adds to c what its card shows, as that is now: the card that a delivery
// posts, or the one of c's notice where that is 0. One that was not begun shows the
// newest.
func (s *Store) fillCard(ctx context.Context, c *stories.Content, card int64) error {
	if card == 0 {
		if err := one(ctx, s.reader(), cardPostSQL, []any{c.Notice.ID}, &card); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	news, err := s.shownOn(ctx, card)
	if err != nil {
		return err
	}
	var head bool
	var of int64
	if err := one(ctx, s.reader(), isHeadSQL, []any{card}, &head, &of); err != nil {
		return err
	}
	if head || c.Notice.Kind == stories.CardsNotice {
		if err := s.fillHead(ctx, c, news, of); err != nil || c.Notice.Kind != stories.FollowNotice {
			return err
		}
		return s.fillPresent(ctx, c, card)
	}
	if len(news) == 0 {
		var fixed bool
		if err := one(ctx, s.reader(), isFixedSQL, []any{card}, &fixed); err != nil || fixed {
			return err
		}
		return s.fillChange(ctx, s.reader(), c)
	}
	if c.Notice.Body.Change.StoryID == 0 {
		c.Newest = news
	} else {
		c.Story, c.Update, c.Was = news[0].Story, news[0].Update, news[0].Was
	}
	return nil
}

// shownOn are the stories on a card with the updates it shows, none where it was not
// begun or shows none.
func (s *Store) shownOn(ctx context.Context, card int64) ([]stories.News, error) {
	var ids []int64 // of the updates
	news, err := all(ctx, s.reader(), func(r row) (n stories.News, err error) {
		n.Story, err = scanStory(also{r, []any{&n.Update.ID, &n.Was.Slug, &n.Was.Headline}})
		ids = append(ids, n.Update.ID)
		return n, err
	}, shownOfSQL, card)
	if err != nil || len(news) == 0 {
		return nil, err
	}
	updates, err := all(ctx, s.reader(), scanUpdate, shownUpdatesOfSQL, list(ids))
	for _, u := range updates {
		for i := range news {
			if ids[i] == u.ID {
				news[i].Update = u
			}
		}
	}
	return news, err
}
