package storetest

import (
	"fmt"
	"time"

	"storybot/stories"
)

// replays are all methods that take an Act: each does something the first
// time and tells what it returned. A second call with the same Act must tell
// the same, whatever happened in between, and change nothing.
var replays = []struct {
	name string
	do   func(d *desk, act stories.Act, s stories.Story) string
	// between changes what a call that is no replay would answer.
	between func(d *desk, s stories.Story)
}{
	{"CreateStory", func(d *desk, act stories.Act, _ stories.Story) string {
		s, err := d.CreateStory(d.ctx, act, stories.Story{Slug: "new", Headline: "New"})
		return fmt.Sprintf("%+v %v", s, err)
	}, func(d *desk, _ stories.Story) {
		s, err := d.StoryBySlug(d.ctx, "new")
		d.ok(err)
		d.append(s, stories.Minor)
	}},
	{"SetStoryState", func(d *desk, act stories.Act, s stories.Story) string {
		s, changed, err := d.SetStoryState(d.ctx, act, s.ID, stories.Closed)
		return fmt.Sprintf("%+v %v %v", s, changed, err)
	}, func(d *desk, s stories.Story) {
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Developing)
		d.ok(err)
	}},
	{"AppendUpdate", func(d *desk, act stories.Act, s stories.Story) string {
		u, p, err := d.AppendUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: d.now})
		return fmt.Sprintf("%+v %+v %v", u, p, err)
	}, func(d *desk, s stories.Story) {
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
	}},
	{"Subscribe", func(d *desk, act stories.Act, _ stories.Story) string {
		sub, created, err := d.Subscribe(d.ctx, act, stories.Subscription{
			Destination: channel("b"), Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Breaking}, CreatedBy: ana}, lane)
		return fmt.Sprintf("%+v %v %v", sub, created, err)
	}, func(d *desk, _ stories.Story) {
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("b"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
	}},
	{"Unsubscribe", func(d *desk, act stories.Act, _ stories.Story) string {
		sub, err := d.Unsubscribe(d.ctx, act, channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		return fmt.Sprintf("%+v %v", sub, err)
	}, func(d *desk, _ stories.Story) { d.follow("sony", "a") }},
	{"Stop", func(d *desk, act stories.Act, s stories.Story) string {
		return fmt.Sprint(d.Stop(d.ctx, act, channel("a"), s.ID))
	}, func(d *desk, _ stories.Story) { d.follow("sony", "a"); d.follow("all", "a") }},
	{"Stop of a story that a topic brings too", func(d *desk, act stories.Act, s stories.Story) string {
		d.follow("all", "a")
		return fmt.Sprint(d.Stop(d.ctx, act, channel("a"), s.ID))
	}, func(d *desk, _ stories.Story) { d.follow("sony", "a") }},
	{"Unstop", func(d *desk, act stories.Act, s stories.Story) string {
		d.follow("all", "b")
		return fmt.Sprint(d.Unstop(d.ctx, act, channel("b"), s.ID))
	}, func(d *desk, s stories.Story) { d.ok(d.stop(d.act(), channel("b"), s.ID)) }},
	{"SetSubscriptionState", func(d *desk, act stories.Act, _ stories.Story) string {
		sub, err := d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"}, stories.Paused)
		return fmt.Sprintf("%+v %v", sub, err)
	}, func(d *desk, _ stories.Story) { d.follow("sony", "a") }},
	{"SetDesk", func(d *desk, act stories.Act, _ stories.Story) string {
		return fmt.Sprint(d.SetDesk(d.ctx, act, channel("a"), lane))
	}, func(d *desk, _ stories.Story) { d.ok(d.SetDesk(d.ctx, d.act(), channel("b"), lane)) }},
	{"SetRole", func(d *desk, act stories.Act, _ stories.Story) string {
		changed, err := d.SetRole(d.ctx, act, ben, stories.Moderator)
		return fmt.Sprint(changed, err)
	}, func(d *desk, _ stories.Story) {
		_, err := d.SetRole(d.ctx, d.act(), ben, stories.Reader)
		d.ok(err)
	}},
	{"ClaimAdmin", func(d *desk, act stories.Act, _ stories.Story) string {
		return fmt.Sprint(d.ClaimAdmin(d.ctx, act, d.code()))
	}, func(d *desk, _ stories.Story) {
		_, err := d.SetRole(d.ctx, d.act(), ana, stories.Reader)
		d.ok(err)
	}},
}

