package stories

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// texts are the fields of people's words, by name.
var texts = map[string]func(string) error{
	"headline": CheckHeadline, "summary": CheckSummary, "text": CheckUpdateText, "reason": CheckReason,
}

func TestTextsNobodyCanSeeAreEmpty(t *testing.T) {
	for name, text := range map[string]string{
		"Hangul filler":            "\u3164",
		"Hangul choseong filler":   "\u115f\u115f",
		"Hangul jungseong filler":  "\u1160",
		"halfwidth Hangul filler":  "\uffa0",
		"all of them":              "\u3164 \u115f\n\u1160\uffa0",
		"braille blank":            "\u2800\u2800",
		"hieroglyph blank":         "\U00013441\U00013442",
		"zero width":               "\u200b\u200c\u200d\u2060\ufeff",
		"lone joiner":              "\u200d",
		"soft hyphen":              "\u00ad",
		"grapheme joiner":          "\u034f",
		"direction marks":          "\u200e\u200f\u202a\u202e\u2066\u2069\u061c",
		"variation selectors":      "\ufe0f\ufe00\U000e0100",
		"Mongolian selectors":      "\u180b\u180c\u180d\u180e\u180f",
		"Khmer inherent vowels":    "\u17b4\u17b5",
		"tags":                     "\U000e0067\U000e0062\U000e007f",
		"lone combining marks":     "\u0301\u0308\u20dd",
		"lone spacing mark":        "\u0903",
		"invisible operators":      "\u2061\u2062\u2063\u2064",
		"musical controls":         "\U0001d173\U0001d17a",
		"null notehead":            "\U0001d159",
		"shorthand controls":       "\U0001bca0",
		"unassigned":               "\u2065\ufff0",
		"wide and no-break spaces": "\u00a0\u3000\u2003\u2028",
		"controls":                 "\x01\x1b\x7f\u0085",
	} {
		for field, check := range texts {
			checkRefusal(t, field+" of "+name, check(text), "The "+field+" is empty")
		}
	}
}

func TestTextsThatShowAreTaken(t *testing.T) {
	for _, text := range []string{
		"x", "7", "한국", "ㅎ", "क्षि", "e\u0301", "\u0301e", "ﷺ", "①", "Ⅷ", "🔥 2", "\u200e\u202bשלום\u202c", "มี", "👨\u200d👩\u200d👧 ok", "A\ufe0f", "𓀀", "\u3164a\u3164",
	} {
		for field, check := range texts {
			checkRefusal(t, field+" "+text, check(text), "")
		}
	}
	for _, text := range []string{"🔥", "👨\u200d👩\u200d👧", "⠿", "—", "\u200d!"} {
		for field, check := range texts {
			checkRefusal(t, field+" "+text, check(text), "no letter and no digit")
		}
	}
}

// Whatever invisible characters are put together stay invisible, and one letter
// among them is enough.
func TestOnlyWhatShowsCounts(t *testing.T) {
	hidden := rapid.OneOf(
		rapid.RuneFrom(nil, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Mn, unicode.Me, unicode.Mc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point),
		rapid.RuneFrom([]rune{0x3164, 0x115f, 0x1160, 0xffa0, 0x2800, 0x13441}),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(hidden, 1, 40).Draw(t, "hidden"))
		for field, check := range texts {
			err := check(text)
			if CodeOf(err) != CodeInvalid || !strings.Contains(err.Error(), "is empty") {
				t.Errorf("%s %+q: %v", field, text, err)
			}
		}
		at := rapid.IntRange(0, len([]rune(text))).Draw(t, "at")
		runes := []rune(text)
		letter := rapid.RuneFrom([]rune("aZ7жλع東한")).Draw(t, "letter")
		if err := CheckUpdateText(string(runes[:at]) + string(letter) + string(runes[at:])); err != nil {
			t.Errorf("%+q with %q: %v", text, letter, err)
		}
	})
}
