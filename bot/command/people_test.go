package command

import (
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// refs is how a platform might write people: capital letters.
func refs() []bot.Refs {
	capital := func(id string) bool {
		return id != "" && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	}
	return []bot.Refs{{Platform: "console", Person: capital, Example: "console:MO",
		Bare: func(_, typed string) string {
			typed = strings.TrimSuffix(strings.TrimPrefix(typed, "<@"), ">")
			if !capital(typed) {
				return ""
			}
			return typed
		}}, {Platform: "far", Person: capital, Example: "far:RITA"}}
}

// A person is named by a mention, a whole reference, or an id as the platform
// writes it; what is nobody is refused in words.
func TestWhoIsNamed(t *testing.T) {
	rita := bot.Mention{Ref: "console:RITA", Name: "@Rita Klein"}
	for _, tt := range []struct{ typed, says string }{
		{bot.Mark(0), "Rita Klein is a moderator now"},
		{"user:" + bot.Mark(0), "Rita Klein is a moderator now"},
		{"user: " + bot.Mark(0), "Rita Klein is a moderator now"},
		{"console:RITA", "console:RITA is a moderator now"},
		{"RITA", "console:RITA is a moderator now"},
		{"user:<@RITA>", "console:RITA is a moderator now"},
		{"far:RITA", "far:RITA is a moderator now"},
		{bot.Mark(1), "names nobody"}, {"user:" + bot.Mark(1), "names nobody"}, // a role is nobody
		{"rita", "names nobody"}, {"console:rita", "names nobody"}, {"foo:BAR", "names nobody"}, {"console:", "names nobody"}, {"far", "names nobody"},
	} {
		n := openStaffed(t)
		n.config.People = refs()
		c := n.request("ada", "general")
		in := bot.Typed{Name: "desk", Text: "moderators action:add " + tt.typed}
		if bot.Unmark(tt.typed) != tt.typed {
			in.Mentions = []bot.Mention{rita, {Kind: bot.RoleKind, Ref: "console:DESK", Name: "@desk"}}
		}
		c.Input = in
		reply := n.handle(c)
		text := bot.PlainText(reply.Message)
		if !strings.Contains(text, tt.says) || reply.Failed != (tt.says == "names nobody") {
			t.Errorf("%q: %s", tt.typed, text)
		}
		if reply.Failed && !strings.Contains(text, "console:MO or far:RITA") {
			t.Errorf("%q: no example: %s", tt.typed, text)
		}
	}
}

func TestPeopleAreCalledByTheirNames(t *testing.T) {
	n := openStaffed(t)
	c := n.request("ada", "general")
	c.Input = bot.Options{Name: "desk moderators", Values: map[string]string{"action": "add", "user": bot.Mark(0)}, Mentions: []bot.Mention{{Ref: "console:u7", Name: "@Rita Klein"}}}
	n.must(n.handle(c))
	for _, line := range []string{"/desk moderators", "/desk moderators add console:u7", "/desk moderators remove console:u7"} {
		text := bot.PlainText(n.ask("ada", "general", line).Message)
		if !strings.Contains(text, "Rita Klein") || strings.Contains(text, "u7") {
			t.Errorf("%s: %s", line, text)
		}
	}
	if role, err := n.service.RoleOf(t.Context(), stories.User{Ref: "console:u7"}); err != nil || role != stories.Reader {
		t.Errorf("role = %v, %v", role, err)
	}
}
