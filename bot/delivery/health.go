package delivery

import (
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// health is what is known of a lane beside its limits, from the answers
// under every lease: whether it is stopped, which workspaces and messages seem to be broken,
// and how many requests were invalid.
type health struct {
	breaker  breaker
	outages  outageDetector
	poison   poisonDetector
	faults   faults
	fading   faults // limits after which an operation is not worth doing
	invalid  invalidCount
	most     int      // invalid requests in ten minutes; 0 for any number
	troubles troubles // that the desk was told of under earlier leases
	// delivered is when the lane last delivered something.
	delivered time.Duration
	// worked is when the lane, held by whomever, last was free to send.
	worked time.Duration
	here   bool           // this process has held it then, or before
	random func() float64 // in [0, 1), for jitter
}

// note takes from an answer what it says about the lane and the workspace. believe
// is called with earlier refusals that are believed because of it.
func (h *health) note(r *ruling, j *job, now time.Duration, believe func(suspect)) {
	v := j.verdict
	if v.Invalid {
		r.invalid++
		h.invalid.add(now)
		h.stopInvalid(r, now)
	}
	old := h.breaker.old(j.request.started)
	switch v.Outcome {
	case bot.Delivered, bot.Gone, bot.Blocked:
	default:
		h.outages.undecided(j.d.Destination, now)
	}
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous:
		if v.Limited == bot.ScopeNone {
			// A look at what was silent before is no news.
			if !old && j.request.ctx.Err() == nil && (!j.request.settle || h.breaker.probing()) {
				h.breaker.silent(j.d.Destination, now, h.random())
			}
			return
		}
	case bot.BadAccount:
		if !old {
			h.stop(r, account, v, now)
		}
		return
	case bot.Delivered:
		h.delivered = now
		believed, recovered := h.outages.delivered(j.d.Destination)
		for _, s := range believed {
			believe(s)
		}
		if recovered {
			h.recovered(r, Alarm{Kind: WorkspaceRecovered, Destination: j.d.Destination})
		}
	}
	h.answered(r, j, old)
}

// answered takes in that the platform has answered at all. old says that the
// request left before the lane was stopped.
func (h *health) answered(r *ruling, j *job, old bool) {
	before, delivered := h.breaker.kind, j.verdict.Outcome == bot.Delivered
	// One delivery shows that not all refuse, whenever its request left.
	proof := before == refusing && delivered
	if (!old || proof) && h.breaker.answered(j.verdict.Outcome) {
		h.recovered(r, Alarm{Kind: LaneResumed})
	}
	if delivered {
		for _, over := range h.troubles.over(j.d.Destination, !h.breaker.probing()) {
			h.recovered(r, over)
		}
	}
	if h.breaker.kind == going && (before == account || before == recovering) {
		r.wait(waitAccount, 0, "")
	}
}

// recovered tells that something works again.
func (h *health) recovered(r *ruling, a Alarm) {
	h.troubles.forget(a)
	r.tell(a)
}

// stop stops the lane and tells people once. Whoever looks later reads what to do too.
func (h *health) stop(r *ruling, kind stopKind, v bot.Verdict, now time.Duration) {
	if h.breaker.stop(kind, why(v), now, h.random()) {
		r.tell(Alarm{Kind: LaneStopped, Code: v.Code, Reason: reasonOf(v), Cure: v.Cure})
	}
	if kind == account {
		r.wait(waitAccount, h.breaker.until, why(v))
	}
	r.stopped = true
}

// refuseAll stops the lane: all channels refuse alike.
func (h *health) refuseAll(r *ruling, v bot.Verdict, now time.Duration) {
	v.Reason = "all channels refuse alike, as in an outage: " + bot.Reason("each", reasonOf(v))
	h.stop(r, refusing, v, now)
}

// stopInvalid stops the lane when too many requests of the last ten minutes were
// invalid: long before the platform does.
func (h *health) stopInvalid(r *ruling, now time.Duration) {
	if h.most > 0 && h.breaker.kind != invalid && h.invalid.count(now) >= h.most {
		h.stop(r, invalid, bot.Verdict{
			Reason: fmt.Sprintf("%d requests of the last ten minutes were refused", h.most),
			Cure:   "Look for channels that refuse the bot; it goes on by itself when half of them are ten minutes old.",
		}, now)
	}
}

// restartInvalid lets a lane go that stopInvalid stopped, once it may.
func (h *health) restartInvalid(r *ruling, now time.Duration) {
	b := &h.breaker
	if b.kind != invalid || now < b.until {
		return
	}
	if h.invalid.count(now) > h.most/2 {
		b.stop(invalid, b.reason, now, 0)
	} else if b.release() {
		h.recovered(r, Alarm{Kind: LaneResumed, Reason: "the invalid requests of the last ten minutes have become few"})
	}
}

// resume lets a stopped lane try again, as a person has asked.
func (h *health) resume(r *ruling, now time.Duration) {
	h.invalid.reset()
	h.breaker.resume(now)
	r.wait(waitAccount, 0, "")
}

// recall takes in what earlier holders of the lane wrote down of its health.
func (h *health) recall(r *ruling, past stories.LanePast, now time.Duration) {
	for _, w := range past.Waits {
		if w.Method == waitAccount {
			h.breaker.recall(account, w.Reason, now, now+w.For)
		}
	}
	h.invalid.reset()
	for _, f := range past.Invalid {
		h.invalid.past(now, f.Ago, f.Count)
	}
	h.stopInvalid(r, now)
	// The time that is written down is the wall clock's, which may have been set since:
	// what this process knows by itself is not made older by it.
	if worked := now - past.Idle; !h.here || worked > h.worked {
		h.worked = worked
	}
}

// works notes that the lane is free to send, and reports whether it was not for long.
func (h *health) works(now time.Duration) (idleLong bool) {
	idleLong = now-h.worked > longIdle
	h.worked, h.here = now, true
	return idleLong
}

// speed is how fast answers come.
type speed struct {
	answers float64 // per second, smoothed
	counted int     // since last
	last    time.Duration
}

// measure smooths.
func (s *speed) measure(now time.Duration) {
	if passed := now - s.last; passed >= measureAfter {
		s.answers += (float64(s.counted)/passed.Seconds() - s.answers) / 2
		s.counted, s.last = 0, now
	}
}
