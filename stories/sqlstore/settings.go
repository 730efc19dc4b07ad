package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
)

const recallSQL = `SELECT value FROM settings WHERE name = ?1`

// Recall returns what Remember kept under key, "" when nothing was.
func (s *Store) Recall(ctx context.Context, key string) (value string, err error) {
	err = one(ctx, s.reader(), recallSQL, []any{key}, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, s.told(err)
}

const rememberSQL = `
	INSERT INTO settings (name, value) VALUES (?1, ?2)
	ON CONFLICT (name) DO UPDATE SET value = excluded.value`

// Remember keeps a small value of a platform's own, for example the hash of
// the commands it registered last.
func (s *Store) Remember(ctx context.Context, key, value string) error {
	return s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, rememberSQL, key, value)
		return err
	})
}

// newInstallation makes the word that begins every delivery's key.
func newInstallation() string { return strings.ToLower(rand.Text()[:10]) }
