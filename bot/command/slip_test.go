package command

import (
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
)

// However a picture is typed that a person would take for one, it never goes into
// the text unasked.
func TestNoPictureSlipsThrough(t *testing.T) {
	c := commandNamed(t, "update")
	rapid.Check(t, func(t *rapid.T) {
		sign := rapid.SampledFrom([]string{":", "=", ";", "：", " = ", ": "})
		image := rapid.SampledFrom([]string{"", "—", "--", "*", "(", "<"}).Draw(t, "lead") +
			rapid.SampledFrom([]string{"image", "Image", "IMAGE", "imgae", "img", "images", "imаge"}).Draw(t, "name") + sign.Draw(t, "sign") +
			rapid.SampledFrom([]string{"https://a.example/x.jpg", "<https://a.example/x.jpg>", "[dam](https://a.example/x.jpg)", `"https://a.example/x.jpg"`}).Draw(t, "address")
		alt := rapid.SampledFrom([]string{"", "—", "--", "*"}).Draw(t, "lead") + rapid.SampledFrom([]string{"alt", "Alt", "ALT", "аlt"}).Draw(t, "name") +
			sign.Draw(t, "sign") + rapid.SampledFrom([]string{`"Water over the dam"`, "“Water over the dam”", "«Water over the dam»"}).Draw(t, "words")
		text := rapid.StringMatching(`[B-HJ-Z][a-z]{2,8}( [m-z]{3,8}){1,6}\.`).Draw(t, "text")
		line := rapid.SampledFrom([]string{image + " " + alt + " " + text, text + " " + image + " " + alt, image + "\n" + alt + "\n" + text}).Draw(t, "line")
		read, err := c.read("sony-hack " + bot.Visible(line))
		if err != nil {
			return // asked to type it otherwise
		}
		given := read.typed
		if read.doubtful() {
			given = read.taken
		}
		if given.get("image") != "https://a.example/x.jpg" || given.get("alt") != "Water over the dam" {
			t.Fatalf("%q is published with its picture: %v", line, given)
		}
	})
}

// However an option is typed that a person would take for one, it never goes
// into the text unasked.
func TestNoOptionSlipsThrough(t *testing.T) {
	c := commandNamed(t, "update")
	wrap := rapid.SampledFrom([][2]string{{"", ""}, {"*", "*"}, {"**", "**"}, {"`", "`"}, {"“", "”"}, {"(", ")"}, {"—", ""}, {"--", ""}, {"_", "_"}, {"\"", "\""}, {"<", ">"}})
	rapid.Check(t, func(t *rapid.T) {
		w := wrap.Draw(t, "wrap")
		option := w[0] + rapid.SampledFrom([]string{"level", "Level", "LEVEL", "levle", "lvl", "levell", "lеvel"}).Draw(t, "name") +
			rapid.SampledFrom([]string{":", "=", ";", "："}).Draw(t, "sign") +
			rapid.SampledFrom([]string{"breaking", "Breaking", "BREAKING", "brеaking", "minor"}).Draw(t, "value") + w[1]
		text := rapid.StringMatching(`[A-KM-Z][a-z]{2,8}( [m-z]{3,8}){1,6}\.?`).Draw(t, "text")
		line := rapid.SampledFrom([]string{option + " " + text, text + " " + option, text + "\n" + option, text + " " + option + "."}).Draw(t, "line")
		read, err := c.read("sony-hack " + bot.Visible(line))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if !read.doubtful() && read.typed.get("level") == "" {
			t.Fatalf("%q is published with its option: %v", line, read.typed)
		}
		if left := cmpOr(read.taken.get("text"), read.typed.get("text")); read.doubtful() && left != text && left != text+"." {
			t.Fatalf("%q: %q is left", line, left)
		}
	})
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
