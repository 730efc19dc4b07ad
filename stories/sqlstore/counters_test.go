package sqlstore_test

import (
	"database/sql"
	"strings"
	"testing"

	"storybot/stories/sqlstore"
)

// miscountedSQL are the publications whose counters say something else than their rows.
// Where another delivery counts in the place of one that was skipped, the total and what
// failed are less by that; and where more is counted than there is, some was pruned.
const miscountedSQL = `
	SELECT p.id, p.op, p.total, p.sent, p.held, p.failed, p.unknown, p.kept, p.deferred, p.queued,
		c.total, c.sent, c.held, c.failed, c.unknown, c.kept, c.deferred, c.queued
	FROM publications p JOIN (
		SELECT d.publication_id AS id, count(*) AS total,
			sum(CASE WHEN d.state IN (2, 9) THEN 1 ELSE 0 END) AS sent, sum(CASE WHEN d.state = 5 THEN 1 ELSE 0 END) AS held,
			sum(CASE WHEN d.state IN (3, 6) AND NOT d.code IN (5, 6, 7, 12, 17, 18, 20, 25, 27, 31) THEN 1 ELSE 0 END) AS failed,
			sum(CASE WHEN d.state = 6 AND d.code IN (18, 20, 25, 27) THEN 1 ELSE 0 END) AS overtaken,
			sum(CASE WHEN d.state = 6 AND d.code = 12 THEN 1 ELSE 0 END) AS withdrawn, sum(CASE WHEN d.state = 6 AND d.code IN (5, 6, 7, 17, 31) THEN 1 ELSE 0 END) AS unwanted, sum(CASE WHEN d.state = 4 THEN 1 ELSE 0 END) AS unknown,
			sum(CASE WHEN d.state = 7 THEN 1 ELSE 0 END) AS kept, sum(CASE WHEN d.state = 8 THEN 1 ELSE 0 END) AS deferred,
			sum(CASE WHEN d.state = 0 AND coalesce(o.again, 0) = 0 THEN 1 ELSE 0 END) AS queued
		FROM deliveries d LEFT JOIN outcomes o ON o.id = d.id GROUP BY d.publication_id) AS c ON c.id = p.id
	WHERE p.total > 0 AND NOT (p.held = c.held AND p.kept = c.kept AND p.deferred = c.deferred AND p.overtaken = c.overtaken AND p.withdrawn = c.withdrawn AND p.unwanted = c.unwanted AND p.queued = c.queued
		AND (p.total > c.total OR p.sent = c.sent AND p.unknown = c.unknown AND c.total - p.total = c.failed - p.failed))
	ORDER BY p.id`

// counted opens the database at url for the length of a test, and checks at its end that
// all counters agree with the rows.
func counted(t *testing.T, url string) *sqlstore.Store {
	t.Helper()
	s := open(t, url)
	t.Cleanup(func() {
		driver, name := "pgx", url
		if path, is := strings.CutPrefix(url, "sqlite:"); is {
			driver, name = "sqlite", path
		}
		db, err := sql.Open(driver, name)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		rows, err := db.Query(miscountedSQL)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, op int
			var kept, found [8]int
			to := []any{&id, &op}
			for i := range kept {
				to = append(to, &kept[i])
			}
			for i := range found {
				to = append(to, &found[i])
			}
			if err := rows.Scan(to...); err != nil {
				t.Fatal(err)
			}
			t.Errorf("of publication %d (operation %d) is counted total, sent, held, failed, unknown, kept, deferred, queued %v, and there are %v", id, op, kept, found)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	})
	return s
}
