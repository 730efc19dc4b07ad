package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// waitsUntil is until when what waits at a channel does, by /subscriptions, and by /why of the
// newest update of some stories.
func (d *desk) waitsUntil(name string, of ...stories.Story) string {
	d.Helper()
	var out []string
	subs, err := d.Subscriptions(d.ctx, channel(name))
	d.ok(err)
	for _, sub := range subs {
		if sub.Waits.Updates > 0 {
			out = append(out, fmt.Sprintf("%s %d %s", sub.Target.Name, sub.Waits.Updates, sub.Waits.Until.Format("02 15:04")))
		}
	}
	for _, s := range of {
		found, err := d.DeliveriesTo(d.ctx, channel(name), s.ID, 0, 100)
		d.ok(err)
		last := ""
		for _, v := range found {
			if v.State == stories.Deferred && last == "" {
				last = fmt.Sprintf("%s until %s (%s)", s.Slug, v.Tries.DueAt.Format("02 15:04"), v.Reason)
			}
		}
		if last != "" {
			out = append(out, last)
		}
	}
	return strings.Join(out, ", ")
}

// deferred is how many messages wait for their time anywhere.
func (d *desk) deferred() int {
	d.Helper()
	n, err := d.Deferred(d.ctx)
	d.ok(err)
	return n
}

var digestSharingTests = []test{
	{"each subscription decides alone, quiet hours included: what waits for those of one holds up nothing of another", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@06:00", Quiet: nights}, "a")
		d.sets("fire", stories.Options{Digest: "daily@06:00"}, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		said := "fire 1 24 06:00, sony 1 24 07:00, sony until 24 07:00 (digest), fire until 24 06:00 (digest)"
		same(d, "by day", d.waitsUntil("a", s, other), said)
		d.until("23:00")
		same(d, "by night", d.waitsUntil("a", s, other), said)
		same(d, "wait in all", d.deferred(), 2)
		d.until("06:00")
		d.endWaits()
		same(d, "in quiet hours of one", d.arrives(l), "a digest 24 06:00")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("a"), other), "deferred, gathered")
		same(d, "wait in all", d.deferred(), 1)
		d.append(s, stories.Normal)
		same(d, "of two periods", d.waitsUntil("a", s), "sony 2 24 07:00, sony until 25 07:00 (digest)")
		d.until("07:00")
		d.endWaits()
		same(d, "at their end", d.arrives(l), "a digest 24 06:00")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("a"), other), "gathered deferred, gathered")
		d.endWaits()
		same(d, "and once", d.arrives(l), "")
		d.later(24 * time.Hour)
		d.endWaits()
		same(d, "a day later", d.arrives(l), "a digest 25 06:00")
		d.queueAgrees()
	}},
	{"where the quiet hours of those that share a digest agree there is one", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@06:00", Quiet: nights}, "a")
		d.sets("fire", stories.Options{Digest: "daily@06:00", Quiet: "05:00-07:00"}, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		d.until("07:00")
		d.endWaits()
		same(d, "at their end", d.arrives(l), "a digest 24 06:00")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("a"), other), "gathered, gathered")
		d.queueAgrees()
	}},
	{"who was down over all of their quiet hours makes one digest", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@06:00", Quiet: nights}, "a")
		d.sets("fire", stories.Options{Digest: "daily@06:00"}, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		d.until("09:00")
		d.later(24 * time.Hour)
		d.endWaits()
		same(d, "then", d.arrives(l), "a digest 25 06:00")
		d.queueAgrees()
	}},
	{"what was breaking is named in one of the digests of a period", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@06:00", Quiet: nights}, "a")
		d.sets("fire", stories.Options{Digest: "daily@06:00"}, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		d.append(other, stories.Breaking)
		d.arrives(l)
		named := func() (n int) {
			for _, v := range d.drain(l, 10) {
				c, err := d.Content(d.ctx, stories.SubjectOf(v.About, v.Op, v.ID), v.Revision)
				d.ok(err)
				for _, in := range c.Digest.Stories {
					n += len(in.Breaking)
				}
			}
			return n
		}
		d.until("06:00")
		d.endWaits()
		same(d, "named at six", named(), 1)
		d.until("07:00")
		d.endWaits()
		same(d, "and at seven", named(), 0)
	}},
}

