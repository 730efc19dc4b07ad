package storetest

import (
	"fmt"

	"storybot/stories"
)

var deskTests = []test{
	{"a desk is looked up, moves and ends, each workspace's for itself", func(d *desk) {
		for i, step := range []struct {
			to  stories.Destination
			was stories.Destination
		}{{channel("a"), stories.Destination{}}, {channel("a"), channel("a")}, {channel("b"), channel("a")}, {other, stories.Destination{}}, {channel("a"), channel("b")}} {
			was, err := d.TakeDesk(d.ctx, d.act(), step.to, lane)
			d.ok(err)
			same(d, fmt.Sprint("before step ", i), was, step.was)
		}
		for i, step := range []struct {
			at    stories.Destination
			ended bool
			left  string
		}{
			{channel("b"), false, "[console:#a discord:1/2]"}, {channel("nowhere"), false, "[console:#a discord:1/2]"}, {stories.Destination{}, false, "[console:#a discord:1/2]"},
			{channel("a"), true, "[discord:1/2]"}, {channel("a"), false, "[discord:1/2]"}, {other, true, "[]"},
		} {
			ended, err := d.EndDesk(d.ctx, d.act(), step.at)
			d.ok(err)
			same(d, fmt.Sprint("ended in step ", i), ended, step.ended)
			desks, err := d.Desks(d.ctx)
			d.ok(err)
			same(d, fmt.Sprint("desks after step ", i), fmt.Sprint(desks), step.left)
		}
		log, err := d.Log(d.ctx, 0, 0, 2)
		d.ok(err)
		same(d, "log", fmt.Sprint(log[1].Verb, " ", log[1].Place, " ", log[1].Detail), "no desk console:#a is the desk's channel no longer")
	}},
	{"what was told at a desk that ended is edited to its end, and what was not yet is not", func(d *desk) {
		for _, leave := range []func(){
			func() { _, err := d.EndDesk(d.ctx, d.act(), channel("desk")); d.ok(err) },
			func() { d.ok(d.SetDesk(d.ctx, d.act(), channel("new"), lane)) },
		} {
			s := d.track("flood-" + fmt.Sprint(d.now.Unix()))
			d.later(1e9)
			d.follow(s.Slug, "a")
			d.append(s, stories.Normal)
			d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
			_, open := d.pushes(10)
			p := d.say(open[len(open)-1], false)
			l := d.hold(lane, "w")
			d.drain(l, 10)
			d.append(s, stories.Normal)
			_, open = d.pushes(10)
			next := d.say(open[len(open)-1], false)
			same(d, "owed before", d.told(l), "post desk 1")
			leave()
			d.say(p, true)
			same(d, "owed", d.told(l)[:len("edit desk 2")], "edit desk 2")
			for _, v := range d.deliveriesOf(next.ID) {
				if v.Destination == channel("desk") {
					same(d, "what was not told yet", fmt.Sprint(v.State, ": ", v.Reason), "skipped: the desk is not here any more")
				}
			}
			d.drain(l, 10)
			d.queueAgrees()
			d.ok(d.ReleaseLease(d.ctx, l))
		}
	}},
	{"a desk that ends while something of it is on its way ends all the same", func(d *desk) {
		p, l := d.begun("a")
		ended, err := d.EndDesk(d.ctx, d.act(), channel("desk"))
		d.ok(err)
		same(d, "ended", ended, true)
		d.say(p, true)
		d.drain(l, 10)
		d.queueAgrees()
	}},
}
