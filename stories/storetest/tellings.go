package storetest

import (
	"fmt"

	"storybot/stories"
)

var retoldTests = []test{
	{"a fix is told to nobody", func(d *desk) {
		u, l := d.copied("a")
		same(d, "reach", d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Newer"}).Reach, stories.Reach{Edits: 1})
		same(d, "told", d.tellings(l), "")
	}},
	{"each kind but a fix is told, at the update's level", func(d *desk) {
		for _, w := range []stories.Rewording{corrected("Newer"), {Kind: stories.Hold}, {Kind: stories.Withdrawal, Reason: "Not so"}} {
			s := d.track(string(w.Kind))
			d.follow(s.Slug, "a")
			u, _ := d.append(s, stories.Breaking)
			l := d.hold(lane, "w")
			d.drain(l, 10)
			done := d.reword(u, w)
			same(d, "reach", done.Reach, stories.Reach{Edits: 1, Told: 1, Kind: w.Kind})
			begun := d.drain(l, 10)
			same(d, "begun", len(begun), 2)
			for _, v := range begun {
				same(d, "level", v.Level, stories.Breaking)
			}
		}
	}},
	{"of revisions nobody was told of one message tells, from what was shown last", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, corrected("Second"))
		d.reword(u, corrected("Third"))
		same(d, "told", d.tellings(l), "a 0>2, b 0>2")
		// The channel b is told of the second wording, while a is not.
		for range 2 { // its edit, then the message
			var results []stories.Result
			for _, v := range d.advance(l, 10) {
				if v.Destination == channel("b") {
					results = append(results, d.sent(v))
				} else {
					results = append(results, d.retry(v))
				}
			}
			d.advance(l, 0, results...)
		}
		d.reword(u, corrected("Fourth"))
		same(d, "told at last", d.tellings(l), "a 0>3, b 2>3")
		same(d, "edits", d.edits(l), "a 3, b 3, ")
	}},
	{"an update that is revised over and over is told from what each channel saw of it", func(d *desk) {
		u, l := d.copied("a", "b")
		for i := 1; i <= 5; i++ {
			d.reword(u, corrected(fmt.Sprint("Wording ", i)))
			same(d, "told", d.tellings(l), fmt.Sprintf("a %d>%d, b %[1]d>%[2]d", i-1, i))
			d.drain(l, 10)
		}
		for i := 6; i <= 9; i++ { // faster than it is sent
			d.reword(u, corrected(fmt.Sprint("Wording ", i)))
			same(d, "told", d.tellings(l), fmt.Sprintf("a 5>%d, b 5>%[1]d", i))
		}
		d.reword(u, corrected("Wording 5"))
		same(d, "told of what they were told", d.tellings(l), "")
		d.drain(l, 10)
		d.reword(u, corrected("Wording 11")) // of the edits they saw nothing but that
		same(d, "told", d.tellings(l), "a 5>11, b 5>11")
		d.drain(l, 10)
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		same(d, "told", d.tellings(l), "a 11>12, b 11>12")
	}},
	{"what was taken back before anybody was told of it is not told", func(d *desk) {
		u, l := d.copied("a")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		same(d, "reach", d.reword(u, stories.Rewording{Kind: stories.Release}).Reach.Told, 0)
		same(d, "told", d.tellings(l), "")
		d.reword(u, corrected("Newer"))
		d.reword(u, corrected(u.Text))
		same(d, "told of the same wording", d.tellings(l), "")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.reword(u, corrected("Newer"))
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "told of what is left", d.tellings(l), "a 0>7")
	}},
	{"who saw that an update is on hold, and was not told before it was released, is told of that", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		begun := d.advance(l, 10)
		same(d, "begun", len(begun), 2)
		d.advance(l, 0, d.sent(begun[0]), d.retry(begun[1]))
		same(d, "told", d.tellings(l), "a 0>1, b 0>1")
		done := d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "told of the release", d.tellings(l), "a 1>2")
		same(d, "how many, and of what", fmt.Sprintf("%d %s", done.Reach.Told, done.Reach.Kind), "1 release")
	}},
	{"a correction beside a fix tells from the fixed wording once that is shown", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Fixed"})
		begun := d.advance(l, 10)
		same(d, "begun", len(begun), 2)
		d.advance(l, 0, d.sent(begun[0]), d.retry(begun[1]))
		d.reword(u, corrected("Newer"))
		same(d, "told", d.tellings(l), "a 1>2, b 0>2")
	}},
	{"a channel that follows no longer, is paused or asks for more urgent news gets the edit and no message", func(d *desk) {
		u, l := d.copied("a", "b", "c", "e", "f")
		target := stories.Target{Kind: stories.TargetStory, Name: "sony"}
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), target)
		d.ok(err)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("b"), target, stories.Paused)
		d.ok(err)
		d.followFrom("sony", channel("c"), stories.Breaking)
		d.followFrom("all", channel("e"), stories.Minor)
		d.ok(d.stop(d.act(), channel("e"), u.StoryID))
		d.reword(u, corrected("Newer"))
		same(d, "edits", d.edits(l), "a 1, b 1, c 1, e 1, f 1, ")
		same(d, "told", d.tellings(l), "f 0>1")
	}},
	{"who leaves while a message beside the copy waits gets the edit alone", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, corrected("Newer"))
		d.ok(d.stop(d.act(), channel("a"), u.StoryID))
		same(d, "told", d.tellings(l), "b 0>1")
		same(d, "edits", d.edits(l), "a 1, b 1, ")
	}},
	{"who began to follow later, or was never sent it, is neither told nor edited", func(d *desk) {
		u, l := d.copied("a")
		d.follow("sony", "late")
		s, err := d.StoryByID(d.ctx, u.StoryID)
		d.ok(err)
		d.follow("sony", "failed")
		next, _ := d.append(s, stories.Normal)
		for begun := d.advance(l, 10); len(begun) > 0; {
			var results []stories.Result
			for _, v := range begun {
				if v.Destination == channel("failed") {
					results = append(results, d.result(v, stories.Failed, "refused"))
				} else {
					results = append(results, d.sent(v))
				}
			}
			begun = d.advance(l, 10, results...)
		}
		d.reword(u, corrected("Newer"))
		d.reword(next, corrected("Newest"))
		same(d, "told", d.tellings(l), "a 0>1, a 0>1, late 0>1")
		same(d, "edits", d.edits(l), "a 1, a 1, late 1, ")
	}},
	{"what waits is not told: it goes out as it reads now", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		same(d, "reach", d.reword(u, corrected("Newer")).Reach, stories.Reach{Kind: stories.Correction, Waiting: 1})
		begun := d.drain(l, 10)
		same(d, "begun", len(begun), 1)
		same(d, "wording", begun[0].Revision, 1)
	}},
	{"one that is on its way is told, unless it is sent again as it reads now or fails", func(d *desk) {
		for how, want := range map[string]int{"sent": 2, "retry": 1, "failed": 0} {
			s := d.track("sony-" + how)
			d.follow(s.Slug, "a"+how)
			u, _ := d.append(s, stories.Normal)
			l := d.hold(lane, "w")
			v := d.claim(l, 1)[0]
			d.reword(u, corrected("Newer"))
			same(d, how+": told", d.tellings(l), "a"+how+" 0>1")
			r := d.sent(v)
			switch how {
			case "retry":
				r = d.retry(v)
			case "failed":
				r = d.result(v, stories.Failed, "refused")
			}
			n := 0
			results := []stories.Result{r}
			for range 5 {
				begun := d.advance(l, 10, results...)
				results = nil
				for _, v := range begun {
					results = append(results, d.sent(v))
					if v.Op == stories.OpPost {
						n++
					}
				}
			}
			if how == "sent" {
				n++ // the copy itself
			}
			same(d, how+": messages", n, want)
			same(d, how+": left", d.edits(l)+d.tellings(l), "")
		}
	}},
	{"a blocked channel gets the edit and the message when it heals, in the newest wording only", func(d *desk) {
		u, l := d.copied("a")
		s, err := d.StoryByID(d.ctx, u.StoryID)
		d.ok(err)
		next, _ := d.append(s, stories.Normal)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked))
		d.reword(u, corrected("Second"))
		d.reword(u, corrected("Third"))
		for range 6 { // more than it holds
			d.append(s, stories.Normal)
		}
		same(d, "owed while it is blocked", d.edits(l)+d.tellings(l), "")
		held, _, err := d.WaitingAt(d.ctx, channel("a"))
		d.ok(err)
		same(d, "updates that are held", held, 5)
		_, _, err = d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "edits", d.edits(l), "a 2, ")
		same(d, "told", d.tellings(l), "a 0>2")
		rows, origins, err := d.worker(l).owed()
		d.ok(err)
		posts := 0
		for _, r := range rows {
			if o := origins[r.Origin]; o.UpdateID != 0 && o.Op == stories.OpPost {
				posts++
				if o.UpdateID == next.ID {
					d.Error("more than the newest five updates are held")
				}
			}
		}
		same(d, "posts", posts, 5)
	}},
	{"a message in a thread is told of there", func(d *desk) {
		u, l := d.copied("a")
		s, err := d.StoryByID(d.ctx, u.StoryID)
		d.ok(err)
		head := d.toChannel("a", s)[0].ID
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: s.Slug})
		d.ok(err)
		reply, _ := d.append(s, stories.Normal)
		_, err = d.Owe(d.ctx, reply.ID, []stories.Task{{Op: stories.OpReply, Destination: channel("a"), On: head}}, d.now)
		d.ok(err)
		d.follow("sony", "a")
		d.drain(l, 10)
		d.reword(reply, corrected("Newer"))
		rows, origins, err := d.worker(l).owed()
		d.ok(err)
		var told []stories.Owed
		for _, r := range rows {
			if o := origins[r.Origin]; o.NoticeID != 0 {
				same(d, "how", o.Op, stories.OpReply)
				told = append(told, r)
			}
		}
		same(d, "once", len(told), 1)
		got := d.targets(l, 100, told[0].Delivery)
		same(d, "in the thread of", got.Targets[told[0].Delivery], d.toChannel("a", s)[1].MessageID)
	}},
	{"a channel that has another address now is told once", func(d *desk) {
		u, _ := d.copied("old")
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("new")))
		l := d.hold(lane, "w")
		d.reword(u, corrected("Second"))
		same(d, "told", d.tellings(l), "new 0>1")
		d.drain(l, 10)
		d.follow("sony", "third")
		d.ok(d.MoveDestination(d.ctx, channel("new"), channel("third")))
		l = d.hold(lane, "w")
		d.reword(u, corrected("Third"))
		same(d, "told at its newest", d.tellings(l), "third 1>2")
	}},
}
