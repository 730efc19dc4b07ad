package storetest

import (
	"time"

	"storybot/stories"
)

// A channel shared by two workspaces, as either of them addresses it, and the lanes of
// the two.
var (
	asHost  = stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}
	asGuest = stories.Destination{Platform: "slack", Workspace: "T2", Channel: "C1"}
)

const (
	hostLane  = "slack:T1"
	guestLane = "slack:T2"
)

// followIn is followFrom in a lane, with every update.
func (d *desk) followIn(target string, to stories.Destination, lane string) {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	_, _, err = d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: to, Target: t, Options: stories.Options{Level: stories.Minor}, CreatedBy: ana}, lane)
	d.ok(err)
}

// followed are how many targets a destination follows.
func (d *desk) followed(at stories.Destination) int {
	d.Helper()
	subs, err := d.Subscriptions(d.ctx, at)
	d.ok(err)
	return len(subs)
}

var sharedTests = []test{
	{"a channel that another workspace serves from now on gets what it follows in that one's lane", func(d *desk) {
		s := d.track("sony")
		d.followIn("sony", asGuest, guestLane)
		first, _ := d.append(s, stories.Normal)
		guest := d.hold(guestLane, "w")
		v := d.claim(guest, 10)[0]
		d.advance(guest, 0, d.sent(v))
		d.append(s, stories.Normal) // waits
		d.ok(d.MoveDestination(d.ctx, asGuest, asHost))
		same(d, "subscriptions of the host's", d.followed(asHost), 1)
		same(d, "subscriptions of the guest's", d.followed(asGuest), 0)
		d.revised(first, "Newer")
		d.append(s, stories.Normal)
		same(d, "in the old lane", len(d.drain(d.hold(guestLane, "w"), 10)), 0)
		got := map[string]int{}
		for _, v := range d.drain(d.hold(hostLane, "w"), 10) {
			same(d, "address", v.Destination, asHost)
			got[v.Op.String()+" "+string(rune('0'+v.About.Number))]++
		}
		same(d, "deliveries", len(got), 3)
		same(d, "the edit of the first", got["edit 1"], 1)
		same(d, "the one that waited", got["post 2"], 1)
		same(d, "the one after", got["post 3"], 1)
	}},
	{"of a channel that two workspaces subscribed, one subscription and one copy stay", func(d *desk) {
		s := d.track("sony")
		d.followIn("sony", asHost, hostLane)
		d.later(time.Minute)
		d.followIn("sony", asGuest, guestLane)
		d.followIn("all", asGuest, guestLane)
		d.append(s, stories.Normal) // both wait for it
		d.ok(d.MoveDestination(d.ctx, asGuest, asHost))
		same(d, "subscriptions", d.followed(asHost), 2)
		same(d, "left", d.followed(asGuest), 0)
		d.append(s, stories.Normal)
		same(d, "by the guest", len(d.drain(d.hold(guestLane, "w"), 10)), 0)
		same(d, "by the host", len(d.drain(d.hold(hostLane, "w"), 10)), 2)
	}},
	{"what is on its way when another workspace takes a channel over is settled by whom it was sent by", func(d *desk) {
		s := d.track("sony")
		d.followIn("sony", asGuest, guestLane)
		d.append(s, stories.Normal)
		v := d.claim(d.hold(guestLane, "w"), 1)[0]
		d.ok(d.MoveDestination(d.ctx, asGuest, asHost))
		same(d, "of the host's", len(d.drain(d.hold(hostLane, "w"), 10)), 0)
		guest := d.hold(guestLane, "w")
		found := d.recovered(guest)
		same(d, "in doubt", len(found), 1)
		same(d, "key", found[0].Key, v.Key)
		same(d, "address", found[0].Destination, asGuest)
		d.advance(guest, 0, d.sent(found[0]))
		same(d, "history", d.states(asGuest, s), "sent")
	}},
	{"a channel that goes back to the workspace it came from takes along what it follows, and news told again changes nothing", func(d *desk) {
		s := d.track("sony")
		d.followIn("sony", asGuest, guestLane)
		d.ok(d.MoveDestination(d.ctx, asGuest, asHost))
		host, guest := d.hold(hostLane, "w"), d.hold(guestLane, "w")
		d.ok(d.MoveDestination(d.ctx, asGuest, asHost))
		for _, l := range []stories.Lease{host, guest} {
			if _, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: 1}); err != nil {
				d.Errorf("who holds a lane loses it to news told before: %v", err)
			}
		}
		d.ok(d.MoveDestination(d.ctx, asHost, asGuest))
		same(d, "subscriptions", d.followed(asGuest), 1)
		same(d, "left", d.followed(asHost), 0)
		d.append(s, stories.Normal)
		same(d, "by the host", len(d.drain(d.hold(hostLane, "w"), 10)), 0)
		same(d, "by the guest", len(d.drain(d.hold(guestLane, "w"), 10)), 1)
	}},
}
