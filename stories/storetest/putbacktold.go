package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// putBackToldTests say what the desk is told of a copy: nothing by itself.
var putBackToldTests = []test{
	{"progress is not told before somebody has decided, and is right afterwards", func(d *desk) {
		d.backlog()
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.sees("before", "sony 1 0/3, sony 2 0/3")
		d.putBack(6)
		d.sees("while it waits", "")
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		l := d.hold(lane, "next")
		begun := d.claim(l, 4)
		same(d, "begun", d.labels(begun), "a sony 1, b sony 1")
		unread := d.result(begun[0], stories.Held, "its history cannot be read")
		unread.PutBack = true
		d.advance(l, 0, unread, d.sent(begun[1]))
		d.drain(l, 4)
		d.sees("where it waits for a person again", "sony 2 2/3")
		p := d.progressOf(1)
		same(d, "its progress", fmt.Sprint(p.Sent, p.Held, p.Waiting), "1 1 1")
		_, err = d.ReleasePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		d.drain(l, 10)
		for _, p := range d.sees("in the end", "sony 1 2/3, sony 2 2/3") {
			same(d, "how it stands", fmt.Sprint(p.Stands.Held, p.Stands.Waiting), "1 0") // c is blocked
		}
	}},
	{"a push that had ended is not told of again", func(d *desk) {
		s := d.track("sony")
		d.follow("all", "a")
		d.append(s, stories.Normal)
		d.drain(d.hold(lane, "the dead"), 10)
		d.sees("before", "sony 1 1/1")
		d.putBack(0)
		d.sees("afterwards", "")
		d.append(s, stories.Normal)
		d.sees("what is published then", "sony 2 0/1")
	}},
	{"what the desk was owed is skipped, and the end of a push is told in spite of it", func(d *desk) {
		s := d.track("sony")
		d.follow("all", "a")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.SetDesk(d.ctx, d.act(), other, lane))
		d.append(s, stories.Normal)
		p := d.say(d.sees("before", "sony 1 0/1")[0], false)
		l := d.hold(lane, "the dead")
		d.advance(l, 0, d.sent(d.claim(l, 1)[0])) // to one of the desk's channels
		d.say(p, false)
		same(d, "owed", d.told(l), "post 2 1, edit desk 2")
		d.putBack(1)
		d.waitsFor(1, 1)
		states := map[stories.DeliveryState]int{}
		for _, v := range d.deliveriesOf(p.ID) {
			if states[v.State]++; v.State == stories.Skipped && !strings.Contains(v.Reason, "put back") {
				d.Errorf("it was skipped because it %q", v.Reason)
			}
		}
		same(d, "sent and skipped", fmt.Sprint(states[stories.Sent], states[stories.Skipped]), "1 2")
		_, err := d.ReleasePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		l = d.hold(lane, "next")
		same(d, "told by itself", d.told(l), "")
		d.drain(l, 10)
		d.say(d.sees("in the end", "sony 1 1/1")[0], true)
		same(d, "told then", d.told(l), "edit desk 3, post 2 3")
	}},
	{"alarms, and what was said to fail, are forgotten", func(d *desk) {
		d.track("sony")
		d.follow("all", "a")
		l := d.hold(lane, "the dead")
		_, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: 90, Alarms: []stories.Alarm{{Kind: stories.AlarmLaneStopped, Lane: lane, Reason: "the token was refused", At: d.now}}})
		d.ok(err)
		d.putBack(0)
		wait, err := d.AlarmsWait(d.ctx)
		d.ok(err)
		same(d, "alarms wait", wait, false)
		_, loaded, err := d.Recover(d.ctx, d.hold(lane, "next"))
		d.ok(err)
		same(d, "troubles", len(loaded.Troubles), 0)
	}},
}

// deliveriesOf are those of a notice.
func (d *desk) deliveriesOf(notice int64) (found []stories.Delivery) {
	d.Helper()
	all, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 100)
	d.ok(err)
	for _, v := range all {
		if v.About.NoticeID == notice {
			found = append(found, v)
		}
	}
	return found
}
