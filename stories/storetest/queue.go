package storetest

import (
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

var leaseTests = []test{
	{"a lease has one owner until it is released or expires", func(d *desk) {
		l := d.hold("x", "first")
		_, ok, err := d.Acquire(d.ctx, "x", "second", time.Minute)
		d.ok(err)
		same(d, "second gets it", ok, false)
		d.hold("y", "second")
		d.ok(d.ReleaseLease(d.ctx, l))
		taken := d.hold("x", "second")
		if taken.Fence <= l.Fence {
			d.Errorf("fence %d does not grow from %d", taken.Fence, l.Fence)
		}
		ok, err = d.Renew(d.ctx, l, time.Minute)
		d.ok(err)
		same(d, "the first renews", ok, false)
		d.ok(d.ReleaseLease(d.ctx, l)) // of no effect
		ok, err = d.Renew(d.ctx, taken, time.Minute)
		d.ok(err)
		same(d, "the second renews", ok, true)
	}},
	{"an expired lease goes to whoever asks", func(d *desk) {
		_, ok, err := d.Acquire(d.ctx, "x", "first", -time.Second)
		d.ok(err)
		same(d, "first gets it", ok, true)
		d.hold("x", "second")
	}},
	{"an owner takes its own lease again with a new fence", func(d *desk) {
		first := d.hold(lane, "w")
		second := d.hold(lane, "w")
		if second.Fence <= first.Fence {
			d.Errorf("fence %d does not grow from %d", second.Fence, first.Fence)
		}
		_, err := d.worker(first).advance(1)
		same(d, "old fence is refused", errors.Is(err, stories.ErrLeaseLost), true)
	}},
	{"who lost the lease neither claims, nor reports, nor recovers", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		old := d.hold(lane, "first")
		v := d.claim(old, 1)[0]
		d.ok(d.ReleaseLease(d.ctx, old))
		l := d.hold(lane, "second")
		lost := func(err error) {
			d.Helper()
			same(d, fmt.Sprintf("%v is ErrLeaseLost", err), errors.Is(err, stories.ErrLeaseLost), true)
		}
		_, err := d.worker(old).advance(1, d.sent(v))
		lost(err)
		_, err = d.worker(old).recover()
		lost(err)
		same(d, "state", d.states(channel("a"), s), "sending")
		same(d, "recovered", d.labels(d.recovered(l)), "a sony 1")
	}},
	{"a lane nobody belongs to has nothing to do", func(d *desk) {
		l := d.hold("nobody", "w")
		same(d, "begun", len(d.advance(l, 10)), 0)
		same(d, "recovered", len(d.recovered(l)), 0)
		lanes, err := d.Lanes(d.ctx)
		d.ok(err)
		same(d, "lanes", len(lanes), 0)
	}},
}

