package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"storybot/stories"
)

// act runs do in one transaction, once for every key: under a key that was
// used for this verb before, it changes nothing and returns what do returned
// then. Of two processes with the same key one waits for the other. What is in
// then runs in the same transaction, also when nothing was to be done.
//
// do says whether it changed anything. Keys of acts that did not are kept too,
// since what changed nothing then might now: a Stop that comes again must not
// end what was followed in between. But only so many for a person, so that
// nobody fills the table with what does nothing.
func act[T any](ctx context.Context, s *Store, a stories.Act, verb string, do func(q querier) (result T, changed bool, err error), then ...func(querier, T) error) (result T, err error) {
	err = s.change(ctx, func(q querier) error {
		if result, err = actIn(ctx, q, a, verb, do); err != nil {
			return err
		}
		if l, later := q.(*ledger); later && len(then) > 0 { // it tells what is counted
			if err := l.settle(ctx); err != nil {
				return err
			}
		}
		for _, f := range then {
			if err := f(q, result); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// actIn is act within a transaction.
func actIn[T any](ctx context.Context, q querier, a stories.Act, verb string, do func(q querier) (T, bool, error)) (result T, err error) {
	var changed bool
	if a.Key == "" {
		result, _, err = do(q)
		return result, err
	}
	first, err := reserve(ctx, q, a, verb)
	if err != nil {
		return result, err
	}
	if !first {
		err := replay(ctx, q, a.Key, verb, &result)
		return result, err
	}
	if result, changed, err = do(q); err != nil {
		return result, err
	}
	if err := record(ctx, q, a.Key, verb, result, !changed); err != nil || changed {
		return result, err
	}
	_, err = q.exec(ctx, dropIdleSQL, a.By.Ref, a.Key, verb, maxIdle)
	return result, err
}

const reserveSQL = `
	INSERT INTO acts (key, verb, result, at, by_ref) VALUES (?1, ?2, '', ?3, ?4) ON CONFLICT (key, verb) DO NOTHING`

// reserve takes the key; first is false when it was taken.
func reserve(ctx context.Context, q querier, a stories.Act, verb string) (first bool, err error) {
	n, err := q.exec(ctx, reserveSQL, a.Key, verb, millis(a.At), a.By.Ref)
	return n == 1, err
}

// maxIdle is how many keys of acts that changed nothing are kept for a person:
// far more than they give commands while a platform repeats an event.
const maxIdle = 100

const (
	recordSQL = `UPDATE acts SET result = ?3, idle = ?4 WHERE key = ?1 AND verb = ?2`
	// dropIdleSQL keeps this act and the newest of the person's others.
	dropIdleSQL = `
		DELETE FROM acts WHERE by_ref = ?1 AND idle = 1 AND (key, verb) NOT IN (
			SELECT key, verb FROM acts WHERE by_ref = ?1 AND idle = 1
			ORDER BY CASE WHEN key = ?2 AND verb = ?3 THEN 0 ELSE 1 END, at DESC, key LIMIT ?4)`
)

func record(ctx context.Context, q querier, key, verb string, result any, idle bool) error {
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	mark := 0
	if idle {
		mark = 1
	}
	_, err = q.exec(ctx, recordSQL, key, verb, string(text), mark)
	return err
}

const replaySQL = `SELECT result FROM acts WHERE key = ?1 AND verb = ?2`

func replay(ctx context.Context, q querier, key, verb string, result any) error {
	var text string
	if err := one(ctx, q, replaySQL, []any{key, verb}, &text); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), result); err != nil {
		return fmt.Errorf("read what %q returned under key %q: %w", verb, key, err)
	}
	return nil
}

const actedSQL = `SELECT 1 FROM acts WHERE key = ?1 LIMIT 1`

// Acted implements stories.PublisherStore.
func (s *Store) Acted(ctx context.Context, key string) (bool, error) {
	var found int
	err := one(ctx, s.reader(), actedSQL, []any{key}, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, s.told(err)
}

const logSQL = `
	INSERT INTO desk_log (at, by_ref, by_name, verb, story_id, detail, place, whom_ref, whom_name)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`

// enter writes a line of the desk's log; storyID is 0 when none is concerned.
func enter(ctx context.Context, q querier, a stories.Act, verb string, storyID int64, detail string) error {
	return enterEntry(ctx, q, a, verb, storyID, stories.LogEntry{Detail: detail})
}

// enterPlaced writes a line about a channel, enterPerson one about a person:
// detail is what is so of them now.
func enterPlaced(ctx context.Context, q querier, a stories.Act, verb string, storyID int64, d stories.Destination, detail string) error {
	return enterEntry(ctx, q, a, verb, storyID, stories.LogEntry{Place: d, Detail: detail})
}

func enterPerson(ctx context.Context, q querier, a stories.Act, verb string, u stories.User, detail string) error {
	return enterEntry(ctx, q, a, verb, 0, stories.LogEntry{Whom: u, Detail: detail})
}

func enterEntry(ctx context.Context, q querier, a stories.Act, verb string, storyID int64, e stories.LogEntry) error {
	place := ""
	if e.Place != (stories.Destination{}) {
		place = e.Place.String()
	}
	_, err := q.exec(ctx, logSQL, millis(a.At), a.By.Ref, a.By.Name, verb, storyID, e.Detail, place, e.Whom.Ref, e.Whom.Name)
	return err
}
