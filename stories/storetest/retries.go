package storetest

import (
	"fmt"
	"slices"
	"strings"

	"storybot/stories"
)

// ending ends what is owed of u in channels by their names.
func (d *desk) ending(l stories.Lease, how map[string]stories.DeliveryState) map[string]stories.Delivery {
	d.Helper()
	begun, results := map[string]stories.Delivery{}, []stories.Result(nil)
	for _, v := range d.claim(l, 100) {
		name := strings.TrimPrefix(v.Destination.Channel, "#")
		begun[name] = v
		r := d.result(v, how[name], "HTTP 500")
		switch how[name] {
		case stories.Sent:
			r = d.sent(v)
		case stories.Unknown:
			r.Unknown = true
		}
		results = append(results, r)
	}
	d.advance(l, 0, results...)
	return begun
}

// tried asks for deliveries once more.
func (d *desk) tried(ask stories.Retry) string {
	d.Helper()
	done, err := d.RetryDeliveries(d.ctx, d.act(), ask)
	d.ok(err)
	out := []string{fmt.Sprintf("%d failed, %d settled, %d unsettled, %d channels", done.Failed, done.Settled, done.Unsettled, done.Channels)}
	for _, left := range done.Left {
		out = append(out, fmt.Sprintf("%d %s", left.Count, left.Why))
	}
	return strings.Join(out, "; ")
}

