package command

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestQuoted(t *testing.T) {
	for _, tt := range []struct {
		in, value, rest string
		err             error
	}{
		{`"two words" rest`, "two words", " rest", nil},
		{`"two words"`, "two words", "", nil},
		{`"two words", rest`, "two words", ", rest", nil},
		{`"" rest`, "", " rest", nil},
		{`“two words” rest`, "two words", " rest", nil},
		{`”two words” rest`, "two words", " rest", nil},
		{`“two words" rest`, "two words", " rest", nil},
		{`„zwei Worte“ rest`, "zwei Worte", " rest", nil},
		{`„dwa słowa” rest`, "dwa słowa", " rest", nil},
		{`«deux mots» rest`, "deux mots", " rest", nil},
		{`« deux mots » rest`, " deux mots ", " rest", nil},
		{`»zwei Worte« rest`, "zwei Worte", " rest", nil},
		{`‹deux mots› rest`, "deux mots", " rest", nil},
		{`‘two words’ rest`, "two words", " rest", nil},
		{`‚zwei Worte‘ rest`, "zwei Worte", " rest", nil},
		{`'two words' rest`, "two words", " rest", nil},
		{`'it's here' rest`, "it's here", " rest", nil},
		{`‘it’s here’ rest`, "it’s here", " rest", nil},
		{"「二 語」 rest", "二 語", " rest", nil},
		{"『二 語』 rest", "二 語", " rest", nil},
		{"＂two words＂ rest", "two words", " rest", nil},
		{"`two words` rest", "two words", " rest", nil},
		{`"two “big” words" rest`, "two “big” words", " rest", nil},
		{`“two 'big' words” rest`, "two 'big' words", " rest", nil},
		{`“two “big” words” rest`, "two “big” words", " rest", nil},
		{`«un «grand» mot» rest`, "un «grand» mot", " rest", nil},
		{`"two words" "They" deny`, "two words", ` "They" deny`, nil},
		{`"two words" a 5" pipe`, "two words", ` a 5" pipe`, nil},
		{`'two words' The 1990s' end isn't`, "", "", errInner},
		{`"Two "big" words" Headline`, "", "", errInner},
		{`"Two "big words" Headline`, "", "", errInner},
		{`"Two big" words" Headline`, "", "", errInner},
		{`"Two " big " words" Headline`, "", "", errInner},
		{`"Two"big" Headline`, "", "", errInner},
		{`“Two“big” Headline`, "", "", errInner},
		{`'The hackers' demands' Headline`, "", "", errInner},
		{`"https://a.example"Text`, "", "", errInner},
		{`"two words`, "", "", errUnclosed},
		{`«deux mots`, "", "", errUnclosed},
		{`'tis the season`, "", "", errUnclosed},
		{`“two “big” words`, "", "", errUnclosed},
	} {
		value, size, ok, err := quotedText(tt.in)
		if !ok || !errors.Is(err, tt.err) {
			t.Errorf("quotedText(%q) = %q, %v, %v; want %v", tt.in, value, ok, err, tt.err)
		} else if err == nil && (value != tt.value || tt.in[size:] != tt.rest) {
			t.Errorf("quotedText(%q) = %q, and %q is left", tt.in, value, tt.in[size:])
		}
	}
	if _, _, ok, _ := quoted("no quote"); ok {
		t.Error("a word is no quote")
	}
}

// Whatever is quoted, the value is all that stands between two quotes, and the
// rest goes on after them; or there is a refusal.
func TestQuotedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune(`"'“”„«»‘’ ab.5`)), 0, 20, -1).Draw(t, "text")
		value, size, ok, err := quoted(s)
		if !ok || err != nil {
			return
		}
		runes := []rune(s[:size])
		if len(runes) < 2 || string(runes[1:len(runes)-1]) != value {
			t.Fatalf("quoted(%q) = %q of %q", s, value, s[:size])
		}
		if rest := strings.TrimLeft(s[size:], `.,;:!?)]}"'“”„«»‘’`); rest != "" && rest == s[size:] && !unicode.IsSpace([]rune(rest)[0]) {
			t.Fatalf("quoted(%q) ends inside a word: %q", s, rest)
		}
	})
}

// Reading never looks at more than a few times the length of the text, however
// many quotes are begun in it.
func TestQuotesAreReadInProportion(t *testing.T) {
	looked := func(piece string, times int) (n int) {
		text := strings.Repeat(piece, times)
		for i := range text {
			if _, size, seen, ok, err := scanQuoted(text[i:]); ok {
				n += seen
				if open := []rune(text[i:])[0]; err == nil {
					_, seen := orphan(text[i+size:], open, closers[open])
					n += seen
				}
			}
		}
		return n
	}
	for _, piece := range []string{`topics:"a" `, `topics:"a `, "topics:“a” ", "topics:“a ", "topics: «a ", "topics:« a ", "topics:«a» ", `a:'b' c'd `, `x:"1" `} {
		small, large := looked(piece, 500), looked(piece, 2000)
		if large > 5*small || large > 400*len(piece)*2000 {
			t.Errorf("%q: %d bytes looked at for 500, %d for 2000", piece, small, large)
		}
	}
}

// White space before the only closing quote leaves nothing in doubt.
func TestAQuoteClosedBehindWhiteSpace(t *testing.T) {
	for s, want := range map[string]string{`"why " Text`: "why ", "“why ” Text": "why ", "\"a b\n\" Text": "a b\n", `"why "`: "why "} {
		value, _, ok, err := quotedText(s)
		if value != want || !ok || err != nil {
			t.Errorf("%s: %q, %v, %v", s, value, ok, err)
		}
	}
	if _, _, _, err := quotedText(`"why " not" Text`); err == nil {
		t.Error("a quote that another one may close was taken")
	}
}
