package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// golden compares got with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not as it was (-update rewrites it):\n%s", file, got)
	}
}

var when = time.Date(2014, 12, 20, 15, 4, 5, 0, time.UTC)

// push is a message with a bit of everything.
func push() *bot.Message {
	return &bot.Message{
		Title: "Sony <hack> & *stars* :smile: <!channel>",
		Blocks: []bot.Block{
			bot.Para(bot.Bold("Update 1 · BREAKING")),
			bot.Para(bot.Text("The White House is \"confident\" <@U1> *it* was _them_.\nSecond line ")),
			{Kind: bot.Heading, Spans: []bot.Span{bot.Text("Earlier")}},
			{Kind: bot.Item, Spans: []bot.Span{bot.At(when), bot.Text(" one")}},
			{Kind: bot.Item, Spans: []bot.Span{{Text: "two", Strike: true}, bot.Code("/story sony-hack")}},
			{Kind: bot.Quote, Spans: []bot.Span{{Text: "grave consequences", Italic: true}}},
			bot.Para(bot.Span{Text: "nytimes.com", URL: "https://evil.example/a|b>c?x=1&y=2"}),
			{Kind: bot.Small, Spans: []bot.Span{bot.Text("Sources: "), {Text: "whitehouse.gov", URL: "https://www.whitehouse.gov/a?b=1&c=2"}, bot.Text(", "), {Text: "a paper", URL: "https://example.org/x"}}},
			{Kind: bot.Small, Spans: []bot.Span{bot.Text("Jane *Doe* · "), bot.At(when), bot.Text(" · sony-hack")}},
		},
		Buttons: []bot.Button{
			{Label: "Timeline", Action: "timeline", Arg: "7", Style: bot.Primary},
			{Label: "Stop", Action: "stop", Arg: "7", Style: bot.Danger},
			{Label: "Open", URL: "https://example.org/"},
			{Label: "Never", URL: "javascript:alert(1)"},
		},
	}
}

func TestBlocksGolden(t *testing.T) {
	text, blocks := encodeMessage(push())
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, blocks, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "push.golden", append([]byte(text+"\n\n"), pretty.Bytes()...))
}

func TestTitleLinksWhereItLeads(t *testing.T) {
	_, blocks := encodeMessage(&bot.Message{Title: "Headline", URL: "https://example.org/story"})
	if want := `"type":"link","url":"https://example.org/story","text":"Headline"`; !strings.Contains(string(blocks), want) {
		t.Errorf("blocks = %s, want %s in them", blocks, want)
	}
}

func TestLink(t *testing.T) {
	for _, c := range []struct {
		raw, host string
		ok        bool
	}{
		{"https://www.Example.org/a", "example.org", true},
		{"http://example.org:8080/a|b<c>", "example.org:8080", true},
		{"javascript:alert(1)", "", false},
		{"slack://user?id=U1", "", false},
		{"https://user:pass@example.org/", "", false},
		{"https://exаmple.org/", "", false}, // a Cyrillic а
		{"https://example.org/\n", "", false},
		{"https:///path", "", false},
		{"https://example.org/" + strings.Repeat("a", maxURL), "", false},
		{"", "", false},
	} {
		l, address, ok := link(c.raw)
		host := ""
		if ok {
			host = l.Host()
		}
		if host != c.host || ok != c.ok || strings.ContainsAny(address, "|<> ") {
			t.Errorf("link(%.40q) = %q, %q, %v, want %q, %v", c.raw, address, host, ok, c.host, c.ok)
		}
	}
}

// anyText makes text of what breaks things.
func anyText() *rapid.Generator[string] {
	bad := rapid.SampledFrom([]string{"<!channel>", "<@U1>", "<https://evil.example|good>", "&", "&lt;", "*b*", "~", "`", "\n", "\x00",
		"\u202e", "👩‍👩‍👧", "é", strings.Repeat("x", 4000), ":smile:", "@here", "https://evil.example/", "שלום", " ", "> quote"})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(bad, rapid.String()), 0, 6).Draw(t, "parts"), "")
	})
}

