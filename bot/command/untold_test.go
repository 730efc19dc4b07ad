package command

import (
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// A message of what a channel follows that a platform refuses is seen by the desk,
// for a day, and what it tells of with it.
func TestTheDeskSeesWhatAChannelCouldNotBeTold(t *testing.T) {
	n := openTracked(t)
	refusing := func(stories.Delivery) stories.Result {
		return stories.Result{State: stories.Failed, Reason: "has a filter that refuses the message."}
	}
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.work(refusing)
	n.must(n.ask("ria", "other", "/subscribe all"))
	n.work(delivered)
	n.must(n.ask("ria", "other", "/unsubscribe all"))
	n.work(refusing)
	status := func() string {
		t.Helper()
		n.must(n.ask("mo", "general", "/desk status"))
		return transcript(n.last)
	}
	got := status()
	for _, want := range []string{
		"2 messages about what a channel follows could not be posted there.",
		"was not shown that it follows sony-hack, ",
		": it has a filter that refuses the message.",
		"was not told that Ria stopped all stories, ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the status does not say %q: %s", want, got)
		}
	}
	n.now = n.now.Add(25 * time.Hour)
	if got := status(); strings.Contains(got, "not shown") || strings.Contains(got, "about what a channel follows") {
		t.Errorf("a day later: %s", got)
	}
}

// Whoever subscribed a channel whose first message it refused reads so at their next
// use of the bot there, as after an update that was refused.
func TestWhoSubscribedLearnsOfTheBlockAtTheNextUse(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.work(blocking)
	n.must(n.ask("ria", "general", "/stories"))
	if got := transcript(n.last); !strings.HasPrefix(got, "Updates do not arrive here since") || !strings.Contains(got, "does not let the bot post") {
		t.Errorf("the next answer: %s", got)
	}
	n.must(n.ask("mo", "other", "/desk status"))
	if got := transcript(n.last); !strings.Contains(got, "1 channel cannot be written to.") || !strings.Contains(got, "1 message waits for it") {
		t.Errorf("the desk's status: %s", got)
	}
}