// hands are what a lane owes again, by channel, and which of it is looked for first.
func (d *desk) hands(l stories.Lease) string {
	d.Helper()
	var out []string
	for _, r := range d.owedRows(l) {
		text := strings.TrimPrefix(r.Destination.Channel, "#")
		if r.Doubtful {
			text += "?"
		}
		if r.Origin == r.Publication {
			text += " (not again)"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

var retryTests = []test{
	{"what failed and what nobody knows is owed again under a publication of its own, and what was sent never", func(d *desk) {
		s := d.track("flood")
		d.follow("flood", "failed", "unknown", "sent", "waits")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		begun := d.ending(l, map[string]stories.DeliveryState{"failed": stories.Failed, "unknown": stories.Unknown, "sent": stories.Sent, "waits": stories.Pending})
		before := d.publications()
		want := "1 failed, 1 settled, 0 unsettled, 2 channels"
		same(d, "what would be", d.tried(stories.Retry{DryRun: true}), want)
		same(d, "publications", len(d.publications()), len(before))
		same(d, "counted before", fmt.Sprint(d.counted(u.ID).Failed, d.counted(u.ID).Unknown), "1 1")
		same(d, "asked for by their numbers", d.tried(stories.Retry{IDs: []int64{begun["failed"].ID, begun["unknown"].ID, begun["sent"].ID, begun["waits"].ID, 77, begun["failed"].ID}}), want+"; 1 no delivery; 1 sent; 1 waiting")
		same(d, "owed", d.hands(l), "failed unknown? waits (not again)")
		d.counted(u.ID)
		d.queueAgrees()
		same(d, "again", d.tried(stories.Retry{}), "0 failed, 0 settled, 0 unsettled, 0 channels")
		same(d, "sent", len(d.drain(l, 10)), 3)
		for name, v := range begun {
			found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{Channel: "#" + name}, 10)
			d.ok(err)
			if len(found) != 1 || found[0].State != stories.Sent || found[0].ID != v.ID {
				d.Errorf("#%s has %+v", name, found)
			}
		}
		p := d.counted(u.ID)
		same(d, "counted", fmt.Sprint(p.Total, p.Sent, p.Failed, p.Unknown, p.Waiting), "4 4 0 0 0")
		d.queueAgrees()
		log, err := d.Log(d.ctx, 0, 0, 1)
		d.ok(err)
		same(d, "log", log[0].Verb+" "+log[0].Detail, "retried 2")
	}},
	{"they are narrowed by story, update, channel, lane and state", func(d *desk) {
		a, b := d.track("flood"), d.track("quake")
		d.follow("flood", "one", "two")
		d.follow("quake", "one")
		l := d.hold(lane, "w")
		all := map[string]stories.DeliveryState{"one": stories.Failed, "two": stories.Unknown}
		first, _ := d.append(a, stories.Normal)
		d.ending(l, all)
		d.append(a, stories.Normal)
		d.ending(l, all)
		d.append(b, stories.Normal)
		d.ending(l, all)
		for want, f := range map[string]stories.DeliveryFilter{
			"3 failed, 2 settled, 0 unsettled, 2 channels": {},
			"2 failed, 2 settled, 0 unsettled, 2 channels": {StoryID: a.ID},
			"1 failed, 1 settled, 0 unsettled, 2 channels": {UpdateID: first.ID},
			"3 failed, 0 settled, 0 unsettled, 1 channels": {Channel: "#one"},
			"0 failed, 2 settled, 0 unsettled, 1 channels": {States: []stories.DeliveryState{stories.Unknown}},
			"2 failed, 0 settled, 0 unsettled, 1 channels": {StoryID: a.ID, Destination: "console:#o"},
			"0 failed, 0 settled, 0 unsettled, 0 channels": {Lane: "elsewhere"},
		} {
			same(d, fmt.Sprintf("%+v", f), d.tried(stories.Retry{Filter: f, DryRun: true}), want)
		}
		same(d, "states that nothing is retried in", d.tried(stories.Retry{Filter: stories.DeliveryFilter{States: []stories.DeliveryState{stories.Sent}}}), "0 failed, 0 settled, 0 unsettled, 0 channels")
	}},
	{"who left, is paused, blocked or gone gets nothing, nor does anybody what is on hold or withdrawn", func(d *desk) {
		s := d.track("flood")
		names := []string{"left", "paused", "blocked", "gone", "here"}
		d.follow("flood", names...)
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		how := map[string]stories.DeliveryState{}
		for _, name := range names {
			how[name] = stories.Failed
		}
		begun := d.ending(l, how)
		flood := stories.Target{Kind: stories.TargetStory, Name: "flood"}
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("left"), flood)
		d.ok(err)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("paused"), flood, stories.Paused)
		d.ok(err)
		d.ok(d.EndDestination(d.ctx, channel("gone"), "deleted", d.now))
		d.append(s, stories.Normal)
		for _, v := range d.claim(l, 100) {
			r := d.sent(v)
			if v.Destination == channel("blocked") {
				r = d.refusal(v, stories.Held, "no", stories.Blocked)
			}
			d.advance(l, 0, r)
		}
		ids := []int64{}
		for _, v := range begun {
			ids = append(ids, v.ID)
		}
		same(d, "asked", d.tried(stories.Retry{IDs: ids, DryRun: true}), "1 failed, 0 settled, 0 unsettled, 1 channels; 1 channel gone; 1 channel blocked; 2 not followed")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		same(d, "on hold", d.tried(stories.Retry{IDs: ids, DryRun: true}), "0 failed, 0 settled, 0 unsettled, 0 channels; 1 channel gone; 1 channel blocked; 3 not to be sent")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "released", d.tried(stories.Retry{IDs: ids}), "1 failed, 0 settled, 0 unsettled, 1 channels; 1 channel gone; 1 channel blocked; 2 not followed")
		d.counted(u.ID)
		d.queueAgrees()
	}},
	{"a copy that nobody knows of and that reads otherwise now is sent in the newest wording, and one that failed too", func(d *desk) {
		s := d.track("flood")
		d.follow("flood", "failed", "unknown")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.ending(l, map[string]stories.DeliveryState{"failed": stories.Failed, "unknown": stories.Unknown})
		d.revise(u, "Other news")
		d.drain(l, 10)
		same(d, "asked", d.tried(stories.Retry{Filter: stories.DeliveryFilter{UpdateID: u.ID}}), "1 failed, 0 settled, 1 unsettled, 2 channels")
		same(d, "owed", d.hands(l), "failed unknown")
		for _, v := range d.drain(l, 10) {
			same(d, "wording in "+v.Destination.Channel, v.Revision, 1)
		}
		d.queueAgrees()
	}},
	{"an operator beside the bot and a moderator who withdraws end in one of their orders", func(d *desk) {
		s := d.track("flood")
		d.follow("flood", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.ending(l, map[string]stories.DeliveryState{"a": stories.Failed})
		done := make(chan error, 2)
		go func() {
			_, err := d.RetryDeliveries(d.ctx, d.act(), stories.Retry{})
			done <- err
		}()
		go func() {
			_, err := d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
			done <- err
		}()
		d.ok(<-done)
		d.ok(<-done)
		same(d, "sent", d.posts(l), "")
		d.queueAgrees()
	}},
}
