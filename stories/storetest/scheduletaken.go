package storetest

import (
	"fmt"
	"storybot/stories"
	"time"
)

// What becomes of a scheduled update that a person takes back, and who is said to have
// done what.
var takenBackTests = []test{
	{"what is scheduled becomes one person's draft, once, whatever became of it but its publication", func(d *desk) {
		s := d.track("sony")
		take := func(by stories.User, id int64, draft string) stories.Scheduled {
			d.Helper()
			done, err := d.DraftScheduled(d.ctx, stories.Act{By: by, At: d.now}, id, stories.Draft{ID: draft, By: by.Ref, State: stories.DraftBegun, Fields: map[string]string{"text": "kept"}})
			d.ok(err)
			return done
		}
		open, cancelled, out := d.schedule(s, stories.Normal, time.Hour), d.schedule(s, stories.Normal, time.Hour), d.schedule(s, stories.Normal, 0)
		_, err := d.CancelScheduled(d.ctx, d.act(), cancelled.ID)
		d.ok(err)
		d.due(out.ID)
		same(d, "published", take(ben, out.ID, "u-out").State, stories.SchedulePublished)
		for id, draft := range map[int64]string{open.ID: "u-open", cancelled.ID: "u-cancelled"} {
			done := take(ben, id, draft)
			same(d, "state", done.State, stories.ScheduleDrafted)
			same(d, "by", done.EndedBy, ben)
			same(d, "a second person's", take(ana, id, draft+"-2").EndedBy, ben)
			kept, err := d.Draft(d.ctx, ben.Ref, draft, d.now)
			d.ok(err)
			same(d, "draft", fmt.Sprintln(kept.StoryID == s.ID, kept.State, kept.Fields["text"]), "true begun kept\n")
			done, _, err = d.PublishScheduled(d.ctx, d.act(), id)
			d.ok(err)
			same(d, "published after all", done.State, stories.ScheduleDrafted)
		}
		for _, none := range []string{"u-out", "u-open-2", "u-cancelled-2"} {
			_, err := d.Draft(d.ctx, ben.Ref, none, d.now)
			d.refused(err, stories.CodeNotFound)
			_, err = d.Draft(d.ctx, ana.Ref, none, d.now)
			d.refused(err, stories.CodeNotFound)
		}
		same(d, "open", d.open(), "")
		_, err = d.DraftScheduled(d.ctx, d.act(), 4711, stories.Draft{ID: "u-none", By: ana.Ref, State: stories.DraftBegun})
		d.refused(err, stories.CodeNotFound)
	}},
	{"what reopens its story does so in one act, or not at all", func(d *desk) {
		s := d.track("sony")
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		state := func() stories.State {
			now, err := d.StoryByID(d.ctx, s.ID)
			d.ok(err)
			return now.State
		}
		act, u := d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: d.now}
		act.Reopen, act.Draft = true, stories.DraftRef{ID: "gone", Version: 1}
		_, _, err = d.AppendUpdate(d.ctx, act, u)
		d.refused(err, stories.CodeExists)
		_, err = d.ScheduleUpdate(d.ctx, act, u, d.now.Add(time.Hour), false)
		d.refused(err, stories.CodeExists)
		same(d, "refused", state(), stories.Closed)
		act.Draft = stories.DraftRef{}
		_, err = d.ScheduleUpdate(d.ctx, act, u, d.now.Add(time.Hour), false)
		d.ok(err)
		same(d, "scheduled", state(), stories.Developing)
		_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		made, _, err := d.AppendUpdate(d.ctx, act, u)
		d.ok(err)
		same(d, "number", made.Number, 1)
		same(d, "published", state(), stories.Developing)
	}},
	{"who takes back what is held back for that is in the log, once", func(d *desk) {
		s := d.track("sony")
		u := stories.Update{StoryID: s.ID, Text: "x", Level: stories.Breaking, Author: ana, Marks: stories.Marks{Standing: stories.Unverified}}
		one, err := d.ScheduleUpdate(d.ctx, d.act(), u, d.now.Add(time.Minute), true)
		d.ok(err)
		two, err := d.ScheduleUpdate(d.ctx, d.act(), u, d.now, true)
		d.ok(err)
		_, err = d.CancelScheduled(d.ctx, d.act(), one.ID)
		d.ok(err)
		_, err = d.DraftScheduled(d.ctx, d.act(), one.ID, stories.Draft{ID: "u-one", By: ana.Ref, State: stories.DraftBegun})
		d.ok(err)
		d.due(two.ID)
		entries, err := d.Log(d.ctx, s.ID, 0, 10)
		d.ok(err)
		got := ""
		for _, e := range entries {
			got += e.Verb + " " + e.Detail + "; "
		}
		same(d, "log", got, "published update 1, breaking, unverified; took back breaking unverified, 2026-11-23T10:01:00Z; tracked About sony; ")
	}},
	{"who scheduled, published and cancelled is in the log", func(d *desk) {
		s := d.track("sony")
		one, two := d.schedule(s, stories.Normal, time.Hour), d.schedule(s, stories.Minor, time.Hour)
		_, err := d.CancelScheduled(d.ctx, stories.Act{By: ben, At: d.now}, two.ID)
		d.ok(err)
		d.later(time.Hour)
		d.due(one.ID)
		entries, err := d.Log(d.ctx, s.ID, 0, 10)
		d.ok(err)
		got := ""
		for _, e := range entries {
			got += fmt.Sprintf("%s %s %s; ", e.By.Name, e.Verb, e.Detail)
		}
		same(d, "log", got, "Ana published update 1, normal; Ben cancelled minor, 2026-11-23T11:00:00Z; Ana scheduled minor, 2026-11-23T11:00:00Z; Ana scheduled normal, 2026-11-23T11:00:00Z; Ana tracked About sony; ")
	}},
}
