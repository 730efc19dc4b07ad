package slack

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
)

// book is what people and channels are called, for tests.
type book map[string]string

func (b book) personName(_ context.Context, _, user string) string { return b[user] }
func (b book) channelName(_ context.Context, _, channel string) string {
	if b[channel] == "" {
		return "#private-channel"
	}
	return b[channel]
}

func newReader(t interface{ Context() context.Context }) *reader {
	return &reader{ctx: t.Context(), team: "T1", names: book{"U1": "ada", "U2": "Mia Wallace", "C1": "#general"},
		links: linkOptions([]bot.Spec{{Args: []bot.Arg{{Name: "source", Kind: bot.KindLinks}, {Name: "level"}, {Name: "text", Free: true}, {Name: "headline", Free: true}, {Name: "summary", Kind: bot.KindText}, {Name: "topics", Kind: bot.KindTopics}}}})}
}

func TestReader(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"sony-hack", "sony-hack"},
		{"", ""},

		// People, groups and channels.
		{"add <@U123|jane>", "add @jane"},
		{"add <@U123|Jane Doe>!", "add @Jane Doe!"},
		{"add <@U1>", "add @ada"},
		{"add <@U2|>", "add @Mia Wallace"},
		{"add <@W9>", "add @someone"},
		{"user:<@U1>", "user:@ada"},
		{"<!here> <!channel|@channel> <!everyone>", "@here @channel @everyone"},
		{"<!subteam^S1|@desk> <!subteam^S2|desk> <!subteam^S3>", "@desk @desk @group"},
		{"in <#C1|general> and <#C1> and <#C1|>", "in #general and #general and #general"},
		{"in <#C9|takeover-plans> and <#G9>", "in #private-channel and #private-channel"},

		// Links.
		{"<https://example.org/a>", "https://example.org/a"},
		{"<https://example.org/a|report in full>", "report in full (https://example.org/a)"},
		{"<https://example.org/a?b=1&amp;c=2|Q&amp;A>", "Q&A (https://example.org/a?b=1&c=2)"},
		{"<https://example.org/a|>", "https://example.org/a"},
		{"<https://example.org/a| >", "https://example.org/a"},
		{"<http://example.org|example.org>", "example.org"},
		{"<http://example.org/|example.org>", "example.org"},
		{"<http://example.org/a/b|example.org/a/b>", "example.org/a/b"},
		{"<http://www.example.org|www.example.org>", "www.example.org"},
		{"<https://example.org/a/long/path|example.org>", "https://example.org/a/long/path"},
		{"<http://example.org/a/long/path|example.org>", "http://example.org/a/long/path"},
		{"<https://www.example.org/a|Example.org/a>", "https://www.example.org/a"},
		{"<https://example.org/a/long/path|example.org/a/lo…>", "https://example.org/a/long/path"},
		{"<https://example.org/a/long/path|https://example.org/a/lo...>", "https://example.org/a/long/path"},
		{"<https://example.org/a/long/path|example.org/…/path>", "https://example.org/a/long/path"},
		{"<https://example.org/a|https://example.org/a>", "https://example.org/a"},
		{"<https://example.org/a|example.or>", "example.or (https://example.org/a)"},
		{"<https://evil.example/|https://good.example>", "https://good.example (https://evil.example/)"},
		{"<https://example.org/a|read on…>", "read on… (https://example.org/a)"},
		{"<https://example.org/a|:newspaper: paper>", "📰 paper (https://example.org/a)"},
		{"<mailto:a@example.org|a@example.org> <mailto:b@example.org|Bob> <mailto:c@example.org>", "a@example.org Bob (b@example.org) c@example.org"},
		{"<tel:+491234|+49 1234>", "+49 1234 (+491234)"},
		{"source:<https://example.org/a|report in full> T", "source:https://example.org/a T"},
		{"—Source=<https://example.org/a|report>,<https://example.org/b|b> T", "—Source=https://example.org/a,https://example.org/b T"},
		{`source:"<https://example.org/a|report>" T`, `source:"https://example.org/a" T`},
		{"See:<https://example.org/a|report>", "See:report (https://example.org/a)"},
		{"source:<https://example.org/a|A>, <https://b.example/|B> <https://c.example/|C>", "source:https://example.org/a, https://b.example/ C (https://c.example/)"},

		// Where words are wanted, a label is some of them.
		{"river text:<https://x.example|rep> S28", "river text:rep (https://x.example) S28"},
		{"headline:<https://x.example|rep> S28", "headline:rep (https://x.example) S28"},
		{`summary:"<https://x.example|rep> S28" T`, `summary:"rep (https://x.example) S28" T`},
		{"Summary=<https://x.example|rep>", "Summary=rep (https://x.example)"},
		{"topics:<https://x.example|rep>", "topics:rep (https://x.example)"},
		{"source:<https://a.example|A> text:<https://x.example|rep> S28", "source:https://a.example text:rep (https://x.example) S28"},
		{"source:<https://a.example|A>, text:<https://x.example|rep> S28", "source:https://a.example, text:rep (https://x.example) S28"},
		{"text:see source:<https://x.example|rep>", "text:see source:https://x.example"},

		// Times and emoji.
		{"<!date^1419087845^{date} at {time}|Dec 20, 3pm>", "Dec 20, 3pm"},
		{"<!date^1419087845^{date}^https://example.org|Dec 20>", "Dec 20"},
		{"<!date^1419087845^{date}>", "2014-12-20 15:04 UTC"},
		{"<!date^soon^{date}>", "<!date^soon^{date}>"},
		{":rotating_light: <@U1>:wave::skin-tone-3: :our_logo:", "🚨 @ada👋🏼 :our_logo:"},

		// What people typed, escaped by Slack or not.
		{"a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"},
		{"Tom &amp; Jerry", "Tom & Jerry"},
		{"Tom & Jerry", "Tom & Jerry"},
		{"&amp;lt;", "&lt;"},
		{"<angles> & &amp; &lt;b&gt;", "<angles> & &amp; &lt;b&gt;"},
		{"&lt;angles&gt; &amp; &amp;amp;", "<angles> & &amp;"},
		{"AT&T &lt;b&gt;", "AT&T &lt;b&gt;"},
		{"1 < 2 <@U1> < 3", "1 < 2 @ada < 3"},
		{"1 &lt; 2 <@U1> &lt; 3", "1 < 2 @ada < 3"},
		{"a < b & <https://example.org/x?a=1&b=2>", "a < b & https://example.org/x?a=1&b=2"},
		{"<", "<"}, {"<>", "<>"}, {"<@>", "<@>"}, {"<#|x>", "<#|x>"}, {"<a|b|c>", "<a|b|c>"}, {"<@ada>", "<@ada>"}, {"<!>", "<!>"},
		{"&", "&"}, {"a &", "a &"}, {"&a;", "&a;"}, {"&l", "&l"},
		{"a \U000F0000 b", "a  b"}, // nobody can type a mark
	} {
		r := newReader(t)
		got := r.text(c.in)
		if got = bot.Unfold(got, r.mentions.List()); got != c.want {
			t.Errorf("%q reads %q, want %q", c.in, got, c.want)
		}
	}
}

