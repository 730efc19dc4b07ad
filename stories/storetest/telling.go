package storetest

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"storybot/stories"
)

// away ends what a channel follows of a story, and says whether the channel is left
// untold.
func (d *desk) away(act stories.Act, name string, s stories.Story) bool {
	d.Helper()
	ended, err := d.Stop(d.ctx, act, channel(name), s.ID)
	d.ok(err)
	same(d, "ended", ended.Changed, true)
	return ended.Untold
}

var tellingTests = []test{
	{"who changes what a channel follows again and again has it told a few times a minute, and the change is made each time", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		told := 0
		for range 50 {
			made := d.begin(d.aloud(), "a", "sony", stories.Minor)
			same(d, "made", made.Created, true)
			same(d, "untold, not owed", made.Untold, made.Notice == 0)
			told += len(d.drain(l, 10))
			untold := d.away(d.aloud(), "a", s)
			n := len(d.drain(l, 10))
			same(d, "untold, not sent", untold, n == 0)
			told += n
		}
		same(d, "told", told, stories.MostTold)
		d.later(stories.ToldWithin)
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		same(d, "told a minute later", d.said(l), "a +sony")
	}},
	{"each way to end or begin counts, each person and each channel for itself", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("all", "a")
		l := d.hold(lane, "w")
		for range stories.MostTold / 2 {
			same(d, "untold", d.away(d.aloud(), "a", s), false)
			by, err := d.Unstop(d.ctx, d.aloud(), channel("a"), s.ID)
			d.ok(err)
			same(d, "untold", by.Untold, false)
		}
		same(d, "stopped untold", d.away(d.aloud(), "a", s), true)
		by, err := d.Unstop(d.ctx, d.aloud(), channel("a"), s.ID)
		d.ok(err)
		same(d, "brought back untold", fmt.Sprint(by.By.By, by.Untold), "all true")
		left, err := d.Unsubscribe(d.ctx, d.aloud(), channel("a"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
		same(d, "ended untold", left.Untold, true)
		same(d, "elsewhere untold", d.begin(d.aloud(), "b", "sony", stories.Minor).Untold, false)
		other := d.aloud()
		other.By = ben
		_, made, err := d.Subscribe(d.ctx, other, stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, lane)
		d.ok(err)
		same(d, "another's untold", made.Untold, false)
		same(d, "sent", len(d.drain(l, 20)), stories.MostTold+2)
	}},
	{"what nobody is told of is not counted, nor is what comes again", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		for range 2 * stories.MostTold {
			d.begin(d.act(), "a", "sony", stories.Minor)
			d.ok(d.stop(d.act(), channel("a"), s.ID))
		}
		act := d.aloud()
		act.Key = "k"
		first := d.begin(act, "a", "sony", stories.Minor)
		for range 2 * stories.MostTold {
			same(d, "again", d.begin(act, "a", "sony", stories.Minor), first)
		}
		same(d, "sent", d.said(l), "a +sony")
		same(d, "untold", d.away(d.aloud(), "a", s), false)
	}},
	{"a command that comes again is answered as untold as it was", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for range stories.MostTold / 2 {
			d.away(d.aloud(), "a", s)
			d.begin(d.aloud(), "a", "sony", stories.Minor)
		}
		act := d.aloud()
		act.Key = "k"
		same(d, "untold", d.away(act, "a", s), true)
		d.later(stories.ToldWithin)
		same(d, "again", d.away(act, "a", s), true)
	}},
	{"of changes made at once no more are told", func(d *desk) {
		l := d.hold(lane, "w")
		var stop []stories.Story
		for n := range 3 * stories.MostTold {
			s := d.track(fmt.Sprint("s", n))
			d.follow(s.Slug, "a")
			stop = append(stop, s)
		}
		var wait sync.WaitGroup
		var told atomic.Int64
		for _, s := range stop {
			wait.Go(func() {
				ended, err := d.Stop(d.ctx, d.aloud(), channel("a"), s.ID)
				if err != nil {
					d.Errorf("stop: %v", err)
				} else if !ended.Untold {
					told.Add(1)
				}
			})
		}
		wait.Wait()
		same(d, "told", told.Load(), stories.MostTold)
		same(d, "sent", len(d.drain(l, 100)), stories.MostTold)
	}},
	{"what a channel is told goes before no breaking update of others", func(d *desk) {
		s, b := d.track("sony"), d.track("bank")
		d.follow("bank", "b", "c")
		d.follow("sony", "d")
		l := d.hold(lane, "w")
		d.append(b, stories.Breaking)
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		d.ok(d.stop(d.aloud(), channel("d"), s.ID))
		d.append(b, stories.Minor)
		same(d, "sent", d.said(l), "b bank 1, c bank 1, a +sony, d -sony, b bank 2, c bank 2")
	}},
	{"the first message of a story's subscription goes before that story's updates to the channel, however urgent", func(d *desk) {
		for _, level := range []stories.Level{stories.Minor, stories.Normal, stories.Breaking} {
			name := level.String()
			s := d.track("s" + name)
			d.begin(d.aloud(), name, s.Slug, stories.Minor)
			d.append(s, level)
			l := d.hold(lane, "w")
			same(d, "sent", d.said(l), fmt.Sprintf("%s +%s 1, %s %s 1", name, s.Slug, name, s.Slug))
		}
	}},
	{"a first message that a blocked channel waits for goes before the story's updates too", func(d *desk) {
		s := d.track("sony")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		l := d.hold(lane, "w")
		d.refuse(l)
		d.append(s, stories.Breaking)
		same(d, "healed", d.heal(l, "a"), "a +sony 1, a sony 1")
	}},
}

