package console

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/platformtest"
	"storybot/stories"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenPushes prints pushes of every kind: the news first, all that was said or
// the number to press for the rest, and nothing that a terminal would obey.
func TestGoldenPushes(t *testing.T) {
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(""), Out: &out})
	for i, p := range platformtest.Pushes() {
		out.WriteString("=== " + p.Name + "\n")
		before := out.Len()
		now := time.Now()
		o := bot.Operation{Message: &p.Message, Delivery: stories.Delivery{
			ID: int64(i + 1), Key: p.Name, Destination: stories.Destination{Platform: Platform, Channel: "#news"}, Tries: stories.Tries{Count: 1, First: now, Last: now}}}
		if v := c.Do(t.Context(), o); v.Outcome != bot.Delivered {
			t.Fatalf("%s: %+v", p.Name, v)
		}
		shown := out.String()[before:]
		if strings.ContainsAny(shown, "\a\x1b\x00\r") {
			t.Errorf("%s: a terminal would obey %q", p.Name, shown)
		}
		var linked []string
		for _, source := range p.Update.Sources {
			if strings.Contains(shown, source) {
				linked = append(linked, source)
			}
		}
		if complaint := p.Complaint(shown, linked); complaint != "" {
			t.Errorf("%s: %s", p.Name, complaint)
		}
	}
	golden(t, "pushes.golden", out.String())
}

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update to accept):\n%s", path, diff)
	}
}

// A search's answer: each story with what was found in it under it.
func TestGoldenHits(t *testing.T) {
	var b strings.Builder
	for _, l := range draw(platformtest.Found()) {
		b.WriteString(l.plain() + "\n")
	}
	golden(t, "hits.golden", b.String())
}
