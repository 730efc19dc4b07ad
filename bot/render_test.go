package bot

import (
	"fmt"
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
	want := `BREAKING
The White House is "confident".

It points to history.
North Korea denies the attack on Sony
sony-hack, update 4 · Mo · https://www.example.org/report · http://news.example/a?b=c`
	if diff := cmp.Diff(want, PlainText(m)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wantButtons := []Button{{Label: "Timeline", Action: "timeline", Arg: "7"}, {Label: "Stop here", Action: "stop", Arg: "7", Confirm: "Stop sony-hack for everybody in this channel?"}}
	if diff := cmp.Diff(wantButtons, m.Buttons); diff != "" {
		t.Errorf("buttons -want +got:\n%s", diff)
	}
	if m.Tone != Urgent || m.Silent || m.Thread != aStory.Headline {
		t.Errorf("%+v", m)
	}
}

func TestRenderUpdateIsCalmUnlessBreaking(t *testing.T) {
	for level, silent := range map[stories.Level]bool{stories.Minor: true, stories.Normal: false} {
		u := anUpdate
		u.Level, u.Sources, u.Author.Name = level, nil, ""
		m := RenderUpdate(aStory, u)
		text := PlainText(m)
		if m.Tone != Neutral || m.Title != "" || m.Silent != silent || !strings.HasPrefix(text, "The White House") || !strings.HasSuffix(text, "update 4 · someone") {
			t.Errorf("%v: %+v", level, m)
		}
	}
}

// A time is told where somebody said when it happened, and nowhere else.
func TestAPushTellsWhenOnlyWhereThatIsNotNow(t *testing.T) {
	for _, c := range []struct {
		stored time.Duration // after it happened
		told   bool
	}{{0, false}, {90 * time.Second, false}, {-time.Minute, false}, {2 * time.Minute, true}, {3 * time.Hour, true}, {-time.Hour, true}} {
		u := anUpdate
		u.CreatedAt = u.At.Add(c.stored)
		m := RenderUpdate(aStory, u)
		told := false
		for _, b := range m.Blocks {
			for _, s := range b.Spans {
				told = told || s.Time.Equal(u.At) && s.Relative
			}
		}
		if told != c.told {
			t.Errorf("stored %v after it happened: told %v", c.stored, told)
		}
	}
}

func TestWhatDoesNotFitAPushIsBehindItsButton(t *testing.T) {
	long := func(n int) (list []string) {
		for i := range n {
			list = append(list, "https://www.paper.example/"+strings.Repeat("a", 243)+string(rune('0'+i)))
		}
		return list
	}
	for name, c := range map[string]struct {
		text    string
		sources []string
		button  string
		end     string
	}{
		"all fits":              {"It rises.", long(4), "Timeline", " · " + long(4)[3]},
		"700 characters":        {strings.Repeat("abcdef ", 100)[:699] + ".", nil, "Timeline", "Mo"},
		"701 characters":        {strings.Repeat("abcdef ", 100) + ".", nil, "Read all (701 characters)", "Mo"},
		"8,000 characters":      {strings.Repeat("abcdefg ", 1000), long(1), "Read all (8,000 characters)", " · " + long(1)[0]},
		"four long sources":     {strings.Repeat("abcdef ", 99), long(4), "Read all (4 sources)", long(4)[2] + " and 1 more source"},
		"five of them":          {strings.Repeat("abcdef ", 90), long(5), "Read all (5 sources)", " and 2 more sources"},
		"characters, not units": {strings.Repeat("🛰", 700), nil, "Read all (700 characters)", "Mo"},
		"nothing but marks":     {strings.Repeat("*_", 1394), long(1), "Read all (2,788 characters)", " · " + long(1)[0]},
	} {
		u := anUpdate
		u.Text, u.Sources = c.text, c.sources
		m := RenderUpdate(aStory, u)
		if m.Buttons[0].Label != c.button || !strings.HasSuffix(PlainText(m), c.end) {
			t.Errorf("%s: the button %q under …%s", name, m.Buttons[0].Label, PlainText(m)[max(0, len(PlainText(m))-120):])
		}
		if n := Units(m.Blocks[0].Spans[0].Text); n > PushText {
			t.Errorf("%s: %d units", name, n)
		}
	}
}

func TestReadAllShowsAllOnce(t *testing.T) {
	for name, u := range map[string]stories.Update{
		"short":         {Text: "It rises.", Sources: []string{"https://a.example/"}},
		"long":          {Text: strings.Repeat("word after word ", 500)[:7999] + "!", Sources: []string{"https://a.example/", "https://b.example/"}},
		"marks":         {Text: strings.Repeat("*_", 1394)},
		"no space":      {Text: strings.Repeat("é", 8000)},
		"many sources":  {Text: strings.Repeat("x", 1390), Sources: []string{"https://a.example/" + strings.Repeat("a", 494), "https://b.example/" + strings.Repeat("b", 494), "https://c.example/" + strings.Repeat("c", 494)}},
		"right to left": {Text: strings.Repeat("שלום עולם ", 700)},
	} {
		u.Number, u.Author.Name, u.At = 10, "Mo", anUpdate.At
		var text strings.Builder
		linked := map[string]int{}
		for part, parts := 0, 1; part < parts; part++ {
			m := RenderWhole(aStory, u, part)
			if goes, more := strings.HasSuffix(PlainText(Message{Blocks: m.Blocks[:1]}), " …"), m.Buttons[0].Label == "Read on"; goes != more && len(u.Sources) < 3 {
				t.Fatalf("part %d goes on: %v, and says so: %v", part, more, goes)
			}
			room := Room(m.Title)
			for _, b := range m.Blocks {
				for _, s := range b.Spans {
					room += Room(s.Text) + len(s.URL)
					if s.URL != "" {
						linked[s.URL]++
					}
				}
			}
			if m.Blocks[0].Kind == Paragraph {
				text.WriteString(m.Blocks[0].Spans[0].Text)
			}
			if room > messageRoom-10 {
				t.Errorf("%s: part %d takes %d", name, part, room)
			}
			if m.Buttons[0].Action == ActionRead {
				parts++
			}
		}
		bare := strings.NewReplacer(" ", "", "\u2068", "", "\u2069", "")
		if bare.Replace(text.String()) != bare.Replace(u.Text) {
			t.Errorf("%s: %d bytes of %d are shown", name, text.Len(), len(u.Text))
		}
		for _, source := range u.Sources {
			if linked[source] != 1 {
				t.Errorf("%s: %.30s is linked %d times", name, source, linked[source])
			}
		}
		if last := PlainText(RenderWhole(aStory, u, 1_000_000)); !strings.Contains(last, "sony-hack, update 10 · Mo · 2014-12-20 15:04 UTC") {
			t.Errorf("%s: %s", name, last)
		}
	}
}

// TestRenderUpdateNasty renders whatever was stored: the result keeps within
// what Message and every platform promise, holds nothing that changes what stands
// beside it, and names its author and story whatever their length.
func TestRenderUpdateNasty(t *testing.T) {
	bare := strings.NewReplacer("\u2068", "", "\u2069", "")
	rapid.Check(t, func(t *rapid.T) {
		story, u := aStory, anUpdate
		story.Headline = strings.Repeat(nasty().Draw(t, "headline"), rapid.IntRange(1, 20).Draw(t, "times"))
		story.Slug = strings.Repeat("a-", rapid.IntRange(1, 31).Draw(t, "slug")) + "b"
		u.Text = strings.Repeat(nasty().Draw(t, "text"), rapid.IntRange(1, 200).Draw(t, "more"))
		u.Author.Name = nasty().Draw(t, "name")
		u.Sources = nil
		for range rapid.IntRange(0, 5).Draw(t, "sources") {
			u.Sources = append(u.Sources, rapid.OneOf(nasty(), rapid.Just("https://www.paper.example:8443/"+strings.Repeat("(é", rapid.IntRange(0, 160).Draw(t, "long")))).Draw(t, "source"))
		}
		for _, m := range []Message{RenderUpdate(story, u), RenderWhole(story, u, 0)} {
			for i, b := range m.Blocks {
				for _, s := range b.Spans {
					open, closed := strings.Count(s.Text, "\u2068"), strings.Count(s.Text, "\u2069")
					if Room(s.Text) > messageRoom-100 || open != closed || bare.Replace(s.Text) != bare.Replace(Clean(s.Text)) {
						t.Fatalf("block %d: %q", i, s.Text)
					}
				}
			}
			if text := PlainText(m); len(m.Buttons) > 5 || !strings.Contains(text, fmt.Sprintf("\n%s, update 4 · %s", story.Slug, UserName(u.Author))) {
				t.Fatalf("%d buttons: %s", len(m.Buttons), text)
			}
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
