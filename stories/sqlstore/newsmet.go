package sqlstore

import (
	"context"
	"math"
	"time"

	"storybot/stories"
)

// What a platform tells of a channel meets requests that are on their way there. One that
// comes back waits as all else there does: it is not tried again where nothing is sent. One
// that was taken shows that the channel can be written to.

const (
	blockedAmongSQL = `SELECT id, reason FROM destinations WHERE id among(?1) AND state = 'blocked' ORDER BY id`
	// takenAmongSQL finds, by the index of those that have refused the bot, the blocked ones of
	// a range of destinations; of where the bot was removed its platform alone tells more.
	takenAmongSQL = `
		SELECT id, platform, workspace, channel, since FROM destinations
		WHERE refused_at <> 0 AND id BETWEEN ?1 AND ?2 AND state = 'blocked' AND left_at = 0 ORDER BY id`
)

// holdBlocked holds those of rows that have come back whose destinations were blocked
// meanwhile.
func holdBlocked(ctx context.Context, q querier, back []waiting, at time.Time) error {
	if len(back) == 0 {
		return nil
	}
	places := make([]int64, len(back))
	for i, r := range back {
		places[i] = r.Place
	}
	why := map[int64]string{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var reason string
		err = r.Scan(&id, &reason)
		why[id] = reason
		return none, err
	}, blockedAmongSQL, list(places))
	if err != nil || len(why) == 0 {
		return err
	}
	for _, r := range back {
		if reason, blocked := why[r.Place]; blocked {
			if err := move(ctx, q, []waiting{r}, stories.Held, inTheWords(reason), at); err != nil {
				return err
			}
		}
	}
	return trimOverfull(ctx, q, at)
}

// takenSince are the destinations that are blocked, though a message that was on its way
// there was taken.
func takenSince(ctx context.Context, q querier, before flights, results []stories.Result) ([]stories.Destination, error) {
	sent := map[int64][]stories.Result{} // by place
	first, last := int64(math.MaxInt64), int64(0)
	for _, r := range results {
		if f, is := before.byID[r.Delivery]; is && f.Attempt == r.Attempt && r.State == stories.Sent {
			sent[f.Place] = append(sent[f.Place], r)
			first, last = min(first, f.Place), max(last, f.Place)
		}
	}
	if first > last {
		return nil, nil
	}
	type blocked struct {
		id, since int64
		stories.Destination
	}
	found, err := all(ctx, q, func(r row) (b blocked, err error) {
		err = r.Scan(&b.id, &b.Platform, &b.Workspace, &b.Channel, &b.since)
		return b, err
	}, takenAmongSQL, first, last)
	if err != nil {
		return nil, err
	}
	var open []stories.Destination
	for _, b := range found {
		var since []int64 // what was taken before it was blocked shows nothing
		for _, r := range sent[b.id] {
			if millis(r.At) >= b.since {
				since = append(since, r.Delivery)
			}
		}
		if len(since) == 0 {
			continue
		}
		// What is changed there, or said in a thread, does not show it.
		posted, err := all(ctx, q, scanID, postedSQL, list(since))
		if err != nil {
			return nil, err
		}
		if len(posted) > 0 {
			open = append(open, b.Destination)
		}
	}
	return open, nil
}

// reopenTaken lifts the blocks that takenSince found, in transactions of their own: they
// lock more than who sends does. What is not lifted now is tried again as all that is
// blocked.
func (s *Store) reopenTaken(ctx context.Context, open []stories.Destination) {
	for _, d := range open {
		resumed, skipped, err := s.ReopenDestination(ctx, d, catchUp, s.now())
		if err != nil {
			s.log.Warn("a channel that took a message stays blocked; it is tried again later", "destination", d.String(), "err", err)
			continue
		}
		s.log.Info("a channel that was told to take nothing took a message; deliveries go on", "destination", d.String(), "resumed", resumed, "skipped", skipped)
	}
}
