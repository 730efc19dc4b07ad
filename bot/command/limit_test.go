package command

import (
	"strings"
	"testing"

	"storybot/bot"
)

// Who may not write is told so whatever they wrote, before it is read.
func TestTheRightComesBeforeTheText(t *testing.T) {
	n := openTracked(t)
	for _, line := range []string{
		"/desk track " + strings.Repeat(`topics:"a" `, 4000), "/update sony-hack " + strings.Repeat("x", 40<<10), `/desk track topics:"a`, "/update sony-hack level:loud x", "/desk close a b c d",
	} {
		if text := bot.PlainText(n.ask("ria", "general", line).Message); !strings.Contains(text, "Only moderators") {
			t.Errorf("%.40s: %s", line, text)
		}
	}
	for _, line := range []string{"/update help", "/update sony-hack help", "/desk track help", "/update"} {
		if text := bot.PlainText(n.ask("ria", "general", line).Message); strings.Contains(text, "Only moderators") && line != "/update" {
			t.Errorf("%s: %s", line, text)
		}
	}
	if reply := n.typed("ria", "general", "update", map[string]string{"story": "sony-hack", "text": "level:breaking x"}); !strings.Contains(bot.PlainText(reply.Message), "Only moderators") {
		t.Errorf("options: %s", transcript(reply))
	}
}

// A command longer than any can be is refused with the limit, in every form.
func TestACommandHasALimit(t *testing.T) {
	n := openTracked(t)
	before := n.state()
	long := strings.Repeat("word ", 8000)
	for _, text := range []string{long, "—level:breaking " + long, long + " level:breaking", "level:breaking " + strings.Repeat("🔥 a", 2700), "—level:breaking " + strings.Repeat("🔥 a", 2700)} {
		for _, reply := range []bot.Reply{n.ask("mo", "general", "/update sony-hack "+text), n.typed("mo", "general", "update", map[string]string{"story": "sony-hack", "text": text})} {
			if said := bot.PlainText(reply.Message); !reply.Failed || len(reply.Message.Buttons) > 0 || !strings.Contains(said, "at most 8000 fit") {
				t.Errorf("%.30s: %s", text, said)
			}
		}
	}
	if n.state() != before {
		t.Error("something was changed")
	}
}
