package stories

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// A revision is of what readers can see.
func TestARevisionIsOfWhatCanBeSeen(t *testing.T) {
	first := Update{Number: 2, Text: "Minor right\n\nTwo lines, é", Sources: []string{"https://a.example/", "https://b.example/"}, Picture: Picture{URL: "https://a.example/x", Alt: "A dam"}}
	picture := func(url, alt string) *Picture { return &Picture{URL: url, Alt: alt} }
	for name, c := range map[string]struct {
		w               Rewording
		fixes, corrects bool
	}{
		"two blanks":               {Rewording{Text: "Minor  right\n\nTwo lines, é"}, false, false},
		"a blank before":           {Rewording{Text: " Minor right\n\nTwo lines, é"}, false, false},
		"trailing blanks":          {Rewording{Text: "Minor right \n\nTwo lines, é \t"}, false, false},
		"other line ends":          {Rewording{Text: "Minor right\r\n\r\nTwo lines, é\r\n"}, false, false},
		"old line ends":            {Rewording{Text: "Minor right\r\rTwo lines, é"}, false, false},
		"more empty lines":         {Rewording{Text: "Minor right\n\n \n\nTwo lines, é"}, false, false},
		"no-break blanks":          {Rewording{Text: "Minor\u00a0right\n\nTwo\u202flines, é"}, false, false},
		"wide blanks":              {Rewording{Text: "Minor\u3000right\n\nTwo\u2003lines, é"}, false, false},
		"the accent apart":         {Rewording{Text: "Minor right\n\nTwo lines, e\u0301"}, false, false},
		"what nobody sees":         {Rewording{Text: "Mi\u200bnor\u00ad right\u200e\n\nTwo lines, é\ufeff"}, false, false},
		"the sources turned round": {Rewording{Sources: []string{"https://b.example/", "https://a.example/"}}, false, false},
		"a source twice":           {Rewording{Sources: []string{"https://b.example/", "https://a.example/", "https://b.example/"}}, false, false},
		"the same picture":         {Rewording{Picture: picture("https://a.example/x", "A  dam")}, false, false},
		"one line":                 {Rewording{Text: "Minor right Two lines, é"}, true, false},
		"no accent":                {Rewording{Text: "Minor right\n\nTwo lines, e"}, true, true},
		"no blank":                 {Rewording{Text: "Minorright\n\nTwo lines, é"}, true, true},
		"a capital":                {Rewording{Text: "Minor Right\n\nTwo lines, é"}, true, true},
		"a small figure":           {Rewording{Text: "Minor right²\n\nTwo lines, é"}, true, true},
		"one source less":          {Rewording{Sources: []string{"https://b.example/"}}, true, true},
		"another picture":          {Rewording{Picture: picture("https://a.example/y", "A dam")}, true, true},
		"another description":      {Rewording{Picture: picture("https://a.example/x", "A bridge")}, true, true},
	} {
		for kind, want := range map[RevisionKind]bool{Fix: c.fixes, Correction: c.corrects} {
			c.w.Kind = kind
			next, err := first.Revise(c.w, time.Unix(1, 0))
			if err != nil && (CodeOf(err) != CodeInvalid || next.Revision != 0) || (err == nil) != want {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
		}
	}
}

// With other sources a text stays as it is kept where nobody can tell it from the new
// one: what is asked about, logged and told would else say that it changed.
func TestWhatCannotBeToldApartIsKept(t *testing.T) {
	first := Update{Text: "Minor right", Sources: []string{"https://a.example/", "https://b.example/"}}
	next, err := first.Revise(Rewording{Kind: Correction, Text: "Minor  right", Sources: []string{"https://c.example/"}}, time.Unix(1, 0))
	if err != nil || next.Text != first.Text || len(next.Sources) != 1 {
		t.Errorf("%+v, %v", next, err)
	}
}

// What a channel saw is told from what is right now by its words alone.
func TestNothingIsToldOfTheSameWords(t *testing.T) {
	all := wordings(t, Update{Text: "One, two"}, Rewording{Kind: Correction, Text: "One, three"}, Rewording{Kind: Correction, Text: "One,\u00a0two\n"}, Rewording{Kind: Fix, Text: "One,\ntwo"})
	if told := Tell(all); told.Kind != "" {
		t.Errorf("told of %q", told.Kind)
	}
}

func TestTextsAreAlikeOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "é", "水", "\n", "\n\n", "👩\u200d🚒", "\u0646\u200c\u0647"}), 1, 9).Draw(t, "parts")
		blanks := rapid.SampledFrom([]string{" ", "  ", "\u00a0", "\t", " \u200b "})
		text, other := "", ""
		for _, p := range parts {
			text += p + " "
			other += norm.NFD.String(strings.ReplaceAll(p, "\n", "\r\n")) + blanks.Draw(t, "blank")
		}
		if !alike(text, other) || !alike(other, text) || !SameWords(text, other) {
			t.Errorf("%q and %q are told apart", text, other)
		}
		if alike(text, text+"x") || SameWords(text, "x "+text) {
			t.Errorf("%q is like more of it", text)
		}
	})
}
