package storetest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"storybot/stories"
)

// topic is the n-th topic of these tests.
func topic(n int) stories.Target {
	return stories.Target{Kind: stories.TargetTopic, Name: fmt.Sprint("topic-", n)}
}

// followTopic subscribes a channel to a topic.
func (d *desk) followTopic(name string, n int, level stories.Level) (created bool, err error) {
	_, made, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel(name), Target: topic(n), Options: stories.Options{Level: level}, CreatedBy: ana}, lane)
	return made.Created, err
}

var limitTests = []test{
	{"a channel follows so much and no more; what it follows can be changed at the limit", func(d *desk) {
		for n := range stories.MaxSubscriptions {
			created, err := d.followTopic("a", n, stories.Minor)
			d.ok(err)
			same(d, "created", created, true)
		}
		_, err := d.followTopic("a", stories.MaxSubscriptions, stories.Minor)
		d.refused(err, stories.CodeLimited)
		if !strings.Contains(err.Error(), fmt.Sprint(stories.MaxSubscriptions)) || !strings.Contains(err.Error(), "/unsubscribe") {
			d.Errorf("the refusal says neither the limit nor the next step: %v", err)
		}
		created, err := d.followTopic("a", 0, stories.Breaking)
		d.ok(err)
		same(d, "created anew", created, false)
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "subscriptions", len(subs), stories.MaxSubscriptions)
		_, err = d.followTopic("b", stories.MaxSubscriptions, stories.Minor) // another channel
		d.ok(err)
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), topic(1))
		d.ok(err)
		_, err = d.followTopic("a", stories.MaxSubscriptions, stories.Minor)
		d.ok(err)
	}},
	{"many who subscribe a channel at once do not pass the limit", func(d *desk) {
		for n := range stories.MaxSubscriptions - 1 {
			_, err := d.followTopic("a", n, stories.Minor)
			d.ok(err)
		}
		var mu sync.Mutex
		made := 0
		together(6, func(i int) {
			_, err := d.followTopic("a", 1000+i, stories.Minor)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			} else if stories.CodeOf(err) != stories.CodeLimited {
				d.Errorf("subscribe: %v", err)
			}
		})
		same(d, "made", made, 1)
	}},
	{"a note is read for a day, whether it is pruned or not", func(d *desk) {
		d.ok(d.PutNote(d.ctx, ana.Ref, "q1", "pasted text", d.now))
		d.ok(d.PutNote(d.ctx, ana.Ref, "q1", "another text", d.now))
		text, err := d.Note(d.ctx, "q1", d.now)
		d.ok(err)
		same(d, "note", text, "another text")
		_, err = d.Note(d.ctx, "q2", d.now)
		d.refused(err, stories.CodeNotFound)
		d.later(stories.NoteAge - time.Millisecond)
		d.ok(d.Prune(d.ctx, d.now))
		_, err = d.Note(d.ctx, "q1", d.now)
		d.ok(err)
		for _, by := range []time.Duration{time.Millisecond, 23 * time.Hour} { // a day old, and 47 hours
			d.later(by)
			_, err = d.Note(d.ctx, "q1", d.now)
			d.refused(err, stories.CodeNotFound)
		}
		d.ok(d.PutNote(d.ctx, ana.Ref, "q1", "another text", d.now)) // asked anew
		_, err = d.Note(d.ctx, "q1", d.now)
		d.ok(err)
	}},
	{"a service reads a note by its own clock", func(d *desk) {
		s := stories.NewService(stories.Config{Stores: d.Store.Families(), Now: func() time.Time { return d.now }})
		d.ok(s.Notes.PutNote(d.ctx, ana, "q1", "x"))
		d.later(47 * time.Hour)
		_, err := s.Notes.Note(d.ctx, "q1")
		d.refused(err, stories.CodeNotFound)
	}},
	{"a person's oldest notes of a kind go, no others", func(d *desk) {
		d.ok(d.PutNote(d.ctx, ben.Ref, "n-bens", "x", d.now))
		d.ok(d.PutNote(d.ctx, ana.Ref, "q-asked", "x", d.now))
		d.ok(d.PutNote(d.ctx, ana.Ref, "ñ", "x", d.now))
		id := func(n int) string { return fmt.Sprintf("n%03d", 500-n) } // not in the order of time
		for n := range stories.MaxNotes + 7 {
			d.later(time.Duration(n%2) * time.Second) // some at the same moment
			d.ok(d.PutNote(d.ctx, ana.Ref, id(n), fmt.Sprint(n), d.now))
			text, err := d.Note(d.ctx, id(n), d.now)
			d.ok(err)
			same(d, "the newest note", text, fmt.Sprint(n))
		}
		kept := 0
		for n := range stories.MaxNotes + 7 {
			if _, err := d.Note(d.ctx, id(n), d.now); err == nil {
				kept++
			}
		}
		same(d, "kept", kept, stories.MaxNotes)
		_, err := d.Note(d.ctx, id(0), d.now)
		d.refused(err, stories.CodeNotFound)
		for _, id := range []string{"n-bens", "q-asked", "ñ"} {
			_, err = d.Note(d.ctx, id, d.now)
			d.ok(err)
		}
	}},
	{"a note that is kept again is left as it is for an hour, and no longer", func(d *desk) {
		first := d.now
		put := func() { d.Helper(); d.ok(d.PutNote(d.ctx, ana.Ref, "n1", "words", d.now)) }
		read := func(at time.Time) error { _, err := d.Note(d.ctx, "n1", at); return err }
		put()
		d.later(59 * time.Minute)
		put()
		d.refused(read(first.Add(stories.NoteAge)), stories.CodeNotFound) // its time is the first one's
		d.later(time.Minute)
		put()
		d.ok(read(first.Add(stories.NoteAge)))
		d.later(-2 * time.Hour) // a clock that was set back
		put()
		d.refused(read(d.now.Add(stories.NoteAge)), stories.CodeNotFound)
	}},
	{"an allowance is used up, and comes back as time passes", func(d *desk) {
		allow := func(want time.Duration) {
			d.Helper()
			wait, err := d.Allow(d.ctx, ana.Ref, "share", 3, time.Minute, d.now)
			d.ok(err)
			same(d, "wait", wait, want)
		}
		allow(0)
		d.later(10 * time.Second)
		allow(0)
		allow(0)
		for range 3 { // what is refused is not counted
			allow(50 * time.Second)
		}
		d.later(50 * time.Second)
		allow(0)
		allow(10 * time.Second)
		for _, free := range []struct{ person, what string }{{ben.Ref, "share"}, {ana.Ref, "search"}} {
			wait, err := d.Allow(d.ctx, free.person, free.what, 3, time.Minute, d.now)
			d.ok(err)
			same(d, free.person+" "+free.what, wait, 0)
		}
		d.ok(d.Prune(d.ctx, d.now)) // too young to be forgotten
		allow(10 * time.Second)
		d.later(-24 * time.Hour) // a clock that was set back locks nobody out
		allow(0)
		wait, err := d.Allow(d.ctx, ana.Ref, "nothing", 0, time.Minute, d.now)
		d.ok(err)
		same(d, "wait for what is never allowed", wait, time.Minute)
	}},
	{"many uses at once are counted", func(d *desk) {
		var mu sync.Mutex
		allowed := 0
		together(8, func(int) {
			wait, err := d.Allow(d.ctx, ana.Ref, "share", 3, time.Minute, d.now)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				d.Errorf("allow: %v", err)
			} else if wait == 0 {
				allowed++
			}
		})
		same(d, "allowed", allowed, 3)
	}},
	{"services that share a store share an allowance, and say it in words", func(d *desk) {
		now := func() time.Time { return d.now }
		services := []*stories.Service{stories.NewService(stories.Config{Stores: d.Store.Families(), Now: now}), stories.NewService(stories.Config{Stores: d.Store.Families(), Now: now})}
		for _, s := range services {
			d.ok(s.Notes.Allow(d.ctx, ana, "share a story", 2, time.Minute))
		}
		d.later(20 * time.Second)
		for _, s := range services {
			err := s.Notes.Allow(d.ctx, ana, "share a story", 2, time.Minute)
			d.refused(err, stories.CodeLimited)
			same(d, "refusal", err.Error(), "You can share a story at most 2 times in 1 minute. Try again in 40 seconds.")
		}
		err := services[0].Notes.PutNote(d.ctx, ana, "q", strings.Repeat("x", stories.MaxNote+1))
		d.refused(err, stories.CodeLimited)
		d.ok(services[0].Notes.PutNote(d.ctx, ana, "q", strings.Repeat("x", stories.MaxNote)))
	}},
}
