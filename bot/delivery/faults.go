package delivery

import "time"

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
