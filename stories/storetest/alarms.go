package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"storybot/stories"
)

// raise has the holder of a lane store alarms.
func (d *desk) raise(l stories.Lease, alarms ...stories.Alarm) {
	d.Helper()
	w := d.worker(l)
	w.batch++
	x := stories.Exchange{Batch: w.batch, Alarms: alarms}
	for _, f := range w.flying {
		x.Flying = append(x.Flying, f)
	}
	for range 2 { // also when the answer is lost
		_, err := d.Exchange(d.ctx, l, x)
		d.ok(err)
	}
}

func (d *desk) waits(what string, want bool) {
	d.Helper()
	got, err := d.AlarmsWait(d.ctx)
	d.ok(err)
	same(d, what, got, want)
}

func (d *desk) tell() bool {
	d.Helper()
	told, err := d.TellAlarms(d.ctx, d.now)
	d.ok(err)
	return told
}

// alarms sends what a lane owes of alarms, and returns how many each message names
// and counts: "8 and 3".
func (d *desk) alarms(l stories.Lease) (out []string) {
	d.Helper()
	for _, v := range d.drain(l, 1) {
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: v.About.NoticeID}, v.Revision)
		d.ok(err)
		same(d, "kind", c.Notice.Kind, stories.AlarmNotice)
		out = append(out, fmt.Sprintf("%d and %d", len(c.Notice.Body.Alarms), c.Notice.Body.More))
	}
	return out
}

