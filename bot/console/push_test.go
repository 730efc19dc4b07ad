package console

import (
	"bytes"
	"context"
	"flag"
	"fmt"
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

// TestGoldenRevised prints what becomes of revised updates, and what is told of them. A
// terminal cannot change what stands there: it prints a copy once more, as it reads now.
func TestGoldenRevised(t *testing.T) {
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(""), Out: &out})
	for i, p := range platformtest.Revised() {
		before := out.Len()
		now := time.Now()
		o := bot.Operation{Message: &p.Message, Delivery: stories.Delivery{
			ID: int64(i + 1), Key: p.Name, Destination: stories.Destination{Platform: Platform, Channel: "#news"}, Tries: stories.Tries{Count: 1, First: now, Last: now}}}
		if !strings.Contains(p.Name, "told") {
			o.Delivery.Op, o.Target = stories.OpEdit, "copy"
		}
		if v := c.Do(t.Context(), o); v.Outcome != bot.Delivered || o.Target != "" && v.MessageID != o.Target {
			t.Fatalf("%s: %+v", p.Name, v)
		}
		shown := out.String()[before:]
		if strings.ContainsAny(shown, "\a\x1b\x00\r") {
			t.Errorf("%s: a terminal would obey %q", p.Name, shown)
		}
		if strings.Contains(p.Name, "long") || strings.Contains(p.Name, "marks") {
			out.Truncate(before)
		}
	}
	golden(t, "revised.golden", out.String())
}

// What is kept up to date elsewhere, how a push is coming along, is not printed each time.
func TestOfNoticesNoEditIsPrinted(t *testing.T) {
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(""), Out: &out})
	m := bot.Plainly("Delivered 2 of 3")
	o := bot.Operation{Message: &m, Target: "notice", Delivery: stories.Delivery{ID: 1, Op: stories.OpEdit, About: stories.About{NoticeID: 7}, Destination: stories.Destination{Platform: Platform, Channel: "#desk"}}}
	for _, do := range []func(context.Context, bot.Operation) bot.Verdict{c.Do, c.Settle} {
		if v := do(t.Context(), o); v.Outcome != bot.Unable || v.Reason == "" || out.Len() > 0 {
			t.Errorf("%+v, printed %q", v, out.String())
		}
	}
}

// golden compares what was printed with a file.
func golden(t *testing.T, name, out string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out); diff != "" {
		t.Errorf("%s (run with -update to accept):\n%s", path, diff)
	}
}

// TestNothingIsPrintedAgainAsItStands: an edit that nobody could write down is done
// again, and printed once; so is one that changes nothing. Any other is.
func TestNothingIsPrintedAgainAsItStands(t *testing.T) {
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(""), Out: &out})
	first, second := bot.Plainly("It rains"), bot.Plainly("It pours")
	posted := push("k1", &first)
	c.Do(t.Context(), posted)
	out.Reset()
	edit := func(m *bot.Message) string {
		t.Helper()
		o := bot.Operation{Message: m, Target: "k1", Delivery: stories.Delivery{ID: 2, Key: "edit", Op: stories.OpEdit, Destination: posted.Delivery.Destination}}
		if v := c.Settle(t.Context(), o); v.Outcome != bot.Delivered || v.MessageID != "k1" {
			t.Errorf("verdict %+v", v)
		}
		defer out.Reset()
		return out.String()
	}
	for i, step := range []struct {
		m    *bot.Message
		want string
	}{
		{&first, ""}, {&second, "── #news, edited ──\nIt pours\n\n"}, {&second, ""}, {&first, "── #news, edited ──\nIt rains\n\n"}, {&first, ""},
	} {
		if got := edit(step.m); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
	for i := range 3 * maxPrinted {
		c.stands(fmt.Sprint("copy", i), first)
	}
	if len(c.copies) > maxPrinted+1 {
		t.Errorf("%d copies are kept", len(c.copies))
	}
}
