package command

import (
	"slices"
	"strings"
	"testing"
)

func TestNearTopics(t *testing.T) {
	known := []string{"film", "security", "securities", "water-supply", "погода"}
	for typed, want := range map[string]string{
		"security": "", "securty": "security", "Securty": "security", "securiti": "security securities", "secur": "security securities",
		"sports": "", "fil": "film", "water": "water-supply", "погда": "погода", "x": "",
	} {
		if got := strings.Join(nearTopics(typed, known), " "); got != want {
			t.Errorf("near %q: %q, want %q", typed, got, want)
		}
	}
	if !slices.Equal(known, []string{"film", "security", "securities", "water-supply", "погода"}) {
		t.Error("the known topics were changed")
	}
}

// What a question about a topic offers fits a button, and says that it is done
// anyway, however long the topic is.
func TestALongTopicCanBeFollowedAnyway(t *testing.T) {
	n := openStaffed(t)
	long := strings.Repeat("water-", 10) + "abcd"
	n.must(n.ask("mo", "general", "/desk track topics:"+long+" The river rises"))
	asked := n.ask("ria", "general", "/subscribe topic:"+long[:len(long)-1])
	offered := asked.Message.Buttons
	if len(offered) != 2 || !strings.HasSuffix(offered[1].Label, "anyway") {
		t.Fatalf("asked: %s", transcript(asked))
	}
	n.must(n.pressed("ria", "general", offered[1].Action, offered[1].Arg))
}

// A word for none is no topic, typed or in a form, and the refusal says how to have none.
func TestNoTopicsAreNoTopic(t *testing.T) {
	for _, word := range []string{"none", "None", "off", "nothing", "no", "NONE "} {
		n := openTracked(t)
		before := n.state()
		for line, want := range map[string]string{
			"/desk edit sony-hack topics:\"" + word + "\"":        "To take its topics away: clear:topics.",
			"/desk track topics:\"" + word + "\" The river rises": "For a story without topics leave topics: out.",
		} {
			if reply := n.ask("mo", "desk", line); !reply.Failed || !strings.Contains(text(reply), want) {
				t.Errorf("%s: %s", line, text(reply))
			}
		}
		for _, open := range []string{"/desk edit sony-hack", "/desk track"} {
			n.must(n.ask("mo", "desk", open))
			if reply := n.submit("mo", "desk", map[string]string{"headline": "The river rises", "topics": word}); !strings.Contains(transcript(reply), "For no topics leave the field empty.") {
				t.Errorf("%s, %s: %s", open, word, transcript(reply))
			}
		}
		if n.state() != before {
			t.Errorf("%s changed something", word)
		}
	}
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk edit sony-hack"))
	n.must(n.submit("mo", "desk", map[string]string{"topics": ""}))
	n.must(n.press("mo", "desk", "Post"))
	if topics := n.story("sony-hack").Topics; len(topics) > 0 {
		t.Errorf("an empty field leaves %v", topics)
	}
}

// A topic typed without its sign is offered as one, to follow it and to end that, with all
// that was typed.
func TestATopicWithoutItsSignIsOffered(t *testing.T) {
	n := openTracked(t)
	r := n.hear("ria", "general", "/subscribe film level:breaking")
	has(t, "following", r, "No story is called film, but a topic is. Did you mean topic:film? Nothing was changed yet.")
	has(t, "pressed", n.hear("ria", "general", "[Follow topic:film]"), "This channel now follows the topic film: breaking updates only.")
	has(t, "ending", n.hear("ria", "general", "/unsubscribe film"), "Did you mean topic:film?")
	has(t, "pressed", n.hear("ria", "general", "[Stop following topic:film]"), "This channel no longer follows the topic film.")
}