var alarmTests = []test{
	{"an alarm is kept with the results it is about, and told in one message", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		l, far := d.hold(lane, "w"), d.hold("elsewhere", "w")
		d.waits("at first", false)
		same(d, "nothing to tell", d.tell(), false)
		var alarms []stories.Alarm
		for i := range 11 {
			alarms = append(alarms, stories.Alarm{Kind: stories.AlarmBlocked, At: d.now, Lane: lane, Destination: channel(fmt.Sprint(i)), Reason: "was closed", Cure: "Nobody can."})
		}
		d.raise(l, alarms...)
		d.waits("raised", true)
		same(d, "told", d.tell(), true)
		d.waits("told", false)
		same(d, "told again", d.tell(), false)
		same(d, "here", d.told(l), "post desk 1")
		same(d, "elsewhere", d.told(far), "post 2 1")
		same(d, "alarms", fmt.Sprint(d.alarms(l)), "[8 and 3]")
		listed, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10)
		d.ok(err)
		same(d, "operators see", len(listed), 2)
	}},
	{"every channel that has ended is named, in as many messages as that takes", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		l := d.hold(lane, "w")
		var alarms []stories.Alarm
		for i := range 30 {
			kind := stories.AlarmGone
			if i >= 20 {
				kind = stories.AlarmBlocked
			}
			alarms = append(alarms, stories.Alarm{Kind: kind, At: d.now, Destination: channel(fmt.Sprint(i))})
		}
		d.raise(l, alarms...)
		same(d, "told", d.tell(), true)
		same(d, "alarms", fmt.Sprint(d.alarms(l)), "[8 and 0 8 and 0 8 and 0 4 and 2]")
		d.raise(l, alarms[:9]...)
		same(d, "told", d.tell(), true)
		same(d, "alarms", fmt.Sprint(d.alarms(l)), "[8 and 0 1 and 0]")
	}},
	{"of several who tell alarms together one does", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		l := d.hold(lane, "w")
		for range 5 {
			d.raise(l, stories.Alarm{Kind: stories.AlarmLaneStopped, At: d.now, Lane: lane})
		}
		var told atomic.Int64
		together(4, func(int) {
			did, err := d.TellAlarms(d.ctx, d.now)
			if err != nil {
				d.Errorf("tell: %v", err)
			}
			if did {
				told.Add(1)
			}
		})
		same(d, "told", told.Load(), 1)
		same(d, "owed", d.told(l), "post desk 1")
	}},
	{"without a desk, or with one that is gone, an alarm is told to nobody", func(d *desk) {
		l := d.hold(lane, "w")
		d.follow("all", "a")
		l2 := stories.Alarm{Kind: stories.AlarmLaneStopped, At: d.now}
		d.raise(l, l2)
		same(d, "without", d.tell(), false)
		d.waits("without", false)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.EndDestination(d.ctx, channel("desk"), "was deleted", d.now))
		d.raise(l, l2)
		same(d, "gone", d.tell(), false)
		same(d, "owed", d.told(l), "")
	}},
	{"the other desks are told once that a desk or a follower has ended, whoever learns it first", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		d.follow("all", "a", "b", "left")
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("left"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
		l, far := d.hold(lane, "w"), d.hold("elsewhere", "w")
		told := func(what, want string) {
			d.Helper()
			d.tell()
			var got []string
			for _, v := range d.drain(far, 10) {
				c, err := d.Content(d.ctx, stories.Subject{NoticeID: v.About.NoticeID}, v.Revision)
				d.ok(err)
				for _, a := range c.Notice.Body.Alarms {
					got = append(got, fmt.Sprint(a.Kind, " ", a.Lane, " ", a.Destination.Channel, " ", a.Reason))
				}
			}
			same(d, what, strings.Join(got, ", "), want)
		}
		d.ok(d.EndDestination(d.ctx, channel("desk"), "was deleted", d.now))
		told("a desk, from the platform's news", "destination_gone "+lane+" "+channel("desk").Channel+" was deleted")
		d.ok(d.EndDestination(d.ctx, channel("desk"), "was deleted", d.now))
		told("again", "")
		d.raise(l, stories.Alarm{Kind: stories.AlarmGone, At: d.now, Lane: lane, Destination: channel("desk"), Reason: "is not there"})
		told("from an answer later", "")
		d.ok(d.EndDestination(d.ctx, channel("left"), "was deleted", d.now))
		told("a channel that follows nothing any more", "")
		d.ok(d.EndDestination(d.ctx, channel("b"), "was deleted", d.now))
		told("a follower", "destination_gone "+lane+" "+channel("b").Channel+" was deleted")
		d.append(d.track("sony"), stories.Normal)
		v := d.claim(l, 1)[0]
		w := d.worker(l)
		w.batch++
		_, err = d.Exchange(d.ctx, l, stories.Exchange{Batch: w.batch, Results: []stories.Result{d.refusal(v, stories.Failed, "is not there", stories.Gone)},
			Alarms: []stories.Alarm{{Kind: stories.AlarmGone, At: d.now, Lane: lane, Destination: v.Destination, Reason: "is not there"}}})
		d.ok(err)
		told("from an answer first", "destination_gone "+lane+" "+v.Destination.Channel+" is not there")
		d.ok(d.EndDestination(d.ctx, v.Destination, "was deleted", d.now))
		told("from the platform's news later", "")
	}},
	{"a blocked desk is told when it heals", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "desk")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "desk")
		for range 7 {
			d.raise(l, stories.Alarm{Kind: stories.AlarmGone, At: d.now})
			d.tell()
		}
		same(d, "owed", d.told(l), "")
		resumed, skipped, err := d.ReopenDestination(d.ctx, channel("desk"), 5, d.now)
		d.ok(err)
		same(d, "resumed and skipped", fmt.Sprint(resumed, skipped), "6 0") // the update too; the older alarms were skipped at once
		same(d, "owed", len(strings.Split(d.told(l), ", ")), 5)
		for _, v := range d.drain(l, 10) {
			same(d, "missed", v.Missed, 0)
		}
	}},
	{"a channel that refuses again within two days is no news", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.follow("all", "a", "b")
		l := d.hold(lane, "w")
		refuses := func(name string) {
			d.raise(l, stories.Alarm{Kind: stories.AlarmBlocked, At: d.now, Destination: channel(name)})
		}
		refuses("a")
		same(d, "at first", d.tell(), true)
		d.later(24 * time.Hour)
		refuses("a")
		d.waits("a day later", false)
		refuses("b")
		d.waits("another channel", true)
		d.tell()
		d.later(47 * time.Hour)
		refuses("a")
		d.waits("two days after the second time", false)
		d.later(-100 * time.Hour)
		refuses("a")
		d.later(49 * time.Hour)
		refuses("a")
		d.waits("long after", true)
	}},
	{"a channel that got a message since and refuses again is news", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		l := d.hold(lane, "w")
		refuses := func() {
			d.raise(l, stories.Alarm{Kind: stories.AlarmBlocked, At: d.now, Destination: channel("a")})
		}
		u, _ := d.append(s, stories.Normal)
		late := blocked(d, l, "a")
		refuses()
		same(d, "at first", d.tell(), true)

		d.later(time.Hour)
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		blocked(d, l, "a")
		refuses()
		d.waits("opened and refused", false)

		d.later(time.Hour)
		_, _, err = d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		v := d.claim(l, 1)[0]
		old := d.sent(v)
		old.Last = late.Tries.Last
		d.advance(l, 0, old)
		d.later(time.Minute)
		refuses()
		d.waits("what arrived was begun before it refused", false)

		d.later(time.Minute)
		d.owe(u, stories.OpEdit, "a", v.ID)
		d.drain(l, 1)
		refuses()
		d.waits("an edit arrived", false)

		d.later(time.Minute)
		d.append(s, stories.Normal)
		d.drain(l, 1)
		d.later(time.Minute)
		refuses()
		d.waits("a message arrived", true)
		same(d, "told", d.tell(), true)

		d.later(time.Minute)
		u, _ = d.append(s, stories.Normal)
		v = d.claim(l, 1)[0]
		same(d, "update", v.About.UpdateID, u.ID)
		d.advance(l, 0, d.refusal(v, stories.Sent, "", stories.Reachable))
		d.later(time.Minute)
		refuses()
		d.waits("a message arrived and opened it", true)
	}},
	{"what the desk was told fails is known to the next holder of the lane until it is told to work again", func(d *desk) {
		d.follow("all", "a")
		l := d.hold(lane, "w")
		in := func(w string) stories.Destination {
			return stories.Destination{Platform: "slack", Workspace: w, Channel: "C"}
		}
		d.raise(l, stories.Alarm{Kind: stories.AlarmLaneStopped, At: d.now}, stories.Alarm{Kind: stories.AlarmWorkspaceFailing, At: d.now, Destination: in("T1")},
			stories.Alarm{Kind: stories.AlarmWorkspaceFailing, At: d.now, Destination: in("T2")}, stories.Alarm{Kind: stories.AlarmGone, At: d.now, Destination: in("T3")})
		troubles := func() string {
			_, loaded, err := d.Recover(d.ctx, l)
			d.ok(err)
			slices.Sort(loaded.Troubles)
			return strings.Join(loaded.Troubles, ",")
		}
		same(d, "troubles", troubles(), ",T1,T2")
		d.raise(l, stories.Alarm{Kind: stories.AlarmLaneResumed, At: d.now}, stories.Alarm{Kind: stories.AlarmWorkspaceRecovered, At: d.now, Destination: in("T1")})
		same(d, "troubles", troubles(), "T2")
	}},
}
