package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// stood tells of the deliveries of an update to a channel how they stand and where, the
// newest last.
func (d *desk) stood(name string, s stories.Story, number int) string {
	d.Helper()
	found, err := d.DeliveriesTo(d.ctx, channel(name), s.ID, number, 100)
	d.ok(err)
	var out []string
	for i := len(found) - 1; i >= 0; i-- {
		v := found[i]
		words := v.Op.String() + " " + v.State.String()
		if v.Stood.Second {
			words = "second " + words
		}
		if v.Stood.Above != stories.MeantForChannel {
			words += map[stories.Above]string{stories.AboveThread: ", for the thread", stories.AboveCard: ", for the card"}[v.Stood.Above]
		}
		if v.Op == stories.OpShow && v.State == stories.Sent {
			words += map[stories.OnCard]string{stories.OnCardStill: ", there", stories.OnCardBefore: ", no more", stories.OnCardGone: ", deleted"}[v.Stood.Card]
		}
		if v.State == stories.Skipped {
			if words += ": " + v.Reason; v.Op == stories.OpShow && v.Stood.Card == stories.OnCardStill {
				words += ", there all the same"
			}
		}
		out = append(out, words)
	}
	return strings.Join(out, "; ")
}

// closed are the threads that take no messages.
func (d *desk) closed() string {
	d.Helper()
	found, total, err := d.ClosedThreads(d.ctx, 10)
	d.ok(err)
	same(d, "counted", total, len(found))
	var out []string
	for _, c := range found {
		same(d, "since is known", c.Since.IsZero(), false)
		out = append(out, fmt.Sprintf("%s %s: %s", c.Destination.Channel[1:], c.Slug, c.Reason))
	}
	return strings.Join(out, "; ")
}

