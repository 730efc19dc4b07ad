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
