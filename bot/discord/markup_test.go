package discord

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
)

// readable is what readers see of text typed on Discord, with the names that
// Discord told.
func readable(r *reader, text string) string {
	return bot.Unfold(text, told(r))
}

// told is what r has mentioned, with the names that Discord told.
func told(r *reader) []bot.Mention {
	list := r.mentions.List()
	for i, m := range list {
		list[i].Name = cmp.Or(r.resolved.name(m.Kind, keyOf("", m).id), m.Kind.Unnamed())
	}
	return list
}

func knowing() *reader {
	return &reader{resolved: resolved{
		Users:   map[string]user{"123": {Username: "mia", GlobalName: "Mia K"}, "124": {Username: "rita", GlobalName: "Rita Klein"}, "125": {Username: "ben"}},
		Members: map[string]member{"123": {Nick: "mia"}},
		Roles:   map[string]role{"1": {Name: "editors"}, "2": {Name: "@everyone"}},
	}}
}

func TestMarkupBecomesWords(t *testing.T) {
	for text, want := range map[string]string{
		"plain & <angles> [brackets] (round)":          "plain & <angles> [brackets] (round)",
		"<@123> and <@!124>, <@125>":                   "@mia and @Rita Klein, @ben",
		"<@999>":                                       "@someone",
		"<@0>":                                         "@someone",
		"<@&1> <@&2> <@&9>":                            "@editors @everyone @role",
		"see <#5>":                                     "see #private-channel",
		"<:wave:1> <a:party_cat:2>":                    ":wave: :party_cat:",
		"at <t:1419087840:f>":                          "at 20 December 2014, 15:04 UTC",
		"<t:1419087840>":                               "20 December 2014, 15:04 UTC",
		"<t:1419087840:R>":                             "20 December 2014, 15:04 UTC",
		"<t:1419087840:t> <t:1419087840:T>":            "15:04 UTC 15:04:00 UTC",
		"<t:1419087840:d> <t:1419087840:D>":            "20 December 2014 (UTC) 20 December 2014 (UTC)",
		"<t:1419087840:F>":                             "Saturday, 20 December 2014, 15:04 UTC",
		"<t:-1:f>":                                     "31 December 1969, 23:59 UTC",
		"<t:999999999999999:f>":                        "<t:999999999999999:f>",
		"type </story:1> or </desk track:22>":          "type /story or /desk track",
		"<id:customize> <id:browse> <id:guide>":        "#Channels & Roles #Browse Channels #Server Guide",
		"<sound:1:2>":                                  "🔊",
		"<https://x.example/a?b=c&d=e>":                "https://x.example/a?b=c&d=e",
		"<HTTPS://X.example> <javascript:x>":           "HTTPS://X.example <javascript:x>",
		"[the report](https://x.example/a)":            "the report (https://x.example/a)",
		"[the report](<https://x.example/a>)":          "the report (https://x.example/a)",
		`[the report](https://x.example/a "hover")`:    "the report (https://x.example/a)",
		"[the report]( https://x.example/a )":          "the report (https://x.example/a)",
		"[A (b)](https://x.example/A_(b))":             "A (b) (https://x.example/A_(b))",
		"[a [b] c](https://x.example/)":                "a [b] c (https://x.example/)",
		"([a](https://x.example/a))":                   "(a (https://x.example/a))",
		"[](https://x.example/a)[ ](http://y.example)": "https://x.example/ahttp://y.example",
		"[https://x.example/a](https://x.example/a)":   "https://x.example/a",
		"[x.example](https://www.x.example/a/b)":       "https://www.x.example/a/b",
		"[x.example/a…](https://x.example/a/b)":        "https://x.example/a/b",
		"[x.example/a](https://x.example/abc)":         "x.example/a (https://x.example/abc)",
		"[x.example/…/c](https://x.example/a/b/c)":     "https://x.example/a/b/c",
		"[bank.example](https://evil.example)":         "bank.example (https://evil.example)",
		"[by <@123>](https://x.example)":               "by @mia (https://x.example)",
		"[a](javascript:x) [a](b) [a] (https://x.y)":   "[a](javascript:x) [a](b) [a] (https://x.y)",
		"[[[[<@123]>>":                                 "[[[[<@123]>>",
		"<@123><@123":                                  "@mia<@123",
		"<<@123>>":                                     "<@mia>",
		"a" + bot.Mark(0) + "b":                        "ab",
		"<@" + bot.Mark(1) + "123>":                    "@mia",
		"**bold** `code` ||spoiler|| ~~gone~~ \\<":     "**bold** `code` ||spoiler|| ~~gone~~ \\<",
		"": "",
	} {
		r := knowing()
		if got := readable(r, r.text(text)); got != want {
			t.Errorf("%q reads\n     %q\nwant %q", text, got, want)
		}
	}
}

