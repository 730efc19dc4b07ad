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
	return []bot.Refs{{Platform: "console", Title: "console", Person: capital, Named: true, Example: "console:MO",
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
		{"console:RITA", "RITA is a moderator now"},
		{"RITA", "RITA is a moderator now"},
		{"user:<@RITA>", "RITA is a moderator now"},
		{"far:RITA", "This person is a moderator now"},
		{bot.Mark(1), "names nobody"}, {"user:" + bot.Mark(1), "names nobody"}, // a role is nobody
		{"rita", "names nobody"}, {"console:rita", "names nobody"}, {"foo:BAR", "names nobody"}, {"console:", "names nobody"}, {"far", "names nobody"},
	} {
		n := openStaffed(t)
		n.remake(func(c *Config) { c.People = refs() })
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
		if !reply.Failed && (strings.Contains(text, "far:") || strings.Contains(text, "console:") || strings.Contains(text, "@")) {
			t.Errorf("%q: an id is shown: %s", tt.typed, text)
		}
		if reply.Failed && !strings.Contains(text, "type @ and their name") {
			t.Errorf("%q: no cure: %s", tt.typed, text)
		}
		if reply.Failed && rawReference.MatchString(text) {
			t.Errorf("%q: an id is shown: %s", tt.typed, text)
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
	if role, err := n.service.Rights.RoleOf(t.Context(), stories.User{Ref: "console:u7"}); err != nil || role != stories.Reader {
		t.Errorf("role = %v, %v", role, err)
	}
}

// Neither the log nor the list nor an answer shows an id, whatever is known of
// who and where it was.
func TestNoAnswerShowsAnID(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) { c.People = refs() })
	there := stories.Destination{Platform: "far", Workspace: "W012", Channel: "C345"}
	if err := n.store.KeepNames(t.Context(), stories.Sighting{Places: []stories.PlaceName{
		{Place: there, Form: stories.ChannelForm, Name: "partners", Access: stories.OpenAccess}, {Place: there.In(), Form: stories.WorkspaceForm, Name: "Herald"},
	}}, n.service.Now()); err != nil {
		t.Fatal(err)
	}
	from := func(who stories.User, where stories.Destination, line string) string {
		c := n.request("ada", "general")
		c.User, c.Where = who, where
		c.Asker = asker{c}
		name, text, _ := strings.Cut(line, " ")
		c.Input = bot.Typed{Name: name, Text: text}
		return bot.PlainText(n.handle(c).Message)
	}
	rita, ada, here := stories.User{Ref: "far:RITA", Name: "Rita Klein"}, user("ada"), channel("general")
	from(rita, there, "subscribe sony-hack")
	filmed := there
	filmed.Channel = "C346"
	from(rita, filmed, "subscribe topic:film")
	from(ada, here, "subscribe all")
	from(ada, channel("news"), "subscribe all")
	said := from(ada, here, "desk moderators add far:RITA") + from(ada, here, "desk moderators add far:NOBODY") + from(ada, here, "desk moderators add console:BOB")
	said += from(ada, here, "desk moderators remove far:NOBODY")
	from(ada, there, "desk here")
	log, list := from(ada, here, "desk log"), from(ada, here, "desk moderators")
	for _, text := range []string{said, log, list} {
		for _, id := range []string{"far:", "console:", "W012", "C345", "C346", "RITA", "NOBODY"} {
			if strings.Contains(text, id) {
				t.Errorf("%s is in:\n%s", id, text)
			}
		}
	}
	for _, want := range []string{
		"Rita Klein had #partners (Far) follow sony-hack: every update", "Rita Klein had a channel (Far, Herald) follow the topic film: every update",
		"Ada had this channel follow all stories: every update", "had #news (console) follow all stories", "Ada made Rita Klein a moderator", "made someone a moderator", "made BOB a moderator",
		"removed someone as moderator", "made #partners (Far) the desk",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
	if !strings.Contains(list, "Rita Klein (Far), moderator\n  named by Ada") || !strings.Contains(list, "Ada (console), admin\n  by how the bot is set up") {
		t.Errorf("list:\n%s", list)
	}
}

// Who was given a role under a name that is nobody's by now can lose it, and
// cannot get it back.
func TestNobodyCanLoseARole(t *testing.T) {
	n := openStaffed(t)
	n.remake(func(c *Config) { c.People = refs() }) // console:mo is nobody there
	if text := bot.PlainText(n.ask("ada", "general", "/desk moderators remove console:mo").Message); !strings.Contains(text, "no longer a moderator") {
		t.Errorf("removed: %s", text)
	}
	if role, err := n.service.Rights.RoleOf(t.Context(), stories.User{Ref: "console:mo"}); err != nil || role != stories.Reader {
		t.Errorf("role = %v, %v", role, err)
	}
	for _, line := range []string{"/desk moderators add console:mo", "/desk moderators remove everyone", "/desk moderators remove @everyone"} {
		if r := n.ask("ada", "general", line); !r.Failed || !strings.Contains(bot.PlainText(r.Message), "names nobody") {
			t.Errorf("%s: %s", line, bot.PlainText(r.Message))
		}
	}
	if r := n.ask("bob", "general", "/desk moderators remove console:mo"); !r.Failed || !strings.Contains(bot.PlainText(r.Message), "admins") {
		t.Errorf("by a reader: %s", bot.PlainText(r.Message))
	}
}
