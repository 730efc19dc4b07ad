package slack

import (
	"testing"

	"pgregory.net/rapid"
)

func TestEmojify(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{":rotating_light: Fire", "🚨 Fire"},
		{"River :ocean::ocean: rises", "River 🌊🌊 rises"},
		{":+1::skin-tone-2:", "👍🏻"},
		{":wave::skin-tone-3:", "👋🏼"},
		{"(:wave::skin-tone-6:)", "(👋🏿)"},
		{":female-firefighter::skin-tone-5:", "👩🏾‍🚒"},
		{":people_holding_hands::skin-tone-2-3:", "🧑🏻‍🤝‍🧑🏼"},
		{":man-heart-man::skin-tone-4:", "👨🏽‍❤️‍👨🏽"},
		{":heart: :warning: :one: :de: :flag-england:", "❤️ ⚠️ 1️⃣ 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿"},
		{"done:white_check_mark:", "done✅"},
		{":100: points", "💯 points"},

		{":our_logo: stays", ":our_logo: stays"},
		{":wave::skin-tone-9:", "👋:skin-tone-9:"},
		{"at 10:00:30", "at 10:00:30"},
		{"a score of 12:100:5", "a score of 12:100:5"},
		{"5:100: it", "5:100: it"},
		{"foo:us:bar", "foo:us:bar"},
		{"https://example.org/:wave:/x :wave:", "https://example.org/:wave:/x 👋"},
		{"level:breaking topics:a", "level:breaking topics:a"},
		{"100:wave::skin-tone-3:wave:", "100:wave::skin-tone-3:wave:"}, {"x:wave:y", "x:wave:y"},
		{"::", "::"}, {":", ":"}, {":wave", ":wave"}, {":Wave:", ":Wave:"}, {"", ""},
	} {
		if got := emojify(c.in); got != c.want {
			t.Errorf("emojify(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// Every name there is becomes its emoji, and what came of a text stays as it is.
func TestEmojifyKnowsEveryName(t *testing.T) {
	table := emojiByName()
	if len(table) < 1900 {
		t.Fatalf("%d names", len(table))
	}
	for name, emoji := range table {
		if got := emojify("a :" + name + ": b"); got != "a "+emoji+" b" {
			t.Errorf(":%s: became %q, want %q", name, got, emoji)
		}
	}
	piece := rapid.OneOf(rapid.SampledFrom([]string{":", "::", ":wave:", ":wave", "wave:", ":+1:", ":skin-tone-3:", "100", "://", " ", "x"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		s := ""
		for _, p := range rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces") {
			s += p
		}
		once := emojify(s)
		if twice := emojify(once); twice != once {
			t.Fatalf("%q became %q, then %q", s, once, twice)
		}
	})
}
