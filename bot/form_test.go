package bot

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// submitted is what a platform tells of a form nobody changed: it may take the
// white space from the ends of what is in a field.
func submitted(fields []Field, trims bool) map[string]string {
	values := map[string]string{}
	for _, f := range fields {
		values[f.Name] = f.Value
		if trims {
			values[f.Name] = strings.TrimSpace(f.Value)
		}
	}
	return values
}

// A long text comes back from the fields it was laid over as it was.
func TestLongTextsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"news", "naïve", "👩‍👩‍👧", "水", " ", "\n", "\n\n", "  ", "e\u0301", strings.Repeat("x", 70)})
		text := strings.TrimSpace(strings.Join(rapid.SliceOfN(word, 0, 200).Draw(t, "words"), ""))
		room := FormRoom{Text: rapid.IntRange(60, 300).Draw(t, "room")}
		f := Form{Fields: []Field{{Name: "text", Label: "Text", Kind: TextField, Limit: 4 * Units(text), Value: text, Required: true}}}
		fields := f.LaidOut(room)
		for _, part := range fields {
			if Units(part.Value) > room.Text || part.Limit > room.Text {
				t.Fatalf("a part of %d units, limit %d", Units(part.Value), part.Limit)
			}
		}
		if got := Gathered(submitted(fields, false))["text"]; got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
		if run := regexp.MustCompile(`[ \n]+`); slices.ContainsFunc(run.FindAllString(text, -1), func(s string) bool { return len(s) > maxGlue }) {
			return // more white space than is told apart from the parts
		}
		if got := Gathered(submitted(fields, true))["text"]; got != text {
			t.Fatalf("%q came back from a platform that trims as %q", text, got)
		}
	})
}

func TestLayouts(t *testing.T) {
	text := Field{Name: "text", Label: "Text", Kind: TextField, Limit: 8000, Required: true}
	long := text
	long.Value = strings.Repeat("word ", 1500)
	story := Field{Name: "story", Kind: ChoiceField, Required: true}
	others := []Field{{Name: "level", Kind: ChoiceField, Required: true}, {Name: "source", Kind: TextField, Limit: 2600}, {Name: "at", Limit: 40}}
	form := func(fields ...Field) *Form { return &Form{Fields: append(fields, others...)} }
	discord, slack := FormRoom{Fields: 5, Text: 4000}, FormRoom{Text: 3000}
	refused := form(story, long)
	refused.Fields[4].Problem = "No time."
	for _, c := range []struct {
		name string
		form *Form
		room FormRoom
		want string
	}{
		{"with a picker Discord's five are full", form(story, text), discord, "story text level source at"},
		{"without one the text has a second field", form(text), discord, "text level source at text_2c4000"},
		{"a long text keeps together", form(long), discord, "text text_2s level source at"},
		{"and a picker costs it the time", form(story, long), discord, "story text text_2s level source"},
		{"but not what was refused", refused, discord, "story text text_2s level at"},
		{"Slack has room for all", form(story, text), slack, "story text level source at text_2c3000 text_3c3000"},
		{"and for a long one", form(long), slack, "text text_2s text_3s level source at"},
	} {
		var got []string
		for _, f := range c.form.LaidOut(c.room) {
			got = append(got, f.Name)
			if f.Required && strings.Contains(f.Name, partMark) {
				t.Errorf("%s: %s must be filled in", c.name, f.Name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", c.name, strings.Join(got, " "), c.want)
		}
	}
}

func TestWhatIsTypedIntoFurtherParts(t *testing.T) {
	full := strings.Repeat("x", 20)
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"text": "One.", "text_2c20": ""}, "One."},
		{map[string]string{"text": "One.", "text_2c20": "Two.", "text_3c20": " "}, "One.\n\nTwo."},
		{map[string]string{"text": full, "text_2c20": "and on"}, full + "and on"},
		{map[string]string{"text": full, "text_2c20": full, "text_3c20": "y"}, full + full + "y"},
		{map[string]string{"text": " ", "text_2s": "Two.", "text_10s": "Ten", "text_3n": "Three"}, "Two.\nThree Ten"},
		{map[string]string{"text_2": "Two", "text_": "?", "text_x": "!"}, "Two"},
	} {
		if got := Gathered(c.values)["text"]; got != c.want {
			t.Errorf("%q gathered is %q, want %q", c.values, got, c.want)
		}
	}
	if diff := cmp.Diff(map[string]string{"at": "", "level": "minor"}, Gathered(map[string]string{"at": "", "level": "minor"})); diff != "" {
		t.Error(diff)
	}
}

func FuzzGathered(f *testing.F) {
	f.Add("text", "text_2c0", "a", "b")
	f.Add("text_2c-1", "text_99999999999999999999", "a", "b")
	f.Fuzz(func(t *testing.T, one, two, a, b string) {
		Gathered(map[string]string{one: a, two: b})
	})
}
