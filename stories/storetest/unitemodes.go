package storetest

import (
	"fmt"
	"time"

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
	{"what waits at one of two addresses waits on at the other, and comes in the thread", func(d *desk) {
		s := d.track("quake")
		// Where a channel is moved the store's own clock says what waits.
		base := time.Now().UTC()
		hour := func(after time.Duration) string { return base.Add(after).Format("15:04") }
		d.now = base.Add(-5 * time.Hour)
		o := inThread
		o.Quiet = stories.Quiet(hour(-2*time.Hour) + "-" + hour(4*time.Hour))
		d.mode(d.act(), "a", "all", o)
		d.mode(d.act(), "z", "topic:none", stories.Options{})
		b := d.board()
		d.worker(b.lease).noted = true
		d.until(hour(-3 * time.Hour))
		d.publish(s, stories.Normal, "Q1")
		b.works()
		d.until(hour(-2*time.Hour - 2*time.Minute))
		d.publish(s, stories.Normal, "Q2")
		tried := d.claim(b.lease, 10)
		d.until(hour(-2*time.Hour + time.Minute))
		for _, v := range tried {
			r := b.takes(v)
			if v.Op == stories.OpReply {
				b.said = b.said[:len(b.said)-1]
				r = d.retry(v)
			}
			b.advance(b.lease, 0, r)
		}
		b.works() // it is put off
		d.until(hour(-time.Hour))
		d.endWaits()
		d.publish(s, stories.Normal, "Q3")
		b.works()
		same(d, "before", d.states(channel("a"), s), "sent deferred deferred")
		d.ok(d.MoveDestination(d.ctx, channel("a"), channel("z")))
		same(d, "by night", d.states(channel("z"), s), "deferred deferred")
		d.queueAgrees()
		d.until(hour(4 * time.Hour))
		d.endWaits()
		b.lease = d.hold(lane, "w")
		d.worker(b.lease).noted = true
		same(d, "in the morning", b.works(), "a card of quake 3:Q3 2:Q2 1:Q1; a in thread: 1 Q1; z in thread: 2 Q2; z in thread: 3 Q3")
		same(d, "states", d.states(channel("z"), s), "sent sent")
		d.queueAgrees()
	}},
	{"what waits at one of two addresses goes at once as what decides at the other says", func(d *desk) {
		for i, o := range []stories.Options{inThread, inCard, {}} {
			name := func(of string) string { return fmt.Sprint(of, i) }
			s := d.track(name("quake"))
			d.mode(d.act(), name("a"), "all", quietly(inThread))
			d.mode(d.act(), name("z"), s.Slug, o)
			b := d.board()
			d.until("12:00")
			d.publish(s, stories.Normal, "Q1")
			b.works()
			d.until("23:00")
			d.endWaits()
			_, err := d.Unsubscribe(d.ctx, d.act(), channel(name("z")), story(s))
			d.ok(err)
			u := d.publish(s, stories.Normal, "Q2")
			b.works()
			d.mode(d.act(), name("z"), s.Slug, o)
			n := len(b.said)
			d.ok(d.MoveDestination(d.ctx, channel(name("a")), channel(name("z"))))
			b.lease = d.hold(lane, "w")
			d.recovered(b.lease)
			b.works()
			want := map[int][]string{0: {"in thread: 2 Q2"}, 2: {"2 Q2"}}[i]
			var got []string
			for _, said := range b.said[n:] {
				got = append(got, said.text)
			}
			same(d, fmt.Sprint(o.Mode, ": messages"), fmt.Sprint(got), fmt.Sprint(want))
			found, err := d.DeliveriesTo(d.ctx, channel(name("z")), s.ID, u.Number, 10)
			d.ok(err)
			same(d, fmt.Sprint(o.Mode, ": state"), found[0].State, stories.Sent)
			d.queueAgrees()
		}
	}},
}
