package discord

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
)

func TestAMessageIsReadWithoutItsStyles(t *testing.T) {
	for raw, want := range map[string]string{
		"**the dam** holds":                       "the dam holds",
		"*the* _dam_ __holds__":                   "the dam holds",
		"***the dam*** ~~breaks~~":                "the dam breaks",
		"**the _old_ dam**":                       "the old dam",
		"2 * 3 * 4 and snake_case_name":           "2 * 3 * 4 and snake_case_name",
		`\*not bold\* \_so\_`:                     "*not bold* _so_",
		"`a **b**` and ``c ` d``":                 "a **b** and c ` d",
		"```go\nx := *p\n``` done":                "x := *p\n done",
		"# Head\n## Second\n-# small\nrest":       "Head\nSecond\nsmall\nrest",
		"> said\n>>> more":                        "said\nmore",
		"* one\n- two\n1. three":                  "- one\n- two\n1. three",
		"||the name|| is known":                   "[hidden as a spoiler] is known",
		"[the **report**](https://x.example/a_b)": "the report (https://x.example/a_b)",
		"<https://x.example/_a_>":                 "https://x.example/_a_",
		"https://x.example/*a*/__b__ *now*":       "https://x.example/*a*/__b__ now",
		"<:big_dam_x:123> <a:wave:1>":             ":big_dam_x: :wave:",
		"<t:1419084000:t> _sharp_":                "14:00 UTC sharp",
		"#hashtag 5 > 3":                          "#hashtag 5 > 3",
		"**":                                      "**",
		"a\U00100000b **c**":                      "ab c",
	} {
		if got := (&reader{}).unstyled(raw); got != want {
			t.Errorf("%q reads %q, want %q", raw, got, want)
		}
	}
}

// TestWhatIsEscapedReadsAsItStands: whatever the bot writes so that Discord shows it as it
// stands is read as it stands, and nothing stops the reader.
func TestWhatIsEscapedReadsAsItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab *_~`|<>[]()#-+.1:\n\\é"))).Draw(t, "text")
		(&reader{}).unstyled(text)
		if got := strings.ReplaceAll((&reader{}).unstyled(escape(bot.Clean(text), true, "")), breaker, ""); got != bot.Clean(text) {
			t.Fatalf("%q reads %q", text, got)
		}
	})
}
