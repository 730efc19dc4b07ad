package command

import (
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
				if said := transcript(n.last); !strings.Contains(said, "It pings nobody now") || !strings.Contains(said, "Mention Everyone") {
					t.Errorf("it says %s", said)
				}
			}
			if got := followed(); got != want {
				t.Errorf("it is put back as %+v, want %+v", got, want)
			}
		})
	}
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
