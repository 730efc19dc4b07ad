package command

import (
	"strings"
	"testing"
)

// Each row of History holds all that the update said then, text and sources, whichever
// of them was changed; the first says that it was unverified.
func TestHistoryTellsAllThatWasSaid(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack unverified:yes source:https://a.example/1 Right text"))
	for _, step := range []string{"correct sony-hack 2 source:https://b.example/2 Right text", "fix sony-hack 2 Right text, mended", "release sony-hack 2"} {
		n.must(n.ask("mo", "desk", "/desk "+step))
		n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
	}
	n.must(n.ask("rita", "news", "/story sony-hack 2"))
	rows := strings.Split(text(n.press("rita", "news", "History")), "\n- ")
	if len(rows) != 5 {
		t.Fatalf("%q", rows)
	}
	for i, want := range [][]string{{"Mo released it"}, {"mended a slip", "Right text, mended", "b.example"}, {"corrected it", "> Right text", "b.example"}, {"wrote it, unverified", "> Right text", "a.example"}} {
		for _, w := range want {
			if !strings.Contains(rows[i+1], w) {
				t.Errorf("no %q in %q", w, rows[i+1])
			}
		}
	}
}

// What pictures an update had is told with the wording that brought or took them, from
// the first on.
func TestHistoryTellsOfPictures(t *testing.T) {
	const dam, boat = "image:https://a.example/dam.jpg alt:\"Water over the dam\"", "image:https://a.example/boat.jpg alt:\"A boat in a street\""
	for name, c := range map[string]struct {
		first string
		steps []string
		want  []string // in the rows, the newest first; "" for nothing of a picture
	}{
		"taken away":          {dam, []string{"clear:image Text"}, []string{"without its picture", "with a picture: Water over the dam"}},
		"another one":         {dam, []string{boat + " Text"}, []string{"with another picture: A boat in a street", "with a picture: Water over the dam"}},
		"described otherwise": {dam, []string{`alt:"The old dam" Text`}, []string{"its picture described otherwise: The old dam", "with a picture: Water over the dam"}},
		"only later":          {"", []string{dam + " Text"}, []string{"with a picture: Water over the dam", ""}},
		"there and gone":      {"", []string{dam + " Text", "clear:image Text"}, []string{"without its picture", "with a picture: Water over the dam", ""}},
		"stays":               {dam, []string{"Text, mended"}, []string{"", "with a picture: Water over the dam"}},
	} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("mo", "desk", "/update sony-hack "+c.first+" Text of it"))
			for _, step := range c.steps {
				n.must(n.ask("mo", "desk", "/desk fix sony-hack 2 "+step))
				n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
			}
			n.must(n.ask("rita", "news", "/story sony-hack 2"))
			rows := strings.Split(text(n.press("rita", "news", "History")), "\n- ")[1:]
			if len(rows) != len(c.want) {
				t.Fatalf("%q", rows)
			}
			for i, want := range c.want {
				if !strings.Contains(rows[i], want) || want == "" && strings.Contains(rows[i], "picture") {
					t.Errorf("no %q in %q", want, rows[i])
				}
			}
		})
	}
}
