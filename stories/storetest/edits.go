package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// revise gives u another wording.
func (d *desk) revise(u stories.Update, text string) stories.Update {
	d.Helper()
	done, err := d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: text})
	d.ok(err)
	return done.Update
}

// edits are the edits a lane owes, in short: "a 2" is revision 2 to channel a.
func (d *desk) edits(l stories.Lease) string {
	d.Helper()
	return d.owes(l, func(o stories.Publication) (what int, ok bool) { return o.Revision, o.Op == stories.OpEdit })
}

// owes are what a lane owes of some publications, in short: the channel and what is said
// of it, "a 1, b 1, ".
func (d *desk) owes(l stories.Lease, say func(stories.Publication) (what int, ok bool)) string {
	d.Helper()
	rows, origins, err := d.worker(l).owed()
	d.ok(err)
	var out string
	for _, r := range rows {
		if what, ok := say(origins[r.Origin]); ok {
			out += fmt.Sprintf("%s %d, ", r.Destination.Channel[1:], what)
		}
	}
	return out
}

var editTests = []test{
	{"a revision owes an edit to every copy, and what waits goes out in the newest wording", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 2)
		d.advance(l, 0, d.sent(v[0])) // a has it, b's is on its way, c's waits
		u = d.revise(u, "Newer")
		same(d, "revision", u.Revision, 1)
		same(d, "owed", d.edits(l), "a 1, b 1, ")
		rows, origins, err := d.worker(l).owed()
		d.ok(err)
		x := stories.Exchange{Batch: 100, Updates: []int64{u.ID}}
		for _, f := range d.worker(l).flying {
			x.Flying = append(x.Flying, f)
		}
		for _, r := range rows {
			f := stories.Flight{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now}
			switch edit := origins[r.Origin].Op == stories.OpEdit; {
			case edit:
				x.Acting = append(x.Acting, r.Delivery)
				x.Begin = append(x.Begin, f)
			case r.Destination == channel("c"):
				x.Begin = append(x.Begin, f)
			}
		}
		got, err := d.Exchange(d.ctx, l, x)
		d.ok(err)
		same(d, "wording", got.Revisions[u.ID], 1)
		same(d, "edits", len(x.Acting), 2)
		same(d, "the message of a's", got.Targets[x.Acting[0]], "m"+v[0].Key)
		same(d, "which was made under the key", got.Keys[x.Acting[0]], v[0].Key)
		same(d, "the message of b's, not known yet", got.Targets[x.Acting[1]], "")
		p, err := d.ProgressOf(d.ctx, u.ID)
		d.ok(err)
		same(d, "the push", p, stories.Progress{UpdateID: u.ID, Total: 3, Sent: 1, Waiting: 2})
		content, err := d.Content(d.ctx, stories.Subject{UpdateID: u.ID}, 1)
		d.ok(err)
		same(d, "text", content.Update.Text, "Newer")
		same(d, "story", content.Story.ID, s.ID)
		first, err := d.Content(d.ctx, stories.Subject{UpdateID: u.ID}, 0)
		d.ok(err)
		same(d, "first text", first.Update.Text, "News of sony")
	}},
	{"of edits that wait the newest is kept alone", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.drain(l, 10)
		u = d.revise(u, "Second")
		u = d.revise(u, "Third")
		d.revise(u, "Fourth")
		same(d, "owed", d.edits(l), "a 3, b 3, ")
		done := d.drain(l, 10)
		same(d, "sent", len(done), 2)
		same(d, "left", d.edits(l), "")
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
	{"of edits that are owed again, in another lane or once a block is lifted, the newest is kept alone", func(d *desk) {
		again := map[string]func(to stories.Destination){
			"healed": func(to stories.Destination) {
				_, _, err := d.ReopenDestination(d.ctx, to, 5, d.now)
				d.ok(err)
			},
			"another lane": func(to stories.Destination) {
				_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: to, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "elsewhere")
				d.ok(err)
			},
		}
		for how, owe := range again {
			name := strings.ReplaceAll(how, " ", "-")
			s := d.track(name)
			d.follow(s.Slug, name)
			u, _ := d.append(s, stories.Normal)
			l := d.hold(lane, "w")
			d.drain(l, 10)
			if how == "healed" {
				d.append(s, stories.Normal)
				d.refuse(l)
			}
			u = d.revise(u, "Second")
			owe(channel(name))
			u = d.revise(u, "Third")
			d.revise(u, "Fourth")
			var edits []string
			found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{States: []stories.DeliveryState{stories.Pending, stories.Held}}, 100)
			d.ok(err)
			for _, v := range found {
				if v.Op == stories.OpEdit && v.About.UpdateID == u.ID {
					edits = append(edits, fmt.Sprint(v.Revision))
				}
			}
			same(d, how+": edits that wait", strings.Join(edits, " "), "3")
			d.queueAgrees()
		}
	}},
	{"an edit of a post that failed is not owed", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		u = d.revise(u, "Newer")
		d.advance(l, 0, d.result(v, stories.Failed, "refused"))
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		same(d, "owed", len(rows), 1)
		f := stories.Flight{Ref: rows[0].Ref, Attempt: 1, First: d.now, Last: d.now}
		got, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: 100, Begin: []stories.Flight{f}, Updates: []int64{u.ID}, Acting: []int64{f.Delivery}})
		d.ok(err)
		same(d, "begun", got.Deliveries[f.Delivery], false)
		same(d, "left", d.edits(l), "")
	}},
	{"an edit left on its way is recovered with the message it is of", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.drain(l, 1)[0]
		d.revise(u, "Newer")
		same(d, "begun", len(d.claim(l, 1)), 1)
		d.ok(d.ReleaseLease(d.ctx, l))
		flights, loaded, err := d.Recover(d.ctx, d.hold(lane, "next"))
		d.ok(err)
		same(d, "in flight", len(flights), 1)
		same(d, "target", loaded.Targets[flights[0].Delivery], "m"+v.Key)
		same(d, "made under the key", loaded.Keys[flights[0].Delivery], v.Key)
	}},
	{"what was left on its way is recovered in the newest wording", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		u = d.revise(u, "Newer") // before it is begun: no edit is owed
		l := d.hold(lane, "w")
		same(d, "begun", len(d.claim(l, 1)), 1)
		d.ok(d.ReleaseLease(d.ctx, l))
		_, loaded, err := d.Recover(d.ctx, d.hold(lane, "next"))
		d.ok(err)
		same(d, "wording", loaded.Revisions[u.ID], u.Revision)
		same(d, "published as", loaded.Origins[loaded.Rows[0].Origin].Revision, 0)
	}},
	{"what was revised on its way is recovered in the wording that it was begun in", func(d *desk) {
		for _, c := range []struct {
			revise []stories.Rewording
			want   stories.Earlier
		}{
			{[]stories.Rewording{corrected("Third"), corrected("Fourth")}, stories.Earlier{Began: 1, Shows: 1}},
			{[]stories.Rewording{corrected("Third"), {Kind: stories.Hold}}, stories.Earlier{Began: 1, Shows: 3}}, // what is withheld is not sent as it was
			{[]stories.Rewording{{Kind: stories.Withdrawal, Reason: "Why"}}, stories.Earlier{Began: 1, Shows: 2}},
			{[]stories.Rewording{{Kind: stories.Hold}, {Kind: stories.Release}}, stories.Earlier{Began: 1, Shows: 1}},
		} {
			slug := fmt.Sprintf("sony-%d%d-%s", len(c.revise), c.want.Shows, c.revise[0].Kind)
			s := d.track(slug)
			d.follow(slug, "a")
			u, _ := d.append(s, stories.Normal)
			u = d.revise(u, "Second") // before it is begun: no edit is owed
			l := d.hold(lane, "w")
			v := d.claim(l, 1)[0]
			for _, w := range c.revise {
				d.reword(u, w)
			}
			d.ok(d.ReleaseLease(d.ctx, l))
			l = d.hold(lane, "next")
			_, loaded, err := d.Recover(d.ctx, l)
			d.ok(err)
			same(d, slug, loaded.Earlier[v.ID], c.want)
			// It is the same where it could not be found out then, and is asked again.
			r := d.retry(v)
			r.Doubtful = true
			_, err = d.Exchange(d.ctx, l, stories.Exchange{Batch: 1, Results: []stories.Result{r}})
			d.ok(err)
			rows, _, err := d.worker(l).owed()
			d.ok(err)
			f := stories.Flight{Ref: find(rows, v.ID).Ref, Attempt: 2, First: d.now, Last: d.now}
			begin := stories.Exchange{Batch: 2, Begin: []stories.Flight{f}, Updates: []int64{u.ID}, Doubted: []int64{v.ID}}
			for range 2 { // made again under its number too
				got, err := d.Exchange(d.ctx, l, begin)
				d.ok(err)
				same(d, slug+" begun", got.Deliveries[v.ID], true)
				same(d, slug+" again", got.Earlier[v.ID], c.want)
			}
			d.ok(d.ReleaseLease(d.ctx, l))
			l = d.hold(lane, "last")
			d.advance(l, 0, d.sent(d.recovered(l)[0]))
			d.drain(l, 10)
			d.ok(d.ReleaseLease(d.ctx, l))
		}
	}},
	{"a lane its last destination has left is worked until nothing of it is on its way", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetStory, Name: "sony"},
			Options: stories.Options{Level: stories.Minor}, CreatedBy: ana}, "elsewhere")
		d.ok(err)
		names, err := d.Lanes(d.ctx)
		d.ok(err)
		same(d, "lanes", strings.Join(names, " "), "elsewhere "+lane)
		d.advance(l, 0, d.sent(v))
		names, err = d.Lanes(d.ctx)
		d.ok(err)
		same(d, "lanes afterwards", strings.Join(names, " "), "elsewhere")
	}},
	{"revising beside a worker leaves no copy in an old wording", func(d *desk) {
		s := d.track("sony")
		const n = 20
		for i := range n {
			d.follow("sony", fmt.Sprint("c", i))
		}
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		shown := map[int64]int{} // by place
		together(2, func(i int) {
			if i == 0 {
				if _, err := d.Revise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Fix, Text: "Newer"}); err != nil {
					d.Errorf("revise: %v", err)
				}
				return
			}
			var results []stories.Result
			for batch, r := range rows {
				f := stories.Flight{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now}
				got, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: int64(batch + 1), Results: results, Begin: []stories.Flight{f}, Updates: []int64{u.ID}})
				if err != nil {
					d.Errorf("exchange: %v", err)
					return
				}
				shown[r.Place] = got.Revisions[u.ID]
				results = []stories.Result{{Flight: stories.Flight{Ref: r.Ref, Attempt: 1}, Revision: got.Revisions[u.ID], State: stories.Sent, MessageID: "m", At: d.now}}
			}
			if _, err := d.Exchange(d.ctx, l, stories.Exchange{Batch: n + 1, Results: results}); err != nil {
				d.Errorf("exchange: %v", err)
			}
		})
		after, _, err := d.worker(l).owed()
		d.ok(err)
		edited := map[int64]bool{}
		for _, r := range after {
			edited[r.Place] = true
		}
		for place, revision := range shown {
			if revision == 0 && !edited[place] {
				d.Errorf("place %d shows the old wording and is owed no edit", place)
			}
		}
	}},
	{"what comes back in the exchange that tells of its channel's block or end is held or ends with it", func(d *desk) {
		for name, c := range map[string]struct {
			to   stories.DestinationState
			want stories.DeliveryState
		}{"blocked": {stories.Blocked, stories.Held}, "gone": {stories.Gone, stories.Skipped}} {
			for _, how := range []string{"tried again", "never left"} {
				s := d.track(name + how[:3])
				at := name + how[:3]
				d.follow(s.Slug, at)
				u, _ := d.append(s, stories.Normal)
				l := d.hold(lane, "w")
				d.drain(l, 10)
				d.revised(u, "Newer")
				d.append(s, stories.Normal)
				rows, _, err := d.worker(l).owed()
				d.ok(err)
				x := stories.Exchange{Batch: 100}
				for _, r := range rows { // an edit and a post
					x.Begin = append(x.Begin, stories.Flight{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now})
				}
				same(d, "begun", len(x.Begin), 2)
				_, err = d.Exchange(d.ctx, l, x)
				d.ok(err)
				var edit, post stories.Delivery
				found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{States: []stories.DeliveryState{stories.Sending}}, 10)
				d.ok(err)
				for _, v := range found {
					if v.Op == stories.OpEdit {
						edit = v
					} else {
						post = v
					}
				}
				state := stories.Held
				if c.to == stories.Gone {
					state = stories.Failed
				}
				x = stories.Exchange{Batch: 101, Results: []stories.Result{d.refusal(post, state, "no", c.to)}}
				if how == "tried again" {
					x.Results = append([]stories.Result{d.retry(edit)}, x.Results...)
				}
				_, err = d.Exchange(d.ctx, l, x)
				d.ok(err)
				found, err = d.Deliveries(d.ctx, stories.DeliveryFilter{}, 2)
				d.ok(err)
				for _, v := range found {
					if v.ID == edit.ID {
						same(d, at+": the edit is", v.State, c.want)
					}
				}
				same(d, at+": left", d.owed(l), "")
			}
		}
	}},
	{"the revision of no update is refused", func(d *desk) {
		_, err := d.Revise(d.ctx, d.act(), 99, stories.Rewording{Kind: stories.Fix, Text: "x"})
		d.refused(err, stories.CodeNotFound)
	}},
}
