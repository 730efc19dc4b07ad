package command

import (
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// What is pressed by who may not, where the bot may not post, of what has ended, too
// often, or again is answered in words, and posts nothing it should not.
func TestWhoPressesTest(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.said()
	n.must(n.ask("ria", "general", "/subscriptions"))
	test := n.request("ria", "general")
	for _, b := range n.shown {
		if b.Label == "Test" {
			test.Input = bot.Press{Action: b.Action, Arg: b.Arg}
		}
	}
	posted := func() int { return strings.Count(n.said(), "This is a test") }
	pressed := test.Input.(bot.Press)

	for name, where := range map[string]string{"tom": "general", "ria": "broken"} {
		if r := n.pressed(name, where, pressed.Action, pressed.Arg); !r.Failed || posted() != 0 {
			t.Errorf("%s in %s: %s", name, where, transcript(r))
		}
	}
	has(t, "without the right", n.pressed("tom", "general", pressed.Action, pressed.Arg), "Only people who manage this channel")
	has(t, "where the bot may not post", n.pressed("ria", "broken", pressed.Action, pressed.Arg), "lacks Send Messages", "An admin of the server can grant them")
	has(t, "elsewhere", n.pressed("ria", "other", pressed.Action, pressed.Arg), "Nothing was changed")

	first := n.handle(test)
	again := n.handle(test)
	if transcript(first) != transcript(again) || posted() != 1 {
		t.Errorf("one press that came twice: %s, then %s", transcript(first), transcript(again))
	}
	n.now = n.now.Add(time.Hour)
	for i := range testsAMinute + 1 {
		r := n.pressed("ria", "general", pressed.Action, pressed.Arg)
		if r.Failed != (i == testsAMinute) {
			t.Errorf("press %d: %s", i+1, transcript(r))
		}
	}
	if got := posted(); got != testsAMinute {
		t.Errorf("%d tests were posted in a minute", got)
	}
	n.now = n.now.Add(time.Hour)
	n.must(n.ask("ria", "general", "/unsubscribe sony-hack"))
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.said()
	if r := n.pressed("ria", "general", pressed.Action, pressed.Arg); !r.Failed || posted() != 0 {
		t.Errorf("of what has ended: %s", transcript(r))
	}
	has(t, "of what has ended", n.last, "Nothing was changed", "ended since", "every update")
}

// A message that cannot be taken away says that it was the test, and the answer says who
// can take it away.
func TestATestThatCannotBeTakenAway(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.said()
	n.must(n.ask("ria", "general", "/subscriptions"))
	r := n.press("ria", "general", "Test")
	n.must(r)
	var edited bot.Message
	n.work(func(d stories.Delivery) stories.Result {
		switch d.Op {
		case stories.OpDelete:
			return stories.Result{State: stories.Skipped, Reason: "does not let the bot delete this message; it still stands there. A moderator of the server can delete it."}
		case stories.OpEdit:
			c, err := n.store.Content(t.Context(), stories.SubjectOf(d.About, d.Op, d.ID), 1)
			if err != nil {
				t.Fatal(err)
			}
			edited = bot.RenderContent(c)
		}
		return delivered(d)
	})
	if said := bot.PlainText(edited); !strings.HasPrefix(said, "Test passed") || !edited.Silent || len(edited.Buttons) > 0 {
		t.Errorf("it says: %s", said)
	}
	m, done, err := r.Live(t.Context())
	if said := bot.PlainText(m); err != nil || !done || !strings.Contains(said, "Test passed") || !strings.Contains(said, "A moderator of the server can delete it.") {
		t.Errorf("the answer: %s, %v, %v", said, done, err)
	}
}

// A test that was posted and not yet taken away is over for the answer after a while, and
// one that was not posted says what to do.
func TestAnAnswerToATestEnds(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.said()
	n.must(n.ask("ria", "general", "/subscriptions"))
	r := n.press("ria", "general", "Test")
	if _, done, err := r.Live(t.Context()); err != nil || done {
		t.Errorf("at first: %v, %v", done, err)
	}
	n.now = n.now.Add(postedFor + time.Second)
	m, done, err := r.Live(t.Context())
	if said := bot.PlainText(m); err != nil || !done || !strings.Contains(said, "has not been posted yet") {
		t.Errorf("later: %s, %v, %v", said, done, err)
	}
}
