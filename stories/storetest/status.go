package storetest

import (
	"fmt"
	"time"

	"storybot/stories"
)

var statusTests = []test{
	{"the queue tells what waits, is sent and is held in each lane", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: other, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "elsewhere")
		d.ok(err)
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		d.claim(l, 1)
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes", len(lanes), 2)
		same(d, "elsewhere", lanes[0], stories.LaneStatus{Lane: "elsewhere", Pending: 2, OldestDue: start})
		same(d, "test", lanes[1], stories.LaneStatus{Lane: lane, Pending: 3, Sending: 1, Held: 2, OldestDue: start})
	}},
	{"an update's progress tells how much of it goes to direct messages", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: []stories.PlaceName{
			{Place: channel("b"), Form: stories.DirectForm, With: ben.Ref}, {Place: channel("a"), Form: stories.ChannelForm, Name: "a"}, {Place: channel("z"), Form: stories.DirectForm, With: ben.Ref}}}, d.now))
		u, p := d.append(s, stories.Normal)
		same(d, "published", fmt.Sprint(p.Direct, " of ", p.Total), "1 of 3")
		pushes, err := d.Pushes(d.ctx, 10)
		d.ok(err)
		same(d, "told at the desk", pushes[0].Stands.Direct, 1)
		d.drain(d.hold(lane, "w"), 10)
		p, err = d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "delivered", fmt.Sprint(p.Direct, " of ", p.Sent), "1 of 3")
	}},
	{"of an update are told how many channels it goes to and which of them are blocked, before it is published and after", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c", "dm")
		d.isDirect("dm")
		l := d.hold(lane, "w")
		goes := func(name string, want stories.Recipients) {
			d.Helper()
			to, err := d.Reach(d.ctx, stories.Update{StoryID: s.ID, Level: stories.Normal, CreatedAt: d.now})
			d.ok(err)
			same(d, name+", before", to, want)
			_, p := d.append(s, stories.Normal)
			same(d, name, stories.Recipients{Total: p.Total, Direct: p.Direct, Blocked: p.Held}, want)
			d.drain(l, 10)
		}
		goes("nothing is blocked", stories.Recipients{Total: 4, Direct: 1})
		d.append(s, stories.Minor)
		blocked(d, l, "a")
		d.drain(l, 10)
		goes("a is blocked", stories.Recipients{Total: 4, Direct: 1, Blocked: 1})
		d.heal(l, "a")
		goes("a takes messages again", stories.Recipients{Total: 4, Direct: 1})
	}},
	{"operators list deliveries by state, lane and channel, newest first", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "ab")
		d.followFrom("sony", other, stories.Minor)
		first, _ := d.append(s, stories.Normal)
		d.drain(d.hold(lane, "w"), 1)
		d.append(s, stories.Normal)
		o := d.track("other")
		for _, c := range []struct {
			filter stories.DeliveryFilter
			limit  int
			want   string
		}{
			{stories.DeliveryFilter{}, 10, "2 sony 2, ab sony 2, a sony 2, 2 sony 1, ab sony 1, a sony 1"},
			{stories.DeliveryFilter{}, 2, "2 sony 2, ab sony 2"},
			{stories.DeliveryFilter{States: []stories.DeliveryState{stories.Sent}}, 10, "2 sony 1, ab sony 1, a sony 1"},
			{stories.DeliveryFilter{States: []stories.DeliveryState{stories.Failed, stories.Pending}, Destination: "console:#a"}, 10, "ab sony 2, a sony 2"},
			{stories.DeliveryFilter{Destination: "discord:1/2"}, 1, "2 sony 2"},
			{stories.DeliveryFilter{Destination: "%"}, 10, ""},
			{stories.DeliveryFilter{Lane: lane}, 1, "2 sony 2"},
			{stories.DeliveryFilter{Lane: "nothing"}, 10, ""},
			{stories.DeliveryFilter{StoryID: s.ID}, 3, "2 sony 2, ab sony 2, a sony 2"},
			{stories.DeliveryFilter{StoryID: o.ID}, 10, ""},
			{stories.DeliveryFilter{StoryID: s.ID, UpdateID: first.ID}, 10, "2 sony 1, ab sony 1, a sony 1"},
			{stories.DeliveryFilter{UpdateID: first.ID + 1<<40}, 10, ""},
			{stories.DeliveryFilter{Channel: "#a"}, 10, "a sony 2, a sony 1"},
			{stories.DeliveryFilter{Channel: "2", UpdateID: first.ID}, 10, "2 sony 1"},
		} {
			found, err := d.Deliveries(d.ctx, c.filter, c.limit)
			d.ok(err)
			same(d, "deliveries", d.labels(found), c.want)
		}
	}},
	{"a channel's deliveries of a story come newest first", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a", "b")
		d.append(s, stories.Normal)
		d.append(o, stories.Normal)
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		same(d, "newest", d.labels(d.toChannel("a", s)), "a sony 3, a sony 2, a sony 1")
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 0, 2)
		d.ok(err)
		same(d, "two of them", d.labels(found), "a sony 3, a sony 2")
		found, err = d.DeliveriesTo(d.ctx, channel("a"), s.ID, 2, 10)
		d.ok(err)
		same(d, "one update", d.labels(found), "a sony 2")
		found, err = d.DeliveriesTo(d.ctx, channel("nowhere"), s.ID, 0, 10)
		d.ok(err)
		same(d, "elsewhere", len(found), 0)
	}},
	{"deliveries of a story that ended long ago are pruned, what waits is not", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		l := d.hold(lane, "w")
		d.append(s, stories.Normal)
		blocked(d, l, "a")
		d.drain(l, 10)
		d.later(800 * 24 * time.Hour)
		u, _ := d.append(s, stories.Normal)
		d.drain(l, 10)
		d.ok(d.Prune(d.ctx, d.now))
		same(d, "b while it develops", d.states(channel("b"), s), "sent sent")
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		d.later(300 * 24 * time.Hour)
		d.ok(d.Prune(d.ctx, d.now))
		same(d, "b within a year", d.states(channel("b"), s), "sent sent")
		d.later(100 * 24 * time.Hour)
		d.ok(d.Prune(d.ctx, d.now))
		same(d, "a", d.states(channel("a"), s), "held held")
		same(d, "b", d.states(channel("b"), s), "")
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: 1, Held: 1})
	}},
}
