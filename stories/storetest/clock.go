package storetest

import (
	"time"

	"storybot/stories"
)

// clockTests are about a clock that was an hour ahead and is set back. The queue
// knows no times at which something is due.
var clockTests = []test{
	{"what was published before the clock was set back is owed at once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.later(time.Hour)
		d.append(s, stories.Normal)
		d.later(-time.Hour)
		same(d, "begun", d.labels(d.claim(d.hold(lane, "w"), 10)), "a sony 1")
	}},
	{"what failed before the clock was set back is owed at once, in order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.later(time.Hour)
		d.advance(l, 0, d.retry(d.claim(l, 1)[0]))
		d.append(s, stories.Breaking)
		d.later(-time.Hour)
		same(d, "order", d.labels(d.drain(l, 10)), "a sony 1, a sony 2")
	}},
	{"what is on its way keeps its times", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.later(time.Hour)
		v := d.claim(l, 1)[0]
		d.later(-time.Hour)
		same(d, "recovered", d.recovered(l)[0], v)
	}},
}
