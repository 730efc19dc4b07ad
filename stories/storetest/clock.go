package storetest

import (
	"time"

	"storybot/stories"
)

// clockTests are about a clock that was an hour ahead and is set back.
var clockTests = []test{
	{"what was published before the clock was set back is due at once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.later(time.Hour)
		d.append(s, stories.Normal)
		d.later(-time.Hour)
		l := d.hold(lane, "w")
		same(d, "before", d.labels(d.claim(l, 10)), "")
		d.ok(d.Rebase(d.ctx, l, d.now))
		v := d.claim(l, 10)
		same(d, "after", d.labels(v), "a sony 1")
		same(d, "published after now", v[0].CreatedAt.After(d.now), false)
	}},
	{"a retry waits as long after the clock was set back as it was to wait before", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.later(time.Hour)
		v := d.claim(l, 1)[0]
		again := d.retry(v, d.now.Add(time.Minute))
		again.NotBefore = again.DueAt
		d.advance(l, 0, again)
		d.append(s, stories.Breaking) // has its wait from the channel
		same(d, "while it waits", d.labels(d.claim(l, 10)), "")
		d.later(-time.Hour)
		d.ok(d.Rebase(d.ctx, l, d.now))
		same(d, "at once", d.labels(d.claim(l, 10)), "")
		d.later(time.Minute)
		v = d.claim(l, 1)[0]
		same(d, "a minute later", d.labels([]stories.Delivery{v}), "a sony 1")
		same(d, "its first request is taken to be old", v.FirstAttemptAt.Before(d.now.Add(-time.Hour)), true)
		d.advance(l, 0, d.sent(v))
		same(d, "then", d.labels(d.claim(l, 10)), "a sony 2")
	}},
	{"what is being sent keeps its times", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.later(time.Hour)
		v := d.claim(l, 1)[0]
		d.ok(d.Rebase(d.ctx, l, d.now.Add(-time.Hour)))
		found, err := d.Recover(d.ctx, l)
		d.ok(err)
		same(d, "recovered", found[0], v)
	}},
	{"a lane whose clock was never set waits as before", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.retry(v, d.now.Add(5*time.Minute)))
		d.later(time.Minute)
		d.ok(d.Rebase(d.ctx, l, d.now))
		same(d, "after a minute", d.labels(d.claim(l, 10)), "")
		d.later(4 * time.Minute)
		same(d, "when it is due", d.labels(d.claim(l, 10)), "a sony 1")
	}},
}
