package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

var laneTests = []test{
	{"what a platform asked a lane to wait outlives its holder", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		l := d.hold(lane, "w")
		now := time.Now()
		note := stories.LaneNote{At: now.Add(-time.Minute), Waits: []stories.LaneWait{
			{Method: "account", For: 10 * time.Minute, Reason: "does not know the token"}, {Method: "posts", For: time.Hour}, {Method: "edits", For: 30 * time.Second}}}
		x := stories.Exchange{Batch: 1, Lane: note}
		_, err := d.Exchange(d.ctx, l, x)
		d.ok(err)
		past, err := d.LanePast(d.ctx, lane)
		d.ok(err)
		same(d, "waits", len(past.Waits), 2) // the edits' is over
		same(d, "reason", past.Waits[0].Method+": "+past.Waits[0].Reason, "account: does not know the token")
		for i, want := range []time.Duration{9 * time.Minute, 59 * time.Minute} {
			if left := past.Waits[i].For; left > want || left < want-10*time.Second {
				d.Errorf("%s waits %v more, want %v", past.Waits[i].Method, left, want)
			}
		}
		_, err = d.Exchange(d.ctx, l, stories.Exchange{Batch: 2, Lane: stories.LaneNote{At: now, Waits: []stories.LaneWait{{Method: "account"}}}})
		d.ok(err)
		past, err = d.LanePast(d.ctx, lane)
		d.ok(err)
		same(d, "waits once one is over", len(past.Waits), 1)
	}},
	{"a lane never waits longer than it was asked to, however the clock was set", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		ahead := time.Now().Add(48 * time.Hour) // and then it was set back
		_, err := d.Exchange(d.ctx, d.hold(lane, "w"), stories.Exchange{Batch: 1, Lane: stories.LaneNote{At: ahead,
			Waits: []stories.LaneWait{{Method: "posts", For: time.Minute}}, Invalid: 3, Working: true}})
		d.ok(err)
		past, err := d.LanePast(d.ctx, lane)
		d.ok(err)
		same(d, "wait", past.Waits[0].For, time.Minute)
		same(d, "refusals", fmt.Sprint(past.Invalid), "[{0s 3}]")
		same(d, "idle for long", past.Idle > time.Minute, false)
	}},
	{"invalid requests are counted for ten minutes, once however often they are written", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		l := d.hold(lane, "w")
		now := time.Now()
		for i, at := range []time.Duration{20 * time.Minute, 7 * time.Minute, 7 * time.Minute, 0} {
			x := stories.Exchange{Batch: int64(i + 1), Lane: stories.LaneNote{At: now.Add(-at), Invalid: 5}}
			for range 2 { // its answer was lost
				_, err := d.Exchange(d.ctx, l, x)
				d.ok(err)
			}
		}
		past, err := d.LanePast(d.ctx, lane)
		d.ok(err)
		total := 0
		for _, f := range past.Invalid {
			total += f.Count
			if f.Ago > 10*time.Minute+time.Second {
				d.Errorf("%d of %v ago are remembered", f.Count, f.Ago)
			}
		}
		same(d, "invalid requests", total, 15)
	}},
	{"when a lane worked last is the database's word, not that of whoever worked it", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		past, err := d.LanePast(d.ctx, lane)
		d.ok(err)
		same(d, "idle of a new lane", past.Idle, 0)
		_, err = d.Exchange(d.ctx, d.hold(lane, "w"), stories.Exchange{Batch: 1, Lane: stories.LaneNote{At: time.Now().Add(-3 * time.Hour), Working: true}})
		d.ok(err)
		past, err = d.LanePast(d.ctx, lane)
		d.ok(err)
		same(d, "idle for long", past.Idle > time.Minute, false)
	}},
	{"after a long stop a channel gets the newest posts of each story", func(d *desk) {
		s, other := d.track("sony"), d.track("wiki")
		d.follow("sony", "a", "b")
		d.follow("wiki", "a")
		for range 8 {
			d.append(s, stories.Normal)
		}
		d.append(other, stories.Minor)
		l := d.hold(lane, "w")
		same(d, "on their way", d.labels(d.claim(l, 1)), "a sony 1")
		skipped, err := d.SkipOlder(d.ctx, l, 3, d.now)
		d.ok(err)
		same(d, "skipped", skipped, 4+5) // what is on its way counts neither way
		same(d, "a", d.states(channel("a"), s), "sending skipped skipped skipped skipped pending pending pending")
		same(d, "b", d.states(channel("b"), s), "skipped skipped skipped skipped skipped pending pending pending")
		same(d, "another story", d.states(channel("a"), other), "pending")
		rows, origins, err := d.worker(l).owed()
		d.ok(err)
		var missed []string
		for _, r := range rows {
			if r.Missed > 0 {
				missed = append(missed, fmt.Sprintf("%s %d: %d", r.Destination.Channel, origins[r.Origin].Number, r.Missed))
			}
		}
		same(d, "missed", strings.Join(missed, ", "), "#a 6: 4, #b 6: 5")
		again, err := d.SkipOlder(d.ctx, l, 3, d.now)
		d.ok(err)
		same(d, "skipped again", again, 0)
		_, p, err := d.progress(s)
		d.ok(err)
		same(d, "waiting of the newest", p.Waiting, 2)
		_, err = d.SkipOlder(d.ctx, stories.Lease{Name: lane, Owner: "w", Fence: 99}, 3, d.now)
		if err == nil {
			d.Error("who does not hold the lane skipped its posts")
		}
	}},
}

// progress is that of a story's newest update.
func (d *desk) progress(s stories.Story) (stories.Update, stories.Progress, error) {
	now, err := d.StoryByID(d.ctx, s.ID)
	d.ok(err)
	u, err := d.UpdateByNumber(d.ctx, s.ID, now.Updates)
	d.ok(err)
	p, err := d.ProgressOf(d.ctx, u.ID)
	return u, p, err
}
