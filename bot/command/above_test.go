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
