package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"storybot/stories"
)

var (
	aStory   = stories.Story{ID: 7, Slug: "sony-hack", Headline: "North Korea denies the attack on Sony", Updates: 4}
	anUpdate = stories.Update{ID: 70, StoryID: 7, Number: 4, Level: stories.Breaking, Text: "The White House is \"confident\".\n\nIt points to history.",
		Sources: []string{"https://www.example.org/report", "http://news.example/a?b=c"}, Author: stories.User{Ref: "console:mo", Name: "Mo"},
		At: time.Date(2014, 12, 20, 15, 4, 0, 0, time.UTC)}
)

func TestRenderUpdate(t *testing.T) {
	m := RenderUpdate(aStory, anUpdate)
	want := `North Korea denies the attack on Sony
Update 4 · BREAKING

The White House is "confident".

It points to history.
Sources: example.org (https://www.example.org/report), news.example (http://news.example/a?b=c)
Mo · 2014-12-20 15:04 UTC · sony-hack`
	if diff := cmp.Diff(want, PlainText(m)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wantButtons := []Button{{Label: "Timeline", Action: "timeline", Arg: "7"}, {Label: "Stop", Action: "stop", Arg: "7"}}
	if diff := cmp.Diff(wantButtons, m.Buttons); diff != "" {
		t.Errorf("buttons -want +got:\n%s", diff)
	}
	if m.Tone != Urgent {
		t.Errorf("Tone = %v", m.Tone)
	}
}

func TestRenderUpdateIsCalmUnlessBreaking(t *testing.T) {
	u := anUpdate
	u.Level, u.Sources, u.Author.Name = stories.Minor, nil, ""
	m := RenderUpdate(aStory, u)
	text := PlainText(m)
	if m.Tone != Neutral || strings.Contains(text, "BREAKING") || strings.Contains(text, "Source") || !strings.Contains(text, "someone · ") || strings.Contains(text, "console") {
		t.Errorf("tone %v:\n%s", m.Tone, text)
	}
}

func TestRenderUpdateCutsLongText(t *testing.T) {
	u := anUpdate
	u.Text = strings.Repeat("word ", 1600)
	m := RenderUpdate(aStory, u)
	if n := Units(m.Blocks[1].Spans[0].Text); n > PushText || n < PushText-50 {
		t.Errorf("the text has %d units", n)
	}
	if len(m.Buttons) != 3 || m.Buttons[0] != (Button{Label: "Read on", Action: "read", Arg: "7.4"}) {
		t.Errorf("buttons = %+v", m.Buttons)
	}
}

// TestRenderUpdateNasty renders whatever was stored: the result keeps within
// what Message promises, and holds nothing that changes what stands beside it.
func TestRenderUpdateNasty(t *testing.T) {
	bare := strings.NewReplacer("\u2068", "", "\u2069", "")
	rapid.Check(t, func(t *rapid.T) {
		story, u := aStory, anUpdate
		story.Headline = strings.Repeat(nasty().Draw(t, "headline"), rapid.IntRange(1, 20).Draw(t, "times"))
		u.Text = strings.Repeat(nasty().Draw(t, "text"), rapid.IntRange(1, 200).Draw(t, "more"))
		u.Author.Name = nasty().Draw(t, "name")
		u.Sources = []string{nasty().Draw(t, "source")}
		m := RenderUpdate(story, u)
		if Units(m.Title) > 150 || strings.ContainsAny(m.Title, "\n\r") {
			t.Fatalf("title = %q", m.Title)
		}
		for i, b := range m.Blocks {
			for _, s := range b.Spans {
				open, closed := strings.Count(s.Text, "\u2068"), strings.Count(s.Text, "\u2069")
				if Units(s.Text) > PushText || open != closed || bare.Replace(s.Text) != bare.Replace(Clean(s.Text)) {
					t.Fatalf("block %d: %q", i, s.Text)
				}
			}
		}
		if len(m.Buttons) > 5 {
			t.Fatalf("%d buttons", len(m.Buttons))
		}
	})
}

func TestPlainText(t *testing.T) {
	at := time.Date(2014, 12, 20, 16, 4, 0, 0, time.FixedZone("CET", 3600))
	m := Message{Title: "Title", URL: "https://example.org", Blocks: []Block{
		{Kind: Heading, Spans: []Span{Text("Head")}},
		Para(Text("First "), Bold("bold"), Code(" /story")),
		{Kind: Item, Spans: []Span{Text("one\nmore")}},
		{Kind: Item, Spans: []Span{{Text: "two", URL: "https://two.example"}}},
		{Kind: Quote, Spans: []Span{Text("quoted\ntwice")}},
		{Kind: Small, Spans: []Span{At(at), Text(" "), {Time: at, DateOnly: true}, Text(" "), {URL: "https://bare.example"}}},
	}}
	want := `Title (https://example.org)
Head
First bold /story

- one
  more
- two (https://two.example)

> quoted
> twice
2014-12-20 15:04 UTC 2014-12-20 https://bare.example`
	if diff := cmp.Diff(want, PlainText(m)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := PlainText(Plainly("alone")); got != "alone" {
		t.Errorf("PlainText = %q", got)
	}
}
