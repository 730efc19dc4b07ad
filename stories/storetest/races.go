package storetest

import (
	"fmt"
	"sync"
	"time"

	"storybot/stories"
)

// together runs fn n times at once and waits for all.
func together(n int, fn func(i int)) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { fn(i) })
	}
	wait.Wait()
}

var raceTests = []test{
	{"one of many gets a lease", func(d *desk) {
		var mu sync.Mutex
		holders := 0
		together(8, func(i int) {
			_, ok, err := d.Acquire(d.ctx, "x", fmt.Sprint("w", i), time.Minute)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				d.Errorf("acquire: %v", err)
			}
			if ok {
				holders++
			}
		})
		same(d, "holders", holders, 1)
	}},
	{"one of many requests with one key is done, and all get its result", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		act := stories.Act{Key: "k1", By: ana, At: d.now}
		var mu sync.Mutex
		ids := map[int64]int{}
		together(8, func(int) {
			u, _, err := d.AppendUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: d.now})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				d.Errorf("append: %v", err)
			}
			ids[u.ID]++
		})
		same(d, "different updates", len(ids), 1)
		same(d, "deliveries", d.states(channel("a"), s), "pending")
	}},
	{"updates published at once get different numbers and arrive in their order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		together(20, func(i int) {
			level := stories.Level(1 + i%3)
			if _, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: fmt.Sprint(i), Level: level, Author: ana, At: d.now}); err != nil {
				d.Errorf("append: %v", err)
			}
		})
		inOrder(d, d.drain(d.hold(lane, "w"), 5), 40)
	}},
	{"publishing beside a worker loses nothing and keeps the order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		l := d.hold(lane, "w")
		const updates = 40
		var done []stories.Delivery
		published := make(chan struct{})
		together(2, func(i int) {
			if i == 0 {
				defer close(published)
				for n := range updates {
					_, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: fmt.Sprint(n), Level: stories.Level(1 + n%3), Author: ana, At: d.now})
					if err != nil {
						d.Errorf("append: %v", err)
					}
				}
				return
			}
			done = workUntil(d, l, published)
		})
		inOrder(d, done, 3*updates)
	}},
	{"two workers who take a lane from each other send every row once, in order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c", "d", "e", "f")
		for n := range 12 {
			d.append(s, stories.Level(1+n%3))
		}
		var mu sync.Mutex
		var sent []stories.Delivery
		together(2, func(i int) {
			for range 2000 {
				mu.Lock()
				finished := len(sent) == 72
				mu.Unlock()
				if finished {
					return
				}
				l, ok, err := d.Acquire(d.ctx, lane, fmt.Sprint("w", i), time.Minute)
				if err != nil {
					d.Errorf("acquire: %v", err)
					return
				}
				if !ok {
					continue
				}
				done, err := turn(d, l)
				if err != nil {
					d.Errorf("turn: %v", err)
				}
				mu.Lock()
				sent = append(sent, done...)
				mu.Unlock()
				if err := d.ReleaseLease(d.ctx, l); err != nil {
					d.Errorf("release: %v", err)
				}
			}
		})
		inOrder(d, sent, 72)
	}},
	{"a channel that comes and goes while others publish leaves nothing behind", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a", "b")
		l := d.hold(lane, "w")
		published := make(chan struct{})
		together(3, func(i int) {
			switch i {
			case 0:
				defer close(published)
				for n := range 30 {
					story := []stories.Story{s, o}[n%2]
					if _, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: story.ID, Text: fmt.Sprint(n), Level: stories.Level(1 + n%3), Author: ana, At: d.now}); err != nil {
						d.Errorf("append: %v", err)
					}
				}
			case 1:
				workUntil(d, l, published)
			case 2:
				for n := range 15 {
					target := stories.Target{Kind: stories.TargetStory, Name: "sony"}
					if _, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("a"), Target: target, Options: stories.Options{Level: stories.Minor}}, lane); err != nil {
						d.Errorf("subscribe: %v", err)
					}
					if _, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), target); err != nil {
						d.Errorf("unsubscribe: %v", err)
					}
					if n%3 == 0 {
						if err := d.stop(d.act(), channel("a"), s.ID); err != nil {
							d.Errorf("mute: %v", err)
						}
					}
				}
			}
		})
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
		same(d, "sent to b", len(d.toChannel("b", s))+len(d.toChannel("b", o)), 30)
	}},
}

// turn is what a worker does with a lease: settle what is on its way, then send
// a few.
func turn(d *desk, l stories.Lease) (sent []stories.Delivery, err error) {
	w := d.worker(l)
	left, err := w.recover()
	if err != nil {
		return nil, err
	}
	var results []stories.Result
	for _, v := range left {
		results = append(results, d.sent(v))
	}
	sent = append(sent, left...)
	for range 3 {
		begun, err := w.advance(2, results...)
		if err != nil {
			return sent, err
		}
		results = nil
		if len(sent) == len(left) && len(begun) == 2 { // leave one on its way now and then
			sent = append(sent, begun[0])
			results = append(results, d.sent(begun[0]))
			continue
		}
		for _, v := range begun {
			sent = append(sent, v)
			results = append(results, d.sent(v))
		}
	}
	_, err = w.advance(0, results...)
	return sent, err
}

// workUntil sends whatever is owed until published is closed and nothing is
// left.
func workUntil(d *desk, l stories.Lease, published <-chan struct{}) (done []stories.Delivery) {
	var results []stories.Result
	for {
		last := false
		select {
		case <-published:
			last = true
		default:
		}
		begun, err := d.worker(l).advance(2, results...)
		if err != nil {
			d.Errorf("advance: %v", err)
			return done
		}
		results = nil
		for _, v := range begun {
			done = append(done, v)
			results = append(results, d.sent(v))
		}
		if last && len(begun) == 0 {
			return done
		}
	}
}

// inOrder checks that each channel got a story's updates once and in order.
func inOrder(d *desk, done []stories.Delivery, want int) {
	d.Helper()
	same(d, "deliveries sent", len(done), want)
	next := map[string]int{}
	for _, v := range done {
		next[v.Destination.Channel]++
		if v.About.Number != next[v.Destination.Channel] {
			d.Errorf("%s got update %d, want %d", v.Destination.Channel, v.About.Number, next[v.Destination.Channel])
		}
	}
}

func (d *desk) toChannel(name string, s stories.Story) []stories.Delivery {
	d.Helper()
	found, err := d.DeliveriesTo(d.ctx, channel(name), s.ID, 0, 1000)
	d.ok(err)
	return found
}
