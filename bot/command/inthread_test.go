package command

import (
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// threadAsker is an asker in a thread of a channel.
type threadAsker struct {
	asker
	channel string
}

func (a threadAsker) Above() (stories.Destination, bot.Asker, bool) {
	above := a.asker
	above.Where = channel(a.channel)
	return above.Where, above, true
}

// inThread asks in a thread of #news, or presses there what is offered with a label.
func (n *newsroom) inThread(input bot.Input) bot.Reply {
	n.t.Helper()
	c := n.request("mia", "thread")
	c.Input = input
	c.Asker = threadAsker{asker{c}, "news"}
	return n.handle(c)
}

func (n *newsroom) pressInThread(label string) bot.Reply {
	n.t.Helper()
	for _, b := range n.shown {
		if b.Label == label {
			return n.inThread(bot.Press{Action: b.Action, Arg: b.Arg})
		}
	}
	n.t.Fatalf("no button %q in %v", label, n.shown)
	return bot.Reply{}
}

func (n *newsroom) typeInThread(text string) bot.Reply {
	n.t.Helper()
	return n.inThread(bot.Typed{Text: text})
}

// follows is what a channel follows, a line each.
func (n *newsroom) follows(where string) (out string) {
	n.t.Helper()
	subs, err := n.service.Following.Subscriptions(n.t.Context(), channel(where))
	if err != nil {
		n.t.Fatal(err)
	}
	for _, sub := range subs {
		out += fmt.Sprintf("%s %s %s\n", sub.Target, sub.Mode, sub.State)
	}
	return out
}

// What is pressed in a thread is about the place that it belongs to: the channel above,
// whose messages are in it, or the thread, which can follow something itself.
func TestAPressInAThread(t *testing.T) {
	stop := func(n *newsroom) {
		story, err := n.service.Archive.Story(t.Context(), "sony-hack")
		if err != nil {
			t.Fatal(err)
		}
		b := bot.StopButton(story)
		n.must(n.inThread(bot.Press{Action: b.Action, Arg: b.Arg}))
	}
	const news = "sony-hack thread active\n"
	for _, c := range []struct {
		name               string
		given              func(*newsroom)
		do                 func(*newsroom)
		channelIs, ownIs   string
		thenChannel, again string // what Follow again leaves in the channel and the thread; "" where it is not offered
	}{
		{"stop", func(*newsroom) {}, stop, "", "", news, ""},
		{"stop in a thread that follows another story", func(n *newsroom) { n.must(n.typeInThread("/subscribe flood")) }, stop, "", "flood channel active\n", news, "flood channel active\n"},
		{"stop in a thread that follows it too", func(n *newsroom) {
			n.typeInThread("/subscribe sony-hack level:breaking")
			n.must(n.pressInThread("Follow it here too"))
		}, stop, news, "", news, "sony-hack channel active\n"},
		{"end from the list", func(*newsroom) {}, func(n *newsroom) {
			n.must(n.inThread(bot.Press{Action: bot.ActionList, Arg: "0"}))
			n.must(n.pressInThread("Stop here"))
		}, "", "", news, ""},
		{"pause", func(*newsroom) {}, func(n *newsroom) {
			n.must(n.inThread(bot.Press{Action: bot.ActionList, Arg: "0"}))
			n.must(n.pressInThread("Pause"))
		}, "sony-hack thread paused\n", "", "", ""},
		{"test", func(*newsroom) {}, func(n *newsroom) {
			n.must(n.inThread(bot.Press{Action: bot.ActionList, Arg: "0"}))
			n.must(n.pressInThread("Test"))
		}, news, "", "", ""},
		{"the answer to a question", func(*newsroom) {}, func(n *newsroom) {
			n.typeInThread("/subscribe sony-hak")
			n.pressInThread("Follow sony-hack")
			n.must(n.pressInThread("Follow it here too"))
		}, news, "sony-hack channel active\n", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("mo", "news", "/desk track slug:flood topics:rain The Rhine rises"))
			n.must(n.ask("mia", "news", "/subscribe sony-hack mode:thread"))
			c.given(n)
			c.do(n)
			if got, own := n.follows("news"), n.follows("thread"); got != c.channelIs || own != c.ownIs {
				t.Errorf("the channel follows %q and the thread %q, want %q and %q", got, own, c.channelIs, c.ownIs)
			}
			if c.thenChannel == "" {
				return
			}
			n.must(n.pressInThread("Follow again"))
			if got, own := n.follows("news"), n.follows("thread"); got != c.thenChannel || own != c.again {
				t.Errorf("again: the channel follows %q and the thread %q, want %q and %q", got, own, c.thenChannel, c.again)
			}
		})
	}
}

