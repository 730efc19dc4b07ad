package sqlstore

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// What is asked once for an update, or once a second, must not grow with what
// there is: it goes by an index, or by a table of hashes.
func TestStatementsThatMustNotGrow(t *testing.T) {
	all, err := theRest.plan(share{}, stories.Update{ID: 1, StoryID: 1, Level: stories.Minor}, []int64{1}, true)
	if err != nil {
		t.Fatal(err)
	}
	editHeads, err := theRest.plan(share{op: stories.OpShow, cards: true, on: `h.delivery_id`, only: func(s *statement) string { return showWaits(s.arg("[]")) }}, stories.Update{ID: 1, StoryID: 1, Level: stories.Minor}, []int64{1}, true)
	if err != nil {
		t.Fatal(err)
	}
	urls := map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)}
	for _, tt := range []struct {
		name, text string
		args       []any
		want       map[string]string
	}{
		{"the same text is looked for by time", sameTextSQL, []any{1, "x", 5, 1}, map[string]string{"sqlite": "updates_by_time (story_id=? AND created_at>?)", "postgres": "Index Scan Backward using updates_by_time"}},
		{"known publications are hashed", publicationsSQL, []any{"l", "[1]", 10}, map[string]string{"sqlite": "LIST SUBQUERY", "postgres": "hashed SubPlan"}},
		{"a page of what is owed is read in its order, and no further", loadSQL, []any{1, 2, 3}, map[string]string{"sqlite": "SEARCH d USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "postgres": "Index Scan using owed_pkey"}},
		{"the copies of an update are found by its publications", copiesSQL, []any{1, "[2]", "[]", 0}, map[string]string{"sqlite": "SEARCH d USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "postgres": "Index Scan using owed_pkey"}},
		{"who is told of a revision is found by the copies", tellableSQL, []any{1, 0, "[]"}, map[string]string{"sqlite": "SEARCH a USING PRIMARY KEY (update_id=? AND destination_id=?)", "postgres": "readings_pkey on readings a"}},
		{"what waits of a merged story is found by what is open", refusedOfSQL, []any{1}, map[string]string{"sqlite": "SEARCH p USING INDEX publications_owing (story_id=?)", "postgres": "publications_owing"}},
		{"what is made once more is found by an index of what failed or is unknown", chosenSQL, []any{"[3,4]", "", "%", 0, 0, ""}, map[string]string{"sqlite": "outcomes_unsent", "postgres": "outcomes_unsent"}},
		{"what is made once more by its number is sought by it", retriedSQL, []any{"[1]"}, map[string]string{"sqlite": "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)", "postgres": "using owed_pkey on owed d"}},
		{"only open publications grow urgent", urgeSQL, []any{1, 3, 1}, map[string]string{"sqlite": "publications_owing", "postgres": "publications_owing"}},
		{"whether anybody is pinged is told by an index of those who are", pingsAtAllSQL, nil, map[string]string{"sqlite": "USING INDEX subscriptions_mentioning", "postgres": "subscriptions_mentioning on subscriptions b"}},
		{"who is pinged is sought among what its channel follows", fixPingsSQL, []any{"[1]"}, map[string]string{"sqlite": "(destination_id=?)", "postgres": "subscriptions_mentioning on subscriptions m"}},
		{"what goes before all is sought among what its channel follows", all.text.String(), all.args, map[string]string{"sqlite": "SEARCH o USING COVERING INDEX sqlite_autoindex_subscriptions_1 (destination_id=? AND kind=? AND story_id=?", "postgres": "using subscriptions_destination_id_kind_story_id_topic_key on subscriptions o"}},
		{"of a head that may get an edit only what is new is read", editHeads.text.String(), editHeads.args, map[string]string{"sqlite": "owed_on (on_id=? AND rowid>?)", "postgres": "((on_id = h.delivery_id) AND (id > h.ended))"}},
		{"of a head that was edited only what is new is read", coveredSQL, []any{1, 1, 1}, map[string]string{"sqlite": "owed_on (on_id=? AND rowid>?)", "postgres": "((on_id = '1'::bigint) AND (id > $"}},
		{"of a head that is begun only what is new is read", fixHeadSQL, []any{1}, map[string]string{"sqlite": "owed_on (on_id=? AND rowid>?)", "postgres": "((on_id = heads.delivery_id) AND (id > heads.ended))"}},
		{"of a card that may get an edit only what is new is read", cardEditsSQL, []any{1, 1, "[]", "[1]", 8}, map[string]string{"sqlite": "owed_on (on_id=? AND rowid>?)", "postgres": "(id > COALESCE(h.ended, "}},
	} {
		for kind, url := range urls {
			t.Run(tt.name+" on "+kind, func(t *testing.T) {
				s, err := Open(t.Context(), url, Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				explain := "EXPLAIN "
				if kind == "sqlite" {
					explain += "QUERY PLAN "
				}
				var lines []string
				rows, err := s.reader().query(t.Context(), explain+tt.text, tt.args...)
				if err != nil {
					t.Fatal(err)
				}
				defer rows.Close()
				columns, _ := rows.Columns()
				for rows.Next() {
					cells := make([]any, len(columns))
					for i := range cells {
						cells[i] = new(any)
					}
					if err := rows.Scan(cells...); err != nil {
						t.Fatal(err)
					}
					lines = append(lines, fmt.Sprint(*cells[len(cells)-1].(*any)))
				}
				plan := strings.Join(lines, "\n")
				if !strings.Contains(plan, tt.want[kind]) {
					t.Errorf("want %q in\n%s", tt.want[kind], plan)
				}
				if tt.text == loadSQL && (strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE")) {
					t.Errorf("sorts all there is for a page:\n%s", plan)
				}
			})
		}
	}
}

// A lane with 20,000 open publications is asked every second for those its holder
// does not know.
func TestMostOpenPublicationsAreKnown(t *testing.T) {
	const open = 20_000
	for kind, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			s, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			err = s.change(t.Context(), func(q querier) error {
				lane, err := enterLane(t.Context(), q, "l")
				if err != nil {
					return err
				}
				_, err = q.exec(t.Context(), `
					INSERT INTO publications (lane_id, seed, update_id, story_id, created_at, level, urgency, queued, total)
					SELECT ?1, j.key, 0, 0, 0, 1 + j.key % 3, 1 + j.key % 3, 1, 1 FROM numbered(?2)`, lane, "["+strings.Repeat(`"",`, open-1)+`""]`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			all, err := s.Publications(t.Context(), "l", nil, open+1)
			if err != nil || len(all) != open {
				t.Fatal(len(all), err)
			}
			known := make([]int64, 0, open)
			missing := map[int64]bool{}
			for i, p := range all {
				if i%7000 == 17 { // such as were committed late
					missing[p.ID] = true
					continue
				}
				known = append(known, p.ID)
			}
			began := time.Now()
			got, err := s.Publications(t.Context(), "l", known, 100)
			if err != nil || len(got) != len(missing) {
				t.Fatalf("found %d, want %d: %v", len(got), len(missing), err)
			}
			for _, p := range got {
				if !missing[p.ID] {
					t.Errorf("publication %d is known", p.ID)
				}
			}
			t.Logf("took %s", time.Since(began))
		})
	}
}
