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
func act[T any](ctx context.Context, s *Store, a stories.Act, verb string, do func(q querier) (T, error), then ...func(querier, T) error) (result T, err error) {
	err = s.change(ctx, func(q querier) error {
		if result, err = actIn(ctx, q, a, verb, do); err != nil {
			return err
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
func actIn[T any](ctx context.Context, q querier, a stories.Act, verb string, do func(q querier) (T, error)) (result T, err error) {
	if a.Key == "" {
		return do(q)
	}
	first, err := reserve(ctx, q, a, verb)
	if err != nil {
		return result, err
	}
	if !first {
		err := replay(ctx, q, a.Key, verb, &result)
		return result, err
	}
	if result, err = do(q); err != nil {
		return result, err
	}
	return result, record(ctx, q, a.Key, verb, result)
}

const reserveSQL = `
	INSERT INTO acts (key, verb, result, at) VALUES (?1, ?2, '', ?3) ON CONFLICT (key, verb) DO NOTHING`

// reserve takes the key; first is false when it was taken.
func reserve(ctx context.Context, q querier, a stories.Act, verb string) (first bool, err error) {
	n, err := q.exec(ctx, reserveSQL, a.Key, verb, millis(a.At))
	return n == 1, err
}

const recordSQL = `UPDATE acts SET result = ?3 WHERE key = ?1 AND verb = ?2`

func record(ctx context.Context, q querier, key, verb string, result any) error {
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, recordSQL, key, verb, string(text))
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

// Acted implements stories.Store.
func (s *Store) Acted(ctx context.Context, key string) (bool, error) {
	var found int
	err := one(ctx, s.reader(), actedSQL, []any{key}, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, s.told(err)
}

const logSQL = `
	INSERT INTO desk_log (at, by_ref, by_name, verb, story_id, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`

// enter writes a line of the desk's log; storyID is 0 when none is concerned.
func enter(ctx context.Context, q querier, a stories.Act, verb string, storyID int64, detail string) error {
	_, err := q.exec(ctx, logSQL, millis(a.At), a.By.Ref, a.By.Name, verb, storyID, detail)
	return err
}
