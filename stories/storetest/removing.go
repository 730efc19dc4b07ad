package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

var removeTests = []test{
	{"a story of which nothing was delivered goes with all that hangs on it, and its slugs are free", func(d *desk) {
		s := d.track("flod", "weather")
		_, err := d.RenameStory(d.ctx, d.act(), s.ID, "flood")
		d.ok(err)
		u, _ := d.append(s, stories.Normal)
		d.revise(u, "Other news of it")
		d.schedule(s, stories.Normal, 3600e9)
		d.follow("flood", "a", "b")
		d.ok(d.MarkSeen(d.ctx, ana.Ref, s.ID, 1))
		d.isDirect("b")
		plan, err := d.PlanRemoval(d.ctx, s.ID)
		d.ok(err)
		same(d, "plan", fmt.Sprint(plan.Updates, plan.Delivered, plan.Underway, plan.Scheduled, plan.Followers, plan.Direct), "1 0 0 1 2 1")
		done, err := d.RemoveStory(d.ctx, d.act(), s.ID)
		d.ok(err)
		same(d, "done", fmt.Sprint(done.Story.Slug, done.Updates, done.Scheduled, done.Followers, done.Changed), "flood1 1 2 true")
		for _, slug := range []string{"flood", "flod"} {
			_, err = d.StoryBySlug(d.ctx, slug)
			d.refused(err, stories.CodeNotFound)
		}
		same(d, "found", d.finds("flood")+d.finds("weather")+d.finds("other news"), "")
		same(d, "suggested", d.suggested("flo", 10), "")
		for _, name := range []string{"a", "b"} {
			subs, err := d.Subscriptions(d.ctx, channel(name))
			d.ok(err)
			same(d, "subscriptions of "+name, len(subs), 0)
		}
		again, err := d.RemoveStory(d.ctx, d.act(), s.ID)
		d.ok(err)
		same(d, "again", fmt.Sprint(again.Story.Slug, again.Changed), "floodfalse")
		fresh := d.track("flood")
		d.append(fresh, stories.Normal)
		if fresh.ID == s.ID {
			d.Error("the number is given out again")
		}
		count, _, looked, err := d.Unseen(d.ctx, ana.Ref, fresh.ID, 3)
		d.ok(err)
		same(d, "what Ana saw of the new one", fmt.Sprint(count, looked), "1 false")
		log, err := d.Log(d.ctx, 0, 0, 100)
		d.ok(err)
		var said []string
		for _, e := range log {
			if e.Verb == "tracked" || e.Verb == "removed story" {
				said = append(said, e.Verb+" "+e.Slug)
			}
		}
		same(d, "log", strings.Join(said, ", "), "tracked flood, removed story flood, tracked flood")
		d.queueAgrees()
	}},
	{"one that reached a channel, may have, or is on its way stays as it is", func(d *desk) {
		for name, test := range map[string]struct {
			end  stories.DeliveryState
			code stories.Code
		}{"sent": {stories.Sent, stories.CodeInvalid}, "unknown": {stories.Unknown, stories.CodeInvalid}, "waiting": {stories.Pending, stories.CodeInvalid}, "failed": {stories.Failed, ""}} {
			s := d.track("flood-" + name)
			d.follow(s.Slug, name)
			u, _ := d.append(s, stories.Normal)
			l := d.hold(lane, "w")
			d.ending(l, map[string]stories.DeliveryState{name: test.end, "waiting": stories.Pending})
			_, err := d.RemoveStory(d.ctx, d.act(), s.ID)
			if test.code != "" {
				d.refused(err, test.code)
				if !strings.Contains(err.Error(), "/desk close "+s.Slug) {
					d.Errorf("%s: no way out in %v", name, err)
				}
				if found, err := d.UpdateByNumber(d.ctx, s.ID, 1); err != nil || found.ID != u.ID {
					d.Errorf("%s: the update is %+v, %v", name, found, err)
				}
			} else {
				d.ok(err)
				found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{Channel: "#" + name}, 10)
				d.ok(err)
				same(d, "deliveries left of "+name, len(found), 0)
			}
			d.queueAgrees()
			d.ok(d.ReleaseLease(d.ctx, l))
		}
	}},
	{"one of which something waits for its time, or for its digest, stays as it is", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		d.sets("sony", stories.Options{Quiet: nights}, "a")
		d.sets("fire", stories.Options{Digest: "daily@09:00"}, "b")
		l := d.hold(lane, "w")
		d.until("23:00")
		for _, story := range []stories.Story{s, other} {
			u, _ := d.append(story, stories.Normal)
			d.reword(u, stories.Rewording{Kind: stories.Hold})
			d.reword(u, stories.Rewording{Kind: stories.Release})
		}
		same(d, "states", d.states(channel("a"), s)+" "+d.states(channel("b"), other), "deferred deferred")
		d.queueAgrees()
		left := func(when string, story stories.Story, want string) {
			d.Helper()
			plan, err := d.PlanRemoval(d.ctx, story.ID)
			d.ok(err)
			same(d, when, fmt.Sprint(plan.Delivered, plan.Underway), want)
			_, err = d.RemoveStory(d.ctx, d.act(), story.ID)
			d.refused(err, stories.CodeInvalid)
		}
		left("in quiet hours", s, "0 1")
		left("before the digest is due", other, "0 1")
		d.until("09:00")
		d.endWaits()
		same(d, "state", d.states(channel("b"), other), "gathered")
		left("before the digest is sent", other, "0 1")
		d.drain(l, 10)
		left("after it, which shows it", other, "2 0")
		left("after quiet hours", s, "1 0")
	}},
	{"one that another was merged into takes that with it, and one that was merged is not taken for its target", func(d *desk) {
		from, into := d.track("leak"), d.track("hack")
		d.append(from, stories.Normal)
		d.merge(from, into)
		_, err := d.RemoveStory(d.ctx, d.act(), from.ID)
		d.refused(err, stories.CodeReplaced)
		_, err = d.RemoveStory(d.ctx, d.act(), into.ID)
		d.ok(err)
		_, err = d.StoryBySlug(d.ctx, "leak")
		d.refused(err, stories.CodeNotFound)
		d.track("leak")
	}},
	{"whoever publishes, follows or schedules meanwhile is first and seen, or finds no story", func(d *desk) {
		for i := range 8 {
			s := d.track(fmt.Sprint("flood-", i))
			d.follow(s.Slug, s.Slug)
			l := d.hold(lane, "w")
			d.drain(l, 10)
			d.ok(d.ReleaseLease(d.ctx, l))
			var published, removed, followed error
			done := make(chan bool, 3)
			go func() {
				_, _, published = d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "News", Level: stories.Normal, Author: ana, At: d.now})
				done <- true
			}()
			go func() { _, removed = d.RemoveStory(d.ctx, d.act(), s.ID); done <- true }()
			go func() {
				_, _, followed = d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("new-" + s.Slug), Target: stories.Target{Kind: stories.TargetStory, Name: s.Slug}, Options: stories.Options{Level: stories.Minor}}, lane)
				done <- true
			}()
			for range 3 {
				<-done
			}
			subs, err := d.Subscriptions(d.ctx, channel("new-"+s.Slug))
			d.ok(err)
			switch {
			case removed == nil: // nobody is owed it, and nobody follows it
				d.refused(published, stories.CodeNotFound)
				same(d, "subscriptions", len(subs), 0)
			default:
				d.refused(removed, stories.CodeInvalid)
				d.ok(published)
				d.ok(followed)
			}
			d.queueAgrees()
		}
	}},
}
