package command

import (
	"context"
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

// The preview says how many posted cards follow, and what was done says the same number;
// topics stand on no card.
func TestAnEditSaysHowManyCardsFollow(t *testing.T) {
	n := openTracked(t)
	for _, place := range []string{"news", "world"} {
		n.must(n.ask("rita", place, "/subscribe sony-hack"))
	}
	n.work(n.reading(new(strings.Builder)))
	edit := func(values map[string]string) bot.Reply {
		n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
		return n.submit("mo", "desk", values)
	}
	has(t, "the preview", edit(map[string]string{"headline": "The studio cancels"}), "Post changes the headline of sony-hack, and edits 2 posted cards of it.")
	has(t, "Post", n.press("mo", "desk", "Post"), "Changed sony-hack. This edits 2 posted cards of it.")
	n.must(n.ask("rita", "world", "/unsubscribe sony-hack")) // its card stays, and is kept up to date
	has(t, "topics", edit(map[string]string{"topics": "film"}), "Post changes the topics of sony-hack.")
	if r := n.press("mo", "desk", "Post"); strings.Contains(text(r), "card") {
		t.Errorf("of topics: %s", text(r))
	}
	has(t, "both", edit(map[string]string{"summary": "", "topics": ""}), "Post changes the summary and topics of sony-hack, and edits 2 posted cards of it.")
	has(t, "Post", n.press("mo", "desk", "Post"), "This edits 2 posted cards of it.")
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

// What a colleague changed while a form was open is not overwritten: its author is told
// who did and what it says now, keeps what they wrote, and posts it once they have seen that.
func TestAnEditOverwritesNoColleague(t *testing.T) {
	edits := map[string]struct{ mine, theirs, says string }{
		"headline": {"The studio cancels", "The studio gives in", "“The studio gives in”"},
		"summary":  {"Nobody knows.", "By North Korea,\nsays the FBI.", "“By North Korea, says the FBI.”"},
		"topics":   {"cinema", "film,war", "“film, war”"},
	}
	for field, c := range edits {
		for _, when := range []string{"before the preview", "before Post"} {
			n := openTracked(t)
			n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
			theirs := func() { n.must(n.ask("ada", "desk", `/desk edit sony-hack `+field+`:"`+c.theirs+`"`)) }
			var r bot.Reply
			if when == "before Post" {
				n.must(n.submit("mo", "desk", map[string]string{field: c.mine}))
				theirs()
				n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg)
				r = n.last
			} else {
				theirs()
				r = n.submit("mo", "desk", map[string]string{field: c.mine})
			}
			what, changed := field+" "+when, "was changed since you saw it."
			if field == "topics" {
				changed = "were changed since you saw them."
			}
			has(t, what, r, "The "+field+" of sony-hack "+changed+" Nothing was posted; what you wrote is kept.", "Ada changed the "+field+" of sony-hack", "Its "+field+" now: "+c.says, "You wrote: “"+c.mine+"”", "[Change][Discard]")
			if now := wordsIn(n.story("sony-hack")); now[field] == c.mine || n.drafts() != 1 {
				t.Errorf("%s: it reads %q, %d drafts", what, now[field], n.drafts())
			}
			n.must(n.press("mo", "desk", "Change"))
			if got := n.form.Field(field).Value; got != c.mine {
				t.Errorf("%s: Change holds %q", what, got)
			}
			has(t, what, n.submit("mo", "desk", nil), "Post changes the "+field+" of sony-hack.")
			n.must(n.press("mo", "desk", "Post"))
			if now := wordsIn(n.story("sony-hack")); now[field] != c.mine {
				t.Errorf("%s: in the end it reads %q", what, now[field])
			}
		}
	}
}

// Where two changed the same to the same, and where each changed another field, nobody is
// asked; once more changed by a colleague behind the question, it is asked again.
func TestAnEditAsksOnlyWhereItWouldOverwrite(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
	n.must(n.ask("ada", "desk", `/desk edit sony-hack headline:"The studio cancels" topics:war,film`))
	has(t, "the same", n.submit("mo", "desk", map[string]string{"headline": "The studio cancels", "summary": "Nobody knows.", "topics": "film, war"}), "Post changes the summary of sony-hack.")
	n.must(n.press("mo", "desk", "Post"))
	n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
	n.must(n.ask("ada", "desk", `/desk edit sony-hack headline:"One" summary:"Two"`))
	r := n.submit("mo", "desk", map[string]string{"headline": "Mine", "summary": "Mine too"})
	has(t, "both", r, "The headline and summary of sony-hack were changed since you saw them.", "“One”", "“Two”", "“Mine too”")
	change := n.shown[0]
	n.must(n.ask("ada", "desk", `/desk edit sony-hack headline:"Three"`))
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	has(t, "once more", n.submit("mo", "desk", nil), "“Three”", "“Two”")
	n.must(n.press("mo", "desk", "Change"))
	// What they leave to the colleague stays as that is.
	has(t, "one of both", n.submit("mo", "desk", map[string]string{"headline": "Three"}), "Post changes the summary of sony-hack.")
	n.must(n.press("mo", "desk", "Post"))
	if story := n.story("sony-hack"); story.Headline != "Three" || story.Summary != "Mine too" {
		t.Errorf("it is %+v", story)
	}
	// Posted once it is, whoever changes it afterwards: pressed again Post says what was done.
	n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
	n.must(n.submit("mo", "desk", map[string]string{"headline": "Four"}))
	post := n.shown[0]
	n.must(n.pressed("mo", "desk", post.Action, post.Arg))
	n.must(n.ask("ada", "desk", `/desk edit sony-hack headline:"Five"`))
	has(t, "Post again", n.pressed("mo", "desk", post.Action, post.Arg), "Changed sony-hack.")
	if story := n.story("sony-hack"); story.Headline != "Five" {
		t.Errorf("it is %+v", story)
	}
}

// Of a form that was forgotten while it was open nobody knows what it showed, and nobody
// is accused.
func TestAForgottenFormAccusesNobody(t *testing.T) {
	story := stories.Story{Headline: "Theirs", Topics: []string{"film"}}
	for want, d := range map[string]stories.Draft{
		"":                 {Fields: map[string]string{"headline": "Mine", "summary": "Mine"}},
		"headline":         {Fields: map[string]string{"headline": "Mine", wasField + "headline": "Ours", "summary": "Mine", wasField + "summary": ""}},
		"headline summary": {Fields: map[string]string{"headline": "Mine", wasField + "headline": "", "summary": "Mine", wasField + "summary": "Ours"}},
	} {
		if got := strings.Join(overtaken(d, story, []string{"headline", "summary"}), " "); got != want {
			t.Errorf("overtaken: %q, want %q", got, want)
		}
	}
}

// racing has a colleague change a story between the last look at it and the change.
type racing struct {
	Editor
	first func()
}

func (r *racing) Edit(ctx context.Context, act stories.Act, slug string, e stories.StoryEdit) (stories.Told, error) {
	if r.first != nil {
		r.first()
		r.first = nil
	}
	return r.Editor.Edit(ctx, act, slug, e)
}

// What is changed at the same moment is not overwritten either.
func TestAnEditOverwritesNothingOfTheSameMoment(t *testing.T) {
	n := openTracked(t)
	race := &racing{Editor: n.service.Editor}
	n.remake(func(c *Config) { c.Stories.Editor = race })
	n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
	n.must(n.submit("mo", "desk", map[string]string{"headline": "Mine"}))
	theirs := "Theirs"
	race.first = func() {
		if _, err := n.service.Editor.Edit(t.Context(), stories.Act{By: user("ada")}, "sony-hack", stories.StoryEdit{Headline: &theirs}); err != nil {
			t.Fatal(err)
		}
	}
	has(t, "Post", n.press("mo", "desk", "Post"), "The headline of sony-hack was changed since you saw it.", "“Theirs”", "“Mine”", "[Change][Discard]")
	if story := n.story("sony-hack"); story.Headline != "Theirs" || n.drafts() != 1 {
		t.Errorf("it is %+v, %d drafts", story, n.drafts())
	}
}
