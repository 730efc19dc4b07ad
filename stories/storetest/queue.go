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
		_, err := d.Advance(d.ctx, first, nil, 1, false, d.now)
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
		_, err := d.Advance(d.ctx, old, []stories.Result{d.sent(v)}, 1, false, d.now)
		lost(err)
		_, err = d.Recover(d.ctx, old)
		lost(err)
		same(d, "state", d.states(channel("a"), s), "sending")
		found, err := d.Recover(d.ctx, l)
		d.ok(err)
		same(d, "recovered", d.labels(found), "a sony 1")
	}},
	{"a lane nobody belongs to has nothing to do", func(d *desk) {
		l := d.hold("nobody", "w")
		batch := d.advance(l, 10)
		same(d, "claimed", len(batch.Claimed), 0)
		found, err := d.Recover(d.ctx, l)
		d.ok(err)
		same(d, "recovered", len(found), 0)
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
			ID: v.ID, Key: v.Key, UpdateID: u.ID, StoryID: s.ID, Number: 1, Part: stories.PartMessage, Destination: other, Lane: lane, Level: stories.Normal,
			State: stories.Sending, Attempt: 1, FirstAttemptAt: d.now, LastAttemptAt: d.now, DueAt: d.now, CreatedAt: d.now}
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
		batch := d.advance(l, 10, d.sent(first[1]))
		same(d, "second", d.labels(batch.Claimed), "b sony 2")
		batch = d.advance(l, 10, d.sent(first[0]), d.sent(batch.Claimed[0]))
		same(d, "third", d.labels(batch.Claimed), "a sony 2, b sony 3")
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
		batch := d.advance(l, 10, d.retry(v, d.now))
		same(d, "next", d.labels(batch.Claimed), "a xx 1")
		same(d, "raised", batch.Claimed[0].Level, stories.Breaking)
		batch = d.advance(l, 10, d.retry(batch.Claimed[0], d.now.Add(time.Minute)))
		same(d, "claimed while the first waits", len(batch.Claimed), 0)
		same(d, "next due", batch.NextDue, d.now.Add(time.Minute))
		d.later(time.Minute)
		same(d, "order", d.labels(d.drain(l, 10)), "a xx 1, a xx 2")
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
	{"the oldest first leaves nothing to starve, but not the order within a channel", func(d *desk) {
		x, y := d.track("xx"), d.track("yy")
		d.follow("xx", "a", "b")
		d.append(x, stories.Minor)
		d.later(time.Minute)
		d.follow("yy", "b", "c")
		d.append(y, stories.Breaking)
		l := d.hold(lane, "w")
		batch, err := d.Advance(d.ctx, l, nil, 2, true, d.now)
		d.ok(err)
		same(d, "oldest first", d.labels(batch.Claimed), "a xx 1, b yy 1")
	}},
	{"a claim takes no more than it was asked for and says what waits", func(d *desk) {
		s := d.track("sony")
		for i := range 5 {
			d.follow("sony", fmt.Sprint("c", i))
		}
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		batch := d.advance(l, 3)
		same(d, "claimed", len(batch.Claimed), 3)
		same(d, "waiting", batch.Waiting, true)
		batch = d.advance(l, 0)
		same(d, "claimed", len(batch.Claimed), 0)
		same(d, "waiting", batch.Waiting, true)
		batch = d.advance(l, 3)
		same(d, "claimed", len(batch.Claimed), 2)
		same(d, "waiting", batch.Waiting, false)
		same(d, "next due", batch.NextDue.IsZero(), true)
	}},
	{"a long queue behind a few channels is worked off in order", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		for range 9 {
			for range 60 {
				d.append(s, stories.Normal)
			}
		}
		next := map[string]int{}
		for _, v := range d.drain(d.hold(lane, "w"), 50) {
			next[v.Destination.Channel]++
			same(d, "number to "+v.Destination.Channel, v.Number, next[v.Destination.Channel])
		}
		same(d, "sent to a", next["#a"], 540)
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
		d.advance(l, 0, stories.Result{DeliveryID: v.ID, Attempt: 1, State: stories.Sent, MessageID: "1234567890.123", Reason: "found in the history", Unknown: true, At: d.now})
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		got := found[0]
		same(d, "state", got.State, stories.Sent)
		same(d, "message id", got.MessageID, "1234567890.123")
		same(d, "reason", got.Reason, "found in the history")
		same(d, "unknowns", got.Unknowns, 1)
		same(d, "finished", got.FinishedAt, d.now)
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 1, Sent: 1})
	}},
	{"a retry waits for its time, counts its attempts and keeps its first", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		due := d.now.Add(30 * time.Second)
		batch := d.advance(l, 10, d.retry(v, due))
		same(d, "claimed before its time", len(batch.Claimed), 0)
		same(d, "next due", batch.NextDue, due)
		same(d, "waiting", batch.Waiting, false)
		d.later(30 * time.Second)
		v = d.claim(l, 10)[0]
		same(d, "number", v.Number, 1)
		same(d, "attempt", v.Attempt, 2)
		same(d, "first attempt", v.FirstAttemptAt, start)
		same(d, "last attempt", v.LastAttemptAt, d.now)
		same(d, "reason", v.Reason, "HTTP 500")
	}},
	{"a result of an older attempt changes nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		first := d.claim(l, 1)[0]
		second := d.advance(l, 1, d.retry(first, d.now)).Claimed[0]
		d.advance(l, 0, d.sent(first))
		same(d, "state", d.states(channel("a"), s), "sending")
		d.advance(l, 0, d.sent(second))
		d.advance(l, 0, stories.Result{DeliveryID: second.ID, Attempt: second.Attempt, State: stories.Failed, At: d.now})
		same(d, "state", d.states(channel("a"), s), "sent")
	}},
	{"a result of another lane's delivery changes nothing", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		v := d.claim(d.hold(lane, "w"), 1)[0]
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: other, Target: stories.Target{Kind: stories.TargetAll}, Level: stories.Minor}, "elsewhere")
		d.ok(err)
		d.advance(d.hold("elsewhere", "w"), 1, d.sent(v))
		same(d, "state", d.states(channel("a"), s), "sending")
	}},
	{"not before delays all that waits for the channel, and what is planned meanwhile", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		until := d.now.Add(time.Minute)
		r := d.sent(v[0])
		r.NotBefore = until
		batch := d.advance(l, 10, r)
		same(d, "claimed", len(batch.Claimed), 0)
		same(d, "next due", batch.NextDue, until)
		d.append(s, stories.Breaking)
		batch = d.advance(l, 10, d.sent(v[1]))
		same(d, "claimed", d.labels(batch.Claimed), "b sony 2")
		same(d, "next due", batch.NextDue, until)
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 0, 2)
		d.ok(err)
		for _, v := range found {
			same(d, "due", v.DueAt, until)
		}
		d.later(time.Minute)
		same(d, "sent then", d.labels(d.claim(l, 1)), "a sony 2")
	}},
	{"what cannot be known ends as unknown", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		d.advance(l, 0,
			stories.Result{DeliveryID: v[0].ID, Attempt: 1, State: stories.Unknown, Reason: "the history cannot be read", Unknown: true, At: d.now},
			stories.Result{DeliveryID: v[1].ID, Attempt: 1, State: stories.Failed, Reason: "refused", At: d.now})
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: u.ID, Total: 2, Unknown: 1, Failed: 1})
		same(d, "done", p.Done(), true)
	}},
	{"a claim nothing was sent under is taken back whole", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		back := func(v stories.Delivery) stories.Result {
			return stories.Result{DeliveryID: v.ID, Attempt: v.Attempt, State: stories.Pending, DueAt: v.DueAt, Unbegun: true, At: d.now}
		}
		v := d.claim(l, 1)[0]
		d.advance(l, 0, back(v), back(v)) // and once only
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "attempt", found[0].Attempt, 0)
		same(d, "first attempt", found[0].FirstAttemptAt.IsZero(), true)
		d.later(time.Hour)
		began := d.now
		v = d.claim(l, 1)[0]
		same(d, "attempt", v.Attempt, 1)
		same(d, "first attempt", v.FirstAttemptAt, began)
		v = d.advance(l, 1, d.retry(v, d.now)).Claimed[0]
		d.later(time.Hour)
		v = d.advance(l, 1, back(v)).Claimed[0]
		same(d, "attempt after one that was made", v.Attempt, 2)
		same(d, "first attempt of that", v.FirstAttemptAt, began)
	}},
	{"a doubtful delivery stays so through a block, and keeps the times of its requests", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 0, stories.Result{DeliveryID: v.ID, Attempt: 1, State: stories.Held, Destination: stories.Blocked, Doubtful: true, At: d.now})
		d.later(time.Hour)
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		v = d.claim(l, 1)[0]
		same(d, "doubtful", v.Doubtful, true)
		same(d, "attempt", v.Attempt, 2)
		same(d, "last attempt", v.LastAttemptAt, start)
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "stored", found[0], v)
		v = d.advance(l, 1, d.retry(v, d.now)).Claimed[0]
		same(d, "doubtful once it is known", v.Doubtful, false)
		same(d, "unknowns", v.Unknowns, 0)
		same(d, "last attempt then", v.LastAttemptAt, d.now)
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
		found, err := d.Recover(d.ctx, l)
		d.ok(err)
		same(d, "recovered", len(found), 2)
		for i, v := range found {
			same(d, "recovered", v, claimed[i])
		}
		same(d, "others go on", d.labels(d.claim(l, 10)), "c sony 1")
		d.advance(l, 0, d.sent(found[0]), d.retry(found[1], d.now))
		same(d, "then", d.labels(d.claim(l, 10)), "a sony 2, b sony 1")
	}},
	{"a result that says nothing is refused and nothing is changed", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		_, err := d.Advance(d.ctx, l, []stories.Result{d.sent(v[0]), {DeliveryID: v[1].ID, Attempt: 1, State: stories.Sending}}, 1, false, d.now)
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
		d.advance(l, 0, stories.Result{DeliveryID: v.ID, Attempt: 1, State: stories.Failed, Reason: "bad \x00 \xff 'quote' \\ \" 😀", At: d.now})
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 1)
		d.ok(err)
		same(d, "reason", found[0].Reason, "bad  \uFFFD 'quote' \\ \" 😀")
	}},
}
