package command

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The free text after its own name and a colon: quoted it ends with its quote and
// options may follow, without quotes what its end resembles is asked about.
func TestTextByItsName(t *testing.T) {
	for _, tt := range []struct{ command, text, typed, level, options, left string }{
		{"update", `text:"River rises"`, "River rises", "", "", ""},
		{"update", `text:"River rises" level:breaking`, "River rises", "breaking", "", ""},
		{"update", `text:“River rises”, level:breaking`, "River rises", "breaking", "", ""},
		{"update", `text:"River rises" level=breaking`, `"River rises" level=breaking`, "", "level:breaking", "River rises"},
		{"update", `text:"They" deny it`, `"They" deny it`, "", "", ""},
		{"update", `text:"They" deny it. level:breaking`, `"They" deny it. level:breaking`, "", "level:breaking", `"They" deny it.`},
		{"update", "text:River rises. level:breaking", "River rises. level:breaking", "", "level:breaking", "River rises."},
		{"update", "text:level:breaking River rises", "level:breaking River rises", "", "", ""},
		{"update", "text:level:breaking River rises. level:minor", "level:breaking River rises. level:minor", "", "level:minor", "level:breaking River rises."},
		{"desk track", `headline:"Foo 38" topics:film`, "Foo 38", "", "", ""},
		{"desk track", `headline:Foo 38 topics:film`, "Foo 38 topics:film", "", "topics:film", "Foo 38"},
	} {
		c := commandNamed(t, tt.command)
		free, _ := c.free()
		text := tt.text
		if c.arg(storyArg.Name) != nil {
			text = "sony-hack " + text
		}
		read, err := c.read(text)
		if err != nil || read.typed.get(free.Name) != tt.typed || read.typed.get("level") != tt.level || typedOptions(read.options) != tt.options {
			t.Errorf("%q: %q, options %q, %v", tt.text, read.typed, typedOptions(read.options), err)
		} else if tt.options != "" && read.taken.get(free.Name) != tt.left {
			t.Errorf("%q: %q is left", tt.text, read.taken.get(free.Name))
		}
	}
	for _, tt := range [][2]string{{`text:"River rises" level:loud`, "Use level:breaking"}, {`text:"River rises" text:"Again"`, "twice"}} {
		if _, err := commandNamed(t, "update").read("sony-hack " + tt[0]); err == nil || !strings.Contains(err.Error(), tt[1]) {
			t.Errorf("%q: %v", tt[0], err)
		}
	}
}

// No option behind a named text is published with it unasked.
func TestNoOptionBehindANamedText(t *testing.T) {
	c := commandNamed(t, "update")
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringMatching(`[A-KM-Z][a-z]{2,8}( [m-z]{3,8}){1,6}`).Draw(t, "words")
		wrap := rapid.SampledFrom([][2]string{{"", ""}, {`"`, `"`}, {"“", "”"}, {"«", "»"}}).Draw(t, "wrap")
		option := rapid.SampledFrom([]string{"level:breaking", "level=breaking", "—level:breaking", "*level:breaking*", "at:15:04", "source:https://a.example", "again:yes"}).Draw(t, "option")
		line := rapid.SampledFrom([]string{"text:", "Text:", "text: "}).Draw(t, "name") + wrap[0] + words + wrap[1] + " " + option
		read, err := c.read("sony-hack " + line)
		if err == nil && !read.doubtful() && read.typed.get("text") != words {
			t.Fatalf("%q is published as %q", line, read.typed)
		}
	})
}
