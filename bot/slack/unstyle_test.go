package slack

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAMessageIsReadWithoutItsStyles(t *testing.T) {
	for raw, want := range map[string]string{
		"*the dam* holds":                      "the dam holds",
		"*the* _dam_ ~holds~":                  "the dam holds",
		"*the _old_ dam* (~once~)":             "the old dam (once)",
		"2 * 3 * 4, snake_case_name, a*b*c":    "2 * 3 * 4, snake_case_name, a*b*c",
		"`a *b*` and ```x := *p*```":           "a *b* and x := *p*",
		"&gt; said\n&gt;more":                  "said\nmore",
		"AT&amp;T &lt;3 *now*":                 "AT&T <3 now",
		"*<https://x.example/_a_|the report>*": "the report (https://x.example/_a_)",
		"<https://x.example/*a*/_b_> _now_":    "https://x.example/*a*/_b_ now",
		":our_own_flag: *up*":                  ":our_own_flag: up",
		"_<https://x.example/a>_ by *<@U1>*":   "https://x.example/a by ",
		"5 &gt; 3":                             "5 > 3",
		"* one\n* two":                         "* one\n* two",
		"a\U00100000b *c*":                     "ab c",
	} {
		r := &reader{ctx: t.Context(), team: "T1", names: book{"U1": "ada"}}
		if got := r.unstyled(raw); strings.Trim(got, "\U000F0000") != want {
			t.Errorf("%q reads %q, want %q", raw, got, want)
		}
	}
}

// Words without a mark read as they stand, and whatever was written is read.
func TestWhatHasNoMarkReadsAsItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &reader{ctx: t.Context(), team: "T1", names: book{}}
		r.unstyled(rapid.StringOf(rapid.SampledFrom([]rune("ab *_~`|<>&;:gt\né"))).Draw(t, "marked"))
		plain := rapid.StringOf(rapid.SampledFrom([]rune("ab -+#.1()é\n"))).Draw(t, "plain")
		if got := r.unstyled(escape(plain)); got != plain {
			t.Fatalf("%q reads %q", plain, got)
		}
	})
}
