package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/stories"
	"storybot/stories/sqlstore"
	"storybot/stories/storetest/archivetest"
)

// load is how much there is in a newsroom.
type load struct {
	stories, updates, followers int
}

// record is a line of an export: a row of a table.
type record struct {
	Record string         `json:"record"`
	Is     map[string]any `json:"is"`
}

// write makes an export of a newsroom with so much in it, for storybot import. Followers
// follow one story each, in a channel of their own, as many each story. What a record
// consists of is taken from an export of a newsroom with one of each.
func (l load) write(t testing.TB, name string, channels []discordtest.Channel) {
	t.Helper()
	heading, like := exportOfOne(t, channels[0])
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriterSize(f, 1<<20)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	written := 0
	put := func(table string, changed map[string]any) {
		is := maps.Clone(like[table][0].Is)
		for column, value := range changed {
			if _, has := is[column]; !has {
				t.Fatalf("%s has no %s", table, column)
			}
			is[column] = value
		}
		if err := lines.Encode(record{table, is}); err != nil {
			t.Fatal(err)
		}
		written++
	}
	counted := heading["counted"].(map[string]any)
	maps.Copy(counted, map[string]any{"stories": l.stories, "updates": l.updates, "destinations": l.followers, "subscriptions": l.followers})
	if err := lines.Encode(heading); err != nil {
		t.Fatal(err)
	}
	for _, r := range like["settings"] {
		put("settings", r.Is)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	each := l.updates / l.stories
	at := func(number, story int) int64 {
		return begin.Add(time.Duration(number*l.stories+story) * time.Second).UnixMilli()
	}
	for i := range l.stories {
		made := archivetest.Story(i)
		put("stories", map[string]any{"id": i + 1, "slug": made.Slug(), "headline": made.Headline(), "summary": made.Summary(), "topics": made.Subject(),
			"updates": each, "created_at": begin.UnixMilli(), "active_at": at(each, i)})
	}
	for i := range l.stories {
		put("slugs", map[string]any{"slug": archivetest.Story(i).Slug(), "story_id": i + 1, "of_id": i + 1})
	}
	texts := archivetest.NewUpdates()
	for n := range each * l.stories {
		story, number := n%l.stories, n/l.stories+1
		put("updates", map[string]any{"id": n + 1, "story_id": story + 1, "number": number, "place": number, "text": texts.Next(archivetest.Story(story)),
			"at": at(number, story), "created_at": at(number, story)})
	}
	put("lanes", nil)
	for i := range l.followers {
		put("destinations", map[string]any{"id": i + 1, "workspace": channels[i].Guild, "channel": channels[i].ID})
	}
	for i := range l.followers {
		put("subscriptions", map[string]any{"id": i + 1, "destination_id": i + 1, "story_id": i%l.stories + 1})
	}
	if err := lines.Encode(map[string]int{"records": written}); err != nil {
		t.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// exportOfOne is the export of a newsroom with one story, one update and one follower: its
// first line, and its records by table.
func exportOfOne(t testing.TB, c discordtest.Channel) (heading map[string]any, records map[string][]record) {
	t.Helper()
	url := "sqlite:" + filepath.Join(t.TempDir(), "one.db")
	follow(t, url, []discordtest.Channel{c})
	s, err := sqlstore.Open(t.Context(), url, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	flood, err := s.StoryBySlug(t.Context(), "flood")
	if err == nil {
		_, _, err = s.AppendUpdate(t.Context(), stories.Act{By: stories.User{Ref: "discord:1", Name: "bench"}, At: time.Now()}, stories.Update{StoryID: flood.ID, Text: "One.", Level: stories.Normal})
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := sqlstore.Export(t.Context(), url, &out, nil); err != nil {
		t.Fatal(err)
	}
	records = map[string][]record{}
	decoder := json.NewDecoder(&out)
	decoder.UseNumber()
	for decoder.More() {
		var line struct {
			record
			Records *int
		}
		if heading == nil {
			err = decoder.Decode(&heading)
		} else if err = decoder.Decode(&line); err == nil && line.Records == nil {
			records[line.Record] = append(records[line.Record], line.record)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return heading, records
}

// TestALoadIsImported writes a small newsroom and asks the program for what is in it.
func TestALoadIsImported(t *testing.T) {
	t.Parallel()
	far := discordtest.Start(t, discordtest.NoLimits())
	channels := far.AddChannels(20)
	p, _ := startLoaded(t, far, "sqlite:"+filepath.Join(t.TempDir(), "news.db"), load{stories: 10, updates: 100, followers: 20}, channels)
	followed := archivetest.Story(3)
	_, err := far.Command(t.Context(), discordtest.Interaction{Channel: channels[3].ID, Name: "update",
		Options: map[string]string{"story": followed.Slug(), "text": "It is over."}})
	if err == nil {
		err = far.WaitPosts(t.Context(), 2)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, p.log())
	}
	answer, err := far.Command(t.Context(), discordtest.Interaction{Channel: channels[3].ID, Name: "stories", Options: map[string]string{"words": "rare0"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := archivetest.Story(7).Slug(); !strings.Contains(fmt.Sprint(answer.Message), want) {
		t.Errorf("a search for what update 1 of %s says: %+v", want, answer.Message)
	}
}

// startLoaded imports the load into the database and starts the program on it. It returns
// when the program answers, with the time that the import took.
func startLoaded(t testing.TB, far *discordtest.Server, url string, l load, channels []discordtest.Channel) (*process, time.Duration) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "load.jsonl")
	l.write(t, file, channels)
	env := loadSettings(far, url)
	importing := startProcess(t, dir, env, "import", file)
	<-importing.ended
	if importing.err != nil {
		t.Fatalf("import: %v\n%s", importing.err, importing.log())
	}
	took := time.Since(importing.began)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, dir, env)
	p.waitLogWithin(time.Hour, "search index rebuilt")
	if err := far.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, took
}

// loadSettings are those of a program whose only platform is far.
func loadSettings(far *discordtest.Server, url string) []string {
	return []string{"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + far.URL(),
		"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser, "DATABASE_URL=" + url, "LOG_LEVEL=info"}
}