var orderTests = []test{
	{"a claimed delivery says all that is needed to send it", func(d *desk) {
		s := d.track("sony")
		d.followFrom("sony", other, stories.Minor)
		u, _ := d.append(s, stories.Normal)
		v := d.claim(d.hold(lane, "w"), 10)[0]
		if len(v.Key) > 25 || len(v.Key) < 10 {
			d.Errorf("key %q has %d characters", v.Key, len(v.Key))
		}
		want := stories.Delivery{
			ID: v.ID, Key: v.Key, About: stories.About{UpdateID: u.ID, StoryID: s.ID, Number: 1}, Destination: other, Lane: lane, Level: stories.Normal,
			State: stories.Sending, Tries: stories.Tries{Count: 1, First: d.now, Last: d.now}, CreatedAt: d.now}
		same(d, "claimed", v, want)
		found, err := d.DeliveriesTo(d.ctx, other, s.ID, 1, 1)
		d.ok(err)
		same(d, "stored", found[0], want)
	}},
	{"a destination has one delivery in the air and gets its updates in order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		for range 3 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		first := d.claim(l, 10)
		same(d, "first", d.labels(first), "a sony 1, b sony 1")
		same(d, "while they fly", len(d.claim(l, 10)), 0)
		second := d.advance(l, 10, d.sent(first[1]))
		same(d, "second", d.labels(second), "b sony 2")
		third := d.advance(l, 10, d.sent(first[0]), d.sent(second[0]))
		same(d, "third", d.labels(third), "a sony 2, b sony 3")
	}},
	{"breaking goes before normal before minor, across stories", func(d *desk) {
		x, y, z := d.track("xx"), d.track("yy"), d.track("zz")
		d.follow("all", "a", "b")
		d.append(x, stories.Minor)
		d.append(y, stories.Normal)
		d.append(z, stories.Breaking)
		same(d, "order", d.labels(d.drain(d.hold(lane, "w"), 1)), "a zz 1, b zz 1, a yy 1, b yy 1, a xx 1, b xx 1")
	}},
	{"a breaking update takes its story's earlier ones with it", func(d *desk) {
		x, y := d.track("xx"), d.track("yy")
		d.follow("all", "a")
		d.append(y, stories.Normal)
		d.append(x, stories.Minor)
		d.append(x, stories.Normal)
		d.append(x, stories.Breaking)
		found, err := d.DeliveriesTo(d.ctx, channel("a"), x.ID, 1, 1)
		d.ok(err)
		same(d, "level of the first", found[0].Level, stories.Breaking)
		same(d, "order", d.labels(d.drain(d.hold(lane, "w"), 10)), "a xx 1, a xx 2, a xx 3, a yy 1")
	}},
	{"an earlier update that comes back while a breaking one waits goes first", func(d *desk) {
		x := d.track("xx")
		d.follow("all", "a")
		d.append(x, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 10)[0]
		d.append(x, stories.Breaking)
		again := d.advance(l, 10, d.retry(v))
		same(d, "next", d.labels(again), "a xx 1")
		same(d, "raised", again[0].Level, stories.Breaking)
		same(d, "order", d.labels(d.advance(l, 10, d.sent(again[0]))), "a xx 2")
	}},
	{"a held update of the story is raised as well and goes out in order", func(d *desk) {
		x := d.track("xx")
		d.follow("all", "a")
		d.append(x, stories.Minor)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		d.append(x, stories.Breaking)
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "order", d.labels(d.drain(l, 10)), "a xx 1, a xx 2")
	}},
	{"a breaking update takes none with it where it is owed to nobody", func(d *desk) {
		x, y := d.track("xx", "film"), d.track("yy", "film")
		d.follow("all", "a")
		film, err := stories.ParseTarget("topic:film")
		d.ok(err)
		_, _, err = d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("b"), Target: film, Options: stories.Options{Level: stories.Minor}}, "elsewhere")
		d.ok(err)
		d.append(y, stories.Normal)
		d.append(x, stories.Normal)
		d.edit(x, stories.StoryEdit{Topics: &[]string{"north"}}) // b keeps what it is owed and gets no more
		d.append(x, stories.Breaking)
		level := func(name string) stories.Level {
			found, err := d.DeliveriesTo(d.ctx, channel(name), x.ID, 1, 1)
			d.ok(err)
			return found[0].Level
		}
		same(d, "raised where it is owed", level("a"), stories.Breaking)
		same(d, "raised where it is not", level("b"), stories.Normal)
		same(d, "order there", d.labels(d.drain(d.hold("elsewhere", "w"), 10)), "b yy 1, b xx 1")
		same(d, "order here", d.labels(d.drain(d.hold(lane, "w"), 10)), "a xx 1, a xx 2, a yy 1")
	}},
	{"a long queue behind a few channels is worked off in order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		for range 120 {
			d.append(s, stories.Normal)
		}
		next := map[string]int{}
		for _, v := range d.drain(d.hold(lane, "w"), 50) {
			next[v.Destination.Channel]++
			same(d, "number to "+v.Destination.Channel, v.About.Number, next[v.Destination.Channel])
		}
		same(d, "sent to a", next["#a"], 120)
	}},
}

