package command

import (
	"maps"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// waiting are the texts of what is scheduled.
func (n *newsroom) waiting() (texts []string) {
	n.t.Helper()
	open, _, err := n.plan.Open(n.t.Context(), user("mo"), 0, 10)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, s := range open {
		texts = append(texts, s.Update.Text)
	}
	return texts
}

// A draft whose time lies ahead is scheduled by Post, once and for good: it is no draft
// any more, has no number before its time, and goes out at the time that was shown.
func TestADraftWithATimeAheadIsScheduled(t *testing.T) {
	n := openTracked(t) // at 15:00 UTC on 20 December 2014
	n.remake(func(c *Config) { c.Zone = zone(t, "Europe/Berlin") })
	n.must(n.ask("mo", "news", "/subscribe sony-hack"))
	r := n.writing(map[string]string{"text": "The film opens.", "at": "tomorrow 09:00"})
	has(t, "the preview", r, "The film opens.", "Post schedules it: it goes out on Sunday 21 December 2014, 09:00 CET, in 17 h, to who follows it then; now that is 1 channel.", "[Post]")
	post := n.shown[0]
	for range 3 {
		has(t, "Post", n.pressed("mo", "desk", post.Action, post.Arg), "Scheduled for Sunday 21 December 2014, 09:00 CET")
	}
	if got := n.waiting(); len(got) != 1 || len(n.updates("sony-hack")) != 1 {
		t.Fatalf("scheduled %q, published %q", got, n.updates("sony-hack"))
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "You have no drafts.")
	n.now = n.now.Add(17 * time.Hour)
	if _, err := n.plan.PublishDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := n.updates("sony-hack"); len(got) != 2 || got[1] != "The film opens." {
		t.Fatalf("published %q", got)
	}
	has(t, "Post afterwards", n.pressed("mo", "desk", post.Action, post.Arg), "was published as update 2")
	if got := n.updates("sony-hack"); len(got) != 2 {
		t.Errorf("published %q", got)
	}
}

// What was typed as a time means what it meant when it was submitted, however much
// later the draft is looked at, changed or posted.
func TestTheTimeOfADraftStays(t *testing.T) {
	n := openTracked(t)
	n.must(n.writing(map[string]string{"text": "The film opens.", "at": "tomorrow 09:00"}))
	change := n.shown[1]
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	if got := n.form.Field("at").Value; got != "tomorrow 09:00" {
		t.Errorf("on the same day it reads %q", got)
	}
	n.now = n.now.Add(10 * time.Hour) // the next day
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	if got := n.form.Field("at").Value; got != "2014-12-21 09:00" {
		t.Errorf("on the next day it reads %q", got)
	}
	has(t, "changed", n.submit("mo", "desk", map[string]string{"text": "The film opens at last."}), "Sunday 21 December 2014, 09:00 UTC, in 8 h")
	post := n.shown[0]
	n.now = n.now.Add(9 * time.Hour)
	r := n.pressed("mo", "desk", post.Action, post.Arg)
	has(t, "posted too late", r, "It was to go out on Sunday 21 December 2014, 09:00 UTC, and that has passed.", "what you wrote is kept", "[Change]")
	if !r.Failed || len(n.waiting()) != 0 || len(n.updates("sony-hack")) != 1 {
		t.Fatalf("posted: %q %q", n.waiting(), n.updates("sony-hack"))
	}
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	has(t, "as of now", n.submit("mo", "desk", map[string]string{"at": ""}), "The film opens at last.", "No channel follows it yet: it goes to its timeline.")
	n.must(n.press("mo", "desk", "Post"))
	if got := n.updates("sony-hack"); len(got) != 2 || got[1] != "The film opens at last." {
		t.Errorf("published %q", got)
	}
}

// A time that the newsroom's clocks skip or show twice is asked about, with all that
// was written kept; nothing is published before that is answered.
func TestADraftAsksWhichTime(t *testing.T) {
	for _, test := range []struct {
		at, question, choose string
		due                  time.Time
	}{
		{"2015-03-29 02:30", "There is no 02:30", "03:30 CEST", time.Date(2015, 3, 29, 1, 30, 0, 0, time.UTC)},
		{"2015-10-25 02:30", "comes twice", "02:30 CET", time.Date(2015, 10, 25, 1, 30, 0, 0, time.UTC)},
		{"2015-10-25 02:30", "comes twice", "02:30 CEST", time.Date(2015, 10, 25, 0, 30, 0, 0, time.UTC)},
		{"2014-10-26 02:30", "comes twice", "02:30 CEST", time.Time{}}, // that is past: when it happened
	} {
		n := openTracked(t)
		n.remake(func(c *Config) { c.Zone = zone(t, "Europe/Berlin") })
		given := map[string]string{"text": "First line\n\nSecond line <b> “quoted”", "at": test.at, "level": "breaking", "source": "https://example.org/a"}
		r := n.writing(given)
		has(t, test.at, r, test.question, "Nothing was posted yet; what you wrote is kept.", "["+test.choose+"]", "[Change]", "[Discard]")
		asked := n.shown
		n.must(n.press("mo", "desk", "Change"))
		for name, want := range given {
			if got := n.form.Field(name).Value; got != want {
				t.Errorf("%s: %s holds %q, want %q", test.at, name, got, want)
			}
		}
		n.shown = asked
		has(t, test.choose, n.press("mo", "desk", test.choose), "Second line", "[Post]")
		if got := n.updates("sony-hack"); len(got) != 1 {
			t.Errorf("published %q", got)
		}
		shown := n.shown
		for _, b := range asked[:2] { // what was asked before is answered
			if r := n.pressed("mo", "desk", b.Action, b.Arg); r.Failed {
				t.Errorf("%s, once more: %s", test.choose, text(r))
			}
		}
		n.shown = shown
		n.must(n.press("mo", "desk", "Post"))
		open, _, err := n.plan.Open(t.Context(), user("mo"), 0, 10)
		if err != nil || (len(open) == 1) == test.due.IsZero() || len(open) == 1 && !open[0].Due.Equal(test.due) {
			t.Errorf("%s, %s: scheduled %+v %v", test.at, test.choose, open, err)
		}
	}
}

// With the newsroom's time to undo, Post keeps the update back for that long, and the
// draft ends; what is undone never had a number.
func TestADraftIsPostedUnderTheTimeToUndo(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) { c.Undo = 30 * time.Second })
	has(t, "the preview", n.writing(map[string]string{"text": "A slip"}), "Once it is posted you have 30 s to undo it.")
	post := n.shown[0]
	for range 2 {
		has(t, "Post", n.pressed("mo", "desk", post.Action, post.Arg), "Goes out in 30 s", "[Undo]")
	}
	if got := n.waiting(); len(got) != 1 || len(n.updates("sony-hack")) != 1 {
		t.Fatalf("waiting %q, published %q", got, n.updates("sony-hack"))
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "You have no drafts.")
}

