package command

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// Follow again puts back every option of what ended, however it ended; whom it pinged only
// by who may have them pinged.
func TestFollowAgainPutsBackEveryOption(t *testing.T) {
	const options = " level:normal mode:card quiet:22:00-07:00 tz:Europe/Berlin mention:@desk mention-level:normal"
	for _, c := range []struct {
		name, target, who string
		stop              func(*newsroom)
		pings             string
	}{
		{"a command", "sony-hack", "ria", func(n *newsroom) { n.must(n.ask("ria", "general", "/unsubscribe sony-hack")) }, "@desk"},
		{"a topic", "topic:film", "ria", func(n *newsroom) { n.must(n.ask("ria", "general", "/unsubscribe topic:film")) }, "@desk"},
		{"a push's button", "sony-hack", "ria", func(n *newsroom) {
			story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
			n.must(n.pressed("ria", "general", bot.ActionStop, fmt.Sprint(story.ID)))
		}, "@desk"},
		{"by who may not ping", "sony-hack", "tim", func(n *newsroom) { n.must(n.ask("tim", "general", "/unsubscribe sony-hack")) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			followed := func() stories.Options {
				subs, err := n.service.Following.Subscriptions(t.Context(), channel("general"))
				if err != nil || len(subs) != 1 {
					t.Fatalf("it follows %v, %v", subs, err)
				}
				return subs[0].Options
			}
			n.must(n.ask("ria", "general", "/subscribe "+c.target+options))
			want := followed()
			c.stop(n)
			n.must(n.press(c.who, "general", "Follow again"))
			if want.Mention = c.pings; c.pings == "" {
				want.MentionLevel = stories.Breaking
				if said := transcript(n.last); !strings.Contains(said, "It pings nobody now") || !strings.Contains(said, "Mention Everyone") || strings.Contains(said, "nothing was changed") {
					t.Errorf("it says %s", said)
				}
			}
			if got := followed(); got != want {
				t.Errorf("it is put back as %+v, want %+v", got, want)
			}
		})
	}
	t.Run("a channel that takes less now", func(t *testing.T) {
		n := openTracked(t)
		n.must(n.ask("ria", "general", "/subscribe sony-hack mode:thread publish:yes"+strings.Replace(options, " mode:card", "", 1)))
		want := n.options("general")
		want.Mode, want.Publish, want.Mention, want.MentionLevel = stories.ModeChannel, false, "", stories.Breaking
		n.must(n.ask("ria", "general", "/unsubscribe sony-hack"))
		again := n.last.Message.Buttons[len(n.last.Message.Buttons)-1]
		c := n.request("tim", "general")
		c.Input, c.Asker = bot.Press{Action: again.Action, Arg: again.Arg}, plainAsker{asker{c}}
		n.must(n.handle(c))
		said := transcript(n.last)
		for _, words := range []string{
			"It is put back without mode:thread. A voice channel has no threads.",
			"It is put back without publish:yes. Only messages in an announcement channel can be passed on.", "It pings nobody now",
		} {
			if !strings.Contains(said, words) {
				t.Errorf("%q is not said:\n%s", words, said)
			}
		}
		if strings.Contains(said, "nothing was changed") || strings.Contains(said, "Leave") {
			t.Errorf("it says %s", said)
		}
		if got := n.options("general"); got != want {
			t.Errorf("it is put back as %+v, want %+v", got, want)
		}
	})
	t.Run("pressed elsewhere", func(t *testing.T) {
		n := openTracked(t)
		n.must(n.ask("ria", "general", "/subscribe sony-hack"+options))
		n.must(n.ask("ria", "general", "/unsubscribe sony-hack"))
		b := n.last.Message.Buttons[len(n.last.Message.Buttons)-1]
		if reply := n.pressed("ria", "other", b.Action, b.Arg); !reply.Failed || !strings.Contains(transcript(reply), "older message") {
			t.Errorf("answer: %s", transcript(reply))
		}
	})
}

// plainAsker is an asker in a channel that takes messages, and nothing else any more.
type plainAsker struct{ asker }

func (plainAsker) Posts(_ context.Context, needs ...bot.Need) error {
	for _, n := range needs {
		return map[bot.Need]error{
			bot.NeedThreads: stories.Errorf(stories.CodeInvalid, "A voice channel has no threads; nothing was changed. Leave mode: out."),
			bot.NeedPublish: stories.Errorf(stories.CodeInvalid, "Only messages in an announcement channel can be passed on; nothing was changed. Leave publish: out."),
		}[n]
	}
	return nil
}
