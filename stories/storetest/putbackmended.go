package storetest

import (
	"fmt"

	"storybot/stories"
)

// putBackMendedTests say what becomes of revisions in a database that was put back: a
// channel is told of what its copy is edited for.
var putBackMendedTests = []test{
	{"a message that tells of a revision waits for a person like the edit beside it, and is then looked for or sent", func(d *desk) {
		for _, w := range []stories.Rewording{corrected("Newer"), {Kind: stories.Hold}, {Kind: stories.Withdrawal, Reason: "Not so"}} {
			for how, decide := range map[string]func(*desk, int64){
				"settled":  func(d *desk, n int64) { d.decided(d.SettlePutBack(d.ctx, d.act(), n)) },
				"released": func(d *desk, n int64) { d.decided(d.ReleasePutBack(d.ctx, d.act(), n)) },
			} {
				s := d.track(fmt.Sprint(w.Kind, "-", how))
				name := s.Slug
				d.follow(s.Slug, name)
				u, _ := d.append(s, stories.Normal)
				l := d.hold(lane, "w")
				d.drain(l, 1)
				d.reword(u, w)
				d.ok(d.ReleaseLease(d.ctx, l))
				d.putBack(2)
				p := d.waitsFor(2, 1)
				l = d.hold(lane, "next")
				same(d, name+": owed before anybody decides", d.owed(l), "")
				spread, err := d.SpreadOf(d.ctx, u.ID, 1)
				d.ok(err)
				same(d, name+": that wait", fmt.Sprint(spread.Edits.Waiting, spread.Edits.Held, spread.Told.Waiting, spread.Told.Held), "1 0 1 0")
				decide(d, p.Generation)
				same(d, name+": edits", d.edits(l), name+" 1, ")
				same(d, name+": told", d.tellings(l), name+" 0>1")
				for _, r := range d.owedRows(l) {
					if r.PutBack && how == "released" {
						d.Errorf("%s: loaded as %+v", name, r)
					}
				}
				same(d, name+": shown at last", d.shows(l, u, 0), "1, "+name+" 0>1")
				spread, err = d.SpreadOf(d.ctx, u.ID, 1)
				d.ok(err)
				same(d, name+": that were done", fmt.Sprint(spread.Edits.Sent, spread.Told.Sent, spread.Sum(false).Waiting), "1 1 0")
				d.queueAgrees()
				d.ok(d.ReleaseLease(d.ctx, l))
			}
		}
	}},
	{"one that waits for a person makes room for that of a newer revision", func(d *desk) {
		u, l := d.copied("a")
		d.reword(u, corrected("Second"))
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(2)
		d.reword(u, corrected("Third"))
		d.waitsFor(0, 0)
		l = d.hold(lane, "next")
		same(d, "shown at last", d.shows(l, u, 0), "2, a 0>2")
		d.decided(d.SettlePutBack(d.ctx, d.act(), 1))
		same(d, "left", d.owed(l), "")
		d.queueAgrees()
	}},
	{"one that a person is to decide on keeps the end of its revision from being told", func(d *desk) {
		u, l := d.copied("a")
		d.reword(u, corrected("Newer"))
		begun := d.claim(l, 1)
		same(d, "begun", begun[0].Op, stories.OpEdit)
		d.advance(l, 0, d.sent(begun[0])) // what is told waits alone
		d.sees("before", "sony 1 1/1, sony 1 1/2")
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(1)
		d.sees("while it waits", "")
		d.decided(d.SettlePutBack(d.ctx, d.act(), 1))
		l = d.hold(lane, "next")
		same(d, "told", d.tellings(l), "a 0>1")
		d.drain(l, 1)
		d.sees("in the end", "sony 1 1/1, sony 1 2/2")
	}},
	{"what is found in an older wording is edited, and its channel told of what it was revised for while it waited", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 3)
		d.advance(l, 0, d.refusal(v[2], stories.Held, "no", stories.Blocked))
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(3)
		d.reword(u, corrected("Second"))
		d.reword(u, corrected("Third"))
		for range 2 {
			d.decided(d.SettlePutBack(d.ctx, d.act(), 1))
		}
		l = d.hold(lane, "next")
		same(d, "edits", d.edits(l), "a 2, b 2, ")
		same(d, "told", d.tellings(l), "a 0>2, b 0>2")
		v = d.claim(l, 2)
		same(d, "looked for", d.labels(v), "a sony 1, b sony 1")
		d.advance(l, 0, d.sent(v[0]), d.retry(v[1])) // b's was not there
		d.advance(l, 0, d.sent(d.claim(l, 1)[0]))
		told := ""
		for _, v := range d.drain(l, 1) {
			switch {
			case v.About.NoticeID != 0:
				told += d.telling(v.Destination, v.About.NoticeID) + ", "
			case v.Op == stories.OpPost:
				same(d, "sent in", v.Revision, 2)
			}
		}
		same(d, "told by then", told, "a 0>2, ")
		d.reopen("c")
		same(d, "told once it heals", d.tellings(l), "c 0>2")
		d.queueAgrees()
	}},
	{"who leaves is not told, whatever is decided", func(d *desk) {
		u, l := d.copied("a")
		d.reword(u, corrected("Newer"))
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(2)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		d.decided(d.ReleasePutBack(d.ctx, d.act(), 1))
		l = d.hold(lane, "next")
		same(d, "shown at last", d.shows(l, u, 0), "1")
	}},
	{"an edit of a card that waits is made once somebody has decided", func(d *desk) {
		s := d.track("sony")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		l := d.hold(lane, "w")
		d.drain(l, 1)
		d.edit(s, stories.StoryEdit{Headline: words("Sony hacked")})
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(1)
		l = d.hold(lane, "next")
		same(d, "edits before", d.cardEdits(l), 0)
		d.decided(d.SettlePutBack(d.ctx, d.act(), 1))
		same(d, "edits", d.cardEdits(l), 1)
		same(d, "it says", d.card(d.drain(l, 1)[0]), "a sony/Sony hacked//developing")
		d.queueAgrees()
	}},
}

// decided takes the answer of a decision about what was put back.
func (d *desk) decided(_ int, err error) {
	d.Helper()
	d.ok(err)
}