// TestLinksStayForCommandsThatWantThem and are read as words in any text.
func TestLinksStayForCommandsThatWantThem(t *testing.T) {
	for value, want := range map[string][2]string{ // as a source, as a text
		"[report](https://x.example/a)":                           {"[report](https://x.example/a)", "report (https://x.example/a)"},
		"[report](https://x.example/a), [two](https://y.example)": {"[report](https://x.example/a), [two](https://y.example)", "report (https://x.example/a), two (https://y.example)"},
		"https://z.example [report](https://x.example/a)":         {"https://z.example [report](https://x.example/a)", "https://z.example report (https://x.example/a)"},
		"<https://x.example/a>":                                   {"https://x.example/a", "https://x.example/a"},
		"Read [the report](https://x.example/a)":                  {"Read [the report](https://x.example/a)", "Read the report (https://x.example/a)"},
		"[the report](https://x.example/a) says <@1>":             {"[the report](https://x.example/a) says @someone", "the report (https://x.example/a) says @someone"},
	} {
		for i, name := range []string{"source", "text"} {
			r := &reader{links: linkOptions([]bot.Spec{{Args: []bot.Arg{{Name: "source", Kind: bot.KindLinks}, {Name: "text"}}}})}
			if got := readable(r, r.value(name, value)); got != want[i] {
				t.Errorf("%q as a %s reads %q, want %q", value, name, got, want[i])
			}
		}
	}
}

func TestOneMentionIsOneMark(t *testing.T) {
	r := knowing()
	text := r.text("<@123> <@!123> <@&1> <@123>")
	if text != bot.Mark(0)+" "+bot.Mark(0)+" "+bot.Mark(1)+" "+bot.Mark(0) || !slices.Equal(r.mentions.List(), []bot.Mention{{Ref: "discord:123"}, {Kind: bot.RoleKind, Ref: "discord:1"}}) {
		t.Errorf("%q %+v", text, r.mentions.List())
	}
}

func TestMoreMentionsThanATextCanHold(t *testing.T) {
	r := &reader{}
	var text strings.Builder
	for n := range bot.MaxMentions + 5 {
		text.WriteString("<@" + string(rune('1'+n%9)) + strings.Repeat("0", 1+n/9%17) + strings.Repeat("7", n%3) + ">")
	}
	for n := range bot.MaxMentions + 5 {
		r.mention(bot.PersonKind, strings.Repeat("1", 1+n%18)+strings.Repeat("2", 1+n/18))
	}
	if r.text(text.String()); len(r.mentions.List()) != bot.MaxMentions || r.mention(bot.RoleKind, "5") != "@role" || r.mention(bot.PersonKind, "1"+"2") != bot.Mark(0) {
		t.Errorf("%d mentions", len(r.mentions.List()))
	}
}

// references are what no reader may see.
var references = regexp.MustCompile(`<(@[!&]?|#|a?:\w{1,64}:|/[^<>:\n]{1,100}:|sound:\d{1,20}:)\d{1,20}>`)

func checkReading(t interface {
	Fatalf(string, ...any)
}, text string) {
	r := knowing()
	read := r.text(text)
	shown := readable(r, read)
	for _, reference := range references.FindAllString(bot.Unmark(text), -1) {
		if strings.Contains(shown, reference) {
			t.Fatalf("%q reads %q", text, shown)
		}
	}
	if !strings.ContainsAny(text, "<[") && read != bot.Unmark(text) {
		t.Fatalf("%q is changed to %q", text, read)
	}
	for _, c := range read {
		if mark := string(c); bot.Unmark(mark) == "" {
			if _, ok := bot.Mentioned(mark, told(r)); !ok {
				t.Fatalf("%q has a mark of nobody", text)
			}
		}
	}
	for _, m := range told(r) {
		if m.Name == "" || strings.Contains(m.Name, "discord:") {
			t.Fatalf("%q mentions %+v", text, m)
		}
	}
}

func typing() *rapid.Generator[string] {
	bits := rapid.SampledFrom([]string{
		"<", ">", "<@", "<@!", "<@&", "<#", "<:", "<a:", "</", "<t:", "<id:", "123", "1", ":", "[", "]", "](", "(", ")", "https://x.example/", " ", "\n", "wave", "é",
		"<@123>", "<#5>", "<:wave:1>", "<t:1419087840:f>", "[a](https://x.example)", "<https://x.example>", bot.Mark(0), bot.Mark(999), "\"", "@everyone", "\\",
	})
	return rapid.Map(rapid.SliceOfN(bits, 0, 30), func(s []string) string { return strings.Join(s, "") })
}

func TestNoReferenceIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkReading(t, rapid.OneOf(typing(), rapid.String()).Draw(t, "text")) })
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"<@123> <#5> [a](https://x.example)", "<<@123>>", "[[a](https://x.example)](https://y.example)", bot.Mark(0), "</a b:1><t:1:R>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkReading(t, s) })
}