// stoodTests are about where what was sent stands, and what is told of that.
var stoodTests = []test{
	{"both copies of a breaking update are told of, and which stands in the thread", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		d.publish(s, stories.Breaking, "First")
		b.works()
		same(d, "both", d.stood("a", s, 1), "post sent; second reply sent")
		b.wrong[stories.OpReply] = stories.ThreadClosed
		d.publish(s, stories.Breaking, "Second")
		b.works()
		same(d, "one", d.stood("a", s, 2), "post sent; second reply skipped: has nothing there")
	}},
	{"what stands in the channel for a locked thread is told of once, as that", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		u := d.publish(s, stories.Normal, "First")
		b.works()
		b.wrong[stories.OpReply] = stories.ThreadClosed
		d.publish(s, stories.Normal, "Second")
		b.works()
		same(d, "above", d.stood("a", s, 2), "post sent, for the thread")
		same(d, "in the thread", d.stood("a", s, 1), "reply sent")
		d.later(60e9)
		b.wrong[stories.OpReply] = stories.ThreadClosed
		d.reword(u, corrected("1st"))
		b.works()
		told, err := d.RevisionsTo(d.ctx, channel("a"), u.ID, 10)
		d.ok(err)
		var out []string
		for _, v := range told {
			out = append(out, fmt.Sprint(v.Op, " ", v.State, " ", v.Stood.Above == stories.AboveThread))
		}
		same(d, "what is told of its revision", strings.Join(out, "; "), "post sent true; edit sent false")
		d.queueAgrees()
	}},
	{"a thread that could not be opened has what was to stand in it told of as that", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		b.wrong[stories.OpThread] = stories.ThreadClosed
		d.publish(s, stories.Normal, "First")
		b.works()
		same(d, "above", d.stood("a", s, 1), "post sent, for the thread")
		same(d, "closed", d.closed(), "a sony: has nothing there")
		d.publish(s, stories.Normal, "Second")
		b.works()
		same(d, "opened", d.stood("a", s, 2), "reply sent")
		same(d, "closed no more", d.closed(), "")
		d.queueAgrees()
	}},
	{"what a card shows no more, or cannot for it was deleted, is not told to stand there", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		for i := range 4 {
			d.publish(s, stories.Normal, fmt.Sprint("Text ", i+1))
			b.works()
		}
		same(d, "the first", d.stood("a", s, 1), "show sent, no more")
		same(d, "the newest", d.stood("a", s, 4), "show sent, there")
		b.wrong[stories.OpShow] = stories.MessageLost
		d.publish(s, stories.Normal, "Text 5")
		b.works()
		same(d, "anew", d.stood("a", s, 5), "show sent, there")
		same(d, "on the new one too", d.stood("a", s, 4), "show sent, there")
		same(d, "not on the new one", d.stood("a", s, 2), "show sent, no more")
		b.wrong[stories.OpShow] = stories.MessageLost
		d.publish(s, stories.Normal, "Text 6")
		b.works()
		same(d, "deleted", d.stood("a", s, 5), "show sent, deleted")
		same(d, "never shown", d.stood("a", s, 6), "show skipped: the story's card or thread was deleted here a second time, so what brings the story was paused")
		d.queueAgrees()
	}},
	{"what a card of a merged story shows stands there still", func(d *desk) {
		leak, hack := d.track("leak"), d.track("hack")
		d.mode(d.aloud(), "a", "leak", inCard)
		d.mode(d.aloud(), "a", "hack", inCard)
		b := d.board()
		d.publish(hack, stories.Normal, "Hacked")
		d.publish(leak, stories.Normal, "Leaked")
		b.works()
		d.merge(leak, hack)
		b.works()
		same(d, "of the merged one", d.stood("a", hack, 2), "show sent, there")
		d.queueAgrees()
	}},
	{"what waited because of a subscription that ended says so", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.follow("all", "a")
		d.until("23:00")
		d.append(s, stories.Normal)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		same(d, "why", d.stood("a", s, 1), "post skipped: it waited for quiet hours or the digest of sony, which was unsubscribed before")
	}},
	{"an update that a card shows with a later change is there, though it was turned away", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "sony", inCard)
		b := d.board()
		u := d.publish(s, stories.Normal, "First")
		b.works()
		d.publish(s, stories.Normal, "Second")
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), story(s), stories.Paused)
		d.ok(err)
		b.works()
		const why = "show skipped: the channel was paused before it was sent"
		same(d, "not yet", d.stood("a", s, 2), why)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("a"), story(s), stories.Active)
		d.ok(err)
		d.reword(u, corrected("1st"))
		shows := strings.Contains(b.works(), "2:Second")
		same(d, "and then", d.stood("a", s, 2), map[bool]string{true: why + ", there all the same", false: why}[shows])
		same(d, "the card shows it", shows, true)
		d.queueAgrees()
	}},
	{"a thread that takes no messages is told to the desk once, and seen until it does", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		locked := func(text string) {
			d.Helper()
			b.wrong[stories.OpReply] = stories.ThreadClosed
			d.publish(s, stories.Normal, text)
			b.works()
		}
		d.publish(s, stories.Normal, "First")
		b.works()
		same(d, "open", d.closed(), "")
		d.waits("open", false)
		locked("Second")
		d.waits("the first", true)
		d.tell()
		b.works()
		locked("Third")
		d.waits("the second", false)
		same(d, "closed", d.closed(), "a sony: has nothing there")
		d.publish(s, stories.Normal, "Fourth")
		b.works()
		same(d, "opened", d.closed(), "")
		locked("Fifth")
		d.waits("closed again", true)
		same(d, "closed again", d.closed(), "a sony: has nothing there")
		d.mode(d.act(), "a", "sony", stories.Options{})
		same(d, "another mode", d.closed(), "")
		d.mode(d.act(), "a", "sony", inThread)
		same(d, "its mode again", d.closed(), "a sony: has nothing there")
		_, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "nothing comes any more", d.closed(), "")
		d.queueAgrees()
	}},
	{"an edit that a locked thread refuses tells of it as well", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		u := d.publish(s, stories.Normal, "First")
		b.works()
		b.wrong[stories.OpEdit] = stories.ThreadClosed
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "1st"})
		b.works()
		same(d, "closed", d.closed(), "a sony: has nothing there")
	}},
	{"a forum's post that takes no messages is seen as well", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{})
		b := d.board()
		b.works()
		b.wrong[stories.OpReply] = stories.ThreadClosed
		u := d.publish(s, stories.Normal, "First")
		b.works()
		same(d, "goes on in another", d.closed(), "")
		b.wrong[stories.OpEdit] = stories.ThreadClosed
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "1st"})
		b.works()
		same(d, "closed", d.closed(), "f sony: has nothing there")
		d.publish(s, stories.Normal, "Second")
		b.works()
		same(d, "opened", d.closed(), "")
		d.queueAgrees()
	}},
	{"a card that can be changed no more goes on in another, and where that cannot be changed either in messages", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		closed := func(text string) string {
			d.Helper()
			b.wrong[stories.OpShow] = stories.MessageClosed
			d.publish(s, stories.Normal, text)
			return b.works()
		}
		d.publish(s, stories.Normal, "First")
		b.works()
		same(d, "anew", closed("Second"), "a card of sony 1:First; a card of sony 2:Second 1:First")
		d.publish(s, stories.Normal, "Third")
		b.works()
		same(d, "anew, for it was changed meanwhile", closed("Fourth"), "a card of sony 1:First; a card of sony 3:Third 2:Second 1:First; a card of sony 4:Fourth 3:Third 2:Second")
		d.waits("so far", false)
		for _, text := range []string{"Fifth", "Sixth"} { // the next edit would show both
			d.publish(s, stories.Normal, text)
		}
		b.said = nil
		same(d, "in messages", closed("Seventh"), "a card_shut; a 5 Fifth; a 6 Sixth; a 7 Seventh")
		d.waits("the desk is told", true)
		same(d, "whose it was", d.stood("a", s, 7), "post sent, for the card")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "its options", fmt.Sprint(subs[0].Mode, " ", subs[0].State), fmt.Sprint(stories.ModeChannel, " ", stories.Active))
		d.publish(s, stories.Normal, "Eighth")
		same(d, "from then on", b.works(), "a card_shut; a 5 Fifth; a 6 Sixth; a 7 Seventh; a 8 Eighth")
		p := d.progressOf(d.publish(s, stories.Normal, "Ninth").ID)
		same(d, "counted", p.Total, 1)
		d.mode(d.act(), "a", "sony", inCard)
		d.publish(s, stories.Normal, "Tenth")
		b.said = nil
		b.works()
		same(d, "a card again", b.said[len(b.said)-1].text, "card of sony 10:Tenth 9:Ninth 8:Eighth")
		d.queueAgrees()
	}},
	{"what a closed card was to show waits for quiet hours to end, as a message", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", stories.Options{Mode: stories.ModeCard, Quiet: nights})
		b := d.board()
		b.works()
		d.until("12:00")
		d.publish(s, stories.Normal, "First")
		b.wrong[stories.OpShow] = stories.MessageClosed
		b.works()
		b.said = nil
		d.until("23:00")
		b.wrong[stories.OpShow] = stories.MessageClosed
		u := d.publish(s, stories.Normal, "Second")
		same(d, "by night", b.works(), "a card_shut")
		p := d.progressOf(u.ID)
		same(d, "waits", fmt.Sprint(p.Total, p.Sent, p.Deferred), "1 0 1")
		n, err := d.Deferred(d.ctx)
		d.ok(err)
		same(d, "counted", n, 1)
		d.until("07:00")
		d.endWaits()
		same(d, "by day", b.works(), "a card_shut; a 2 Second")
		d.queueAgrees()
	}},
}

