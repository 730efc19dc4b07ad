package sqlstore_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/pgtest"
)

// eachMethod asks a store a bit of everything.
func eachMethod(s *sqlstore.Store) map[string]error {
	ctx := context.Background()
	act := stories.Act{Key: "k", By: stories.User{Ref: "console:ana"}, At: time.Now()}
	_, read := s.StoryBySlug(ctx, "sony-hack")
	_, _, search := s.Search(ctx, "sony", 0, 1)
	_, create := s.CreateStory(ctx, act, stories.Story{Slug: "other", Headline: "Other"})
	_, _, acquire := s.Acquire(ctx, "x", "w", time.Minute)
	_, exchange := s.Exchange(ctx, stories.Lease{Name: benchLane}, stories.Exchange{Batch: 1})
	return map[string]error{
		"StoryBySlug": read, "Search": search, "CreateStory": create, "Acquire": acquire, "Exchange": exchange,
		"Remember": s.Remember(ctx, "a", "b"), "Prune": s.Prune(ctx, time.Now()),
	}
}

func TestALostPostgresServerIsUnavailableAndComesBackByItself(t *testing.T) {
	server := pgtest.Start(t)
	s := open(t, server.URL(t))
	publishAndClaim(t, s)
	server.Stop(t)
	for range 2 { // with connections that broke, and with none
		for name, err := range eachMethod(s) {
			if stories.CodeOf(err) != stories.CodeUnavailable {
				t.Errorf("%s: error is %v, want %s", name, err, stories.CodeUnavailable)
			}
		}
	}
	server.Restart(t)
	if _, err := s.StoryBySlug(t.Context(), "sony-hack"); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	l, ok, err := s.Acquire(t.Context(), benchLane, "the dead", time.Minute) // its own lease
	if err != nil || !ok {
		t.Fatalf("acquire: %v %v", ok, err)
	}
	if found, _, err := s.Recover(t.Context(), l); err != nil || len(found) != 1 {
		t.Errorf("recovered %d, %v", len(found), err)
	}
}

func TestAReadOnlyPostgresDatabaseIsUnavailable(t *testing.T) {
	url := pgtest.URL(t)
	open(t, url)
	s := open(t, url+"&default_transaction_read_only=on") // as a server that was not promoted
	if err := s.Remember(t.Context(), "a", "b"); stories.CodeOf(err) != stories.CodeUnavailable {
		t.Errorf("error is %v", err)
	}
	if _, err := s.Recall(t.Context(), "a"); err != nil {
		t.Errorf("a read: %v", err)
	}
}

func TestASQLiteFileSomebodyElseLocksIsUnavailable(t *testing.T) {
	url := sqliteURL(t)
	s := open(t, url)
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if err := s.Remember(t.Context(), "a", "b"); stories.CodeOf(err) != stories.CodeUnavailable {
		t.Errorf("error is %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := s.Remember(t.Context(), "a", "b"); err != nil {
		t.Error(err)
	}
}
