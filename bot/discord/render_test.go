package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"storybot/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".json")
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	if *update {
		if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
		t.Errorf("%s (run with -update to accept):\n%s", path, diff)
	}
}

var noon = time.Date(2014, 12, 20, 12, 0, 0, 0, time.UTC)

// push is an update as it goes to a channel, with every kind of block and span.
func push() *bot.Message {
	return &bot.Message{
		Title: "Sony hack: *who* did it?", URL: "https://example.com/sony-hack", Tone: bot.Urgent,
		Blocks: []bot.Block{
			{Kind: bot.Heading, Spans: []bot.Span{bot.Text("Update 4 · BREAKING")}},
			bot.Para(bot.Text("The White House is "), bot.Bold("confident"), bot.Span{Text: "again", Italic: true}, bot.Text(": @everyone, see <#1>.\n# No heading")),
			{Kind: bot.Item, Spans: []bot.Span{{Text: "BBC", URL: "https://bbc.co.uk/news/1"}}},
			{Kind: bot.Item, Spans: []bot.Span{{Text: "not this one", URL: "javascript:x"}}},
			{Kind: bot.Quote, Spans: []bot.Span{{Text: "grave\nconsequences", Strike: true, Bold: true}}},
			bot.Para(bot.Text("Type "), bot.Code("/story sony-hack")),
			{Kind: bot.Small, Spans: []bot.Span{bot.Text("by Ann_B · "), bot.At(noon), bot.Text(" · "), {Time: noon, Relative: true}, bot.Text(" · "), {Time: noon, DateOnly: true}}},
		},
		Buttons: []bot.Button{
			{Label: "Timeline", Action: "timeline", Arg: "12", Style: bot.Primary},
			{Label: "Read on", URL: "https://example.com/sony-hack"},
			{Label: "Stop", Action: "stop", Arg: "story~12", Style: bot.Danger},
			{Label: "Bad", URL: "discord://x"},
			{Label: "Timeline again", Action: "timeline", Arg: "12"},
		},
	}
}

func TestGoldenPayloads(t *testing.T) {
	b, err := encode(push())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "push", b.with("kEy-0123456789_abcdefghij"))
	golden(t, "answer", answered(bot.Reply{Message: bot.Plainly("Followed.")}))
	golden(t, "shared", answered(bot.Reply{Public: true, Message: bot.Message{Title: "Stories", Tone: bot.Success}}))
	golden(t, "refusal", answered(bot.Reply{Failed: true, Message: bot.Message{Tone: bot.Refusal, Blocks: []bot.Block{bot.Para(bot.Text("There is no story "), bot.Code("a`b"))}}}))
	golden(t, "edit", encodeEdit(bot.Plainly("Delivered 5,120 of 10,000.")))
	golden(t, "deferred", deferred())
	golden(t, "suggestions", suggestions([]bot.Choice{{Value: "sony-hack", Label: "Sony hack"}, {Value: strings.Repeat("x", 101)}, {Value: "x", Label: strings.Repeat("long ", 50)}}))
}

// TestRenderedTextHoldsOnlyItsOwnMarkup renders hostile text in every style and
// place and finds no markup but what the message asked for.
func TestRenderedTextHoldsOnlyItsOwnMarkup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t, hostile())
		e := embed(m)
		for _, shown := range []string{e.Title, e.Description} {
			_, nodes := read(shown)
			for _, n := range nodes {
				switch n.kind {
				case "mention", "autolink", "emoji", "spoiler", "underline":
					t.Fatalf("%q makes %v of %+v", shown, n, m)
				case "link":
					if !strings.HasSuffix(n.text, "](https://safe.example/x)") || !strings.Contains(n.text, "safe.example") {
						t.Fatalf("%q leads elsewhere: %q", shown, n.text)
					}
				}
			}
		}
	})
}

