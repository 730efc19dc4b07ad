package delivery

import (
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// What was refused for how it was drawn goes again at once: that stops no push,
// brakes no lane and tells nobody, however many rows it meets. What is refused
// drawn otherwise too is refused.
func TestWhatIsDrawnOtherwiseGoesAgainAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, far := newMemory(), newFarSide()
		seen := map[int64]bool{}
		far.fault = func(p bot.Operation, _ bool) (bot.Verdict, bool) {
			if !seen[p.Delivery.ID] {
				seen[p.Delivery.ID] = true
				return bot.Verdict{Outcome: bot.Redrawn, Code: "picture_refused", Reason: "does not take the picture"}, true
			}
			return bot.Verdict{Outcome: bot.BadPayload, Code: "50035"}, p.Delivery.Destination.Workspace == "strict"
		}
		for c := range 100 {
			workspace := "w"
			if c%50 == 7 {
				workspace = "strict"
			}
			m.add("p", channel("p", workspace, c), 1, stories.Breaking)
		}
		began := time.Now()
		r := start(t, m, far)
		r.settledAll(t, time.Minute)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
		r.stop()
		if n := m.count(); n[stories.Sent] != 98 || n[stories.Failed] != 2 {
			t.Errorf("%v", n)
		}
		for id, n := range far.sends {
			if n != 2 {
				t.Errorf("row %d was sent %d times", id, n)
			}
		}
		if len(r.desk.alarms) > 0 {
			t.Errorf("the desk was told %+v", r.desk.alarms)
		}
	})
}
