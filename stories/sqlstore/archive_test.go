package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// The words of an archive's stories: what each is called by, so that any two of a
// subject and a place have about fifty stories of ten thousand in common.
var (
	subjects = []string{"election", "budget", "flood", "strike", "hack", "trial", "quake", "fire", "summit", "merger", "outage", "vote"}
	places   = []string{"kyiv", "paris", "tokyo", "boston", "cairo", "lagos", "lima", "oslo", "delhi", "rome", "quito", "sofia", "perth", "dakar", "minsk"}
)

// sounds are what the words of an archive's updates are made of.
var sounds = strings.Fields("ba be bi bo bra ca ce co con cre da de di do dra fa fe fi for ga ge gra ha he in inter ka ko la le li lo ma me mi mo na ne no pa pe pre pro ra re ri ro sa se si so sta ta te ti to tra un va ve vi")

// archiveWord is the n-th word of a language in which the first are the most frequent.
func archiveWord(n uint64) string {
	word := sounds[n%60]
	for n /= 60; ; n /= 60 {
		word += sounds[n%60]
		if n < 60 {
			return word
		}
	}
}

// archive fills a database with stories and with updates among them, which takes a
// few minutes for a million, and opens it. A third of the stories are closed. Each
// update has some thirty words as a language has them, its story's subject and place,
// "every"; one in twenty "twentieth"; one in a thousand the word rareN, N being the
// update's number divided by a thousand.
func archive(b testing.TB, url string, storyCount, updates int) *sqlstore.Store {
	b.Helper()
	if err := layTables(b, url); err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	insert := func(table, columns string, n int, row func(i int) string) {
		const most = 1000
		for from := 0; from < n; from += most {
			var rows []string
			for i := from; i < min(n, from+most); i++ {
				rows = append(rows, "("+row(i)+")")
			}
			execute(b, url, "INSERT INTO "+table+" ("+columns+") VALUES "+strings.Join(rows, ","))
		}
	}
	name := func(i int) (subject, place string) {
		return subjects[i%len(subjects)], places[i/len(subjects)%len(places)]
	}
	slug := func(i int) string {
		subject, place := name(i)
		return fmt.Sprintf("%s-%s-%04d", place, subject, i)
	}
	closed := func(i int) int {
		if i%3 == 0 {
			return 1
		}
		return 0
	}
	each := updates / max(1, storyCount)
	insert("stories", "slug, headline, summary, topics, state, updates, created_at, active_at", storyCount, func(i int) string {
		subject, place := name(i)
		state := []stories.State{stories.Developing, stories.Closed}[closed(i)]
		return fmt.Sprintf("'%s', 'The %s of %s is news number %d to somebody %x', 'What is known so far, in as many words as people write: it began in the morning, nobody was hurt, and the authorities have promised a report.', '%s', '%s', %d, %d, %d",
			slug(i), subject, place, i, i*7919, subject, state, each, at+int64(i), at+int64(i)*60_000)
	})
	insert("slugs", "slug, story_id, of_id, closed", storyCount, func(i int) string { return fmt.Sprintf("'%s', %d, %d, %d", slug(i), i+1, i+1, closed(i)) })
	random := rand.New(rand.NewPCG(1, 2))
	words := rand.NewZipf(random, 1.1, 5, 30_000)
	insert("updates", "story_id, number, place, level, text, sources, author_ref, author_name, at, created_at", each*storyCount, func(i int) string {
		story := i % storyCount
		subject, place := name(story)
		text := []string{"Every", subject, place}
		for range 28 {
			text = append(text, archiveWord(words.Uint64()))
		}
		if i%20 == 7 {
			text = append(text, "twentieth")
		}
		if i%1000 == 7 {
			text = append(text, fmt.Sprintf("rare%d", i/1000))
		}
		return fmt.Sprintf("%d, %d, %[2]d, 2, '%s.', '', 'console:ana', 'Ana', %d, %d", story+1, i/storyCount+1, strings.Join(text, " "), at+int64(i), at+int64(i))
	})
	execute(b, url, "DELETE FROM settings WHERE name = 'indexed'")
	s := open(b, url)
	began := time.Now()
	if err := s.Reindex(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d stories and %d updates were indexed in %v", storyCount, each*storyCount, time.Since(began).Round(time.Second))
	if !strings.HasPrefix(url, "sqlite:") {
		execute(b, url, "VACUUM ANALYZE")
	}
	if err := s.Prune(b.Context(), time.Now()); err != nil { // as housekeeping does
		b.Fatal(err)
	}
	return s
}

// layTables makes the tables of an empty database.
func layTables(b testing.TB, url string) error {
	s, err := sqlstore.Open(b.Context(), url, sqlstore.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}
