package storetest

import (
	"fmt"

	"storybot/stories"
)

// uniteModeTests are of two addresses of one channel that get updates in different ways.
var uniteModeTests = []test{
	{"of two addresses of one channel one gets an update, in whatever modes they are", func(d *desk) {
		n := 0
		modes := []stories.Mode{stories.ModeChannel, stories.ModeThread, stories.ModeCard}
		for _, level := range []stories.Level{stories.Normal, stories.Breaking} {
			for _, before := range modes {
				for _, there := range modes {
					for _, done := range []string{"", "old", "new"} { // which of them had it
						n++
						name := fmt.Sprintf("%s, old in mode %s, new in mode %s, sent to %q", level, before, there, done)
						old, to := fmt.Sprint("old", n), fmt.Sprint("new", n)
						s := d.track(fmt.Sprint("s", n))
						boards := map[string]*board{}
						for at, mode := range map[string]stories.Mode{old: before, to: there} {
							_, _, err := d.Subscribe(d.ctx, d.aloud(), stories.Subscription{Destination: channel(at), Target: story(s), Options: stories.Options{Level: stories.Minor, Mode: mode}, CreatedBy: ana}, at)
							d.ok(err)
							boards[at] = &board{desk: d, lease: d.hold(at, "w"), wrong: map[stories.Op]stories.Lost{}}
							boards[at].works()
						}
						u := d.publish(s, level, "News")
						if done != "" {
							boards[map[string]string{"old": old, "new": to}[done]].works()
						}
						d.ok(d.MoveDestination(d.ctx, channel(old), channel(to)))
						for at, b := range boards {
							b.lease = d.hold(at, "w")
							d.recovered(b.lease)
							b.works()
						}
						found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{UpdateID: u.ID}, 100)
						d.ok(err)
						got, posted := 0, map[stories.Op]int{}
						for _, v := range found {
							switch {
							case v.State == stories.Pending || v.State == stories.Held:
								d.Errorf("%s: %s is left", name, v.Op)
							case v.State != stories.Sent:
							case v.Op == stories.OpShow && done == "old" && v.Destination == channel(to): // its card shows it all the same
							default:
								posted[v.Op]++
							}
						}
						for _, op := range []stories.Op{stories.OpPost, stories.OpReply, stories.OpShow} {
							got = max(got, posted[op])
						}
						if got != 1 || level != stories.Breaking && len(posted) != 1 {
							d.Errorf("%s: it came as %v", name, posted)
						}
						same(d, name+": counted as sent", d.progressOf(u.ID).Sent >= 1, true)
					}
				}
			}
		}
		d.queueAgrees()
	}},
}
