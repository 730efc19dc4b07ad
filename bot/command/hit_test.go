package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/search"
)

// bolded writes spans with what is bold in brackets.
func bolded(spans []bot.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Bold {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestWhatASearchFoundIsCutOutAndMarked(t *testing.T) {
	long := "The studio said on Monday that it might still release the film, which it had called off after threats, and that a decision would be made within days by its chairman."
	for _, tt := range []struct {
		text, query string
		room        int
		want        string
	}{
		{"Sony may still release the film.", "film sony", 140, "[Sony] may still release the [film]."},
		{"Sony may still release the film.", "rel", 140, "Sony may still [release] the film."},
		{long, "studio", 60, "The [studio] said on Monday that it might still release…"},
		{long, "chairman", 60, "… a decision would be made within days by its [chairman]."},
		{long, "threats", 60, "… called off after [threats], and that a decision would be…"},
		{long, "film threats", 80, "… might still release the [film], which it had called off after [threats], and…"},
		{long, "studio film threats", 70, "… still release the [film], which it had called off after [threats]…"},
		{"日本語" + strings.Repeat("の文章", 40) + "索尼影业" + strings.Repeat("、説明", 40), "索尼", 40, "… の文章の文章の文章の文章[索尼]影业、説明、説明、説明、説明、説明、説明、説…"},
		{strings.Repeat("👩‍👩‍👧‍👦", 30) + "fire" + strings.Repeat("🇰🇵", 30), "fire", 40, "… 👩‍👩‍👧‍👦[fire]🇰🇵🇰🇵🇰🇵🇰🇵🇰🇵…"},
		{"a b a b a b a b a b a b", "a", 140, "[a] b [a] b [a] b [a] b a b a b"},
		{"أعلنت المفوضية نتائج الانتخابات", "نتائج", 140, "\u2068أعلنت المفوضية نتائج الانتخابات\u2069"},
		{"x", "x", 0, ""},
		{strings.Repeat("x", 400), "xxx", 20, "[xxxxxxxxxxxxxxxx]…"},
	} {
		f := foundText{text: tt.text}
		if got := bolded(f.snippet(search.Parse(tt.query), tt.room)); got != tt.want {
			t.Errorf("%q in %d of %.40q: %q, want %q", tt.query, tt.room, tt.text, got, tt.want)
		}
	}
}

// Whatever is found is shown within its room, on borders between graphemes, in the
// words of the text; and a word of the query is marked when one is there.
func TestASnippetIsAPartOfItsText(t *testing.T) {
	word := rapid.OneOf(rapid.SampledFrom(strings.Fields("fire Łódź 東京都知事 👩‍👩‍👧‍👦 e\u0301te\u0301 *bold* <@1> نتائج a รัฐบาล")), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		text := oneLine(strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), " "))
		query, room := word.Draw(t, "query"), rapid.IntRange(0, 160).Draw(t, "room")
		q := search.Parse(query)
		f := foundText{text: text}
		spans := f.snippet(q, room)
		shown := ""
		for _, s := range spans {
			shown += s.Text
		}
		if bot.Room(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(shown)) > room {
			t.Fatalf("%q takes more than %d", shown, room)
		}
		from, to := excerptOf(text, q.Marks(text, false), room)
		for g := uniseg.NewGraphemes(text); g.Next(); {
			if begin, end := g.Positions(); begin < from && from < end || begin < to && to < end {
				t.Fatalf("%d–%d cuts %q of %q", from, to, g.Str(), text)
			}
		}
		if marks := q.Marks(text, false); len(marks) > 0 && from < to && (marks[0].From >= to || marks[len(marks)-1].To <= from) {
			t.Fatalf("%q shows nothing of %q at %v", shown, query, marks)
		}
	})
}

// A list of hits fits the smallest platform however long all of it is, each of its
// stories can be opened, and what people wrote is text.
func TestAListOfHitsFits(t *testing.T) {
	long := strings.Repeat("*_needle_* ", 60)
	var hits []stories.Hit
	for i := range storiesPage {
		story := stories.Story{ID: int64(i + 1), Slug: fmt.Sprintf("%s-%d", strings.Repeat("a-", 30)+"b", i), Headline: long[:150], Summary: long, State: stories.Closed, Updates: 1234}
		hits = append(hits, stories.Hit{Story: story, Place: stories.InUpdate, Update: stories.Update{Number: 1234, Text: long}})
	}
	blocks := hitRows(hits, "needle", answerRoom-100)
	if room := roomOf(blocks...); room > answerRoom-100 {
		t.Errorf("the list takes %d", room)
	}
	rows, quotes := 0, 0
	for _, b := range blocks {
		if b.Button != nil {
			rows++
		}
		if b.Kind == bot.Quote {
			quotes++
		}
	}
	if rows != storiesPage || quotes == 0 {
		t.Errorf("%d rows and %d quotes", rows, quotes)
	}
}

// What a search shows of an update says what every list says of it.
func TestAWithdrawnUpdateIsFoundAsOne(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/update sony-hack level:breaking The film comes out on Friday."))
	n.must(n.ask("ria", "general", "/stories friday"))
	if got := bolded(n.last.Message.Blocks[1].Spans); got != "update 2: [BREAKING ]The film comes out on [Friday]." {
		t.Errorf("hit %q", got)
	}
	n.must(n.ask("mo", "general", "/desk withdraw sony-hack 2 The studio denies it."))
	n.must(n.press("mo", "general", "Withdraw it"))
	n.must(n.ask("ria", "general", "/stories friday"))
	spans := n.last.Message.Blocks[1].Spans
	if got := bolded(spans); !strings.Contains(got, "WITHDRAWN") || !spans[len(spans)-1].Strike {
		t.Errorf("hit %q, %+v", got, spans)
	}
}

// The words are marked in the headline as well, and nothing of a row is lost by it.
func TestWordsAreMarkedInTheHeadline(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/stories kor attack sony"))
	row := n.last.Message.Blocks[0]
	if got := bolded(row.Spans); !strings.HasPrefix(got, "sony-hack North [Korea] denies the [attack] on [Sony]\n1 update · active ") || !row.Spans[0].Code || row.Spans[len(row.Spans)-1].Time.IsZero() {
		t.Errorf("row %q", got)
	}
	n.must(n.ask("ria", "general", "/stories house"))
	if got := bolded(n.last.Message.Blocks[1].Spans); got != "update 1: The White [House] is confident." {
		t.Errorf("hit %q", got)
	}
	n.must(n.ask("ria", "general", "/stories "))
	if got := bolded(n.last.Message.Blocks[0].Spans); strings.Contains(got, "[") || len(n.last.Message.Blocks) != 1 {
		t.Errorf("the list of all: %q", got)
	}
}
