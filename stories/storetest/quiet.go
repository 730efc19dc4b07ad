package storetest

import (
	"strings"
	"time"

	"storybot/stories"
)

// sets gives channels, by their short names, a subscription to a target with options.
func (d *desk) sets(target string, o stories.Options, names ...string) {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	for _, name := range names {
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel(name), Target: t, Options: o, CreatedBy: ana}, lane)
		d.ok(err)
	}
}

// at moves the clock to a time of the day that the desk's is in, or of the next one.
func (d *desk) until(clock string) {
	d.Helper()
	at, err := time.Parse("15:04", clock)
	d.ok(err)
	next := time.Date(d.now.Year(), d.now.Month(), d.now.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	if next.Before(d.now) {
		next = next.AddDate(0, 0, 1)
	}
	d.now = next
}

// ends has go out what is due now.
func (d *desk) endWaits() {
	d.Helper()
	_, err := d.EndWaits(d.ctx, d.now)
	d.ok(err)
}

// sends is what goes out now, in order.
func (d *desk) sends(l stories.Lease) string {
	d.Helper()
	return d.labels(d.drain(l, 10))
}

// nights are quiet hours in UTC.
const nights = stories.Quiet("22:00-07:00")

var quietTests = []test{
	{"what is not breaking waits for quiet hours to end, and then arrives in order", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.follow("sony", "b")
		l := d.hold(lane, "w")
		d.until("21:59")
		d.append(s, stories.Minor)
		same(d, "before", d.sends(l), "a sony 1, b sony 1")
		d.until("22:00")
		_, p := d.append(s, stories.Minor)
		same(d, "progress", p, stories.Progress{UpdateID: p.UpdateID, Total: 2, Waiting: 1, Deferred: 1})
		d.append(s, stories.Normal)
		d.append(s, stories.Breaking)
		same(d, "in quiet hours", d.sends(l), "b sony 2, a sony 4, b sony 3, b sony 4")
		same(d, "states", d.states(channel("a"), s), "sent deferred deferred sent")
		d.queueAgrees()
		d.until("06:59")
		d.endWaits()
		same(d, "a minute before they end", d.sends(l), "")
		d.until("07:00")
		d.endWaits()
		same(d, "at their end", d.sends(l), "a sony 2, a sony 3")
		p, err := d.ProgressOf(d.ctx, p.UpdateID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: p.UpdateID, Total: 2, Sent: 2})
		d.append(s, stories.Minor)
		same(d, "by day", d.sends(l), "a sony 5, b sony 5")
		d.queueAgrees()
	}},
	{"what waits for its time is kept, however old it is", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		u, _ := d.append(s, stories.Normal)
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.reword(u, stories.Rewording{Kind: stories.Release})
		_, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		d.now = d.now.AddDate(2, 0, 0)
		d.ok(d.Prune(d.ctx, d.now))
		same(d, "states", d.states(channel("a"), s), "deferred")
		d.endWaits()
		d.until("07:00")
		d.endWaits()
		same(d, "at its time", d.sends(l), "a sony 1")
		d.queueAgrees()
	}},
	{"what is published before the end of quiet hours is noticed does not overtake what waits", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(s, stories.Normal)
		d.until("07:01")
		d.append(s, stories.Normal)
		same(d, "before it is noticed", d.sends(l), "")
		d.endWaits()
		same(d, "then", d.sends(l), "a sony 1, a sony 2")
	}},
	{"at most the newest five of a story come, and the first of them says how many do not", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		d.sets("all", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		for range 7 {
			d.append(s, stories.Normal)
			d.append(other, stories.Minor)
		}
		d.until("07:00")
		d.endWaits()
		var missed []string
		sent := d.drain(l, 10)
		for _, v := range sent {
			missed = append(missed, string(rune('0'+v.Missed)))
		}
		same(d, "which", d.labels(sent), "a sony 3, a sony 4, a sony 5, a sony 6, a sony 7, a fire 3, a fire 4, a fire 5, a fire 6, a fire 7")
		same(d, "missed", strings.Join(missed, ""), "2000020000")
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "why not", found[0].Reason, "waited for quiet hours to end, and then only the newest 5 updates of the story were sent")
		d.queueAgrees()
	}},
	{"whose story is decided by another subscription waits as that says", func(d *desk) {
		s := d.track("sony", "film")
		d.sets("topic:film", stories.Options{Quiet: nights}, "a", "b")
		d.follow("sony", "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(s, stories.Normal)
		same(d, "by night", d.sends(l), "a sony 1")
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetTopic, Name: "film"})
		d.ok(err)
		same(d, "who left", d.states(channel("b"), s), "skipped")
	}},
	{"what was kept back arrives at once, in order, when quiet hours are taken away", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(s, stories.Minor)
		d.append(s, stories.Normal)
		d.sets("sony", stories.Options{Quiet: "21:00-08:00"}, "a")
		same(d, "other quiet hours that hold too", d.sends(l), "")
		d.sets("sony", stories.Options{}, "a")
		same(d, "none", d.sends(l), "a sony 1, a sony 2")
		d.append(s, stories.Minor)
		same(d, "afterwards", d.sends(l), "a sony 3")
		d.queueAgrees()
	}},
	{"who unsubscribes drops what waits, also where another subscription brings what comes from then on", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.follow("all", "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(s, stories.Normal)
		same(d, "before", d.sends(l), "")
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		same(d, "what waited", d.states(channel("a"), s), "skipped")
		d.append(s, stories.Normal)
		same(d, "once all decides", d.sends(l), "a sony 2")
		d.queueAgrees()
	}},
	{"a pause and a stop drop what waits, and a resumption brings nothing of it", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.sets("all", stories.Options{Quiet: nights}, "b")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		for _, state := range []stories.SubscriptionState{stories.Paused, stories.Active} {
			_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"}, state)
			d.ok(err)
		}
		d.ok(d.stop(d.act(), channel("b"), s.ID))
		d.until("07:00")
		d.endWaits()
		same(d, "sent", d.sends(l), "b fire 1")
		same(d, "paused", d.states(channel("a"), s), "skipped")
		same(d, "stopped", d.states(channel("b"), s), "skipped")
		d.queueAgrees()
	}},
	{"a waiting copy goes out in its newest wording, and one that is withdrawn does not", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		first, _ := d.append(s, stories.Normal)
		second, _ := d.append(s, stories.Normal)
		done := d.reword(first, stories.Rewording{Kind: stories.Correction, Text: "Otherwise"})
		same(d, "reach of the correction", done.Reach, stories.Reach{Kind: stories.Correction, Waiting: 1})
		d.reword(second, stories.Rewording{Kind: stories.Withdrawal, Reason: "No"})
		d.until("07:00")
		d.endWaits()
		sent := d.drain(l, 10)
		same(d, "sent", d.labels(sent), "a sony 1")
		same(d, "wording", sent[0].Revision, 1)
		same(d, "states", d.states(channel("a"), s), "sent skipped")
		d.queueAgrees()
	}},
	{"what is put on hold while it waits is kept, and waits again once it is released", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a", "b")
		l := d.hold(lane, "w")
		d.until("23:00")
		first, _ := d.append(s, stories.Normal)
		second, _ := d.append(s, stories.Normal)
		d.reword(first, stories.Rewording{Kind: stories.Hold})
		d.reword(second, stories.Rewording{Kind: stories.Hold})
		same(d, "held", d.states(channel("a"), s), "kept kept")
		d.reword(first, stories.Rewording{Kind: stories.Release})
		same(d, "released by night", d.states(channel("a"), s), "deferred kept")
		same(d, "sent by night", d.sends(l), "")
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", d.sends(l), "a sony 1, b sony 1")
		d.reword(second, stories.Rewording{Kind: stories.Release})
		same(d, "released by day", d.sends(l), "a sony 2, b sony 2")
		d.queueAgrees()
	}},
	{"edits wait for nothing; what tells of a revision waits as its update does", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("21:00")
		u, _ := d.append(s, stories.Normal)
		urgent, _ := d.append(s, stories.Breaking)
		d.sends(l)
		d.until("23:00")
		d.reword(u, stories.Rewording{Kind: stories.Correction, Text: "Otherwise"})
		same(d, "edit of a normal one", d.edits(l), "a 1, ")
		same(d, "telling of it", d.tellings(l), "")
		d.drain(l, 10)
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.reword(u, stories.Rewording{Kind: stories.Release})
		d.reword(urgent, stories.Rewording{Kind: stories.Correction, Text: "Otherwise"})
		same(d, "telling of a breaking one", d.tellings(l), "a 0>1")
		d.drain(l, 10)
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning one tells of all", d.tellings(l), "a 0>3")
		d.queueAgrees()
	}},
	{"a hold and a release that nobody saw cancel out", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("21:00")
		u, _ := d.append(s, stories.Normal)
		d.sends(l)
		d.until("23:00")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.reword(u, stories.Rewording{Kind: stories.Release})
		d.until("07:00")
		d.endWaits()
		same(d, "told", d.tellings(l), "")
		d.queueAgrees()
	}},
	{"what stood in the queue when quiet hours began waits for their end", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("21:59")
		d.append(s, stories.Normal)
		d.append(s, stories.Breaking)
		d.until("22:00")
		w := d.worker(l)
		w.noted = true
		sent := d.drain(l, 1)
		same(d, "by night", d.labels(sent), "a sony 1, a sony 2") // a breaking one takes it along
		d.until("21:59")
		d.endWaits()
		d.append(s, stories.Normal)
		d.until("22:00")
		same(d, "without one", d.sends(l), "")
		same(d, "states", d.states(channel("a"), s), "sent sent deferred")
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", d.sends(l), "a sony 3")
		d.queueAgrees()
	}},
}
