package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

func TestSlugOf(t *testing.T) {
	for headline, want := range map[string]string{
		"North Korea denies it":             "north-korea-denies-it",
		"Straße gesperrt":                   "strasse-gesperrt",
		"Łódź pod wodą":                     "lodz-pod-woda",
		"Œuvre, Ærø & Þór":                  "oeuvre-aero-and-thor",
		"Сони взломана":                     "soni-vzlomana",
		"Οι χάκερ":                          "oi-khaker",
		"اختراق سوني":                       "khtrq-swny",
		"索尼被黑客攻击":                           "suo-ni-bei-hei-ke-gong-ji",
		"북한":                                "bughan",
		"Большая игра":                      "bolshaia-igra",
		"Львів":                             "lviv",
		"الرئيس":                            "lryys",
		"@Mia W says":                       "mia-w-says",
		"foo_bar  baz":                      "foo-bar-baz",
		"“Sony” hacked!":                    "sony-hacked",
		"help":                              "help-story",
		"All":                               "all-story",
		"2015":                              "2015-story",
		"X":                                 "x-story",
		"🔥🔥":                                "story",
		strings.Repeat("word ", 30):         "word-word-word-word-word-word-word-word",
		strings.Repeat("x", 100):            strings.Repeat("x", 40),
		"An old abbreviation of everything": "an-old-abbreviation-of-everything",
	} {
		if got := slugOf(headline); got != want {
			t.Errorf("slugOf(%q) = %q, want %q", headline, got, want)
		}
	}
}

func TestSlugOfIsAlwaysLegal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		headline := rapid.String().Draw(t, "headline")
		if got := slugOf(headline); stories.CheckSlug(got) != nil || len(got) > maxMadeSlug+len("-story") {
			t.Fatalf("slugOf(%q) = %q: %v", headline, got, stories.CheckSlug(got))
		}
		if topic := topicOf(headline); topicOf(topic) != topic {
			t.Fatalf("topicOf(%q) = %q, and then %q", headline, topic, topicOf(topic))
		}
	})
}

