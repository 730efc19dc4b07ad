package command

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// forumAsker is an asker in a forum.
type forumAsker struct{ asker }

func (forumAsker) Forum() bool { return true }

// textAsker is an asker in a channel whose messages cannot be passed on any more.
type textAsker struct{ asker }

func (a textAsker) Posts(ctx context.Context, needs ...bot.Need) error {
	for _, n := range needs {
		if n == bot.NeedPublish {
			return stories.Errorf(stories.CodeInvalid, "Only messages in an announcement channel can be passed on; nothing was changed. Leave publish: out.")
		}
	}
	return a.asker.Posts(ctx, needs...)
}

// What options need is asked about when they are given, and not when others are; whom a
// subscription pings is pinged more often only by who may have them pinged.
func TestWhatIsAskedAboutOptions(t *testing.T) {
	const first = "/subscribe sony-hack "
	for _, c := range []struct {
		name, before, after, who string
		at                       func(asker) bot.Asker
		refused, answered        string
	}{
		{"a mode where messages are not passed on any more", first + "publish:yes", first + "mode:card", "ria", func(a asker) bot.Asker { return textAsker{a} }, "", "as one live card"},
		{"publish: itself there", first + "publish:yes", first + "publish:yes level:normal", "ria", func(a asker) bot.Asker { return textAsker{a} }, "Leave publish: out", ""},
		{"no publish: there", first + "publish:yes", first + "publish:off", "ria", func(a asker) bot.Asker { return textAsker{a} }, "", "nothing passed on"},
		{"pinged more often by who may not", first + "mention:@desk", first + "mention-level:normal", "tim", nil, "You may not have @desk pinged", ""},
		{"pinged less often by who may not", first + "mention:@desk mention-level:normal", first + "mention-level:breaking", "tim", nil, "", "@desk"},
		{"pinged more often by who may", first + "mention:@desk", first + "mention-level:normal", "ria", nil, "", "@desk"},
		{"no more by who may not", first + "mention:@desk", first + "mention:off", "tim", nil, "", "nobody is pinged"},
		{"a thread in a forum", first, first + "mode:thread", "ria", func(a asker) bot.Asker { return forumAsker{a} }, "A forum has a post for each story", ""},
		{"a card in a forum", first, first + "mode:card", "ria", func(a asker) bot.Asker { return forumAsker{a} }, "A forum has a post for each story", ""},
		{"messages in a forum", first, first + "mode:channel level:normal", "ria", func(a asker) bot.Asker { return forumAsker{a} }, "", "normal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("ria", "general", c.before))
			was := n.options("general")
			asked := n.request(c.who, "general")
			asked.Input = bot.Typed{Text: c.after}
			asked.Asker = asker{asked}
			if c.at != nil {
				asked.Asker = c.at(asker{asked})
			}
			reply := n.handle(asked)
			said := transcript(reply)
			if reply.Failed != (c.refused != "") || !strings.Contains(said, c.refused+c.answered) {
				t.Errorf("answer: %s", said)
			}
			if now := n.options("general"); reply.Failed && now != was || !reply.Failed && now == was {
				t.Errorf("%+v, before %+v\n%s", now, was, said)
			}
		})
	}
}

// options are those of the one thing that a channel follows.
func (n *newsroom) options(where string) stories.Options {
	n.t.Helper()
	subs, err := n.service.Following.Subscriptions(n.t.Context(), channel(where))
	if err != nil || len(subs) != 1 {
		n.t.Fatalf("%s follows %v, %v", where, subs, err)
	}
	return subs[0].Options
}

// A question about a command that names another channel is asked without buttons where the
// platform told of that channel with the command alone.
func TestAQuestionAboutAnotherChannel(t *testing.T) {
	n := openTracked(t)
	c := n.request("mia", "general")
	c.Input = bot.Typed{Text: "/subscribe sony-hak channel:#news"}
	c.Asker = onceAsker{asker{c}}
	reply := n.handle(c)
	if got := transcript(reply); !reply.Failed || len(reply.Message.Buttons) > 0 || !strings.Contains(got, "sony-hack") || !strings.Contains(got, "Type the command again") {
		t.Errorf("answer: %s", got)
	}
}

// onceAsker knows other channels only while a command is given.
type onceAsker struct{ asker }

func (onceAsker) AtLater() bool { return false }

func (a onceAsker) At(ctx context.Context, named string) (stories.Destination, string, bot.Asker, error) {
	where, name, _, err := a.asker.At(ctx, named)
	a.Where = where
	return where, name, a, err
}
