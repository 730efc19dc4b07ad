package bot

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMentions(t *testing.T) {
	named := []Mention{{Ref: "x:1", Name: "@Mia Ó"}, {Name: "#general"}}
	text := "ask " + Mark(0) + " in " + Mark(1) + "," + Mark(2) + Mark(0)
	if got := Unfold(text, named); got != "ask @Mia Ó in #general,@Mia Ó" {
		t.Errorf("%q", got)
	}
	if m, ok := Mentioned(" "+Mark(0)+"\n", named); !ok || m.User().Ref != "x:1" || m.User().Name != "Mia Ó" {
		t.Errorf("%+v %v", m, ok)
	}
	for _, s := range []string{"", "@mia", Mark(0) + Mark(0), Mark(2), "a" + Mark(0)} {
		if m, ok := Mentioned(s, named); ok {
			t.Errorf("%q names %+v", s, m)
		}
	}
	if u := named[1].User(); u.Ref != "" || u.Name != "" {
		t.Errorf("a channel is %+v", u)
	}
}

// What people write can neither be nor become a mark.
func TestNobodyFakesAMention(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Unmark(rapid.String().Draw(t, "text") + Mark(rapid.IntRange(0, MaxMentions-1).Draw(t, "mark")))
		if strings.ContainsFunc(s, isMark) || Unfold(s, []Mention{{Name: "@mia"}}) != s {
			t.Fatalf("%q", s)
		}
	})
}
