package storetest

import (
	"fmt"
	"time"

	"storybot/stories"
)

var (
	inThread = stories.Options{Mode: stories.ModeThread}
	inCard   = stories.Options{Mode: stories.ModeCard}
)

var headTests = []test{
	{"in mode thread the first message is the head, and updates are replies to it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		same(d, "at first", b.works(), "a card of sony")
		d.publish(s, stories.Normal, "First")
		same(d, "one", b.works(), "a card of sony 1:First; a in thread: 1 First")
		d.publish(s, stories.Minor, "Second")
		same(d, "two", b.works(), "a card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
		d.queueAgrees()
	}},
	{"in mode thread breaking is a message in the channel beside the reply, or both at once where that can be", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		same(d, "progress", d.progressOf(u.ID).Total, 1)
		same(d, "two messages", b.works(), "a 1 First; a card of sony 1:First; a in thread: 1 First")
		same(d, "sent", d.progressOf(u.ID).Sent, 1)
		d.ok(d.KeepBroadcasting(d.ctx, "console", true))
		u = d.publish(s, stories.Breaking, "Second")
		same(d, "one", b.works(), "a 1 First; a card of sony 2:Second 1:First; a in thread: 1 First; a in thread and channel: 2 Second")
		same(d, "sent at once", d.progressOf(u.ID).Sent, 1)
		d.queueAgrees()
	}},
	{"a topic's or all's head comes with the first update that passes the level, and there is one", func(d *desk) {
		s := d.track("sony", "film")
		d.mode(d.act(), "a", "topic:film", stories.Options{Mode: stories.ModeThread, Level: stories.Normal})
		b := d.board()
		d.publish(s, stories.Minor, "First")
		same(d, "nothing passes", b.works(), "")
		d.publish(s, stories.Normal, "Second")
		d.publish(s, stories.Normal, "Third")
		same(d, "one head", b.works(), "a card of sony 3:Third 2:Second; a in thread: 2 Second; a in thread: 3 Third")
		d.queueAgrees()
	}},
	{"in mode card an update is the card's own: one message, edited, with the newest three that pass", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", stories.Options{Mode: stories.ModeCard, Level: stories.Normal})
		b := d.board()
		same(d, "at first", b.works(), "a card of sony")
		u := d.publish(s, stories.Normal, "First")
		same(d, "owed", d.progressOf(u.ID).Total, 1)
		same(d, "one", b.works(), "a card of sony 1:First")
		same(d, "delivered", d.progressOf(u.ID).Sent, 1)
		d.publish(s, stories.Minor, "Small")
		for _, text := range []string{"Third", "Fourth", "Fifth"} {
			d.publish(s, stories.Normal, text)
			b.works()
		}
		same(d, "edited", b.now(), "a card of sony 5:Fifth 4:Fourth 3:Third")
		same(d, "states", d.states(channel("a"), s), "sent sent sent sent")
		d.queueAgrees()
	}},
	{"several updates of a card are one edit, and all of them are delivered with it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		for i := range 5 {
			d.publish(s, stories.Normal, fmt.Sprint("Text ", i+1))
		}
		same(d, "shown", b.works(), "a card of sony 5:Text 5 4:Text 4 3:Text 3")
		same(d, "edits", b.edits, 1)
		d.queueAgrees()
	}},
	{"a card that was never there shows what came meanwhile, and all of that is delivered with it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inCard)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		d.publish(s, stories.Normal, "Second")
		same(d, "posted", b.works(), "a card of sony 2:Second 1:First")
		same(d, "edits", b.edits, 0)
		same(d, "states", d.states(channel("a"), s), "sent sent")
		d.queueAgrees()
	}},
	{"in mode card breaking is a message in the channel, and the card shows it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		d.publish(s, stories.Breaking, "First")
		same(d, "both", b.works(), "a card of sony 1:First; a 1 First")
		d.queueAgrees()
	}},
	{"a card closes, and stays", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		_, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "closed", b.works(), "a card of sony, closed 1:First")
	}},
	{"a revision edits the card that shows its update, and is told in the channel at its level", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		u := d.publish(s, stories.Normal, "First")
		b.works()
		done := d.reword(u, corrected("1st"))
		same(d, "cards", done.Reach.Cards, 1)
		same(d, "told", done.Reach.Told, 1)
		same(d, "corrected", b.works(), "a card of sony 1:1st; a correction 1")
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "1st."})
		same(d, "fixed", b.works(), "a card of sony 1:1st.; a correction 1")
		d.queueAgrees()
	}},
	{"a revision edits replies, and is told in their thread", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		b.works()
		u := d.publish(s, stories.Normal, "First")
		b.works()
		d.reword(u, corrected("1st"))
		same(d, "corrected", b.works(), "a card of sony 1:1st; a 1 1st; a in thread: correction 1")
		d.queueAgrees()
	}},
	{"a card that was deleted is made anew once, with the update that finds it gone; then what brings it is paused", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "First")
		b.works()
		b.wrong[stories.OpShow] = stories.MessageLost
		d.publish(s, stories.Normal, "Second")
		same(d, "anew", b.works(), "a card of sony 1:First; a card of sony 2:Second 1:First")
		same(d, "states", d.states(channel("a"), s), "sent sent")
		b.wrong[stories.OpShow] = stories.MessageLost
		d.publish(s, stories.Normal, "Third")
		same(d, "given up", b.works(), "a card of sony 1:First; a card of sony 2:Second 1:First; a card_lost")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "paused", subs[0].State, stories.Paused)
		d.queueAgrees()
	}},
	{"a thread that was deleted is made anew once, with its head", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		b.works()
		b.wrong[stories.OpReply] = stories.ThreadLost
		u := d.publish(s, stories.Normal, "First")
		same(d, "anew", b.works(), "a card of sony; a card of sony 1:First; a in thread: 1 First")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		d.publish(s, stories.Normal, "Second")
		same(d, "goes on", b.works(), "a card of sony; a card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
		b.wrong[stories.OpReply] = stories.ThreadLost
		d.publish(s, stories.Normal, "Third")
		b.works()
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "paused", subs[0].State, stories.Paused)
		d.queueAgrees()
	}},
	{"what is to stand in a locked thread goes to the channel above", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		b.works()
		u := d.publish(s, stories.Normal, "First")
		b.wrong[stories.OpReply] = stories.ThreadClosed
		same(d, "above", b.works(), "a card of sony 1:First; a 1 First; a thread_shut")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		d.queueAgrees()
	}},
	{"a change of mode holds for what comes after", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		d.mode(d.act(), "a", "sony", stories.Options{})
		d.publish(s, stories.Normal, "Second")
		same(d, "channel", b.works(), "a card of sony 1:First; a in thread: 1 First; a 2 Second")
		d.mode(d.act(), "a", "sony", inCard)
		d.publish(s, stories.Normal, "Third")
		same(d, "card", b.works(), "a card of sony 3:Third 2:Second 1:First; a in thread: 1 First; a 2 Second")
		d.mode(d.act(), "a", "sony", inThread)
		d.publish(s, stories.Normal, "Fourth")
		same(d, "thread", b.works(), "a card of sony 4:Fourth 3:Third 2:Second; a in thread: 1 First; a 2 Second; a in thread: 4 Fourth")
		d.queueAgrees()
	}},
	{"a head that waits goes with the subscription, and a blocked channel's comes first when it heals", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		d.mode(d.act(), "b", "all", inCard)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		for _, name := range []string{"a", "b"} {
			_, err := d.Unsubscribe(d.ctx, d.act(), channel(name), stories.Target{Kind: stories.TargetAll})
			d.ok(err)
		}
		same(d, "nothing", b.works(), "")
		d.mode(d.act(), "a", "all", inThread)
		d.publish(s, stories.Normal, "Second")
		post := d.claim(b.lease, 1)[0]
		d.advance(b.lease, 0, d.refusal(post, stories.Held, "no access", stories.Blocked))
		for i := range 7 {
			d.publish(s, stories.Normal, fmt.Sprint("More ", i))
		}
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "healed", b.works(), "a card of sony 9:More 6 8:More 5 7:More 4; a in thread: 5 More 2; a in thread: 6 More 3; a in thread: 7 More 4; a in thread: 8 More 5; a in thread: 9 More 6")
		d.queueAgrees()
	}},
	{"a merged story's card says what it goes on as, and ends", func(d *desk) {
		leak, hack := d.track("leak"), d.track("hack")
		d.mode(d.aloud(), "a", "leak", inCard)
		b := d.board()
		d.publish(leak, stories.Normal, "Leaked")
		b.works()
		d.merge(leak, hack)
		same(d, "ended", b.works(), "a card of leak, now hack 1:Leaked")
		d.publish(hack, stories.Normal, "Hacked")
		b.works()
		same(d, "goes on", b.now(), "a card of leak, now hack 1:Leaked; a card of hack 2:Hacked 1:Leaked")
		d.queueAgrees()
	}},
	{"what is on hold is not shown before it is released", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		u := d.publish(s, stories.Normal, "First")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.publish(s, stories.Normal, "Second")
		same(d, "held", b.works(), "a card of sony 2:Second")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "released", b.works(), "a card of sony 2:Second 1:First")
		d.queueAgrees()
	}},
	{"heads are kept as long as their story develops", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		d.later(3 * 365 * 24 * time.Hour)
		d.ok(d.Prune(d.ctx, d.now))
		d.publish(s, stories.Normal, "Second")
		same(d, "goes on", b.works(), "a card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
	}},
}
