package storetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/stories"
)

// draft is one of Ana's, not stored yet.
func draft(id, text string) stories.Draft {
	return stories.Draft{ID: id, By: ana.Ref, State: stories.DraftBegun, Fields: map[string]string{"text": text}}
}

// save changes a draft as it stands, or begins it.
func (d *desk) save(v stories.Draft) stories.Draft {
	d.Helper()
	if now, err := d.Draft(d.ctx, v.By, v.ID, d.now); err == nil {
		v.Version = now.Version
	}
	kept, err := d.SaveDraft(d.ctx, v, d.now)
	d.ok(err)
	return kept
}

// drafts lists somebody's drafts by their ids.
func (d *desk) drafts(by stories.User) string {
	d.Helper()
	found, err := d.Drafts(d.ctx, by.Ref, d.now)
	d.ok(err)
	var ids []string
	for _, v := range found {
		ids = append(ids, v.ID)
	}
	return strings.Join(ids, " ")
}

// posting is an act of Ana's that posts a draft as it was shown.
func (d *desk) posting(v stories.Draft) stories.Act {
	return stories.Act{Key: "draft:" + v.ID, By: ana, At: d.now, Draft: stories.DraftRef{ID: v.ID, Version: v.Version}}
}

var draftTests = []test{
	{"a draft is kept as it was left, and its version tells its changes", func(d *desk) {
		s := d.track("sony")
		v := draft("u1", "Naïve \x00 “text”\n\nwith <b>")
		v.State = stories.DraftOpened
		kept := d.save(v)
		same(d, "state", kept.State, stories.DraftOpened)
		same(d, "version", kept.Version, 1)
		same(d, "an opened one is no draft", d.drafts(ana), "")
		d.later(time.Minute)
		v.State, v.StoryID = stories.DraftBegun, s.ID
		kept = d.save(v)
		same(d, "version", kept.Version, 2)
		same(d, "again", d.save(v).Version, 2)
		v.Fields["level"] = "breaking"
		d.save(v)
		kept, err := d.Draft(d.ctx, ana.Ref, "u1", d.now)
		d.ok(err)
		if kept.Version != 3 || kept.StoryID != s.ID || !maps.Equal(kept.Fields, v.Fields) || !kept.Changed.Equal(d.now) || kept.By != ana.Ref {
			d.Errorf("draft %+v", kept)
		}
		v.State, v.Fields = stories.DraftOpened, nil
		same(d, "opened again it is as it was left", d.save(v).Fields["level"], "breaking")
		same(d, "drafts", d.drafts(ana), "u1")
	}},
	{"nobody finds, changes, posts or discards another's draft", func(d *desk) {
		s := d.track("sony")
		v := d.save(draft("u1", "Mine"))
		_, err := d.Draft(d.ctx, ben.Ref, "u1", d.now)
		d.refused(err, stories.CodeNotFound)
		_, err = d.DiscardDraft(d.ctx, ben.Ref, "u1", 0, d.now)
		d.refused(err, stories.CodeNotFound)
		theirs := v
		theirs.By, theirs.Fields = ben.Ref, map[string]string{"text": "Mine now"}
		_, err = d.SaveDraft(d.ctx, theirs, d.now)
		d.refused(err, stories.CodeNotFound)
		act := d.posting(v)
		act.By = ben
		_, _, err = d.AppendUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: "Mine", Level: stories.Normal, Author: ben, At: d.now})
		d.refused(err, stories.CodeExists)
		same(d, "Ben's drafts", d.drafts(ben), "")
		kept, err := d.Draft(d.ctx, ana.Ref, "u1", d.now)
		d.ok(err)
		same(d, "text", kept.Fields["text"], "Mine")
	}},
	{"a draft is changed as it was shown, or it is left as it is", func(d *desk) {
		shown := d.save(draft("u1", "First"))
		second := draft("u1", "Second")
		second.Version = shown.Version
		kept, err := d.SaveDraft(d.ctx, second, d.now)
		d.ok(err)
		same(d, "version", kept.Version, shown.Version+1)
		again, err := d.SaveDraft(d.ctx, second, d.now) // pressed twice
		d.ok(err)
		same(d, "version of the same", again.Version, kept.Version)
		for _, version := range []int{shown.Version, 0, kept.Version + 1} {
			late := draft("u1", "Third")
			late.Version = version
			_, err = d.SaveDraft(d.ctx, late, d.now)
			d.refused(err, stories.CodeReplaced)
			late.Form = "another form"
			_, err = d.SaveDraft(d.ctx, late, d.now)
			d.refused(err, stories.CodeReplaced)
		}
		now, err := d.Draft(d.ctx, ana.Ref, "u1", d.now)
		d.ok(err)
		same(d, "text", now.Fields["text"], "Second")
		same(d, "version in the end", now.Version, kept.Version)
	}},
	{"what is put into a form that stayed open takes the place of what was put into it before, and of nothing else", func(d *desk) {
		shown := d.save(draft("u1", "First"))
		one := draft("u1", "Too long")
		one.Version, one.Form = shown.Version, "one"
		_, err := d.SaveDraft(d.ctx, one, d.now)
		d.ok(err)
		one.Fields = map[string]string{"text": "Shorter"}
		kept, err := d.SaveDraft(d.ctx, one, d.now)
		d.ok(err)
		same(d, "text", kept.Fields["text"], "Shorter")
		other := draft("u1", "Other")
		other.Version, other.Form = kept.Version, "other"
		_, err = d.SaveDraft(d.ctx, other, d.now)
		d.ok(err)
		one.Fields = map[string]string{"text": "Too late"}
		_, err = d.SaveDraft(d.ctx, one, d.now)
		d.refused(err, stories.CodeReplaced)
	}},
	{"of many who change one draft at once one does, and nothing of the others is in it", func(d *desk) {
		shown := d.save(draft("u1", "First"))
		var mu sync.Mutex
		var did []string
		together(8, func(i int) {
			text := fmt.Sprint("wording ", i)
			v := draft("u1", text)
			v.Version, v.Form = shown.Version, fmt.Sprint("form", i)
			_, err := d.SaveDraft(d.ctx, v, d.now)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				did = append(did, text)
			case stories.CodeOf(err) != stories.CodeReplaced:
				d.Errorf("save: %v", err)
			}
		})
		now, err := d.Draft(d.ctx, ana.Ref, "u1", d.now)
		d.ok(err)
		same(d, "who did", strings.Join(did, ", "), now.Fields["text"])
		same(d, "version", now.Version, shown.Version+1)
	}},
	{"drafts are listed newest first and forgotten after a week", func(d *desk) {
		d.save(draft("u1", "one"))
		d.later(time.Hour)
		d.save(draft("u2", "two"))
		same(d, "drafts", d.drafts(ana), "u2 u1")
		d.later(time.Hour)
		d.save(draft("u1", "one, changed"))
		same(d, "drafts", d.drafts(ana), "u1 u2")
		d.later(stories.DraftAge - time.Hour)
		same(d, "drafts after nearly a week", d.drafts(ana), "u1")
		_, err := d.Draft(d.ctx, ana.Ref, "u2", d.now)
		d.refused(err, stories.CodeNotFound)
		d.ok(d.Prune(d.ctx, d.now))
		// Another person may get its id now: nothing is left of it.
		free := draft("u2", "new")
		free.By = ben.Ref
		same(d, "version of a new one", d.save(free).Version, 1)
		taken := draft("u1", "new")
		taken.By = ben.Ref
		_, err = d.SaveDraft(d.ctx, taken, d.now)
		d.refused(err, stories.CodeNotFound)
	}},
	{"what is only opened pushes out what was opened before, and no draft", func(d *desk) {
		d.save(draft("u-begun", "kept"))
		for i := range stories.MaxOpened + 5 {
			d.later(time.Second)
			v := draft(fmt.Sprintf("u%02d", i), "")
			v.State = stories.DraftOpened
			d.save(v)
		}
		_, err := d.Draft(d.ctx, ana.Ref, "u04", d.now)
		d.refused(err, stories.CodeNotFound)
		_, err = d.Draft(d.ctx, ana.Ref, "u05", d.now)
		d.ok(err)
		same(d, "drafts", d.drafts(ana), "u-begun")
	}},
	{"a draft is posted once, and not as it was before a change", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		old := d.save(draft("u1", "One"))
		v := d.save(draft("u1", "Two"))
		u := stories.Update{StoryID: s.ID, Text: "Two", Level: stories.Normal, Author: ana, At: d.now}
		_, _, err := d.AppendUpdate(d.ctx, d.posting(old), u)
		d.refused(err, stories.CodeExists)
		made, p, err := d.AppendUpdate(d.ctx, d.posting(v), u)
		d.ok(err)
		again, p2, err := d.AppendUpdate(d.ctx, d.posting(v), u)
		d.ok(err)
		if made.Number != 1 || again.Number != 1 || again.ID != made.ID || p != p2 || p.Total != 1 {
			d.Errorf("posted %+v %+v, again %+v %+v", made, p, again, p2)
		}
		// Under another key nothing is posted either.
		act := d.posting(v)
		act.Key = "another"
		_, _, err = d.AppendUpdate(d.ctx, act, u)
		d.refused(err, stories.CodeExists)
		same(d, "drafts", d.drafts(ana), "")
		_, err = d.SaveDraft(d.ctx, draft("u1", "Three"), d.now)
		d.refused(err, stories.CodeExists)
		kept, err := d.Draft(d.ctx, ana.Ref, "u1", d.now)
		d.ok(err)
		same(d, "state", kept.State, stories.DraftPosted)
		changed, err := d.DiscardDraft(d.ctx, ana.Ref, "u1", 99, d.now) // of another version
		d.ok(err)
		same(d, "of another version", changed, false)
		changed, err = d.DiscardDraft(d.ctx, ana.Ref, "u1", 0, d.now)
		d.ok(err)
		same(d, "discarded", changed, false)
	}},
	{"of two who post one draft under different keys one does", func(d *desk) {
		s := d.track("sony")
		v := d.save(draft("u1", "One"))
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() {
				act := d.posting(v)
				act.Key = fmt.Sprintf("k%d", i)
				_, _, errs[i] = d.AppendUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: "One", Level: stories.Normal, Author: ana, At: d.now})
			})
		}
		all.Wait()
		posted := 0
		for _, err := range errs {
			if err == nil {
				posted++
			} else {
				d.refused(err, stories.CodeExists)
			}
		}
		same(d, "posted", posted, 1)
	}},
	{"what is refused leaves its draft, and a discarded one is not posted", func(d *desk) {
		s := d.track("sony")
		v := d.save(draft("u1", "One"))
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		u := stories.Update{StoryID: s.ID, Text: "One", Level: stories.Normal, Author: ana, At: d.now}
		_, _, err = d.AppendUpdate(d.ctx, d.posting(v), u)
		d.refused(err, stories.CodeClosed)
		same(d, "drafts", d.drafts(ana), "u1")
		_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Developing)
		d.ok(err)
		changed, err := d.DiscardDraft(d.ctx, ana.Ref, "u1", 99, d.now) // of another version
		d.ok(err)
		same(d, "of another version", changed, false)
		changed, err = d.DiscardDraft(d.ctx, ana.Ref, "u1", 0, d.now)
		d.ok(err)
		same(d, "discarded", changed, true)
		_, _, err = d.AppendUpdate(d.ctx, d.posting(v), u)
		d.refused(err, stories.CodeExists)
		found, err := d.Updates(d.ctx, s.ID, 0, 10)
		d.ok(err)
		same(d, "updates", len(found), 0)
	}},
	{"a draft whose time lies ahead ends when it is scheduled, and is neither scheduled nor published twice", func(d *desk) {
		s := d.track("sony")
		for i, undo := range []bool{false, true} {
			old := d.save(draft(fmt.Sprint("u", i), "One"))
			v := d.save(draft(fmt.Sprint("u", i), "Two"))
			u := stories.Update{StoryID: s.ID, Text: "Two", Level: stories.Normal, Author: ana}
			_, err := d.ScheduleUpdate(d.ctx, d.posting(old), u, d.now.Add(time.Hour), undo)
			d.refused(err, stories.CodeExists)
			made, err := d.ScheduleUpdate(d.ctx, d.posting(v), u, d.now.Add(time.Hour), undo)
			d.ok(err)
			again, err := d.ScheduleUpdate(d.ctx, d.posting(v), u, d.now.Add(time.Hour), undo)
			d.ok(err)
			same(d, "the same", again.ID, made.ID)
			_, _, err = d.AppendUpdate(d.ctx, d.posting(v), u)
			d.refused(err, stories.CodeExists)
			act := d.posting(v)
			act.Key = "another"
			_, err = d.ScheduleUpdate(d.ctx, act, u, d.now.Add(time.Hour), undo)
			d.refused(err, stories.CodeExists)
			same(d, "drafts", d.drafts(ana), "")
		}
		d.later(2 * time.Hour)
		open, _, err := d.Scheduled(d.ctx, 0, 100)
		d.ok(err)
		for _, c := range open {
			d.due(c.ID)
		}
		v := d.save(draft("u9", "Kept"))
		_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		_, err = d.ScheduleUpdate(d.ctx, d.posting(v), stories.Update{StoryID: s.ID, Text: "Kept", Level: stories.Normal, Author: ana}, d.now.Add(time.Hour), false)
		d.refused(err, stories.CodeClosed)
		same(d, "drafts", d.drafts(ana), "u9")
	}},
	{"a story is tracked from a draft once", func(d *desk) {
		v := d.save(draft("t1", "The dam"))
		s, err := d.CreateStory(d.ctx, d.posting(v), stories.Story{Slug: "dam", Headline: "The dam"})
		d.ok(err)
		again, err := d.CreateStory(d.ctx, d.posting(v), stories.Story{Slug: "dam", Headline: "The dam"})
		d.ok(err)
		same(d, "story", again.ID, s.ID)
		taken := d.save(draft("t2", "Another dam"))
		_, err = d.CreateStory(d.ctx, d.posting(taken), stories.Story{Slug: "dam", Headline: "Another dam"})
		d.refused(err, stories.CodeExists)
		same(d, "drafts", d.drafts(ana), "t2")
	}},
	{"a story is edited, and an update revised, from a draft once and as it was shown", func(d *desk) {
		s := d.track("sony")
		u, _ := d.append(s, stories.Normal)
		headline := "Another headline"
		for i, do := range []func(stories.Act) error{
			func(a stories.Act) error {
				_, err := d.EditStory(d.ctx, a, s.ID, stories.StoryEdit{Headline: &headline})
				return err
			},
			func(a stories.Act) error {
				_, err := d.Revise(d.ctx, a, u.ID, stories.Rewording{Kind: stories.Correction, Text: "Another wording"})
				return err
			},
		} {
			old := d.save(draft(fmt.Sprint("e", i), "One"))
			v := d.save(draft(fmt.Sprint("e", i), "Two"))
			d.refused(do(d.posting(old)), stories.CodeExists)
			d.ok(do(d.posting(v)))
			d.ok(do(d.posting(v))) // the same act
			act := d.posting(v)
			act.Key = "another"
			d.refused(do(act), stories.CodeExists)
			same(d, "drafts", d.drafts(ana), "")
		}
		v := d.save(draft("c9", "Kept"))
		_, err := d.Revise(d.ctx, d.posting(v), u.ID, stories.Rewording{Kind: stories.Correction, Text: "Another wording"})
		d.refused(err, stories.CodeInvalid)
		same(d, "drafts", d.drafts(ana), "c9")
		found, err := d.Revisions(d.ctx, u.ID, 10)
		d.ok(err)
		same(d, "revisions", len(found), 2)
	}},
	{"how many channels an update would reach is how many it is planned for, and asking changes nothing", func(d *desk) {
		r := rand.New(rand.NewPCG(7, 7))
		d.isDirect("c1", "c4")
		for range 6 {
			s := d.track(fmt.Sprintf("s%d", r.Uint32()), "security", "film")
			for c := range 6 {
				for _, target := range []string{s.Slug, "topic:security", "topic:film", "all"} {
					if r.IntN(3) > 0 {
						continue
					}
					to := channel(fmt.Sprintf("c%d", c))
					sub, _ := d.followFrom(target, to, stories.Level(1+r.IntN(3)))
					if r.IntN(4) == 0 {
						_, err := d.SetSubscriptionState(d.ctx, d.act(), to, sub.Target, stories.Paused)
						d.ok(err)
					}
				}
				if r.IntN(6) == 0 {
					d.ok(d.stop(d.act(), channel(fmt.Sprintf("c%d", c)), s.ID))
				}
			}
			for level := stories.Minor; level <= stories.Breaking; level++ {
				before := d.publications()
				to, err := d.Reach(d.ctx, stories.Update{StoryID: s.ID, Level: level, CreatedAt: d.now})
				d.ok(err)
				if after := d.publications(); !slices.Equal(before, after) {
					d.Errorf("asking owes something: %v, before %v", after, before)
				}
				_, p := d.append(s, level)
				same(d, fmt.Sprintf("reach of %s, %s", s.Slug, level), to, stories.Recipients{Total: p.Total, Direct: p.Direct, Blocked: p.Held})
			}
		}
		_, err := d.Reach(d.ctx, stories.Update{StoryID: 999, Level: stories.Normal, CreatedAt: d.now})
		d.refused(err, stories.CodeNotFound)
	}},
}

// publications are the numbers and sizes of what waits in the lane of these tests.
func (d *desk) publications() (all []string) {
	d.Helper()
	found, err := d.Publications(d.ctx, lane, nil, 1000)
	d.ok(err)
	for _, p := range found {
		all = append(all, fmt.Sprintf("%+v", p))
	}
	return all
}
