package command

import (
	"strconv"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

func TestPostAgainOnce(t *testing.T) {
	n := openTracked(t)
	n.ask("mo", "general", "/update sony-hack The White House is confident.")
	again := n.last.Message.Buttons[0]
	n.must(n.pressed("mo", "general", again.Action, again.Arg))
	n.must(n.pressed("mo", "general", again.Action, again.Arg))
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil || story.Updates != 2 {
		t.Errorf("updates = %d, %v; want 2", story.Updates, err)
	}
}

func TestPostAgainNeedsTheRightStill(t *testing.T) {
	n := openTracked(t)
	n.ask("mo", "general", "/update sony-hack The White House is confident.")
	again := n.last.Message.Buttons[0]
	if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
		t.Fatal(err)
	}
	if reply := n.pressed("mo", "general", again.Action, again.Arg); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "Only moderators") {
		t.Errorf("answer: %s", transcript(reply))
	}
}

func TestOldButtons(t *testing.T) {
	n := openTracked(t)
	before := n.state()
	for _, b := range []struct {
		action       bot.Action
		arg, instead string
	}{
		{"vanished", "1", "the command again"}, {"", "", "the command again"},
		{"timeline", "", "/story"}, {"timeline", "999", "/story"}, {"timeline", "1.2.3", "/story"}, {"timeline", "-1", "/story"}, {"timeline", "99999999999999999999", "/story"},
		{"open", "sony-hack", "/story"}, {"share", "x", "/story"}, {"read", "1", "/story"}, {"read", "1.x", "/story"},
		{"page", "0", "/stories"}, {"page", "x.q", "/stories"}, {"page", "0.q%", "/stories"}, {"page", "0.nNOSUCHNOTE", "/stories"},
		{"follow", "999", "/subscribe"}, {"stop", "999", "/unsubscribe"}, {"pause", "0", "/subscriptions"}, {"pause", "x", "/subscriptions"}, {"end", "1.s1", "/subscriptions"}, {"follow", "1.2.3.4", "/subscribe"}, {"resume", "x", "/subscriptions"},
		{"answer", "0.NOSUCHNOTE", "the command again"}, {"answer", "NOSUCHNOTE", "the command again"}, {"log", "0.999", "/desk log"}, {"log", "1", "/desk log"}, {"member", "0", "/desk moderators"}, {"member", "0.%zz", "/desk moderators"}, {"members", "x", "/desk moderators"}, {"status", "-1", "/desk status"},
	} {
		reply := n.pressed("mo", "general", b.action, b.arg)
		text := bot.PlainText(reply.Message)
		if !reply.Failed || !strings.Contains(text, "older message") || !strings.Contains(text, b.instead) {
			t.Errorf("%s %q: %s", b.action, b.arg, text)
		}
	}
	if n.state() != before {
		t.Error("something was changed")
	}
	// A search put aside is no update put aside.
	n.service.Notes.PutNote(t.Context(), stories.User{Ref: "console:mo"}, "nA", "some words")
	if reply := n.pressed("mo", "general", "answer", "0.nA"); !reply.Failed {
		t.Errorf("answer: %s", transcript(reply))
	}
}

func TestStopButton(t *testing.T) {
	n := openTracked(t)
	story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("ria", "general", "/subscribe topic:film"))
	if reply := n.pressed("tom", "general", bot.ActionStop, strconv.FormatInt(story.ID, 10)); !reply.Failed {
		t.Errorf("someone who may not: %s", transcript(reply))
	}
	reply := n.pressed("ria", "general", bot.ActionStop, strconv.FormatInt(story.ID, 10))
	if reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "what else it follows does") {
		t.Errorf("answer: %s", transcript(reply))
	}
	n.must(n.ask("mo", "general", "/update sony-hack Sony waits."))
	if !strings.Contains(bot.PlainText(n.last.Message), "No channel gets it: 1 has stopped it.") {
		t.Errorf("the stopped story still goes somewhere: %s", transcript(n.last))
	}
}

func TestFollowButton(t *testing.T) {
	n := openTracked(t)
	n.ask("tom", "general", "/story sony-hack")
	if reply := n.press("tom", "general", "Follow here"); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "Ask someone with Manage Channels.") {
		t.Errorf("someone who may not: %s", transcript(reply))
	}
	if reply := n.press("ria", "broken", "Follow here"); !reply.Failed {
		t.Errorf("a channel the bot cannot post to: %s", transcript(reply))
	}
	n.must(n.press("ria", "general", "Follow here"))
	subs, err := n.service.Following.Subscriptions(t.Context(), channel("general"))
	if err != nil || len(subs) != 1 || subs[0].Target.Name != "sony-hack" {
		t.Errorf("subscriptions = %v, %v", subs, err)
	}
}

func TestFollowingAgainKeepsTheLevel(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack level:breaking"))
	n.must(n.ask("ria", "elsewhere", "/story sony-hack"))
	n.must(n.press("ria", "general", "Follow here"))
	subs, err := n.service.Following.Subscriptions(t.Context(), channel("general"))
	if err != nil || len(subs) != 1 || subs[0].Level != stories.Breaking {
		t.Errorf("subscriptions = %v, %v", subs, err)
	}
}

// The table of actions and what they do must not drift apart.
func TestEveryActionDoesSomething(t *testing.T) {
	does := presses(&families{})
	for _, spec := range bot.Actions() {
		if does[spec.Action] == nil {
			t.Errorf("nothing happens when %q is pressed", spec.Action)
		}
		delete(does, spec.Action)
	}
	for action := range does {
		t.Errorf("%q is not in the table of actions", action)
	}
}
