package sqlstore

import (
	"context"
	"strings"
)

// How SQLite finds names: FTS5, https://www.sqlite.org/fts5.html.

func (e *sqliteEngine) addName(ctx context.Context, q querier, storyID int64, words []string) error {
	_, err := q.exec(ctx, `INSERT OR REPLACE INTO names (rowid, words) VALUES (?1, ?2)`, storyID, strings.Join(words, " "))
	return err
}

func (e *sqliteEngine) dropName(ctx context.Context, q querier, storyID int64) error {
	_, err := q.exec(ctx, `DELETE FROM names WHERE rowid = ?1`, storyID)
	return err
}

func (e *sqliteEngine) namedSQL() string {
	return `SELECT rowid FROM names WHERE names MATCH ?1 ORDER BY rowid DESC LIMIT ?2`
}

func (e *sqliteEngine) term(word string, prefix bool) string {
	if prefix {
		return `"` + word + `"*`
	}
	return `"` + word + `"`
}

func (e *sqliteEngine) and() string { return " AND " }
func (e *sqliteEngine) or() string  { return " OR " }

// tidy rewrites the index of names as one piece, unless it is one
// (https://www.sqlite.org/fts5.html#the_optimize_command): one of ten thousand
// stories has some hundred kilobytes.
func (e *sqliteEngine) tidy(ctx context.Context, q querier) error {
	_, err := q.exec(ctx, `INSERT INTO names (names) VALUES ('optimize')`)
	return err
}

// roomy is the page cache of the connection that writes: the words of an update belong
// at as many places of a table, which a small cache writes and reads again for each.
func (e *sqliteEngine) roomy(ctx context.Context, q querier, is bool) error {
	if is {
		_, err := q.exec(ctx, `PRAGMA cache_size = -65536`)
		return err
	}
	_, err := q.exec(ctx, `PRAGMA cache_size = -2000`) // as in sqliteAddress
	return err
}
