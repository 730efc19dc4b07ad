package sqlstore

import (
	"context"
	"strings"
)

// How PostgreSQL finds names: tsvector and tsquery,
// https://www.postgresql.org/docs/15/datatype-textsearch.html.

// lexemes makes a tsvector of the words in a parameter, as they are.
func lexemes(parameter string) string {
	return `array_to_tsvector(array_remove(string_to_array(CAST(` + parameter + ` AS TEXT), ' '), ''))`
}

func (e *postgresEngine) addName(ctx context.Context, q querier, storyID int64, words []string) error {
	name := `
		INSERT INTO names (story_id, words) VALUES (?1, ` + lexemes("?2") + `)
		ON CONFLICT (story_id) DO UPDATE SET words = excluded.words`
	_, err := q.exec(ctx, name, storyID, strings.Join(words, " "))
	return err
}

func (e *postgresEngine) dropName(ctx context.Context, q querier, storyID int64) error {
	_, err := q.exec(ctx, `DELETE FROM names WHERE story_id = ?1`, storyID)
	return err
}

// recentNames is how many of the newest stories are looked at one by one for those
// that are called so.
const recentNames = "300"

// namedSQL looks at the newest names first, which have enough of what many have. What
// few have is found by the index alone, and put in order then: the server does not
// know which of the two a query asks for.
func (e *postgresEngine) namedSQL() string {
	return `
		WITH recent AS MATERIALIZED (
			SELECT story_id FROM (SELECT story_id, words FROM names ORDER BY story_id DESC LIMIT ` + recentNames + `) AS newest
			WHERE words @@ CAST(?1 AS TSQUERY) LIMIT ?2)
		SELECT story_id FROM recent WHERE (SELECT count(*) FROM recent) >= ?2
		UNION ALL
		(SELECT story_id FROM names WHERE words @@ CAST(?1 AS TSQUERY) AND (SELECT count(*) FROM recent) < ?2 ORDER BY story_id + 0 DESC LIMIT ?2)
		ORDER BY story_id DESC`
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

// roomy leaves it to the server's shared buffers.
func (e *postgresEngine) roomy(context.Context, querier, bool) error { return nil }
