package storetest

import (
	"fmt"

	"storybot/stories"
)

// ended gives a push its last revision for now, as the notifier does once nothing of it
// is on its way.
func (d *desk) ended(p stories.Push) {
	d.Helper()
	p.Notice.Rests = p.Resting
	d.say(p, true)
}

// restingTests are about pushes whose end the desk was told while some of it waited for its
// time, or for its channel.
var restingTests = []test{
	{"the desk is told once what waited for quiet hours was sent", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.follow("sony", "b")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.endWaits()
		d.append(s, stories.Normal)
		d.drain(l, 10)
		d.ended(d.sees("by night", "sony 1 1/2")[0])
		same(d, "told", d.told(l), "post desk 1")
		d.drain(l, 10)
		d.sees("nothing moved", "")
		d.until("07:00")
		d.endWaits()
		p := d.sees("in the morning", "sony 1 1/2")[0]
		same(d, "on its way", fmt.Sprint(p.Stands.Waiting, p.Stands.Deferred), "1 0")
		d.drain(l, 10)
		d.ended(d.sees("sent", "sony 1 2/2")[0])
		same(d, "told", d.told(l), "edit desk 2")
		d.sees("at the end", "")
		d.queueAgrees()
	}},
	{"the desk is told once a channel that was blocked has what was held for it", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.follow("sony", "a")
		l := d.hold(lane, "w")
		d.append(s, stories.Normal)
		for _, v := range d.claim(l, 10) {
			d.advance(l, 0, d.refusal(v, stories.Held, "no access", stories.Blocked))
		}
		d.ended(d.sees("blocked", "sony 1 0/1")[0])
		same(d, "told", d.told(l), "post desk 1")
		d.drain(l, 10)
		d.sees("nothing moved", "")
		d.reopen("a")
		d.drain(l, 10)
		d.ended(d.sees("healed", "sony 1 1/1")[0])
		same(d, "told", d.told(l), "edit desk 2")
		d.sees("at the end", "")
		d.queueAgrees()
	}},
	{"the desk is told once the message beside a corrected copy was sent that waited", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("12:00")
		d.endWaits()
		u, _ := d.append(s, stories.Normal)
		d.drain(l, 10)
		d.ended(d.sees("by day", "sony 1 1/1")[0])
		d.drain(l, 10)
		d.until("23:00")
		d.endWaits()
		d.reword(u, corrected("Newer"))
		d.drain(l, 10)
		d.ended(d.sees("by night", "sony 1 1/2")[0])
		d.drain(l, 10)
		d.sees("nothing moved", "")
		d.until("07:00")
		d.endWaits()
		d.drain(l, 10)
		p := d.sees("in the morning", "sony 1 2/2")[0]
		d.ended(p)
		same(d, "told", d.told(l), "edit desk 2")
		d.sees("at the end", "")
		d.queueAgrees()
	}},
	{"the desk is told once what was kept has been released, and of what was withdrawn in time that nothing failed", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.endWaits()
		kept, _ := d.append(s, stories.Normal)
		d.ended(d.sees("by night", "sony 1 0/1")[0])
		d.reword(kept, stories.Rewording{Kind: stories.Hold})
		p := d.sees("on hold", "sony 1 0/1")[0]
		same(d, "kept", p.Stands.Kept, 1)
		d.ended(p)
		d.until("07:00")
		d.endWaits()
		d.sees("nothing moved", "")
		d.reword(kept, stories.Rewording{Kind: stories.Release})
		d.drain(l, 10)
		said := false
		pushes, err := d.Pushes(d.ctx, 10)
		d.ok(err)
		for _, p := range pushes {
			if p.Since == 0 {
				said = p.Stands.Sent == 1 && p.Stands.Kept == 0
			}
			d.ended(p)
		}
		same(d, "its own line is told anew", said, true)
		d.sees("at the end", "")
		d.until("23:00")
		d.endWaits()
		u, _ := d.append(s, stories.Normal)
		d.ended(d.sees("by night again", "sony 2 0/1")[0])
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
		p = d.sees("withdrawn", "sony 2 0/1")[0]
		same(d, "withdrawn, failed", fmt.Sprint(p.Stands.Withdrawn, p.Stands.Failed), "1 0")
		d.ended(p)
		d.sees("once", "")
		d.queueAgrees()
	}},
	{"what was left out, or is not asked for any more, has not failed", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a", "b")
		d.until("23:00")
		d.endWaits()
		u, _ := d.append(s, stories.Minor)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		same(d, "progress", d.progressOf(u.ID), stories.Progress{UpdateID: u.ID, Total: 2, Deferred: 1, Unwanted: 1})
		d.queueAgrees()
	}},
	{"what was told so already is not told again", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.endWaits()
		d.append(s, stories.Normal)
		p := d.sees("by night", "sony 1 0/1")[0]
		p.Notice.Rests = p.Resting + 1 // as if more had waited when that was read
		d.say(p, true)
		d.drain(l, 10)
		again := d.sees("it moved", "sony 1 0/1")[0]
		n := again.Notice
		n.Body.Progress, n.Rests = again.Stands, again.Resting
		said, err := d.Say(d.ctx, n, nil, d.now)
		d.ok(err)
		same(d, "said", said, false)
		same(d, "owed", d.told(l), "")
		d.sees("at the end", "")
	}},
}
