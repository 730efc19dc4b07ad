package search

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"storybot/stories/latin"
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
		"東京":                 "dong dongjing jing 京 東 東京",
		"トヨタ":                "toyo toyota yota タ ト トヨ ヨ ヨタ",
		"so\u00adny \ufe0fx": "sony x",
		"a\u200bb":           "a b",
		"\u3164\u1160\u2800": "",
		"d'Ivoire":           "d divoire ivoire",
		"٢٠٢٢":               "2022 ٢٠٢٢",
		"Большая Львів":      "bolshaia lviv большая львів",
		"თბილისი":            "tbilisi თბილისი",
		"@Mia W":             "mia w",
		"…":                  "",
		"ΟΔΟΣ οδός":          "odos οδοσ",
		"مـحـمـد":            "mhmd محمد",
		"المفوضية على":       "l lmfwdy المفوضيه علي",
		"Ｓｏｎｙ ｈａｃｋ":          "hack sony",
		"Ångström ﬂood":      "aangstroem angstrom flood",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("Words(%q) = %q, want %q", text, got, want)
		}
	}
}

// plain is what no query language takes for anything: letters and digits.
var plain = regexp.MustCompile(`^[\p{L}\p{N}\p{Mc}\p{Me}]+$`)

func TestAWordIsNeverAnOperator(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		words := Words(text)
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
		words := Words(text)
		for _, asked := range wordsOf(strings.Join(latin.Words(text), "-")) {
			if !slices.ContainsFunc(asked, func(w string) bool { return slices.Contains(words, w) }) {
				t.Errorf("%+q of its slug is no word of %+q", asked, text)
			}
		}
	})
}

// TestNoWordIsLongerThanIsKept, with marks or without.
func TestNoWordIsLongerThanIsKept(t *testing.T) {
	for _, part := range []string{"a", "e\u0301", "ß", "का", "क" + strings.Repeat("ा", 40), "a" + strings.Repeat("\u20dd", 40), "東", "ﷺ", "щ"} {
		for _, text := range []string{strings.Repeat(part, 90), part + strings.Repeat("\u093e", 200)} {
			for _, w := range Words(text) {
				if n := utf8.RuneCountInString(w); n > MaxWord {
					t.Errorf("%.20q gives a word of %d characters", text, n)
				}
			}
			if q := Parse(text); q.Held(Words(text), false) != q.All() {
				t.Errorf("%.20q does not hold itself", text)
			}
		}
	}
}
