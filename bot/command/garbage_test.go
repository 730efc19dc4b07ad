package command

import (
	"strings"
	"testing"
)

// What is left of a value that was not written as one value is never published
// as the headline.
func TestNoGarbageHeadline(t *testing.T) {
	c := commandNamed(t, "desk track")
	for _, line := range []string{
		`summary:"Two big words". Headline`, `summary:"Two big words", . Headline`, `summary:"Two big words") Headline`, `summary:"Two big words"; , Headline`,
		`summary:\"Two big\" Headline`, `summary:\“Two big\“ Headline`, `summary:\"Two\" Headline`, `topics:\"a b\" Headline`, `slug:\"ab\" Headline`,
		`summary:(a b) Foo41`, `summary:[a b] Foo`, `summary:{a b} Foo`, `summary:<a b> Foo`, `topics:(north korea) Foo`, `topics:[aa bb] Foo`, `slug:(aa bb) Foo`,
		`topics:aa ,bb H`, `topics:aa , bb H`, `topics:"aa" ,bb H`, `topics:aa ;bb H`, `topics:aa、 、bb H`, `topics:aa ،bb H`, `slug:aa ,bb H`, `topics:aa, "Terror" hits Sony`,
		`summary:"a" said "b" Foo33`, `summary:“a” said “b” Foo33`, `summary:'a' and 'b' Foo33`, `summary:«a» et «b» Foo33`,
		`summary:5" pipe Headline`, `topics:5" pipe H`, `summary:a" b Headline`, `topics:north" korea H`, `topics:"north korea Headline`,
		`topics:"north korea" "south korea" H`, `topics:“north korea” “south korea” H`, `topics:'north korea' 'south korea' H`, `summary:"a b" "c d" H`, `slug:"aa" "bb" H`,
		`summary:"a b" ) H`, `summary:"a b" ." H`, `summary:"a b" " H`, `summary:"a b" ” H`, `topics:aa "bb H`, `topics:aa . H`, `summary:"a b" (c d H`,
		`topics:#aa #bb H`, `topics:aa & bb H`, `topics:aa / bb H`, `topics:aa + bb H`, `topics:aa; bb H`, `topics:aa、 bb H`, `summary:"a b" - H`,
		"summary:(a\nb) Foo", "summary:\"a\".\nFoo", "summary:\\\"a\nb\\\" Foo",
	} {
		read, err := c.read(line)
		if err == nil && !read.doubtful() {
			t.Errorf("%s is started: %q", line, read.typed)
		}
		if err != nil && !strings.Contains(err.Error(), "headline:") {
			t.Errorf("%s: %v does not say how to write it", line, err)
		}
	}
}

func TestTextBehindAValue(t *testing.T) {
	c := commandNamed(t, "desk track")
	for line, want := range map[string]string{
		`summary:"Two big words", Headline`:                "Headline",
		`summary:"Two big words" Sony calls it "terror"`:   `Sony calls it "terror"`,
		`topics:aa "Terror" hits Sony`:                     `"Terror" hits Sony`,
		`topics:aa (Update) Sony waits`:                    "(Update) Sony waits",
		`topics:aa 'Tis the season`:                        "'Tis the season",
		`topics:aa ’90s star dies`:                         "’90s star dies",
		`topics:aa «Terror» hits Sony`:                     "«Terror» hits Sony",
		`topics:aa …and counting`:                          "…and counting",
		`topics:aa ¿Qué pasa?`:                             "¿Qué pasa?",
		`topics:aa 5" pipe bursts`:                         `5" pipe bursts`,
		`summary:"a b" headline:". Headline"`:              ". Headline",
		`topics:"north korea" headline:"South" is silent`:  `"South" is silent`,
		`summary:"a b" lower case words`:                   "lower case words",
		`summary:'a b' the studio isn't sure, nor it's us`: "the studio isn't sure, nor it's us",
		`topics:aa .NET has a hole`:                        ".NET has a hole",
	} {
		read, err := c.read(line)
		if err != nil || read.doubtful() || read.typed.get("headline") != want {
			t.Errorf("%s: %q, %v; want %q", line, read.typed, err, want)
		}
	}
}
