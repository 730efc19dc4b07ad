package storetest

import (
	"storybot/stories"
	"strings"
	"time"
)

var destinationTests = []test{
	{"the lanes of a channel, a workspace and a platform are found by what lies in them", func(d *desk) {
		all := stories.Target{Kind: stories.TargetAll}
		for _, at := range []struct{ workspace, channel, lane string }{
			{"w1", "a", "far one"}, {"w1", "b", "far one"}, {"w2", "a", "far two"}, {"", "dm", "far direct"},
		} {
			to := stories.Destination{Platform: "far", Workspace: at.workspace, Channel: at.channel}
			_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: to, Target: all, Options: stories.Options{Level: stories.Minor}}, at.lane)
			d.ok(err)
		}
		d.followFrom("all", other, stories.Minor)
		for _, c := range []struct{ workspace, channel, want string }{
			{"w1", "", "far one"}, {"w2", "", "far two"}, {"w2", "a", "far two"}, {"w3", "", ""}, {"", "dm", "far direct"}, {"", "a", ""}, {"", "", "far direct, far one, far two"},
		} {
			lanes, err := d.LanesOf(d.ctx, stories.Destination{Platform: "far", Workspace: c.workspace, Channel: c.channel})
			d.ok(err)
			same(d, "lanes of "+c.workspace+"/"+c.channel, strings.Join(lanes, ", "), c.want)
		}
	}},
	{"a blocked destination holds its deliveries, and new ones too", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		same(d, "a", d.states(channel("a"), s), "held held")
		_, p := d.append(s, stories.Normal)
		same(d, "held of the new update", p.Held, 1)
		same(d, "waiting of the new update", p.Waiting, 1)
		same(d, "sent", d.labels(d.drain(l, 10)), "b sony 1, b sony 2, b sony 3")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "state", subs[0].DestinationState, stories.Blocked)
		same(d, "reason", subs[0].Reason, "may not write there")
		same(d, "since", subs[0].BlockedSince, d.now)
		followers, err := d.Followers(d.ctx)
		d.ok(err)
		same(d, "channels that follow", followers, 2)
		failing, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "failing", total, 1)
		same(d, "the failing one", failing[0], stories.FailingDestination{
			Destination: channel("a"), Lane: lane, State: stories.Blocked, Reason: "may not write there", Since: d.now, Held: 3})
	}},
	{"a destination that heals gets the newest held deliveries in order, the older ones are skipped", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for range 5 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		resumed, skipped, err := d.ReopenDestination(d.ctx, channel("a"), 2, d.now)
		d.ok(err)
		same(d, "resumed", resumed, 2)
		same(d, "skipped", skipped, 3)
		same(d, "states", d.states(channel("a"), s), "skipped skipped skipped pending pending")
		sent := d.drain(l, 10)
		same(d, "sent", d.labels(sent), "a sony 4, a sony 5")
		same(d, "missed before the first", sent[0].Missed, 3)
		same(d, "missed before the second", sent[1].Missed, 0)
		for _, to := range []stories.Destination{channel("a"), channel("nowhere")} {
			resumed, skipped, err = d.ReopenDestination(d.ctx, to, 2, d.now)
			d.ok(err)
			same(d, "resumed again", resumed, 0)
			same(d, "skipped again", skipped, 0)
		}
		_, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "failing", total, 0)
	}},
	{"what was missed is counted on when a channel is blocked again before it was told", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for range 3 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		_, skipped, err := d.ReopenDestination(d.ctx, channel("a"), 1, d.now)
		d.ok(err)
		same(d, "skipped", skipped, 2)
		blocked(d, l, "a")
		d.append(s, stories.Normal)
		_, skipped, err = d.ReopenDestination(d.ctx, channel("a"), 1, d.now)
		d.ok(err)
		same(d, "skipped again", skipped, 1)
		sent := d.drain(l, 10)
		same(d, "sent", d.labels(sent), "a sony 4")
		same(d, "missed", sent[0].Missed, 3)
	}},
	{"a block that lasts keeps its first moment", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		resumed, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "resumed", resumed, 1)
		d.later(time.Hour)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Held, "again", stories.Blocked))
		failing, _, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "since", failing[0].Since, d.now)
	}},
	{"subscribing anew makes a blocked or a gone destination reachable", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		sub, _ := d.followFrom("sony", channel("a"), stories.Minor)
		same(d, "state", sub.DestinationState, stories.Reachable)
		same(d, "sent", d.labels(d.drain(l, 10)), "a sony 1")
		d.ok(d.EndDestination(d.ctx, channel("a"), "deleted", d.now))
		sub, created := d.followFrom("sony", channel("a"), stories.Minor)
		same(d, "created", created, true)
		same(d, "state", sub.DestinationState, stories.Reachable)
		_, p := d.append(s, stories.Normal)
		same(d, "planned", p.Waiting, 1)
	}},
	{"a gone destination follows nothing and what waits is skipped with the reason", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.follow("all", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		d.ok(d.EndDestination(d.ctx, channel("a"), "The channel was deleted.", d.now))
		d.ok(d.EndDestination(d.ctx, channel("nowhere"), "The channel was deleted.", d.now))
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 0, 10)
		d.ok(err)
		for _, v := range found {
			same(d, "state", v.State, stories.Skipped)
			same(d, "reason", v.Reason, "The channel was deleted.")
			same(d, "finished", v.FinishedAt, d.now)
		}
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "subscriptions", len(subs), 0)
		_, p := d.append(s, stories.Normal)
		same(d, "planned", p.Total, 1)
	}},
	{"an answer may end its destination", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 1, d.refusal(v, stories.Failed, "unknown channel", stories.Gone))
		same(d, "states", d.states(channel("a"), s), "failed skipped")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "subscriptions", len(subs), 0)
	}},
	{"an answer may lift a block", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 1, d.now)
		d.ok(err)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Sent, "", stories.Reachable))
		_, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "failing", total, 0)
	}},
}

// blocked claims one delivery to a channel and reports that it refuses us.
func blocked(d *desk, l stories.Lease, name string) stories.Delivery {
	d.Helper()
	v := d.claim(l, 1)[0]
	same(d, "claimed", v.Destination, channel(name))
	d.advance(l, 0, d.refusal(v, stories.Held, "may not write there", stories.Blocked))
	return v
}
