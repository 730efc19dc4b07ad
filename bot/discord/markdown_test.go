package discord

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"storybot/bot"
)

// node is a piece of markup a reader of Discord would see as something else
// than its text.
type node struct{ kind, text string }

// The rules of Discord's markdown, in the order it tries them. A rule begins
// where the text before it ended.
var rules = []struct {
	kind   string
	begins *regexp.Regexp
}{
	{"escape", regexp.MustCompile(`^\\([^0-9A-Za-z\s])`)},
	{"code", regexp.MustCompile("^``((?s:.+?))``|^`([^`]+)`")},
	{"time", regexp.MustCompile(`^<t:-?\d+(?::[tTdDfFsSR])?>`)},
	{"mention", regexp.MustCompile(`^<(?:@[!&]?|#)\d+>|^<id:\w+>|^</[^>]+:\d+>|^@everyone|^@here`)},
	{"emoji", regexp.MustCompile(`^<a?:\w+:\d+>|^:[\w+~-]+:`)},
	{"invitation", regexp.MustCompile(`^(?i:discord(?:app)?\.(?:(?:gg|gift|new)/|com/(?:invite|gifts|template)))`)},
	{"autolink", regexp.MustCompile(`^<?(?i:https?|discord)://[^\s<]+`)},
	{"link", regexp.MustCompile(`^\[((?:\\.|[^\]\\])*)\]\(<?([^\s()<>]+)>?\)`)},
	{"bold", regexp.MustCompile(`^\*\*((?s:(?:\\.|[^\\])+?))\*\*(?:[^*]|$)`)},
	{"underline", regexp.MustCompile(`^__((?s:(?:\\.|[^\\])+?))__`)},
	{"italic", regexp.MustCompile(`^\*((?:\\.|[^\s*\\])(?:\\.|[^*\\])*?)\*`)},
	{"italic", regexp.MustCompile(`^_((?:\\.|[^_\\])+?)_`)},
	{"strike", regexp.MustCompile(`^~~((?s:.+?))~~`)},
	{"spoiler", regexp.MustCompile(`^\|\|((?s:.+?))\|\|`)},
}

var lineRule = regexp.MustCompile(`^(?:#{1,3}|-#|>|>>>| *[-*+]| *\d+[.)]) `)

// read shows what a reader sees of markdown: its text, and what is more than
// text.
func read(md string) (text string, nodes []node) {
	var b strings.Builder
	for n := 0; n < len(md); {
		rest := md[n:]
		if n == 0 || md[n-1] == '\n' {
			if mark := lineRule.FindString(rest); mark != "" {
				nodes = append(nodes, node{"line", mark})
			}
		}
		matched := false
		for _, rule := range rules {
			m := rule.begins.FindStringSubmatch(rest)
			if m == nil {
				continue
			}
			switch rule.kind {
			case "escape":
				b.WriteString(m[1])
			case "bold", "underline", "italic", "strike", "spoiler":
				inner, more := read(m[1])
				nodes = append(append(nodes, node{rule.kind, m[0]}), more...)
				b.WriteString(inner)
			default:
				nodes = append(nodes, node{rule.kind, m[0]})
				b.WriteString(m[0])
			}
			n += len(m[0])
			if rule.kind == "bold" && !strings.HasSuffix(m[0], "**") {
				n -= utf8.RuneLen([]rune(m[0])[utf8.RuneCountInString(m[0])-1]) // looked at, not taken
			}
			matched = true
			break
		}
		if !matched {
			b.WriteByte(md[n])
			n++
		}
	}
	return strings.ReplaceAll(b.String(), breaker, ""), nodes
}

