package sqlstore

import (
	"context"
	"strings"
)

// How SQLite finds words: FTS5, https://www.sqlite.org/fts5.html.

func (e *sqliteEngine) addWords(ctx context.Context, q querier, storyID, updateID int64, words []string) error {
	const piece = `
		INSERT INTO pieces (story_id, update_id) VALUES (?1, ?2)
		ON CONFLICT (story_id, update_id) DO UPDATE SET update_id = excluded.update_id RETURNING id`
	var id int64
	if err := one(ctx, q, piece, []any{storyID, updateID}, &id); err != nil {
		return err
	}
	_, err := q.exec(ctx, `INSERT OR REPLACE INTO pieces_words (rowid, words) VALUES (?1, ?2)`, id, strings.Join(words, " "))
	return err
}

func (e *sqliteEngine) addName(ctx context.Context, q querier, storyID int64, words []string) error {
	_, err := q.exec(ctx, `INSERT OR REPLACE INTO names (rowid, words) VALUES (?1, ?2)`, storyID, strings.Join(words, " "))
	return err
}

func (e *sqliteEngine) passPieces(ctx context.Context, q querier, fromID, intoID int64) error {
	for _, text := range []string{
		`UPDATE pieces SET story_id = ?2 WHERE story_id = ?1 AND update_id > 0`,
		`DELETE FROM pieces_words WHERE rowid IN (SELECT id FROM pieces WHERE story_id = ?1)`,
		`DELETE FROM pieces WHERE story_id = ?1`,
		`DELETE FROM names WHERE rowid = ?1`,
	} {
		if _, err := q.exec(ctx, text, fromID, intoID); err != nil {
			return err
		}
	}
	return nil
}

func (e *sqliteEngine) holding(parameter string) string {
	return `SELECT p.story_id FROM pieces_words JOIN pieces p ON p.id = pieces_words.rowid WHERE pieces_words MATCH ` + parameter
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
