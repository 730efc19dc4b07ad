package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", "  "); err != nil {
		t.Fatal(err)
	}
	goldenText(t, name+".json", pretty.String()+"\n")
}

func goldenText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
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
	b, err := encode(push(), "")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "push", b.with("kEy-0123456789_abcdefghij"))
	golden(t, "answer", answered(&interaction{}, bot.Reply{Message: bot.Plainly("Followed.")}))
	golden(t, "shared", answered(&interaction{}, bot.Reply{Public: true, Message: bot.Message{Title: "Stories", Tone: bot.Success}}))
	golden(t, "refusal", answered(&interaction{}, bot.Reply{Failed: true, Message: bot.Message{Tone: bot.Refusal, Blocks: []bot.Block{bot.Para(bot.Text("There is no story "), bot.Code("a`b"))}}}))
	golden(t, "edit", encodeEdit(bot.Plainly("Delivered 5,120 of 10,000.")))
	golden(t, "deferred", deferred())
	golden(t, "suggestions", suggestions([]bot.Choice{{Value: "sony-hack", Label: "Sony hack"}, {Value: strings.Repeat("x", 101)}, {Value: "x", Label: strings.Repeat("long ", 50)}}))
}

// TestRenderedTextHoldsOnlyItsOwnMarkup renders hostile text in every style and
// place and finds no markup but what the message asked for.
func TestRenderedTextHoldsOnlyItsOwnMarkup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t, hostile())
		for shown := range strings.Lines(text(m)) {
			_, nodes := read(shown)
			for _, n := range nodes {
				switch n.kind {
				case "mention", "autolink", "emoji", "spoiler", "underline", "invitation":
					t.Fatalf("%q makes %v of %+v", shown, n, m)
				case "link":
					if !strings.HasSuffix(n.text, "](<https://safe.example/x>)") || !strings.Contains(n.text, "safe.example") {
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
	button := rapid.Custom(func(t *rapid.T) bot.Button {
		return bot.Button{
			Label: text.Draw(t, "label"), Action: bot.Action(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "action")), Arg: rapid.StringMatching(`[!-~]{0,60}`).Draw(t, "arg"),
			URL: rapid.SampledFrom([]string{"", "", "https://safe.example/x", "x"}).Draw(t, "url"),
		}
	})
	block := rapid.Custom(func(t *rapid.T) bot.Block {
		b := bot.Block{Kind: bot.BlockKind(rapid.IntRange(0, 4).Draw(t, "kind")), Spans: rapid.SliceOfN(span, 0, 5).Draw(t, "spans")}
		if rapid.Bool().Draw(t, "row") {
			pressed := button.Draw(t, "button")
			b.Button = &pressed
		}
		return b
	})
	return bot.Message{
		Title: text.Draw(t, "title"), URL: rapid.SampledFrom([]string{"", "https://safe.example/x", "x:"}).Draw(t, "url"),
		Blocks: rapid.SliceOfN(block, 0, 8).Draw(t, "blocks"), Buttons: rapid.SliceOfN(button, 0, 7).Draw(t, "buttons"),
	}
}

// Small print that takes all that a short body leaves drives nothing over the limit.
func TestSmallPrintLeavesRoomForTheBody(t *testing.T) {
	for n := range 60 {
		m := bot.Message{Title: "é*a", URL: "https://safe.example/x", Blocks: []bot.Block{
			bot.Para(bot.At(noon), bot.At(noon)), bot.Para(), {Kind: bot.Small, Spans: []bot.Span{{Text: strings.Repeat("x", 1880+n), Strike: true, Italic: true}}},
		}}
		if got := text(m); bot.Units(got) > maxContent || strings.Contains(got, tooLongNote) || !strings.Contains(got, stamp(bot.At(noon))) {
			t.Fatalf("%d: %d units: %q", n, bot.Units(got), got[:100])
		}
	}
}

func TestNoMessageExceedsALimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		long := rapid.Map(rapid.IntRange(0, 3000), func(n int) string { return strings.Repeat("é*a ", n) })
		m := drawMessage(t, rapid.OneOf(hostile(), long))
		b, err := encode(&m, "")
		if err != nil {
			t.Fatal(err)
		}
		key := strings.Repeat("k", maxNonce)
		var got struct {
			Nonce   string
			Enforce bool                     `json:"enforce_nonce"`
			Parse   struct{ Parse []string } `json:"allowed_mentions"`
			Content string
			Embeds  []*discordgo.MessageEmbed `json:"embeds"`
			Rows    []struct {
				Components []struct {
					Type     discordgo.ComponentType
					Label    string
					CustomID string `json:"custom_id"`
					URL      string
					Options  []discordgo.SelectMenuOption
				}
			} `json:"components"`
		}
		if err := json.Unmarshal(b.with(key), &got); err != nil {
			t.Fatal(err)
		}
		if n := bot.Units(got.Content); n > maxContent || strings.TrimSpace(got.Content) == "" || got.Embeds == nil || len(got.Embeds) > 0 {
			t.Fatalf("%d units, embeds %v: %q", n, got.Embeds, got.Content)
		}
		if got.Nonce != key || !got.Enforce || got.Parse.Parse == nil || len(got.Parse.Parse) > 0 || len(got.Rows) > 2 {
			t.Fatalf("%s", b.with(key))
		}
		ids := map[string]bool{}
		for _, row := range got.Rows {
			if len(row.Components) == 0 || len(row.Components) > maxButtons {
				t.Fatalf("%d buttons in a row", len(row.Components))
			}
			for i, c := range row.Components {
				if c.Type == discordgo.SelectMenuComponent {
					checkMenu(t, c.CustomID, c.Options)
					continue
				}
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

// checkMenu checks a menu of rows against Discord's limits.
func checkMenu(t *rapid.T, id string, options []discordgo.SelectMenuOption) {
	if id != rowsID && !strings.HasPrefix(id, rowsID+marker) || len(options) == 0 || len(options) > maxOptions {
		t.Fatalf("the menu %q has %d options", id, len(options))
	}
	values := map[string]bool{}
	for _, o := range options {
		if o.Label == "" || bot.Units(o.Label) > maxChoice || o.Value == "" || len(o.Value) > maxCustomID || bot.Units(o.Description) > maxChoice || values[o.Value] {
			t.Fatalf("option %+v", o)
		}
		values[o.Value] = true
	}
}

func TestWhatIsCutSaysSoAboveTheSmallPrint(t *testing.T) {
	small := func(spans ...bot.Span) bot.Block { return bot.Block{Kind: bot.Small, Spans: spans} }
	long := strings.Repeat("word ", 3000)
	for name, m := range map[string]bot.Message{
		"a long text":     {Blocks: []bot.Block{bot.Para(bot.Text(long)), small(bot.Text("by Ann"))}},
		"many paragraphs": {Title: "Stories", Blocks: append(slices.Repeat([]bot.Block{bot.Para(bot.Text("One of many."))}, 900), small(bot.Text("by Ann")))},
		"many marks":      {Blocks: []bot.Block{bot.Para(bot.Text(strings.Repeat("*_", 1394))), small(bot.Text("by Ann"))}},
	} {
		shown := text(m)
		if !strings.HasSuffix(shown, "\n"+tooLongNote+"\n-# by Ann") || bot.Units(shown) > maxContent || bot.Units(shown) < maxContent-60 {
			t.Errorf("%s: %d units, …%s", name, bot.Units(shown), shown[len(shown)-80:])
		}
	}
	for name, m := range map[string]bot.Message{
		"long small print alone": {Blocks: slices.Repeat([]bot.Block{small(bot.Text("An entry of a log."))}, 200)},
		"a heading":              {Title: strings.Repeat("*", 150), Blocks: []bot.Block{bot.Para(bot.Text(long))}},
	} {
		if shown := text(m); !strings.HasSuffix(shown, "\n"+tooLongNote) || bot.Units(shown) > maxContent {
			t.Errorf("%s: %d units, …%s", name, bot.Units(shown), shown[len(shown)-80:])
		}
	}
	if exact := strings.Repeat("x", maxContent-len("\n-# by Ann")-bot.Units(more)); text(bot.Message{Blocks: []bot.Block{bot.Para(bot.Text(exact)), small(bot.Text("by Ann"))}}) != exact+"\n-# by Ann" {
		t.Error("what just fits is cut")
	}
}

// TestLongSmallPrintLosesAddressesBeforeWords: no author and no slug gives way to a
// link.
func TestLongSmallPrintLosesAddressesBeforeWords(t *testing.T) {
	var spans []bot.Span
	for i := range 9 {
		spans = append(spans, bot.Text(" · "), bot.Span{Text: fmt.Sprintf("host%d.example", i), URL: fmt.Sprintf("https://host%d.example/%s", i, strings.Repeat("a", 300))})
	}
	m := bot.Message{Blocks: []bot.Block{
		bot.Para(bot.Text("It happened.")),
		{Kind: bot.Small, Spans: append([]bot.Span{bot.Text("sony-hack, update 10 · Mo Adler")}, spans...)},
		{Kind: bot.Small, Spans: []bot.Span{bot.Text("The last line")}},
	}}
	shown := text(m)
	for _, want := range []string{"It happened.\n", "sony-hack, update 10 · Mo Adler · [host0.example](<", " · host8.example\n", "-# The last line"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in %s", want, shown)
		}
	}
	m.Blocks[1].Spans = []bot.Span{bot.Text("Mo Adler " + strings.Repeat("and others ", 400))}
	if shown = text(m); !strings.Contains(shown, "-# Mo Adler and") || !strings.HasSuffix(shown, "…\n-# The last line") || bot.Units(shown) > maxContent {
		t.Errorf("%d units: %s", bot.Units(shown), shown)
	}
}

func TestAButtonComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bot.Button{Label: "x", Action: bot.Action(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "action")), Arg: rapid.StringMatching(`[ -~]{0,60}`).Draw(t, "arg")}
		key := rapid.StringMatching(`[A-Za-z0-9_-]{1,25}`).Draw(t, "key")
		e, err := encode(&bot.Message{Title: "t", Buttons: []bot.Button{b}}, "")
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