var resultTests = []test{
	{"a sent delivery keeps the platform's message id", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.later(time.Second)
		r := d.result(v, stories.Sent, "found in the history")
		r.MessageID, r.Unknown = "1234567890.123", true
		d.advance(l, 0, r)
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		got := found[0]
		same(d, "state", got.State, stories.Sent)
		same(d, "message id", got.MessageID, "1234567890.123")
		same(d, "reason", got.Reason, "found in the history")
		same(d, "unknowns", got.Tries.Unknowns, 1)
		same(d, "finished", got.FinishedAt, d.now)
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 1, Sent: 1})
	}},
	{"a retry counts its attempts, keeps its first and says why", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.retry(v))
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "state", found[0].State, stories.Pending)
		same(d, "reason", found[0].Reason, "HTTP 500")
		d.later(30 * time.Second)
		v = d.claim(l, 10)[0]
		same(d, "number", v.About.Number, 1)
		same(d, "attempt", v.Tries.Count, 2)
		same(d, "first attempt", v.Tries.First, start)
		same(d, "last attempt", v.Tries.Last, d.now)
	}},
	{"a result of an older attempt changes nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		first := d.claim(l, 1)[0]
		second := d.advance(l, 1, d.retry(first))[0]
		d.advance(l, 0, d.sent(first))
		same(d, "state", d.states(channel("a"), s), "sending")
		d.advance(l, 0, d.sent(second))
		d.advance(l, 0, d.result(second, stories.Failed, ""))
		same(d, "state", d.states(channel("a"), s), "sent")
	}},
	{"a result of another lane's delivery changes nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		v := d.claim(d.hold(lane, "w"), 1)[0]
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: other, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "elsewhere")
		d.ok(err)
		d.advance(d.hold("elsewhere", "w"), 1, d.sent(v))
		same(d, "state", d.states(channel("a"), s), "sending")
	}},
	{"a pause a platform asked for is kept for who loads next, and never waits longer than it asked", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		for i, at := range []time.Time{time.Now(), time.Now().Add(time.Hour)} { // as if the clock was an hour ahead then
			r := d.sent(v[i])
			r.Pause, r.At = time.Minute, at
			d.advance(l, 0, r)
		}
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		same(d, "rows", len(rows), 2)
		for _, r := range rows {
			if r.Wait < 50*time.Second || r.Wait > time.Minute {
				d.Errorf("%s waits %v", r.Destination, r.Wait)
			}
		}
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 2, 1)
		d.ok(err)
		same(d, "told", found[0].Tries.DueAt.After(time.Now()), true)
	}},
	{"what cannot be known ends as unknown", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		d.advance(l, 0,
			d.result(v[0], stories.Unknown, "the history cannot be read"), d.result(v[1], stories.Failed, "refused"))
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Unknown: 1, Failed: 1})
		same(d, "done", p.Done(), true)
	}},
	{"what was begun and never left is taken back whole", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		w := d.worker(l)
		v := d.claim(l, 1)[0]
		delete(w.flying, v.ID) // it is said to fly no more, and no result is given
		d.advance(l, 0)
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "state", found[0].State, stories.Pending)
		same(d, "attempt", found[0].Tries.Count, 0)
		same(d, "first attempt", found[0].Tries.First.IsZero(), true)
		d.later(time.Hour)
		began := d.now
		v = d.claim(l, 1)[0]
		same(d, "attempt", v.Tries.Count, 1)
		same(d, "first attempt", v.Tries.First, began)
		v = d.advance(l, 1, d.retry(v))[0]
		delete(w.flying, v.ID)
		d.later(time.Hour)
		v = d.claim(l, 1)[0]
		same(d, "attempt after one that was made", v.Tries.Count, 2)
		same(d, "first attempt of that", v.Tries.First, began)
	}},
	{"a doubtful delivery stays so through a block, and keeps the times of its requests", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		held := d.refusal(v, stories.Held, "", stories.Blocked)
		held.Doubtful = true
		d.advance(l, 0, held)
		d.later(time.Hour)
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		v = d.claim(l, 1)[0]
		same(d, "doubtful", v.Tries.Doubtful, true)
		same(d, "attempt", v.Tries.Count, 2)
		same(d, "last attempt", v.Tries.Last, start)
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "stored", found[0], v)
		v = d.advance(l, 1, d.retry(v))[0]
		same(d, "doubtful once it is known", v.Tries.Doubtful, false)
		same(d, "unknowns", v.Tries.Unknowns, 0)
		same(d, "last attempt then", v.Tries.Last, d.now)
	}},
	{"what a dead worker left in the air is recovered as it was", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		d.append(s, stories.Normal)
		d.append(s, stories.Breaking)
		dead := d.hold(lane, "dead")
		claimed := d.claim(dead, 2)
		d.later(time.Hour)
		d.ok(d.ReleaseLease(d.ctx, dead)) // stands for the lease's end
		l := d.hold(lane, "w")
		found := d.recovered(l)
		same(d, "recovered", len(found), 2)
		for i, v := range found {
			same(d, "recovered", v, claimed[i])
		}
		same(d, "others go on", d.labels(d.claim(l, 10)), "c sony 1")
		d.advance(l, 0, d.sent(found[0]), d.retry(found[1]))
		same(d, "then", d.labels(d.claim(l, 10)), "b sony 1, a sony 2")
	}},
	{"a result that says nothing is refused and nothing is changed", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		_, err := d.worker(l).advance(1, d.sent(v[0]), d.result(v[1], stories.Sending, ""))
		if err == nil {
			d.Error("no error")
		}
		same(d, "state", d.states(channel("a"), s), "sending")
	}},
	{"words from a platform that no database takes do not stop the queue", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.result(v, stories.Failed, "bad \x00 \xff 'quote' \\ \" 😀"))
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "reason", found[0].Reason, "bad  \uFFFD 'quote' \\ \" 😀")
	}},
}
