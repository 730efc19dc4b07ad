package storetest

import (
	"fmt"

	"storybot/stories"
)

// headsAnewTests are about heads and threads that ended without a message, or were deleted.
var headsAnewTests = []test{
	{"a head that could not be posted is made with the next update; what was for it goes to the channel", func(d *desk) {
		s := d.track("sony")
		for i, mode := range []stories.Options{inThread, inCard} {
			name := string(rune('a' + i))
			d.mode(d.act(), name, "all", mode)
		}
		b := d.board()
		b.wrong[stories.OpPost] = stories.NothingLost // of the first
		d.publish(s, stories.Normal, "First")
		b.works()
		d.publish(s, stories.Normal, "Second")
		same(d, "anew", b.works(), "b card of sony 2:Second 1:First; a 1 First; a card of sony 2:Second 1:First; a in thread: 2 Second")
		d.publish(s, stories.Normal, "Third")
		same(d, "one", b.works(), "b card of sony 3:Third 2:Second 1:First; a 1 First; a card of sony 3:Third 2:Second 1:First; a in thread: 2 Second; a in thread: 3 Third")
		d.queueAgrees()
	}},
	{"a first message that is a head says with which options its subscription brings the story now", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", stories.Options{Mode: stories.ModeThread, Digest: "hourly"})
		b := d.board()
		b.works()
		says := func() stories.Options {
			found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10)
			d.ok(err)
			c, err := d.Content(d.ctx, stories.SubjectOf(found[0].About, found[0].Op, b.said[0].id), 0)
			d.ok(err)
			same(d, "it is a head", c.Live, true)
			return c.Notice.Body.Change.Options
		}
		same(d, "at first", says().Digest, "hourly")
		d.mode(d.act(), "a", "sony", stories.Options{Mode: stories.ModeCard, Level: stories.Normal})
		now := says()
		same(d, "then", [3]any{now.Level, now.Mode, now.Digest}, [3]any{stories.Normal, stories.ModeCard, stories.Digest("")})
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: s.Slug})
		d.ok(err)
		same(d, "once it has ended, as it began", says().Digest, "hourly")
	}},
	{"what was for a card that could not be posted goes to the channel, and counts once", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inCard)
		b := d.board()
		b.wrong[stories.OpPost] = stories.NothingLost
		u := d.publish(s, stories.Normal, "First")
		same(d, "in the channel", b.works(), "a 1 First")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		same(d, "told of once", d.states(channel("a"), s), "sent")
		d.publish(s, stories.Normal, "Second")
		same(d, "the next makes the card", b.works(), "a 1 First; a card of sony 2:Second 1:First")
		d.queueAgrees()
	}},
	{"a thread that could not be opened is opened with the next update; what was for it goes to the channel", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		b.wrong[stories.OpThread] = stories.NothingLost
		d.publish(s, stories.Normal, "First")
		same(d, "no thread", b.works(), "a card of sony 1:First; a 1 First")
		d.publish(s, stories.Normal, "Second")
		same(d, "anew", b.works(), "a card of sony 2:Second 1:First; a 1 First; a in thread: 2 Second")
		d.queueAgrees()
	}},
	{"a first message that is a head is not among what a blocked channel keeps the newest of", func(d *desk) {
		first := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		for i := range 7 {
			slug := fmt.Sprint("more-", i)
			d.track(slug)
			d.mode(d.aloud(), "a", slug, stories.Options{})
		}
		post := d.claim(b.lease, 1)[0]
		d.advance(b.lease, 0, d.refusal(post, stories.Held, "no access", stories.Blocked))
		d.publish(first, stories.Normal, "First")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		b.works()
		same(d, "head", b.said[0].text, "card of sony 1:First")
		same(d, "reply", b.said[len(b.said)-1].text, "in thread: 1 First")
		same(d, "of the others", len(b.said), 1+5+1)
		d.queueAgrees()
	}},
	{"what waits for a thread that was deleted comes in its order, before what is newer", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		b.works()
		for _, text := range []string{"First", "Second"} {
			d.publish(s, stories.Normal, text)
		}
		b.wrong[stories.OpReply] = stories.ThreadLost
		for len(b.wrong) > 0 {
			for _, v := range b.advance(b.lease, 1) {
				b.advance(b.lease, 0, b.takes(v))
			}
		}
		d.publish(s, stories.Normal, "Third")
		same(d, "in order", b.works(), "a card of sony; a card of sony 3:Third 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second; a in thread: 3 Third")
		d.queueAgrees()
	}},
	{"what waits for a thread that cannot be opened, for its head was deleted, comes with a new one", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		u := d.publish(s, stories.Normal, "First")
		v := d.publish(s, stories.Normal, "Second")
		b.wrong[stories.OpThread] = stories.MessageLost
		same(d, "anew", b.works(), "a card of sony 2:Second 1:First; a card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
		for _, id := range []int64{u.ID, v.ID} {
			p := d.progressOf(id)
			same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		}
		d.queueAgrees()
	}},
	{"in mode thread what is told of a breaking update's revision goes where its copies are, and counts once", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		b.works()
		done := d.reword(u, corrected("1st"))
		same(d, "told", fmt.Sprint(done.Reach.Told, len(done.Tells)), "1 1")
		same(d, "in both", b.works(), "a 1 1st; a card of sony 1:1st; a 1 1st; a correction 1; a in thread: correction 1")
		spread, err := d.SpreadOf(d.ctx, u.ID, 1)
		d.ok(err)
		same(d, "counted", fmt.Sprint(spread.Told.Total, spread.Told.Sent), "1 1")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "untrue"})
		same(d, "the newest alone", b.works(), "a 1 1st; a card of sony 1:withdrawn1st; a 1 1st; a correction 1; a in thread: correction 1; a withdrawal 1; a in thread: withdrawal 1")
		d.queueAgrees()
	}},
	{"where a reply can be shown in the channel too it tells of a breaking update's revision", func(d *desk) {
		s := d.track("sony")
		d.ok(d.KeepBroadcasting(d.ctx, "console", true))
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		u, calm := d.publish(s, stories.Breaking, "First"), d.publish(s, stories.Normal, "Second")
		b.works()
		same(d, "told", d.reword(u, corrected("1st")).Reach.Told, 1)
		same(d, "told in the thread", d.reword(calm, corrected("2nd")).Reach.Told, 1)
		same(d, "both", b.works(), "a card of sony 2:2nd 1:1st; a 1 1st; a 2 2nd; a in thread and channel: correction 1; a in thread: correction 2")
		d.queueAgrees()
	}},
	{"what is told of a breaking update's revision in thread and channel pings in the channel alone", func(d *desk) {
		s := d.track("sony")
		d.followWith("all", "a", stories.Options{Level: stories.Minor, Mode: stories.ModeThread, Mention: "@desk", MentionLevel: stories.Normal})
		b := d.board()
		u := d.publish(s, stories.Breaking, "First")
		b.works()
		d.reword(u, corrected("1st"))
		told := map[stories.Op]string{}
		for {
			begun := b.advance(b.lease, 1)
			if len(begun) == 0 {
				break
			}
			if begun[0].About.NoticeID > stories.CardsID {
				told[begun[0].Op] += d.pings(b.lease, begun)
			}
			b.advance(b.lease, 0, b.takes(begun[0]))
		}
		same(d, "pings", fmt.Sprint(told), fmt.Sprint(map[stories.Op]string{stories.OpPost: "a @desk", stories.OpReply: "a"}))
	}},
	{"a head that was deleted is made anew with the update that finds it gone, though that stands in its thread", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		b.wrong[stories.OpShow] = stories.MessageLost
		d.publish(s, stories.Breaking, "Second")
		same(d, "anew", b.works(), "a card of sony 1:First; a in thread: 1 First; a 2 Second; a in thread: 2 Second; a card of sony 2:Second 1:First")
		d.queueAgrees()
	}},
	{"a head that was deleted is not made anew for a change of its story alone", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		b.wrong[stories.OpShow] = stories.MessageLost
		d.later(60e9)
		_, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "not yet", b.works(), "a card of sony 1:First; a in thread: 1 First")
		d.queueAgrees()
	}},
	{"a card that was deleted or left for a new one is not counted among those that are edited, nor owed an edit", func(d *desk) {
		s := d.track("sony")
		first := d.tells(s, "First")
		for name, o := range map[string]stories.Options{"a": {}, "b": inCard, "c": inThread, "d": inCard} {
			d.mode(d.aloud(), name, "sony", o)
		}
		b := d.board()
		b.works()
		edits := func(what string, cards int) {
			d.Helper()
			d.later(60e9)
			headline := what
			would, err := d.WouldEdit(d.ctx, s.ID, stories.StoryEdit{Headline: &headline})
			d.ok(err)
			told, err := d.EditStory(d.ctx, d.act(), s.ID, stories.StoryEdit{Headline: &headline})
			d.ok(err)
			same(d, what, fmt.Sprint(would.Cards, told.Cards, d.cardEdits(b.lease)), fmt.Sprint(cards, cards, cards))
		}
		edits("all are there", 4)
		b.wrong[stories.OpEdit], b.wrong[stories.OpShow] = stories.MessageLost, stories.MessageLost // a's, and one that is live
		b.works()
		edits("two were deleted", 2)
		b.works()
		same(d, "of its update", d.reaches(first, corrected("1st")), "0 edits: 0 held, 0 doubtful; 0 gone, 2 cards")
		b.works()
		d.publish(s, stories.Normal, "Second") // makes anew what is live
		b.works()
		edits("one was made anew", 3)
		b.works()
		b.wrong[stories.OpShow] = stories.MessageLost
		edits("as far as it is known", 3)
		b.works()
		edits("deleted once more", 2)
		b.works()
		d.queueAgrees()
	}},
	{"an update that a card did not show, for newer ones, does not stand in it", func(d *desk) {
		s := d.track("sony")
		d.mode(d.aloud(), "a", "sony", inCard)
		b := d.board()
		b.works()
		for i := range 5 {
			d.publish(s, stories.Normal, fmt.Sprint("Text ", i+1))
		}
		b.works()
		same(d, "states", d.states(channel("a"), s), "skipped skipped sent sent sent")
		d.queueAgrees()
	}},
}
