package sqlstore

import (
	"context"
	"strings"
)

// How PostgreSQL finds words: tsvector and tsquery,
// https://www.postgresql.org/docs/15/datatype-textsearch.html.

// lexemes makes a tsvector of the words in a parameter, as they are.
func lexemes(parameter string) string {
	return `array_to_tsvector(array_remove(string_to_array(CAST(` + parameter + ` AS TEXT), ' '), ''))`
}

func (e *postgresEngine) addWords(ctx context.Context, q querier, storyID, updateID int64, words []string) error {
	piece := `
		WITH piece AS (
			INSERT INTO pieces (story_id, update_id) VALUES (?1, ?2)
			ON CONFLICT (story_id, update_id) DO UPDATE SET update_id = excluded.update_id RETURNING id
		)
		INSERT INTO pieces_words (piece_id, words) SELECT id, ` + lexemes("?3") + ` FROM piece
		ON CONFLICT (piece_id) DO UPDATE SET words = excluded.words`
	_, err := q.exec(ctx, piece, storyID, updateID, strings.Join(words, " "))
	return err
}

func (e *postgresEngine) addName(ctx context.Context, q querier, storyID int64, words []string) error {
	name := `
		INSERT INTO names (story_id, words) VALUES (?1, ` + lexemes("?2") + `)
		ON CONFLICT (story_id) DO UPDATE SET words = excluded.words`
	_, err := q.exec(ctx, name, storyID, strings.Join(words, " "))
	return err
}

func (e *postgresEngine) passPieces(ctx context.Context, q querier, fromID, intoID int64) error {
	if _, err := q.exec(ctx, `UPDATE pieces SET story_id = ?2 WHERE story_id = ?1 AND update_id > 0`, fromID, intoID); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM pieces_words WHERE piece_id IN (SELECT id FROM pieces WHERE story_id = ?1)`,
		`DELETE FROM pieces WHERE story_id = ?1`, `DELETE FROM names WHERE story_id = ?1`,
	} {
		if _, err := q.exec(ctx, text, fromID); err != nil {
			return err
		}
	}
	return nil
}

func (e *postgresEngine) holding(parameter string) string {
	return `SELECT p.story_id FROM pieces_words w JOIN pieces p ON p.id = w.piece_id WHERE w.words @@ CAST(` + parameter + ` AS TSQUERY)`
}

func (e *postgresEngine) namedSQL() string {
	return `SELECT story_id FROM names WHERE words @@ CAST(?1 AS TSQUERY) ORDER BY story_id DESC LIMIT ?2`
}

func (e *postgresEngine) term(word string, prefix bool) string {
	if prefix {
		return "'" + word + "':*"
	}
	return "'" + word + "'"
}

func (e *postgresEngine) and() string { return " & " }
func (e *postgresEngine) or() string  { return " | " }

// tidy leaves it to the server's autovacuum.
func (e *postgresEngine) tidy(context.Context, querier) error { return nil }
