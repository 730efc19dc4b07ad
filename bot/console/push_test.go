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
	passed := bot.RenderContent(stories.Content{Notice: stories.Notice{ID: 7, Kind: stories.PassedNotice, Body: stories.NoticeBody{Change: stories.Change{Kind: stories.Tested, By: stories.User{Name: "ria"}, Target: stories.Target{Kind: stories.TargetAll}}}}})
	o.Message = &passed
	if v := c.Do(t.Context(), o); v.Outcome != bot.Delivered || !strings.Contains(out.String(), "edited") || !strings.Contains(out.String(), "Test passed") {
		t.Errorf("that a test passed: %+v, printed %q", v, out.String())
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

// A search's answer: each story with what was found in it under it.
func TestGoldenHits(t *testing.T) {
	var b strings.Builder
	for _, l := range draw(platformtest.Found()) {
		b.WriteString(l.plain() + "\n")
	}
	golden(t, "hits.golden", b.String())
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
		c.marks.add(copyOf(fmt.Sprint("copy", i), first))
	}
	if len(c.marks.copies) > maxPrinted+1 {
		t.Errorf("%d copies are kept", len(c.marks.copies))
	}
}

// TestWhatAKilledProcessPrintedIsNotPrintedAgain: nobody wrote down that it was, and its
// marks say so, also behind half a line. What is not marked, or reads otherwise by now, is
// printed.
func TestWhatAKilledProcessPrintedIsNotPrintedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "news.db.shown")
	var out bytes.Buffer
	start := func() *Console {
		out.Reset()
		return New(Config{In: strings.NewReader(""), Out: &out, Marks: path})
	}
	rains, pours := bot.Plainly("It rains"), bot.Plainly("It pours")
	posted := push("k1", &rains)
	posted.Delivery.Tries.First = time.Now().Add(-time.Hour) // an earlier process's
	edited := bot.Operation{Message: &pours, Target: "k1", Delivery: stories.Delivery{ID: 2, Key: "edit", Op: stories.OpEdit, Destination: posted.Delivery.Destination}}
	c := start()
	c.Do(t.Context(), posted)
	c.Do(t.Context(), edited)
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("\n1f \"k"); err != nil { // killed there
		t.Fatal(err)
	}
	file.Close()
	c = start()
	for name, o := range map[string]bot.Operation{"the post": posted, "its edit": edited} {
		if v := c.Settle(t.Context(), o); v.Outcome != bot.Delivered || v.MessageID != "k1" || out.Len() > 0 {
			t.Errorf("%s: %+v, printed %q", name, v, out.String())
		}
	}
	again := edited
	again.Message = &rains
	if c.Do(t.Context(), again); out.String() != "── #news, edited ──\nIt rains\n\n" {
		t.Errorf("printed %q", out.String())
	}
	c = start()
	if c.Do(t.Context(), again); out.Len() > 0 {
		t.Errorf("printed again: %q", out.String())
	}
	other := push("k2", &rains)
	other.Delivery.Tries.First = posted.Delivery.Tries.First
	if v := c.Settle(t.Context(), other); v.Outcome != bot.Unreadable {
		t.Errorf("without a mark: %+v", v)
	}
	for i := range 9 * maxPrinted {
		c.marks.add(copyOf(fmt.Sprint("copy", i), rains))
	}
	if c = start(); !c.marks.has(fmt.Sprint("copy", 9*maxPrinted-1)) || c.marks.lines > 9*maxPrinted {
		t.Errorf("%d lines are kept, %d marks", c.marks.lines, len(c.marks.copies))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	// Where no file can be, it is as it was: known for this run.
	path = filepath.Join(t.TempDir(), "none", "x")
	c = start()
	c.Do(t.Context(), posted)
	out.Reset()
	if v := c.Settle(t.Context(), posted); v.Outcome != bot.Delivered || out.Len() > 0 {
		t.Errorf("%+v, printed %q", v, out.String())
	}
}

// TestGoldenDigests prints what a channel reads that collects.
func TestGoldenDigests(t *testing.T) {
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(""), Out: &out})
	for i, p := range platformtest.Digests() {
		o := bot.Operation{Message: &p.Message, Delivery: stories.Delivery{ID: int64(i + 1), Key: p.Name, Destination: stories.Destination{Platform: Platform, Channel: "#news"}}}
		if v := c.Do(t.Context(), o); v.Outcome != bot.Delivered {
			t.Fatalf("%s: %+v", p.Name, v)
		}
	}
	golden(t, "digests.golden", out.String())
}
