package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"storybot/bot"
)

// parsed finds everything in a payload that Slack reads as markup: mrkdwn texts
// and the top-level text.
func parsed(v any) []string {
	var found []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			found = append(found, parsed(e)...)
		}
	case map[string]any:
		if s, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
			found = append(found, s)
		}
		for _, e := range v {
			found = append(found, parsed(e)...)
		}
	}
	return found
}

// pings says what in a message would notify somebody or lead elsewhere than it
// says.
func pings(m *bot.Message) string {
	text, encoded := encodeMessage(m)
	var blocks any
	if len(encoded) > 0 {
		if err := json.Unmarshal(encoded, &blocks); err != nil {
			return err.Error()
		}
	}
	own := regexp.MustCompile(`^<(?:https?://[^<>|\s]+\|[^<>|]+|!date\^\d+\^[^<>|]+\|[^<>|]+)>(?:[ ·,]+<(?:https?://[^<>|\s]+\|[^<>|]+|!date\^\d+\^[^<>|]+\|[^<>|]+)>)*$`)
	for _, s := range parsed(blocks) {
		if !own.MatchString(s) {
			return s
		}
	}
	if strings.ContainsAny(text, "<>") {
		return text
	}
	return ""
}

// sourced is a message with a link in every place a link can be.
func sourced(link, label string) *bot.Message {
	return &bot.Message{Title: label, URL: link, Blocks: []bot.Block{
		bot.Para(bot.Span{Text: label, URL: link}),
		{Kind: bot.Small, Spans: []bot.Span{bot.Text("Source: "), {Text: label, URL: link}, bot.Text(label)}},
	}, Buttons: []bot.Button{{Label: label, URL: link}, {Label: label, Action: "open", Arg: "1"}}}
}

// The notification begins with what happened.
func TestTheTextBeginsWithTheNews(t *testing.T) {
	small := bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text("sony-hack, update 10 · Mo · "), {Text: "nytimes.com", URL: "https://www.nytimes.com/a"}}}
	news := bot.Para(bot.Text("It is <down>."))
	for _, c := range []struct {
		m    bot.Message
		want string
	}{
		{bot.Message{Title: "BREAKING", Blocks: []bot.Block{news, small}}, "BREAKING: It is &lt;down&gt;.\nsony-hack, update 10 · Mo · nytimes.com"},
		{bot.Message{Blocks: []bot.Block{news, small}}, "It is &lt;down&gt;.\nsony-hack, update 10 · Mo · nytimes.com"},
		{bot.Message{Title: "Who did it?", Blocks: []bot.Block{news}}, "Who did it? It is &lt;down&gt;."},
		{bot.Message{Title: "Stories"}, "Stories"},
		{bot.Message{}, "Storybot"},
	} {
		if got := fallback(&c.m); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A stored source cannot ping a channel, whatever its host is.
func TestHostsThatAreNone(t *testing.T) {
	for _, raw := range []string{
		"https://x><!channel>.e/", "https://x<!here>/", "https://a|b.example/", "https://<@U1>/", "https://x>&lt;!channel&gt;/", "https://a&amp;b/",
		"https://ex ample.org/", "https://exämple.org/", "https://example.org:80a/", "https://[::1%25en<!channel>]/", "https://`x`/", "https://*x*/", "https:///x", "https://?x", "https://a_b.example/", "https://a.example./", "https://a.example:0/",
	} {
		if l, _, ok := link(raw); ok {
			t.Errorf("%s is taken as a link to %s", raw, l.Host())
		}
		if found := pings(sourced(raw, host(raw))); found != "" {
			t.Errorf("%s is written as %s", raw, found)
		}
	}
	for _, raw := range []string{"https://example.org/", "http://EXAMPLE.org:8080/a?b=c|d<!channel>", "https://127.0.0.1/", "https://[2001:db8::1]:443/", "https://xn--exmple-cua.org/"} {
		if _, _, ok := link(raw); !ok {
			t.Errorf("%s is not taken as a link", raw)
		}
		if found := pings(sourced(raw, host(raw))); found != "" {
			t.Errorf("%s is written as %s", raw, found)
		}
	}
}

// host is what a source is called in small print, as far as it has one.
func host(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// What is written into mrkdwn cannot end its link, even where a link gets by.
func TestLabelled(t *testing.T) {
	for _, c := range []struct{ address, label, want string }{
		{"https://example.org/", "example.org", "<https://example.org/|example.org>"},
		{"https://example.org/?a=1&b=2", "a & b", "<https://example.org/?a=1&amp;b=2|a &amp; b>"},
		{"https://x><!channel>", "x><!channel>", "<https://x%3E%3C!channel%3E|x&gt;&lt;!channel&gt;>"},
		{"https://x|y", "y|z", "<https://x%7Cy|y¦z>"},
	} {
		if got := labelled(c.address, c.label); got != c.want {
			t.Errorf("%s %s is written %s, want %s", c.address, c.label, got, c.want)
		}
	}
}

func FuzzLinks(f *testing.F) {
	for _, s := range []string{"x><!channel>.e", "<@U1>", "a|b", "[::1]", "example.org", "xn--a", "a&b", "x<#C1>", "%3c!here%3e"} {
		f.Add("https://"+s+"/", s)
		f.Add("https://example.org/"+s, s)
	}
	f.Fuzz(func(t *testing.T, raw, label string) {
		if found := pings(sourced(raw, label)); found != "" {
			t.Errorf("%q with %q is written %q", raw, label, found)
		}
	})
}
