package command

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// The answer to a new subscription follows the message that shows it in the channel:
// it stays when that arrives, and says why and what to do when it does not.
func TestTheAnswerFollowsTheCard(t *testing.T) {
	const first = "This channel now follows sony-hack: every update."
	for _, c := range []struct {
		name   string
		result func(stories.Delivery) stories.Result
		says   []string
		button string
	}{
		{"it arrived", delivered, []string{first}, ""},
		{"nobody knows whether it did", func(stories.Delivery) stories.Result {
			return stories.Result{State: stories.Unknown, Unknown: true, Reason: "could not be settled"}
		}, []string{first}, ""},
		{"the channel refuses it", blocking, []string{"It could not be posted here.", "does not let the bot post.", "can grant Send Messages", "follows sony-hack all the same"}, "Try again"},
		{"the message is refused", func(stories.Delivery) stories.Result {
			return stories.Result{State: stories.Failed, Reason: "has a filter that refuses the message. The desk can reword it."}
		}, []string{"It could not be posted here.", "has a filter", "its updates come"}, ""},
		{"the channel is gone", func(stories.Delivery) stories.Result {
			return stories.Result{State: stories.Failed, Destination: stories.Gone, Reason: "no longer exists"}
		}, []string{"It could not be posted here.", "no longer exists"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("ria", "general", "/subscribe sony-hack"))
			if got := bot.PlainText(n.last.Message); got != first {
				t.Fatalf("the answer is %q", got)
			}
			live := n.last.Live
			if m, done, err := live(t.Context()); err != nil || done || bot.PlainText(m) != first {
				t.Errorf("while it is on its way: %q, %v, %v", bot.PlainText(m), done, err)
			}
			n.work(c.result)
			m, done, err := live(t.Context())
			if err != nil || !done {
				t.Fatalf("in the end: %v, %v", done, err)
			}
			for _, want := range c.says {
				if !strings.Contains(bot.PlainText(m), want) {
					t.Errorf("it does not say %q: %s", want, bot.PlainText(m))
				}
			}
			if got := len(m.Buttons) > 0 && m.Buttons[0].Label == c.button; c.button != "" && !got {
				t.Errorf("the buttons are %v", m.Buttons)
			}
		})
	}
	t.Run("it takes long", func(t *testing.T) {
		n := openTracked(t)
		n.must(n.ask("ria", "general", "/subscribe sony-hack"))
		n.now = n.now.Add(postedFor)
		if m, done, err := n.last.Live(t.Context()); err != nil || !done || bot.PlainText(m) != first {
			t.Errorf("then: %q, %v, %v", bot.PlainText(m), done, err)
		}
	})
	t.Run("it is forgotten", func(t *testing.T) {
		n := openTracked(t)
		n.must(n.ask("ria", "general", "/subscribe sony-hack"))
		n.work(delivered)
		n.now = n.now.Add(3 * 365 * 24 * time.Hour)
		if err := n.store.Prune(t.Context(), n.now); err != nil {
			t.Fatal(err)
		}
		if m, done, err := n.last.Live(t.Context()); err != nil || !done || bot.PlainText(m) != first {
			t.Errorf("then: %q, %v, %v", bot.PlainText(m), done, err)
		}
	})
	t.Run("nothing new is shown", func(t *testing.T) {
		n := openTracked(t)
		n.must(n.ask("ria", "general", "/subscribe sony-hack"))
		n.work(delivered)
		n.must(n.ask("ria", "general", "/subscribe sony-hack level:breaking"))
		if n.last.Live != nil || n.said() != "" {
			t.Errorf("another level is told: %v, %q", n.last.Live != nil, n.said())
		}
	})
}

// said sends all that is owed and returns what the notices among it say.
func (n *newsroom) said() string {
	n.t.Helper()
	var b strings.Builder
	n.work(n.reading(&b))
	return strings.TrimSpace(b.String())
}

// A command that comes again under its key, as platforms send them again, is told
// once in the channel and answered alike.
func TestARepeatedCommandIsToldOnce(t *testing.T) {
	n := openTracked(t)
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		input bot.Input
		told  string
	}{
		{bot.Typed{Name: "subscribe", Text: "sony-hack"}, "Ria subscribed this channel to sony-hack"},
		{bot.Press{Action: bot.ActionStop, Arg: fmt.Sprint(story.ID)}, "Ria stopped sony-hack here."},
		{bot.Press{Action: bot.ActionAgain, Arg: fmt.Sprintf("%d.s%d", stories.Breaking, story.ID)}, "Ria subscribed this channel to sony-hack · breaking updates only"},
		{bot.Press{Action: bot.ActionEnd, Arg: "2"}, "Ria stopped sony-hack here."},
		{bot.Typed{Name: "subscribe", Text: "all"}, "Ria subscribed this channel to all stories"},
		{bot.Press{Action: bot.ActionStop, Arg: fmt.Sprint(story.ID)}, "Ria stopped sony-hack here."},
		{bot.Press{Action: bot.ActionAgain, Arg: fmt.Sprintf("0.s%d", story.ID)}, "Ria brought sony-hack back here; its updates come by all: every update."},
		{bot.Typed{Name: "unsubscribe", Text: "all"}, "Ria stopped all stories here."},
	} {
		cmd := n.request("ria", "general")
		cmd.Input = c.input
		first := transcript(n.handle(cmd))
		if again := transcript(n.handle(cmd)); again != first {
			t.Errorf("%s is answered %q, and again %q", bot.Describe(c.input), first, again)
		}
		if got := n.said(); strings.Count(got, c.told) != 1 || strings.Count(got, "(to ") != 1 {
			t.Errorf("%s: the channel is told %q", bot.Describe(c.input), got)
		}
		if again := transcript(n.handle(cmd)); again != first || n.said() != "" {
			t.Errorf("%s comes once more: %q", bot.Describe(c.input), again)
		}
	}
}

