package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

var mergeTests = []test{
	{"updates get the numbers behind the target's own, and stand in their places by time", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.tells(sony, "one")
		d.tells(leak, "two")
		d.tells(sony, "three")
		d.tells(leak, "four")
		m := d.merge(leak, sony)
		same(d, "updates", m.Updates, 2)
		same(d, "changed", m.Changed, true)
		same(d, "timeline", d.timeline(sony.ID), "4 four, 2 three, 3 two, 1 one")
		older, err := d.Updates(d.ctx, sony.ID, 4, 2)
		d.ok(err)
		same(d, "a page of it", fmt.Sprint(older[0].Text, " ", older[1].Text), "three two")
		d.tells(sony, "five")
		same(d, "and on", d.timeline(sony.ID), "5 five, 4 four, 2 three, 3 two, 1 one")
		now, err := d.StoryBySlug(d.ctx, "sony")
		d.ok(err)
		same(d, "count", now.Updates, 5)
		same(d, "aliases", strings.Join(now.Aliases, " "), "leak")
	}},
	{"the slug, its older ones, the id and the old numbers lead to the target for good", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.tells(sony, "one")
		d.tells(leak, "two")
		d.tells(leak, "three")
		_, err := d.RenameStory(d.ctx, d.act(), leak.ID, "mails")
		d.ok(err)
		d.merge(leak, sony)
		_, err = d.RenameStory(d.ctx, d.act(), sony.ID, "hack")
		d.ok(err)
		for _, slug := range []string{"leak", "mails", "sony", "hack"} {
			s, err := d.StoryBySlug(d.ctx, slug)
			d.ok(err)
			same(d, slug, s.ID, sony.ID)
			same(d, "found by "+slug, d.finds(slug), "hack")
			suggested, err := d.Suggest(d.ctx, slug, 5)
			d.ok(err)
			same(d, "suggested by "+slug, len(suggested), 1)
			same(d, "it", suggested[0].Slug, "hack")
			_, err = d.CreateStory(d.ctx, d.act(), stories.Story{Slug: slug, Headline: "x"})
			d.refused(err, stories.CodeExists)
		}
		s, err := d.StoryByID(d.ctx, leak.ID)
		d.ok(err)
		same(d, "by the id", s.Slug, "hack")
		same(d, "leak 1", d.numbered("leak", 1), "2 two (mails 1)")
		same(d, "mails 2", d.numbered("mails", 2), "3 three (mails 2)")
		same(d, "sony 1", d.numbered("sony", 1), "1 one")
		same(d, "hack 2", d.numbered("hack", 2), "2 two")
		same(d, "a number it never had", d.numbered("leak", 3), "3 three")
		same(d, "a number nobody has", d.numbered("leak", 4), "none")
		u, err := d.UpdateByNumber(d.ctx, leak.ID, 2) // as an old button has it
		d.ok(err)
		same(d, "by a button", u.Number, 3)
		_, total, err := d.Search(d.ctx, "", 0, 10)
		d.ok(err)
		same(d, "stories", total, 1)
		same(d, "by a text", d.finds("three"), "hack")
		same(d, "by the headline that went", d.finds("about leak"), "hack")
	}},
	{"a chain of merges leads to its end, whatever was asked on the way", func(d *desk) {
		a, b, c := d.track("aa"), d.track("bb"), d.track("cc")
		d.tells(c, "c1")
		d.tells(b, "b1")
		d.tells(a, "a1")
		d.merge(a, b)
		d.tells(a, "b3") // a moderator had the card of the older one open
		d.merge(b, c)
		same(d, "aa 1", d.numbered("aa", 1), "3 a1 (aa 1)")
		same(d, "bb 2", d.numbered("bb", 2), "3 a1 (bb 2)")
		same(d, "bb 3", d.numbered("bb", 3), "4 b3 (bb 3)")
		same(d, "cc 4", d.numbered("cc", 4), "4 b3")
		for _, id := range []int64{a.ID, b.ID, c.ID} {
			s, err := d.StoryByID(d.ctx, id)
			d.ok(err)
			same(d, "by id", s.Slug, "cc")
		}
		was, ok, err := d.FormerNumber(d.ctx, func() int64 { u, _, err := d.UpdateBySlug(d.ctx, "aa", 1); d.ok(err); return u.ID }())
		d.ok(err)
		same(d, "was", fmt.Sprint(was, ok), "{aa 1} true")
		same(d, "timeline", d.timeline(c.ID), "4 b3, 3 a1, 2 b1, 1 c1")
	}},
	{"a channel follows the target once: its own word about that stays, else the subscription goes over", func(d *desk) {
		leak, sony := d.track("leak", "film"), d.track("sony", "film")
		d.followFrom("leak", channel("only"), stories.Breaking)
		d.followFrom("leak", channel("both"), stories.Minor)
		d.followFrom("sony", channel("both"), stories.Breaking)
		d.follow("leak", "paused", "twice")
		d.follow("sony", "twice")
		for _, pause := range []struct{ name, slug string }{{"paused", "leak"}, {"twice", "sony"}} {
			_, err := d.SetSubscriptionState(d.ctx, d.act(), channel(pause.name), stories.Target{Kind: stories.TargetStory, Name: pause.slug}, stories.Paused)
			d.ok(err)
		}
		d.follow("topic:film", "stopped", "stops", "topic")
		d.ok(d.stop(d.act(), channel("stopped"), sony.ID))
		d.follow("leak", "stopped")
		d.ok(d.stop(d.act(), channel("stops"), leak.ID))
		m, err := d.PlanMerge(d.ctx, leak.ID, sony.ID)
		d.ok(err)
		same(d, "plan", fmt.Sprint(m.Followers, m.Own, m.Stopped, m.Changed), "5 3 1 false")
		done := d.merge(leak, sony)
		same(d, "done", fmt.Sprint(done.Followers, done.Own, done.Stopped), "5 3 1")
		same(d, "only", d.follows("only"), "sony breaking active")
		same(d, "both", d.follows("both"), "sony breaking active")
		same(d, "paused", d.follows("paused"), "sony minor paused")
		same(d, "twice", d.follows("twice"), "sony minor paused")
		same(d, "stopped", d.follows("stopped"), "topic:film minor active")
		same(d, "stops", d.follows("stops"), "topic:film minor active")
		for _, name := range []string{"stopped", "stops"} {
			mutes, err := d.Mutes(d.ctx, channel(name), 10)
			d.ok(err)
			same(d, name+" keeps its stop", fmt.Sprint(len(mutes), " ", mutes[0].Story.Slug), "1 sony")
		}
		u, p, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: leak.ID, Text: "x", Level: stories.Breaking, Author: ana, At: d.now})
		d.ok(err)
		same(d, "to", p.Total, 3) // only, both, topic
		same(d, "in", u.StoryID, sony.ID)
	}},
	{"nothing is owed by it, and what waits goes out as the target's unless the channel's own word is against it", func(d *desk) {
		leak, sony := d.track("leak", "film"), d.track("sony")
		d.follow("leak", "a", "breaking", "quiet")
		d.follow("topic:film", "topic")
		d.followFrom("sony", channel("breaking"), stories.Breaking)
		d.follow("all", "quiet")
		d.ok(d.stop(d.act(), channel("quiet"), sony.ID)) // leak is followed there by itself
		d.append(leak, stories.Normal)
		d.append(sony, stories.Normal)
		d.append(leak, stories.Breaking)
		l := d.hold(lane, "w")
		d.merge(leak, sony)
		same(d, "a", d.states(channel("a"), sony), "pending pending")
		same(d, "breaking", d.states(channel("breaking"), sony), "skipped pending")
		same(d, "quiet", d.states(channel("quiet"), sony), "skipped skipped")
		same(d, "topic", d.states(channel("topic"), sony), "pending pending")
		d.queueAgrees()
		got := strings.Split(d.labels(d.drain(l, 10)), ", ")
		slices.Sort(got)
		same(d, "sent", strings.Join(got, ", "), "a sony 2, a sony 3, breaking sony 3, topic sony 2, topic sony 3")
		same(d, "again", d.labels(d.drain(l, 10)), "")
		d.queueAgrees()
	}},
	{"what is being sent arrives once and is the target's, and a breaking update takes what was merged with it", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.follow("leak", "a")
		d.append(leak, stories.Normal)
		d.append(leak, stories.Normal)
		l := d.hold(lane, "w")
		first := d.claim(l, 1)
		d.merge(leak, sony)
		same(d, "on its way", d.states(channel("a"), sony), "sending pending")
		d.append(sony, stories.Breaking)
		found, err := d.Publications(d.ctx, lane, nil, 10)
		d.ok(err)
		got := ""
		for _, p := range found {
			got += fmt.Sprintf("%d/%d %s %v; ", p.StoryID, p.Number, p.Level, p.Merged)
		}
		same(d, "publications", got, fmt.Sprintf("%[1]d/1 breaking [%[2]d]; %[1]d/2 breaking [%[2]d]; %[1]d/3 breaking [%[2]d]; ", sony.ID, leak.ID))
		d.advance(l, 0, d.sent(first[0]))
		same(d, "sent", d.labels(d.drain(l, 10)), "a sony 2, a sony 3")
		same(d, "in all", d.states(channel("a"), sony), "sent sent sent")
	}},
	{"what is scheduled goes out as the target's, the ended too", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.follow("leak", "a")
		d.tells(sony, "one")
		cancelled, made := d.schedule(leak, stories.Normal, time.Hour), d.schedule(leak, stories.Normal, 2*time.Hour)
		_, err := d.CancelScheduled(d.ctx, d.act(), cancelled.ID)
		d.ok(err)
		m := d.merge(leak, sony)
		same(d, "scheduled", m.Scheduled, 1)
		same(d, "open", d.open(), "sony waiting; ")
		one, err := d.ScheduledByID(d.ctx, cancelled.ID)
		d.ok(err)
		same(d, "cancelled", one.Story.Slug, "sony")
		d.later(2 * time.Hour)
		done := d.due(made.ID)
		same(d, "published", fmt.Sprint(done.State, done.Update.Number), "published2")
		same(d, "owed", d.states(channel("a"), sony), "pending")
	}},
	{"a reader's marks stay: what they saw of either is not new", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		for range 2 {
			d.tells(leak, "l")
			d.tells(sony, "s")
		}
		d.ok(d.MarkSeen(d.ctx, ana.Ref, leak.ID, 1))
		d.ok(d.MarkSeen(d.ctx, ana.Ref, sony.ID, 2))
		d.ok(d.MarkSeen(d.ctx, ben.Ref, leak.ID, 2))
		d.merge(leak, sony)
		unseen := func(reader string) string {
			count, numbers, looked, err := d.Unseen(d.ctx, reader, sony.ID, 3)
			d.ok(err)
			return fmt.Sprint(count, numbers, looked)
		}
		// 2 s, 4 l, 1 s, 3 l
		same(d, "ana", unseen(ana.Ref), "1 [4] true")
		same(d, "ben", unseen(ben.Ref), "2 [2 1] true")
		same(d, "nobody", unseen("console:nobody"), "4 [2 4 1] false")
		d.ok(d.MarkSeen(d.ctx, ana.Ref, leak.ID, 2)) // from a card that was on its way
		same(d, "ana later", unseen(ana.Ref), "0 [] true")
		d.tells(sony, "new")
		same(d, "ana on", unseen(ana.Ref), "1 [5] true")
		d.ok(d.MarkSeen(d.ctx, ben.Ref, sony.ID, 5))
		same(d, "ben saw all", unseen(ben.Ref), "0 [] true")
	}},
	{"a story is merged once: again, under its key or another, nothing changes", func(d *desk) {
		leak, sony, bank := d.track("leak"), d.track("sony"), d.track("bank")
		d.tells(leak, "one")
		act := d.act()
		act.Key = "pressed"
		for range 2 {
			m, err := d.MergeStories(d.ctx, act, leak.ID, sony.ID)
			d.ok(err)
			same(d, "under its key", fmt.Sprint(m.Changed, m.Updates, m.Into.Slug), "true 1sony")
		}
		for _, into := range []stories.Story{sony, bank} {
			m := d.merge(leak, into)
			same(d, "again", fmt.Sprint(m.Changed, " ", m.From.Slug, " ", m.Into.Slug), "false leak sony")
		}
		same(d, "updates", d.timeline(sony.ID), "1 one")
		_, err := d.MergeStories(d.ctx, d.act(), bank.ID, leak.ID)
		d.refused(err, stories.CodeReplaced)
		same(d, "bank", d.timeline(bank.ID), "")
		_, err = d.MergeStories(d.ctx, d.act(), sony.ID, sony.ID)
		d.refused(err, stories.CodeInvalid)
		_, err = d.MergeStories(d.ctx, d.act(), 4711, sony.ID)
		d.refused(err, stories.CodeNotFound)
		entries, err := d.Log(d.ctx, sony.ID, 0, 10)
		d.ok(err)
		got := ""
		for _, e := range entries {
			got += fmt.Sprintf("%s %s %s; ", e.Verb, e.Slug, e.Detail)
		}
		same(d, "log", got, "merged sony leak 1 0; published leak update 1, normal; tracked sony About sony; tracked leak About leak; ")
	}},
	{"a closed story may be merged; into a closed one only another closed one may", func(d *desk) {
		leak, sony, bank := d.track("leak"), d.track("sony"), d.track("bank")
		_, _, err := d.SetStoryState(d.ctx, d.act(), sony.ID, stories.Closed)
		d.ok(err)
		_, err = d.MergeStories(d.ctx, d.act(), leak.ID, sony.ID)
		d.refused(err, stories.CodeClosed)
		_, err = d.PlanMerge(d.ctx, leak.ID, sony.ID)
		d.refused(err, stories.CodeClosed)
		_, _, err = d.SetStoryState(d.ctx, d.act(), leak.ID, stories.Closed)
		d.ok(err)
		same(d, "both closed", d.merge(leak, sony).Into.State, stories.Closed)
		d.merge(sony, bank)
		now, err := d.StoryBySlug(d.ctx, "leak")
		d.ok(err)
		same(d, "goes on", fmt.Sprint(now.Slug, " ", now.State), "bank developing")
	}},
	{"the slug of a merged story is not taken back, for its numbers are others", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.merge(leak, sony)
		_, err := d.RenameStory(d.ctx, d.act(), sony.ID, "leak")
		d.refused(err, stories.CodeExists)
		_, err = d.RenameStory(d.ctx, d.act(), leak.ID, "hack") // as one who read it before
		d.ok(err)
		same(d, "hack", d.finds("hack"), "hack")
	}},
	{"a first message that waits is taken back with its story", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.begin(d.aloud(), "a", "leak", stories.Minor)
		d.merge(leak, sony)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		same(d, "said", d.said(d.hold(lane, "w")), "")
	}},
	{"what is published, followed, stopped and merged at once is all there once", func(d *desk) {
		a, b := d.track("aa"), d.track("bb")
		d.follow("aa", "x")
		d.follow("bb", "x")
		const each = 8
		together(5*each, func(i int) {
			var err error
			who := channel(fmt.Sprint("c", i/5))
			switch i % 5 {
			case 0:
				_, _, err = d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: a.ID, Text: fmt.Sprint("a", i), Level: stories.Normal, Author: ana, At: d.now})
			case 1:
				_, _, err = d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: b.ID, Text: fmt.Sprint("b", i), Level: stories.Normal, Author: ana, At: d.now})
			case 2:
				_, _, err = d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: who, Target: stories.Target{Kind: stories.TargetStory, Name: "aa"}, Options: stories.Options{Level: stories.Minor}, CreatedBy: ana}, lane)
			case 3:
				_, err = d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: a.ID, Text: "later", Level: stories.Normal, Author: ana}, d.now.Add(time.Hour), false)
			default:
				_, err = d.MergeStories(d.ctx, d.act(), a.ID, b.ID)
			}
			if err != nil {
				d.Errorf("%d: %v", i%5, err)
			}
		})
		found, err := d.Updates(d.ctx, b.ID, 0, 100)
		d.ok(err)
		numbers, texts := map[int]bool{}, map[string]bool{}
		for _, u := range found {
			numbers[u.Number], texts[u.Text] = true, true
		}
		same(d, "updates", len(found), 2*each)
		same(d, "texts", len(texts), 2*each)
		for n := range 2 * each {
			same(d, fmt.Sprint("number ", n+1), numbers[n+1], true)
		}
		for i := range each {
			same(d, "follows", d.follows(fmt.Sprint("c", i)), "bb minor active")
		}
		same(d, "x follows", d.follows("x"), "bb minor active")
		same(d, "x is owed", len(strings.Fields(d.states(channel("x"), b))), 2*each)
		_, scheduled, err := d.Scheduled(d.ctx, 0, 100)
		d.ok(err)
		same(d, "scheduled", scheduled, each)
		d.queueAgrees()
	}},
	{"two stories that are merged into each other at once become one", func(d *desk) {
		a, b := d.track("aa"), d.track("bb")
		d.tells(a, "one")
		d.tells(b, "two")
		together(8, func(i int) {
			from, into := a, b
			if i%2 == 1 {
				from, into = b, a
			}
			_, err := d.MergeStories(d.ctx, d.act(), from.ID, into.ID)
			if code := stories.CodeOf(err); err != nil && code != stories.CodeReplaced {
				d.Errorf("merge: %v", err)
			}
		})
		_, total, err := d.Search(d.ctx, "", 0, 10)
		d.ok(err)
		same(d, "stories", total, 1)
		left, err := d.StoryByID(d.ctx, a.ID) // whichever it is
		d.ok(err)
		same(d, "updates", len(strings.Split(d.timeline(left.ID), ", ")), 2)
	}},
	{"whatever is tracked, published, renamed, followed and merged: each update is there once, and all names lead to it", mergeAnything},
}
