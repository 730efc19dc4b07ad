package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"storybot/stories"
)

// schedule schedules an update of Ana's, due after so long.
func (d *desk) schedule(s stories.Story, level stories.Level, after time.Duration) stories.Scheduled {
	d.Helper()
	made, err := d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "Later news of " + s.Slug, Level: level, Author: ana,
		Sources: []string{"https://example.org/a", "https://example.org/b"}, Picture: stories.Picture{URL: "https://example.org/p.png", Alt: "A river"}}, d.now.Add(after), false)
	d.ok(err)
	return made
}

// due publishes what is due now, as the clock does.
func (d *desk) due(id int64) stories.Scheduled {
	d.Helper()
	done, err := d.PublishDue(d.ctx, stories.Act{By: ana, At: d.now}, id, "")
	d.ok(err)
	return done
}

// open tells what is scheduled, the earliest first: "sony waiting".
func (d *desk) open() string {
	d.Helper()
	open, total, err := d.Scheduled(d.ctx, 0, 100)
	d.ok(err)
	same(d, "total", total, len(open))
	text := ""
	for _, s := range open {
		text += fmt.Sprintf("%s %s; ", s.Story.Slug, s.State)
	}
	return text
}

// asked tells what the desk's channels are sent of scheduled updates.
func (d *desk) asked(l stories.Lease) (text string) {
	d.Helper()
	for _, v := range d.drain(l, 10) {
		c, err := d.Content(d.ctx, stories.Subject{UpdateID: v.About.UpdateID, NoticeID: v.About.NoticeID}, v.Revision)
		d.ok(err)
		if c.Notice.Kind != stories.ScheduleNotice {
			continue
		}
		s := c.Notice.Body.Scheduled
		text += fmt.Sprintf("%v %s %s: %s; ", v.Op, s.Story.Slug, s.State, s.Update.Text)
	}
	return text
}

