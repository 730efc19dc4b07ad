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
