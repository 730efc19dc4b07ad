package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"storybot/stories"
)

// alike compares what same cannot.
func alike(d *desk, what string, got, want any) {
	d.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		d.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// reword does w to u, which does what asking before said.
func (d *desk) reword(u stories.Update, w stories.Rewording) stories.Revised {
	d.Helper()
	d.later(time.Minute)
	would, err := d.WouldRevise(d.ctx, d.act(), u.ID, w)
	d.ok(err)
	done, err := d.Revise(d.ctx, d.act(), u.ID, w)
	d.ok(err)
	alike(d, "done, beside what it said it would do", done, would)
	return done
}

func corrected(text string) stories.Rewording {
	return stories.Rewording{Kind: stories.Correction, Text: text, Reason: "Not " + text}
}

// tellings are the messages beside copies that a lane owes, in short: "a 0>2" tells
// the channel a of the revision 2 and those after 0.
func (d *desk) tellings(l stories.Lease) string {
	d.Helper()
	rows, origins, err := d.worker(l).owed()
	d.ok(err)
	var out []string
	for _, r := range rows {
		if o := origins[r.Origin]; o.NoticeID != 0 {
			out = append(out, d.telling(r.Destination, o.NoticeID))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (d *desk) telling(to stories.Destination, notice int64) string {
	c, err := d.Content(d.ctx, stories.Subject{NoticeID: notice}, 1)
	d.ok(err)
	if c.Notice.Kind != stories.RevisionNotice {
		return to.Channel[1:] + " " + string(c.Notice.Kind)
	}
	return fmt.Sprintf("%s %d>%d", to.Channel[1:], c.Notice.Since, c.Notice.Revision)
}

// copied is an update that channels have.
func (d *desk) copied(names ...string) (stories.Update, stories.Lease) {
	d.Helper()
	s := d.track("sony")
	d.follow("sony", names...)
	u, _ := d.append(s, stories.Normal)
	l := d.hold(lane, "w")
	d.drain(l, 10)
	return u, l
}

// now is u as it stands.
func (d *desk) present(u stories.Update) stories.Update {
	d.Helper()
	u, err := d.UpdateByNumber(d.ctx, u.StoryID, u.Number)
	d.ok(err)
	return u
}

var revisionTests = []test{
	{"a revision is kept with who made it, when, why and what it left the update with", func(d *desk) {
		s := d.track("sony")
		first := stories.Update{StoryID: s.ID, Text: "First", Level: stories.Breaking, Author: ana, At: d.now, Sources: []string{"https://a.example/"},
			Picture: stories.Picture{URL: "https://a.example/x.png", Alt: "Water"}, Marks: stories.Marks{Standing: stories.Unverified, Since: d.now}}
		u, _, err := d.AppendUpdate(d.ctx, d.act(), first)
		d.ok(err)
		same(d, "marks", d.present(u).Marks, first.Marks)
		none := stories.Picture{}
		d.later(time.Hour)
		act := d.act()
		act.By = ben
		done, err := d.Revise(d.ctx, act, u.ID, stories.Rewording{Kind: stories.Correction, Text: "Second ", Reason: " Wrong ", Sources: []string{"https://b.example/", "https://c.example/"}, Picture: &none})
		d.ok(err)
		at := d.now
		want := u
		want.Revision, want.Text, want.Sources, want.Picture = 1, "Second", []string{"https://b.example/", "https://c.example/"}, none
		want.Marks.Corrected, want.Marks.Correction = at, "Wrong"
		alike(d, "returned", done.Update, want)
		alike(d, "before", done.Before, u)
		alike(d, "stored", d.present(u), want)
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Second."})
		d.reword(u, stories.Rewording{Kind: stories.Hold, Reason: "Doubt"})
		d.reword(u, stories.Rewording{Kind: stories.Release})
		last := d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"}).Update
		same(d, "marks at last", last.Marks, stories.Marks{Standing: stories.Withdrawn, Since: d.now, Reason: "Not so", Corrected: at, Correction: "Wrong",
			Edited: at.Add(time.Minute), Released: at.Add(3 * time.Minute)})
		all, err := d.Revisions(d.ctx, u.ID, 10)
		d.ok(err)
		same(d, "wordings", len(all), 6)
		alike(d, "first", all[0], u.Wording(stories.Original, "", ana, u.CreatedAt))
		alike(d, "second", all[1], want.Wording(stories.Correction, "Wrong", ben, at))
		alike(d, "last", all[5], last.Wording(stories.Withdrawal, "Not so", ana, d.now))
		newest, err := d.Revisions(d.ctx, u.ID, 2)
		d.ok(err)
		alike(d, "the newest two", newest, all[4:])
		for _, v := range all {
			c, err := d.Content(d.ctx, stories.Subject{UpdateID: u.ID}, v.Revision)
			d.ok(err)
			alike(d, fmt.Sprint("content of ", v.Revision), c.Update, u.Worded(v))
		}
		log, err := d.Log(d.ctx, s.ID, 0, 10)
		d.ok(err)
		var lines []string
		for _, e := range log {
			lines = append(lines, e.By.Name+" "+e.Verb+" "+e.Detail)
		}
		same(d, "the log", strings.Join(lines, "; "), "Ana withdrawal update 1: Not so; Ana release update 1; Ana hold update 1: Doubt; Ana fix update 1; "+
			"Ben correction update 1: Wrong; Ana published update 1, breaking, unverified; Ana tracked About sony")
	}},
	{"an update that was never revised has one wording", func(d *desk) {
		u, _ := d.append(d.track("sony"), stories.Normal)
		all, err := d.Revisions(d.ctx, u.ID, 10)
		d.ok(err)
		alike(d, "wordings", all, []stories.Revision{u.Wording(stories.Original, "", u.Author, u.CreatedAt)})
		_, err = d.Revisions(d.ctx, 99, 10)
		d.refused(err, stories.CodeNotFound)
	}},
	{"what changes nothing, comes too late or does not go together is refused and changes nothing", func(d *desk) {
		u, l := d.copied("a")
		refuse := func(code stories.Code, w stories.Rewording) {
			d.Helper()
			before := d.present(u)
			_, err := d.Revise(d.ctx, d.act(), u.ID, w)
			d.refused(err, code)
			_, err = d.WouldRevise(d.ctx, d.act(), u.ID, w)
			d.refused(err, code)
			alike(d, "the update", d.present(u), before)
			same(d, "owed", d.edits(l)+d.tellings(l), "")
		}
		over := 0
		refuse(stories.CodeInvalid, stories.Rewording{Kind: stories.Correction, Text: u.Text + " "})
		refuse(stories.CodeInvalid, stories.Rewording{Kind: stories.Fix})
		refuse(stories.CodeInvalid, stories.Rewording{Kind: stories.Release})
		refuse(stories.CodeInvalid, stories.Rewording{Kind: stories.Withdrawal})
		refuse(stories.CodeInvalid, stories.Rewording{Kind: "other", Text: "x"})
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.drain(l, 10)
		refuse(stories.CodeInvalid, stories.Rewording{Kind: stories.Hold})
		refuse(stories.CodeExists, stories.Rewording{Kind: stories.Correction, Text: "Newer", Over: &over})
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
		d.drain(l, 10)
		for _, kind := range []stories.RevisionKind{stories.Correction, stories.Fix, stories.Hold, stories.Release, stories.Withdrawal} {
			refuse(stories.CodeInvalid, stories.Rewording{Kind: kind, Text: "Newer", Reason: "Why"})
		}
	}},
	{"what a revision would do is counted and not done", func(d *desk) {
		u, l := d.copied("a", "b", "c")
		d.stop(d.act(), channel("c"), u.StoryID)
		d.drain(l, 10)
		would, err := d.WouldRevise(d.ctx, d.act(), u.ID, corrected("Newer"))
		d.ok(err)
		same(d, "would reach", would.Reach, stories.Reach{Edits: 3, Told: 2, Kind: stories.Correction})
		same(d, "would say", would.Update.Text, "Newer")
		same(d, "says", d.present(u).Text, u.Text)
		same(d, "owed", d.edits(l)+d.tellings(l), "")
		done := d.reword(u, corrected("Newer"))
		same(d, "reach", done.Reach, would.Reach)
		same(d, "edits", d.edits(l), "a 1, b 1, c 1, ")
		same(d, "told", d.tellings(l), "a 0>1, b 0>1")
		spread, err := d.SpreadOf(d.ctx, u.ID, 1)
		d.ok(err)
		same(d, "left", [2]int{spread.Edits.Waiting, spread.Told.Waiting}, [2]int{3, 2})
		d.drain(l, 10)
		spread, err = d.SpreadOf(d.ctx, u.ID, 1)
		d.ok(err)
		same(d, "sent", [3]int{spread.Edits.Sent, spread.Told.Sent, spread.Waiting()}, [3]int{3, 2, 0})
	}},
	{"a revision that is replayed is done once", func(d *desk) {
		u, l := d.copied("a")
		act := d.act()
		act.Key = "k"
		first, err := d.Revise(d.ctx, act, u.ID, corrected("Newer"))
		d.ok(err)
		again, err := d.Revise(d.ctx, act, u.ID, corrected("Newer"))
		d.ok(err)
		alike(d, "again", again, first)
		same(d, "owed", d.edits(l)+d.tellings(l), "a 1, a 0>1")
		same(d, "revision", d.present(u).Revision, 1)
	}},
	{"copies that are not kept any more are counted as too old", func(d *desk) {
		u, l := d.copied("a", "b")
		d.ok(d.Prune(d.ctx, d.now.Add(400*24*time.Hour)))
		would, err := d.WouldRevise(d.ctx, d.act(), u.ID, corrected("Newer"))
		d.ok(err)
		same(d, "would reach while the story develops", would.Reach, stories.Reach{Edits: 2, Told: 2, Kind: stories.Correction})
		_, _, err = d.SetStoryState(d.ctx, d.act(), u.StoryID, stories.Closed)
		d.ok(err)
		d.ok(d.Prune(d.ctx, d.now.Add(400*24*time.Hour)))
		would, err = d.WouldRevise(d.ctx, d.act(), u.ID, corrected("Newer"))
		d.ok(err)
		same(d, "would reach", would.Reach, stories.Reach{Kind: stories.Correction, Old: 2})
		same(d, "owed", d.edits(l), "")
	}},
	{"what channels were shown last is known as long as their copies are", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, corrected("Second"))
		d.drain(l, 10)
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Third"})
		d.drain(l, 10)
		d.ok(d.Prune(d.ctx, d.now.Add(800*24*time.Hour)))
		d.reword(u, corrected("Fourth"))
		same(d, "told", d.tellings(l), "a 2>3, b 2>3")
	}},
	{"the desk follows a revision as it does a push", func(d *desk) {
		u, l := d.copied("a", "b")
		d.say(d.sees("the push", "sony 1 2/2")[0], true)
		d.reword(u, corrected("Newer"))
		p := d.sees("begun", "sony 1 0/4")[0]
		d.drain(l, 10)
		same(d, "of the revision", p.Since, 1)
		d.say(d.sees("ended", "sony 1 4/4")[0], true)
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: p.ID}, 1)
		d.ok(err)
		same(d, "told as", c.Told[0].Kind, stories.Correction)
		d.sees("over", "")
		nobody, _ := d.append(d.track("other"), stories.Normal)
		d.reword(nobody, corrected("Newer"))
		d.sees("one without copies", "")
	}},
	{"why a channel's copy reads as it does is told", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, corrected("Newer"))
		var results []stories.Result
		for begun := d.advance(l, 10); len(begun) > 0; begun = d.advance(l, 10, results...) {
			results = nil
			for _, v := range begun {
				if v.Op == stories.OpEdit && v.Destination == channel("a") {
					results = append(results, d.result(v, stories.Skipped, "no longer has the message"))
				} else {
					results = append(results, d.sent(v))
				}
			}
		}
		for name, want := range map[string]string{"a": "post 1 sent, edit 1 skipped", "b": "post 1 sent, edit 1 sent", "c": ""} {
			found, err := d.RevisionsTo(d.ctx, channel(name), u.ID, 10)
			d.ok(err)
			var got []string
			for _, v := range found {
				got = append(got, fmt.Sprintf("%s %d %s", v.Op, v.Revision, v.State))
			}
			same(d, name, strings.Join(got, ", "), want)
		}
	}},
}
