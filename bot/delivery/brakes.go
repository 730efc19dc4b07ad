package delivery

import (
	"fmt"
	"time"

	"storybot/bot"
)

// brakes is the part of a shift that stops the lane.
type brakes struct{ loop *loop }

// refuseAll brakes the lane: all channels refuse alike.
func (b brakes) refuseAll(v bot.Verdict, now time.Duration) {
	v.Reason = "all channels refuse alike, as in an outage: " + bot.Reason("each", reasonOf(v))
	b.stop(refusing, v, now)
}

// stop brakes the lane and tells people once.
func (b brakes) stop(kind stopKind, v bot.Verdict, now time.Duration) {
	s := b.loop
	reason := reasonOf(v)
	if s.lane.health.breaker.stop(kind, reason, now, s.random()) {
		s.tell(Alarm{Kind: LaneStopped, Code: v.Code, Reason: reason, Cure: v.Cure})
	}
	if kind == account {
		s.journal.pause(waitAccount, s.lane.health.breaker.until, reason)
	}
	dispatch{s}.putBackReady()
}

// countInvalid counts an invalid request and stops the lane long before the
// platform does.
func (b brakes) countInvalid(now time.Duration) {
	s := b.loop
	h := &s.lane.health
	h.invalid.add(now)
	s.journal.next.lane.invalid++
	s.journal.changed = true
	b.stopInvalid(now)
}

// stopInvalid stops the lane when too many requests of the last ten minutes were
// invalid.
func (b brakes) stopInvalid(now time.Duration) {
	s := b.loop
	h := &s.lane.health
	if most := s.lane.pace.InvalidPer10Min; most > 0 && h.breaker.kind != invalid && h.invalid.count(now) >= most {
		b.stop(invalid, bot.Verdict{
			Reason: fmt.Sprintf("%d requests of the last ten minutes were refused", most),
			Cure:   "Look for channels that refuse the bot; it goes on by itself when half of them are ten minutes old.",
		}, now)
	}
}
