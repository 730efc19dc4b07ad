package command

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// An option of another command in the free text of one that does not take it is asked
// about, whatever the command; nothing is changed by that.
func TestForeignOptionsAreAskedAbout(t *testing.T) {
	for _, tt := range []struct{ line, of string }{
		{"/desk correct sony-hack 1 level:breaking It is not so.", "/update"},
		{"/desk correct sony-hack 1 at:15:04 It is not so.", "/update"},
		{"/desk correct sony-hack 1 topics:film It is not so.", "/desk track"},
		{"/desk correct sony-hack 1 It is not so. unverified:yes", "/update"},
		{"/desk fix sony-hack 1 reason:\"A slip\" The White House is sure.", "/desk correct"},
		{"/desk fix sony-hack 1 level:minor The White House is sure.", "/update"},
		{"/desk withdraw sony-hack 1 image:https://a.example/x.jpg It is not so.", "/update"},
		{"/desk withdraw sony-hack 1 It is not so. level:breaking", "/update"},
		{"/desk hold sony-hack 1 source:https://a.example/x It is disputed.", "/update"},
		{"/desk track level:breaking The river rises", "/update"},
		{"/desk edit sony-hack level:breaking The river rises", "/update"},
		{"/desk close sony-hack level:breaking It is over.", "/update"},
		{"/desk close sony-hack reason:\"It is done\" It is over.", "/desk correct"},
		{"/update sony-hack reason:\"It was wrong\" It is over.", "/desk correct"},
		{"/update sony-hack topics:film It is over.", "/desk track"},
	} {
		n := openTracked(t)
		before := n.state()
		reply := n.ask("mo", "desk", tt.line)
		said := text(reply)
		if !reply.Failed || !strings.Contains(said, "looks like an option of "+tt.of+", and /") || !strings.Contains(said, "Nothing was changed yet") || len(reply.Message.Buttons) != 2 || n.state() != before {
			t.Errorf("%s: %s", tt.line, transcript(reply))
			continue
		}
		if !strings.HasPrefix(tt.line, "/desk withdraw") && !strings.HasPrefix(tt.line, "/desk fix") {
			continue
		}
		if reply := n.press("mo", "desk", "Without it"); strings.Contains(text(reply), ":https") || strings.Contains(text(reply), "level:") || !slices.ContainsFunc(reply.Message.Buttons, func(b bot.Button) bool { return b.Label == "Withdraw it" || b.Label == "Fix it" }) {
			t.Errorf("%s, without it: %s", tt.line, transcript(reply))
		}
	}
}

