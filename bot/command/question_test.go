package command

import (
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// levels are the levels of sony-hack's updates, oldest first.
func (n *newsroom) levels() string {
	n.t.Helper()
	story, err := n.service.Archive.Story(n.t.Context(), "sony-hack")
	if err != nil {
		n.t.Fatal(err)
	}
	updates, err := n.service.Archive.Timeline(n.t.Context(), story.ID, 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	var levels []string
	for _, u := range updates {
		levels = append([]string{u.Level.String()}, levels...)
	}
	return strings.Join(levels, " ")
}

// Each answer of a question does one thing, once, whichever is pressed first
// and however often.
func TestEachReadingRunsOnce(t *testing.T) {
	for first, want := range []string{"normal breaking", "normal normal"} {
		n := openTracked(t)
		before := n.state()
		asked := n.ask("mo", "general", "/update sony-hack —level:breaking Sony waits.")
		if !asked.Failed || len(asked.Message.Buttons) != 2 || n.state() != before {
			t.Fatalf("asked: %s", transcript(asked))
		}
		buttons := asked.Message.Buttons
		for range 2 {
			n.must(n.pressed("mo", "general", buttons[first].Action, buttons[first].Arg))
			n.must(n.pressed("mo", "general", buttons[1-first].Action, buttons[1-first].Arg))
		}
		if got := n.levels(); got != want {
			t.Errorf("answer %d: levels %q, want %q", first, got, want)
		}
	}
}

func TestReadingNeedsTheRightStill(t *testing.T) {
	for i := range 2 {
		n := openTracked(t)
		button := n.ask("mo", "general", "/update sony-hack Sony waits. level:breaking").Message.Buttons[i]
		if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
			t.Fatal(err)
		}
		if reply := n.pressed("mo", "general", button.Action, button.Arg); !reply.Failed || n.levels() != "normal" {
			t.Errorf("answer: %s", transcript(reply))
		}
	}
}

// Whoever may not give a command is refused, not asked; nothing is kept of it.
func TestOnlyWhoMayIsAsked(t *testing.T) {
	n := openTracked(t)
	for _, tt := range []struct{ who, line, says string }{
		{"ria", "/update sony-hack —level:breaking Sony waits.", "Only moderators"},
		{"ria", "/update sony-hack Sony waits. level:breaking", "Only moderators"},
		{"ria", "/desk track Sony hacked topics:film", "Only moderators"},
		{"ria", "/update nosuch Sony waits.", "Only moderators"},
		{"ria", "/update sony-hack", "Only moderators"},
		{"tom", "/subscribe sony-hack level=breaking", "Ask someone with Manage Channels"},
		{"mo", "/desk moderators action=add usr:console:tom", "Only admins"},
	} {
		reply := n.ask(tt.who, "general", tt.line)
		if !reply.Failed || len(reply.Message.Buttons) > 0 || !strings.Contains(bot.PlainText(reply.Message), tt.says) {
			t.Errorf("%s: %s", tt.line, transcript(reply))
		}
	}
}

// An unknown story is named before anything else that is wrong, with the nearest
// ones to press.
func TestAnUnknownStoryComesFirst(t *testing.T) {
	n := openTracked(t)
	for _, line := range []string{
		"/update sony-hakc", "/update sony-hakc level:loud Text", "/update sony-hakc level:\"x Text", "/update sony-hakc —level:breaking Text", "/update sony-hakc at:tomorrow Text", "/update sony-hakc source:x Text",
		"/update story:sony-hakc", "/update story: sony-hakc text: x", "/desk close sony-hakc", "/desk reopen sony-hakc", "/desk log sony-hakc", "/why sony-hakc x", "/story sony-hakc", "/story sony-hakc 4x",
		"/subscribe sony-hakc level:loud", "/subscribe sony-hakc level=breaking", "/subscribe sony-hakc", "/unsubscribe sony-hakc",
	} {
		reply := n.ask("mo", "general", line)
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, `No story is called “sony-hakc”`) || len(offers(reply.Message)) == 0 || !strings.HasSuffix(offers(reply.Message)[0].Label, "sony-hack") {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
}

func TestInvisibleCharactersAreNotThere(t *testing.T) {
	for _, line := range []string{
		"/update sony-hack \u200Blevel:breaking Sony waits.", "/update sony-hack lev\u00ADel:breaking Sony waits.", "/update sony-hack level\u2060:\u200Bbreaking Sony waits.",
		"/update \uFEFFsony-hack\u200B level:\u3164breaking Sony waits.", "/update\u00A0sony-hack\u3000level:breaking\u2003Sony waits.", "/\u200Bupdate sony-hack level:break\u202Eing Sony waits.",
		"/update sony-hack level:breaking\uFE0F Sony waits.", "/update sony-hack level:breaking\U000E0062\U000E007F Sony waits.",
	} {
		n := openTracked(t)
		if n.must(n.ask("mo", "general", line)); n.levels() != "normal breaking" {
			t.Errorf("%q: levels %s", line, n.levels())
		}
	}
	n := openTracked(t)
	n.must(n.typed("mo", "general", "update", map[string]string{"story": "\u200Bsony-hack", "text": "Sony\u2060 waits \U0001F468\u200D\U0001F469.\n\tIndented", "level": "breaking\u200B"}))
	story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
	if u, _ := n.service.Archive.Update(t.Context(), story.ID, 2); u.Text != "Sony waits \U0001F468\u200D\U0001F469.\n\tIndented" || u.Level != stories.Breaking {
		t.Errorf("update = %+v", u)
	}
	for _, text := range []string{"\u3164", "\u115F\u1160", "\uFFA0\u200B", "\U000E0041"} {
		if reply := n.ask("mo", "general", "/update sony-hack "+text); reply.Form == nil {
			t.Errorf("%q was published", text)
		}
	}
}

// The same search has the same note, so that repeating it fills nothing.
func TestASearchIsKeptOnce(t *testing.T) {
	n := openStaffed(t)
	long := strings.Repeat("word ", 60)
	first, err := n.readers.listing.packQuery(t.Context(), user("ria"), stories.CutQuery(long))
	if err != nil {
		t.Fatal(err)
	}
	second, err := n.readers.listing.packQuery(t.Context(), user("ria"), stories.CutQuery(long))
	if err != nil || first != second {
		t.Errorf("%q and %q, %v", first, second, err)
	}
	kept, err := n.readers.listing.unpackQuery(t.Context(), first)
	if err != nil || len([]rune(kept)) > stories.MaxQuery || !strings.HasPrefix(long, kept) {
		t.Errorf("kept %d characters, %v", len([]rune(kept)), err)
	}
	if other, _ := n.readers.listing.packQuery(t.Context(), user("ria"), strings.Repeat("other ", 30)); other == first {
		t.Error("another search has the same note")
	}
}

// What a question was about is forgotten after a day; nobody remembers what
// the button of an older one would publish.
func TestAQuestionIsTooOldAfterADay(t *testing.T) {
	n := openTracked(t)
	buttons := n.ask("mo", "general", "/update sony-hack Sony waits. level:breaking").Message.Buttons
	n.now = n.now.Add(47 * time.Hour)
	for _, b := range buttons {
		if reply := n.pressed("mo", "general", b.Action, b.Arg); !reply.Failed || n.levels() != "normal" {
			t.Errorf("%s: %s", b.Label, transcript(reply))
		}
	}
}

// Turning pages of long searches keeps notes of its own kind.
func TestSearchesPushOutNoQuestion(t *testing.T) {
	n := openTracked(t)
	button := n.ask("mo", "general", "/update sony-hack Sony waits. level:breaking").Message.Buttons[0]
	for i := range stories.MaxNotes + 1 {
		n.now = n.now.Add(time.Second)
		if _, err := n.readers.listing.packQuery(t.Context(), user("mo"), strings.Repeat("long search ", 10)+strings.Repeat("x", i)); err != nil {
			t.Fatal(err)
		}
	}
	n.must(n.pressed("mo", "general", button.Action, button.Arg))
	if got := n.levels(); got != "normal breaking" {
		t.Errorf("levels %q", got)
	}
}

// Only what can be done is offered; what cannot be done either way is refused.
func TestOnlyWhatCanBeDoneIsOffered(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/desk track slug:over Another story"))
	n.must(n.ask("mo", "general", "/update over It ends."))
	n.must(n.ask("mo", "general", "/desk close over"))
	before := n.state()
	for _, tt := range []struct {
		line    string
		buttons []string
		says    string
	}{
		{"/update over —level:breaking Sony waits.", nil, "over is closed"},
		{"/update over It ends.", nil, "over is closed"},
		{"/update sony-hack —at:2030-01-01 Sony waits.", []string{"As typed"}, "a day ahead without a time of day"},
		{"/update sony-hack Sony waits. source=https://a:b@c.example", []string{"As typed"}, "user name or a password"},
		{"/update sony-hack —level:breaking", []string{"As typed"}, "text is missing"},
		{"/update sony-hack Sony waits. " + strings.Repeat("x", 7980) + " level:breaking", []string{"Use level:breaking"}, "at most 8000 fit"},
		{"/desk track Sony waits slug:sony-hack", []string{"As typed"}, "slug:sony-hack-2"},
		{"/desk track Sony waits slug:Sony_Hack!", []string{"As typed"}, "small letters"},
		{"/desk track " + strings.Repeat("x", 149) + " topics:film", []string{"Use topics:film"}, "at most 150 fit"},
		{"/desk track " + strings.Repeat("x", 160) + " topics:film", nil, "at most 150 fit"},
	} {
		n.now = n.now.Add(time.Second)
		reply := n.ask("mo", "general", tt.line)
		var labels []string
		for _, b := range reply.Message.Buttons {
			labels = append(labels, b.Label)
		}
		if !reply.Failed || strings.Join(labels, "|") != strings.Join(tt.buttons, "|") || !strings.Contains(bot.PlainText(reply.Message), tt.says) {
			t.Errorf("%.60s: %s", tt.line, transcript(reply))
		}
	}
	if n.state() != before {
		t.Error("something was published unasked")
	}
}

// The same request asks the same question in another process, for an hour.
func TestAQuestionIsAskedOnce(t *testing.T) {
	n := openTracked(t)
	c := n.request("mo", "general")
	c.Input = bot.Typed{Name: "update", Text: "sony-hack —level:breaking Sony waits."}
	first := n.handle(c).Message.Buttons
	n.now = n.now.Add(time.Minute)
	n.Mux = New(Config{Stories: Over(n.service)})
	second := n.handle(c).Message.Buttons
	if len(first) != 2 || len(second) != 2 || first[0] != second[0] || first[1] != second[1] {
		t.Fatalf("%v and %v", first, second)
	}
	n.must(n.pressed("mo", "general", first[0].Action, first[0].Arg))
	n.must(n.pressed("mo", "general", second[1].Action, second[1].Arg))
	if got := n.levels(); got != "normal breaking" {
		t.Errorf("levels %s", got)
	}
	third := n.ask("mo", "general", "/update sony-hack —level:breaking Sony waits.").Message.Buttons
	if third[0].Arg == first[0].Arg {
		t.Error("another request has the same question")
	}
	n.now = n.now.Add(time.Hour + time.Second)
	if reply := n.pressed("mo", "general", third[0].Action, third[0].Arg); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "for 60 minutes") || n.levels() != "normal breaking" {
		t.Errorf("an hour later: %s", transcript(reply))
	}
}

// Both readings may have been posted before: each asks again, one is posted.
func TestAQuestionThatLeadsToAnotherIsOneDeed(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/update sony-hack text:River rises"))
	n.must(n.ask("mo", "general", "/update sony-hack text:\"River rises level:minor\""))
	asked := n.ask("mo", "general", "/update sony-hack River rises level:minor").Message.Buttons
	var again []bot.Button
	for _, b := range asked {
		reply := n.pressed("mo", "general", b.Action, b.Arg)
		if len(reply.Message.Buttons) != 2 {
			t.Fatalf("%s: %s", b.Label, transcript(reply))
		}
		again = append(again, reply.Message.Buttons[0])
	}
	for _, b := range again {
		n.must(n.pressed("mo", "general", b.Action, b.Arg))
	}
	if got := n.levels(); got != "normal normal normal minor" {
		t.Errorf("levels %s", got)
	}
}