func TestTopicsOf(t *testing.T) {
	for _, tt := range []struct {
		in   []string
		want string
	}{
		{[]string{"security,film"}, "security film"},
		{[]string{"north korea"}, "north-korea"},
		{[]string{"north korea, film"}, "north-korea film"},
		{[]string{"North Korea;Film、映画"}, "north-korea film ying-hua"},
		{[]string{"security", "asia"}, "security asia"},
		{[]string{"Łódź, Россия"}, "lodz rossiia"},
		{[]string{" , ,"}, ""},
		{[]string{"north_korea"}, "north-korea"},
		{[]string{"people's republic"}, "peoples-republic"},
		{[]string{"no/topic"}, "no/topic"}, // to be refused
		{[]string{`"north korea"`}, "north-korea"},
		{[]string{`"north korea, asia"`}, "north-korea asia"},
		{[]string{`"north korea","south korea"`}, "north-korea south-korea"},
		{[]string{"“north korea”, film"}, "north-korea film"},
		{[]string{"#security, #north korea"}, "security north-korea"},
		{[]string{`"#security"`}, "security"},
		{[]string{"#"}, "#"}, // to be refused
	} {
		if got := topicsOf(tt.in); !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("topicsOf(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestTypedSlugIsRefusedWithTheOneItWouldBe(t *testing.T) {
	n := openStaffed(t)
	for typed, want := range map[string]string{"Łódź": "slug:lodz", "Sony_Hack": "slug:sony-hack", `"North Korea"`: "slug:north-korea", "Straße": "slug:strasse", "взлом": "slug:vzlom"} {
		reply := n.ask("mo", "general", "/desk track slug:"+typed+" A headline")
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, want) {
			t.Errorf("slug:%s: %s", typed, text)
		}
	}
}

// A topic is one whatever it is called when it is given and when it is followed.
func TestTopicsMeetWhoFollowsThem(t *testing.T) {
	for given, followed := range map[string]string{`"north korea"`: `topic:"North Korea"`, "Łódź": "topic:Łódź", "film": "topic:FILM", "news": "topic: news", "asia": "topics:asia", "war": "Topic=“war”"} {
		n := openStaffed(t)
		n.must(n.ask("ria", "general", "/subscribe "+followed))
		n.must(n.ask("mo", "general", "/desk track slug:one topics:"+given+" A headline"))
		n.must(n.ask("mo", "general", "/update one It begins."))
		if text := bot.PlainText(n.last.Message); !strings.Contains(text, "to 1 channel") {
			t.Errorf("topics:%s and %s: %s", given, followed, text)
		}
	}
}

// A story is found by its name in the script it is written in.
func TestStoriesAreFoundInTheirOwnScript(t *testing.T) {
	n := openStaffed(t)
	n.must(n.ask("mo", "general", "/desk track Łódź"))
	n.must(n.ask("mo", "general", "/update Łódź The river rises."))
	for _, line := range []string{"/story Łódź", "/story ŁÓDŹ", "/story ｌｏｄｚ", "/subscribe Łódź", "/why Łódź"} {
		if reply := n.ask("ria", "general", line); reply.Failed || !strings.Contains(transcript(reply), "lodz") {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
	n.must(n.typed("ria", "general", "story", map[string]string{"story": "Łódź"}))
}

// scripts are letters of many scripts, and what stands between words.
func scripts() *rapid.Generator[string] {
	tables := []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Hangul, unicode.Thai, unicode.Devanagari, unicode.Georgian, unicode.Armenian, unicode.Ethiopic, unicode.Khmer, unicode.Nd, unicode.Mn}
	word := rapid.Custom(func(t *rapid.T) string {
		table := rapid.SampledFrom(tables).Draw(t, "script")
		return string(rapid.SliceOfN(rapid.RuneFrom(nil, table), 1, 12).Draw(t, "word"))
	})
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(1, 8).Draw(t, "words") {
			b.WriteString(word.Draw(t, "w"))
			b.WriteString(rapid.SampledFrom([]string{" ", "-", "_", "'", "’", " & ", "@", "", "\u200b", "\u00ad", ", "}).Draw(t, "between"))
		}
		return b.String()
	})
}

// Whoever reads a slug finds its story by it and by each of its words, also when
// the story's slug is another by now.
func TestMadeSlugsFindTheirStory(t *testing.T) {
	n := openStaffed(t)
	i := 0
	check := func(t interface {
		Fatalf(string, ...any)
	}, headline string) {
		headline, _ = bot.Cut(bot.Visible(headline), stories.MaxHeadline)
		made := cutSlug(spelt(headline), maxMadeSlug)
		if made == "" || stories.CheckHeadline(headline) != nil {
			return
		}
		i++
		n.now = n.now.Add(time.Minute)
		story, err := n.service.Editor.Track(context.Background(), stories.Act{By: user("mo")}, stories.Story{Slug: fmt.Sprintf("s%d", i), Headline: headline})
		if err != nil {
			t.Fatalf("%q: %v", headline, err)
		}
		for _, query := range append(strings.Split(made, "-"), made, strings.ReplaceAll(made, "-", " ")) {
			found, _, err := n.service.Index.Search(context.Background(), query, 0, 1)
			if err != nil || len(found) != 1 || found[0].ID != story.ID {
				t.Fatalf("%q of the slug %q does not find %q: %v, %v", query, made, headline, found, err)
			}
		}
	}
	for _, headline := range []string{"東京の選挙", "Don't panic", "Œuvre & Þór @ home", "Łódź", "북한", "Straße", "اختراق سوني", "so\u00adny", "a\u200bb", "ไทย", "x’y_z"} {
		check(t, headline)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, scripts().Draw(t, "headline")) })
}
