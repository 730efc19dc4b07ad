package storetest

import (
	"fmt"
	"time"

	"storybot/stories"
)

// try tests what a channel follows.
func (d *desk) try(act stories.Act, name, target string) (stories.Trial, error) {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	return d.TestSubscription(d.ctx, act, channel(name), t)
}

// trialOf is how the three operations of a test stand.
func (d *desk) trialOf(t stories.Trial) string {
	d.Helper()
	said := ""
	for _, of := range []struct {
		notice int64
		op     stories.Op
	}{{t.Notice, stories.OpPost}, {t.Notice + 1, stories.OpEdit}, {t.Notice, stories.OpDelete}} {
		v, err := d.NoticeDelivery(d.ctx, of.notice, of.op)
		d.ok(err)
		said += fmt.Sprintf("%v %v, ", of.op, v.State)
	}
	return said[:len(said)-2]
}

var trialTests = []test{
	{"a test is posted, edited and taken away by one act, in its channel alone", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		_, _, err := d.choose(d.act(), "a", "sony", "quiet=22:00-07:00")
		d.ok(err)
		act := d.aloud()
		act.Key = "k1"
		trial, err := d.try(act, "a", "sony")
		d.ok(err)
		same(d, "of", trial.Target, story(s))
		l := d.hold(lane, "w")
		same(d, "owed", d.owed(l), "post a 1, edit a 1, delete a 1, ")
		again, err := d.try(act, "a", "sony")
		d.ok(err)
		same(d, "under the same key", again.Notice, trial.Notice)
		same(d, "owed then", d.owed(l), "post a 1, edit a 1, delete a 1, ")
		for notice, kind := range map[int64]stories.NoticeKind{trial.Notice: stories.TestNotice, trial.Notice + 1: stories.PassedNotice} {
			c, err := d.Content(d.ctx, stories.Subject{NoticeID: notice}, 1)
			d.ok(err)
			same(d, "kind", c.Notice.Kind, kind)
			same(d, "by", c.Notice.Body.Change.By, ana)
			same(d, "options", inWords(c.Notice.Body.Change.Options), "quiet=22:00-07:00")
		}
		post, err := d.NoticeDelivery(d.ctx, trial.Notice, stories.OpPost)
		d.ok(err)
		for _, of := range []struct {
			notice int64
			op     stories.Op
		}{{trial.Notice + 1, stories.OpEdit}, {trial.Notice, stories.OpDelete}} {
			v, err := d.NoticeDelivery(d.ctx, of.notice, of.op)
			d.ok(err)
			same(d, "acts on", v.On, post.ID)
		}
		same(d, "before", d.trialOf(trial), "post pending, edit pending, delete pending")
		d.drain(l, 10)
		same(d, "after", d.trialOf(trial), "post sent, edit sent, delete sent")
		same(d, "owed at last", d.owed(l), "")
	}},
	{"what ended, moved on or is blocked is not tested", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		if _, err := d.try(d.aloud(), "b", "sony"); stories.CodeOf(err) != stories.CodeNotFound {
			d.Errorf("of what is not followed: %v", err)
		}
		sub := subs[0]
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), sub.Target)
		d.ok(err)
		d.follow("sony", "a")
		old := d.aloud()
		old.Subscription = sub.ID
		if _, err := d.TestSubscription(d.ctx, old, channel("a"), stories.Target{}); stories.CodeOf(err) != stories.CodeReplaced {
			d.Errorf("of one that was replaced: %v", err)
		}
		same(d, "owed", d.owed(d.hold(lane, "w")), "")
	}},
	{"a test that waited for too long is not posted, and nothing is done to it", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		trial, err := d.try(d.aloud(), "a", "sony")
		d.ok(err)
		d.later(time.Hour)
		l := d.hold(lane, "w")
		for range 3 { // each begins one, and finds that nothing is left to be done
			same(d, "sent", len(d.drain(l, 10)), 0)
		}
		v, err := d.NoticeDelivery(d.ctx, trial.Notice, stories.OpPost)
		d.ok(err)
		same(d, "state", v.State, stories.Skipped)
		same(d, "all", d.trialOf(trial), "post skipped, edit skipped, delete skipped")
	}},
	{"a paused subscription is tested all the same", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), story(s), stories.Paused)
		d.ok(err)
		trial, err := d.try(d.aloud(), "a", "sony")
		d.ok(err)
		same(d, "state", trial.State, stories.Paused)
		d.drain(d.hold(lane, "w"), 10)
		same(d, "after", d.trialOf(trial), "post sent, edit sent, delete sent")
	}},
}
