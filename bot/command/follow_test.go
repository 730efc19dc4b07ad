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

// Who sets an option where a thread is known to take nothing is told so, and not that the
// updates are in it.
func TestSubscribingAgainWhereThreadsTakeNothing(t *testing.T) {
	n := openTracked(t)
	const again, words = "/subscribe sony-hack mode:thread", "A story's thread takes no updates "
	n.must(n.ask("ria", "general", again))
	n.must(n.ask("mo", "general", "/update sony-hack The FBI blames them."))
	n.work(func(d stories.Delivery) stories.Result {
		r := delivered(d)
		if d.Op == stories.OpThread || d.Op == stories.OpReply {
			r.State, r.Lost, r.Reason, r.MessageID = stories.Skipped, stories.ThreadClosed, "takes no messages in threads", ""
		}
		return r
	})
	for where, at := range map[string]string{"general": "here, so", "news": "in #general, so"} {
		line := again
		if where != "general" {
			line += " channel:#general"
		}
		if got := transcript(n.ask("ria", where, line)); !strings.Contains(got, words+at+" they come in the channel.") || !strings.Contains(got, "takes no messages in threads") {
			t.Errorf("in #%s: %s", where, got)
		}
	}
	if got := transcript(n.ask("ria", "general", "/subscribe sony-hack mode:card")); strings.Contains(got, words) {
		t.Errorf("as a card: %s", got)
	}
}
