package command

import (
	"strings"
	"testing"

	"storybot/bot"
)

// What is typed in a thread is about the channel above it where that follows what is named
// and the thread does not, and says so.
func TestACommandInAThread(t *testing.T) {
	for _, c := range []struct {
		typed, own string // what the thread follows by itself, "" for nothing
		above      bool
		want       string
	}{
		{"/subscriptions", "", true, "sony-hack"},
		{"/subscriptions sony-hack", "flood", true, "in the story's thread"},
		{"/subscriptions flood", "flood", false, "flood"},
		{"/subscriptions", "flood", false, "flood"},
		{"/why sony-hack", "", true, "What brings the story here now: sony-hack"},
		{"/why sony-hack", "flood", true, "What brings the story here now: sony-hack"},
		{"/why flood", "flood", false, "What brings the story here now: flood"},
		{"/catchup", "", true, ""},
		{"/catchup sony-hack", "flood", true, ""},
		{"/unsubscribe sony-hack", "", true, "This channel no longer follows sony-hack"},
		{"/unsubscribe sony-hack", "flood", true, "This channel no longer follows sony-hack"},
		{"/unsubscribe flood", "flood", false, "This channel no longer follows flood"},
		{"/unsubscribe flood", "", true, "does not follow flood"},
	} {
		n := openTracked(t)
		n.must(n.ask("mo", "news", "/desk track slug:flood topics:rain The Rhine rises"))
		n.must(n.ask("mia", "news", "/subscribe sony-hack mode:thread"))
		if c.own != "" {
			n.must(n.typeInThread("/subscribe " + c.own))
		}
		got := bot.PlainText(n.typeInThread(c.typed).Message)
		refused := strings.Contains(got, "does not follow flood") // whose answer is a refusal without a head
		if above := strings.Contains(got, "about that channel"); above != c.above && !refused || !strings.Contains(got, c.want) {
			t.Errorf("%s where the thread follows %q:\n%s", c.typed, c.own, got)
		}
	}
}

// What would come into a thread twice is asked about, typed or pressed, and nothing is done
// before the answer.
func TestFollowingInAThreadWhatComesThere(t *testing.T) {
	const twice = "the same updates come here twice"
	thread := "sony-hack thread active\n"
	follow := func(n *newsroom) bot.Reply {
		story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
		b := bot.NewButton("Follow here", bot.ActionFollow, story.ID)
		return n.inThread(bot.Press{Action: b.Action, Arg: b.Arg})
	}
	typed := func(text string) func(*newsroom) bot.Reply {
		return func(n *newsroom) bot.Reply { return n.typeInThread(text) }
	}
	for _, c := range []struct {
		name, channel  string
		do             func(*newsroom) bot.Reply
		press          string // "" where it is not asked
		channelIs, own string
	}{
		{"a story", "sony-hack mode:thread", typed("/subscribe sony-hack"), "Follow it here too", thread, "sony-hack channel active\n"},
		{"by the button", "sony-hack mode:thread", follow, "Follow it here too", thread, "sony-hack channel active\n"},
		{"the channel's options", "sony-hack mode:thread", typed("/subscribe sony-hack mode:channel"), "Change the channel's", "sony-hack channel active\n", ""},
		{"a story that all brings", "all mode:thread", typed("/subscribe sony-hack"), "Follow it here too", "all thread active\n", "sony-hack channel active\n"},
		{"the same topic", "topic:security mode:thread", typed("/subscribe topic:security"), "Follow it here too", "topic:security thread active\n", "topic:security channel active\n"},
		{"another story", "sony-hack mode:thread", typed("/subscribe flood"), "", thread, "flood channel active\n"},
		{"messages in the channel alone", "sony-hack", typed("/subscribe sony-hack"), "", "sony-hack channel active\n", "sony-hack channel active\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("mo", "news", "/desk track slug:flood topics:rain The Rhine rises"))
			n.must(n.ask("mia", "news", "/subscribe "+c.channel))
			before := n.follows("news")
			reply := c.do(n)
			if asked := strings.Contains(bot.PlainText(reply.Message), twice); asked != (c.press != "") {
				t.Fatalf("asked: %v\n%s", asked, bot.PlainText(reply.Message))
			}
			if c.press != "" {
				if n.follows("news") != before || n.follows("thread") != "" {
					t.Error("something was done before the answer")
				}
				n.must(n.pressInThread(c.press))
			}
			if got, own := n.follows("news"), n.follows("thread"); got != c.channelIs || own != c.own {
				t.Errorf("the channel follows %q and the thread %q, want %q and %q", got, own, c.channelIs, c.own)
			}
		})
	}
}

// What another channel follows is listed and ended from here by channel:, without buttons
// that could do nothing there.
func TestSubscriptionsOfAnotherChannel(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mia", "news", "/subscribe sony-hack level:breaking"))
	for typed, want := range map[string]string{
		"/subscriptions channel:#news":           "sony-hack · breaking updates only",
		"/subscriptions sony-hack channel:#news": "#news follows sony-hack",
		"/subscriptions all channel:#news":       "#news does not follow all",
		"/subscriptions channel:#other":          "#other follows nothing",
	} {
		reply := n.ask("mia", "elsewhere", typed)
		if got := bot.PlainText(reply.Message); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s", typed, got)
		}
		if len(reply.Message.Buttons) > 0 {
			t.Errorf("%s: buttons %v", typed, reply.Message.Buttons)
		}
		for _, b := range reply.Message.Blocks {
			if b.Button != nil {
				t.Errorf("%s: a button %v", typed, b.Button)
			}
		}
	}
	reply := n.ask("mia", "elsewhere", "/unsubscribe sony-hack channel:#news")
	if got := bot.PlainText(reply.Message); !strings.Contains(got, "#news no longer follows sony-hack") || len(reply.Message.Buttons) > 0 {
		t.Errorf("%s %v", got, reply.Message.Buttons)
	}
	if got := n.follows("news"); got != "" {
		t.Error(got)
	}
}