// What repeats an update that waits for its time is asked about; that has no number.
func TestADraftThatRepeatsWhatIsScheduled(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack at:23:00 The film opens."))
	n.must(n.writing(map[string]string{"text": "The film opens."}))
	r := n.press("mo", "desk", "Post")
	has(t, "asked", r, "Nothing was posted. Post it anyway?", "/desk scheduled", "[Post it anyway][Change][Discard]")
	if strings.Contains(buttonLabels(offers(r.Message)), "update 0") {
		t.Errorf("it offers %s", buttonLabels(offers(r.Message)))
	}
	n.must(n.press("mo", "desk", "Post it anyway"))
	if got := n.updates("sony-hack"); len(got) != 2 {
		t.Errorf("published %q", got)
	}
}

// What its author undoes is a draft of theirs, with all it said; whoever else cancels
// it keeps none. Pressed again it is the same draft.
func TestWhatIsUndoneIsADraft(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) { c.Undo = 30 * time.Second })
	const command = `/update sony-hack unverified:yes level:breaking source:https://example.org/a,https://example.org/b image:https://example.org/p.png alt:"A cinema" at:"2014-12-19 10:00" First` + "\n\nA slip"
	n.must(n.ask("mo", "desk", command))
	undo := n.shown[0]
	for range 2 {
		r := n.pressed("mo", "desk", undo.Action, undo.Arg)
		has(t, undo.Label, r, "Taken back: nothing was published. It is a draft now.", "BREAKING", "UNVERIFIED", "A slip", "[Post]", "[Change]", "[Discard]")
	}
	post := n.shown[0]
	n.must(n.press("mo", "desk", "Change"))
	for name, want := range map[string]string{"text": "First\n\nA slip", "level": "breaking", "source": "https://example.org/a\nhttps://example.org/b", "at": "2014-12-19 10:00"} {
		if got := n.form.Field(name).Value; got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if list := n.ask("ada", "desk", "/desk drafts"); !strings.Contains(text(list), "You have no drafts") {
		t.Errorf("another sees it: %s", text(list))
	}
	n.remake(func(c *Config) { c.Undo = 0 })
	n.must(n.pressed("mo", "desk", post.Action, post.Arg))
	if got := n.updates("sony-hack"); len(got) != 2 || got[1] != "First\n\nA slip" {
		t.Errorf("published %q", got)
	}
	has(t, "undo once more", n.pressed("mo", "desk", undo.Action, undo.Arg), "This was posted already.", "update 2")

	n.remake(func(c *Config) { c.Undo = 30 * time.Second })
	n.must(n.ask("mo", "desk", "/update sony-hack Another slip"))
	if r := n.press("ada", "desk", "Undo"); strings.Contains(text(r), "draft") || len(n.waiting()) != 0 {
		t.Errorf("cancelled by another: %s", text(r))
	}
}

