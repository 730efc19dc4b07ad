package storetest

import (
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

var beginTests = []test{
	{"a begin whose answer was lost is made again and strands nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		w := d.worker(l)
		rows, _, err := w.owed()
		d.ok(err)
		x := stories.Exchange{Batch: 1, Begin: w.next(rows, 10)}
		for range 3 {
			got, err := d.Exchange(d.ctx, l, x)
			d.ok(err)
			for _, f := range x.Begin {
				same(d, "begun", got.Deliveries[f.Delivery], true)
			}
		}
		same(d, "states", d.states(channel("a"), s)+" "+d.states(channel("b"), s), "sending sending")
		same(d, "recovered", len(d.recovered(l)), 2)
	}},
	{"a finish that is made again counts once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		x := stories.Exchange{Batch: 7, Results: []stories.Result{d.sent(v)}}
		for range 3 {
			_, err := d.Exchange(d.ctx, l, x)
			d.ok(err)
		}
		x.Batch = 8 // and under another number
		_, err := d.Exchange(d.ctx, l, x)
		d.ok(err)
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: 1, Waiting: 1})
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "pending", lanes[0].Pending, 1)
	}},
	{"a lost lease is an error of the whole exchange, and an old fence finishes nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		old := d.hold(lane, "first")
		v := d.claim(old, 1)[0]
		d.ok(d.ReleaseLease(d.ctx, old))
		l := d.hold(lane, "second")
		same(d, "recovered", len(d.recovered(l)), 1)
		rows, _, err := d.worker(old).owed()
		d.ok(err)
		got, err := d.Exchange(d.ctx, old, stories.Exchange{Batch: 9, Results: []stories.Result{d.sent(v)}, Begin: d.worker(old).next(rows, 10)})
		same(d, "lost", errors.Is(err, stories.ErrLeaseLost), true)
		same(d, "begun", len(got.Deliveries), 0)
		same(d, "states", d.states(channel("a"), s)+" "+d.states(channel("b"), s), "sending pending")
	}},
	{"what was taken away since it was read is not begun", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a", "b", "c")
		d.append(s, stories.Normal)
		d.append(o, stories.Normal)
		l := d.hold(lane, "w")
		w := d.worker(l)
		rows, origins, err := w.owed()
		d.ok(err)
		d.ok(d.stop(d.act(), channel("a"), s.ID))
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
		x := stories.Exchange{Batch: 1}
		for _, r := range rows {
			x.Begin = append(x.Begin, stories.Flight{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now})
		}
		got, err := d.Exchange(d.ctx, l, x)
		d.ok(err)
		for _, r := range rows {
			gone := r.Destination == channel("b") || r.Destination == channel("a") && origins[r.Origin].StoryID == s.ID
			same(d, fmt.Sprintf("%s %d begun", r.Destination, origins[r.Origin].StoryID), got.Deliveries[r.Delivery], !gone)
		}
	}},
	{"beginning and taking away at once leave each row begun or gone, never both", func(d *desk) {
		s := d.track("sony")
		const n = 30
		for i := range n {
			d.follow("sony", fmt.Sprint("c", i))
		}
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		begun := map[string]bool{}
		together(2, func(i int) {
			if i == 0 {
				for n := range n {
					if _, err := d.Unsubscribe(d.ctx, d.act(), channel(fmt.Sprint("c", n)), stories.Target{Kind: stories.TargetStory, Name: "sony"}); err != nil {
						d.Errorf("unsubscribe: %v", err)
					}
				}
				return
			}
			var flying []stories.Flight
			for batch, r := range rows {
				x := stories.Exchange{Batch: int64(batch + 1), Flying: flying, Begin: []stories.Flight{{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now}}}
				got, err := d.Exchange(d.ctx, l, x)
				if err != nil {
					d.Errorf("exchange: %v", err)
					return
				}
				if got.Deliveries[r.Delivery] {
					flying = append(flying, x.Begin[0])
					begun[r.Destination.Channel] = true
				}
			}
		})
		for i := range n {
			want := "skipped"
			if to := channel(fmt.Sprint("c", i)); begun[to.Channel] {
				want = "sending"
			}
			same(d, fmt.Sprint("c", i), d.states(channel(fmt.Sprint("c", i)), s), want)
		}
	}},
	{"who plans beside who leaves owes either all or nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "b")
		for range 12 {
			d.follow("sony", "a")
			together(2, func(i int) {
				if i == 0 {
					if _, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: d.now}); err != nil {
						d.Errorf("append: %v", err)
					}
					return
				}
				if _, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"}); err != nil {
					d.Errorf("unsubscribe: %v", err)
				}
			})
			for _, v := range d.toChannel("a", s) {
				if v.State == stories.Pending {
					d.Fatalf("update %d is owed to a channel that has left", v.About.Number)
				}
			}
		}
	}},
	{"what is begun says the update's present wording", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		w := d.worker(l)
		rows, _, err := w.owed()
		d.ok(err)
		got, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: 1, Begin: w.next(rows, 1), Updates: []int64{u.ID}})
		d.ok(err)
		revision, ok := got.Revisions[u.ID]
		same(d, "told", ok, true)
		same(d, "revision", revision, u.Revision)
	}},
	{"what is taken over between begin and send is in doubt, and others go on", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		dead := d.hold(lane, "dead")
		v := d.claim(dead, 1)[0]
		d.later(time.Minute)
		d.ok(d.ReleaseLease(d.ctx, dead))
		l := d.hold(lane, "next")
		found := d.recovered(l)
		same(d, "in doubt", d.labels(found), "a sony 1")
		same(d, "begun at", found[0].Tries.Last, v.Tries.Last)
		same(d, "others", d.labels(d.claim(l, 10)), "b sony 1")
	}},
}
