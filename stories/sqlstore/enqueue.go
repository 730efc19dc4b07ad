package sqlstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"storybot/stories"
	"time"
)

// insertPublications begins a publication of u in each of the lanes; waits says that what
// it owes waits for its time.
func insertPublications(ctx context.Context, q querier, lanes []int64, u stories.Update, op stories.Op, waits bool) ([]int64, error) {
	each := make([][2]int64, len(lanes))
	for i, lane := range lanes {
		each[i] = [2]int64{lane, newSeed()}
	}
	text, err := json.Marshal(each)
	if err != nil {
		return nil, err
	}
	return all(ctx, q, scanID, insertPublicationsSQL, string(text), u.ID, u.StoryID, millis(u.CreatedAt), u.Revision, int(op), u.Level, bit(waits))
}

// newSeed makes the random number of a publication.
func newSeed() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}

// enqueue counts n deliveries that were planned under new publications, and has
// those to blocked destinations held, the newest few of each. Publications that
// owe nothing go.
func enqueue(ctx context.Context, q querier, publications []int64, n int, at time.Time) error {
	ids := list(publications)
	var blocked bool
	if n > 0 {
		if err := one(ctx, q, isBlockedSQL, nil, &blocked); err != nil {
			return err
		}
	}
	held := int64(0)
	if blocked {
		var err error
		if held, err = q.exec(ctx, holdPlannedSQL, ids); err != nil {
			return fmt.Errorf("hold what blocked destinations are owed: %w", err)
		}
	}
	if held > 0 {
		if _, err := q.exec(ctx, keepHeldSQL, ids); err != nil {
			return fmt.Errorf("hold what blocked destinations are owed: %w", err)
		}
	}
	var err error
	switch {
	case n == 0:
	case len(publications) == 1 && held == 0: // counting them would take a while
		_, err = q.exec(ctx, setPlannedSQL, publications[0], n)
	default:
		if _, err = q.exec(ctx, countPlannedSQL, ids); err == nil {
			_, err = q.exec(ctx, queuePlannedSQL, ids)
		}
	}
	if err != nil {
		return fmt.Errorf("count what is owed: %w", err)
	}
	if len(publications) > 1 || n == 0 {
		if _, err := q.exec(ctx, dropUnplannedSQL, ids); err != nil {
			return err
		}
	}
	if held == 0 {
		return nil
	}
	return trimOverfull(ctx, q, at)
}

// bit is how a yes or no is stored.
func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
