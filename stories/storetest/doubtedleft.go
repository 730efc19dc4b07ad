package storetest

import (
	"strings"

	"storybot/stories"
)

// doubtedLeft are the ways in which a channel that follows a story by itself gets no more
// of it, and why what was owed there is skipped then.
var doubtedLeft = map[string]struct {
	leave func(d *desk, s stories.Story, name string)
	why   string
}{
	"mute": {func(d *desk, s stories.Story, name string) { d.ok(d.stop(d.act(), channel(name), s.ID)) }, "does not follow it"},
	"pause": {func(d *desk, s stories.Story, name string) {
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel(name), story(s), stories.Paused)
		d.ok(err)
	}, "was paused"},
	"level":       {func(d *desk, s stories.Story, name string) { d.followFrom(s.Slug, channel(name), stories.Breaking) }, "more urgent"},
	"unsubscribe": {func(d *desk, s stories.Story, name string) { d.quit(s, name) }, "does not follow it"},
	"merge": {func(d *desk, s stories.Story, name string) {
		into := d.track("into-" + name)
		d.followFrom(into.Slug, channel(name), stories.Breaking)
		d.merge(s, into)
	}, "more urgent"},
}

// quit ends a channel's subscription to a story.
func (d *desk) quit(s stories.Story, name string) {
	d.Helper()
	_, err := d.Unsubscribe(d.ctx, d.act(), channel(name), story(s))
	d.ok(err)
}

// doubtedIn are the ways in which a copy may have arrived while its channel leaves: looks
// has it looked for afterwards.
var doubtedIn = map[string]struct {
	begin func(d *desk, name string) stories.Update
	looks func(d *desk, name string)
}{
	"held": {func(d *desk, name string) stories.Update {
		u, l := d.inDoubt(name, stories.Marks{})
		d.ok(d.ReleaseLease(d.ctx, l))
		return u
	}, func(d *desk, name string) { d.reopen(name) }},
	"undecided": {func(d *desk, name string) stories.Update { return d.putBackFor(name) }, func(d *desk, name string) { d.settleAll() }},
	"looked for": {func(d *desk, name string) stories.Update {
		u := d.putBackFor(name)
		d.settleAll()
		return u
	}, func(*desk, string) {}},
}

// putBackFor owes a channel an update in a database that is then put back.
func (d *desk) putBackFor(name string) stories.Update {
	d.Helper()
	s := d.track("story-" + name)
	d.follow(s.Slug, name)
	u, _ := d.append(s, stories.Normal)
	d.putBack(1)
	return u
}

// settleAll has what waits since the database was put back looked for.
func (d *desk) settleAll() {
	d.Helper()
	p, err := d.PutBack(d.ctx)
	d.ok(err)
	d.decided(d.SettlePutBack(d.ctx, d.act(), p.Generation))
}

// copyOf is the one copy that was owed of an update.
func (d *desk) copyOf(u stories.Update) (found stories.Delivery) {
	d.Helper()
	all, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 1000)
	d.ok(err)
	for _, v := range all {
		if v.About.UpdateID == u.ID && v.Op == stories.OpPost {
			found = v
		}
	}
	return found
}

// eachDoubt runs a test for each doubt and each way to leave: u is in doubt when its
// channel leaves, and is looked for in v.
func (d *desk) eachDoubt(run func(what, name string, u stories.Update, l stories.Lease, v stories.Delivery, why string)) {
	d.Helper()
	for in, doubt := range doubtedIn {
		for how, left := range doubtedLeft {
			what, name := in+", "+how, strings.ReplaceAll(in, " ", "-")+"-"+how
			u := doubt.begin(d, name)
			s, err := d.StoryByID(d.ctx, u.StoryID)
			d.ok(err)
			left.leave(d, s, name)
			doubt.looks(d, name)
			d.queueAgrees()
			l := d.hold(lane, "w")
			var looked []stories.Delivery
			for _, v := range d.claim(l, 10) {
				if v.About.UpdateID == u.ID {
					looked = append(looked, v)
				} else { // what the channel is told of what it does
					d.advance(l, 0, d.sent(v))
				}
			}
			if len(looked) == 1 && looked[0].Tries.Doubtful {
				run(what, name, u, l, looked[0], left.why)
			} else {
				d.Errorf("%s: looked for are %+v", what, looked)
			}
			d.queueAgrees()
			d.ok(d.ReleaseLease(d.ctx, l))
		}
	}
}

// doubtedLeftTests say what becomes of a copy that may have arrived in a channel that then
// leaves: as long as nobody knows it is not thrown away.
var doubtedLeftTests = []test{
	{"a copy in doubt in a channel that leaves is found, and edited without a message once it is withdrawn", func(d *desk) {
		d.eachDoubt(func(what, name string, u stories.Update, l stories.Lease, v stories.Delivery, _ string) {
			d.advance(l, 0, d.sent(v))
			d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
			same(d, what+": edits", d.edits(l), name+" 1, ")
			same(d, what+": shown at last", d.shows(l, u, 0), "1")
		})
	}},
	{"one that is withdrawn while it is looked for is edited without a message", func(d *desk) {
		d.eachDoubt(func(what, name string, u stories.Update, l stories.Lease, v stories.Delivery, _ string) {
			d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
			d.advance(l, 0, d.sent(v))
			same(d, what+": shown at last", d.shows(l, u, 0), "1")
		})
	}},
	{"a copy in doubt in a channel that leaves and had not arrived is not sent, and says why", func(d *desk) {
		d.eachDoubt(func(what, name string, u stories.Update, l stories.Lease, v stories.Delivery, why string) {
			d.advance(l, 0, d.retry(v))
			got := d.copyOf(u)
			if got.State != stories.Skipped || !strings.Contains(got.Reason, why) {
				d.Errorf("%s: it is %s because %q, want %q", what, got.State, got.Reason, why)
			}
			same(d, what+": shown at last", d.shows(l, u, 0), "0")
		})
	}},
	{"what a person has sent again is skipped where the channel left", func(d *desk) {
		for how, left := range doubtedLeft {
			name := "again-" + how
			u := d.putBackFor(name)
			s, err := d.StoryByID(d.ctx, u.StoryID)
			d.ok(err)
			left.leave(d, s, name)
			p := d.waitsFor(1, 1)
			d.decided(d.ReleasePutBack(d.ctx, d.act(), p.Generation))
			d.waitsFor(0, 0)
			got := d.copyOf(u)
			if got.State != stories.Skipped || !strings.Contains(got.Reason, left.why) {
				d.Errorf("%s: it is %s because %q, want %q", how, got.State, got.Reason, left.why)
			}
			d.queueAgrees()
			l := d.hold(lane, "w")
			same(d, how+": sent", d.shows(l, u, 0), "0")
			d.ok(d.ReleaseLease(d.ctx, l))
		}
	}},
}
