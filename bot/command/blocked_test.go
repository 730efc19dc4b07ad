package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// A refusal in a blocked channel begins with the warning as every answer does: once,
// and nowhere else.
func TestARefusalBeginsWithTheWarning(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "news", "/update sony-hack The studio cancels the film."))
	n.work(blocking)
	for _, line := range []string{
		"/update sony-hakc It waits.", "/update", "/update nosuch It waits.", "/why sony-hakc", "/why sony-hack 99", "/why sony-hack", "/unsubscribe sony-hakc",
		"/subscribe topic:securty", "/subscribe sony-hack level:loud", "/subscriptions nosuch", "/desk moderators", "/nothing", "/update sony-hack It waits. level:breaking", "/subscriptions",
	} {
		n.now = n.now.Add(blockedTell + time.Minute)
		if text := bot.PlainText(n.ask("mo", "elsewhere", line).Message); strings.Contains(text, "Updates do not arrive") {
			t.Errorf("%s, in another channel: %s", line, text)
		}
		text := bot.PlainText(n.ask("mo", "general", line).Message)
		if !strings.HasPrefix(text, "Updates do not arrive here since") || strings.Count(text, "Updates do not arrive") != 1 {
			t.Errorf("%s: %s", line, text)
		}
	}
	n.now = n.now.Add(blockedTell + time.Minute)
	if text := bot.PlainText(n.pressed("mo", "general", bot.ActionAnswer, "0 nosuch").Message); !strings.HasPrefix(text, "Updates do not arrive") {
		t.Errorf("a dead button: %s", text)
	}
}

// That a block cannot be looked up takes nothing from the answer.
func TestAnAnswerStandsWithoutTheWarning(t *testing.T) {
	n := openTracked(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	reply := bot.Reply{Message: bot.Plainly("Nothing was changed."), Failed: true}
	want := transcript(reply)
	n.common.warning.tellBlocked(ctx, n.request("mo", "general"), &reply)
	if got := transcript(reply); got != want {
		t.Errorf("got %s", got)
	}
	n.common.warning.following = nil // whatever goes wrong in it
	n.common.warning.tellBlocked(t.Context(), n.request("mo", "general"), &reply)
	if got := transcript(reply); got != want {
		t.Errorf("got %s", got)
	}
}
