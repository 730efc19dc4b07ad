package sqlstore

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestWordsAndTheirSpellings(t *testing.T) {
	for text, want := range map[string]string{
		"Sony-Hack 2":        "2 hack sony",
		"Łódź":               "lodz łodz",
		"Straße STRAẞE":      "strasse straße",
		"Müller":             "mueller muller",
		"Москва":             "moskva москва",
		"İstanbul ısparta":   "isparta istanbul ısparta",
		"ﬁnance œuvre":       "finance oeuvre œuvre",
		"東京":                 "dong dongjing jing 京 東",
		"トヨタ":                "toyo toyota yota タ ト ヨ",
		"so\u00adny \ufe0fx": "sony x",
		"a\u200bb":           "a b",
		"\u3164\u1160\u2800": "",
		"d'Ivoire":           "d divoire ivoire",
		"٢٠٢٢":               "2022 ٢٠٢٢",
		"Большая Львів":      "bolshaia lviv большая львів",
		"თბილისი":            "tbilisi თბილისი",
		"@Mia W":             "mia w",
		"…":                  "",
	} {
		if got := strings.Join(indexed(text), " "); got != want {
			t.Errorf("indexed(%q) = %q, want %q", text, got, want)
		}
	}
	for typed, want := range map[string]string{
		"Sony Ha": "sony-ha", "sony-": "sony-", "Łódź": "lodz", "  ": "", "--": "", "Москва 2": "moskva-2", "Большая сем": "bolshaia-sem", "@Mia W": "mia-w", "東京": "dong-jing",
	} {
		if got := slugOf(typed); got != want {
			t.Errorf("slugOf(%q) = %q, want %q", typed, got, want)
		}
	}
}

// plain is what no query language takes for anything: letters and digits.
var plain = regexp.MustCompile(`^[\p{L}\p{N}\p{Mc}\p{Me}]+$`)

func TestAWordIsNeverAnOperator(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		words := indexed(text)
		for _, w := range words {
			if !plain.MatchString(w) || !utf8.ValidString(w) {
				t.Errorf("%+q is a word of %+q", w, text)
			}
		}
		// Whatever is in a text can be looked for with the same words.
		for _, asked := range wordsOf(text) {
			if !slices.ContainsFunc(asked, func(w string) bool { return slices.Contains(words, w) }) {
				t.Errorf("%+q asks for %+q, which is not in it", text, asked)
			}
		}
	})
}

func TestATextIsFoundByTheSlugMadeOfIt(t *testing.T) {
	letter := rapid.RuneFrom([]rune("ьъʼ'’ئთー -@,"), unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Georgian, unicode.Arabic, unicode.Hebrew, unicode.Hangul, unicode.Katakana, unicode.Han)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(letter).Draw(t, "text")
		words := indexed(text)
		for _, asked := range wordsOf(slugOf(text)) {
			if !slices.ContainsFunc(asked, func(w string) bool { return slices.Contains(words, w) }) {
				t.Errorf("%+q of the slug %q is no word of %+q", asked, slugOf(text), text)
			}
		}
	})
}
