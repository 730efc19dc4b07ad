package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"storybot/stories"
)

// A card that its platform lets nobody change any more goes on in a new message. Where that
// one cannot be changed either before it ever was, cards are no way there: what brings the
// story brings messages from then on, and the channel and the desk are told.

const (
	// wasEditedSQL asks whether the card ?1 was ever changed, by a request of its own: what it
	// was posted with has been shown without.
	wasEditedSQL   = `SELECT count(*) FROM owed x JOIN publications p ON p.id = (x.id >> 32) JOIN outcomes o ON o.id = x.id WHERE x.on_id > 0 AND x.on_id = ?1 AND p.op onCard() AND o.state = 2 AND o.attempt > 0`
	closingsSQL    = `SELECT closings FROM heads WHERE story_id = ?1 AND destination_id = ?2`
	setClosingsSQL = `UPDATE heads SET closings = ?3 WHERE story_id = ?1 AND destination_id = ?2`
	// onCardSQL is what waits to be shown by the card ?1, in its order.
	onCardSQL   = `SELECT ` + waitsUnderSQL + `, d.destination_id, d.id, d.publication_id FROM owed x JOIN deliveries d ON d.id = x.id WHERE x.on_id > 0 AND x.on_id = ?1 AND d.op onCard() AND d.state IN (0, 5) ORDER BY d.id`
	uncardedSQL = `UPDATE subscriptions SET mode = 'channel' WHERE id = ?1 AND mode = 'card'`
)

// closeCard has the card h go on in a new message, once; then it has what brings the story
// bring messages.
func (s *Store) closeCard(ctx context.Context, q querier, lane int64, l lostOne, r stories.Result, h head) error {
	var edits, closings int
	if err := one(ctx, q, wasEditedSQL, []any{h.delivery}, &edits); err != nil {
		return err
	}
	if err := one(ctx, q, closingsSQL, []any{h.story, h.place}, &closings); err != nil {
		return err
	}
	if closings++; edits > 0 {
		closings = 1
	}
	if closings > 1 {
		closings = 0
	}
	if _, err := q.exec(ctx, setClosingsSQL, h.story, h.place, closings); err != nil {
		return err
	}
	if closings > 0 {
		return l.renew(ctx, q, lane, r, h)
	}
	if !h.forum { // whose post goes on
		if _, err := q.exec(ctx, setHeadSQL, h.story, h.place, h.delivery, 0, 1, h.deleted); err != nil {
			return err
		}
	}
	if err := s.uncard(ctx, q, lane, r, h); err != nil { // before what it explains
		return err
	}
	return l.insteadOfCard(ctx, q, lane, r, h)
}

// insteadOfCard has the updates that the card h was to show, that of l among them, be
// messages in the channel, in their order.
func (l lostOne) insteadOfCard(ctx context.Context, q querier, lane int64, r stories.Result, h head) error {
	flying, err := allFlights(ctx, q)
	if err != nil {
		return err
	}
	rows, err := all(ctx, q, scanAnyWaiting, onCardSQL, h.delivery)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, flying.has)
	if rows, err = moveTo(ctx, q, rows, stories.Skipped, because(cardShut), r.At, stories.Ref{}); err != nil {
		return err
	}
	if _, err := q.exec(ctx, moveReasonSQL, l.id, int(cardShut)); err != nil {
		return err
	}
	lost := []lostOne{l}
	refs := map[int64]stories.Ref{l.id: r.Ref}
	for _, w := range rows {
		waiting := lostOne{id: w.Delivery}
		if err := one(ctx, q, lostOnSQL, []any{w.Delivery}, waiting.columns()...); err != nil {
			return err
		}
		lost, refs[w.Delivery] = append(lost, waiting), w.Ref
	}
	slices.SortFunc(lost, func(a, b lostOne) int { return cmp.Compare(a.update, b.update) })
	op, on := stories.OpPost, int64(0)
	if h.forum {
		op, on = stories.OpReply, h.delivery
	}
	for _, one := range lost {
		if one.update == 0 { // what it was to show anew stands elsewhere, or is told in a message
			continue
		}
		r.Ref = refs[one.id]
		id, err := one.replaced(ctx, q, lane, r, op, on)
		if err != nil {
			return err
		}
		if id == 0 {
			continue
		}
		owed := stories.Ref{Delivery: id, Publication: id >> placeBits, Place: r.Place, Origin: id >> placeBits}
		if _, err := defers(ctx, q, []waiting{{owed}}, r.At); err != nil { // a card is edited in quiet hours too
			return err
		}
	}
	return nil
}

// uncard has what brings the story of h there bring messages where it brought a card, and
// tells the channel and the desk.
func (s *Store) uncard(ctx context.Context, q querier, lane int64, r stories.Result, h head) error {
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
	var sub int64
	if err := one(ctx, q, decidingHereSQL, []any{p.id, h.story}, &sub); err != nil {
		return err
	}
	n, err := q.exec(ctx, uncardedSQL, sub)
	if err != nil || n == 0 { // it brings it otherwise already
		return err
	}
	if by, err = decision(ctx, q, p, h.story); err != nil {
		return err
	}
	if err := tellHere(ctx, q, p, changeOf(stories.CardShut, story).Comes(by), r.At); err != nil {
		return err
	}
	return s.alarmOf(ctx, q, lane, stories.AlarmCardShut, r, h.story)
}
