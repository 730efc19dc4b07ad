package storetest

import (
	"fmt"
	"time"

	"storybot/stories"
)

// posts are what a lane owes of updates, in short: "a 2" is update 2 to channel a.
func (d *desk) posts(l stories.Lease) string {
	d.Helper()
	return d.owes(l, func(o stories.Publication) (what int, ok bool) {
		return o.Number, o.UpdateID != 0 && o.Op == stories.OpPost
	})
}

var holdTests = []test{
	{"what is on hold and not begun leaves the queue, later updates pass it, and a release owes it again", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0] // a's is on its way
		done := d.reword(u, stories.Rewording{Kind: stories.Hold})
		same(d, "reach", done.Reach, stories.Reach{Edits: 1, Told: 1, Kind: stories.Hold, Waiting: 2})
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "the push", p, stories.Progress{UpdateID: u.ID, Total: 3, Waiting: 1, Kept: 2})
		d.append(s, stories.Normal)
		d.advance(l, 0, d.sent(v))
		same(d, "owed", d.posts(l), "a 2, b 2, c 2, ")
		d.drain(l, 10)
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("c"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		done = d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "reach of the release", done.Reach, stories.Reach{Edits: 1, Told: 1, Kind: stories.Release, Waiting: 0, Again: 1})
		same(d, "owed again", d.posts(l), "b 1, ")
		spread, err := d.SpreadOf(d.ctx, u.ID, 2)
		d.ok(err)
		same(d, "of the release", spread.Again, stories.Progress{UpdateID: u.ID, Total: 1, Waiting: 1})
		for _, v := range d.drain(l, 10) {
			if v.About.UpdateID == u.ID && v.Op == stories.OpPost {
				same(d, "wording", v.Revision, 2)
			}
		}
		p, err = d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "the push at last", p, stories.Progress{UpdateID: u.ID, Total: 3, Sent: 2, Unwanted: 1})
		spread, err = d.SpreadOf(d.ctx, u.ID, 2)
		d.ok(err)
		same(d, "of the release at last", spread.Again, stories.Progress{UpdateID: u.ID, Total: 1, Sent: 1})
		pushes, err := d.Pushes(d.ctx, 1)
		d.ok(err)
		same(d, "of all of it", pushes[0].Stands, stories.Progress{UpdateID: u.ID, Total: 3, Sent: 3})
		d.queueAgrees()
	}},
	{"one that comes back while its update is on hold or withdrawn is not begun again", func(d *desk) {
		for kind, want := range map[stories.RevisionKind]stories.DeliveryState{stories.Hold: stories.Kept, stories.Withdrawal: stories.Skipped} {
			s := d.track(string(kind))
			d.follow(s.Slug, "a")
			u, _ := d.append(s, stories.Normal)
			l := d.hold(lane, "w")
			v := d.claim(l, 1)[0]
			d.reword(u, stories.Rewording{Kind: kind, Reason: "Why"})
			d.advance(l, 10, d.retry(v))
			for range 3 { // what waits for it is found to be needless, one by one
				d.advance(l, 10)
			}
			same(d, string(kind), d.toChannel("a", s)[0].State, want)
			same(d, "left", d.posts(l)+d.tellings(l), "")
			d.queueAgrees()
		}
	}},
	{"a copy that may have arrived is settled although its update is withdrawn", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		r := d.retry(v)
		r.Doubtful = true
		d.advance(l, 0, r)
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Why"})
		begun := d.advance(l, 1)
		same(d, "settled", d.labels(begun), "a sony 1")
		begun[0].Revision = 0 // it was found, in its first wording
		d.advance(l, 0, d.sent(begun[0]))
		same(d, "edits", d.edits(l), "a 1, ")
		same(d, "told", d.tellings(l), "a 0>1")
	}},
	{"a withdrawn update is not sent to whom it waits for", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		first, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked)) // a's is held
		done := d.reword(first, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
		same(d, "reach", done.Reach, stories.Reach{Kind: stories.Withdrawal, Waiting: 2})
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "owed", d.posts(l)+d.tellings(l)+d.edits(l), "")
		p, err := d.ProgressOf(d.ctx, first.ID)
		d.ok(err)
		same(d, "the push", p, stories.Progress{UpdateID: first.ID, Total: 2, Withdrawn: 2})
		d.queueAgrees()
	}},
	{"what is kept and withdrawn then is not sent", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		same(d, "reach", d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"}).Reach, stories.Reach{Kind: stories.Withdrawal, Waiting: 1})
		same(d, "owed", d.posts(l), "")
		same(d, "state", d.toChannel("a", s)[0].State, stories.Skipped)
	}},
	{"what is kept for a release is not forgotten, however long the story is closed", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		d.ok(d.Prune(d.ctx, d.now.Add(400*24*time.Hour)))
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "owed again", d.posts(l), "a 1, ")
	}},
	{"a release holds what a channel that is blocked by now is owed, and what waited when it was put on hold", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.append(s, stories.Normal)
		d.advance(l, 0, d.refusal(d.claim(l, 1)[0], stories.Held, "no", stories.Blocked))
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "owed", d.posts(l), "")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "owed once it heals", d.posts(l), "a 1, a 2, ")
		d.queueAgrees()
	}},
	{"what is kept for a channel goes to the address that it has by then, once", func(d *desk) {
		for _, also := range []bool{false, true} {
			s := d.track(fmt.Sprint("sony-", also))
			old, there := fmt.Sprint("old-", also), fmt.Sprint("new-", also)
			d.follow(s.Slug, old)
			if also {
				d.follow(s.Slug, there)
			} else {
				d.follow("topic:other", there)
			}
			u, _ := d.append(s, stories.Normal)
			d.hold(lane, "w")
			d.reword(u, stories.Rewording{Kind: stories.Hold})
			d.ok(d.MoveDestination(d.ctx, channel(old), channel(there)))
			l := d.hold(lane, "w")
			d.reword(u, stories.Rewording{Kind: stories.Release})
			same(d, "owed", d.posts(l), there+" 1, ")
			same(d, "sent", len(d.drain(l, 10)), 1)
			d.queueAgrees()
		}
	}},
	{"an unverified update goes out, and is released like one on hold", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, p, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "News", Level: stories.Normal, Author: ana, At: d.now,
			Marks: stories.Marks{Standing: stories.Unverified, Since: d.now}})
		d.ok(err)
		same(d, "planned", p.Waiting, 1)
		l := d.hold(lane, "w")
		same(d, "sent", len(d.drain(l, 10)), 1)
		same(d, "reach", d.reword(u, stories.Rewording{Kind: stories.Release}).Reach, stories.Reach{Edits: 1, Told: 1, Kind: stories.Release})
	}},
	{"a release says of each channel that does not get it what is so there", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("sony", "above", "paused", "left", "topic", "muted", "sent")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.turnAway(s)
		for _, kind := range []stories.RevisionKind{stories.Correction, stories.Fix} {
			same(d, string(kind)+" of what is kept", d.reword(u, stories.Rewording{Kind: kind, Text: "By a " + string(kind), Reason: "Why"}).Reach.Waiting, 1)
		}
		same(d, "released", d.reword(u, stories.Rewording{Kind: stories.Release}).Reach.Again, 1)
		d.whyNot(s)
		same(d, "sent", d.posts(l), "sent 1, ")
		d.queueAgrees()
	}},
	{"so does what comes back from its request", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("sony", "above", "paused", "left", "topic", "muted", "sent")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		begun := d.claim(l, 10)
		d.turnAway(s)
		var back []stories.Result
		for _, v := range begun {
			back = append(back, d.retry(v))
		}
		d.advance(l, 0, back...)
		d.whyNot(s)
		d.queueAgrees()
	}},
	{"and so does what waited", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("sony", "above", "paused", "left", "topic", "muted", "sent")
		d.append(s, stories.Normal)
		d.turnAway(s)
		d.whyNot(s)
		d.queueAgrees()
	}},
	{"a channel united with one that is paused, or asked for more, is not said to have left", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "old-paused", "old-above")
		d.followFrom("sony", channel("new-above"), stories.Breaking)
		d.follow("sony", "new-paused")
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("new-paused"), story(s), stories.Paused)
		d.ok(err)
		d.append(s, stories.Normal)
		for name, why := range map[string]string{"paused": "the channel was paused before it was sent", "above": "the channel asked for more urgent updates only before it was sent"} {
			d.ok(d.MoveDestination(d.ctx, channel("old-"+name), channel("new-"+name)))
			found := append(d.toChannel("new-"+name, s), d.toChannel("old-"+name, s)...)
			same(d, name+": rows", len(found), 1)
			same(d, name+": why", found[0].Reason, why)
		}
	}},
}

