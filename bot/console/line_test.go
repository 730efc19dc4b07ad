package console

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"storybot/bot"
)

func TestRows(t *testing.T) {
	for _, test := range []struct {
		name  string
		l     line
		width int
		want  []string
	}{
		{"nothing", line{}, 10, []string{""}},
		{"what fits", line{runs: []run{{"short", 0}}}, 10, []string{"short"}},
		{"words", line{runs: []run{{"one two three four", 0}}}, 10, []string{"one two", "three four"}},
		{"no width", line{first: "- ", runs: []run{{"one two", 0}}}, 0, []string{"- one two"}},
		{"exactly", line{runs: []run{{"exactly te n", 0}}}, 10, []string{"exactly te", "n"}},
		{"a long word", line{runs: []run{{"averyveryverylongword and", 0}}}, 10, []string{"averyveryv", "erylongwor", "d and"}},
		{"an address stays whole", line{runs: []run{{"see https://example.org/a-long/path now", 0}}}, 12, []string{"see", "https://example.org/a-long/path", "now"}},
		{"so does a slug", line{runs: []run{{"about sony-hack-two", 0}}}, 14, []string{"about", "sony-hack-two"}},
		{"a hanging indent", line{first: "- ", rest: "  ", runs: []run{{"one two three", 0}}}, 10, []string{"- one two", "  three"}},
		{"wide characters", line{runs: []run{{"日本 語を 書く", 0}}}, 8, []string{"日本 語", "を 書く"}},
		{"without spaces", line{runs: []run{{"日本語を書く。", 0}}}, 8, []string{"日本語を", "書く。"}},
		{"no mark begins a row", line{runs: []run{{"日本語書。く", 0}}}, 8, []string{"日本語", "書。く"}},
		{"a mixed text", line{runs: []run{{"ab日本語cd", 0}}}, 8, []string{"ab日本語", "cd"}},
		{"an emoji is one", line{runs: []run{{"aaaaaaa👨‍👩‍👧b", 0}}}, 8, []string{"aaaaaaa", "👨‍👩‍👧b"}},
		{"whole runs", line{runs: []run{{"[1] Follow here", whole}, {"  ", 0}, {"[2] Share", whole}}}, 20, []string{"[1] Follow here", "[2] Share"}},
		{"a window narrower than an indent", line{first: strings.Repeat(" ", 20), rest: strings.Repeat(" ", 20), runs: []run{{"one two three", 0}}}, 10, []string{strings.Repeat(" ", 20) + "one two", strings.Repeat(" ", 20) + "three"}},
	} {
		if diff := cmp.Diff(test.want, test.l.rows(test.width, false)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestStyledRows(t *testing.T) {
	l := line{runs: []run{{"BREAKING", bold}, {" and ", 0}, {"small", dim}}}
	if diff := cmp.Diff([]string{"\x1b[1mBREAKING\x1b[0m", "and \x1b[2msmall\x1b[0m"}, l.rows(11, true)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"BREAKING", "and small"}, l.rows(11, false)); diff != "" {
		t.Error(diff)
	}
}

// TestRowsLoseNothing: every character but the spaces at which rows end is in some
// row, in order, and no row is wider than the window but for an address.
func TestRowsLoseNothing(t *testing.T) {
	letters := rapid.SliceOf(rapid.SampledFrom([]rune("ab -/:.\u00e9漢字。👩👧\u200d\u0301🇺🇦")))
	rapid.Check(t, func(t *rapid.T) {
		var l line
		for range rapid.IntRange(1, 3).Draw(t, "runs") {
			l.runs = append(l.runs, run{string(letters.Draw(t, "text")), rapid.SampledFrom([]style{0, bold, dim, whole}).Draw(t, "style")})
		}
		l.first, l.rest = rapid.SampledFrom([]string{"", "- "}).Draw(t, "first"), rapid.SampledFrom([]string{"", "  "}).Draw(t, "rest")
		width := rapid.IntRange(leastWidth+2, 30).Draw(t, "width")
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		var cells strings.Builder
		for _, c := range l.cells() {
			cells.WriteString(c.text)
		}
		rows := l.rows(width, false)
		if got, want := bare(strings.Join(rows, "")), bare(l.first+cells.String()); got != want {
			t.Fatalf("%q became %q", want, rows)
		}
		for _, row := range rows {
			if uniseg.StringWidth(row) > width && !strings.Contains(row, "://") {
				t.Fatalf("%q is wider than %d", row, width)
			}
		}
	})
}

func TestDraw(t *testing.T) {
	item := func(spans ...bot.Span) bot.Block { return bot.Block{Kind: bot.Item, Spans: spans} }
	m := bot.Message{
		Title: "What you can ask",
		Blocks: []bot.Block{
			item(bot.Code("/story [story]"), bot.Text(" Show a story: where it stands and what is new")),
			item(bot.Code("/a"), bot.Text(" The first\nand the second line")),
			bot.Para(bot.Text("So "), bot.Bold("much.")),
			item(bot.Code("/update <story> [source:…] <text>"), bot.Text(" Publish an update to everyone who follows")),
			{Kind: bot.Quote, Spans: []bot.Span{bot.Text("said one\nand another of the people here")}},
			bot.Para(bot.Code("/desk track [slug:…] [topics:…] <headline>")),
			bot.Para(bot.Text("Example: "), bot.Code("/desk track The hack of Sony Pictures")),
			item(bot.Bold("sony-hack"), bot.Text(" · every update, whatever it is about")),
			item(bot.Text("other")),
			{Kind: bot.Small, Spans: []bot.Span{bot.Text("Mo · nytimes.com")}},
		},
		Image: &bot.Image{URL: "https://example.org/a.png", Alt: "A bridge"},
	}
	var got []string
	for _, l := range append(draw(m), drawButtons([]bot.Button{{Label: "Timeline"}, {Label: "Stop here for good"}})) {
		got = append(got, l.rows(36, false)...)
	}
	want := `What you can ask
/story [story]  Show a story: where
                it stands and what
                is new
/a              The first
                and the second line

So much.

/update <story> [source:…] <text>
    Publish an update to everyone
    who follows

> said one
> and another of the people here

/desk track [slug:…] [topics:…]
    <headline>

Example: /desk track The hack of
         Sony Pictures

- sony-hack · every update, whatever
  it is about
- other
Mo · nytimes.com
Picture: A bridge ·
https://example.org/a.png
[1] Timeline  [2] Stop here for good`
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestCompleted(t *testing.T) {
	for _, test := range []struct {
		before string
		found  []string
		typed  string
		list   []string
	}{
		{"/story so", nil, "", nil},
		{"/story so", []string{"sony-hack", "sony-film"}, "ny-", nil},
		{"/story sony-", []string{"sony-hack", "sony-film"}, "", []string{"sony-hack", "sony-film"}},
		{"/story so", []string{"sony-hack"}, "ny-hack ", nil},
		{"/update x so", []string{"source:"}, "urce:", nil},
		{"/update x ", []string{"level:a", "level:b"}, "level:", nil},
		{"/story 漢", []string{"漢字", "漢語"}, "", []string{"漢字", "漢語"}},
	} {
		typed, list := completed(test.before, test.found)
		if typed != test.typed || cmp.Diff(test.list, list) != "" {
			t.Errorf("%q: typed %q, listed %q", test.before, typed, list)
		}
	}
}

func TestFittedPrompts(t *testing.T) {
	for _, test := range []struct {
		prompt string
		width  int
		want   string
	}{
		{"editor #general> ", 80, "editor #general> "},
		{"editor #general> ", 34, "editor #general> "},
		{"editor #general> ", 33, "editor #gener…> "},
		{"editor #漢字漢字> ", 28, "editor #漢…> "},
		{"editor #漢字漢字> ", 30, "editor #漢字…> "},
		{"editor #general> ", 4, "e…> "},
	} {
		if got := fitted(test.prompt, test.width); got != test.want {
			t.Errorf("fitted(%q, %d) = %q, want %q", test.prompt, test.width, got, test.want)
		}
	}
}