// untold are the messages that could not be posted, as "a -sony: has a filter".
func (d *desk) untold(since time.Time, limit int) string {
	d.Helper()
	found, total, err := d.FailedTellings(d.ctx, since, limit)
	d.ok(err)
	if total < len(found) || len(found) < limit && total != len(found) {
		d.Errorf("%d of %d could not be posted", len(found), total)
	}
	var out []string
	for _, f := range found {
		same(d, "by", f.Change.By, ana)
		out = append(out, fmt.Sprintf("%s %s %s %s: %s", strings.TrimPrefix(f.Destination.Channel, "#"), f.Change.Kind, f.Change.Target, f.At.Format("15:04"), f.Reason))
	}
	return strings.Join(out, ", ")
}

var untoldTests = []test{
	{"what channels were to be told and failed is known for as long as is asked, the newest first", func(d *desk) {
		s := d.track("sony", "film")
		l := d.hold(lane, "w")
		fail := func() {
			begun := d.advance(l, 1)
			d.advance(l, 0, d.result(begun[0], stories.Failed, "has a filter"))
		}
		same(d, "at first", d.untold(start, 10), "")
		d.begin(d.aloud(), "a", "topic:film", stories.Minor)
		fail()
		d.later(time.Minute)
		d.begin(d.aloud(), "b", "sony", stories.Minor)
		d.drain(l, 1)
		d.ok(d.stop(d.aloud(), channel("b"), s.ID))
		d.append(s, stories.Minor)
		fail() // the line, before the update
		fail() // the update is told elsewhere
		d.begin(d.aloud(), "gone", "sony", stories.Minor)
		fail()
		d.ok(d.EndDestination(d.ctx, channel("gone"), "was deleted", d.now))
		d.begin(d.aloud(), "c", "all", stories.Minor)
		d.refuse(l)
		same(d, "failed", d.untold(start, 10), "b stopped sony 10:01: has a filter, a subscribed topic:film 10:00: has a filter")
		same(d, "the newest", d.untold(start, 1), "b stopped sony 10:01: has a filter")
		same(d, "since then", d.untold(start.Add(time.Minute), 10), "b stopped sony 10:01: has a filter")
		same(d, "later", d.untold(start.Add(2*time.Minute), 10), "")
	}},
	{"operators see what of a notice was sent, and of which story", func(d *desk) {
		s := d.track("sony")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		d.begin(d.aloud(), "a", "all", stories.Minor)
		d.drain(d.hold(lane, "w"), 1)
		d.ok(d.stop(d.aloud(), channel("a"), s.ID))
		listed, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10)
		d.ok(err)
		var out []string
		for _, v := range listed {
			out = append(out, fmt.Sprintf("%s %s of %d", v.State, v.About.Notice, v.About.StoryID))
		}
		same(d, "listed", strings.Join(out, ", "), fmt.Sprintf("pending stop of %d, sent follow of 0, sent follow of %[1]d", s.ID))
	}},
}