func TestEscapedTextIsShownAsItStands(t *testing.T) {
	for _, text := range []string{
		"plain", "**bold** *i* _u_ ~~s~~ ||x|| `c` ```b```", "# head", "- list\n* list\n+ list\n1. one\n2) two", "-# small", "> quote\n>>> all",
		"@everyone @here <@1> <@!1> <@&2> <#3> </story show:1> <id:guide>", "<:x:1> <a:x:1> :fire: :+1:", "<t:1:R>",
		"https://evil.example/x http://a <https://b> discord://c HTTPS://D", "[bank](https://evil.example)", `C:\dir\`, "14:05 and 14:05:30",
		"a_b_c", "   # not a head", "x\n   - y", "@EVERYONE", "https:", "\\*\\*", "100% (sure) [1]", "join discord.gg/abc or DiscordApp.com/invite/abc", "ask discord.",
	} {
		got, nodes := read(escape(text, true, ""))
		if got != text || len(nodes) > 0 {
			t.Errorf("%q is shown as %q with %v", text, got, nodes)
		}
	}
}

func TestReadFindsMarkup(t *testing.T) {
	for _, md := range []string{"**b**", "# h", "<@1>", "@here", "https://x.y", "[a](https://b)", ":fire:", "||s||", "~~s~~", "`c`", "- x", "1. x", "_i_", "<t:1:R>"} {
		if _, nodes := read(md); len(nodes) == 0 {
			t.Errorf("the reader of these tests takes %q for plain text", md)
		}
	}
}

// hostile draws text made of what could be taken for markup.
func hostile() *rapid.Generator[string] {
	bits := rapid.SampledFrom([]string{
		"*", "**", "_", "__", "~~", "||", "`", "```", "#", "-", "-# ", "> ", ">>> ", "1", ". ", "1. ", "[", "](", ")", "(", "<", ">", "@", "everyone", "here",
		"<@1>", "<t:1:R>", ":", ":x:", "://", "http", "https://a.b", "\\", "\n", " ", "word", "é", "👩‍👩‍👧", "ש", "\u202e", "\u200b", "e\u0301\u0301\u0301\u0301\u0301", "\x00",
	})
	return rapid.Map(rapid.SliceOfN(bits, 0, 40), func(s []string) string { return strings.Join(s, "") })
}

func TestNoTextMakesMarkup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := bot.Clean(rapid.OneOf(hostile(), rapid.String()).Draw(t, "text"))
		got, nodes := read(escape(text, true, ""))
		if len(nodes) > 0 || got != text {
			t.Fatalf("%q is written %q and shown as %q with %v", text, escape(text, true, ""), got, nodes)
		}
	})
}

func FuzzEscape(f *testing.F) {
	f.Add("**x** <@1> https://a.b\n# h")
	f.Fuzz(func(t *testing.T, s string) {
		text := bot.Clean(s)
		got, nodes := read(escape(text, true, ""))
		if len(nodes) > 0 || got != text {
			t.Fatalf("%q is shown as %q with %v", text, got, nodes)
		}
	})
}

func TestCode(t *testing.T) {
	for text, want := range map[string]string{
		"/story x": "`/story x`",
		"a`b":      "``a`" + breaker + "b``",
		"`a":       "`` `" + breaker + "a``",
		"``":       "`` `" + breaker + "`" + breaker + "``",
	} {
		if got := code(text); got != want {
			t.Errorf("code(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLinkShowsItsHost(t *testing.T) {
	for _, c := range []struct{ label, url, want string }{
		{"BBC", "https://bbc.co.uk/a", "[BBC (bbc.co.uk)](<https://bbc.co.uk/a>)"},
		{"bbc.co.uk", "https://bbc.co.uk/a", "[bbc.co.uk](<https://bbc.co.uk/a>)"},
		{"https://bbc.co.uk/a", "https://bbc.co.uk/a", `[https\://bbc.co.uk/a](<https://bbc.co.uk/a>)`},
		{"https://bank.example/evil.example", "https://evil.example/", `[https\://bank.example/evil.example (evil.example)](<https://evil.example/>)`},
		{"notevil.example", "https://evil.example/", "[notevil.example (evil.example)](<https://evil.example/>)"},
		{"evil.example.bank", "https://evil.example/", "[evil.example.bank (evil.example)](<https://evil.example/>)"},
		{"a](https://x.y) b", "https://evil.example/", `[a\](https\://x.y) b (evil.example)](<https://evil.example/>)`},
		{"", "https://evil.example/a(b)", "[evil.example](<https://evil.example/a%28b%29>)"},
		{"x.org:8443", "https://x.org:8443/a", "[x.org:8443](<https://x.org:8443/a>)"},
		{"x", "https://evil.example/ü?q=<a>", "[x (evil.example)](<https://evil.example/%C3%BC?q=%3Ca%3E>)"},
	} {
		u, ok := safeLink(c.url, 512)
		if !ok {
			t.Fatalf("%q is refused", c.url)
		}
		if got := link(c.label, u); got != c.want {
			t.Errorf("link(%q, %q)\n got %s\nwant %s", c.label, c.url, got, c.want)
		}
	}
}

func TestUnsafeAddressesAreNoLinks(t *testing.T) {
	for _, s := range []string{
		"", "javascript:alert(1)", "discord://x", "slack://x", "ftp://a.b/", "https://user@evil.example/", "https://a:b@evil.example/", "//evil.example", "https:///x",
		"https://bänk.example/", "https://a_b.example/", "https://a.example./", "https://a.b:0/", "https://a b/", "https://a.b/\n", "https://a.b/\x00", "mailto:a@b", "https://" + strings.Repeat("a", 600) + ".b/", "https://a.b/" + strings.Repeat("(", 400),
	} {
		if u, ok := safeLink(s, 512); ok {
			t.Errorf("%q is taken for a safe address: %s", s, address(u))
		}
	}
}