var rescheduledTests = []test{
	{"what waits follows the digest as it is now", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a", "b")
		d.later(10 * time.Minute)
		d.append(s, stories.Normal)
		d.sets("sony", stories.Options{Digest: "daily@09:00"}, "a")
		same(d, "a", d.waitsUntil("a", s), "sony 1 24 09:00, sony until 24 09:00 (digest)")
		d.until("11:00")
		d.endWaits()
		same(d, "at the full hour", d.arrives(l), "b digest 23 11:00")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		same(d, "a period has ended by the new one", d.arrives(l), "a digest 23 11:00")
		d.append(s, stories.Normal)
		d.sets("sony", stories.Options{Digest: "daily@09:00", Zone: "Europe/Berlin"}, "a")
		same(d, "a in Berlin", d.waitsUntil("a"), "sony 1 24 08:00")
		d.sets("sony", stories.Options{Digest: "daily@09:00", Zone: "Asia/Tokyo"}, "a")
		same(d, "a in Tokyo", d.waitsUntil("a"), "sony 1 24 00:00")
		d.queueAgrees()
	}},
	{"what waits in quiet hours follows the digest as it is now", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.until("22:36")
		d.sets("sony", stories.Options{Quiet: "22:00-06:00"}, "a")
		d.append(s, stories.Normal)
		d.sets("sony", stories.Options{Quiet: "22:00-06:00", Digest: "hourly"}, "a")
		same(d, "hourly", d.waitsUntil("a", s), "sony 1 24 06:00, sony until 24 06:00 (digest)")
		d.sets("sony", stories.Options{Quiet: "22:00-06:00", Digest: "daily@09:00"}, "a")
		same(d, "daily", d.waitsUntil("a", s), "sony 1 24 09:00, sony until 24 09:00 (digest)")
		d.until("06:00")
		d.endWaits()
		same(d, "at the end of quiet hours", d.arrives(l), "")
		d.until("09:00")
		d.endWaits()
		same(d, "at nine", d.arrives(l), "a digest 24 09:00")
		d.queueAgrees()
	}},
	{"what a digest kept back comes as one at the end of quiet hours once there is no digest, and without them when it is due", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.until("22:36")
		both := stories.Options{Quiet: "22:00-06:00", Digest: "daily@05:00"}
		d.sets("sony", both, "a", "b")
		d.append(s, stories.Normal)
		same(d, "both", d.waitsUntil("a", s), "sony 1 24 06:00, sony until 24 06:00 (digest)")
		d.sets("sony", stories.Options{Digest: "daily@05:00"}, "a")
		same(d, "no quiet hours", d.waitsUntil("a", s), "sony 1 24 05:00, sony until 24 05:00 (digest)")
		d.sets("sony", stories.Options{Quiet: "22:00-06:00"}, "b")
		same(d, "no digest", d.waitsUntil("b", s), "sony 1 24 06:00, sony until 24 06:00 (quiet hours)")
		d.until("05:00")
		d.endWaits()
		same(d, "at five", d.arrives(l), "a digest 24 05:00")
		d.until("06:00")
		d.endWaits()
		same(d, "at six", d.arrives(l), "b digest 24 06:00")
		d.queueAgrees()
	}},
	{"who shares a digest is not moved when another's changes", func(d *desk) {
		s, other := d.track("sony", "film"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("topic:film", stories.Options{Digest: "daily@12:00"}, "a")
		d.sets("fire", stories.Options{Digest: "daily@12:00"}, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		d.sets("fire", stories.Options{Digest: "daily@18:00"}, "a")
		same(d, "both", d.waitsUntil("a", s, other), "fire 1 23 18:00, film 1 23 12:00, sony until 23 12:00 (digest), fire until 23 18:00 (digest)")
		d.later(time.Minute)
		d.sets("topic:film", stories.Options{}, "a")
		same(d, "off", d.arrives(l), "a digest 23 10:01")
		d.until("18:00")
		d.endWaits()
		same(d, "at six in the evening", d.arrives(l), "a digest 23 18:00")
		d.queueAgrees()
	}},
}
