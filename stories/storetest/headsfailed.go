package storetest

import (
	"fmt"
	"slices"

	"storybot/stories"
)

// fails has the next message of a kind fail for good that makes a head.
func (b *board) fails(op stories.Op) {
	b.Helper()
	begun := b.advance(b.lease, 10)
	at := slices.IndexFunc(begun, func(v stories.Delivery) bool { return v.Op == op && v.About.NoticeID == stories.CardsID })
	if at < 0 {
		b.Fatalf("no %s of a head is begun: %+v", op, begun)
	}
	var results []stories.Result
	for i, v := range begun {
		if i == at {
			results = append(results, b.result(v, stories.Failed, "no"))
		} else {
			results = append(results, b.takes(v))
		}
	}
	b.advance(b.lease, 0, results...)
}

// headsFailedTests are about heads that could not be posted.
var headsFailedTests = []test{
	{"what was for a thread whose head failed stands in the channel before what is published next", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		u := d.publish(s, stories.Normal, "Q1")
		d.publish(s, stories.Normal, "Q2")
		b.fails(stories.OpPost)
		d.queueAgrees()
		d.publish(s, stories.Normal, "Q3")
		same(d, "in the end", b.works(), "a 1 Q1; a 2 Q2; a card of quake 3:Q3 2:Q2 1:Q1; a in thread: 3 Q3")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed, p.Waiting), "1 1 0 0")
		d.queueAgrees()
	}},
	{"what was for a card that failed stands in the channel before what is published next", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", inCard)
		b := d.board()
		d.publish(s, stories.Normal, "Q1")
		d.publish(s, stories.Normal, "Q2")
		b.fails(stories.OpPost)
		d.publish(s, stories.Normal, "Q3")
		same(d, "in the end", b.works(), "a 1 Q1; a 2 Q2; a card of quake 3:Q3 2:Q2 1:Q1")
		same(d, "states", d.states(channel("a"), s), "sent sent sent")
		d.queueAgrees()
	}},
	{"in a forum another post is tried once for all that was for one", func(d *desk) {
		s := d.track("quake")
		d.forum("f", "all", stories.Options{})
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "Q1")
		d.publish(s, stories.Normal, "Q2")
		b.fails(stories.OpForum)
		d.publish(s, stories.Normal, "Q3")
		same(d, "in the end", b.works(), "f post: first message; f post: card of quake 3:Q3 2:Q2 1:Q1; f in thread: 1 Q1; f in thread: 2 Q2; f in thread: 3 Q3")
		d.queueAgrees()
	}},
	{"in a forum whose posts fail twice nothing is tried for ever", func(d *desk) {
		s := d.track("quake")
		d.forum("f", "all", stories.Options{})
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "Q1")
		b.fails(stories.OpForum)
		b.fails(stories.OpForum)
		same(d, "in the end", b.works(), "f post: first message; f post: 1 Q1")
		same(d, "states", d.states(channel("f"), s), "sent")
		d.queueAgrees()
	}},
	{"what may have stood in a thread whose head fails is counted when it is sent once more", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "Q1")
		d.putBack(0)
		p, err := d.PutBack(d.ctx)
		d.ok(err)
		d.looksAgain(p.Generation)
		b.lease = d.hold(lane, "next")
		b.fails(stories.OpPost)
		same(d, "it is not there to be looked for", b.works(), "")
		same(d, "in the end", b.works(), "a 1 Q1")
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 1, 10)
		d.ok(err)
		same(d, "unknown", found[0].Tries.Unknowns, 1)
		d.queueAgrees()
	}},
}
