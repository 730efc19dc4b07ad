package bot

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "North Korea denies it.\nSony waits.", "North Korea denies it.\nSony waits."},
		{"controls", "a\x00b\x07c\x1b[31md\x7fe\u0085f", "abc[31mdef"},
		{"tabs and carriage returns", "a\tb\r\nc\rd", "a b\ncd"},
		{"line separators", "a\u2028b\u2029c", "a b c"},
		{"bad bytes", "a\xffb", "a\uFFFDb"},
		{"NFC", "e\u0301", "é"},
		{"direction changes", "a\u202Eb\u2066c\u2069\u200Ed\u061Ce", "abcde"},
		{"zero width", "a\u200Bb\u2060c\uFEFFd\u00ADe", "abcde"},
		{"joiner between letters", "a\u200Db\u200Cc", "abc"},
		{"tag characters", "a\U000E0041b", "ab"},
		{"Hangul fillers", "a\u3164b\u115Fc", "abc"},
		{"emoji family", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F468\u200D\U0001F469\u200D\U0001F467"},
		{"emoji with skin tone and profession", "\U0001F469\U0001F3FD\u200D\U0001F4BB", "\U0001F469\U0001F3FD\u200D\U0001F4BB"},
		{"heart on fire", "❤\uFE0F\u200D\U0001F525", "❤\uFE0F\u200D\U0001F525"},
		{"joiner at the end of an emoji", "\U0001F468\u200D", "\U0001F468"},
		{"Persian non-joiner", "می\u200Cخواهم", "\u2068می\u200Cخواهم\u2069"},
		{"Hindi joiner", "क्\u200Dष", "क्\u200Dष"},
		{"marks", "a" + strings.Repeat("\u0332", 9), "a" + strings.Repeat("\u0332", 4)},
		{"right to left", "He said שלום\nand left", "\u2068He said שלום\u2069\nand left"},
	} {
		if got := Clean(tt.in); got != tt.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                   "",
		" \n\t ":             "",
		"a\n\n b\tc ":        "a b c",
		"a\u2028b":           "a b",
		"\u200B\u200B":       "",
		"Sony  says\u00A0so": "Sony says so",
	} {
		if got := OneLine(in); got != want {
			t.Errorf("OneLine(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUnits(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "é": 1, "\U0001F525": 2, "\U0001F1FA\U0001F1F8": 4, "a\xff": 2} {
		if got := Units(in); got != want {
			t.Errorf("Units(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"one two three", 10, "one two…"},
		{"family \U0001F468\u200D\U0001F469\u200D\U0001F467", 12, "family…"},
		{"flags \U0001F1FA\U0001F1F8\U0001F1FA\U0001F1F8", 12, "flags \U0001F1FA\U0001F1F8…"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"anything", 1, "…"},
		{"anything", 0, ""},
		{"", 0, ""},
	} {
		got, cut := Cut(tt.in, tt.limit)
		if got != tt.want || cut != (tt.want != tt.in) {
			t.Errorf("Cut(%q, %d) = %q, %v, want %q", tt.in, tt.limit, got, cut, tt.want)
		}
	}
}

// nasty draws text of the kind that breaks layouts.
func nasty() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.StringN(0, 8, -1),
		rapid.SampledFrom([]string{
			"\x00", "\xff", "\r\n", "\t", " ", "\n", "@everyone", "<!channel>", "\u202E", "\u2066", "\u2068", "\u2069", "\u200D", "\u200C", "\u200B", "\uFE0F",
			"שלום", "مرحبا", "می\u200Cخواهم", "e\u0301", "a\u0332\u0332\u0332\u0332\u0332\u0332", "\u0301", "\U0001F468\u200D\U0001F469\u200D\U0001F467",
			"\U0001F3FD", "\U0001F1FA\U0001F1F8", "❤\uFE0F\u200D\U0001F525", "\u1100\u1161\u11A8", "क्\u200Dष", "\U000E0041", "\u3164", "ﷺ", england, "\U0001F3F4\U000E0067\U000E0062", "\u845B\U000E0100", "\uFE00", "\u1820\u180B", "1\uFE0F\u20E3", "\u00A0", "\u2800", "한글", "\u0958", "ℵ",
		}))
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "pieces"), "")
	})
}

