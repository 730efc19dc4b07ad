package sqlstore

import (
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"storybot/stories"
)

// TestAStartThatFailsPromisesNothing: what an engine says of a database that is
// away while the bot runs is not true of a bot that ends.
func TestAStartThatFailsPromisesNothing(t *testing.T) {
	e := &postgresEngine{}
	for _, err := range []error{driver.ErrBadConn, &pgconn.PgError{Code: "53100"}, &pgconn.PgError{Code: "53300"}, &pgconn.PgError{Code: "57P01"},
		&stories.Error{Code: stories.CodeUnavailable, Message: e.refusal(driver.ErrBadConn), Err: driver.ErrBadConn}} {
		if !strings.Contains(e.refusal(err)+err.Error(), "goes on by itself") {
			t.Fatalf("%v has no promise to leave out", err)
		}
		got := unfit(err, e.refusal)
		if stories.CodeOf(got) != stories.CodeUnavailable || strings.Contains(got.Error(), "itself") || !strings.Contains(got.Error(), "tart the bot again") {
			t.Errorf("%v: %v", err, got)
		}
	}
}
