package storetest

import (
	"fmt"
	"time"

	"storybot/stories"
)

// gatheredTests are of digests that are there, and of how much goes out at once.
var gatheredTests = []test{
	{"a digest that failed is made once more when somebody asks, and says what is so then", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a", "b")
		d.append(s, stories.Normal)
		u, _ := d.append(s, stories.Normal)
		d.later(time.Hour)
		d.endWaits()
		d.ending(l, map[string]stories.DeliveryState{"a": stories.Failed, "b": stories.Failed})
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "No"})
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		all := stories.Retry{Filter: stories.DeliveryFilter{States: []stories.DeliveryState{stories.Failed}}}
		same(d, "retried", d.tried(all), "2 failed, 0 settled, 0 unsettled, 2 channels")
		same(d, "sent", d.arrives(l), "a digest 23 11:00")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("b"), s), "gathered skipped, skipped skipped")
		d.queueAgrees()
	}},
	{"of what a revision edits the digests are told apart, and what tells of it waits for the next", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		d.follow("sony", "b")
		u, _ := d.append(s, stories.Normal)
		d.later(time.Hour)
		d.endWaits()
		d.arrives(l)
		w := stories.Rewording{Kind: stories.Withdrawal, Reason: "No"}
		would, err := d.WouldRevise(d.ctx, d.act(), u.ID, w)
		d.ok(err)
		done := d.reword(u, w)
		same(d, "before it", fmt.Sprint(would.Reach.Edits, would.Reach.Cards, would.Reach.Digests), "1 1 1")
		same(d, "after it", fmt.Sprint(done.Reach.Edits, done.Reach.Cards, done.Reach.Digests), "1 1 1")
		d.drain(l, 10)
		spread, err := d.SpreadOf(d.ctx, u.ID, 1)
		d.ok(err)
		same(d, "told", fmt.Sprint(spread.Told.Total, spread.Told.Sent, spread.Told.Deferred), "2 1 1")
	}},
	{"of much that waits some goes out at a time", func(d *desk) {
		all := []stories.Story{d.track("sony"), d.track("fire"), d.track("flood")}
		var names []string
		for i := range 250 {
			names = append(names, fmt.Sprint(i))
		}
		l := d.hold(lane, "w")
		d.sets("all", stories.Options{Quiet: nights}, names...)
		d.until("23:00")
		for _, s := range all {
			for range 3 {
				d.append(s, stories.Normal)
			}
		}
		d.until("07:00")
		first, err := d.EndWaits(d.ctx, d.now)
		d.ok(err)
		rest, err := d.EndWaits(d.ctx, d.now)
		d.ok(err)
		if first > 2000 || first < 1000 {
			d.Errorf("%d went out at first", first)
		}
		same(d, "went out", first+rest, 2250)
		same(d, "are sent", len(d.drain(l, 500)), 2250)
		d.queueAgrees()
	}},
}
