package command

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What a question about a headline offers tears nothing.
func TestReadingsTearNothing(t *testing.T) {
	for _, tt := range []struct{ text, options, left, typed string }{
		{"topics: film, security The hack", `topics:"film, security"`, "The hack", "topics: film, security The hack"},
		{"topics:film, security The hack", `topics:"film, security"`, "The hack", "topics:film, security The hack"},
		{"topics:film, security the hack", `topics:"film, security"`, "the hack", "security the hack"},
		{"topics=film, security The hack", `topics:"film, security"`, "The hack", "topics=film, security The hack"},
		{"topics:film, The hack", "", "", "The hack"},
		{"The hack. summary:It was bad", `summary:"It was bad"`, "The hack.", "The hack. summary:It was bad"},
		{"The hack. summary:It was bad, very bad.", `summary:"It was bad, very bad."`, "The hack.", "The hack. summary:It was bad, very bad."},
		{"The hack. summary: it was bad", `summary:"it was bad"`, "The hack.", "The hack. summary: it was bad"},
		{"The hack\nsummary:It was bad", `summary:"It was bad"`, "The hack", "The hack\nsummary:It was bad"},
		{"The hack summary:It was bad topics:film", `summary:"It was bad" topics:film`, "The hack", "The hack summary:It was bad topics:film"},
		{"The hack *summary:It was bad*", `summary:"It was bad"`, "The hack", "The hack *summary:It was bad*"},
		{"The hack sumary:It was bad", `summary:"It was bad"`, "The hack", "The hack sumary:It was bad"},
		{"summary:It was bad\nThe hack", "", "", "The hack"},
	} {
		read, err := commandNamed(t, "desk track").read(tt.text)
		if err != nil || typedOptions(read.options) != tt.options || read.typed.get("headline") != tt.typed {
			t.Errorf("%q: options %q, typed %q, %v", tt.text, typedOptions(read.options), read.typed, err)
		} else if got := read.taken.get("headline"); tt.options != "" && got != tt.left {
			t.Errorf("%q: %q is left, want %q", tt.text, got, tt.left)
		}
	}
	for _, text := range []string{"summary:It was bad The hack", "sumary:It was bad The hack", "summary=It was bad The hack", "topics:film summary:It was bad"} {
		if _, err := commandNamed(t, "desk track").read(text); err == nil || !strings.Contains(err.Error(), `summary:"…"`) && !strings.Contains(err.Error(), "missing") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// With options taken, what is left is what was typed without the pieces shown,
// and nothing else is lost or moved.
func TestWhatIsLeftIsWhatWasTyped(t *testing.T) {
	c := commandNamed(t, "desk track")
	words := func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !isWordRune(r) }), " ")
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"The", "hack", "of", "film,", "security", "topics:film,", "topics: film,", "asia", "summary:It", "summary:", "was bad.", "slug:hack", "—slug=x1", "\n", `summary:"A b"`, "sumary:Was"}), 1, 8, rapid.ID[string]).Draw(t, "pieces"), " ")
		read, err := c.read(text)
		if err != nil || !read.doubtful() {
			return
		}
		rest := text
		for _, o := range read.options {
			before, after, ok := strings.Cut(rest, o.source)
			if !ok {
				t.Fatalf("%q: the piece %q is not in %q", text, o.source, rest)
			}
			if next := starts(after); o.open && !isJunk(after) && !slices.ContainsFunc(next, func(i int) bool {
				_, ok := (&parser{command: c, values: values{}}).resembling(after[i:], true)
				return ok
			}) {
				t.Fatalf("%q: a text option is taken out of the middle: %q is after it", text, after)
			}
			rest = before + "\n" + after
		}
		if left := words(read.taken.get("headline")); !strings.HasSuffix(words(rest), left) {
			t.Fatalf("%q: %q is left of %q", text, left, words(rest))
		}
	})
}

func TestWrappedOptionsAndNamesOfTheText(t *testing.T) {
	for _, tt := range []struct{ text, options, left string }{
		{"<b>level:breaking</b> River rises", "level:breaking", "River rises"},
		{"<strong>level:breaking</strong> River rises", "level:breaking", "River rises"},
		{`<span class="x">level:breaking</span> River rises`, "level:breaking", "River rises"},
		{"<b>level:</b> breaking River rises", "level:breaking", "River rises"},
		{"level:<b>breaking</b> River rises", "level:breaking", "River rises"},
		{"<b><i>level:breaking</i></b> River rises", "level:breaking", "River rises"},
		{"River rises. <b>level:breaking</b>", "level:breaking", "River rises."},
		{"[level:breaking](x) River rises", "level:breaking", "River rises"},
		{"[level:breaking](https://a.example) River rises", "level:breaking", "River rises"},
		{"**[level:breaking](x)** River rises", "level:breaking", "River rises"},
		{"River rises. [level:breaking](x)", "level:breaking", "River rises."},
		{"<b>source:https://a.example/x</b> River rises", "source:https://a.example/x", "River rises"},
		{"*source:https://a.example/x* River rises", "source:https://a.example/x", "River rises"},
		{"<b>at:15:04</b> River rises", "at:15:04", "River rises"},
		{"text=River rises", "", "River rises"}, {"text = River rises", "", "River rises"}, {"txt:River rises", "", "River rises"}, {"txt: River rises", "", "River rises"},
		{"text :River rises", "", "River rises"}, {"text;River rises", "", "River rises"}, {"—text:River rises", "", "River rises"}, {"*text:* River rises", "", "River rises"}, {"level:minor text=River rises", "", "River rises"},
	} {
		read, err := commandNamed(t, "update").read("sony-hack " + tt.text)
		if err != nil || !read.doubtful() || tt.options != "" && typedOptions(read.options) != tt.options || read.taken.get("text") != tt.left {
			t.Errorf("%q: options %q, left %q, %v", tt.text, typedOptions(read.options), read.taken.get("text"), err)
		}
	}
	for _, text := range []string{"Test: the river", "Next: the trial", "<b>River</b> rises", "[River](https://a.example) rises", "Txt is short", "Text messages leaked", "The text: a leak"} {
		if read, err := commandNamed(t, "update").read("sony-hack " + text); err != nil || read.doubtful() || read.typed.get("text") != text {
			t.Errorf("%q: %q, %v", text, typedOptions(read.options), err)
		}
	}
	read, err := commandNamed(t, "desk track").read("<b>slug:rhine-flood</b> River *topics:film*")
	if err != nil || read.taken.get("slug") != "rhine-flood" || read.taken.get("topics") != "film" || read.taken.get("headline") != "River" {
		t.Errorf("%v, %v", read.taken, err)
	}
}
