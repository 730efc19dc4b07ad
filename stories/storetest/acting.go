package storetest

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// Ower owes operations on messages that are there.
type Ower interface {
	Owe(ctx context.Context, updateID int64, tasks []stories.Task, at time.Time) ([]int64, error)
}

// owe owes one operation in a channel.
func (d *desk) owe(u stories.Update, op stories.Op, name string, on int64) int64 {
	d.Helper()
	ids, err := d.Owe(d.ctx, u.ID, []stories.Task{{Op: op, Destination: channel(name), On: on}}, d.now)
	d.ok(err)
	same(d, "deliveries", len(ids), 1)
	return ids[0]
}

// owed are what a lane owes, in short: "reply a, edit a 2" in their order.
func (d *desk) owed(l stories.Lease) string {
	d.Helper()
	rows, origins, err := d.worker(l).owed()
	d.ok(err)
	var out string
	for _, r := range rows {
		o := origins[r.Origin]
		out += fmt.Sprintf("%v %s %d, ", o.Op, r.Destination.Channel[1:], o.Revision)
	}
	return out
}

// targets begins rows of a lane and tells which there are and what they act on.
func (d *desk) targets(l stories.Lease, batch int64, ids ...int64) stories.Begun {
	d.Helper()
	rows, origins, err := d.worker(l).owed()
	d.ok(err)
	x := stories.Exchange{Batch: batch}
	for _, f := range d.worker(l).flying {
		x.Flying = append(x.Flying, f)
	}
	for _, id := range ids {
		r := find(rows, id)
		x.Begin = append(x.Begin, stories.Flight{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now})
		if origins[r.Origin].Op.Acts() {
			x.Acting = append(x.Acting, id)
		}
		x.Updates = append(x.Updates, origins[r.Origin].UpdateID)
	}
	got, err := d.Exchange(d.ctx, l, x)
	d.ok(err)
	return got
}