// What stops a story in a thread twice offers nothing that would have the thread follow.
func TestASecondStopInAThread(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mia", "news", "/subscribe sony-hack"))
	story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
	b := bot.StopButton(story)
	for range 2 {
		n.must(n.inThread(bot.Press{Action: b.Action, Arg: b.Arg}))
	}
	if got := transcript(n.last); strings.Contains(got, "Follow again") {
		t.Error(got)
	}
}

// TestReadingInAThread: what readers ask in a thread that follows nothing of its own is
// about the channel above, and says so; in one that does, about itself; and what is
// subscribed there is the thread's.
func TestReadingInAThread(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mia", "news", "/subscribe sony-hack level:breaking"))
	ask := func(typed string) string {
		t.Helper()
		name, text, _ := strings.Cut(strings.TrimPrefix(typed, "/"), " ")
		return bot.PlainText(n.inThread(bot.Typed{Name: name, Text: text}).Message)
	}
	for typed, want := range map[string]string{
		"/why sony-hack": "breaking", "/subscriptions": "sony-hack", "/catchup": "", "/story sony-hack": "",
	} {
		got := ask(typed)
		if about := strings.Contains(got, "about that channel"); !strings.Contains(got, want) || about == (typed == "/story sony-hack") {
			t.Errorf("%s in the thread: %q", typed, got)
		}
		if strings.Contains(got, "follows nothing. ") {
			t.Errorf("%s in the thread is about the thread: %q", typed, got)
		}
	}
	if got := ask("/subscribe all"); !strings.Contains(got, "now follows") {
		t.Error(got)
	}
	if got := ask("/subscriptions"); strings.Contains(got, "about that channel") || strings.Contains(got, "sony-hack") {
		t.Errorf("the thread's own: %q", got)
	}
}

// What came into a thread by the channel above it is told of there also once the channel
// does not follow it any more; what the thread followed itself is its own.
func TestWhyInAThreadOfWhatIsNotFollowedAnyMore(t *testing.T) {
	const neither = "follows neither the story nor a topic of it"
	for name, c := range map[string]struct {
		given func(*newsroom)
		says  string
		not   string
	}{
		"the channel stopped it": {func(n *newsroom) { n.must(n.ask("mia", "news", "/unsubscribe sony-hack")) }, cameAbove, neither},
		"the channel follows something other": {func(n *newsroom) {
			n.must(n.ask("mia", "news", "/unsubscribe sony-hack"))
			n.must(n.ask("mia", "news", "/subscribe topic:rain"))
		}, "Update 2", neither},
		"nor anything came": {func(n *newsroom) {
			n.must(n.ask("mo", "news", "/desk track slug:flood The Rhine rises"))
			n.must(n.ask("mo", "news", "/update flood It rose."))
		}, "Update 2", neither},
	} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("mia", "news", "/subscribe sony-hack mode:thread"))
			n.must(n.ask("mo", "news", "/update sony-hack The FBI blames them."))
			n.work(n.reading(new(strings.Builder)))
			c.given(n)
			n.must(n.typeInThread("/why sony-hack"))
			said := transcript(n.last)
			if !strings.Contains(said, c.says) || strings.Contains(said, c.not) || !strings.Contains(said, "Update 2 was sent") {
				t.Errorf("/why there: %s", said)
			}
			story, err := n.service.Archive.Story(t.Context(), "sony-hack")
			if err != nil {
				t.Fatal(err)
			}
			b := bot.NewButton("Newest", bot.ActionWhy, story.ID, 0)
			n.must(n.inThread(bot.Press{Action: b.Action, Arg: b.Arg}))
			if said := transcript(n.last); !strings.Contains(said, "Update 2 was sent") {
				t.Errorf("pressed: %s", said)
			}
			n.must(n.ask("mo", "news", "/desk track slug:fire A fire"))
			n.must(n.ask("mo", "news", "/update fire It burns."))
			if said := transcript(n.typeInThread("/why fire")); strings.Contains(said, cameAbove) || !strings.Contains(said, "not sent") && !strings.Contains(said, "Nothing was sent here") {
				t.Errorf("/why of a story that never came: %s", said)
			}
		})
	}
}
