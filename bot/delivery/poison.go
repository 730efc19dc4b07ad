package delivery

import (
	"slices"
	"time"

	"storybot/bot"
)

// poisonDetector notices that an update itself is refused. A fault of ours would hit
// every channel of a push; after a few equal refusals in a row the rest of it
// is not sent. Where channels have taken the update before, the refusals are
// more likely a rule of some of them, and it takes more to stop.
type poisonDetector struct {
	byEdition map[edition]*refusals
	// going are those that go on, over those that are stopped, the oldest first. Each
	// have their own bound: a stopped push stays stopped, however many go on beside
	// it, and however many are stopped the others are counted.
	going, over []edition
}

type refusals struct {
	code     string
	inARow   int
	accepted bool
	stopped  *bot.Verdict
}

// delivered notes that a channel took the update.
func (p *poisonDetector) delivered(key edition) {
	r := p.of(key)
	r.accepted, r.inARow = true, 0
}

// refused notes that a channel refused the update, and reports whether that
// has just stopped its push.
func (p *poisonDetector) refused(key edition, v bot.Verdict) (stopped bool) {
	r := p.of(key)
	if r.code != v.Code {
		r.code, r.inARow = v.Code, 0
	}
	r.inARow++
	limit := stopAfter
	if r.accepted {
		limit = stopAfterAccepted
	}
	if r.stopped != nil || r.inARow < limit {
		return false
	}
	r.stopped = &bot.Verdict{Outcome: bot.BadPayload, Code: v.Code, Cure: v.Cure,
		Reason: "was left out, because other channels refused the same message: " + bot.Reason("each", reasonOf(v))}
	p.going = slices.DeleteFunc(p.going, func(e edition) bool { return e == key })
	p.over = p.add(p.over, key)
	return true
}

// stopped returns the verdict on the rows of a stopped push, nil when it goes on.
func (p *poisonDetector) stopped(key edition) *bot.Verdict {
	if r := p.byEdition[key]; r != nil {
		return r.stopped
	}
	return nil
}

// accepted says that some channel has taken the update.
func (p *poisonDetector) accepted(key edition) bool {
	r := p.byEdition[key]
	return r != nil && r.accepted
}

func (p *poisonDetector) of(key edition) *refusals {
	if r := p.byEdition[key]; r != nil {
		return r
	}
	if p.byEdition == nil {
		p.byEdition = map[edition]*refusals{}
	}
	r := &refusals{}
	p.byEdition[key] = r
	p.going = p.add(p.going, key)
	return r
}

// add adds key to a list and forgets the oldest one there when that is full.
func (p *poisonDetector) add(list []edition, key edition) []edition {
	if len(list) >= maxEditions/2 {
		delete(p.byEdition, list[0])
		list = slices.Delete(list, 0, 1)
	}
	return append(list, key)
}

// faults remembers at which deliveries the platform itself has failed, so that
// a message it fails at each time does not hold up its channel for a day. It is
// kept in memory only: what is forgotten is tried for longer.
type faults struct {
	byDelivery map[int64]fault
}

// fault is how often requests for one delivery were lost, and since when.
type fault struct {
	since time.Duration
	times int
}

// lost notes that a request for a delivery was surely not carried out although
// it had left, and reports whether it is hopeless where others take the message.
func (f *faults) lost(id int64, now time.Duration) (hopeless bool) {
	if f.byDelivery == nil || len(f.byDelivery) >= maxFaults {
		f.byDelivery = map[int64]fault{}
	}
	known := f.byDelivery[id]
	if known.times == 0 {
		known.since = now
	}
	known.times++
	f.byDelivery[id] = known
	return known.times >= hopelessTimes && now-known.since >= hopelessAfter
}

// since notes another fault at a delivery and returns how long ago the first was.
func (f *faults) since(id int64, now time.Duration) time.Duration {
	f.lost(id, now)
	return now - f.byDelivery[id].since
}

// over forgets a delivery that has ended.
func (f *faults) over(id int64) { delete(f.byDelivery, id) }
