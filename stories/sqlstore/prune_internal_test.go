package sqlstore

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// names are the tables that name an update or a delivery, and how many rows of each are
// left once all that was owed of the updates has been forgotten.
var names = map[string]string{
	"owed":      "SELECT count(*) FROM owed",
	"outcomes":  "SELECT count(*) FROM outcomes",
	"queue":     "SELECT count(*) FROM queue",
	"held":      "SELECT count(*) FROM held",
	"readings":  "SELECT count(*) FROM readings",
	"shown":     "SELECT count(*) FROM shown",
	"pinged":    "SELECT count(*) FROM pinged",
	"heads":     "SELECT count(*) FROM heads",
	"notices":   "SELECT count(*) FROM notices WHERE kind <> 'cards'",
	"scheduled": "SELECT count(*) FROM scheduled",
	// A publication is how many got its update: it goes with that.
	"publications": "SELECT count(*) FROM publications WHERE update_id = 0 OR queued > 0",
	// What an update said, and what it is found by, stays as long as it does.
	"revisions": "", "words": "",
	// See TestDigestsAreForgottenWithTheirNotices.
	"gathered": "SELECT count(*) FROM gathered",
}

const (
	sqliteColumnsSQL = `
		SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name IN ('update_id', 'delivery_id', 'on_id', 'publication_id')`
	postgresColumnsSQL = `
		SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE t.table_type = 'BASE TABLE' AND c.table_schema = current_schema() AND c.column_name IN ('update_id', 'delivery_id', 'on_id', 'publication_id')`
)

// What is written for every delivery, or every channel of a revised update, must not be
// kept when these are forgotten: a newsroom's database would grow for good.
func TestNothingIsLeftOfWhatIsForgotten(t *testing.T) {
	for kind, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			now := time.Now()
			s, err := Open(t.Context(), url, Options{Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			text := sqliteColumnsSQL
			if kind == "postgres" {
				text = postgresColumnsSQL
			}
			found, err := all(t.Context(), s.reader(), scanName, text)
			if err != nil || len(found) == 0 {
				t.Fatal(found, err)
			}
			for _, table := range found {
				if _, known := names[table]; !known {
					t.Errorf("nobody says what becomes of %s once the deliveries that it names are forgotten", table)
				}
			}
			const rounds = 3
			for round := range rounds {
				publishRevised(t, s, now, fmt.Sprint("story-", round))
				now = now.AddDate(0, 1, 0)
			}
			before := count(t, s)
			for _, table := range []string{"owed", "outcomes", "readings", "shown", "pinged", "notices", "publications"} {
				if before[table] == 0 && names[table] != "" {
					t.Errorf("%s holds nothing that could be forgotten", table)
				}
			}
			now = now.AddDate(3, 0, 0)
			for round := range 3 { // notices go once their deliveries have
				if err := s.Prune(t.Context(), now); err != nil {
					t.Fatal(err)
				}
				if round == 2 {
					break
				}
				// A process may end when the last copies are forgotten and this is not.
				if err := s.change(t.Context(), func(q querier) error {
					_, err := q.exec(t.Context(), `INSERT INTO readings (update_id, destination_id) VALUES (?1, ?2)`, round+1, 1)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			for table, n := range count(t, s) {
				if n > 0 {
					t.Errorf("%d rows are left in %s, of %d", n, table, before[table])
				}
			}
		})
	}
}

// count are the rows that are to be forgotten, by table.
func count(t *testing.T, s *Store) map[string]int {
	found := map[string]int{}
	for _, table := range slices.Sorted(maps.Keys(names)) {
		if names[table] == "" {
			continue
		}
		var n int
		if err := one(t.Context(), s.reader(), names[table], nil, &n); err != nil {
			t.Fatal(table, err)
		}
		found[table] = n
	}
	return found
}

// publishRevised publishes an update of a new story to two channels, revises it twice, and
// closes the story; everything is sent.
func publishRevised(t *testing.T, s *Store, now time.Time, slug string) {
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: now, Audience: stories.Everyone}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	story, err := s.CreateStory(t.Context(), act, stories.Story{Slug: slug, Headline: "H", State: stories.Developing})
	check(err)
	for _, name := range []string{"#a-", "#b-"} {
		_, _, err := s.Subscribe(t.Context(), act, stories.Subscription{Destination: stories.Destination{Platform: "console", Channel: name + slug},
			Target: stories.Target{Kind: stories.TargetStory, Name: slug}, Options: stories.Options{Level: stories.Minor, Mention: "@desk", MentionLevel: stories.Normal}}, "lane")
		check(err)
	}
	u, _, err := s.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: "News", Level: stories.Normal, At: act.At})
	check(err)
	l, ok, err := s.Acquire(t.Context(), "lane", "w"+slug, time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	work(t, s, l, u.ID)
	for _, text := range []string{"Second", "Third"} {
		_, err := s.Revise(t.Context(), act, u.ID, stories.Rewording{Kind: stories.Correction, Text: text})
		check(err)
		work(t, s, l, u.ID)
	}
	check(s.ReleaseLease(t.Context(), l))
	pushes, err := s.Pushes(t.Context(), 100)
	check(err)
	for _, p := range pushes { // the desk is told how they ended
		p.Done = true
		_, err := s.Say(t.Context(), p.Notice, nil, act.At)
		check(err)
	}
	_, err = s.TellEnds(t.Context(), 100, act.At)
	check(err)
	_, _, err = s.SetStoryState(t.Context(), act, story.ID, stories.Closed)
	check(err)
	l, ok, err = s.Acquire(t.Context(), "lane", "last"+slug, time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	work(t, s, l, u.ID)
	check(s.ReleaseLease(t.Context(), l))
}

// work sends all that a lane owes.
func work(t *testing.T, s *Store, l stories.Lease, updateID int64) {
	t.Helper()
	at := s.now()
	for batch := int64(1); ; batch += 2 {
		found, err := s.Publications(t.Context(), l.Name, nil, 100)
		if err != nil {
			t.Fatal(err)
		}
		x := stories.Exchange{Batch: batch, Updates: []int64{updateID}, Lane: stories.LaneNote{At: at, Working: true}}
		var results []stories.Result
		busy := map[int64]bool{}
		for _, p := range found {
			loaded, err := s.Load(t.Context(), p.ID, stories.Ref{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range loaded.Rows {
				if busy[r.Place] {
					continue
				}
				busy[r.Place] = true
				f := stories.Flight{Ref: r.Ref, Attempt: 1, First: at, Last: at}
				x.Begin = append(x.Begin, f)
				if loaded.Origins[r.Origin].Op.Acts() {
					x.Acting = append(x.Acting, r.Delivery)
				}
				if p := loaded.Origins[r.Origin]; p.NoticeID != 0 {
					x.Notices = append(x.Notices, p.NoticeID)
				}
			}
		}
		if len(x.Begin) == 0 {
			return
		}
		begun, err := s.Exchange(t.Context(), l, x)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range x.Begin {
			if begun.Deliveries[f.Delivery] {
				results = append(results, stories.Result{Flight: f, Revision: begun.Revisions[updateID], State: stories.Sent, MessageID: "m", At: at})
			}
		}
		if _, err := s.Exchange(t.Context(), l, stories.Exchange{Batch: batch + 1, Results: results, Lane: stories.LaneNote{At: at, Working: true}}); err != nil {
			t.Fatal(err)
		}
	}
}