// What Follow again puts back is what was stopped: its level, a mute alone, a topic.
func TestFollowAgainPutsBackWhatWas(t *testing.T) {
	follows := func(n *newsroom) string {
		subs, err := n.service.Following.Subscriptions(t.Context(), channel("general"))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range subs {
			out = append(out, s.Target.String()+" "+s.Level.String())
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct{ name, stop, want string }{
		{"a story from a level on", "/unsubscribe sony-hack", "sony-hack breaking, topic:film normal, all minor"},
		{"a topic", "/unsubscribe topic:film", "sony-hack breaking, topic:film normal, all minor"},
		{"all", "/unsubscribe all", "sony-hack breaking, topic:film normal, all minor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			for _, line := range []string{"/subscribe sony-hack level:breaking", "/subscribe topic:film level:normal", "/subscribe all"} {
				n.must(n.ask("ria", "general", line))
			}
			n.must(n.ask("ria", "general", c.stop))
			if got := follows(n); got == c.want {
				t.Fatalf("it still follows %s", got)
			}
			n.must(n.press("ria", "general", "Follow again"))
			if got := follows(n); got != c.want {
				t.Errorf("it follows %s, want %s", got, c.want)
			}
		})
	}
	t.Run("a topic whose name fits no button", func(t *testing.T) {
		n := openTracked(t)
		topic := "topic:" + strings.Repeat("x", 64)
		n.must(n.ask("ria", "general", "/subscribe "+topic))
		n.must(n.ask("ria", "general", "/subscriptions"))
		n.must(n.press("ria", "general", "Stop here")) // it names the subscription by its number
		if len(n.last.Message.Buttons) != 0 {
			t.Errorf("buttons: %v", n.last.Message.Buttons)
		}
	})
	t.Run("what brought the story has ended too", func(t *testing.T) {
		n := openTracked(t)
		story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
		n.must(n.ask("ria", "general", "/subscribe all"))
		n.must(n.pressed("ria", "general", bot.ActionStop, fmt.Sprint(story.ID)))
		n.must(n.ask("ria", "general", "/unsubscribe all"))
		reply := n.pressed("ria", "general", bot.ActionAgain, fmt.Sprintf("0.s%d", story.ID))
		if !reply.Failed || !strings.Contains(transcript(reply), "is not followed here any more") {
			t.Errorf("answer: %s", transcript(reply))
		}
		n.must(n.press("ria", "general", "Follow sony-hack"))
	})
	t.Run("what nobody wrote", func(t *testing.T) {
		n := openTracked(t)
		for _, arg := range []string{"1.", "1.s", "1.s-1", "1.sx", "1.x", "9.s1", "1.t", "1.ta/b", "4.a", "1.s99"} {
			if reply := n.pressed("ria", "general", bot.ActionAgain, arg); !reply.Failed || !strings.Contains(transcript(reply), "older message") {
				t.Errorf("%q: %s", arg, transcript(reply))
			}
		}
		if got := follows(n); got != "" {
			t.Errorf("it follows %s", got)
		}
	})
}

// Stop pressed where nothing comes any more changes nothing, and says how it is.
func TestStopTwice(t *testing.T) {
	n := openTracked(t)
	story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
	for _, c := range []struct{ follow, want string }{
		{"/subscribe sony-hack", "do not come to this channel any more; nothing was changed"},
		{"/subscribe all", "were stopped here before; nothing was changed"},
	} {
		n.must(n.ask("ria", "general", c.follow))
		n.must(n.pressed("ria", "general", bot.ActionStop, fmt.Sprint(story.ID)))
		n.said()
		reply := n.pressed("ria", "general", bot.ActionStop, fmt.Sprint(story.ID))
		if !strings.Contains(transcript(reply), c.want) || n.said() != "" {
			t.Errorf("%s, stopped twice: %s", c.follow, transcript(reply))
		}
	}
	n.must(n.press("ria", "general", "Follow again"))
	if !strings.Contains(transcript(n.last), "again, by all") {
		t.Errorf("taken back: %s", transcript(n.last))
	}
}
