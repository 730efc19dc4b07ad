package sqlstore

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

const (
	sqlitePeopleSQL = `
		SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND (c.name IN ('ref', 'reader', 'person', 'owner') OR c.name LIKE '%!_ref' ESCAPE '!') ORDER BY 1`
	postgresPeopleSQL = `
		SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE t.table_type = 'BASE TABLE' AND c.table_schema = current_schema() AND (c.column_name IN ('ref', 'reader', 'person', 'owner') OR c.column_name LIKE '%!_ref' ESCAPE '!') ORDER BY 1`
)

// A column that names people, and that nobody thought of, would keep them when they are
// forgotten.
func TestEveryColumnThatNamesPeopleIsTakenOut(t *testing.T) {
	for kind, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		s, err := Open(t.Context(), url, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		text := sqlitePeopleSQL
		if kind == "postgres" {
			text = postgresPeopleSQL
		}
		columns, err := all(t.Context(), s.reader(), scanName, text)
		if err != nil || len(columns) < len(recorded) {
			t.Fatal(columns, err)
		}
		known := []string{"leases.owner"} // a process
		for _, c := range slices.Concat(recorded, dropped) {
			known = append(known, c.table+"."+c.ref)
		}
		for _, c := range columns {
			if !slices.Contains(known, c) {
				t.Errorf("%s: nobody says what becomes of %s when a person is forgotten", kind, c)
			}
		}
	}
}

// Of a person who did all there is to do nothing is left in any table, while they were in
// many before.
func TestNothingIsLeftOfWhoIsForgotten(t *testing.T) {
	const id, name, channel = "80351110224678955", "Mia Quast", "dm-of-hers-4711"
	for kind, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
			s, err := Open(t.Context(), url, Options{Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			mia, ana := stories.User{Ref: "discord:" + id, Name: name}, stories.User{Ref: "console:ana", Name: "Ana"}
			dm := stories.Destination{Platform: "discord", Channel: channel}
			keys := 0
			act := func(by stories.User) stories.Act {
				keys++
				return stories.Act{Key: fmt.Sprint("key", keys), By: by, At: now, Audience: stories.Everyone}
			}
			check := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err = s.SetRole(t.Context(), act(ana), mia, stories.Admin)
			check(err)
			_, err = s.SetRole(t.Context(), act(mia), ana, stories.Admin)
			check(err)
			check(s.KeepNames(t.Context(), stories.Sighting{People: []stories.User{mia}, Places: []stories.PlaceName{{Place: dm, Form: stories.DirectForm, With: mia.Ref}}}, now))
			story, err := s.CreateStory(t.Context(), act(mia), stories.Story{Slug: "flood", Headline: "H", State: stories.Developing})
			check(err)
			flood := stories.Target{Kind: stories.TargetStory, Name: "flood"}
			for _, to := range []stories.Destination{dm, {Platform: "console", Channel: "#a"}} {
				_, _, err := s.Subscribe(t.Context(), act(mia), stories.Subscription{Destination: to, Target: flood, Options: stories.Options{Level: stories.Minor}}, "lane")
				check(err)
			}
			u, _, err := s.AppendUpdate(t.Context(), act(mia), stories.Update{StoryID: story.ID, Text: "News", Level: stories.Normal, At: now, Author: mia})
			check(err)
			_, err = s.Revise(t.Context(), act(mia), u.ID, stories.Rewording{Kind: stories.Correction, Text: "Other"})
			check(err)
			_, err = s.TakeDesk(t.Context(), act(mia), dm, "lane")
			check(err)
			_, err = s.Unsubscribe(t.Context(), act(mia), stories.Destination{Platform: "console", Channel: "#a"}, flood)
			check(err)
			_, err = s.Stop(t.Context(), act(mia), dm, story.ID)
			check(err)
			check(s.MarkSeen(t.Context(), mia.Ref, story.ID, 1))
			check(s.PutNote(t.Context(), mia.Ref, "q1", "open", now))
			_, err = s.Allow(t.Context(), mia.Ref, "share", 5, time.Minute, now)
			check(err)
			check(s.change(t.Context(), func(q querier) error {
				for _, text := range []string{
					`INSERT INTO scheduled (story_id, level, text, sources, picture_url, picture_alt, unverified, author_ref, author_name, at, due, undo, created_at, ended_ref, ended_name)
						VALUES (1, 2, 'T', '', '', '', 0, ?1, ?2, 0, 1, 0, 1, ?1, ?2)`,
					`INSERT INTO mutes (destination_id, story_id, by_ref, by_name, at) VALUES (2, 1, ?1, ?2, 1) ON CONFLICT DO NOTHING`,
					`INSERT INTO drafts (id, by_ref, fields, version, state, changed_at) VALUES ('d', ?1, '{}', 1, ?2, 1)`,
				} {
					if _, err := q.exec(t.Context(), text, mia.Ref, name); err != nil {
						return err
					}
				}
				_, err := q.exec(t.Context(), insertAlarmSQL, `{"Kind":"destination_gone","Destination":{"Platform":"discord","Workspace":"","Channel":"`+channel+`"}}`)
				return err
			}))
			left := func() map[string]int {
				found := map[string]int{}
				var out bytes.Buffer
				if _, err := Export(t.Context(), url, &out, func(int64, int64) {}); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(out.String()) {
					for _, word := range []string{id, name, channel} {
						if strings.Contains(line, word) {
							table, _, _ := strings.Cut(strings.TrimPrefix(line, `{"record":"`), `"`)
							found[table]++
							if len(found) > 0 && keys > 1000 {
								t.Errorf("left: %s", line)
							}
							break
						}
					}
				}
				return found
			}
			before := left()
			for _, table := range []string{"updates", "revisions", "scheduled", "subscriptions", "destinations", "members", "place_names", "person_names", "seen", "desk_log", "acts", "notes", "drafts", "allowances", "notices", "alarms", "mutes"} {
				if before[table] == 0 && table != "subscriptions" {
					t.Errorf("she is not in %s before: %v", table, before)
				}
			}
			keys = 1001 // from now on what is left is told
			done, err := s.Forget(t.Context(), act(ana), mia.Ref, false)
			if err != nil || !done.Changed {
				t.Fatal(done, err)
			}
			if after := left(); len(after) > 0 {
				t.Errorf("she is still in %v", after)
			}
			if desks, err := s.Desks(t.Context()); err != nil || len(desks) != 0 {
				t.Errorf("the desk is %v, %v", desks, err)
			}
			check(s.Close())
		})
	}
}
