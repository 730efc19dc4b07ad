package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"storybot/stories"
)

// Notices keeps what is owed and is no update.
type Notices interface {
	AlarmsWait(ctx context.Context) (bool, error)
	TellAlarms(ctx context.Context, at time.Time) (told bool, err error)
	Pushes(ctx context.Context, newest int) ([]stories.Push, error)
	Say(ctx context.Context, n stories.Notice, late []string, at time.Time) (said bool, err error)
	TellEnds(ctx context.Context, newest int, at time.Time) (told bool, err error)
}

// pushes are the notices of progress that are open, in short: "sony 1 2/5" has
// two of five delivered.
func (d *desk) pushes(newest int) (string, []stories.Push) {
	d.Helper()
	found, err := d.Pushes(d.ctx, newest)
	d.ok(err)
	var out []string
	for _, p := range found {
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: p.ID}, p.Revision)
		d.ok(err)
		out = append(out, fmt.Sprintf("%s %d %d/%d", c.Story.Slug, c.Update.Number, p.Stands.Sent, p.Stands.Total))
	}
	return strings.Join(out, ", "), found
}

func (d *desk) sees(what, want string) []stories.Push {
	d.Helper()
	got, found := d.pushes(10)
	same(d, what, got, want)
	return found
}

// say gives a notice its next revision, which says how its push stands.
func (d *desk) say(p stories.Push, done bool, late ...string) stories.Push {
	d.Helper()
	n := p.Notice
	n.Body.Progress, n.Done = p.Stands, done
	said, err := d.Say(d.ctx, n, late, d.now)
	d.ok(err)
	same(d, "said", said, true)
	n.Revision++
	p.Notice = n
	return p
}

// begun is a push to one channel of which the desk has been shown the beginning, and
// the lane both are in.
func (d *desk) begun(to string) (stories.Push, stories.Lease) {
	d.Helper()
	s := d.track("sony")
	d.follow("sony", to)
	d.append(s, stories.Normal)
	d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
	p := d.say(d.sees("before", "sony 1 0/1")[0], false)
	l := d.hold(lane, "w")
	d.advance(l, 0, d.sent(d.claim(l, 1)[0]))
	return p, l
}

// ends has the ends of pushes told where no edit can tell them.
func (d *desk) ends() bool {
	d.Helper()
	told, err := d.TellEnds(d.ctx, 10, d.now)
	d.ok(err)
	return told
}

// told are what a lane owes of notices, in short: "post desk 1" is revision 1 to
// the channel desk.
func (d *desk) told(l stories.Lease) string {
	d.Helper()
	rows, origins, err := d.worker(l).owed()
	d.ok(err)
	var out []string
	for _, r := range rows {
		if o := origins[r.Origin]; o.NoticeID != 0 {
			same(d, "level", o.Level, stories.ForDesk)
			out = append(out, fmt.Sprintf("%s %s %d", [...]string{"post", "edit"}[o.Op], strings.TrimPrefix(r.Destination.Channel, "#"), o.Revision))
		}
	}
	return strings.Join(out, ", ")
}