var actingTests = []test{
	{"an operation waits for the message it acts on", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		post := d.claim(l, 1)[0]
		reply := d.owe(u, stories.OpReply, "a", post.ID)
		got := d.targets(l, 50, reply)
		same(d, "begun before its message has ended", got.Deliveries[reply], true)
		same(d, "its message", got.Targets[reply], "")
		d.advance(l, 0, d.sent(post))
		same(d, "its message", d.targets(l, 60, reply).Targets[reply], "m"+post.Key)
	}},
	{"what acts on a message that never comes is not owed", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		post := d.claim(l, 1)[0]
		ops := []stories.Op{stories.OpReply, stories.OpBroadcast, stories.OpThread, stories.OpEdit, stories.OpPublish, stories.OpDelete}
		var ids []int64
		for _, op := range ops {
			ids = append(ids, d.owe(u, op, "a", post.ID))
		}
		d.advance(l, 0, d.result(post, stories.Failed, "refused"))
		got := d.targets(l, 50, ids...)
		for i, id := range ids {
			same(d, ops[i].String()+" begun", got.Deliveries[id], false)
		}
		same(d, "left", d.owed(l), "")
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
	{"a post that was sent in a later wording is the same post: it is owed once, and told in that wording", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		post := d.drain(l, 10)[0]
		for _, op := range []stories.Op{stories.OpReply, stories.OpThread, stories.OpBroadcast} {
			first := d.owe(u, op, "a", post.ID)
			d.revised(u, "Newer "+op.String())
			for begun := d.claim(l, 10); len(begun) > 0; begun = d.claim(l, 10) {
				for _, v := range begun {
					r := d.sent(v)
					if v.Op.Says() {
						r.Revision = 3
					}
					d.advance(l, 0, r)
				}
			}
			same(d, op.String()+" again", d.owe(u, op, "a", post.ID), first)
			for _, v := range d.toChannel("a", s) {
				if v.ID == first {
					same(d, "told wording of "+op.String(), v.Revision, 3)
				}
			}
		}
	}},
	{"the same operation is owed once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		done := d.drain(l, 10)
		for _, op := range []stories.Op{stories.OpReply, stories.OpThread, stories.OpPublish, stories.OpBroadcast} {
			first := d.owe(u, op, "a", done[0].ID)
			same(d, op.String()+" again", d.owe(u, op, "a", done[0].ID), first)
			if other := d.owe(u, op, "b", done[1].ID); other == first {
				d.Errorf("%v elsewhere is the same", op)
			}
		}
		same(d, "a post again", d.owe(u, stories.OpPost, "a", 0), done[0].ID)
		same(d, "owed", len(d.drain(l, 10)), 8)
	}},
	{"a revision edits every copy in a channel", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		post := d.drain(l, 10)[0]
		thread := d.owe(u, stories.OpThread, "a", post.ID)
		d.drain(l, 10)
		d.owe(u, stories.OpReply, "a", thread)
		reply := d.drain(l, 10)[0]
		d.revise(u, "Newer")
		d.revise(u, "Newest")
		same(d, "owed", d.owed(l), "edit a 2, edit a 2, ")
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		got := d.targets(l, 50, rows[0].Delivery, rows[1].Delivery)
		same(d, "the post's", got.Targets[rows[0].Delivery], "m"+post.Key)
		same(d, "the reply's", got.Targets[rows[1].Delivery], "m"+reply.Key)
		same(d, "their keys", got.Keys[rows[0].Delivery]+" "+got.Keys[rows[1].Delivery], post.Key+" "+reply.Key)
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "the push", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: 2})
	}},
	{"what is taken away is not edited", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		done := d.drain(l, 10)
		u = d.revise(u, "Newer")
		d.owe(u, stories.OpPublish, "a", done[0].ID)
		d.owe(u, stories.OpDelete, "a", done[0].ID)
		same(d, "owed", d.owed(l), "edit b 1, delete a 0, ")
		d.revise(u, "Newest")
		same(d, "owed", d.owed(l), "delete a 0, edit b 2, ")
		d.drain(l, 10)
		same(d, "left", d.owed(l), "")
	}},
	{"what is taken back before it was sent is not sent", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		flying := d.claim(l, 1)[0]
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		for _, r := range rows {
			if r.Delivery != flying.ID {
				same(d, "owed for what waits", d.owe(u, stories.OpDelete, r.Destination.Channel[1:], r.Delivery), 0)
			}
		}
		if d.owe(u, stories.OpDelete, flying.Destination.Channel[1:], flying.ID) == 0 {
			d.Errorf("what is on its way is not taken away")
		}
		d.advance(l, 0, d.sent(flying))
		same(d, "sent", len(d.drain(l, 10)), 1)
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "the push", p, stories.Progress{UpdateID: u.ID, Total: 2, Sent: 1, Failed: 1})
	}},
	{"an operation of a blocked channel waits for it to heal", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		post := d.drain(l, 1)[0]
		v, _ := d.append(s, stories.Normal)
		d.advance(l, 0, d.refusal(d.claim(l, 1)[0], stories.Held, "no right", stories.Blocked))
		reply := d.owe(u, stories.OpReply, "a", post.ID)
		same(d, "owed", d.owed(l), "")
		resumed, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "resumed", resumed, 2)
		same(d, "owed", d.owed(l), "post a 0, reply a 0, ")
		_, _ = v, reply
		same(d, "sent", len(d.drain(l, 10)), 2)
		d.ok(d.EndDestination(d.ctx, channel("a"), "deleted", d.now))
		same(d, "owed to one that is gone", d.owe(u, stories.OpPublish, "a", post.ID), 0)
	}},
	{"what is owed on nothing is refused", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		done := d.drain(l, 10)
		for _, t := range []stories.Task{
			{Op: stories.OpReply, Destination: channel("nowhere"), On: done[0].ID},
			{Op: stories.OpReply, Destination: channel("a"), On: 9999},
			{Op: stories.OpDelete, Destination: done[0].Destination, On: done[1].ID},
		} {
			_, err := d.Owe(d.ctx, u.ID, []stories.Task{t}, d.now)
			d.refused(err, stories.CodeNotFound)
		}
		_, err := d.Owe(d.ctx, 9999, []stories.Task{{Op: stories.OpPost, Destination: channel("a")}}, d.now)
		d.refused(err, stories.CodeNotFound)
		same(d, "owed", d.owed(l), "")
	}},
}
