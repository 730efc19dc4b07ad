package command

import (
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

func (a threadAsker) Above() (stories.Destination, bool) { return channel(a.channel), true }

// TestAPressInAThread: what is pressed in a thread that follows nothing is about the
// channel above, whose messages are in it; in one that does, about itself.
func TestAPressInAThread(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mia", "news", "/subscribe sony-hack"))
	n.must(n.ask("mia", "news", "/subscribe all"))
	stop := func(where string) bot.Reply {
		c := n.request("mia", where)
		story, err := n.service.Archive.Story(t.Context(), "sony-hack")
		if err != nil {
			t.Fatal(err)
		}
		b := bot.StopButton(story)
		c.Input = bot.Press{Action: b.Action, Arg: b.Arg}
		c.Asker = threadAsker{asker{c}, "news"}
		return n.handle(c)
	}
	if got := bot.PlainText(stop("thread").Message); !strings.Contains(got, "no longer come to this channel") {
		t.Error(got)
	}
	if got := bot.PlainText(n.ask("mia", "news", "/subscriptions").Message); !strings.Contains(got, "stopped") {
		t.Error(got)
	}
	n.must(n.ask("mia", "own", "/subscribe sony-hack"))
	if got := bot.PlainText(stop("own").Message); !strings.Contains(got, "no longer come to this channel") {
		t.Error(got)
	}
	if got := bot.PlainText(n.ask("mia", "own", "/subscriptions").Message); strings.Contains(got, "sony-hack") {
		t.Error(got)
	}
}

// TestReadingInAThread: what readers ask in a thread that follows nothing of its own is
// about the channel above, and says so; in one that does, about itself; and what is
// subscribed there is the thread's.
func TestReadingInAThread(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mia", "news", "/subscribe sony-hack level:breaking"))
	ask := func(where, typed string) string {
		t.Helper()
		c := n.request("mia", where)
		name, text, _ := strings.Cut(strings.TrimPrefix(typed, "/"), " ")
		c.Input = bot.Typed{Name: name, Text: text}
		c.Asker = threadAsker{asker{c}, "news"}
		return bot.PlainText(n.handle(c).Message)
	}
	for typed, want := range map[string]string{
		"/why sony-hack": "breaking", "/subscriptions": "sony-hack", "/catchup": "", "/story sony-hack": "",
	} {
		got := ask("thread", typed)
		if about := strings.Contains(got, "about that channel"); !strings.Contains(got, want) || about == (typed == "/story sony-hack") {
			t.Errorf("%s in the thread: %q", typed, got)
		}
		if strings.Contains(got, "follows nothing. ") {
			t.Errorf("%s in the thread is about the thread: %q", typed, got)
		}
	}
	if got := ask("thread", "/subscribe all"); !strings.Contains(got, "now follows") {
		t.Error(got)
	}
	if got := ask("thread", "/subscriptions"); strings.Contains(got, "about that channel") || strings.Contains(got, "sony-hack") {
		t.Errorf("the thread's own: %q", got)
	}
}