// Mentions of people say who they are, over all texts of one command.
func TestReaderCollectsMentions(t *testing.T) {
	r := newReader(t)
	texts := []string{r.text("a <@U1> b <@U9|jane>"), r.text("<#C1> <@U1> <!subteam^S1|@desk>")}
	want := []bot.Mention{{Ref: "slack:T1/U1", Name: "@ada"}, {Ref: "slack:T1/U9", Name: "@jane"}, {Kind: bot.ChannelKind, Ref: "slack:T1/C1", Name: "#general"}, {Kind: bot.RoleKind, Ref: "slack:T1/S1", Name: "@desk"}}
	if !slices.Equal(r.mentions.List(), want) {
		t.Errorf("mentions %+v", r.mentions.List())
	}
	if want := []string{"a " + bot.Mark(0) + " b " + bot.Mark(1), bot.Mark(2) + " " + bot.Mark(0) + " " + bot.Mark(3)}; !slices.Equal(texts, want) {
		t.Errorf("texts %q", texts)
	}
	if got := bot.Unfold(r.text(strings.Repeat("<@U1>", bot.MaxMentions)), r.mentions.List()); got != strings.Repeat("@ada", bot.MaxMentions) {
		t.Errorf("very many mentions read %.80q", got)
	}
}

// What is escaped comes back as it was, and nothing in it is markup.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"<!channel>", "&lt;!here&gt;", "<@U1> & <https://evil|good>", "a\x00b", "&amp;amp;", "a & b < c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := escape(s)
		if strings.ContainsAny(escaped, "<>") {
			t.Errorf("escape(%q) = %q has a bracket", s, escaped)
		}
		r := newReader(t)
		if got, want := r.text(escaped), emojify(bot.Unmark(s)); got != want || len(r.mentions.List()) > 0 {
			t.Errorf("%q escaped and read is %q, want %q", s, got, want)
		}
	})
}

// Whatever Slack sends, reading it ends; only a mention makes a reference and a
// mark; plain text stays as it is, however often it is read.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"<@U1|", "<<@U1>>", "<#|>", "<!>", "&lt;@U1&gt;", "<a|b|c>", "<https://x|<@U1>>", ":wave:", "<mailto:|>", "<!date^9^|>", "<!subteam^S|<>"} {
		f.Add(s)
	}
	mention := regexp.MustCompile(`<(?:[@#]|!subteam\^)[A-Z0-9]`)
	f.Fuzz(func(t *testing.T, s string) {
		r := newReader(t)
		got := r.text(s)
		if strings.Contains(got, "slack:T1/") && !strings.Contains(s, "slack:T1/") {
			t.Errorf("%q reads %q, which shows a reference", s, got)
		}
		if len(r.mentions.List()) > 0 && !mention.MatchString(s) {
			t.Errorf("%q mentions %+v", s, r.mentions.List())
		}
		if marks := len([]rune(got)) - len([]rune(bot.Unmark(got))); marks < len(r.mentions.List()) {
			t.Errorf("%q reads %q with %d marks for %d mentions", s, got, marks, len(r.mentions.List()))
		}
		if strings.ContainsAny(s, "<>&") {
			return
		}
		again := newReader(t)
		if twice := again.text(got); twice != got || strings.ContainsAny(got, "<>") {
			t.Errorf("%q reads %q, then %q", s, got, twice)
		}
	})
}
