package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// putBackTests say what a store makes of what was owed in a copy of itself.
var putBackTests = []test{
	{"what is queued, on its way and held waits, and nothing of it is loaded", func(d *desk) {
		s := d.backlog()
		before := d.progressOf(1)
		d.putBack(6)
		l := d.hold(lane, "next")
		same(d, "what is on its way", len(d.recovered(l)), 0)
		same(d, "what is loaded", len(d.claim(l, 10)), 0)
		p := d.waitsFor(6, 3)
		same(d, "generation", p.Generation, 1)
		same(d, "a", d.states(channel("a"), s), "held held")
		same(d, "total", d.progressOf(1).Total, before.Total)
		same(d, "waiting", d.progressOf(1).Waiting, 3)
		same(d, "held", d.progressOf(1).Held, 0)
		for _, q := range d.queue() {
			same(d, "queue of "+q.Lane, q.Pending+q.Sending+q.Held, 0)
		}
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		if !found[0].Tries.PutBack || !found[0].Tries.Doubtful || !strings.Contains(found[0].Reason, "put back") || found[0].Tries.First.IsZero() {
			d.Errorf("it is told as %+v", found[0])
		}
	}},
	{"what is published afterwards is not held up and shares no key", func(d *desk) {
		s := d.backlog()
		keys := map[string]bool{}
		all, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 100)
		d.ok(err)
		for _, v := range all {
			keys[v.Key] = true
		}
		d.putBack(6)
		d.append(s, stories.Normal)
		begun := d.claim(d.hold(lane, "next"), 10)
		same(d, "begun", d.labels(begun), "a sony 3, b sony 3")
		for _, v := range begun {
			if keys[v.Key] {
				d.Errorf("the key of %s was another's", v.Destination)
			}
		}
		d.waitsFor(6, 3)
	}},
	{"settling queues it as put back, once", func(d *desk) {
		d.backlog()
		d.putBack(6)
		d.later(time.Hour)
		act := d.act()
		act.Key = "press"
		for range 2 { // the platform delivers it again
			n, err := d.SettlePutBack(d.ctx, act, 1)
			d.ok(err)
			same(d, "settled", n, 6)
		}
		p, err := d.PutBack(d.ctx)
		d.ok(err)
		same(d, "waiting", p.Waiting, 0)
		same(d, "settling", p.Settling, 4) // c is blocked
		rows := d.owedRows(d.hold(lane, "next"))
		same(d, "rows", len(rows), 4)
		for _, r := range rows {
			if !r.Doubtful || !r.PutBack || r.FirstAttemptAt.IsZero() || r.LastAttemptAt.Before(r.FirstAttemptAt) {
				d.Errorf("loaded as %+v", r)
			}
		}
		n, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		same(d, "settled again", n, 0)
	}},
	{"releasing owes it as if it was never tried", func(d *desk) {
		s := d.backlog()
		d.putBack(6)
		n, err := d.ReleasePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		same(d, "released", n, 6)
		l := d.hold(lane, "next")
		for _, r := range d.owedRows(l) {
			if r.Doubtful || r.PutBack || r.Attempt != 0 || !r.FirstAttemptAt.IsZero() {
				d.Errorf("loaded as %+v", r)
			}
		}
		same(d, "sent", d.labels(d.drain(l, 10)), "a sony 1, b sony 1, a sony 2, b sony 2")
		p := d.progressOf(1)
		same(d, "progress", fmt.Sprint(p.Sent, p.Held, p.Waiting), "2 1 0")
		_, _, err = d.ReopenDestination(d.ctx, channel("c"), 5, d.now)
		d.ok(err)
		same(d, "once c heals", d.labels(d.drain(l, 10)), "c sony 1, c sony 2")
		same(d, "c", d.states(channel("c"), s), "sent sent")
	}},
	{"what a blocked channel holds is settled once it heals", func(d *desk) {
		d.backlog()
		d.putBack(6)
		_, _, err := d.ReopenDestination(d.ctx, channel("c"), 5, d.now)
		d.ok(err)
		l := d.hold(lane, "next")
		same(d, "before anybody decides", len(d.owedRows(l)), 0)
		d.waitsFor(6, 3)
		_, err = d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		same(d, "rows", len(d.owedRows(l)), 6)
	}},
	{"of what a blocked channel then holds the newest few are kept", func(d *desk) {
		s := d.backlog()
		d.putBack(6)
		const catchUp = 5
		for range catchUp - 1 {
			d.append(s, stories.Minor)
		}
		_, err := d.ReleasePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		same(d, "c", d.states(channel("c"), s), "skipped held held held held held")
	}},
	{"where nobody can say it waits for a person again", func(d *desk) {
		s := d.backlog()
		d.putBack(6)
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		l := d.hold(lane, "next")
		begun := d.claim(l, 1)
		r := d.result(begun[0], stories.Held, "its history cannot be read")
		r.PutBack = true
		begun = d.advance(l, 1, r)
		d.waitsFor(1, 1)
		// One that was not there is owed like any other.
		r = d.result(begun[0], stories.Pending, "")
		d.advance(l, 0, r)
		for _, o := range d.owedRows(l) {
			if o.Delivery == begun[0].ID && (o.Doubtful || o.PutBack) {
				d.Errorf("what was not there is loaded as %+v", o)
			}
		}
		n, err := d.ReleasePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		same(d, "released", n, 1)
		d.drain(l, 10)
		same(d, "a", d.states(channel("a"), s), "sent sent")
		same(d, "b", d.states(channel("b"), s), "sent sent")
	}},
	{"a button of an earlier time does nothing", func(d *desk) {
		d.backlog()
		d.putBack(6)
		d.putBack(0)
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.refused(err, stories.CodeExists)
		_, err = d.ReleasePutBack(d.ctx, d.act(), 1)
		d.refused(err, stories.CodeExists)
		d.waitsFor(6, 3)
		_, err = d.SettlePutBack(d.ctx, d.act(), 2)
		d.ok(err)
	}},
	{"what is being settled waits again when another copy is put back", func(d *desk) {
		d.backlog()
		d.putBack(6)
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		d.claim(d.hold(lane, "next"), 1)
		d.putBack(6)
		d.waitsFor(6, 3)
		p := d.progressOf(1)
		same(d, "progress", fmt.Sprint(p.Sent, p.Held, p.Waiting), "0 0 3")
	}},
	{"what may be in a channel that leaves is still decided about, and goes with one that is gone", func(d *desk) {
		s := d.backlog()
		d.putBack(6)
		all, err := stories.ParseTarget("all")
		d.ok(err)
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), all)
		d.ok(err)
		same(d, "a", d.states(channel("a"), s), "held held")
		d.ok(d.EndDestination(d.ctx, channel("c"), "the channel was deleted", d.now))
		same(d, "c", d.states(channel("c"), s), "skipped skipped")
		d.waitsFor(4, 2)
		n, err := d.ReleasePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		same(d, "released", n, 2)
		same(d, "a afterwards", d.states(channel("a"), s), "skipped skipped")
		d.waitsFor(0, 0)
	}},
	{"what is found in an older wording is edited", func(d *desk) {
		s := d.backlog()
		d.putBack(6)
		u, err := d.UpdateByNumber(d.ctx, s.ID, 1)
		d.ok(err)
		_, err = d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: "Better news"})
		d.ok(err)
		for range 2 {
			_, err = d.SettlePutBack(d.ctx, d.act(), 1)
			d.ok(err)
		}
		l := d.hold(lane, "next")
		edits := 0
		for _, v := range d.drain(l, 1) {
			if v.Op == stories.OpEdit {
				edits++
			}
		}
		same(d, "edits", edits, 2) // a and b; c is blocked
	}},
	{"what is revised while it is looked for is edited", func(d *desk) {
		s := d.backlog()
		d.putBack(6)
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		u, err := d.UpdateByNumber(d.ctx, s.ID, 1)
		d.ok(err)
		_, err = d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: "Better news"})
		d.ok(err)
		edits := 0
		for _, v := range d.drain(d.hold(lane, "next"), 1) {
			if v.Op == stories.OpEdit {
				edits++
			}
		}
		same(d, "edits", edits, 2)
	}},
	{"what is looked for is never skipped for its age", func(d *desk) {
		d.backlog()
		d.putBack(6)
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		l := d.hold(lane, "next")
		skipped, err := d.SkipOlder(d.ctx, l, 1, d.now)
		d.ok(err)
		same(d, "skipped", skipped, 0)
		same(d, "rows", len(d.owedRows(l)), 4)
	}},
	{"it may be put back while nothing is owed", func(d *desk) {
		d.track("sony")
		d.putBack(0)
		p, err := d.PutBack(d.ctx)
		d.ok(err)
		same(d, "waiting", p.Waiting, 0)
		n, err := d.SettlePutBack(d.ctx, d.act(), p.Generation)
		d.ok(err)
		same(d, "settled", n, 0)
	}},
}

