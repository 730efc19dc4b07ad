package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// quietly adds quiet hours to options.
func quietly(o stories.Options) stories.Options {
	o.Quiet = nights
	return o
}

// headsQuietTests are about heads and cards where what they are for waits for its time.
var headsQuietTests = []test{
	{"a head or card that is not there yet waits for quiet hours to end, with what it is for", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", quietly(inThread))
		d.mode(d.act(), "b", "all", quietly(inCard))
		b := d.board()
		d.until("23:00")
		u := d.publish(s, stories.Normal, "First")
		d.publish(s, stories.Minor, "Second")
		same(d, "by night", b.works(), "")
		same(d, "states in thread", d.states(channel("a"), s), "deferred deferred")
		same(d, "states in card", d.states(channel("b"), s), "deferred deferred")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Deferred, p.Waiting), "2 2 0")
		d.queueAgrees()
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "a card of sony 2:Second 1:First; b card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
		same(d, "edits", b.edits, 0)
		same(d, "states in thread", d.states(channel("a"), s), "sent sent")
		same(d, "states in card", d.states(channel("b"), s), "sent sent")
		d.queueAgrees()
		d.publish(s, stories.Normal, "Third")
		same(d, "by day", b.works(), "a card of sony 3:Third 2:Second 1:First; b card of sony 3:Third 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second; a in thread: 3 Third")
		d.queueAgrees()
	}},
	{"what is breaking makes the head at once, which shows what waits; that follows at its time", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", quietly(inThread))
		d.mode(d.act(), "b", "all", quietly(inCard))
		b := d.board()
		d.until("23:00")
		d.publish(s, stories.Normal, "First")
		d.publish(s, stories.Breaking, "Second")
		same(d, "by night", b.works(), "a 2 Second; b 2 Second; a card of sony 2:Second 1:First; b card of sony 2:Second 1:First; a in thread: 2 Second")
		same(d, "states in thread", d.states(channel("a"), s), "deferred sent")
		same(d, "states in card", d.states(channel("b"), s), "sent sent")
		d.publish(s, stories.Normal, "Third")
		same(d, "the card is edited", b.works(), "a 2 Second; b 2 Second; a card of sony 3:Third 2:Second 1:First; b card of sony 3:Third 2:Second 1:First; a in thread: 2 Second")
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "a 2 Second; b 2 Second; a card of sony 3:Third 2:Second 1:First; b card of sony 3:Third 2:Second 1:First; a in thread: 2 Second; a in thread: 1 First; a in thread: 3 Third")
		d.queueAgrees()
	}},
	{"a card that is there is edited in quiet hours", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", quietly(inCard))
		b := d.board()
		b.works()
		d.until("23:00")
		d.publish(s, stories.Normal, "First")
		same(d, "edited", b.works(), "a card of sony 1:First")
		same(d, "states", d.states(channel("a"), s), "sent")
		d.queueAgrees()
	}},
	{"a card that was deleted is not made anew by night", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", quietly(inCard))
		b := d.board()
		d.worker(b.lease).noted = true
		b.works()
		d.until("23:00")
		d.publish(s, stories.Normal, "First")
		b.wrong[stories.OpShow] = stories.MessageLost
		same(d, "by night", b.works(), "a card of sony")
		same(d, "states", d.states(channel("a"), s), "deferred")
		d.publish(s, stories.Normal, "Second")
		same(d, "nor with the next", b.works(), "a card of sony")
		d.queueAgrees()
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "a card of sony; a card of sony 2:Second 1:First")
		b.wrong[stories.OpShow] = stories.MessageLost
		d.publish(s, stories.Normal, "Third")
		same(d, "deleted twice", b.works(), "a card of sony; a card of sony 2:Second 1:First; a card_lost")
		d.queueAgrees()
	}},
	{"a head that stood in the queue when quiet hours began waits for their end with all that is on it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", quietly(inThread))
		d.mode(d.act(), "b", "all", quietly(inCard))
		b := d.board()
		d.worker(b.lease).noted = true
		d.until("21:58")
		d.publish(s, stories.Normal, "First")
		d.publish(s, stories.Normal, "Second")
		d.until("22:00")
		same(d, "by night", b.works(), "")
		same(d, "states in thread", d.states(channel("a"), s), "deferred deferred")
		same(d, "states in card", d.states(channel("b"), s), "deferred deferred")
		d.queueAgrees()
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "a card of sony 2:Second 1:First; b card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
		d.queueAgrees()
	}},
	{"quiet hours that are taken away bring the head at once; who leaves, pauses or stops drops it", func(d *desk) {
		s := d.track("sony")
		for _, name := range []string{"a", "b", "c", "e"} {
			d.mode(d.act(), name, "sony", quietly(inThread))
		}
		b := d.board()
		d.until("23:00")
		d.publish(s, stories.Normal, "First")
		d.mode(d.act(), "a", "sony", inThread)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("c"), stories.Target{Kind: stories.TargetStory, Name: "sony"}, stories.Paused)
		d.ok(err)
		d.ok(d.stop(d.act(), channel("e"), s.ID))
		same(d, "at once", b.works(), "a card of sony 1:First; a in thread: 1 First")
		d.until("07:00")
		d.endWaits()
		same(d, "nothing more", b.works(), "a card of sony 1:First; a in thread: 1 First")
		d.queueAgrees()
	}},
	{"what waited goes in the mode that holds then, in its order", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "sony", quietly(inThread))
		d.mode(d.act(), "b", "sony", quietly(stories.Options{}))
		d.mode(d.act(), "c", "sony", quietly(inCard))
		b := d.board()
		d.until("23:00")
		u := d.publish(s, stories.Normal, "First")
		d.mode(d.act(), "a", "sony", quietly(stories.Options{}))
		d.mode(d.act(), "b", "sony", quietly(inCard))
		d.mode(d.act(), "c", "sony", quietly(inThread))
		v := d.publish(s, stories.Normal, "Second")
		same(d, "by night", b.works(), "")
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "b card of sony 2:Second 1:First; c card of sony 2:Second 1:First; a 1 First; a 2 Second; c in thread: 1 First; c in thread: 2 Second")
		for _, id := range []int64{u.ID, v.ID} {
			p := d.progressOf(id)
			same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed, p.Deferred), "3 3 0 0")
		}
		for _, name := range []string{"a", "b", "c"} {
			same(d, "states of "+name, d.states(channel(name), s), "sent sent")
		}
		d.queueAgrees()
	}},
	{"what was held back for a check hangs on the head that there is once it is released", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", quietly(inThread))
		d.mode(d.act(), "b", "all", quietly(inCard))
		b := d.board()
		d.until("23:00")
		u := d.publish(s, stories.Normal, "First")
		v := d.publish(s, stories.Normal, "Second")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.reword(v, stories.Rewording{Kind: stories.Withdrawal, Reason: "untrue"})
		same(d, "states in card", d.states(channel("b"), s), "kept skipped")
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", b.works(), "")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "released", b.works(), "a card of sony 1:First; b card of sony 1:First; a in thread: 1 First")
		d.queueAgrees()
	}},
	{"what was held back for a check goes in the mode that holds once it is released", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "sony", quietly(inThread))
		d.mode(d.act(), "b", "sony", quietly(inCard))
		b := d.board()
		d.until("12:00")
		d.publish(s, stories.Normal, "First")
		b.works()
		d.until("23:00")
		u := d.publish(s, stories.Normal, "Second")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.mode(d.act(), "a", "sony", quietly(inCard))
		d.mode(d.act(), "b", "sony", quietly(stories.Options{}))
		d.until("07:00")
		d.endWaits()
		b.works()
		n := len(b.said)
		d.reword(u, stories.Rewording{Kind: stories.Release})
		b.works()
		var more []string
		for _, said := range b.said[n:] {
			more = append(more, said.place+" "+said.text)
		}
		same(d, "released as messages", fmt.Sprint(more), "[b 2 Second]")
		same(d, "the card", b.said[0].place+" "+b.said[0].text, "a card of sony 2:Second 1:First")
		same(d, "states", d.states(channel("a"), s)+", "+d.states(channel("b"), s), "sent sent, sent sent")
		d.queueAgrees()
	}},
	{"what was held back goes as the target's options say after a merge", func(d *desk) {
		quake, fire := d.track("quake"), d.track("fire")
		d.mode(d.act(), "a", "quake", quietly(inThread))
		d.mode(d.act(), "a", "fire", inCard)
		b := d.board()
		d.until("12:00")
		d.publish(quake, stories.Normal, "Q1")
		d.publish(fire, stories.Normal, "F1")
		b.works()
		d.until("23:00")
		u := d.publish(quake, stories.Normal, "Q2")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.merge(quake, fire)
		b.works()
		n := len(b.said)
		d.reword(u, stories.Rewording{Kind: stories.Release})
		b.works()
		same(d, "messages", len(b.said)-n, 0)
		same(d, "the card", strings.Contains(b.now(), "a card of fire 3:Q2"), true)
		d.queueAgrees()
	}},
	{"a blocked channel's head that waited comes when it heals", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", quietly(inThread))
		b := d.board()
		d.until("23:00")
		d.publish(s, stories.Normal, "First")
		d.publish(s, stories.Breaking, "Second")
		post := d.claim(b.lease, 1)[0]
		d.advance(b.lease, 0, d.refusal(post, stories.Held, "no access", stories.Blocked))
		d.until("07:00")
		d.endWaits()
		same(d, "blocked", b.works(), "")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "healed", b.works(), "a 2 Second; a card of sony 2:Second 1:First; a in thread: 2 Second; a in thread: 1 First")
		d.queueAgrees()
	}},
	{"a head shows nothing that its channel gets in a digest which has not come", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", stories.Options{Mode: stories.ModeThread, Digest: "daily@09:00"})
		b := d.board()
		d.until("10:00")
		d.publish(s, stories.Normal, "First")
		same(d, "no head for it", b.works(), "")
		d.publish(s, stories.Breaking, "Second")
		same(d, "breaking", b.works(), "a 2 Second; a card of sony 2:Second; a in thread: 2 Second")
		d.until("09:00")
		d.endWaits()
		b.works()
		d.publish(s, stories.Breaking, "Third")
		b.works()
		same(d, "once it has come", b.said[1].text, "card of sony 3:Third 2:Second 1:First")
		d.queueAgrees()
	}},
}
