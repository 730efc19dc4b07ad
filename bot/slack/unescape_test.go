package slack

import (
	"strings"
	"testing"
)

func TestUnescape(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"sony-hack", "sony-hack"},
		{"add <@U123>", "add slack:T1/U123"},
		{"add <@U123|jane>", "add slack:T1/U123"},
		{"in <#C123|general> and <#C9>", "in #general and #C9"},
		{"<!here> <!channel|@channel> <!subteam^S1|@desk> <!subteam^S2>", "@here @channel @desk @subteam"},
		{"source:<https://example.org/a?b=1&amp;c=2|example.org>", "source:https://example.org/a?b=1&c=2"},
		{"<mailto:a@example.org|a@example.org>", "a@example.org"},
		{"a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"},
		{"1 < 2 <@U1> < 3", "1 < 2 slack:T1/U1 < 3"},
		{"<", "<"},
		{"<>", ""},
		{"", ""},
	} {
		if got := unescape(c.in, "T1"); got != c.want {
			t.Errorf("unescape(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCutMention(t *testing.T) {
	for _, c := range []struct {
		in, after string
		found     bool
	}{
		{"<@UBOT> story sony-hack", " story sony-hack", true},
		{"hey <@UBOT|storybot> stories", " stories", true},
		{"<@UBOTTOM> <@UBOT> help", " help", true},
		{"<@UBOTTOM> help", "", false},
		{"<@UBOT|never closed", "", false},
		{"", "", false},
	} {
		if _, after, found := cutMention(c.in, "UBOT"); after != c.after || found != c.found {
			t.Errorf("cutMention(%q) = %q, %v, want %q, %v", c.in, after, found, c.after, c.found)
		}
	}
}

// What is escaped comes back as it was, and nothing in it is markup.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"<!channel>", "&lt;!here&gt;", "<@U1> & <https://evil|good>", "a\x00b", "&amp;amp;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := escape(s)
		if strings.ContainsAny(escaped, "<>") {
			t.Errorf("escape(%q) = %q has a bracket", s, escaped)
		}
		if got := unescape(escaped, "T1"); got != s {
			t.Errorf("unescape(escape(%q)) = %q", s, got)
		}
	})
}

// Whatever Slack sends, reading it ends, and only a mention makes a reference.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"<@U1|", "<<@U1>>", "<#|>", "<!>", "&lt;@U1&gt;", "<a|b|c>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := unescape(s, "T1")
		if strings.Contains(got, "slack:T1/") && !strings.Contains(s, "<@") && !strings.Contains(s, "slack:T1/") {
			t.Errorf("unescape(%q) = %q mentions somebody", s, got)
		}
		cutMention(s, "U1")
	})
}