// neverTests are about channels in which threads never worked.
var neverTests = []test{
	{"a channel is told once that a thread never worked, and its list why, until it does", func(d *desk) {
		why := func() string {
			subs, err := d.Subscriptions(d.ctx, channel("a"))
			d.ok(err)
			return subs[0].Closed
		}
		told := func() (n int) {
			found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 100)
			d.ok(err)
			for _, v := range found {
				if v.About.Notice == stories.StopNotice {
					n++
				}
			}
			return n
		}
		s, other := d.track("sony"), d.track("leak")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		b.wrong[stories.OpThread] = stories.ThreadClosed
		d.publish(s, stories.Normal, "First")
		b.works()
		same(d, "why", why() != "", true)
		same(d, "told", told(), 1)
		b.wrong[stories.OpThread] = stories.ThreadClosed
		d.publish(other, stories.Normal, "Second")
		b.works()
		same(d, "told of another", told(), 1)
		d.publish(s, stories.Normal, "Third")
		d.publish(other, stories.Normal, "Fourth")
		b.works()
		same(d, "once it works", why(), "")
		b.wrong[stories.OpReply] = stories.ThreadClosed // somebody locked it
		d.publish(s, stories.Normal, "Fifth")
		b.works()
		same(d, "told of a lock", told(), 1)
		d.queueAgrees()
	}},
}
