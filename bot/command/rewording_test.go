package command

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

func (n *newsroom) story(slug string) stories.Story {
	n.t.Helper()
	story, err := n.service.Archive.Story(n.t.Context(), slug)
	if err != nil {
		n.t.Fatal(err)
	}
	return story
}

// Where options are chosen one by one /desk edit always opens its form, with what they
// say; where it is typed, without any.
func TestEditOpensAForm(t *testing.T) {
	n := openTracked(t)
	for name, open := range map[string]func(){
		"typed":      func() { n.must(n.ask("mo", "desk", "/desk edit sony-hack")) },
		"apart":      func() { n.must(n.apart("mo", "desk edit", map[string]string{"story": "sony-hack"})) },
		"apart, set": func() { n.must(n.apart("mo", "desk edit", map[string]string{"story": "sony-hack", "topics": "film"})) },
		"apart, clear": func() {
			n.must(n.apart("mo", "desk edit", map[string]string{"story": "sony-hack", "clear": "summary"}))
		},
	} {
		n.form = nil
		open()
		want := map[string]string{"headline": "North Korea denies the attack on Sony", "summary": "Who did it?", "topics": "film, security"}
		switch name {
		case "apart, set":
			want["topics"] = "film"
		case "apart, clear":
			want["summary"] = ""
		}
		if n.form == nil {
			t.Fatalf("%s: no form", name)
		}
		for field, value := range want {
			if got := n.form.Field(field).Value; got != value {
				t.Errorf("%s: %s holds %q, want %q", name, field, got, value)
			}
		}
	}
	if r := n.ask("mo", "desk", "/desk edit sony-hack topics:film"); r.Form != nil || r.Failed {
		t.Errorf("with an option: %s", text(r))
	}
	for _, r := range []bot.Reply{n.apart("rita", "desk edit", map[string]string{"story": "sony-hack"}), n.ask("rita", "desk", "/desk edit sony-hack")} {
		if r.Form != nil || !r.Failed || !strings.Contains(text(r), "Only moderators") {
			t.Errorf("a reader got %+v", r)
		}
	}
}

// A story is changed as its preview says, once, and only in what the author changed:
// what another changed meanwhile stays.
func TestAnEditInAFormChangesWhatWasChanged(t *testing.T) {
	n := openTracked(t)
	n.must(n.apart("mo", "desk edit", map[string]string{"story": "sony-hack"}))
	r := n.submit("mo", "desk", map[string]string{"headline": "The studio cancels", "summary": ""})
	has(t, "the preview", r, "The studio cancels", "Not posted yet.", "Post changes the headline and summary of sony-hack.", "[Post]", "[Change]", "[Discard]")
	post := n.shown[0]
	n.must(n.ask("ada", "desk", "/desk edit sony-hack topics:cinema"))
	n.must(n.ask("ada", "desk", "/desk rename sony-hack the-interview"))
	for range 2 {
		has(t, "Post", n.pressed("mo", "desk", post.Action, post.Arg), "Changed the-interview.")
	}
	story := n.story("the-interview")
	if story.Headline != "The studio cancels" || story.Summary != "" || !slices.Equal(story.Topics, []string{"cinema"}) {
		t.Errorf("it is %+v", story)
	}
	if log, err := n.service.Desk.Log(t.Context(), user("ada"), "the-interview", 0, 10); err != nil || len(log) < 3 || log[0].By.Ref != "console:mo" {
		t.Errorf("the log: %+v %v", log, err)
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "You have no drafts.")
}

// What changes nothing, and what no story can have, is refused with all text kept.
func TestARefusedEditIsKept(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
	has(t, "nothing changed", n.submit("mo", "desk", nil), "The story reads so already.", "[Change]", "[Discard]")
	n.must(n.press("mo", "desk", "Change"))
	long := strings.Repeat("w", stories.MaxHeadline+1)
	r := n.submit("mo", "desk", map[string]string{"headline": long, "topics": "film, all", "summary": "Kept as it is"})
	if !r.Form.Refused() || r.Form.Field("headline").Problem == "" || r.Form.Field("summary").Value != "Kept as it is" || r.Form.Field("headline").Value != long {
		t.Errorf("refused: %+v", r.Form)
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "a change of sony-hack: www")
	if story := n.story("sony-hack"); story.Summary != "Who did it?" {
		t.Errorf("changed: %+v", story)
	}
}