var replayTests = append([]test{
	{"a key says whether it was used", func(d *desk) {
		for _, step := range []struct {
			key  string
			want bool
		}{{"k1", false}, {"", false}} {
			done, err := d.Acted(d.ctx, step.key)
			d.ok(err)
			same(d, "acted", done, step.want)
		}
		_, err := d.CreateStory(d.ctx, stories.Act{Key: "k1", By: ana, At: d.now}, stories.Story{Slug: "sony", Headline: "Sony"})
		d.ok(err)
		done, err := d.Acted(d.ctx, "k1")
		d.ok(err)
		same(d, "acted", done, true)
	}},
	{"a refused act may be tried again under its key", func(d *desk) {
		act := stories.Act{Key: "k1", By: ana, At: d.now}
		_, err := d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{Kind: stories.TargetAll}, stories.Paused)
		d.refused(err, stories.CodeNotFound)
		d.follow("all", "a")
		sub, err := d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{Kind: stories.TargetAll}, stories.Paused)
		d.ok(err)
		same(d, "state", sub.State, stories.Paused)
	}},
	{"one key serves the different steps of a command", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		act := stories.Act{Key: "k1", By: ana, At: d.now}
		_, err := d.Unsubscribe(d.ctx, act, channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		d.follow("all", "a")
		d.ok(d.stop(act, channel("a"), s.ID))
		_, p := d.append(s, stories.Breaking)
		same(d, "planned for a muted channel", p.Total, 0)
	}},
	{"a replayed publication tells the progress of now", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		act := stories.Act{Key: "k1", By: ana, At: d.now}
		u := stories.Update{StoryID: s.ID, Text: "x", Level: stories.Normal, Author: ana, At: d.now}
		first, p, err := d.AppendUpdate(d.ctx, act, u)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: first.ID, Total: 2, Waiting: 2})
		d.drain(d.hold(lane, "w"), 10)
		again, p, err := d.AppendUpdate(d.ctx, act, u)
		d.ok(err)
		same(d, "id", again.ID, first.ID)
		same(d, "progress", p, stories.Progress{UpdateID: first.ID, Total: 2, Sent: 2})
	}},
	{"what changed nothing is not done when it comes again, though it could be", func(d *desk) {
		s := d.track("sony")
		for name, act := range map[string]struct {
			do      func(act stories.Act)
			between func()
		}{
			"stop": {func(act stories.Act) { d.ok(d.stop(act, channel("a"), s.ID)) }, func() { d.follow("sony", "a") }},
			"subscribe": {func(act stories.Act) {
				_, _, err := d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel("a"), Target: story(s), Options: stories.Options{Level: stories.Minor}}, lane)
				d.ok(err)
			}, func() {
				_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), story(s))
				d.ok(err)
			}},
			"reopen": {func(act stories.Act) { _, _, err := d.SetStoryState(d.ctx, act, s.ID, stories.Developing); d.ok(err) }, func() { d.close("sony") }},
			"remove": {func(act stories.Act) { _, err := d.SetRole(d.ctx, act, ben, stories.Reader); d.ok(err) }, func() {
				_, err := d.SetRole(d.ctx, d.act(), ben, stories.Moderator)
				d.ok(err)
			}},
		} {
			if name == "subscribe" {
				d.follow("sony", "a")
			}
			act.do(stories.Act{Key: name, By: ana, At: d.now})
			act.between()
			before := d.trace()
			act.do(stories.Act{Key: name, By: ana, At: d.now})
			same(d, "after "+name, d.trace(), before)
			d.ok(d.stop(d.act(), channel("a"), s.ID)) // as it was
			_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Developing)
			d.ok(err)
		}
	}},
	{"a person's keys of what changed nothing are bounded, no others", func(d *desk) {
		d.track("sony")
		acted := func(key string) bool {
			done, err := d.Acted(d.ctx, key)
			d.ok(err)
			return done
		}
		_, err := d.SetRole(d.ctx, stories.Act{Key: "deed", By: ana, At: d.now}, ben, stories.Moderator)
		d.ok(err)
		_, err = d.SetRole(d.ctx, stories.Act{Key: "bens", By: ben, At: d.now}, ben, stories.Moderator)
		d.ok(err)
		const many = 130
		for n := range many {
			d.later(time.Duration(n%2) * time.Second)
			_, err := d.SetRole(d.ctx, stories.Act{Key: fmt.Sprint("idle", many-n), By: ana, At: d.now}, ben, stories.Moderator)
			d.ok(err)
			same(d, "the newest is kept", acted(fmt.Sprint("idle", many-n)), true)
		}
		kept := 0
		for n := range many {
			if acted(fmt.Sprint("idle", many-n)) {
				kept++
			}
		}
		same(d, "kept", kept, 100)
		same(d, "the oldest", acted(fmt.Sprint("idle", many)), false)
		same(d, "what changed something", acted("deed"), true)
		same(d, "somebody else's", acted("bens"), true)
	}},
	{"a key is forgotten after some days", func(d *desk) {
		act := stories.Act{Key: "k1", By: ana, At: d.now}
		_, err := d.SetRole(d.ctx, act, ben, stories.Moderator)
		d.ok(err)
		d.ok(d.Prune(d.ctx, d.now.Add(24*time.Hour)))
		done, err := d.Acted(d.ctx, "k1")
		d.ok(err)
		same(d, "acted after a day", done, true)
		d.ok(d.Prune(d.ctx, d.now.Add(30*24*time.Hour)))
		done, err = d.Acted(d.ctx, "k1")
		d.ok(err)
		same(d, "acted after a month", done, false)
	}},
}, eachReplay()...)

func eachReplay() (tests []test) {
	for _, r := range replays {
		tests = append(tests, test{r.name + " under a used key changes nothing and tells what it told", func(d *desk) {
			s := d.track("sony")
			d.follow("sony", "a")
			act := stories.Act{Key: "k1", By: ana, At: d.now}
			first := r.do(d, act, s)
			r.between(d, s)
			entries, err := d.Log(d.ctx, 0, 0, 100)
			d.ok(err)
			d.later(time.Minute)
			for range 2 {
				same(d, "answer to a replay", r.do(d, act, s), first)
			}
			after, err := d.Log(d.ctx, 0, 0, 100)
			d.ok(err)
			same(d, "log entries", len(after), len(entries))
		}})
	}
	return tests
}
