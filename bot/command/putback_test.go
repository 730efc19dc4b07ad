package command

import (
	"strings"
	"testing"

	"storybot/bot"
)

// putBack leaves an update owed to two channels, and has the database put back.
func putBack(t *testing.T) *newsroom {
	t.Helper()
	n := openTracked(t)
	n.must(n.ask("ada", "general", "/subscribe sony-hack"))
	n.must(n.ask("ada", "news", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack The studio cancels the film."))
	if waits, err := n.store.Restored(t.Context()); err != nil || waits != 2 {
		t.Fatalf("%d wait, %v", waits, err)
	}
	return n
}

// pushes presses a button of a message by its label.
func (n *newsroom) pushes(name string, on bot.Reply, label string) bot.Reply {
	n.t.Helper()
	for _, b := range offers(on.Message) {
		if b.Label == label {
			c := n.request(name, "general")
			c.Input = bot.Press{Action: b.Action, Arg: b.Arg}
			return n.handle(c)
		}
	}
	n.t.Fatalf("no button %q in:\n%s", label, bot.PlainText(on.Message))
	return bot.Reply{}
}

func says(t *testing.T, r bot.Reply, words string) {
	t.Helper()
	if text := bot.PlainText(r.Message); !strings.Contains(text, words) {
		t.Errorf("it says:\n%s\nwant %q", text, words)
	}
}

func TestStatusBeginsWithWhatWasPutBack(t *testing.T) {
	n := putBack(t)
	status := n.ask("mo", "general", "/desk status")
	if first := bot.PlainText(bot.Message{Blocks: status.Message.Blocks[:1]}); !strings.HasPrefix(first, "2 messages for 2 channels wait for a decision") || !strings.Contains(first, "the database was put back") {
		t.Errorf("it begins with %q", first)
	}
	says(t, n.ask("mo", "general", "/why sony-hack"), "Update 2 waits.\n  This channel may have got it already: the database was put back, and a moderator decides in /desk status.")

	for _, label := range []string{settleLabel, releaseLabel} {
		if r := n.pushes("tom", status, label); !r.Failed || !strings.Contains(bot.PlainText(r.Message), "Only moderators") {
			t.Errorf("%s by a reader: %s", label, bot.PlainText(r.Message))
		}
	}
	says(t, n.pushes("mo", status, settleLabel), "2 messages: being looked for")
	after := n.ask("mo", "general", "/desk status")
	says(t, after, "2 messages of a database that was put back: being looked for")
	if left := after.Message.Buttons; len(left) != 1 || left[0].Action != bot.ActionStatus {
		t.Errorf("it still offers %v", after.Message.Buttons)
	}
	says(t, n.ask("mo", "general", "/why sony-hack"), "Update 2 is being looked for here: it may have been sent before the database was put back.")
	says(t, n.pushes("mo", status, settleLabel), "Nothing of a database that was put back waits")
	says(t, n.pushes("mo", status, releaseLabel), "Nothing of a database that was put back waits")
	says(t, n.ask("mo", "general", "/desk log"), "had 2 deliveries of a database that was put back looked for")
}

func TestReleaseAsksFirst(t *testing.T) {
	n := putBack(t)
	status := n.ask("mo", "general", "/desk status")
	asked := n.pushes("mo", status, releaseLabel)
	says(t, asked, "Send 2 messages to 2 channels, although they may be there twice then? That cannot be undone.")
	if back, err := n.service.PutBacks.PutBack(t.Context(), user("mo")); err != nil || back.Waiting != 2 {
		t.Fatalf("before it is confirmed %+v, %v", back, err)
	}
	says(t, n.pushes("mo", asked, "Send all of it"), "Released 2 messages")
	says(t, n.pushes("mo", asked, "Send all of it"), "Nothing of a database that was put back waits")
	if strings.Contains(bot.PlainText(n.ask("mo", "general", "/desk status").Message), "put back") {
		t.Error("the status still speaks of it")
	}
}

// A button of one time decides nothing about another.
func TestAnOldButtonDecidesNothingAboutAnotherCopy(t *testing.T) {
	n := putBack(t)
	status := n.ask("mo", "general", "/desk status")
	asked := n.pushes("mo", status, releaseLabel)
	if _, err := n.store.Restored(t.Context()); err != nil {
		t.Fatal(err)
	}
	for label, on := range map[string]bot.Reply{settleLabel: status, releaseLabel: status, "Send all of it": asked} {
		if r := n.pushes("mo", on, label); !r.Failed {
			t.Errorf("%s: %s", label, bot.PlainText(r.Message))
		}
	}
	if back, err := n.service.PutBacks.PutBack(t.Context(), user("mo")); err != nil || back.Waiting != 2 || back.Generation != 2 {
		t.Errorf("%+v, %v", back, err)
	}
}

// What waits for a moderator does not come when somebody has a blocked channel
// tried again, and nobody is told that it does, nor that all has been sent.
func TestWhatWaitsForAModeratorIsNotPromised(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack The studio cancels the film."))
	n.work(blocking)
	if waits, err := n.store.Restored(t.Context()); err != nil || waits != 1 {
		t.Fatalf("%d wait, %v", waits, err)
	}
	status := n.ask("mo", "general", "/desk status")
	if text := bot.PlainText(status.Message); strings.Contains(text, "All is well") {
		t.Errorf("the status says:\n%s", text)
	}
	says(t, status, "1 message for 1 channel waits for a decision")
	again := n.pushes("ria", n.ask("ria", "general", "/subscriptions"), "Try again")
	says(t, again, "The bot can write here again. 1 message from before the database was put back may be here already: a moderator decides")
	if text := bot.PlainText(again.Message); strings.Contains(text, "comes now") {
		t.Errorf("it promises:\n%s", text)
	}
}

// One message has the words of one.
func TestOneMessagePutBack(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack The studio cancels the film."))
	back := func() bot.Reply {
		if waits, err := n.store.Restored(t.Context()); err != nil || waits != 1 {
			t.Fatalf("%d wait, %v", waits, err)
		}
		return n.ask("mo", "general", "/desk status")
	}
	asked := n.pushes("mo", back(), releaseLabel)
	says(t, asked, "Send 1 message to 1 channel, although it may be there twice then? That cannot be undone. Settle against history looks first whether it is there.")
	if b := asked.Message.Buttons[0]; b.Style != bot.Danger {
		t.Errorf("what cannot be undone looks like anything else: %+v", b)
	}
	says(t, n.pushes("mo", asked, "Send all of it"), "Released 1 message: it is being sent, and may be there twice.")
	says(t, n.ask("mo", "general", "/desk log"), "released 1 delivery of a database")
	says(t, n.pushes("mo", back(), settleLabel), "1 message: being looked for in its channel.")
	says(t, n.ask("mo", "general", "/desk status"), "1 message of a database that was put back: being looked for in its channel.")
}

// A block and a put back database at once: what a moderator decides about does
// not come when somebody tries again.
func TestABlockPromisesOnlyWhatIsHeld(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack The studio cancels the film."))
	n.work(blocking)
	if _, err := n.store.Restored(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, ask := range []string{"/why sony-hack", "/subscriptions"} {
		if text := bot.PlainText(n.ask("ria", "general", ask).Message); strings.Contains(text, "what waits comes") {
			t.Errorf("%s promises:\n%s", ask, text)
		}
	}
}

func TestResumedWords(t *testing.T) {
	for _, c := range []struct {
		held, undecided int
		want            string
	}{
		{0, 0, "The bot can write here again."},
		{3, 0, "The bot can write here again; the 3 updates that waited come now."},
		{1, 2, "The bot can write here again; the update that waited comes now. 2 messages from before the database was put back may be here already: a moderator decides in /desk status whether to send what waits."},
	} {
		if got := resumedWords(c.held, c.undecided); got != c.want {
			t.Errorf("%d held, %d undecided: %s", c.held, c.undecided, got)
		}
	}
}
