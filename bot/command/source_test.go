package command

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"storybot/bot"
)

func TestSources(t *testing.T) {
	const a, b = "https://a.example/x", "https://b.example/y"
	for _, tt := range []struct {
		text string
		want []string
		left string
	}{
		{"source:" + a + " River", []string{a}, "River"},
		{"source:" + a + "," + b + " River", []string{a, b}, "River"},
		{"source:" + a + ", " + b + " River", []string{a, b}, "River"},
		{"source:" + a + " , " + b + " River", []string{a, b}, "River"},
		{"source:" + a + ";" + b + " River", []string{a, b}, "River"},
		{"source:" + a + "; " + b + " River", []string{a, b}, "River"},
		{"source:" + a + ",http://c.example,www.d.example River", []string{a, "http://c.example", "www.d.example"}, "River"},
		{"source:" + a + " source:" + b + " River", []string{a, b}, "River"},
		{"source:" + a + "," + b + " source:http://c.example River", []string{a, b, "http://c.example"}, "River"},
		{`source:"` + a + " " + b + `" River`, []string{a, b}, "River"},
		{`source:"` + a + ", " + b + `" River`, []string{a, b}, "River"},
		{"source:https://a.example/x,y,z?q=1,2 River", []string{"https://a.example/x,y,z?q=1,2"}, "River"},
		{"source:<" + a + "> River", []string{a}, "River"},
		{"source:`" + a + "`, `" + b + "` River", []string{a, b}, "River"},
		{`source:"` + a + `","` + b + `" River`, []string{a, b}, "River"},
		{"level:breaking,source:" + a + ",at:14:00 River", []string{a}, "River"},
		{"source:<" + a + ">,<" + b + "> River", []string{a, b}, "River"},
		{"source:<" + a + "|the report> River", []string{a}, "River"},
		{"source:<" + a + "|report>, <" + b + "|more> River", []string{a, b}, "River"},
		{"source:(" + a + ") River", []string{a}, "River"},
		{"source:[" + a + "] River", []string{a}, "River"},
		{"source:`" + a + "` River", []string{a}, "River"},
		{`source:"` + a + `" River`, []string{a}, "River"},
		{"source:'" + a + "' River", []string{a}, "River"},
		{"source:“" + a + "” River", []string{a}, "River"},
		{"source:«" + a + "» River", []string{a}, "River"},
		{"source:*" + a + "* River", []string{a}, "River"},
		{"source:**" + a + "** River", []string{a}, "River"},
		{"source:_" + a + "_ River", []string{a}, "River"},
		{"source:[report](" + a + ") River", []string{a}, "River"},
		{"source:[the whole report](" + a + ") River", []string{a}, "River"},
		{"source:[one](" + a + "),[two](" + b + ") River", []string{a, b}, "River"},
		{"source:[one](" + a + "), [two](" + b + ") River", []string{a, b}, "River"},
		{"source:[report](<" + a + ">) River", []string{a}, "River"},
		{"source:" + a + ", River", []string{a}, "River"},
		{"source:" + a + ". River", []string{a}, "River"},
		{"source:" + a + "! River", []string{a}, "River"},
		{"source:" + a + "; River", []string{a}, "River"},
		{"source:(" + a + "). River", []string{a}, "River"},
		{"source:https://a.example/Foo_(bar) River", []string{"https://a.example/Foo_(bar)"}, "River"},
		{"source:(https://a.example/Foo_(bar)) River", []string{"https://a.example/Foo_(bar)"}, "River"},
		{"source:https://a.example/x_ River", []string{"https://a.example/x_"}, "River"},
		{"source:HTTPS://A.example/x River", []string{"HTTPS://A.example/x"}, "River"},
		{"source:" + a + "\nRiver, https://c.example", []string{a}, "River, https://c.example"},
		{"source:" + a + " https://c.example says", []string{a}, "https://c.example says"},
	} {
		read, err := commandNamed(t, "update").read("sony-hack " + tt.text)
		if err != nil || read.doubtful() {
			t.Errorf("%q: %v, %v", tt.text, read.options, err)
			continue
		}
		r := request{values: read.typed}
		got, err := r.sources()
		if diff := cmp.Diff(tt.want, got); diff != "" && !slices.Contains(tt.want, "www.d.example") || tt.left != read.typed.get("text") {
			t.Errorf("%q: %v, text %q (-want +got):\n%s", tt.text, err, read.typed.get("text"), diff)
		}
		// The same from an option that came apart.
		if value, ok := strings.CutPrefix(tt.text, "source:"); ok && !strings.Contains(value, "source:") && strings.HasSuffix(value, " River") {
			r := request{values: values{"source": {strings.Trim(strings.TrimSuffix(value, " River"), `"`)}}}
			if got, _ := r.sources(); !cmp.Equal(tt.want, got) && !slices.Contains(tt.want, "www.d.example") {
				t.Errorf("option %q: %q", value, got)
			}
		}
	}
}

func TestSourceWithoutSchemeIsNotGuessed(t *testing.T) {
	for _, link := range []string{"example.org/x", "www.example.org", "example.org", "news.example.org:8080/a?b"} {
		n := openTracked(t)
		reply := n.ask("mo", "general", "/update sony-hack source:"+link+" River rises")
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, "source:https://"+link) {
			t.Errorf("%s: %s", link, text)
		}
	}
}

func TestLinksInAnything(t *testing.T) {
	piece := rapid.SampledFrom([]string{"https://a.example", ",", ";", " ", "<", ">", "|", "[", "](", ")", "\"", "`", "*", "x", "\u00A0", "。", "(", "www.", "\n"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		for _, link := range linksIn(s) {
			if link == "" || !strings.Contains(s, link) || strings.ContainsAny(link, " \u00A0\n") {
				t.Fatalf("linksIn(%q) has %q", s, link)
			}
		}
		if size := sourceSize(s); size < 0 || size > len(s) {
			t.Fatalf("sourceSize(%q) = %d", s, size)
		}
	})
}

// A find of rapid's: brackets around nothing are no link.
func TestBracketsAroundNothingAreNoLink(t *testing.T) {
	if got := linksIn("< >"); len(got) > 0 {
		t.Errorf("links %q", got)
	}
}
