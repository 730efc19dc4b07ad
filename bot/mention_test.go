package bot

import (
	"slices"
	"strconv"
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
	if u := (Mention{Kind: RoleKind, Ref: "x:2", Name: "@desk"}).User(); u.Ref != "" {
		t.Errorf("a role is %+v", u)
	}
	if u := named[1].User(); u.Ref != "" || u.Name != "" {
		t.Errorf("a channel is %+v", u)
	}
}

func TestMentionsAreCollected(t *testing.T) {
	var m Mentions
	mia, desk := Mention{Ref: "x:1", Name: "@mia"}, Mention{Kind: RoleKind, Ref: "x:1"}
	if got := m.Add(mia) + m.Add(desk) + m.Add(mia); got != Mark(0)+Mark(1)+Mark(0) {
		t.Errorf("%q", got)
	}
	list := m.List()
	list[0].Name = "@eve"
	if got := m.List(); !slices.Equal(got, []Mention{mia, desk}) {
		t.Errorf("%+v", got)
	}
	for i := len(list); i < MaxMentions; i++ {
		m.Add(Mention{Ref: strconv.Itoa(i)})
	}
	for _, c := range []struct {
		one  Mention
		want string
	}{
		{mia, Mark(0)}, {Mention{Ref: "x:2", Name: "@ada"}, "@ada"}, {Mention{Ref: "x:2"}, "@someone"},
		{Mention{Kind: RoleKind}, "@role"}, {Mention{Kind: ChannelKind}, "#private-channel"},
	} {
		if got := m.Add(c.one); got != c.want {
			t.Errorf("behind the last mark %+v is %q", c.one, got)
		}
	}
	if len(m.List()) != MaxMentions {
		t.Errorf("%d mentions", len(m.List()))
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