var numberTests = []test{
	{"what names a subscription by its number changes no other", func(d *desk) {
		s := d.track("sony")
		old, _ := d.followFrom("sony", channel("a"), stories.Minor)
		d.ok(d.stop(d.act(), channel("a"), s.ID))
		kept, _ := d.followFrom("sony", channel("a"), stories.Breaking)
		elsewhere, _ := d.followFrom("sony", channel("b"), stories.Minor)
		for _, id := range []int64{old.ID, elsewhere.ID, 1 << 40} {
			act := d.aloud()
			act.Subscription = id
			_, err := d.Unsubscribe(d.ctx, act, channel("a"), story(s))
			d.refused(err, stories.CodeReplaced)
			for _, state := range []stories.SubscriptionState{stories.Paused, stories.Active} {
				_, err := d.SetSubscriptionState(d.ctx, act, channel("a"), story(s), state)
				d.refused(err, stories.CodeReplaced)
			}
			_, err = d.Unsubscribe(d.ctx, act, channel("nowhere"), story(s))
			d.refused(err, stories.CodeReplaced)
		}
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "what is followed", fmt.Sprint(subs), fmt.Sprint([]stories.Subscription{kept}))
		same(d, "said", d.said(d.hold(lane, "w")), "")
	}},
	{"what names it by its number changes it, and is answered alike when it comes again", func(d *desk) {
		d.track("sony")
		sub, _ := d.followFrom("sony", channel("a"), stories.Minor)
		act := d.aloud()
		act.Subscription = sub.ID
		for _, step := range []struct {
			key string
			do  func() (stories.Subscription, error)
		}{
			{"pause", func() (stories.Subscription, error) {
				return d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{}, stories.Paused)
			}},
			{"resume", func() (stories.Subscription, error) {
				return d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{}, stories.Active)
			}},
			{"end", func() (stories.Subscription, error) {
				left, err := d.Unsubscribe(d.ctx, act, channel("a"), stories.Target{})
				return left.Subscription, err
			}},
		} {
			act.Key = step.key
			first, err := step.do()
			d.ok(err)
			same(d, step.key, first.ID, sub.ID)
			again, err := step.do()
			d.ok(err)
			same(d, step.key+" again", again, first)
		}
		d.follow("sony", "a")
		for _, key := range []string{"pause", "end"} { // after another took its place
			act.Key = key
			var err error
			if key == "pause" {
				_, err = d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{}, stories.Paused)
			} else {
				_, err = d.Unsubscribe(d.ctx, act, channel("a"), stories.Target{})
			}
			d.ok(err)
		}
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "what is followed", len(subs), 1)
		same(d, "its state", subs[0].State, stories.Active)
		same(d, "log", strings.Count(d.trace(), "does not follow sony any more"), 1)
	}},
	{"who means that there is none yet leaves the one there is as it is", func(d *desk) {
		s := d.track("sony")
		d.followFrom("sony", channel("a"), stories.Breaking)
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), story(s), stories.Paused)
		d.ok(err)
		again := d.aloud()
		again.Subscription = stories.NewOnly
		sub, made, err := d.Subscribe(d.ctx, again, stories.Subscription{Destination: channel("a"), Target: story(s), Options: stories.Options{Level: stories.Minor}}, lane)
		d.ok(err)
		same(d, "made", made, stories.Made{Before: from(stories.Breaking)})
		same(d, "level", sub.Level, stories.Breaking)
		same(d, "state", sub.State, stories.Paused)
		_, made, err = d.Subscribe(d.ctx, again, stories.Subscription{Destination: channel("b"), Target: story(s), Options: stories.Options{Level: stories.Minor}}, lane)
		d.ok(err)
		same(d, "made where there is none", made.Created, true)
	}},
}
