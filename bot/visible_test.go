package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

const (
	england  = "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"
	scotland = "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"
	wales    = "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F"
)

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "A text\n\twith\u00A0white\u3000space\r\n\u2028", "A text\n\twith\u00A0white\u3000space\r\n\u2028"},
		{"NUL and bad bytes are for others to refuse", "a\x00b\xffc", "a\x00b\xffc"},
		{"control characters", "lev\x07el\x1b:\x7f", "level:"},
		{"zero width", "\u200Blevel\u2060:\uFEFFbreaking\u180E", "level:breaking"},
		{"direction", "\u202Elevel\u2066:\u200Ebreaking\u061C\u2069", "level:breaking"},
		{"soft hyphen", "lev\u00ADel", "level"},
		{"joiners between Latin letters", "lev\u200Del\u200C", "level"},
		{"blank letters", "\u3164level\u115F:\u1160breaking\uFFA0", "level:breaking"},
		{"grapheme joiner", "lev\u034Fel", "level"},
		{"Khmer vowels nobody sees", "\u1780\u17B4\u17B5", "\u1780"},
		{"selectors without a base", "\uFE0Flev\uFE0Fel:\uFE00\U000E0100", "level:"},
		{"unassigned and ignorable", "a\u2065b\uFFF0c\U000E0FFFd", "abcd"},
		{"tags alone", "a\U000E0062\U000E0072\U000E007Fb", "ab"},
		{"England", "Go " + england + "!", "Go " + england + "!"},
		{"Scotland and Wales", scotland + wales, scotland + wales},
		{"a flag without an end", strings.TrimSuffix(england, "\U000E007F"), "\U0001F3F4"},
		{"a flag of no country", "\U0001F3F4\U000E0078\U000E0079\U000E007A\U000E007F", "\U0001F3F4"},
		{"words hidden behind a flag", england + "\U000E0068\U000E0069", england},
		{"pirates", "\U0001F3F4\u200D\u2620\uFE0F", "\U0001F3F4\u200D\u2620\uFE0F"},
		{"head shaking", "\U0001F642\u200D\u2194\uFE0F", "\U0001F642\u200D\u2194\uFE0F"},
		{"keycap", "1\uFE0F\u20E3 and 1\uFE0F", "1\uFE0F\u20E3 and 1"},
		{"ideograph's form", "\u845B\U000E0100", "\u845B\U000E0100"},
		{"Mongolian form", "\u1820\u180B", "\u1820\u180B"},
		{"Arabic number sign", "\u06001", "\u06001"},
		{"Persian", "می\u200Cخواهم", "می\u200Cخواهم"},
		{"joiner after an emoji", "\U0001F468\u200Dlevel", "\U0001F468level"},
		{"mention", Mark(0) + "\u200B", Mark(0)},
	} {
		if got := Visible(tt.in); got != tt.want {
			t.Errorf("%s: Visible(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestFlagsSurviveClean(t *testing.T) {
	for _, flag := range []string{england, scotland, wales} {
		if got := OneLine("Go " + flag); got != "Go "+flag {
			t.Errorf("OneLine of a flag = %q", got)
		}
	}
}

// What Visible leaves can be looked at again without a change, and holds no
// character more than it was given.
func TestVisibleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := nasty().Draw(t, "text")
		v := Visible(s)
		if again := Visible(v); again != v {
			t.Fatalf("Visible(%q) = %q, and then %q", s, v, again)
		}
		if utf8.RuneCountInString(v) > utf8.RuneCountInString(s) || strings.ContainsFunc(v, func(r rune) bool { return isUnseen(r) && !isTag(r) }) {
			t.Fatalf("Visible(%q) = %q", s, v)
		}
	})
}
