package bot

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/stories"
)

func TestAPictureInWords(t *testing.T) {
	long := "https://a.example/" + strings.Repeat("x", stories.MaxSourceURL)
	for _, tt := range []struct {
		image Image
		want  []Span
	}{
		{Image{"https://www.a.example:8443/dam.jpg", "Water over\nthe dam"}, []Span{Text("Picture: Water over the dam"), Text(" · "), {Text: "a.example:8443", URL: "https://www.a.example:8443/dam.jpg"}}},
		{Image{long, "Water"}, []Span{Text("Picture: Water"), Text(" · "), Text("a.example")}},
		{Image{"javascript:alert(1)", "Water"}, []Span{Text("Picture: Water")}},
	} {
		if diff := cmp.Diff(Block{Kind: Small, Spans: tt.want}, tt.image.InWords()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.image, diff)
		}
	}
}

// Taking the picture out of a message leaves the message as it is, and no other
// that has its blocks.
func TestWithoutPicture(t *testing.T) {
	blocks := append(make([]Block, 0, 8), Para(Text("The dam broke.")), Block{Kind: Small, Spans: []Span{Text("Mo")}})
	m := Message{Title: "Dam", Blocks: blocks, Image: &Image{"https://a.example/dam.jpg", "Water"}}
	plain := m.WithoutPicture()
	const want = "Dam\nThe dam broke.\nMo\nPicture: Water · https://a.example/dam.jpg"
	if got := PlainText(plain); got != want || plain.Image != nil {
		t.Errorf("without: %q, %v", got, plain.Image)
	}
	if got := PlainText(m); got != want || m.Image == nil || len(m.Blocks) != 2 || blocks[:3][2].Spans != nil {
		t.Errorf("the message itself: %q, %v", got, m)
	}
	if again := plain.WithoutPicture(); cmp.Diff(plain, again) != "" {
		t.Errorf("twice: %v", again)
	}
}

func TestAPushCarriesItsPicture(t *testing.T) {
	u := stories.Update{Text: "The dam broke.", Level: stories.Normal, Picture: stories.Picture{URL: "https://a.example/dam.jpg", Alt: "Water"}}
	if got := RenderUpdate(stories.Story{Slug: "dam"}, u).Image; cmp.Diff(&Image{"https://a.example/dam.jpg", "Water"}, got) != "" {
		t.Errorf("%+v", got)
	}
	if got := RenderUpdate(stories.Story{Slug: "dam"}, stories.Update{Text: "It broke."}).Image; got != nil {
		t.Errorf("without one: %+v", got)
	}
}

// Whatever picture is accepted, the news stands in the push, and all of it behind the
// button.
func TestNoPictureTakesTheNewsAway(t *testing.T) {
	label := strings.Repeat("a", 63)
	longest := "https://" + strings.Join([]string{label, label, label, label[:61]}, ".") + ":65535/" + strings.Repeat("(", 200)
	for name, u := range map[string]stories.Update{
		"marks":         {Text: strings.Repeat("*_", 4000), Picture: stories.Picture{URL: longest, Alt: strings.Repeat("*_", 249) + "a"}},
		"words":         {Text: "The dam broke.", Picture: stories.Picture{URL: longest, Alt: strings.Repeat("w", 500)}},
		"with a source": {Text: "The dam broke.", Sources: []string{"https://a.example/x"}, Picture: stories.Picture{URL: longest, Alt: strings.Repeat("*_", 249) + "a"}},
	} {
		u.Number, u.Author.Name = 1, strings.Repeat("_~", 20)
		if err := stories.CheckPicture(u.Picture); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		story := stories.Story{Slug: strings.Repeat("a-", 31) + "bc", Headline: strings.Repeat("*[headline] ", 13)[:150]}
		if text := RenderUpdate(story, u).Blocks[0].Spans[0].Text; Room(text) < min(leastNews, Room(u.Text))-10 {
			t.Errorf("%s: of the news stands %q", name, text)
		}
		var whole strings.Builder
		for part := 0; part == 0 || part < len(wholeParts(u, leastNews)); part++ {
			m := RenderWhole(story, u, part)
			if m.Blocks[0].Kind == Paragraph {
				whole.WriteString(m.Blocks[0].Spans[0].Text)
			}
			if m.Buttons[0].Action != ActionRead {
				break
			}
		}
		if whole.String() != u.Text {
			t.Errorf("%s: all of it is %d characters, not %d", name, whole.Len(), len(u.Text))
		}
	}
}

// A picture is believed: what is being checked, or does not stand, shows none.
func TestOnlyWhatStandsShowsItsPicture(t *testing.T) {
	for standing, shows := range map[stories.Standing]bool{stories.Stands: true, stories.Unverified: false, stories.OnHold: false, stories.Withdrawn: false} {
		u := anUpdate
		u.Picture, u.Marks.Standing = stories.Picture{URL: "https://example.org/dam.jpg", Alt: "Water over the dam"}, standing
		for name, m := range map[string]Message{"the copy": RenderUpdate(aStory, u), "all of it": RenderWhole(aStory, u, 0)} {
			if (m.Image != nil) != shows || strings.Contains(PlainText(m), "Water over the dam") != shows {
				t.Errorf("%q: %s shows %v in %q", standing, name, m.Image, PlainText(m))
			}
		}
	}
}