func anyMessage() *rapid.Generator[*bot.Message] {
	span := rapid.Custom(func(t *rapid.T) bot.Span {
		s := bot.Span{Text: anyText().Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold"), Code: rapid.Bool().Draw(t, "code")}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			s.URL = rapid.OneOf(rapid.SampledFrom([]string{"https://example.org/a?b=1&c=|<>"}), anyText()).Draw(t, "url")
		case 1:
			s.Time = time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(t, "time"), 0)
		}
		return s
	})
	button := rapid.Custom(func(t *rapid.T) bot.Button {
		return bot.Button{Label: anyText().Draw(t, "label"), Action: rapid.SampledFrom([]bot.Action{"", "stop", "timeline"}).Draw(t, "action"),
			Arg: rapid.StringMatching(`[a-z0-9.]{0,60}`).Draw(t, "arg"), URL: rapid.SampledFrom([]string{"", "https://example.org/", "javascript:x"}).Draw(t, "url")}
	})
	block := rapid.Custom(func(t *rapid.T) bot.Block {
		b := bot.Block{Kind: bot.BlockKind(rapid.IntRange(0, int(bot.Small)).Draw(t, "kind")), Spans: rapid.SliceOfN(span, 0, 15).Draw(t, "spans")}
		if rapid.IntRange(0, 3).Draw(t, "row") == 0 {
			pressed := button.Draw(t, "button")
			b.Button = &pressed
		}
		return b
	})
	return rapid.Custom(func(t *rapid.T) *bot.Message {
		return &bot.Message{Title: anyText().Draw(t, "title"), URL: rapid.SampledFrom([]string{"", "https://example.org/"}).Draw(t, "url"),
			Blocks: rapid.SliceOfN(block, 0, 70).Draw(t, "blocks"), Buttons: rapid.SliceOfN(button, 0, 30).Draw(t, "buttons")}
	})
}

// token is a link or a date of ours.
const token = `<(?:https?://[^<>| ]+\|[a-z0-9._:\[\]-]+|!date\^\d+\^[^<>|]+\|[^<>|]+)>`

// Whatever a message says, Slack's limits hold and no mention, link or date
// appears that is not in it.
func TestBlocksProperties(t *testing.T) {
	ownToken := regexp.MustCompile(`^` + token + `(?:[ ·,]+` + token + `)*$`)
	rapid.Check(t, func(t *rapid.T) {
		m := anyMessage().Draw(t, "message")
		text, encoded := encodeMessage(m)
		if text == "" || strings.ContainsAny(text, "<>") || len(text) > 4*maxFallback {
			t.Fatalf("top-level text %.200q", text)
		}
		var blocks []map[string]any
		if len(encoded) > 0 {
			if err := json.Unmarshal(encoded, &blocks); err != nil {
				t.Fatal(err)
			}
		}
		if len(blocks) > maxBlocks {
			t.Fatalf("%d blocks", len(blocks))
		}
		total := 0
		ids := map[string]bool{}
		for _, b := range blocks {
			total += checkObject(t, b, ownToken)
			for _, id := range regexp.MustCompile(`"action_id":"[^"]*"`).FindAllString(string(encoded), -1) {
				ids[id] = true
			}
		}
		if n := strings.Count(string(encoded), `"action_id":"`); n != len(ids) {
			t.Fatalf("%d things to press have %d ids", n, len(ids))
		}
		if total > 13200 {
			t.Fatalf("%d characters", total)
		}
	})
}

// checkObject checks a JSON object and what is below it, and returns how much
// text it holds.
func checkObject(t *rapid.T, o map[string]any, ownToken *regexp.Regexp) int {
	size := func(field string) int { s, _ := o[field].(string); return bot.Units(s) }
	total := size("text")
	limit := func(field string, most int) {
		if n := size(field); n < 1 || n > most {
			t.Fatalf("%s of %v has %d characters", field, o["type"], n)
		}
	}
	switch o["type"] {
	case "user", "usergroup", "broadcast", "channel", "emoji":
		t.Fatalf("a %s that is not in the message", o["type"])
	case "mrkdwn":
		limit("text", maxSmall)
		if s := o["text"].(string); !ownToken.MatchString(s) || o["verbatim"] != true {
			t.Fatalf("mrkdwn %q", s)
		}
	case "plain_text":
		limit("text", maxSmall)
		if o["emoji"] != false {
			t.Fatal("plain text that draws emoji")
		}
	case "text":
		limit("text", maxTextObject)
	case "link":
		limit("text", maxTextObject)
		limit("url", maxURL)
	case "section":
		if text := o["text"].(map[string]any); text["type"] != "plain_text" {
			t.Fatalf("a section of %v", text)
		}
	case "context":
		if n := len(o["elements"].([]any)); n < 1 || n > maxContextElements {
			t.Fatalf("a context of %d", n)
		}
	case "actions":
		if n := len(o["elements"].([]any)); n < 1 || n > maxActions {
			t.Fatalf("%d buttons", n)
		}
	case "button":
		limit("action_id", maxActionID)
	}
	for _, v := range o {
		switch v := v.(type) {
		case map[string]any:
			total += checkObject(t, v, ownToken)
		case []any:
			for _, e := range v {
				if e, ok := e.(map[string]any); ok {
					total += checkObject(t, e, ownToken)
				}
			}
		}
	}
	return total
}

