package storetest

import (
	"slices"
	"strings"

	"storybot/stories"
)

// sinceMorning has a database be put back this morning that was copied tonight, and be
// settled: by the store's own clock the desk's night is over.
func (d *desk) sinceMorning(b *board, decide func(int64)) {
	d.Helper()
	d.until("08:00")
	d.putBack(0)
	p, err := d.PutBack(d.ctx)
	d.ok(err)
	decide(p.Generation)
	b.lease = d.hold(lane, "next")
	d.queueAgrees()
}

// looksAgain settles what waits since a database was put back.
func (d *desk) looksAgain(generation int64) {
	d.Helper()
	_, err := d.SettlePutBack(d.ctx, d.act(), generation)
	d.ok(err)
}

// headsPutBackTests are about what waited for its time in a database that was put back,
// where it is for a thread or card.
var headsPutBackTests = []test{
	{"what would have gone to a thread by now is looked for and sent there", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", quietly(inThread))
		d.mode(d.act(), "e", "all", quietly(inCard))
		b := d.board()
		d.until("12:00")
		d.publish(s, stories.Normal, "Q1")
		b.works()
		d.until("23:00")
		d.endWaits()
		d.publish(s, stories.Normal, "Q2")
		b.works()
		keys := d.keysOf(s)
		d.sinceMorning(b, d.looksAgain)
		rows := d.claim(b.lease, 10)
		at := slices.IndexFunc(rows, func(v stories.Delivery) bool { return v.About.UpdateID > 0 })
		if at < 0 || rows[at].Op != stories.OpReply || !rows[at].Tries.Doubtful || !slices.Contains(keys, rows[at].Key) {
			d.Fatalf("begun: %+v", rows)
		}
		var results []stories.Result
		for _, v := range rows {
			results = append(results, b.takes(v))
		}
		b.advance(b.lease, 0, results...)
		same(d, "in the end", b.works(), "a card of quake 2:Q2 1:Q1; e card of quake 2:Q2 1:Q1; a in thread: 1 Q1; a in thread: 2 Q2")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("e"), s), "sent sent, sent sent")
		d.queueAgrees()
	}},
	{"what would have made a thread or card by now makes it", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", quietly(inThread))
		d.mode(d.act(), "e", "all", quietly(inCard))
		b := d.board()
		d.until("23:00")
		d.endWaits()
		d.publish(s, stories.Normal, "Q1")
		d.publish(s, stories.Normal, "Q2")
		b.works()
		d.sinceMorning(b, func(generation int64) {
			_, err := d.ReleasePutBack(d.ctx, d.act(), generation)
			d.ok(err)
		})
		same(d, "in the end", b.works(), "a card of quake 2:Q2 1:Q1; e card of quake 2:Q2 1:Q1; a in thread: 1 Q1; a in thread: 2 Q2")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("e"), s), "sent sent, sent sent")
		d.queueAgrees()
	}},
	{"what would have gone in another mode by now is looked for by the key that it had then", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", quietly(inThread))
		b := d.board()
		d.until("12:00")
		d.publish(s, stories.Normal, "Q1")
		b.works()
		d.until("23:00")
		d.endWaits()
		d.publish(s, stories.Normal, "Q2")
		d.mode(d.act(), "a", "all", quietly(stories.Options{}))
		b.works()
		d.sinceMorning(b, d.looksAgain)
		first := d.claim(b.lease, 1)[0]
		if first.Op != stories.OpPost || !first.Tries.Doubtful {
			d.Fatalf("begun: %+v", first)
		}
		b.advance(b.lease, 0, b.takes(first))
		same(d, "in the end", strings.HasSuffix(b.works(), "; a 2 Q2"), true)
		d.queueAgrees()
	}},
	{"of what would have gone by now the newest five of a story are looked for", func(d *desk) {
		s := d.track("quake")
		d.mode(d.act(), "a", "all", quietly(stories.Options{}))
		b := d.board()
		d.until("23:00")
		d.endWaits()
		for range 7 {
			d.publish(s, stories.Normal, "Q")
		}
		b.works()
		d.sinceMorning(b, d.looksAgain)
		same(d, "in the end", b.works(), "a 3 Q; a 4 Q; a 5 Q; a 6 Q; a 7 Q")
		same(d, "states", d.states(channel("a"), s), "skipped skipped sent sent sent sent sent")
		d.queueAgrees()
	}},
}

// keysOf are the keys of what is owed of a story.
func (d *desk) keysOf(s stories.Story) (keys []string) {
	d.Helper()
	found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10_000)
	d.ok(err)
	for _, v := range found {
		if v.About.StoryID == s.ID {
			keys = append(keys, v.Key)
		}
	}
	return keys
}