var scheduleTests = slices.Concat(overdueTests, []test{
	{"closing and merging tell what waits for its time apart from what waits for a decision", func(d *desk) {
		s, into := d.track("sony"), d.track("hack")
		late := d.schedule(s, stories.Normal, time.Minute)
		told, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "before its time", [2]int{told.Waiting, told.Asked}, [2]int{1, 0})
		d.later(2 * time.Minute)
		same(d, "state", d.due(late.ID).State, stories.ScheduleClosed)
		begin := func() {
			d.Helper()
			_, err := d.BeginStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
			d.ok(err)
		}
		count := func(what string, want [2]int) {
			d.Helper()
			plan, err := d.PlanMerge(d.ctx, s.ID, into.ID)
			d.ok(err)
			same(d, what+": merged", [2]int{plan.Scheduled, plan.Asked}, want)
			told, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
			d.ok(err)
			same(d, what+": closed", [2]int{told.Waiting, told.Asked}, want)
			begin()
		}
		begin()
		count("only asked", [2]int{0, 1})
		d.schedule(s, stories.Normal, time.Hour)
		count("one of each", [2]int{1, 1})
		_, err = d.CancelScheduled(d.ctx, d.act(), late.ID)
		d.ok(err)
		count("decided", [2]int{1, 0})
	}},
	{"a scheduled update has no number and is nowhere before its time", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		made := d.schedule(s, stories.Breaking, time.Hour)
		same(d, "state", made.State, stories.ScheduleWaiting)
		found, err := d.Updates(d.ctx, s.ID, 0, 10)
		d.ok(err)
		same(d, "updates", len(found), 0)
		_, hits, err := d.Search(d.ctx, "later", 0, 10)
		d.ok(err)
		same(d, "hits", hits, 0)
		same(d, "open", d.open(), "sony waiting; ")
		d.later(59 * time.Minute)
		same(d, "before its time", d.due(made.ID).State, stories.ScheduleWaiting)
		same(d, "owed", d.states(channel("a"), s), "")
	}},
	{"at its time it is published once, numbered and dated then, by who wrote it", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		made := d.schedule(s, stories.Breaking, time.Hour)
		d.later(30 * time.Minute)
		d.append(s, stories.Normal)
		d.later(30 * time.Minute)
		done := d.due(made.ID)
		same(d, "state", done.State, stories.SchedulePublished)
		same(d, "number", done.Update.Number, 2)
		same(d, "again", d.due(made.ID).Update.Number, 2)
		u, err := d.UpdateByNumber(d.ctx, s.ID, 2)
		d.ok(err)
		same(d, "text", u.Text, "Later news of sony")
		same(d, "sources", len(u.Sources), 2)
		same(d, "picture", u.Picture.Alt, "A river")
		same(d, "level", u.Level, stories.Breaking)
		same(d, "author", u.Author, ana)
		same(d, "dated", u.At, d.now)
		same(d, "created", u.CreatedAt, d.now)
		same(d, "open", d.open(), "")
		same(d, "owed", d.states(channel("a"), s), "pending pending")
		same(d, "story", done.Story.Slug, "sony")
	}},
	{"what is scheduled as not verified is so from when it is published", func(d *desk) {
		s := d.track("sony")
		written := d.now
		marks := stories.Marks{Standing: stories.Unverified, Since: written}
		made, err := d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, Marks: marks}, d.now.Add(time.Minute), false)
		d.ok(err)
		same(d, "kept", made.Update.Marks, marks)
		found, err := d.ScheduledByID(d.ctx, made.ID)
		d.ok(err)
		same(d, "read", found.Update.Marks, marks)
		d.later(time.Minute)
		marks.Since = d.now
		same(d, "published", d.due(made.ID).Update.Marks, marks)
		u, err := d.UpdateByNumber(d.ctx, s.ID, 1)
		d.ok(err)
		same(d, "stored", u.Marks, marks)
	}},
	{"what happened earlier keeps its time, and is dated so", func(d *desk) {
		s := d.track("sony")
		happened := d.now.Add(-3 * time.Hour)
		made, err := d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: happened}, d.now.Add(time.Minute), false)
		d.ok(err)
		d.later(time.Minute)
		same(d, "at", d.due(made.ID).Update.At, happened)
	}},
	{"one that was scheduled under a key is found by it, also when it is over", func(d *desk) {
		s := d.track("sony")
		act := d.act()
		act.Key = "typed"
		_, ok, err := d.ScheduledUnder(d.ctx, act.Key)
		d.ok(err)
		same(d, "before", ok, false)
		made, err := d.ScheduleUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana}, d.now, false)
		d.ok(err)
		d.due(made.ID)
		found, ok, err := d.ScheduledUnder(d.ctx, act.Key)
		d.ok(err)
		same(d, "after", ok && found.ID == made.ID, true)
		now, err := d.ScheduledByID(d.ctx, made.ID)
		d.ok(err)
		same(d, "stands", now.State, stories.SchedulePublished)
		same(d, "number", now.Update.Number, 1)
		_, err = d.ScheduledByID(d.ctx, 4711)
		d.refused(err, stories.CodeNotFound)
	}},
	{"the earliest comes first, and what time it is", func(d *desk) {
		_, _, ok, err := d.NextScheduled(d.ctx)
		d.ok(err)
		same(d, "any", ok, false)
		s := d.track("sony")
		d.schedule(s, stories.Normal, 2*time.Hour)
		first := d.schedule(s, stories.Normal, time.Hour)
		second := d.schedule(s, stories.Normal, time.Hour)
		next, now, ok, err := d.NextScheduled(d.ctx)
		d.ok(err)
		same(d, "any", ok, true)
		same(d, "next", next.ID, first.ID)
		same(d, "by", next.Update.Author, ana)
		if now.IsZero() {
			d.Error("no time is told")
		}
		_, err = d.CancelScheduled(d.ctx, d.act(), first.ID)
		d.ok(err)
		next, _, _, err = d.NextScheduled(d.ctx)
		d.ok(err)
		same(d, "then", next.ID, second.ID)
	}},
	{"a closed story takes nothing that is scheduled, and one closed since has the desk asked once", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.follow("sony", "a")
		made := d.schedule(s, stories.Normal, time.Hour)
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		_, err = d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana}, d.now, false)
		d.refused(err, stories.CodeClosed)
		d.later(time.Hour)
		same(d, "state", d.due(made.ID).State, stories.ScheduleClosed)
		same(d, "again", d.due(made.ID).State, stories.ScheduleClosed)
		same(d, "open", d.open(), "sony closed; ")
		l := d.hold(lane, "x")
		same(d, "asked", d.asked(l), "post sony closed: Later news of sony; ")
		same(d, "owed", d.states(channel("a"), s), "")

		done, progress, err := d.PublishScheduled(d.ctx, d.act(), made.ID)
		d.ok(err)
		same(d, "published", done.State, stories.SchedulePublished)
		same(d, "to", progress.Total, 1)
		same(d, "by", done.EndedBy, ana)
		same(d, "told", d.asked(l), "edit sony published: Later news of sony; ")
		after, err := d.StoryByID(d.ctx, s.ID)
		d.ok(err)
		same(d, "story", after.State, stories.Closed)
	}},
	{"what comes more than an hour late has the desk asked, up to then it is published", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		soon, late := d.schedule(s, stories.Normal, 30*time.Minute), d.schedule(s, stories.Normal, time.Minute)
		d.later(30*time.Minute + stories.MaxLate)
		same(d, "an hour late", d.due(soon.ID).State, stories.SchedulePublished)
		same(d, "later", d.due(late.ID).State, stories.ScheduleLate)
		l := d.hold(lane, "x")
		same(d, "asked", d.asked(l), "post sony late: Later news of sony; ")
		done, err := d.CancelScheduled(d.ctx, d.act(), late.ID)
		d.ok(err)
		same(d, "cancelled", done.State, stories.ScheduleCancelled)
		same(d, "told", d.asked(l), "edit sony cancelled: Later news of sony; ")
	}},
	{"publishing and cancelling by hand end it once, whoever is first", func(d *desk) {
		s := d.track("sony")
		one, two := d.schedule(s, stories.Normal, time.Hour), d.schedule(s, stories.Normal, time.Hour)
		key := stories.Act{By: ben, At: d.now, Key: "press"}
		done, _, err := d.PublishScheduled(d.ctx, key, one.ID)
		d.ok(err)
		same(d, "number", done.Update.Number, 1)
		again, _, err := d.PublishScheduled(d.ctx, key, one.ID)
		d.ok(err)
		same(d, "again", again.Update.Number, 1)
		kept, err := d.CancelScheduled(d.ctx, d.act(), one.ID)
		d.ok(err)
		same(d, "too late", kept.State, stories.SchedulePublished)
		same(d, "by", kept.EndedBy, ben)
		gone, err := d.CancelScheduled(d.ctx, d.act(), two.ID)
		d.ok(err)
		same(d, "cancelled", gone.State, stories.ScheduleCancelled)
		done, _, err = d.PublishScheduled(d.ctx, d.act(), two.ID)
		d.ok(err)
		same(d, "not published", done.State, stories.ScheduleCancelled)
		d.later(time.Hour)
		same(d, "nor at its time", d.due(two.ID).State, stories.ScheduleCancelled)
		_, err = d.CancelScheduled(d.ctx, d.act(), 4711)
		d.refused(err, stories.CodeNotFound)
		found, err := d.Updates(d.ctx, s.ID, 0, 10)
		d.ok(err)
		same(d, "updates", len(found), 1)
	}},
	{"its time and a person at once publish it once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		var all sync.WaitGroup
		for range 5 {
			made := d.schedule(s, stories.Normal, 0)
			for i := range 6 {
				all.Go(func() {
					if i%2 == 0 {
						_, err := d.PublishDue(d.ctx, stories.Act{By: ana, At: d.now}, made.ID, "")
						d.ok(err)
						return
					}
					_, _, err := d.PublishScheduled(d.ctx, d.act(), made.ID)
					d.ok(err)
				})
			}
		}
		all.Wait()
		found, err := d.Updates(d.ctx, s.ID, 0, 100)
		d.ok(err)
		same(d, "updates", len(found), 5)
		same(d, "owed", d.states(channel("a"), s), "pending pending pending pending pending")
	}},
	{"what cannot be published by itself has the desk asked, and why", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for _, why := range []stories.ScheduleState{stories.ScheduleUnwritten, stories.ScheduleFailed} {
			made := d.schedule(s, stories.Normal, 0)
			done, err := d.PublishDue(d.ctx, stories.Act{By: ana, At: d.now}, made.ID, why)
			d.ok(err)
			same(d, "state", done.State, why)
			same(d, "asked", done.Asked(), true)
			same(d, "owed", d.states(channel("a"), s), "")
			_, err = d.CancelScheduled(d.ctx, d.act(), made.ID)
			d.ok(err)
		}
	}},
	{"one command publishes or schedules, never both", func(d *desk) {
		s := d.track("sony")
		act := d.act()
		act.Key = "first"
		u := stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: d.now}
		_, _, err := d.AppendUpdate(d.ctx, act, u)
		d.ok(err)
		_, err = d.ScheduleUpdate(d.ctx, act, u, d.now.Add(time.Hour), false)
		d.refused(err, stories.CodeExists)
		act.Key = "second"
		_, err = d.ScheduleUpdate(d.ctx, act, u, d.now.Add(time.Hour), false)
		d.ok(err)
		_, _, err = d.AppendUpdate(d.ctx, act, u)
		d.refused(err, stories.CodeExists)
		same(d, "open", d.open(), "sony waiting; ")
	}},
	{"what was scheduled lately is found by its story, without a number", func(d *desk) {
		s, other := d.track("sony"), d.track("flood")
		d.schedule(other, stories.Normal, time.Hour)
		gone := d.schedule(s, stories.Normal, time.Hour)
		d.later(time.Minute)
		since := d.now
		d.schedule(s, stories.Normal, time.Hour)
		_, err := d.CancelScheduled(d.ctx, d.act(), gone.ID)
		d.ok(err)
		found, err := d.ScheduledOf(d.ctx, s.ID, since)
		d.ok(err)
		same(d, "found", len(found), 1)
		same(d, "text", found[0].Text, "Later news of sony")
		same(d, "number", found[0].Number, 0)
	}},
	{"what can be undone is not counted among those that wait, and keeps its story open", func(d *desk) {
		s := d.track("sony")
		undoable := func() {
			_, err := d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana}, d.now.Add(time.Minute), true)
			d.ok(err)
		}
		undoable()
		for range stories.MaxScheduled {
			d.schedule(s, stories.Normal, time.Hour)
		}
		undoable()
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.refused(err, stories.CodeInvalid)
		_, err = d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "The end.", Level: stories.Normal, Author: ana, At: d.now})
		d.refused(err, stories.CodeInvalid)
	}},
	{"what has ended is forgotten after a while, and what waits is kept", func(d *desk) {
		s := d.track("sony")
		ended, open := d.schedule(s, stories.Normal, 0), d.schedule(s, stories.Normal, time.Hour)
		d.due(ended.ID)
		d.ok(d.Prune(d.ctx, d.now.Add(400*24*time.Hour)))
		_, err := d.ScheduledByID(d.ctx, ended.ID)
		d.refused(err, stories.CodeNotFound)
		_, err = d.ScheduledByID(d.ctx, open.ID)
		d.ok(err)
	}},
	{"only so many of a story wait", func(d *desk) {
		s, other := d.track("sony"), d.track("flood")
		for range stories.MaxScheduled {
			d.schedule(s, stories.Normal, time.Hour)
		}
		_, err := d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana}, d.now, false)
		d.refused(err, stories.CodeLimited)
		d.schedule(other, stories.Normal, time.Hour)
	}},
}, takenBackTests)