// backlog leaves two updates owed to three channels: one of them on its way to a,
// those to c held.
func (d *desk) backlog() stories.Story {
	d.Helper()
	s := d.track("sony")
	d.follow("all", "a", "b", "c")
	d.append(s, stories.Normal)
	l := d.hold(lane, "the dead")
	begun := d.claim(l, 3)
	same(d, "begun", d.labels(begun), "a sony 1, b sony 1, c sony 1")
	d.advance(l, 0, d.retry(begun[1]), d.refusal(begun[2], stories.Held, "no access", stories.Blocked))
	d.append(s, stories.Normal)
	d.ok(d.ReleaseLease(d.ctx, l))
	return s
}

// putBack says that the database was put back, when so much is owed.
func (d *desk) putBack(owed int) {
	d.Helper()
	n, err := d.Restored(d.ctx)
	d.ok(err)
	if owed > 0 {
		same(d, "what waits", n, owed)
	}
}

func (d *desk) waitsFor(n, channels int) stories.PutBack {
	d.Helper()
	p, err := d.PutBack(d.ctx)
	d.ok(err)
	same(d, "what waits", p.Waiting, n)
	same(d, "for channels", p.Channels, channels)
	return p
}

// owedRows reads what is in the lane's queue.
func (d *desk) owedRows(l stories.Lease) []stories.Owed {
	d.Helper()
	rows, _, err := d.worker(l).owed()
	d.ok(err)
	return rows
}

func (d *desk) queue() []stories.LaneStatus {
	d.Helper()
	q, err := d.Queue(d.ctx)
	d.ok(err)
	return q
}

// progressOf is that of the update of this id.
func (d *desk) progressOf(update int64) stories.Progress {
	d.Helper()
	p, err := d.ProgressOf(d.ctx, update)
	d.ok(err)
	return p
}
