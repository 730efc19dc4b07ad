package discord

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
)

// maybePings is what must stand nowhere in what is sent, for some client or
// other might take it for a ping.
var maybePings = regexp.MustCompile(`(?i)@(?:everyone|here)|(?:^|[^\\])<(?:@|#|!|/|:|a:|t:|id:)`)

// checkHonest renders a stored link, whatever it is, and looks at what readers
// get.
func checkHonest(t interface {
	Fatalf(string, ...any)
}, label, address string) {
	m := bot.Message{Title: label, URL: address, Blocks: []bot.Block{
		bot.Para(bot.Text(label), bot.Span{Text: label, URL: address}, bot.Text(label), bot.Span{URL: address}),
		{Kind: bot.Small, Spans: []bot.Span{{Text: address, URL: address}, {Text: address}}},
	}, Buttons: []bot.Button{{Label: label, URL: address}}}
	content := text(m)
	for shown := range strings.Lines(content) {
		if ping := maybePings.FindString(shown); ping != "" {
			t.Fatalf("label %q and address %q are written %q, with %q", label, address, shown, ping)
		}
		_, nodes := read(shown)
		for _, n := range nodes {
			if n.kind == "line" && (n.text == "-# " || n.text == "## ") {
				continue
			}
			if n.kind != "link" {
				t.Fatalf("label %q and address %q are written %q, with %v", label, address, shown, n)
			}
			at := strings.LastIndex(n.text, "](")
			to, err := url.Parse(strings.TrimSuffix(strings.TrimPrefix(n.text[at+2:], "<"), ">)"))
			if !strings.HasSuffix(n.text, ">)") {
				t.Fatalf("label %q and address %q would unfurl: %q", label, address, n.text)
			}
			meant, _ := url.Parse(address)
			if err != nil || meant == nil || to.Host != meant.Host || to.User != nil || to.Scheme != "http" && to.Scheme != "https" {
				t.Fatalf("label %q and address %q lead to %q", label, address, n.text)
			}
			if seen, _ := read(n.text[1:at]); !strings.Contains(strings.ToLower(seen), bot.Host(address)) {
				t.Fatalf("label %q and address %q do not show where to: %q", label, address, n.text)
			}
		}
	}
	if _, ok := safeLink(address, maxAddress); !ok && strings.Contains(content, "](") && !strings.Contains(label+address, "](") {
		t.Fatalf("address %q is linked: %q", address, content)
	}
	raw, err := json.Marshal(contentOf(m))
	if err != nil || !strings.Contains(string(raw), `"allowed_mentions":{"parse":[]}`) {
		t.Fatalf("%s %v", raw, err)
	}
}

var hosts = []string{
	"x><!channel>.e/", "x)[y](https://z", "x](https://z", "x.e/)[y](https://z.e/)", "x.e/@everyone", "x.e/<@&1>", "x.e/`", "x.e\\", "x.e/\\)", "@everyone", "user@x.e", "x.e:80", "[::1]/", "x.e/ß",
	"x.e/?a=**b**&c=__d__", "x.e/||", "x.e/ a", "x.e/\u202e", "x.e/#@here", "ｘ.e", "x.e%2f@y", "x.e/%29[y](https://z)", "<@&1>", "x.e/\n# h",
}

func TestStoredLinksAreHonest(t *testing.T) {
	for _, host := range hosts {
		for _, label := range append(hosts, "", "report", "@everyone <@&1> <#2>", "\\", "`", "ש\u202e", "x.e", "https://x.e/") {
			checkHonest(t, label, "https://"+host)
			checkHonest(t, "https://"+label, host)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.OneOf(rapid.SampledFrom(hosts), hostile(), rapid.String()).Draw(t, "host")
		checkHonest(t, hostile().Draw(t, "label"), "https://"+host)
	})
}

func FuzzLink(f *testing.F) {
	for _, host := range hosts {
		f.Add("report", "https://"+host)
	}
	f.Fuzz(func(t *testing.T, label, address string) { checkHonest(t, label, address) })
}

// TestWhatIsShownIsNotTakenOutAgain is for emoji that are made of characters
// nobody sees alone.
func TestWhatIsShownIsNotTakenOutAgain(t *testing.T) {
	const england = "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"
	for _, text := range []string{england, "👩\u200d👩\u200d👧", "می\u200cخواهم", "❤\ufe0f"} {
		if got := escape(text, true, ""); got != text {
			t.Errorf("%q is written %q", text, got)
		}
	}
}
