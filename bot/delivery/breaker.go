package delivery

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// stopKind is why a lane does not go at full speed.
type stopKind int

const (
	going      stopKind = iota
	transport           // no answer gets through
	account             // the token or the installation is refused
	invalid             // too many invalid requests
	refusing            // every channel refuses alike
	recovering          // resumed by a person: one request to see
)

// breaker slows a lane down for reasons other than limits. A stopped lane makes
// one request at a time, not before until, and goes on at full speed when one
// has shown that it works again.
type breaker struct {
	kind   stopKind
	reason string        // for people; "" for transport, which is nobody's to mend here
	since  time.Duration // when it began
	until  time.Duration
	tries  int
	told   bool // people know
	// failing are distinct destinations no answer has come from since the last
	// answer: one dead channel does not stop the others.
	failing []stories.Destination
}

// schedule returns how long a stopped lane waits between probes: the first
// time, and at most.
func (k stopKind) schedule() (base, most time.Duration) {
	switch k {
	case account:
		return accountProbe, accountProbeMax
	case invalid:
		return invalidProbe, invalidProbe
	case refusing:
		return refusingProbe, refusingProbeMax
	}
	return transportProbe, transportProbeMax
}

// probeAfter returns how long to wait with the next probe after a refusal that
// was the try-th, the first being the one that showed the outage, and whether
// the quick probes have failed.
func probeAfter(base, most time.Duration, try int, random float64) (wait time.Duration, serious bool) {
	switch {
	case try == 1:
		return firstProbe, false
	case try <= quickProbes:
		return 0, false
	}
	return backoff(base, most, try-quickProbes, random), true
}

// probing says that only one request may be on its way.
func (b *breaker) probing() bool { return b.kind != going }

// allows says whether a request may leave now beside those on their way, and if not
// when to look again; 0 for with the next answer.
func (b *breaker) allows(now time.Duration, inFlight int) (again time.Duration, ok bool) {
	switch {
	case !b.probing():
		return 0, true
	case now < b.until:
		return b.until, false
	}
	return 0, inFlight == 0
}

// stopped returns why nothing is sent, in words; "" while the lane works or
// only waits for the network.
func (b *breaker) stopped() string {
	if !b.told {
		return ""
	}
	return b.reason
}

// old says that a request started then left before the lane was stopped: its
// answer tells nothing new.
func (b *breaker) old(started time.Duration) bool { return b.kind != going && started < b.since }

// stop stops the lane, or makes it wait longer when a probe has failed, and
// reports whether people should be told.
func (b *breaker) stop(kind stopKind, reason string, now time.Duration, random float64) (tell bool) {
	if b.kind != kind {
		b.tries, b.since = 0, now
		b.told = b.told && reason == b.reason
	}
	b.tries++
	base, most := kind.schedule()
	wait, serious := backoff(base, most, b.tries, random), true
	if kind == refusing {
		wait, serious = probeAfter(base, most, b.tries, random)
	}
	b.kind, b.reason, b.until = kind, reason, now+wait
	tell = serious && reason != "" && !b.told
	b.told = b.told || tell
	return tell
}

// recall stops a lane that an earlier holder left stopped, as people were told.
func (b *breaker) recall(kind stopKind, reason string, now, until time.Duration) {
	if b.kind == going {
		*b = breaker{kind: kind, reason: reason, since: now, until: until, tries: 1, told: true, failing: b.failing}
	}
}

// silent notes that d gave no answer.
func (b *breaker) silent(d stories.Destination, now time.Duration, random float64) {
	known := false
	for _, f := range b.failing {
		known = known || f == d
	}
	if !known && len(b.failing) < enoughFailing {
		b.failing = append(b.failing, d)
	}
	if b.kind == transport || b.kind == going && len(b.failing) >= enoughFailing {
		b.stop(transport, "", now, random)
	}
}

// answered notes an answer (Transient stands for a limit met), and reports
// whether it lets a lane go that people were told had stopped.
func (b *breaker) answered(o bot.Outcome) (tell bool) {
	b.failing = b.failing[:0]
	release := false
	switch b.kind {
	case transport:
		release = true
	case account, recovering:
		release = o != bot.BadAccount && o != bot.Transient
	case refusing:
		release = o == bot.Delivered
	}
	if !release {
		return false
	}
	return b.release()
}

// release lets the lane go, and reports whether people were told that it stood.
func (b *breaker) release() (tell bool) {
	tell = b.told
	*b = breaker{failing: b.failing[:0]}
	return tell
}

// resume makes the next request a probe that leaves at once.
func (b *breaker) resume(now time.Duration) {
	if b.kind != going {
		b.kind, b.until, b.tries = recovering, 0, 0
		b.since = now
	}
}