// turnAway has each of some channels that follow s get no more of its normal updates, for
// the cause it is named after; one with a topic beside it goes on by that, in what is
// breaking.
func (d *desk) turnAway(s stories.Story) {
	d.Helper()
	d.followFrom("sony", channel("above"), stories.Breaking)
	d.followFrom("topic:film", channel("topic"), stories.Breaking)
	_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("paused"), story(s), stories.Paused)
	d.ok(err)
	for _, name := range []string{"left", "topic"} {
		_, err = d.Unsubscribe(d.ctx, d.act(), channel(name), story(s))
		d.ok(err)
	}
	d.ok(d.stop(d.act(), channel("muted"), s.ID))
}

// whyNot wants each of those to be told what is so there.
func (d *desk) whyNot(s stories.Story) {
	d.Helper()
	left := "the channel does not follow it any more"
	for name, why := range map[string]string{
		"above": "the channel asked for more urgent updates only before it was sent", "topic": "the channel asked for more urgent updates only before it was sent",
		"paused": "the channel was paused before it was sent", "left": left, "muted": left,
	} {
		found := d.toChannel(name, s)
		same(d, name+": rows", len(found), 1)
		same(d, name+": why", found[0].Reason, why)
		same(d, name+": state", found[0].State, stories.Skipped)
	}
	same(d, "who follows still", d.toChannel("sent", s)[0].State, stories.Pending)
}
