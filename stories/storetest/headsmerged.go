package storetest

import (
	"fmt"

	"storybot/stories"
)

// headsMergedTests are about heads and cards of stories that are made one.
var headsMergedTests = []test{
	{"the target's card shows at once what came over, and the source's ends as it was", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.act(), "a", "quake", quietly(inThread))
		d.mode(d.act(), "a", "fire", inCard)
		b := d.board()
		d.until("23:00")
		d.publish(quake, stories.Normal, "Q1")
		d.publish(quake, stories.Breaking, "Q2")
		q3 := d.publish(quake, stories.Normal, "Q3")
		d.publish(fire, stories.Normal, "F1")
		same(d, "before", b.works(), "a 2 Q2; a card of quake 3:Q3 2:Q2 1:Q1; a in thread: 2 Q2; a card of fire 1:F1")
		d.merge(quake, fire)
		same(d, "after", b.works(), "a 2 Q2; a card of quake, now fire 4:Q3 3:Q2 2:Q1; a in thread: 2 Q2; a card of fire 1:F1 4:Q3 3:Q2")
		p := d.progressOf(q3.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Deferred), "1 1 0")
		d.queueAgrees()
	}},
	{"what waited for the source goes as the target's options say, on its head", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		for _, name := range []string{"a", "b", "c"} {
			d.mode(d.act(), name, "quake", quietly(inThread))
		}
		d.mode(d.act(), "a", "fire", inThread)
		d.mode(d.act(), "b", "fire", stories.Options{})
		b := d.board()
		d.until("21:00")
		d.publish(quake, stories.Normal, "Q1")
		d.publish(fire, stories.Normal, "F1")
		b.works()
		d.until("23:00")
		d.publish(quake, stories.Normal, "Q2")
		b.works()
		d.merge(quake, fire)
		same(d, "at once", b.works(), "a card of quake, now fire 3:Q2 2:Q1; b card of quake, now fire 3:Q2 2:Q1; c card of quake, now fire 3:Q2 2:Q1; a in thread: 1 Q1; b in thread: 1 Q1; c in thread: 1 Q1; b 1 F1; a card of fire 3:Q2 1:F1 2:Q1; a in thread: 1 F1; a in thread: 3 Q2; b 3 Q2")
		d.until("07:00")
		d.endWaits()
		b.works()
		last := b.said[len(b.said)-2:]
		same(d, "in the morning", last[0].place+" "+last[0].text+"; "+last[1].place+" "+last[1].text, "c card of fire 3:Q2 1:F1 2:Q1; c in thread: 3 Q2")
		d.queueAgrees()
	}},
	{"what waits to be shown on the source's card is shown on the target's", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.act(), "a", "all", inCard)
		b := d.board()
		d.publish(quake, stories.Normal, "Q1")
		d.publish(fire, stories.Normal, "F1")
		b.works()
		q2 := d.publish(quake, stories.Normal, "Q2")
		d.merge(quake, fire)
		same(d, "after", b.works(), "a card of quake, now fire 3:Q2 2:Q1; a card of fire 3:Q2 1:F1 2:Q1")
		p := d.progressOf(q2.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Waiting), "1 1 0")
		same(d, "states", d.states(channel("a"), fire), "sent sent sent")
		d.queueAgrees()
	}},
	{"where the target has no head what waits to be shown makes one", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.act(), "a", "quake", inCard)
		b := d.board()
		d.publish(quake, stories.Normal, "Q1")
		b.works()
		d.publish(quake, stories.Normal, "Q2")
		d.merge(quake, fire)
		same(d, "after", b.works(), "a card of quake, now fire 2:Q2 1:Q1; a card of fire 2:Q2 1:Q1")
		d.queueAgrees()
	}},
	{"a head whose edit waits when its story is merged ends with what it was to show", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.aloud(), "a", "quake", inThread)
		b := d.board()
		d.publish(quake, stories.Normal, "Q1")
		b.works()
		d.publish(quake, stories.Breaking, "Q2")
		d.merge(quake, fire)
		same(d, "after", b.works(), "a card of quake, now fire 2:Q2 1:Q1; a in thread: 1 Q1; a 2 Q2; a in thread: 2 Q2")
		d.queueAgrees()
	}},
	{"a head that shows what was withdrawn ends as it stood", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.aloud(), "a", "quake", inCard)
		b := d.board()
		u := d.publish(quake, stories.Normal, "Q1")
		b.works()
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "untrue"})
		b.works()
		d.publish(quake, stories.Normal, "Q2")
		d.merge(quake, fire)
		same(d, "after", b.works(), "a card of quake, now fire 1:withdrawnQ1; a withdrawal 1; a card of fire 2:Q2")
		d.queueAgrees()
	}},
	{"an edit of what is no head any more follows the one that is on its way", func(d *desk) {
		s, into := d.track("quake"), d.track("fire")
		d.mode(d.aloud(), "a", "quake", inCard)
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "Q1")
		u := d.publish(s, stories.Normal, "Q2")
		b.works()
		d.merge(s, into)
		flying := b.advance(b.lease, 1) // that says what the story goes on as
		same(d, "on its way", flying[0].Op, stories.OpShow)
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Q2 mended"})
		d.queueAgrees() // which has the edits of one message in one order
		b.advance(b.lease, 0, b.takes(flying[0]))
		same(d, "at last", b.works(), "a card of quake, now fire 2:Q2 mended 1:Q1")
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Q2 mended again"})
		same(d, "and later", b.works(), "a card of quake, now fire 2:Q2 mended again 1:Q1")
		d.queueAgrees()
	}},
	{"what was to be shown on a source's head goes once, also while another channel waits for quiet hours", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.act(), "a", "all", inCard)
		b := d.board()
		d.until("12:00")
		d.publish(quake, stories.Normal, "Q1")
		d.publish(fire, stories.Normal, "F1")
		b.works()
		d.mode(d.act(), "c", "all", quietly(inCard))
		b.works()
		d.until("21:00")
		d.publish(quake, stories.Normal, "Q2")
		d.worker(b.lease).noted = true
		d.until("22:01")
		d.endWaits()
		for _, v := range b.advance(b.lease, 10) {
			b.advance(b.lease, 0, b.result(v, stories.Pending, "later"))
		}
		d.merge(quake, fire)
		d.queueAgrees()
		same(d, "at once", b.works(), "a card of quake, now fire 3:Q2 2:Q1; a card of fire 3:Q2 1:F1 2:Q1")
		d.queueAgrees()
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "a card of quake, now fire 3:Q2 2:Q1; a card of fire 3:Q2 1:F1 2:Q1; c card of fire 3:Q2 1:F1 2:Q1")
		d.queueAgrees()
	}},
	{"the same where the target brings messages", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.act(), "a", "quake", inCard)
		d.mode(d.act(), "a", "fire", stories.Options{})
		b := d.board()
		d.until("12:00")
		d.publish(quake, stories.Normal, "Q1")
		b.works()
		d.mode(d.act(), "c", "all", quietly(inCard))
		b.works()
		d.until("21:00")
		d.publish(quake, stories.Normal, "Q2")
		d.worker(b.lease).noted = true
		d.until("22:01")
		d.endWaits()
		for _, v := range b.advance(b.lease, 10) {
			b.advance(b.lease, 0, b.result(v, stories.Pending, "later"))
		}
		d.merge(quake, fire)
		d.queueAgrees()
		same(d, "at once", b.works(), "a card of quake, now fire 2:Q2 1:Q1; a 2 Q2")
		d.queueAgrees()
	}},
}
