package sqlstore_test

import (
	"database/sql"
	"testing"

	"storybot/stories/storetest"
	"storybot/stories/storetest/pgtest"
)

// Whoever locks several things does so in one order, so that nobody waits in a circle
// and PostgreSQL has to end no transaction for it: it would be run again, after a
// second in which both waited.
func TestPostgresNobodyWaitsInACircle(t *testing.T) {
	steps := 60
	if testing.Short() {
		steps = 15
	}
	url := pgtest.URL(t)
	storetest.Crowd(t, open(t, url), steps)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var circles int
	if err := db.QueryRow(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&circles); err != nil {
		t.Fatal(err)
	}
	if circles > 0 {
		t.Errorf("%d transactions waited for each other in a circle:\n%s", circles, pgtest.Deadlocks(t))
	}
}

func TestSQLiteCrowd(t *testing.T) {
	storetest.Crowd(t, open(t, sqliteURL(t)), 60)
}
