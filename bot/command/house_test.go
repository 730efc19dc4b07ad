package command

import (
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// What is asked before it is done once and for good is done once, by an admin, of what was
// asked about: pressed twice, by another, after a restart, and when things have changed.
func TestWhatCannotBeUndoneIsPressedOnce(t *testing.T) {
	for name, test := range map[string]struct {
		ask       string
		meanwhile []string
		who       string
		want      string
	}{
		"removed":                   {"/desk remove flood", nil, "ada", "Removed flood. The slug is free."},
		"removed before":            {"/desk remove flood", []string{"[]"}, "ada", "flood was removed already; nothing was changed."},
		"removed by a moderator":    {"/desk remove flood", nil, "mo", "Only admins can do this."},
		"removed after a restart":   {"/desk remove flood", []string{"restart"}, "ada", "Removed flood."},
		"published meanwhile":       {"/desk remove flood", []string{"ria /subscribe flood", "mo /update flood News."}, "ada", "are on their way to channels, so it cannot be removed"},
		"delivered meanwhile":       {"/desk remove flood", []string{"ria /subscribe flood", "mo /update flood News.", "deliver"}, "ada", "have reached channels"},
		"merged meanwhile":          {"/desk remove flood", []string{"mo /desk track slug:quake Quake", "mo /desk merge flood quake", "mo [Merge into quake]"}, "ada", "was merged into quake since this was asked"},
		"its slug taken since":      {"/desk remove flood", []string{"[]", "mo /desk track slug:flood Another"}, "ada", "flood was removed already; nothing was changed."},
		"forgotten":                 {"/desk forget console:mo", nil, "ada", "Forgotten."},
		"forgotten before":          {"/desk forget console:mo", []string{"[]"}, "ada", "Nothing is kept of this person; nothing was changed."},
		"forgotten by a moderator":  {"/desk forget console:mo", nil, "mo", "Only admins can do this."},
		"forgotten after a restart": {"/desk forget console:mo", []string{"restart"}, "ada", "Forgotten."},
		"forgotten by themselves":   {"/desk forget console:mo", []string{"ada2"}, "mo", "Admins cannot forget themselves"},
	} {
		t.Run(name, func(t *testing.T) {
			n := openStaffed(t)
			n.ask("mo", "desk", "/desk track slug:flood The flood")
			n.ask("ada", "desk", test.ask)
			asked := n.shown[0]
			for _, line := range test.meanwhile {
				who, rest, _ := strings.Cut(line, " ")
				switch line {
				case "[]":
					n.pressed("ada", "desk", asked.Action, asked.Arg)
				case "restart":
					n.remake(func(*Config) {})
				case "deliver":
					n.work(delivered)
				case "ada2":
					if _, err := n.store.SetRole(t.Context(), stories.Act{By: user("ada")}, user("mo"), stories.Admin); err != nil {
						t.Fatal(err)
					}
				default:
					n.hear(who, "desk", rest)
				}
			}
			if got := bot.PlainText(n.pressed(test.who, "desk", asked.Action, asked.Arg).Message); !strings.Contains(got, test.want) {
				t.Errorf("pressed: %q, want %q", got, test.want)
			}
		})
	}
}

// Who is configured as an admin is not forgotten while they are, and the last one who is
// stored is neither.
func TestAdminsAreNotForgottenByMistake(t *testing.T) {
	n := open(t)
	first, err := n.service.Rights.ClaimCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n.must(n.ask("mo", "desk", "/desk claim "+first))
	if _, err := n.store.Forget(t.Context(), stories.Act{}, "console:mo", false); stories.CodeOf(err) != stories.CodeInvalid {
		t.Errorf("the last admin: %v", err)
	}
	n = openStaffed(t)
	if _, err := n.store.SetRole(t.Context(), stories.Act{By: user("ada")}, user("mo"), stories.Admin); err != nil {
		t.Fatal(err)
	}
	reply := n.ask("mo", "desk", "/desk forget console:ada")
	if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, "Take them out of STORYBOT_ADMINS first") {
		t.Errorf("a configured admin: %q", text)
	}
	reply = n.ask("ada", "desk", "/desk forget console:mo")
	if text := bot.PlainText(reply.Message); reply.Failed || !strings.Contains(text, "their role as admin") {
		t.Errorf("one who is stored: %q", text)
	}
}

// A draft of a story that was removed is not lost, and is posted to another.
func TestADraftOutlivesItsRemovedStory(t *testing.T) {
	n := openStaffed(t)
	n.ask("mo", "desk", "/desk track slug:flood The flood")
	n.ask("mo", "desk", "/desk write flood")
	n.press("mo", "desk", "Open the form")
	n.submit("mo", "desk", map[string]string{"text": "The dyke holds."})
	n.ask("ada", "desk", "/desk remove flood")
	n.must(n.press("ada", "desk", "Remove it"))
	reply := n.ask("mo", "desk", "/desk drafts")
	if text := bot.PlainText(reply.Message); reply.Failed || !strings.Contains(text, "The dyke holds.") {
		t.Errorf("the drafts: %q", text)
	}
}