// An option in words without quotes takes no text along that is not its own: where it
// ends has to be said.
func TestForeignOptionsWithoutAnEnd(t *testing.T) {
	for _, line := range []string{"/desk fix sony-hack 1 reason:typo The White House is sure.", "/desk close sony-hack reason:done It is over.", "/desk withdraw sony-hack 1 alt:Water over the dam"} {
		n := openTracked(t)
		before := n.state()
		reply := n.ask("mo", "desk", line)
		if said := text(reply); !strings.Contains(said, "looks like an option of /") || !strings.Contains(said, "type the command again, without it") || len(reply.Message.Buttons) != 1 || n.state() != before {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
}

// What only begins like an option of another command is text: sentences do.
func TestTextsThatBeginLikeForeignOptions(t *testing.T) {
	for _, line := range []string{
		"/desk withdraw sony-hack 1 Reason: the source was not who it said.",
		"/desk correct sony-hack 1 Summary: it is over.",
		"/desk fix sony-hack 1 Topics: films and fires.",
		"/desk correct sony-hack 1 Level: 3 emergency.",
		"/update sony-hack Reason: the dam broke.",
		"/update sony-hack Clear: the road to Cologne.",
	} {
		n := openTracked(t)
		if said := text(n.ask("mo", "desk", line)); strings.Contains(said, "looks like") {
			t.Errorf("%s: %s", line, said)
		}
	}
}

// A revision changes the picture, its description alone, or takes it away, and the
// preview says so.
func TestRevisionsOfThePicture(t *testing.T) {
	const dam = `image:https://a.example/dam.jpg alt:"Water over the dam"`
	for _, tt := range []struct {
		name, before, given string
		shows               string
		want                stories.Picture
	}{
		{"another", dam, `image:https://a.example/town.jpg alt:"Water in the town"`, "Picture: Water in the town", stories.Picture{URL: "https://a.example/town.jpg", Alt: "Water in the town"}},
		{"the first", "", dam, "Picture: Water over the dam", stories.Picture{URL: "https://a.example/dam.jpg", Alt: "Water over the dam"}},
		{"its description", dam, `alt:"Mud over the dam"`, "Picture: Mud over the dam", stories.Picture{URL: "https://a.example/dam.jpg", Alt: "Mud over the dam"}},
		{"none", dam, "clear:image", "Without its picture", stories.Picture{}},
	} {
		for command, button := range map[string]string{"correct": "Correct it", "fix": "Fix it"} {
			n := openTracked(t)
			n.must(n.ask("mo", "desk", "/update sony-hack "+tt.before+" The dam broke."))
			has(t, tt.name, n.ask("mo", "desk", "/desk "+command+" sony-hack 2 "+tt.given+" The dam broke."), "Its text stays", tt.shows)
			n.must(n.press("mo", "desk", button))
			if u := n.updateOf("sony-hack", 2); u.Picture != tt.want || u.Revision != 1 || u.Text != "The dam broke." {
				t.Errorf("%s, %s: %+v", command, tt.name, u)
			}

			n = openTracked(t) // in the form, which has no field for it
			n.must(n.ask("mo", "desk", "/update sony-hack "+tt.before+" The dam broke."))
			n.must(n.ask("mo", "desk", "/desk "+command+" sony-hack 2 "+tt.given))
			n.must(n.submit("mo", "desk", map[string]string{"text": "The dam broke."}))
			n.must(n.press("mo", "desk", "Post"))
			if u := n.updateOf("sony-hack", 2); u.Picture != tt.want || u.Revision != 1 {
				t.Errorf("%s in the form, %s: %+v", command, tt.name, u)
			}
		}
	}
	n := openTracked(t)
	for given, want := range map[string]string{
		`alt:"Water"`: "and there is none", "image:https://a.example/x.jpg": "has no description", "clear:image": "says exactly that already",
		`clear:image ` + dam: "clear:image takes away what image: gives", "clear:source source:https://a.example/x": "clear:source takes away what source: gives",
	} {
		if reply := n.ask("mo", "desk", "/desk correct sony-hack 1 "+given+" The White House is confident."); !reply.Failed || !strings.Contains(text(reply), want) {
			t.Errorf("%s: %s", given, text(reply))
		}
	}
}

// clear:source takes the sources away, typed and in the form.
func TestRevisionsTakeSourcesAway(t *testing.T) {
	for _, inForm := range []bool{false, true} {
		n := openTracked(t)
		n.must(n.ask("mo", "desk", "/update sony-hack source:https://a.example/x The dam broke."))
		if inForm {
			n.must(n.ask("mo", "desk", "/desk correct sony-hack 2 clear:source"))
			if got := n.form.Field("source").Value; got != "" {
				t.Errorf("the form holds %q", got)
			}
			n.must(n.submit("mo", "desk", nil))
			n.must(n.press("mo", "desk", "Post"))
		} else {
			n.must(n.ask("mo", "desk", "/desk correct sony-hack 2 clear:source The dam broke."))
			n.must(n.press("mo", "desk", "Correct it"))
		}
		if u := n.updateOf("sony-hack", 2); len(u.Sources) != 0 || u.Revision != 1 {
			t.Errorf("in a form %v: %+v", inForm, u)
		}
	}
}
