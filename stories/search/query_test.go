package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// marked writes a text with its marks in brackets.
func marked(text, query string, own bool, like ...[]string) string {
	var b strings.Builder
	at := 0
	for _, m := range Parse(query).Or(like...).Marks(text, own) {
		b.WriteString(text[at:m.From] + "[" + text[m.From:m.To] + "]")
		at = m.To
	}
	return b.String() + text[at:]
}

func TestWordsAreMarkedWhereTheyStand(t *testing.T) {
	for _, tt := range []struct{ text, query, want string }{
		{"The White House is confident.", "house white", "The [White] [House] is confident."},
		{"The White House is confident.", "confid", "The White House is [confident]."},
		{"The White House is confident.", "Th is", "The White House [is] confident."},
		{"Müller sagt, die Straße ist zu", "mueller STRASSE", "[Müller] sagt, die [Straße] ist zu"},
		{"Łódź głosuje", "lodz", "[Łódź] głosuje"},
		{"Diyarbakır'da İSTANBUL", "istanbul diyarbakir", "[Diyarbakır]'da [İSTANBUL]"},
		{"ﬁnance in the oﬃce", "finance office", "[ﬁnance] in the [oﬃce]"},
		{"Ｓｏｎｙ denies", "sony", "[Ｓｏｎｙ] denies"},
		{"e\u0301lection", "élection", "[e\u0301lection]"},
		{"索尼影业被黑客攻击", "影业", "索尼[影业]被黑客攻击"},
		{"索尼影业被黑客攻击", "索尼影业", "[索尼影业]被黑客攻击"},
		{"東京と京都", "京", "東[京]と[京]都"},
		{"東京と京都", "東京", "[東京]と京都"},
		{"トヨタが発表", "toyota", "[トヨタ]が発表"},
		{"รัฐบาลประกาศ", "ประกาศ", "รัฐบาล[ประกาศ]"},
		{"أعلنَ الرئيس", "اعلن", "[أعلنَ] الرئيس"},
		{"מנהיג צה״ל", "צהל", "מנהיג [צה״ל]"},
		{"Η ΟΔΟΣ", "οδός", "Η [ΟΔΟΣ]"},
		{"Κίεβο, Київ", "київ", "Κίεβο, [Київ]"},
		{"Côte d'Ivoire don't", "divoire dont", "Côte [d'Ivoire] [don't]"},
		{"(AT&T), “Sony”", "at&t sony", "([AT]&[T]), “[Sony]”"},
		{"so\u00adny hack", "sony", "[so\u00adny] hack"},
		{"a **b** _c_", "b c", "a **[b]** _[c]_"},
		{"nothing", "sony", "nothing"},
	} {
		if got := marked(tt.text, tt.query, false); got != tt.want {
			t.Errorf("%q in %q marks %q, want %q", tt.query, tt.text, got, tt.want)
		}
	}
	if got := marked("Sony Pictures", "so pi", true); got != "[Sony] [Pictures]" {
		t.Errorf("short beginnings in a headline: %q", got)
	}
	if got := marked("In Kyiv kiev", "kiyv", false, []string{"kyiv"}); got != "In [Kyiv] kiev" {
		t.Errorf("what was meant: %q", got)
	}
	// What one word meant does not stand for another.
	q := Parse("kiyv hospital").Or([]string{"kyiv"}, nil)
	for text, want := range map[string]uint32{"Kyiv under fire": 1, "A hospital was hit": 2, "A hospital in Kyiv": 3, "Nothing": 0} {
		if got, plain := q.Held(Words(text), true), q.HeldIn(text); got != want || plain != want {
			t.Errorf("%q holds %b and %b, want %b", text, got, plain, want)
		}
	}
}

// Whatever the texts, marks lie in order on whole characters, and a text in which
// anything is marked holds a word of the query.
func TestMarksLieWithinTheText(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("aşı İß ﬁ東京トのｱกา\u0301\u00ad\u200bـ'’&-½ﷺ"))))
	rapid.Check(t, func(t *rapid.T) {
		s, query := text.Draw(t, "text"), text.Draw(t, "query")
		q, at := Parse(query), 0
		marks := q.Marks(s, false)
		for _, m := range marks {
			if m.From < at || m.From >= m.To || m.To > len(s) || !boundary(s, m.From) || !boundary(s, m.To) {
				t.Fatalf("marks %v of %+q for %+q", marks, s, query)
			}
			at = m.To
		}
		if held := q.Held(Words(s), false); len(marks) > 0 && held == 0 {
			t.Fatalf("%v is marked in %+q, which holds nothing of %+q", marks, s, query)
		}
		// A text holds itself.
		if q := Parse(s); q.Held(Words(s), false) != q.All() || q.Len() > 0 && len(q.Marks(s, false)) == 0 {
			t.Fatalf("%+q does not hold itself", s)
		}
	})
}

func boundary(s string, at int) bool { return at == len(s) || utf8.RuneStart(s[at]) }

func TestATextHoldsWhatItsWordsDo(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("aAbfi i'\"`&-. xé東"))))
	rapid.Check(t, func(t *rapid.T) {
		s, q := text.Draw(t, "text"), Parse(text.Draw(t, "query")).Or(Words(text.Draw(t, "like")))
		if got, want := q.HeldIn(s), q.Held(Words(s), false); got != want {
			t.Fatalf("%+q holds %b, its words %b", s, got, want)
		}
	})
}
