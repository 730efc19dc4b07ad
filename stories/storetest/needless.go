package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// needlessTests say how the work of a revision is counted that turns out not to be needed:
// it is neither done nor failed, and all adds up.
var needlessTests = []test{
	{"a message about what its channel reads from the first has not failed", func(d *desk) {
		u, l, v := d.begunFor("a")
		d.reword(u, corrected("Newer"))
		d.advance(l, 0, d.retry(v))
		d.drain(l, 1)
		d.spread(u, 1, "1 sent, 0 needless, 0 newer, 0 failed of 1", "0 sent, 1 needless, 0 newer, 0 failed of 1")
		d.because(u, "a", "the channel has the update as it reads now, or not at all")
	}},
	{"nor has an edit of what was not sent, or the message beside it", func(d *desk) {
		u, l, v := d.begunFor("a")
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
		d.advance(l, 0, d.retry(v))
		for range 4 {
			d.claim(l, 1)
		}
		d.spread(u, 1, "0 sent, 1 needless, 0 newer, 0 failed of 1", "0 sent, 1 needless, 0 newer, 0 failed of 1")
		d.because(u, "a", "there is no message to do it to")
	}},
	{"nor has a message to a channel that follows no longer", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, corrected("Newer"))
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		d.drain(l, 1)
		d.spread(u, 1, "2 sent, 0 needless, 0 newer, 0 failed of 2", "1 sent, 1 needless, 0 newer, 0 failed of 2")
		d.because(u, "b", "the channel does not follow it any more")
	}},
	{"what a newer revision took the place of is counted apart from that", func(d *desk) {
		u, l := d.copied("a", "b")
		d.reword(u, corrected("Second"))
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		d.reword(u, corrected("Third"))
		d.drain(l, 1)
		d.spread(u, 1, "0 sent, 0 needless, 2 newer, 0 failed of 2", "0 sent, 1 needless, 1 newer, 0 failed of 2")
		d.spread(u, 2, "2 sent, 0 needless, 0 newer, 0 failed of 2", "1 sent, 0 needless, 0 newer, 0 failed of 1")
		d.because(u, "a", "there was a newer revision before it was sent")
	}},
	{"what could not be done has failed", func(d *desk) {
		u, l := d.copied("a")
		d.reword(u, corrected("Newer"))
		d.advance(l, 0, d.result(d.claim(l, 1)[0], stories.Skipped, "cannot be edited any more"))
		d.advance(l, 0, d.result(d.claim(l, 1)[0], stories.Failed, "was refused"))
		d.spread(u, 1, "0 sent, 0 needless, 0 newer, 1 failed of 1", "0 sent, 0 needless, 0 newer, 1 failed of 1")
		d.because(u, "a", "cannot be edited any more")
	}},
	{"a copy of which no edit was tried is not one that could not be edited", func(d *desk) {
		u, l, v := d.begunFor("a")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.advance(l, 0, d.retry(v)) // it is kept
		for range 4 {
			d.claim(l, 1)
		}
		d.spread(u, 1, "0 sent, 1 needless, 0 newer, 0 failed of 1", "0 sent, 1 needless, 0 newer, 0 failed of 1")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		d.drain(l, 1)
		reach := d.reword(u, corrected("Newer")).Reach
		same(d, "edits, and those that may fail", fmt.Sprint(reach.Edits, reach.Doubtful), "1 0")
		d.advance(l, 0, d.result(d.claim(l, 1)[0], stories.Skipped, "cannot be edited any more"))
		reach = d.reword(u, corrected("Newest")).Reach
		same(d, "once one was refused", fmt.Sprint(reach.Edits, reach.Doubtful), "1 1")
	}},
}

// begunFor is an update of which the copy for a channel is on its way.
func (d *desk) begunFor(name string) (stories.Update, stories.Lease, stories.Delivery) {
	d.Helper()
	s := d.track("sony")
	d.follow("sony", name)
	u, _ := d.append(s, stories.Normal)
	l := d.hold(lane, "w")
	return u, l, d.claim(l, 1)[0]
}

// spread checks how the work of a revision ended: of edits, and of what is told.
func (d *desk) spread(u stories.Update, revision int, edits, told string) {
	d.Helper()
	s, err := d.SpreadOf(d.ctx, u.ID, revision)
	d.ok(err)
	for what, c := range map[string]struct {
		p    stories.Progress
		want string
	}{"edits": {s.Edits, edits}, "told": {s.Told, told}} {
		same(d, what, fmt.Sprintf("%d sent, %d needless, %d newer, %d failed of %d", c.p.Sent, c.p.Needless, c.p.Newer, c.p.Failed, c.p.Total), c.want)
		same(d, what+" on their way", c.p.Waiting, 0)
	}
	sum := s.Sum(false)
	same(d, "all of it", sum.Sent+sum.Waiting+sum.Held+sum.Failed+sum.Newer+sum.Needless+sum.Unknown+sum.Kept+sum.Overtaken+sum.Withdrawn+sum.Unwanted, sum.Total)
}

// because checks that something of an update's revisions in a channel was skipped for a
// reason, as it is shown.
func (d *desk) because(u stories.Update, name, why string) {
	d.Helper()
	found, err := d.RevisionsTo(d.ctx, channel(name), u.ID, 10)
	d.ok(err)
	var reasons []string
	for _, v := range found {
		if v.State == stories.Skipped && v.Reason == why {
			return
		}
		reasons = append(reasons, v.Reason)
	}
	d.Errorf("nothing was skipped because it %q, but %q", why, strings.Join(reasons, ", "))
}
