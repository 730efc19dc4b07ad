package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// arrives is what goes out now, in order: updates, and digests by their channels.
func (d *desk) arrives(l stories.Lease) string {
	d.Helper()
	var out []string
	for _, v := range d.drain(l, 10) {
		if v.About.UpdateID > 0 {
			out = append(out, d.labels([]stories.Delivery{v}))
			continue
		}
		c, err := d.Content(d.ctx, stories.SubjectOf(v.About, v.Op, v.ID), v.Revision)
		d.ok(err)
		if c.Notice.Kind == stories.DigestNotice {
			out = append(out, fmt.Sprintf("%s digest %s", strings.TrimPrefix(v.Destination.Channel, "#"), c.Notice.Body.Digest.Until.UTC().Format("02 15:04")))
		}
	}
	return strings.Join(out, ", ")
}

var collectingTests = []test{
	{"what is not breaking is collected until the period ends, and comes as one digest", func(d *desk) {
		s, other := d.track("sony", "film"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("topic:film", stories.Options{Digest: "daily@09:00"}, "a")
		d.sets("all", stories.Options{Digest: "daily@09:00"}, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Minor)
		d.append(s, stories.Breaking)
		same(d, "at once", d.arrives(l), "a sony 2")
		d.until("08:59")
		d.endWaits()
		same(d, "before", d.arrives(l), "")
		d.until("09:00")
		d.append(s, stories.Normal) // belongs to the next period
		d.endWaits()
		same(d, "at the end", d.arrives(l), "a digest 24 09:00")
		d.endWaits()
		same(d, "once more", d.arrives(l), "")
		same(d, "states", d.states(channel("a"), s), "gathered sent deferred")
		d.later(24 * time.Hour)
		d.endWaits()
		same(d, "a day later", d.arrives(l), "a digest 25 09:00")
		d.later(24 * time.Hour)
		d.endWaits()
		same(d, "an empty period", d.arrives(l), "")
		d.queueAgrees()
	}},
	{"after a week's downtime there is one digest", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@09:00"}, "a")
		d.append(s, stories.Normal)
		d.later(7*24*time.Hour + time.Minute)
		d.endWaits()
		d.endWaits()
		same(d, "digests", d.arrives(l), "a digest 30 09:00")
	}},
	{"a digest that falls due in quiet hours waits for their end", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly", Quiet: nights}, "a")
		d.until("21:30")
		d.append(s, stories.Normal)
		d.until("22:00")
		d.endWaits()
		same(d, "at their beginning", d.arrives(l), "")
		d.until("23:30")
		d.append(s, stories.Normal)
		d.endWaits()
		same(d, "in them", d.arrives(l), "")
		d.until("07:00")
		d.endWaits()
		same(d, "at their end", d.arrives(l), "a digest 24 07:00")
		same(d, "states", d.states(channel("a"), s), "gathered gathered")
	}},
	{"what a digest kept back arrives at once, as a digest, when it is taken away", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@09:00"}, "a")
		d.later(time.Minute)
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		d.later(time.Minute)
		d.sets("sony", stories.Options{}, "a")
		same(d, "at once", d.arrives(l), "a digest 23 10:02")
		d.append(s, stories.Normal)
		same(d, "then", d.arrives(l), "a sony 3")
		d.queueAgrees()
	}},
	{"when a digest is taken away all comes that waits for it, also what is younger than the command", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@09:00"}, "a", "b")
		d.append(s, stories.Normal)
		d.later(time.Hour)
		early := d.act() // it waited while others planned, or came from a machine whose clock is behind
		d.append(s, stories.Normal)
		d.later(200 * time.Millisecond)
		d.append(s, stories.Normal)
		sony := stories.Target{Kind: stories.TargetStory, Name: "sony"}
		for _, to := range []struct {
			name string
			stories.Options
		}{{"a", stories.Options{}}, {"b", stories.Options{Quiet: nights}}} {
			_, _, err := d.Subscribe(d.ctx, early, stories.Subscription{Destination: channel(to.name), Target: sony, Options: to.Options, CreatedBy: ana}, lane)
			d.ok(err)
		}
		same(d, "at once", d.arrives(l), "a digest 23 11:00, b digest 23 11:00")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("b"), s), "gathered gathered gathered, gathered gathered gathered")
		d.queueAgrees()
	}},
	{"a digest that is taken away at the end of a period of which there is one is another", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		d.append(s, stories.Normal)
		d.until("11:00")
		d.endWaits()
		d.append(s, stories.Normal)
		d.sets("sony", stories.Options{}, "a")
		d.arrives(l)
		same(d, "states", d.states(channel("a"), s), "gathered gathered")
		d.queueAgrees()
	}},
	{"a digest comes at once when its quiet hours are taken away, though another subscription has had one of the period", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		daily := stories.Options{Digest: "daily@09:00"}
		late := stories.Options{Digest: "daily@09:00", Quiet: "22:00-10:00"}
		d.until("02:00")
		d.sets("sony", late, "a")
		d.sets("fire", daily, "a")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		d.until("09:34")
		d.endWaits()
		d.arrives(l)
		same(d, "before", d.states(channel("a"), s)+", "+d.states(channel("a"), other), "deferred, gathered")
		d.sets("sony", daily, "a")
		d.endWaits()
		d.arrives(l)
		same(d, "at once", d.states(channel("a"), s), "gathered")
		d.queueAgrees()
	}},
	{"a digest of the last hour comes at once so", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		d.until("01:30")
		d.sets("sony", stories.Options{Digest: "hourly", Quiet: "00:00-06:00"}, "a")
		d.sets("fire", stories.Options{Digest: "hourly"}, "a")
		d.until("02:46")
		d.append(s, stories.Normal)
		d.append(other, stories.Normal)
		d.until("03:00")
		d.endWaits()
		d.arrives(l)
		d.until("03:46")
		d.endWaits()
		same(d, "before", d.states(channel("a"), s)+", "+d.states(channel("a"), other), "deferred, gathered")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		d.endWaits()
		d.arrives(l)
		same(d, "at once", d.states(channel("a"), s), "gathered")
		d.queueAgrees()
	}},
	{"who unsubscribes gets no digest of what was collected", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "daily@09:00"}, "a")
		d.append(s, stories.Normal)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		d.until("09:00")
		d.endWaits()
		same(d, "digests", d.arrives(l), "")
		same(d, "states", d.states(channel("a"), s), "skipped")
	}},
	{"a clock that is set back brings nothing twice, and nothing is lost", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.sets("sony", stories.Options{Digest: "hourly"}, "b")
		d.append(s, stories.Normal)
		d.until("11:00")
		d.endWaits()
		same(d, "at eleven", d.arrives(l), "a sony 1, b digest 23 11:00")
		d.now = d.now.Add(-30 * time.Minute)
		d.endWaits()
		d.append(s, stories.Normal)
		d.until("11:00")
		d.endWaits()
		d.until("12:00")
		d.endWaits()
		same(d, "at twelve", d.arrives(l), "a sony 2, b digest 23 12:00")
		d.until("23:00")
		d.endWaits()
		d.append(s, stories.Normal)
		d.now = d.now.Add(-2 * time.Hour) // it is not night yet
		d.endWaits()
		same(d, "before the night", d.arrives(l), "a sony 3")
		d.queueAgrees()
	}},
	{"a clock that was far ahead for a while holds no digest back, nor what was published then", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		d.append(s, stories.Normal)
		was := d.now
		d.later(365 * 24 * time.Hour)
		d.endWaits()
		d.arrives(l)
		d.append(s, stories.Normal)
		d.now = was.Add(time.Minute)
		d.endWaits()
		d.append(s, stories.Normal)
		d.until("11:00")
		d.endWaits()
		same(d, "in the next hour", d.arrives(l), "a digest 23 11:00")
		same(d, "states", d.states(channel("a"), s), "gathered gathered gathered")
		d.append(s, stories.Normal)
		d.until("12:00")
		d.endWaits()
		same(d, "and after it", d.arrives(l), "a digest 23 12:00")
		d.queueAgrees()
	}},
	{"what is merged waits as the story that it goes on as says", func(d *desk) {
		from, into := d.track("fire"), d.track("sony")
		l := d.hold(lane, "w")
		d.sets("fire", stories.Options{Quiet: nights}, "a", "b")
		d.follow("sony", "b")
		d.until("23:00")
		d.append(from, stories.Normal)
		d.merge(from, into)
		same(d, "where the target's options decide", d.arrives(l), "b sony 1")
		d.until("07:00")
		d.endWaits()
		same(d, "where those of the source went over", d.arrives(l), "a sony 1")
		d.queueAgrees()
	}},
	{"what waits for a channel goes to its new address, and to a gone one not at all", func(d *desk) {
		s := d.track("sony")
		d.hold(lane, "w")
		d.sets("sony", stories.Options{Quiet: nights}, "a", "b")
		d.until("23:00")
		d.append(s, stories.Normal)
		d.ok(d.MoveDestination(d.ctx, channel("a"), channel("c")))
		d.ok(d.EndDestination(d.ctx, channel("b"), "was deleted", d.now))
		d.until("07:00")
		d.endWaits()
		l := d.hold(lane, "w")
		same(d, "sent", d.arrives(l), "c sony 1")
		d.queueAgrees()
	}},
	{"what waits for a blocked channel is held at the end of quiet hours", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.append(s, stories.Normal)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked))
		d.until("23:00")
		d.append(s, stories.Normal)
		same(d, "by night", d.states(channel("a"), s), "held deferred")
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", d.states(channel("a"), s), "held held")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "healed", d.arrives(l), "a sony 1, a sony 2")
		d.queueAgrees()
	}},
	{"at a blocked channel a digest collects until it is healed, and nothing of it is dropped", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a", "b")
		d.append(s, stories.Normal)
		d.later(time.Hour)
		d.endWaits()
		for _, v := range d.claim(l, 2) {
			if v.Destination == channel("b") {
				d.advance(l, 0, d.result(v, stories.Sent, "m"))
				continue
			}
			d.advance(l, 0, d.refusal(v, stories.Held, "no access", stories.Blocked))
		}
		for range 8 {
			d.append(s, stories.Normal)
			d.later(time.Hour)
			d.endWaits()
		}
		next, now, ok, err := d.NextWait(d.ctx)
		d.ok(err)
		if !ok || !next.After(d.now) && now.Before(next) {
			d.Errorf("the next digest is due at %v, at %v", next, d.now)
		}
		d.arrives(l)
		same(d, "while it is blocked", d.states(channel("a"), s), "gathered"+strings.Repeat(" deferred", 8))
		for range 6 { // of other notices the newest five are kept
			d.sets("fire", stories.Options{}, "a")
			_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "fire"})
			d.ok(err)
		}
		_, _, err = d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		d.append(other, stories.Normal)
		d.endWaits()
		same(d, "healed", d.arrives(l), "a digest 23 11:00, a digest 23 19:00")
		same(d, "states", d.states(channel("a"), s), strings.Repeat("gathered ", 8)+"gathered")
		d.queueAgrees()
	}},
	{"in a database put back what fell due since waits for a person, and what was for a digest is left out", func(d *desk) {
		s := d.track("sony")
		d.hold(lane, "w")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.sets("sony", stories.Options{Digest: "daily@09:00"}, "b")
		// By the store's own clock, which is ahead of the desk's.
		d.now = time.Now().Add(-72 * time.Hour)
		d.until("23:00")
		d.endWaits()
		d.append(s, stories.Normal)
		_, err := d.Restored(d.ctx)
		d.ok(err)
		same(d, "a", d.states(channel("a"), s), "held")
		same(d, "b", d.states(channel("b"), s), "skipped")
		l := d.hold(lane, "w")
		same(d, "sent", d.arrives(l), "")
	}},
}
