package storetest

import (
	"errors"
	"time"

	"storybot/stories"
)

// reviser is how a test corrects an update.
func (d *desk) revised(u stories.Update, text string) {
	d.Helper()
	_, err := d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: text})
	d.ok(err)
}

var rehomeTests = []test{
	{"a channel with a new address keeps what it follows, its history, what waits and its messages", func(d *desk) {
		s, m := d.track("sony"), d.track("muted")
		d.follow("all", "old")
		d.follow("sony", "b")
		d.ok(d.stop(d.act(), channel("old"), m.ID))
		first, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		for _, v := range d.claim(l, 10) {
			d.advance(l, 0, d.sent(v))
		}
		d.append(s, stories.Normal)
		before := d.toChannel("old", s)
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new"))) // platforms repeat events
		same(d, "history", d.states(channel("new"), s), "sent pending")
		same(d, "left", len(d.toChannel("old", s)), 0)
		after := d.toChannel("new", s)
		for i := range before {
			same(d, "id", after[i].ID, before[i].ID)
			same(d, "key", after[i].Key, before[i].Key)
			same(d, "message", after[i].MessageID, before[i].MessageID)
		}
		subs, err := d.Subscriptions(d.ctx, channel("new"))
		d.ok(err)
		same(d, "subscriptions", len(subs), 1)
		d.append(m, stories.Normal)
		same(d, "of the muted story", d.states(channel("new"), m), "")
		d.revised(first, "Newer")
		l = d.hold(lane, "w")
		d.worker(l)
		got := map[string]int{}
		for _, v := range d.drain(l, 10) {
			if v.Destination == channel("old") {
				d.Error("something goes to the old address")
			}
			if v.Destination == channel("new") {
				got[v.State.String()+" "+string(rune('0'+v.About.Number))]++
			}
		}
		same(d, "the edit of the first", got["sending 1"], 1)
		same(d, "the second", got["sending 2"], 1)
	}},
	{"what is on its way when a channel's address changes is settled, under its key, by who holds the lane next", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "old")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		if _, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: 9, Results: []stories.Result{d.sent(v)}}); err == nil {
			d.Error("who has the old address in memory goes on")
		}
		next := d.hold(lane, "w")
		found := d.recovered(next)
		same(d, "in doubt", len(found), 1)
		same(d, "key", found[0].Key, v.Key)
		same(d, "address", found[0].Destination, channel("new"))
		d.advance(next, 0, d.sent(found[0]))
		same(d, "history", d.states(channel("new"), s), "sent")
	}},
	{"who holds the lane of a moved channel keeps others away until the lease ends, and may take it anew at once", func(d *desk) {
		d.track("sony")
		d.follow("sony", "old", "other")
		for _, to := range []string{"new", "other"} {
			l := d.hold(lane, "w")
			d.ok(d.MoveDestination(d.ctx, channel("old"), channel(to)))
			if _, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: 1}); !errors.Is(err, stories.ErrLeaseLost) {
				d.Errorf("who has the old address in memory goes on: %v", err)
			}
			ok, err := d.Renew(d.ctx, l, time.Minute)
			d.ok(err)
			same(d, "the old lease is renewed", ok, false)
			_, ok, err = d.Acquire(d.ctx, lane, "another", time.Minute)
			d.ok(err)
			same(d, "another gets the lane", ok, false)
			d.hold(lane, "w")
			d.follow("sony", "old")
		}
	}},
	{"where the new address is a channel already, it gets each update once and the newer options stay", func(d *desk) {
		s, o, m := d.track("sony"), d.track("other"), d.track("muted")
		d.followFrom("sony", channel("old"), stories.Minor)
		d.followFrom("all", channel("old"), stories.Minor)
		d.ok(d.stop(d.act(), channel("old"), m.ID))
		d.append(o, stories.Normal) // old has it
		l := d.hold(lane, "w")
		v := d.claim(l, 10)[0]
		d.advance(l, 0, d.sent(v))
		d.later(time.Minute)
		d.followFrom("sony", channel("new"), stories.Normal)
		u, _ := d.append(s, stories.Breaking) // both wait for it
		d.append(o, stories.Normal)           // old alone
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))

		subs, err := d.Subscriptions(d.ctx, channel("new"))
		d.ok(err)
		same(d, "subscriptions", len(subs), 2)
		same(d, "the newer options", subs[0].Level, stories.Normal)
		old, err := d.Subscriptions(d.ctx, channel("old"))
		d.ok(err)
		same(d, "subscriptions of the old", len(old), 0)
		same(d, "of sony", d.states(channel("new"), s), "pending")
		same(d, "of other", d.states(channel("new"), o), "pending")
		same(d, "of other before", d.states(channel("old"), o), "sent")
		d.append(m, stories.Normal)
		same(d, "of the muted story", d.states(channel("new"), m), "")
		same(d, "sent", d.labels(d.drain(d.hold(lane, "w"), 10)), "new sony 1, new other 2")
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: 1, Failed: 1})
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
	{"an update that arrived under the old address is not sent again under the new one, and is edited there", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "old", "new")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		for _, v := range d.claim(l, 10) {
			if v.Destination == channel("old") {
				d.advance(l, 0, d.sent(v))
			} else {
				d.advance(l, 0, d.retry(v))
			}
		}
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		same(d, "under the old address", d.states(channel("old"), s), "sent")
		same(d, "under the new one", d.states(channel("new"), s), "skipped")
		d.revised(u, "Newer")
		l = d.hold(lane, "w")
		edits := d.drain(l, 10)
		same(d, "sent", d.labels(edits), "new sony 1")
		same(d, "as an edit", edits[0].Op, stories.OpEdit)
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: 1, Failed: 1})
		post := d.toChannel("old", s)[0]
		for _, name := range []string{"old", "new"} { // it is written to under the new address, whichever is named
			if d.owe(u, stories.OpReply, name, post.ID) == 0 {
				d.Errorf("nothing is owed to a message in %s", name)
			}
		}
		d.owe(u, stories.OpDelete, "old", post.ID)
		acts := d.drain(l, 10)
		same(d, "sent", d.labels(acts), "new sony 1, new sony 1")
		d.revised(u, "Newest")
		same(d, "edits of what was taken away", d.labels(d.drain(l, 10)), "new sony 1") // the reply's
	}},
	{"a revision edits both copies in a channel that was two", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "old", "new", "other")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		want := map[int64]bool{}
		for _, v := range d.drain(l, 10) {
			want[v.ID] = true
		}
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		d.revised(u, "Newer")
		same(d, "sent", len(d.drain(d.hold(lane, "w"), 10)), 3)
		all, err := d.Deliveries(d.ctx, stories.DeliveryFilter{States: []stories.DeliveryState{stories.Sent}}, 10)
		d.ok(err)
		same(d, "messages and edits", len(all), 6)
		for _, e := range all {
			if e.Op != stories.OpEdit {
				continue
			}
			if !want[e.On] || e.Destination == channel("old") {
				d.Errorf("an edit of %d at %v", e.On, e.Destination)
			}
			delete(want, e.On)
		}
	}},
	{"what is held or on its way at an address that is given up goes on at the new one", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "old", "new")
		d.followFrom("all", channel("third"), stories.Minor)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		for _, v := range d.claim(l, 10) {
			if v.Destination == channel("old") {
				d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked))
			} else {
				d.advance(l, 0, d.sent(v))
			}
		}
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("new"), story(s))
		d.ok(err)
		d.append(s, stories.Normal) // held at old
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		l = d.hold(lane, "w")
		begun := d.claim(l, 10)
		same(d, "begun", d.labels(begun), "new sony 2, third sony 2")
		// And while it is on its way the channel moves into third.
		d.ok(d.MoveDestination(d.ctx, channel("new"), channel("fourth")))
		d.followFrom("all", channel("fifth"), stories.Minor)
		d.ok(d.MoveDestination(d.ctx, channel("fourth"), channel("fifth")))
		l = d.hold(lane, "w")
		for _, v := range d.recovered(l) {
			if v.Destination == channel("third") {
				d.advance(l, 0, d.sent(v))
				continue
			}
			same(d, "in doubt at", v.Destination, channel("fourth")) // where its key is known
			d.advance(l, 0, d.retry(v))
		}
		same(d, "sent", d.labels(d.drain(l, 10)), "fourth sony 2")
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
}
