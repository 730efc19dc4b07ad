package storetest

import (
	"time"

	"storybot/stories"
)

var leaveTests = []test{
	{"what is on its way to a channel is told until it has ended", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		count := func(name string) int {
			ids, err := d.InFlight(d.ctx, channel(name))
			d.ok(err)
			return len(ids)
		}
		same(d, "before", count("a"), 0)
		same(d, "of nobody", count("nobody"), 0)
		v := d.claim(l, 1)[0]
		same(d, "on its way", count("a"), 1)
		same(d, "to another", count("b"), 0)
		d.advance(l, 0, d.sent(v))
		same(d, "after", count("a"), 0)
	}},
	{"what is on its way to a channel that leaves is not tried again", func(d *desk) {
		s := d.track("sony")
		names := []string{"left", "muted", "paused", "gone", "raised", "stays"}
		for _, name := range names {
			d.follow("all", name)
		}
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		begun := d.claim(l, 10)
		same(d, "begun", len(begun), len(names))
		d.leave(s)
		for i, v := range begun {
			if i%2 == 0 {
				d.advance(l, 0, d.retry(v))
			}
		}
		// The others never left: they are put back.
		w := d.worker(l)
		clear(w.flying)
		w.batch++
		_, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: w.batch})
		d.ok(err)
		same(d, "sent after all", d.labels(d.drain(l, 10)), "stays sony 1")
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 6, Sent: 1, Unwanted: 5})
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
	{"what waits for a channel that leaves is skipped with a reason, also what is held", func(d *desk) {
		s := d.track("sony")
		names := []string{"left", "muted", "paused", "gone", "raised", "stays"}
		for _, name := range names {
			d.follow("all", name)
		}
		d.follow("all", "held")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		for _, v := range d.claim(l, 10) {
			if v.Destination == channel("held") {
				d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked))
			} else {
				d.advance(l, 0, d.sent(v))
			}
		}
		d.append(s, stories.Normal)
		d.leave(s)
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("held"), stories.Target{Kind: stories.TargetAll}, stories.Paused)
		d.ok(err)
		same(d, "sent", d.labels(d.drain(l, 10)), "stays sony 2")
		same(d, "held", d.states(channel("held"), s), "skipped skipped")
		for _, name := range names[:5] {
			v := d.toChannel(name, s)[0]
			if v.State != stories.Skipped || v.Reason == "" {
				d.Errorf("%s: %s because %q", name, v.State, v.Reason)
			}
		}
	}},
	{"pausing one of two that cover a story skips what waits where that one decides", func(d *desk) {
		s := d.track("sony", "security")
		for _, c := range []struct {
			name  string
			pause string
			want  string
		}{{"a", "topic:security", "pending"}, {"b", "sony", "skipped"}} {
			d.follow("sony", c.name)
			d.follow("topic:security", c.name)
			d.append(s, stories.Normal)
			target, err := stories.ParseTarget(c.pause)
			d.ok(err)
			_, err = d.SetSubscriptionState(d.ctx, d.act(), channel(c.name), target, stories.Paused)
			d.ok(err)
			same(d, "states once "+c.pause+" is paused", d.states(channel(c.name), s), c.want)
		}
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), story(s)) // the topic decides then
		d.ok(err)
		same(d, "states", d.states(channel("a"), s), "skipped skipped")
	}},
}

// leave takes followers of all away, in every way there is.
func (d *desk) leave(s stories.Story) {
	d.Helper()
	everything := stories.Target{Kind: stories.TargetAll}
	_, err := d.Unsubscribe(d.ctx, d.act(), channel("left"), everything)
	d.ok(err)
	d.ok(d.stop(d.act(), channel("muted"), s.ID))
	_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("paused"), everything, stories.Paused)
	d.ok(err)
	d.ok(d.EndDestination(d.ctx, channel("gone"), "deleted", d.now))
	d.later(time.Second)
	d.followFrom("all", channel("raised"), stories.Breaking)
}
