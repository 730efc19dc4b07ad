package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// lateNewsTests are about what was true when it was read and is not any more, or was not
// asked exactly.
var lateNewsTests = []test{
	{"a message that was taken before a channel was archived does not show that it is open, one taken since does", func(d *desk) {
		for name, taken := range map[string]time.Duration{"before": -time.Second, "since": time.Second} {
			s := d.track(name)
			d.follow(name, name)
			d.append(s, stories.Normal)
			l := d.hold(lane, "w")
			r := d.sent(d.claim(l, 1)[0])
			d.later(time.Minute)
			d.ok(d.BlockDestination(d.ctx, channel(name), barred, d.now))
			r.At = d.now.Add(taken)
			d.advance(l, 0, r)
			subs, err := d.Subscriptions(d.ctx, channel(name))
			d.ok(err)
			same(d, name, subs[0].DestinationState == stories.Blocked, taken < 0)
			d.ok(d.ReleaseLease(d.ctx, l))
		}
	}},
	{"a digest that collects nothing is not told to fall due at a blocked channel", func(d *desk) {
		d.until("10:30")
		s, quiet, fire := d.track("sony"), d.track("quiet"), d.track("fire")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		d.sets("fire", stories.Options{Digest: "daily@09:00", Zone: "UTC"}, "a")
		d.sets("quiet", stories.Options{Quiet: "10:00-18:00", Zone: "UTC"}, "a")
		d.ok(d.BlockDestination(d.ctx, channel("a"), barred, d.now))
		began := d.now
		due := func() string {
			failing, _, err := d.Failing(d.ctx, 10)
			d.ok(err)
			if failing[0].DigestDue.IsZero() {
				return "none"
			}
			return failing[0].DigestDue.Sub(began).String()
		}
		d.later(2 * time.Hour)
		d.endWaits()
		same(d, "nothing was published", due(), "none")
		d.append(quiet, stories.Normal)
		same(d, "something else waits", due(), "none")
		d.append(fire, stories.Normal)
		same(d, "the daily one collects", due(), (22*time.Hour + 30*time.Minute).String())
		d.append(s, stories.Normal)
		same(d, "the hourly one too", due(), (2*time.Hour + 30*time.Minute).String())
		d.later(time.Hour)
		d.endWaits()
		same(d, "it has fallen due", due(), (2*time.Hour + 30*time.Minute).String())
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"}, stories.Paused)
		d.ok(err)
		same(d, "paused", due(), (22*time.Hour + 30*time.Minute).String())
		d.queueAgrees()
	}},
	{"of more closed threads than are asked for the longest closed are listed, and all counted", func(d *desk) {
		b := d.board()
		for i := range 3 {
			name := fmt.Sprint("s", i)
			s := d.track(name)
			d.mode(d.act(), "a", name, inThread)
			d.publish(s, stories.Normal, "First")
			b.works()
			d.later(time.Minute)
			b.wrong[stories.OpReply] = stories.ThreadClosed
			d.publish(s, stories.Normal, "Second")
			b.works()
		}
		for limit, want := range map[int]string{1: "s0", 2: "s0 s1", 10: "s0 s1 s2"} {
			found, total, err := d.ClosedThreads(d.ctx, limit)
			d.ok(err)
			var slugs []string
			for _, c := range found {
				slugs = append(slugs, c.Slug)
			}
			same(d, fmt.Sprint("up to ", limit), fmt.Sprint(strings.Join(slugs, " "), " of ", total), fmt.Sprint(want, " of 3"))
		}
	}},
	{"a thread that was locked, opened and locked again is closed since the second time, and both are told", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		var opened time.Time
		for range 2 {
			d.later(time.Minute)
			b.wrong[stories.OpReply] = stories.ThreadClosed
			d.publish(s, stories.Normal, "Locked")
			b.works()
			found, _, err := d.ClosedThreads(d.ctx, 10)
			d.ok(err)
			same(d, "closed", len(found), 1)
			same(d, "since then", found[0].Since.After(opened), true)
			d.waits("an alarm", true)
			d.tell()
			d.later(time.Minute)
			d.publish(s, stories.Normal, "Open")
			b.works()
			same(d, "open", d.closed(), "")
			opened = d.now
		}
		d.queueAgrees()
	}},
	{"a forum's test finds its post however many other stories went on since", func(d *desk) {
		s := d.track("sony", "film")
		d.forum("f", "topic:film", stories.Options{})
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "First")
		b.works()
		for i := range 201 {
			d.append(d.track(fmt.Sprint("other-", i)), stories.Normal)
		}
		trial, err := d.try(d.aloud(), "f", "topic:film")
		d.ok(err)
		same(d, "it is a reply", trial.Op, stories.OpReply)
	}},
}