func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkClean(t, nasty().Draw(t, "text")) })
}

// isTag says that r can be part of a flag.
func isTag(r rune) bool { return r >= 0xE0061 && r <= 0xE007F }

type fataler interface {
	Fatalf(format string, args ...any)
}

func checkClean(t fataler, s string) {
	c := Clean(s)
	if again := Clean(c); again != c {
		t.Fatalf("Clean is not idempotent: %q, %q, %q", s, c, again)
	}
	if !utf8.ValidString(c) {
		t.Fatalf("Clean(%q) = %q, which is not UTF-8", s, c)
	}
	for line := range strings.SplitSeq(c, "\n") {
		if strings.Count(line, "\u2068") != strings.Count(line, "\u2069") || strings.Count(line, "\u2068") > 1 {
			t.Fatalf("Clean(%q) = %q, whose isolates do not match", s, c)
		}
		if line = strings.TrimSuffix(strings.TrimPrefix(line, "\u2068"), "\u2069"); !norm.NFC.IsNormalString(line) {
			t.Fatalf("Clean(%q) = %q, which is not in NFC", s, c)
		}
		for _, r := range line {
			if unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || isUnseen(r) && r != 0x2068 && !isTag(r) {
				t.Fatalf("Clean(%q) = %q, which holds %U", s, c, r)
			}
		}
	}
	if one := OneLine(s); strings.ContainsAny(one, "\n\r\t") || OneLine(one) != one {
		t.Fatalf("OneLine(%q) = %q", s, one)
	}
}

func TestCutProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkCut(t, nasty().Draw(t, "text"), rapid.IntRange(0, 40).Draw(t, "limit"))
	})
}

// checkCut holds Cut of clean text against its promises.
func checkCut(t fataler, s string, limit int) {
	s = Clean(s)
	head, cut := Cut(s, limit)
	if Units(head) > limit {
		t.Fatalf("Cut(%q, %d) = %q, of %d units", s, limit, head, Units(head))
	}
	if cut != (head != s) || cut != (Units(s) > limit) {
		t.Fatalf("Cut(%q, %d) = %q, cut %v", s, limit, head, cut)
	}
	if !cut || limit < 1 {
		return
	}
	if strings.Count(head, "\u2068") != strings.Count(head, "\u2069") {
		t.Fatalf("Cut(%q, %d) = %q, whose isolates do not match", s, limit, head)
	}
	plain := strings.NewReplacer("\u2068", "", "\u2069", "")
	kept := strings.TrimSuffix(plain.Replace(head), "…")
	if !strings.HasPrefix(plain.Replace(s), kept) {
		t.Fatalf("Cut(%q, %d) = %q, which is no beginning of it", s, limit, head)
	}
	if kept != "" && !strings.Contains(s, "\u2068") && !onBorder(s, strings.TrimSuffix(head, "…")) {
		t.Fatalf("Cut(%q, %d) = %q, inside a grapheme", s, limit, head)
	}
}

// onBorder says that head, or head with the space that was trimmed, ends where
// a grapheme of s ends.
func onBorder(s, head string) bool {
	for g := uniseg.NewGraphemes(s); g.Next(); {
		_, end := g.Positions()
		if end >= len(head) {
			return end == len(head) || strings.Trim(s[len(head):end], " \n") == ""
		}
	}
	return false
}

func TestPagesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, limit := Clean(nasty().Draw(t, "text")), rapid.IntRange(1, 40).Draw(t, "limit")
		pages := Pages(s, limit)
		if strings.Join(pages, "") != s {
			t.Fatalf("Pages(%q, %d) = %q, which is not the text", s, limit, pages)
		}
		for i, page := range pages {
			if page == "" && s != "" || Units(page) > limit && uniseg.GraphemeClusterCount(page) > 1 {
				t.Fatalf("Pages(%q, %d): page %d is %q", s, limit, i, page)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("North Korea denies it", 8)
	f.Add("\u202Eabc שלום\nמה", 5)
	f.Add("a\u0332\u0332\u0332\u0332\u0332\u200D\U0001F468\u200D\U0001F469", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		checkClean(t, s)
		checkCut(t, s, limit&0xff)
	})
}
