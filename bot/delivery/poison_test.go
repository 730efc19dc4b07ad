package delivery

import (
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// What is left out because of others says what they did.
func TestAStoppedPushSaysWhatTheOthersDid(t *testing.T) {
	of := edition{Subject: stories.Subject{UpdateID: 1}}
	var p poisonDetector
	for range stopAfter {
		p.refused(of, bot.Verdict{Outcome: bot.BadPayload, Code: "400", Reason: "got a message that is too long"})
	}
	want := "was left out, because other channels refused the same message: each got a message that is too long"
	if got := p.stopped(of); got == nil || got.Reason != want {
		t.Errorf("%+v, want %q", got, want)
	}
}

// However many pushes are stopped, the refusals of the others are counted; and
// however many go on, what is stopped lately stays stopped.
func TestManyStoppedPushesHideNoOther(t *testing.T) {
	of := func(n int) edition { return edition{Subject: stories.Subject{UpdateID: int64(n)}} }
	v := bot.Verdict{Outcome: bot.BadPayload, Code: "400"}
	var p poisonDetector
	const many = 3 * maxEditions
	for n := range many {
		for range stopAfter {
			p.refused(of(n), v)
		}
	}
	if p.stopped(of(many-1)) == nil || p.stopped(of(many-maxEditions/2)) == nil {
		t.Error("a stopped push goes on")
	}
	if n := len(p.byEdition); n > maxEditions {
		t.Errorf("%d are kept", n)
	}
	a, b := of(many), of(many+1)
	for n := range stopAfter { // two pushes that take turns
		if p.refused(a, v) != (n == stopAfter-1) || p.refused(b, v) != (n == stopAfter-1) {
			t.Errorf("refusal %d of each: stopped %v and %v", n+1, p.stopped(a), p.stopped(b))
		}
	}
	for n := range many {
		p.delivered(of(2*many + n))
	}
	if p.stopped(a) == nil || !p.accepted(of(3*many-1)) || p.accepted(of(2*many)) {
		t.Error("not the oldest was forgotten")
	}
}
