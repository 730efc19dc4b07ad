package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// passedOn has the messages of a channel go on to those that follow it.
var passedOn = stories.Options{Publish: true}

// publishings are the rows by which messages in a channel go on, in their order: their
// states and, of those that were skipped, why.
func (d *desk) publishings(name string) (out string) {
	d.Helper()
	found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 1000)
	d.ok(err)
	for i := len(found) - 1; i >= 0; i-- {
		if v := found[i]; v.Op == stories.OpPublish && v.Destination == channel(name) {
			out += v.State.String() + ", "
		}
	}
	return out
}

var passOnTests = []test{
	{"what is breaking goes on once it is sent, where what decides says so, and nothing else does", func(d *desk) {
		s := d.track("sony", "film")
		d.mode(d.act(), "a", "topic:film", passedOn)
		d.mode(d.act(), "b", "all", passedOn)
		d.mode(d.act(), "b", "topic:film", stories.Options{}) // decides
		d.mode(d.act(), "c", "topic:film", stories.Options{})
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		same(d, "counted", d.progressOf(u.ID).Total, 3)
		b.works()
		d.publish(s, stories.Normal, "Second")
		same(d, "all", b.works(), "a 1 First, published; b 1 First; c 1 First; a 2 Second; b 2 Second; c 2 Second")
		same(d, "counted as sent", d.progressOf(u.ID).Sent, 3)
		same(d, "rows", d.publishings("a")+d.publishings("b")+d.publishings("c"), "sent, ")
		d.queueAgrees()
	}},
	{"with a card or a thread the message in the channel goes on", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", stories.Options{Mode: stories.ModeThread, Publish: true})
		d.mode(d.act(), "b", "all", stories.Options{Mode: stories.ModeCard, Publish: true})
		b := d.board()
		d.publish(s, stories.Breaking, "First")
		b.works()
		same(d, "a", d.publishings("a"), "sent, ")
		same(d, "b", d.publishings("b"), "sent, ")
		for _, m := range b.said {
			if m.passed != (m.text == "1 First") {
				d.Errorf("%s: %s went on: %v", m.place, m.text, m.passed)
			}
		}
		d.queueAgrees()
	}},
	{"a digest and quiet hours keep nothing of it back", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", stories.Options{Digest: "hourly", Publish: true})
		b := d.board()
		d.publish(s, stories.Normal, "First")
		d.publish(s, stories.Breaking, "Second")
		same(d, "at once", b.works(), "a 2 Second, published")
	}},
	{"what tells of a revision of what went on goes on, and a fix tells nothing", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		d.mode(d.act(), "b", "all", stories.Options{})
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		b.works()
		d.reword(u, corrected("1st"))
		same(d, "corrected", b.works(), "a 1 1st, published; b 1 1st; a correction 1, published; b correction 1")
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "1st."})
		b.works()
		same(d, "fixed", d.publishings("a"), "sent, sent, ")
		for n, w := range []stories.Rewording{{Kind: stories.Hold, Reason: "checking"}, {Kind: stories.Release}, {Kind: stories.Withdrawal, Reason: "wrong"}} {
			d.reword(u, w)
			b.works()
			same(d, string(w.Kind), d.publishings("a"), "sent, sent, "+strings.Repeat("sent, ", n+1))
		}
		same(d, "elsewhere", d.publishings("b"), "")
		d.queueAgrees()
	}},
	{"a correction of what did not go on does not either", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		normal := d.publish(s, stories.Normal, "First")
		breaking := d.publish(s, stories.Breaking, "Second")
		b.wrong[stories.OpPublish] = stories.NothingLost
		b.works()
		same(d, "beyond the budget", d.publishings("a"), "skipped, ")
		d.reword(normal, corrected("1st"))
		b.works()
		d.reword(breaking, corrected("2nd"))
		same(d, "corrected", b.works(), "a 1 1st; a 2 2nd; a correction 1; a correction 2")
		same(d, "rows", d.publishings("a"), "skipped, ")
		d.queueAgrees()
	}},
	{"where publish: was taken away meanwhile, corrections go on no more", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		b.works()
		d.mode(d.act(), "a", "all", stories.Options{})
		d.publish(s, stories.Breaking, "Second")
		d.reword(u, corrected("1st"))
		same(d, "corrected", b.works(), "a 1 1st, published; a 2 Second; a correction 1")
	}},
	{"what is on hold before it is sent goes on once it is released, and what is withdrawn never", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		v := d.publish(s, stories.Breaking, "Second")
		d.reword(u, stories.Rewording{Kind: stories.Hold, Reason: "checking"})
		d.reword(v, stories.Rewording{Kind: stories.Withdrawal, Reason: "wrong"})
		b.works() // takes one of a channel at a time
		same(d, "meanwhile", b.works(), "")
		same(d, "rows", d.publishings("a"), "skipped, skipped, ")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "released", b.works(), "a 1 First, published")
		same(d, "rows", d.publishings("a"), "skipped, skipped, sent, ")
		d.queueAgrees()
	}},
	{"what is put on hold once it was sent goes on when it is released, unless that was done", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		post := b.advance(b.lease, 1)
		same(d, "begun first", len(post), 1)
		b.advance(b.lease, 0, b.takes(post[0]))
		d.reword(u, stories.Rewording{Kind: stories.Hold, Reason: "checking"})
		b.works()
		same(d, "on hold", d.publishings("a"), "skipped, ")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		b.works()
		same(d, "released", d.publishings("a"), "skipped, sent, ")
		d.reword(u, stories.Rewording{Kind: stories.Hold, Reason: "once more"})
		d.reword(u, stories.Rewording{Kind: stories.Release})
		b.works()
		same(d, "once", d.publishings("a"), "skipped, sent, skipped, ")
		d.queueAgrees()
	}},
	{"in a blocked channel it waits with its message, and goes on when that can be sent", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		d.advance(b.lease, 0, d.refusal(d.claim(b.lease, 1)[0], stories.Held, "no right", stories.Blocked))
		d.publish(s, stories.Breaking, "Second")
		same(d, "blocked", b.works(), "")
		d.later(time.Minute)
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "healed", b.works(), "a 1 First; a 2 Second, published")
		d.queueAgrees()
	}},
	{"whoever asks about the channel is told what became of it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		told := func(number int) (out string) {
			found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, number, 10)
			d.ok(err)
			for _, v := range found {
				if out += v.State.String(); v.PassedOn != nil {
					out += ", " + v.PassedOn.State.String() + " " + v.PassedOn.Reason
				}
			}
			return out
		}
		u := d.publish(s, stories.Breaking, "First")
		same(d, "waits", told(1), "pending, pending ")
		b.works()
		same(d, "went on", told(1), "sent, sent ")
		b.wrong[stories.OpPublish] = stories.NothingLost
		d.publish(s, stories.Breaking, "Second")
		d.publish(s, stories.Normal, "Third")
		b.works()
		b.works()
		same(d, "did not", told(2), "sent, skipped has nothing there")
		same(d, "was not to", told(3), "sent")
		d.reword(u, corrected("1st"))
		b.works()
		found, err := d.RevisionsTo(d.ctx, channel("a"), u.ID, 10)
		d.ok(err)
		same(d, "beside it", len(found), 2)
		for _, v := range found {
			if (v.PassedOn != nil) != (v.Op == stories.OpPost) {
				d.Errorf("%v: %+v", v.Op, v.PassedOn)
			}
		}
	}},
	{"who takes a lane over is told what went on within the hour, and where", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", passedOn)
		d.mode(d.act(), "b", "all", passedOn)
		b := d.board()
		spent := func() (out string) {
			past, err := d.LanePast(d.ctx, lane)
			d.ok(err)
			for _, v := range past.Spent {
				out += v.Destination.Channel + " " + v.Op.String() + fmt.Sprint(" ", v.Requests, ", ")
			}
			return out
		}
		d.now = time.Now().Add(-2 * time.Hour)
		d.publish(s, stories.Breaking, "Before")
		b.works()
		same(d, "long ago", spent(), "")
		d.now = time.Now().Add(-10 * time.Minute)
		d.publish(s, stories.Breaking, "First")
		d.publish(s, stories.Normal, "Second")
		b.wrong[stories.OpPublish] = stories.NothingLost
		b.works()
		b.works()
		same(d, "one of two", len(spent()), len("#a publish 1, "))
	}},
	{"unsubscribed before it is sent, nothing goes on", func(d *desk) {
		s := d.track("sony")
		sub := d.mode(d.act(), "a", "all", passedOn)
		b := d.board()
		d.publish(s, stories.Breaking, "First")
		_, err := d.Unsubscribe(d.ctx, d.act(), sub.Destination, sub.Target)
		d.ok(err)
		same(d, "nothing", b.works(), "")
		d.queueAgrees()
	}},
}