var noticeTests = []test{
	{"an update with deliveries has a notice of its progress, until that is done", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Breaking)
		d.append(d.track("quiet"), stories.Normal) // nobody follows it
		p := d.sees("in the making", "sony 1 0/2")[0]
		same(d, "update", p.UpdateID, u.ID)
		same(d, "kind", p.Kind, stories.ProgressNotice)
		same(d, "revision", p.Revision, 0)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		p = d.say(p, false)
		l, far := d.hold(lane, "w"), d.hold("elsewhere", "w")
		same(d, "here", d.told(l), "post desk 1")
		same(d, "elsewhere", d.told(far), "post 2 1")
		done := d.drain(l, 10)
		same(d, "first", done[0].About.NoticeID, p.ID) // before what was published before it
		if len(done) != 3 || len(done[0].Key) > 25 || done[0].Key == "" {
			d.Errorf("%d are sent, the first as %q", len(done), done[0].Key)
		}
		p = d.sees("once all is sent", "sony 1 2/2")[0]
		d.say(p, true)
		d.sees("done", "")
		same(d, "here", d.told(l), "edit desk 2")
		same(d, "elsewhere, where the post waits", d.told(far), "post 2 1")
	}},
	{"an edit that waits goes out in the newest revision, and none is owed beside it", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		p := d.say(d.sees("before", "sony 1 0/2")[0], false)
		l := d.hold(lane, "w")
		post := d.claim(l, 1)[0]
		same(d, "on its way", post.About.NoticeID, p.ID)
		p = d.say(p, false)
		same(d, "while the post is on its way", d.told(l), "post desk 1, edit desk 2")
		p = d.say(p, false)
		same(d, "and again", d.told(l), "post desk 1, edit desk 2")
		d.advance(l, 0, d.sent(post))
		x := stories.Exchange{Batch: 50, Notices: []int64{p.ID}}
		rows, origins, err := d.worker(l).owed()
		d.ok(err)
		for _, r := range rows {
			if origins[r.Origin].Op == stories.OpEdit {
				x.Begin, x.Acting = append(x.Begin, stories.Flight{Ref: r.Ref, Attempt: 1, First: d.now, Last: d.now}), append(x.Acting, r.Delivery)
			}
		}
		got, err := d.Exchange(d.ctx, l, x)
		d.ok(err)
		same(d, "begun", len(x.Acting) == 1 && got.Deliveries[x.Acting[0]], true)
		same(d, "revision", got.Notices[p.ID], 3)
		same(d, "target", got.Targets[x.Acting[0]], "m"+post.Key)
		same(d, "made under the key", got.Keys[x.Acting[0]], post.Key)
		p = d.say(p, true)
		same(d, "beside one on its way", d.told(l), "edit desk 2, edit desk 4")
		flights, loaded, err := d.Recover(d.ctx, l)
		d.ok(err)
		same(d, "left on its way", len(flights) == 1 && loaded.Targets[flights[0].Delivery] == "m"+post.Key, true)
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: p.ID}, 1)
		d.ok(err)
		same(d, "what it says", c.Notice.Revision, 4)
	}},
	{"a message that is not there any more gets no further edit", func(d *desk) {
		p, l := d.begun("a")
		p = d.say(p, false)
		edit := d.claim(l, 1)[0]
		same(d, "edit", edit.Op, stories.OpEdit)
		d.advance(l, 0, d.result(edit, stories.Skipped, "no longer has the message"))
		d.say(p, true)
		same(d, "owed", d.told(l), "")
		same(d, "the end", d.ends(), true)
		same(d, "is a message of its own", d.told(l), "post desk 3")
	}},
	{"the end of a push whose message can no longer be edited is posted once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		p := d.say(d.sees("before", "sony 1 0/1")[0], false)
		l, far := d.hold(lane, "w"), d.hold("elsewhere", "w")
		d.advance(l, 0, d.sent(d.claim(l, 1)[0]))
		d.drain(far, 10)
		d.say(p, true)
		same(d, "while the edits wait", d.ends(), false)
		edit := d.claim(l, 1)[0]
		same(d, "while one is on its way", d.ends(), false)
		d.advance(l, 0, d.result(edit, stories.Skipped, "lets messages be edited for some time only"))
		d.drain(far, 10)
		var owed atomic.Int64
		together(4, func(int) {
			told, err := d.TellEnds(d.ctx, 10, d.now)
			if err != nil {
				d.Errorf("tell the end: %v", err)
			}
			if told {
				owed.Add(1)
			}
		})
		same(d, "owed by", owed.Load(), 1)
		same(d, "here", d.told(l), "post desk 2")
		same(d, "where the edit arrived", d.told(far), "")
		post := d.claim(l, 1)[0]
		same(d, "it", fmt.Sprint(post.Op, post.About.NoticeID, post.On), fmt.Sprint(stories.OpPost, p.ID, 0))
		d.advance(l, 0, d.result(post, stories.Failed, "cannot be made"))
		same(d, "again", d.ends(), false)
		d.drain(l, 10)
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
	{"the end of a push is posted where nobody knows what became of its edit", func(d *desk) {
		p, l := d.begun("a")
		d.say(p, true)
		d.advance(l, 0, d.result(d.claim(l, 1)[0], stories.Unknown, "could not be looked at for too long"))
		same(d, "told", d.ends(), true)
		same(d, "here", d.told(l), "post desk 2")
	}},
	{"an edit that was owed before the end and goes out with it has told it", func(d *desk) {
		p, l := d.begun("a")
		p = d.say(p, false)
		first := d.claim(l, 1)[0]
		p = d.say(p, false)
		d.advance(l, 0, d.result(first, stories.Skipped, "refuses to have the message edited"))
		p = d.say(p, true)
		same(d, "owed", d.told(l), "edit desk 3")
		second := d.sent(d.claim(l, 1)[0])
		second.Revision = p.Revision
		d.advance(l, 0, second)
		same(d, "told anew", d.ends(), false)
		same(d, "here", d.told(l), "")
	}},
	{"the end of a push waits for a desk that is blocked", func(d *desk) {
		p, l := d.begun("desk")
		p = d.say(p, false)
		d.advance(l, 0, d.result(d.claim(l, 1)[0], stories.Skipped, "no longer has the message"))
		blocked(d, l, "desk")
		p = d.say(p, true)
		same(d, "while it is blocked", d.ends(), false)
		_, _, err := d.ReopenDestination(d.ctx, channel("desk"), 5, d.now)
		d.ok(err)
		same(d, "reopened", d.ends(), true)
		same(d, "owed", d.told(l), fmt.Sprintf("post desk %d", p.Revision))
	}},
	{"where nothing can be edited the end is told alone", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		p := d.say(d.sees("before", "sony 1 0/1")[0], false, "console")
		l := d.hold(lane, "w")
		same(d, "meanwhile", d.told(l), "")
		d.say(p, true, "console")
		same(d, "at the end", d.told(l), "post desk 2")
	}},
	{"the desk's channel moves, and what it was told in the old one goes on there", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		p := d.say(d.sees("before", "sony 1 0/1")[0], false)
		l := d.hold(lane, "w")
		d.drain(l, 10)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("new"), lane))
		d.say(p, true)
		same(d, "owed", d.told(l), "edit desk 2, post new 2")
	}},
	{"where the desk's channel becomes one that is known, what it is told goes on there", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "known")
		d.append(s, stories.Normal)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		p := d.say(d.sees("before", "sony 1 0/2")[0], false)
		d.claim(d.hold(lane, "w"), 1)
		d.ok(d.MoveDestination(d.ctx, channel("desk"), channel("known")))
		l := d.hold(lane, "w")
		post := d.recovered(l)[0]
		same(d, "on its way", post.About.NoticeID, p.ID)
		p = d.say(p, false)
		d.advance(l, 0, d.sent(post))
		d.say(p, true)
		same(d, "owed", d.told(l), "edit known 2")
		for _, v := range d.drain(l, 10) {
			if v.Destination == channel("desk") {
				d.Errorf("%v goes to the old address", v)
			}
		}
		lanes, err := d.Queue(d.ctx)
		d.ok(err)
		same(d, "lanes with something left", len(lanes), 0)
	}},
	{"an old revision says nothing, and of several who speak together one is heard", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		p := d.sees("before", "sony 1 0/1")[0]
		var heard atomic.Int64
		together(4, func(int) {
			said, err := d.Say(d.ctx, p.Notice, nil, d.now)
			if err != nil {
				d.Errorf("say: %v", err)
			}
			if said {
				heard.Add(1)
			}
		})
		same(d, "heard", heard.Load(), 1)
		same(d, "owed", d.told(d.hold(lane, "w")), "post desk 1")
	}},
	{"a push that is done stays done for a late delivery", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		d.drain(l, 10)
		p := d.sees("before", "sony 1 1/2")[0]
		same(d, "done", p.Stands.Done(), true)
		d.say(p, true)
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		d.sees("resumed", "")
	}},
	{"notices whose deliveries are forgotten are pruned", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		first := d.say(d.sees("before", "sony 1 0/1, sony 2 0/1")[0], true)
		l := d.hold(lane, "w")
		d.drain(l, 10)
		is := func() bool {
			_, err := d.Content(d.ctx, stories.Subject{NoticeID: first.ID}, 1)
			return stories.CodeOf(err) != stories.CodeNotFound
		}
		d.ok(d.Prune(d.ctx, time.Now()))
		same(d, "kept", is(), true)
		d.ok(d.Prune(d.ctx, time.Now().Add(400*24*time.Hour)))
		same(d, "forgotten", is(), false)
		d.sees("what is open stays", "sony 2 1/1")
	}},
}