// A draft that was begun before its story got another slug is posted there; one with a
// time ahead too.
func TestADraftFollowsARenamedStory(t *testing.T) {
	for _, at := range []string{"", "23:00"} {
		n := openTracked(t)
		n.must(n.writing(map[string]string{"text": "A draft", "at": at}))
		post := n.shown[0]
		n.must(n.ask("mo", "desk", "/desk rename sony-hack the-interview"))
		n.must(n.pressed("mo", "desk", post.Action, post.Arg))
		if got := len(n.updates("the-interview")) + len(n.waiting()); got != 2 {
			t.Errorf("%d updates of the story", got)
		}
	}
}

// The same for a story that is closed: refused, kept, and posted with Reopen and post.
func TestADraftOfAClosedStoryIsKept(t *testing.T) {
	for name, given := range map[string]map[string]string{"now": nil, "ahead": {"at": "23:00"}} {
		n := openTracked(t)
		values := map[string]string{"text": "A draft"}
		maps.Copy(values, given)
		n.must(n.writing(values))
		n.must(n.ask("mo", "desk", "/desk close sony-hack"))
		r := n.press("mo", "desk", "Post")
		has(t, name, r, "sony-hack is closed", "Nothing was posted; your draft is kept.", "[Reopen and post]", "[Change]")
		has(t, name, n.ask("mo", "desk", "/desk drafts"), "A draft")
		n.shown = r.Message.Buttons
		n.must(n.press("mo", "desk", "Reopen and post"))
		if got := len(n.updates("sony-hack")) + len(n.waiting()); got != 2 {
			t.Errorf("%s: %d updates", name, got)
		}
		story, err := n.service.Archive.Story(t.Context(), "sony-hack")
		if err != nil || story.State != stories.Developing {
			t.Errorf("%s: %+v %v", name, story, err)
		}
	}
}

func TestGoesTo(t *testing.T) {
	for n, want := range map[stories.Recipients]string{
		{}:                                "No channel follows it yet: it goes to its timeline.",
		{Total: 1}:                        "It goes to 1 channel.",
		{Total: 1, Direct: 1}:             "It goes to 1 direct message.",
		{Total: 4, Direct: 1}:             "It goes to 3 channels and 1 direct message.",
		{Total: 1, Blocked: 1}:            "It goes to 1 channel, which is blocked.",
		{Total: 4, Blocked: 1}:            "It goes to 4 channels, of which 1 is blocked.",
		{Total: 4, Direct: 1, Blocked: 2}: "It goes to 3 channels and 1 direct message, of which 2 are blocked.",
		{Total: 3, Blocked: 3}:            "It goes to 3 channels, all blocked.",
	} {
		if got := goesTo(n); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}

// A draft of a story that was merged into another goes on there: an update as the next of
// that one, a correction to the update's new number. What was to change the story itself
// is not said of the other, and is kept.
func TestADraftFollowsAMergedStory(t *testing.T) {
	for line, c := range map[string]struct {
		values map[string]string
		says   string
	}{
		"/desk write sony-hack":     {map[string]string{"text": "A draft"}, "Published update 3 of film"},
		"/desk correct sony-hack 1": {map[string]string{"text": "Nobody is confident."}, "Corrected update 2 of film"},
		"/desk edit sony-hack":      {map[string]string{"headline": "Another"}, "The story that this was to change was merged into film since; nothing was changed. To change that: /desk edit film."},
	} {
		n := openTracked(t)
		n.must(n.ask("mo", "desk", "/desk track slug:film The film"))
		n.must(n.ask("mo", "desk", "/update film It opens."))
		n.must(n.ask("mo", "desk", line))
		n.must(n.submit("mo", "desk", c.values))
		post := n.shown[0]
		n.must(n.ask("mo", "desk", "/desk merge sony-hack film"))
		n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
		has(t, line, n.pressed("mo", "desk", post.Action, post.Arg), c.says)
		if story := n.story("film"); story.Headline != "The film" {
			t.Errorf("%s: %+v", line, story)
		}
		if kept := n.drafts(); (kept == 1) != strings.Contains(line, "edit") {
			t.Errorf("%s: %d drafts", line, kept)
		}
	}
}