// The button of a row stands beside it, times and links of its further lines below.
func TestARowHasItsButtonBesideIt(t *testing.T) {
	row := bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Code("sony-hack"), bot.Text(" Who did <it>?\n10 updates · "), {Time: when, Relative: true}},
		Button: &bot.Button{Label: "sony-hack", Action: "open", Arg: "7"}}
	_, encoded := encodeMessage(&bot.Message{Blocks: []bot.Block{bot.Para(bot.Text("The newest:")), row, {Kind: bot.Item, Spans: []bot.Span{bot.Text("no button")}}},
		Buttons: []bot.Button{{Label: "More", Action: "open", Arg: "8"}}})
	want := `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"The newest:"}]}]},` +
		`{"type":"section","text":{"type":"plain_text","text":"sony-hack Who did \u003cit\u003e?","emoji":false},"accessory":{"type":"button","text":{"type":"plain_text","text":"sony-hack","emoji":false},"action_id":"open#0","value":"7"}},` +
		`{"type":"context","elements":[{"type":"plain_text","text":"10 updates ·","emoji":false},{"type":"mrkdwn","text":"\u003c!date^1419087845^{ago}|2014-12-20 15:04 UTC\u003e","verbatim":true}]},` +
		`{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"no button"}]}],"style":"bullet","indent":0,"border":0,"offset":0}]},` +
		`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"More","emoji":false},"action_id":"open#1","value":"8"}]}]`
	if string(encoded) != want {
		t.Errorf("\n%s\nwant\n%s", encoded, want)
	}
}

// What does not fit says so above the small print and the buttons, which stay.
func TestWhatIsCutSaysSo(t *testing.T) {
	long := bot.Para(bot.Text(strings.Repeat("word ", 4000)))
	rows := bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Text("A row\nof two lines")}, Button: &bot.Button{Label: "Open", Action: "open", Arg: "7"}}
	small := bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text("by Ann")}}
	for name, body := range map[string][]bot.Block{"a long text": {long}, "many rows": slices.Repeat([]bot.Block{rows}, 60), "many lines": slices.Repeat([]bot.Block{bot.Para(bot.Text("x")), small}, 60)[:119]} {
		blocks := build(&bot.Message{Blocks: append(slices.Clone(body), small), Buttons: []bot.Button{{Label: "Older", Action: "page", Arg: "1.x"}}})
		n := len(blocks)
		encoded, _ := json.Marshal(blocks[n-3:])
		if n > maxBlocks || !strings.Contains(string(encoded), "The rest does not fit") || !strings.Contains(string(encoded), "by Ann") || !strings.Contains(string(encoded), "Older") {
			t.Errorf("%s: %d blocks, %s", name, n, encoded)
		}
	}
}

// What is shown is what was said: no character of a text that fits is lost.
func TestBlocksShowTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := anyText().Filter(func(s string) bool { return bot.Units(s) < 8000 }).Draw(t, "said")
		_, encoded := encodeMessage(&bot.Message{Blocks: []bot.Block{bot.Para(bot.Text(said))}})
		var blocks []struct {
			Elements []struct{ Elements []struct{ Text string } }
		}
		if len(encoded) > 0 {
			if err := json.Unmarshal(encoded, &blocks); err != nil {
				t.Fatal(err)
			}
		}
		var shown strings.Builder
		for _, b := range blocks {
			for _, s := range b.Elements {
				for _, e := range s.Elements {
					shown.WriteString(e.Text)
				}
			}
		}
		if want := bot.Clean(said); shown.String() != want {
			t.Fatalf("shown %q, said %q", shown.String(), want)
		}
	})
}

// In a text and in small print the host of a link is read once.
func TestAHostIsShownOnce(t *testing.T) {
	for _, c := range [][2]string{
		{"https://x.org:8443/a", "x.org:8443"}, {"https://www.x.org/a", "x.org"}, {"https://www.x.org/a", "www.x.org"}, {"https://x.org/a", ""}, {"https://127.0.0.1/", "127.0.0.1"}, {"https://[::1]/", "[::1]"},
	} {
		for _, kind := range []bot.BlockKind{bot.Paragraph, bot.Small} {
			_, raw := encodeMessage(&bot.Message{Blocks: []bot.Block{{Kind: kind, Spans: []bot.Span{{Text: c[1], URL: c[0]}}}}})
			shown := strings.ReplaceAll(string(raw), c[0], "")
			if n := strings.Count(shown, bot.Host(c[0])); n != 1 {
				t.Errorf("%q is shown %d times: %s", c, n, shown)
			}
		}
	}
}
