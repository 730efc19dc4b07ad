package console

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// A terminal shows no picture: it prints what the picture shows and its address.
func TestAPictureIsPrintedInWords(t *testing.T) {
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(""), Out: &out, Specs: specs()})
	m := bot.Plainly("The dam broke.")
	m.Image = &bot.Image{URL: "https://img.example.org/dam.jpg", Alt: "Water over the dam"}
	if v := c.Do(t.Context(), push("k", &m)); v.Outcome != bot.Delivered {
		t.Fatalf("%+v", v)
	}
	if diff := cmp.Diff("── #news ──\nThe dam broke.\nPicture: Water over the dam · https://img.example.org/dam.jpg\n\n", out.String()); diff != "" {
		t.Error(diff)
	}
}
