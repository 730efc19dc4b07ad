package command

import (
	"strings"
	"testing"

	"storybot/stories"
)

// A refused subscription releases nothing of what a blocked channel waits for.
func TestARefusalReleasesNothing(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack Sony waits."))
	n.work(blocking)
	state := func() stories.DestinationState {
		subs, err := n.service.Following.Subscriptions(t.Context(), channel("general"))
		if err != nil {
			t.Fatal(err)
		}
		return subs[0].DestinationState
	}
	for _, line := range []string{"/subscribe nosuch", "/subscribe topic:a/b", "/subscribe sony-hack level:loud"} {
		if reply := n.ask("ria", "general", line); !reply.Failed || state() != stories.Blocked {
			t.Errorf("%s: %s, the channel is %s", line, transcript(reply), state())
		}
	}
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	if !strings.Contains(transcript(n.last), "the update that waited comes now") || state() == stories.Blocked {
		t.Errorf("the channel is %s: %s", state(), transcript(n.last))
	}
}

func TestNothingResemblesMeansTheNewest(t *testing.T) {
	n := openTracked(t)
	got := transcript(n.ask("ria", "general", "/story zzzzqqq"))
	if strings.Contains(got, "Did you mean") || !strings.Contains(got, "The newest:\n- sony-hack") || !strings.Contains(got, "[sony-hack]") {
		t.Errorf("answer:\n%s", got)
	}
	if got := transcript(n.ask("ria", "general", "/story sony-hakc")); !strings.Contains(got, "Did you mean:\n- sony-hack") {
		t.Errorf("answer:\n%s", got)
	}
}
