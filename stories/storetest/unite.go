package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// at is where a delivery goes.
func (d *desk) at(id int64) stories.Destination {
	d.Helper()
	found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10_000)
	d.ok(err)
	for _, v := range found {
		if v.ID == id {
			return v.Destination
		}
	}
	d.Fatalf("delivery %d is not there", id)
	return stories.Destination{}
}

var uniteTests = []test{
	{"of two addresses of one channel one gets an update, whatever the wordings and however far each was", func(d *desk) {
		// What was with old and new when they were united, and what is sent then.
		states := map[string]func(l stories.Lease, v stories.Delivery){
			"waits":         func(l stories.Lease, v stories.Delivery) {},
			"was tried":     func(l stories.Lease, v stories.Delivery) { d.advance(l, 0, d.retry(v)) },
			"is on its way": nil,
			"was sent":      func(l stories.Lease, v stories.Delivery) { d.advance(l, 0, d.sent(v)) },
			"was sent in a later wording": func(l stories.Lease, v stories.Delivery) {
				r := d.sent(v)
				r.Revision = 1
				d.advance(l, 0, r)
			},
			"is in doubt": func(l stories.Lease, v stories.Delivery) {
				r := d.retry(v)
				r.Doubtful = true
				d.advance(l, 0, r)
			},
			"is held": func(l stories.Lease, v stories.Delivery) {
				d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked))
			},
			"is held in doubt": func(l stories.Lease, v stories.Delivery) {
				r := d.refusal(v, stories.Held, "no", stories.Blocked)
				r.Doubtful = true
				d.advance(l, 0, r)
			},
		}
		possible := map[string]bool{"is on its way": true, "is in doubt": true, "is held in doubt": true, "was sent": true, "was sent in a later wording": true}
		ended := map[string]bool{"is on its way": true, "was sent": true, "was sent in a later wording": true} // or cannot be stopped
		n := 0
		for before, doOld := range states {
			for there, doNew := range states {
				n++
				name := "old " + before + ", new " + there
				old, to, lane := fmt.Sprint("old", n), fmt.Sprint("new", n), fmt.Sprint("lane", n)
				s := d.track(fmt.Sprint("s", n))
				for _, at := range []string{old, to} {
					_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel(at), Target: story(s), Options: stories.Options{Level: stories.Minor}}, lane)
					d.ok(err)
				}
				u, _ := d.append(s, stories.Normal)
				l := d.hold(lane, "w")
				keys := map[int64]string{}
				messages := 0
				for _, v := range d.claim(l, 10) {
					do, was := doOld, before
					if v.Destination == channel(to) {
						do, was = doNew, there
					}
					keys[v.ID] = v.Key
					if was == "waits" {
						continue
					}
					if do != nil {
						do(l, v)
					}
					if strings.HasPrefix(was, "was sent") {
						messages++
					}
				}
				if before == "waits" || there == "waits" { // what waits was not begun: the lane's holder stopped before
					w := d.worker(l)
					for id := range w.flying {
						was := before
						if _, is := keys[id]; is && d.at(id) == channel(to) {
							was = there
						}
						if was == "waits" {
							delete(w.flying, id)
							delete(keys, id)
						}
					}
					d.advance(l, 0)
				}
				d.revised(u, "Newer") // edits of what there is wait as well
				d.ok(d.MoveDestination(d.ctx, channel(old), channel(to)))
				l = d.hold(lane, "w")
				for _, v := range d.recovered(l) {
					same(d, name+": the key of what is on its way", v.Key, keys[v.ID])
					d.advance(l, 0, d.sent(v)) // it had arrived
					messages++
				}
				for _, v := range d.drain(l, 10) {
					if v.Op == stories.OpPost {
						messages++
						if key := keys[v.ID]; v.Tries.Doubtful && key != v.Key {
							d.Errorf("%s: what is in doubt is looked for under another key", name)
						}
					}
				}
				want := 1
				if possible[before] && ended[there] {
					want = 2 // nothing is to be done about it
				}
				same(d, name+": messages", messages, want)
				same(d, name+": left", d.owed(l), "")
				for _, at := range []string{old, to} {
					for _, v := range d.toChannel(at, s) {
						if v.State == stories.Pending || v.State == stories.Held || v.State == stories.Sending {
							d.Errorf("%s: %v is left at %s", name, v.State, at)
						}
					}
				}
				p, err := d.ProgressOf(d.ctx, u.ID)
				d.ok(err)
				same(d, name+": progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: want, Failed: 2 - want})
				// Every copy is corrected.
				d.revised(u, "Newest")
				edits := d.drain(l, 10)
				same(d, name+": edits", len(edits), want)
				for _, v := range edits {
					same(d, name+": an edit goes", v.Destination, channel(to))
				}
			}
		}
	}},
	{"moves of channels beside a worker and who publishes strand nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("all", "a0", "b0", "c")
		published := make(chan struct{})
		sent := map[string]int{}
		together(3, func(i int) {
			switch i {
			case 0:
				defer close(published)
				for n := range 40 {
					u, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: fmt.Sprint(n), Level: stories.Level(1 + n%3), Author: ana, At: d.now})
					if err == nil && n%4 == 0 {
						_, err = d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: fmt.Sprint("Newer ", n)})
					}
					if err != nil {
						d.Errorf("publish: %v", err)
					}
				}
			case 1: // a goes on to other addresses, b comes and is united with c's former ones
				for n := range 12 {
					if err := d.MoveDestination(d.ctx, channel(fmt.Sprint("a", n)), channel(fmt.Sprint("a", n+1))); err != nil {
						d.Errorf("move: %v", err)
					}
					t := stories.Target{Kind: stories.TargetAll}
					if _, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel(fmt.Sprint("b", n+1)), Target: t, Options: stories.Options{Level: stories.Minor}}, lane); err != nil {
						d.Errorf("subscribe: %v", err)
					}
					if err := d.MoveDestination(d.ctx, channel(fmt.Sprint("b", n)), channel(fmt.Sprint("b", n+1))); err != nil {
						d.Errorf("unite: %v", err)
					}
				}
			case 2:
				var results []stories.Result
				var w *worker
				for {
					last := false
					select {
					case <-published:
						last = true
					default:
					}
					if w == nil { // it lost its lease: the same process takes it anew
						l, ok, err := d.Acquire(d.ctx, lane, "w", time.Minute)
						if err != nil || !ok {
							d.Errorf("acquire: %v, %v", ok, err)
							return
						}
						w = d.worker(l)
						left, err := w.recover()
						if errors.Is(err, stories.ErrLeaseLost) {
							w = nil
							continue
						}
						results = nil
						for _, v := range left {
							results = append(results, d.sent(v))
						}
					}
					begun, err := w.advance(3, results...)
					if errors.Is(err, stories.ErrLeaseLost) {
						w = nil
						continue
					}
					if err != nil {
						d.Errorf("advance: %v", err)
						return
					}
					results = nil
					for k, v := range begun {
						if r := d.sent(v); v.Tries.Count == 1 && k == 1 {
							results = append(results, d.retry(v))
						} else {
							results = append(results, r)
						}
					}
					if last && len(begun) == 0 {
						return
					}
				}
			}
		})
		// A move may have been the last of all.
		l := d.hold(lane, "w")
		for _, v := range d.recovered(l) {
			d.advance(l, 0, d.sent(v))
		}
		d.drain(l, 10)
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
		found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10_000)
		d.ok(err)
		channels := map[string]map[int]int{}
		for _, v := range found {
			if v.State == stories.Pending || v.State == stories.Held || v.State == stories.Sending {
				d.Errorf("%d to %s is left %v", v.ID, v.Destination.Channel, v.State)
			}
			if v.Op == stories.OpPost && v.State == stories.Sent {
				name := v.Destination.Channel[1:2]
				if channels[name] == nil {
					channels[name] = map[int]int{}
				}
				channels[name][v.About.Number]++
				sent[name]++
			}
		}
		for _, name := range []string{"a", "b", "c"} {
			same(d, "updates "+name+" has", len(channels[name]), 40)
		}
		same(d, "posts to a", sent["a"], 40)
		same(d, "posts to c", sent["c"], 40)
		d.queueAgrees()
	}},
}