func drawMessage(t *rapid.T, text *rapid.Generator[string]) bot.Message {
	span := rapid.Custom(func(t *rapid.T) bot.Span {
		s := bot.Span{Text: text.Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold"), Italic: rapid.Bool().Draw(t, "italic"), Strike: rapid.Bool().Draw(t, "strike")}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			s.URL = rapid.SampledFrom([]string{"https://safe.example/x", "javascript:x", "https://a@b/"}).Draw(t, "url")
		case 1:
			s.Time = noon
		case 2:
			s.Code = true
		}
		return s
	})
	block := rapid.Custom(func(t *rapid.T) bot.Block {
		return bot.Block{Kind: bot.BlockKind(rapid.IntRange(0, 4).Draw(t, "kind")), Spans: rapid.SliceOfN(span, 0, 5).Draw(t, "spans")}
	})
	button := rapid.Custom(func(t *rapid.T) bot.Button {
		return bot.Button{
			Label: text.Draw(t, "label"), Action: bot.Action(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "action")), Arg: rapid.StringMatching(`[!-~]{0,60}`).Draw(t, "arg"),
			URL: rapid.SampledFrom([]string{"", "", "https://safe.example/x", "x"}).Draw(t, "url"),
		}
	})
	return bot.Message{
		Title: text.Draw(t, "title"), URL: rapid.SampledFrom([]string{"", "https://safe.example/x", "x:"}).Draw(t, "url"),
		Blocks: rapid.SliceOfN(block, 0, 8).Draw(t, "blocks"), Buttons: rapid.SliceOfN(button, 0, 7).Draw(t, "buttons"),
	}
}

func TestNoMessageExceedsALimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		long := rapid.Map(rapid.IntRange(0, 3000), func(n int) string { return strings.Repeat("é*a ", n) })
		m := drawMessage(t, rapid.OneOf(hostile(), long))
		b, err := encode(&m)
		if err != nil {
			t.Fatal(err)
		}
		key := strings.Repeat("k", maxNonce)
		var got struct {
			Nonce   string
			Enforce bool                      `json:"enforce_nonce"`
			Parse   struct{ Parse []string }  `json:"allowed_mentions"`
			Embeds  []*discordgo.MessageEmbed `json:"embeds"`
			Rows    []struct {
				Components []struct {
					Label    string
					CustomID string `json:"custom_id"`
					URL      string
				}
			} `json:"components"`
		}
		if err := json.Unmarshal(b.with(key), &got); err != nil {
			t.Fatal(err)
		}
		e := got.Embeds[0]
		if bot.Units(e.Title) > maxTitle || bot.Units(e.Description) > maxDescription || bot.Units(e.Title)+bot.Units(e.Description) > maxEmbeds {
			t.Fatalf("too long: %d and %d", bot.Units(e.Title), bot.Units(e.Description))
		}
		if e.Title == "" && e.Description == "" {
			t.Fatal("empty")
		}
		if got.Nonce != key || !got.Enforce || got.Parse.Parse == nil || len(got.Parse.Parse) > 0 || len(got.Rows) > 1 {
			t.Fatalf("%s", b.with(key))
		}
		ids := map[string]bool{}
		for _, row := range got.Rows {
			if len(row.Components) == 0 || len(row.Components) > maxButtons {
				t.Fatalf("%d buttons in a row", len(row.Components))
			}
			for i, c := range row.Components {
				if c.Label == "" || bot.Units(c.Label) > maxLabel || len(c.CustomID) > maxCustomID || len(c.URL) > maxButtonURL || (c.CustomID == "") == (c.URL == "") {
					t.Fatalf("button %d: %+v", i, c)
				}
				if c.CustomID != "" && ids[c.CustomID] {
					t.Fatalf("custom_id %q twice", c.CustomID)
				}
				ids[c.CustomID] = true
			}
		}
	})
}

func TestSmallPrintStaysWhenTextIsCut(t *testing.T) {
	m := bot.Message{Blocks: []bot.Block{
		bot.Para(bot.Text(strings.Repeat("word ", 3000))),
		{Kind: bot.Small, Spans: []bot.Span{bot.Text("by Ann")}},
	}}
	e := embed(m)
	if !strings.HasSuffix(e.Description, "…\n-# by Ann") {
		t.Errorf("…%s", e.Description[len(e.Description)-40:])
	}
}

func TestAButtonComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bot.Button{Label: "x", Action: bot.Action(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "action")), Arg: rapid.StringMatching(`[ -~]{0,60}`).Draw(t, "arg")}
		key := rapid.StringMatching(`[A-Za-z0-9_-]{1,25}`).Draw(t, "key")
		e, err := encode(&bot.Message{Title: "t", Buttons: []bot.Button{b}})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Components []struct {
				Components []struct {
					CustomID string `json:"custom_id"`
				}
			}
		}
		if err := json.Unmarshal(e.with(key), &got); err != nil {
			t.Fatal(err)
		}
		id := got.Components[0].Components[0].CustomID
		if action, arg := parseCustomID(id); action != b.Action || arg != b.Arg {
			t.Fatalf("%q comes back as %q %q", id, action, arg)
		}
		if (e.mark > 0) != markedWith(id, key) {
			t.Fatalf("%q is not marked with %q", id, key)
		}
	})
}
