package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// rows counts what every table holds, but for the keys of acts, which are what
// makes an act happen once.
func rows(t *testing.T, url string) string {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var counts []string
	for _, table := range []string{
		"settings", "stories", "slugs", "updates", "seen", "lanes", "destinations", "subscriptions", "mutes", "desks", "members", "desk_log", "notes", "deliveries", "words", "names", "vocabulary", "slips", "allowances",
	} {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts = append(counts, fmt.Sprint(table, " ", n))
	}
	return strings.Join(counts, ", ")
}

// One reader who repeats what changes nothing fills no table.
func TestCommandsThatChangeNothingAddNoRows(t *testing.T) {
	url := sqliteURL(t)
	n := stories.NewService(stories.Config{Stores: open(t, url).Families(), Admins: []string{"console:ada"}, CheckPerson: func(string) error { return nil }})
	ctx, ada := t.Context(), stories.User{Ref: "console:ada", Name: "Ada"}
	act := func(i int, what string) stories.Act { return stories.Act{Key: fmt.Sprint(what, i), By: ada} }
	story, err := n.Editor.Track(ctx, act(0, "track"), stories.Story{Slug: "sony-hack", Headline: "Sony hacked", Topics: []string{"film"}})
	if err != nil {
		t.Fatal(err)
	}
	here := stories.Follow{Destination: stories.Destination{Platform: "console", Channel: "#a"}, Lane: "console", Target: stories.Target{Kind: stories.TargetStory, Name: "sony-hack"}, Manages: func(context.Context) error { return nil }}
	nowhere := here
	nowhere.Destination.Channel = "#b"
	var before string
	for i := range 5 {
		for name, do := range map[string]func() error{
			"subscribe":        func() error { _, _, _, err := n.Subscriber.Subscribe(ctx, act(i, "s"), here); return err },
			"unsubscribe":      func() error { _, err := n.Subscriber.Unsubscribe(ctx, act(i, "u"), nowhere); return err },
			"pause nothing":    func() error { _, err := n.Subscriber.Pause(ctx, act(i, "p"), nowhere); return err },
			"resume what runs": func() error { _, err := n.Subscriber.Resume(ctx, act(i, "r"), here); return err },
			"stop nothing":     func() error { _, _, err := n.Subscriber.Stop(ctx, act(i, "x"), nowhere, story.ID); return err },
			"reopen":           func() error { _, err := n.Editor.Begin(ctx, act(i, "o"), "sony-hack", ""); return err },
			"track again":      func() error { _, err := n.Editor.Track(ctx, act(i, "t"), story); return err },
			"desk":             func() error { _, err := n.Desk.SetDesk(ctx, act(i, "d"), here.Destination, "console"); return err },
			"moderator": func() error {
				_, err := n.Desk.SetModerator(ctx, act(i, "m"), stories.User{Ref: "console:mo"}, true)
				return err
			},
			"no moderator": func() error {
				_, err := n.Desk.SetModerator(ctx, act(i, "n"), stories.User{Ref: "console:x"}, false)
				return err
			},
			"claim":           func() error { return n.Rights.Claim(ctx, act(i, "c"), "AAAA-BBBB-CCCC") },
			"seen":            func() error { return n.Archive.MarkSeen(ctx, ada, story.ID, 1) },
			"a limit used up": func() error { return n.Notes.Allow(ctx, ada, "share", 1, time.Hour) },
			"update of no story": func() error {
				_, _, _, err := n.Publisher.Append(ctx, act(i, "a"), stories.Append{Slug: "none", Text: "x"})
				return err
			},
		} {
			if err := do(); stories.CodeOf(err) == stories.CodeInternal {
				t.Errorf("%s: %v", name, err)
			}
		}
		if i == 0 {
			before = rows(t, url)
		}
	}
	if after := rows(t, url); after != before {
		t.Errorf("rows before: %s\nafter: %s", before, after)
	}
}
