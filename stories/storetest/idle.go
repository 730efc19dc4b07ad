package storetest

import (
	"strings"
	"time"

	"storybot/stories"
)

// idle are all methods that take an Act, each asked for what is so already or
// cannot be: such a command may change nothing.
var idle = []struct {
	name string
	// do is asked for twice; its first time may change something.
	do func(d *desk, act stories.Act, s stories.Story) error
}{
	{"CreateStory of a slug that is taken", func(d *desk, act stories.Act, s stories.Story) error {
		_, err := d.CreateStory(d.ctx, act, stories.Story{Slug: s.Slug, Headline: "Another"})
		return err
	}},
	{"SetStoryState of what is closed", func(d *desk, act stories.Act, s stories.Story) error {
		_, _, err := d.SetStoryState(d.ctx, act, s.ID, stories.Closed)
		return err
	}},
	{"SetStoryState of what develops", func(d *desk, act stories.Act, s stories.Story) error {
		_, _, err := d.SetStoryState(d.ctx, act, s.ID, stories.Developing)
		return err
	}},
	{"SetStoryState of no story", func(d *desk, act stories.Act, _ stories.Story) error {
		_, _, err := d.SetStoryState(d.ctx, act, 99, stories.Closed)
		return err
	}},
	{"AppendUpdate to a closed story", func(d *desk, act stories.Act, s stories.Story) error {
		_, _, err := d.SetStoryState(d.ctx, stories.Act{Key: "close", By: ana, At: d.now}, s.ID, stories.Closed)
		d.ok(err)
		_, _, err = d.AppendUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: "x", Level: stories.Minor})
		return err
	}},
	{"Subscribe with the same options", func(d *desk, act stories.Act, s stories.Story) error {
		_, _, err := d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel("a"), Target: story(s), Options: stories.Options{Level: stories.Normal}, CreatedBy: ana}, lane)
		return err
	}},
	{"Subscribe to a topic with the same options", func(d *desk, act stories.Act, _ stories.Story) error {
		_, err := d.followTopic("a", 1, stories.Breaking)
		return err
	}},
	{"Subscribe to no story", func(d *desk, act stories.Act, _ stories.Story) error {
		_, _, err := d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel("new"), Target: stories.Target{Kind: stories.TargetStory, Name: "none"}, Options: stories.Options{Level: stories.Minor}}, "new lane")
		return err
	}},
	{"Unsubscribe what is not followed", func(d *desk, act stories.Act, s stories.Story) error {
		_, err := d.Unsubscribe(d.ctx, act, channel("a"), story(s))
		return err
	}},
	{"Unsubscribe where nothing is followed", func(d *desk, act stories.Act, _ stories.Story) error {
		_, err := d.Unsubscribe(d.ctx, act, channel("new"), stories.Target{Kind: stories.TargetAll})
		return err
	}},
	{"Stop what is stopped", func(d *desk, act stories.Act, s stories.Story) error { return d.stop(act, channel("a"), s.ID) }},
	{"Stop where nothing is followed", func(d *desk, act stories.Act, s stories.Story) error {
		return d.stop(act, channel("new"), s.ID)
	}},
	{"SetSubscriptionState of what is paused", func(d *desk, act stories.Act, s stories.Story) error {
		_, err := d.SetSubscriptionState(d.ctx, act, channel("a"), story(s), stories.Paused)
		return err
	}},
	{"SetSubscriptionState of what is served", func(d *desk, act stories.Act, s stories.Story) error {
		_, err := d.SetSubscriptionState(d.ctx, act, channel("a"), story(s), stories.Active)
		return err
	}},
	{"SetSubscriptionState of what is not followed", func(d *desk, act stories.Act, _ stories.Story) error {
		_, err := d.SetSubscriptionState(d.ctx, act, channel("a"), stories.Target{Kind: stories.TargetAll}, stories.Paused)
		return err
	}},
	{"SetDesk to the desk", func(d *desk, act stories.Act, _ stories.Story) error {
		return d.SetDesk(d.ctx, act, channel("a"), lane)
	}},
	{"SetRole to the role there is", func(d *desk, act stories.Act, _ stories.Story) error {
		_, err := d.SetRole(d.ctx, act, ben, stories.Moderator)
		return err
	}},
	{"SetRole to none of somebody without", func(d *desk, act stories.Act, _ stories.Story) error {
		_, err := d.SetRole(d.ctx, act, stories.User{Ref: "console:nobody"}, stories.Reader)
		return err
	}},
	{"ClaimAdmin with another code", func(d *desk, act stories.Act, _ stories.Story) error {
		d.code()
		return d.ClaimAdmin(d.ctx, act, "AAAA-AAAA-AAAA")
	}},
	{"ClaimAdmin beside an admin", func(d *desk, act stories.Act, _ stories.Story) error {
		return d.ClaimAdmin(d.ctx, act, d.code())
	}},
}

// story is a story as something to follow.
func story(s stories.Story) stories.Target {
	return stories.Target{Kind: stories.TargetStory, Name: s.Slug}
}

var idleTests = eachIdle()

func eachIdle() (tests []test) {
	for _, act := range idle {
		tests = append(tests, test{act.name + " leaves no trace", func(d *desk) {
			s := d.track("sony")
			d.follow("sony", "a")
			do := func(key string) {
				if err := act.do(d, stories.Act{Key: key, By: ana, At: d.now}, s); stories.CodeOf(err) == stories.CodeInternal {
					d.Fatalf("unexpected error: %v", err)
				}
			}
			do("k1")
			before := d.trace()
			for _, key := range []string{"k2", "k3", ""} {
				d.later(time.Minute)
				do(key)
			}
			same(d, "what is kept", d.trace(), before)
		}})
	}
	return tests
}

// trace is all that a command could have left: the log, what is followed and
// owed, the desks and the people.
func (d *desk) trace() string {
	d.Helper()
	var lines []string
	entries, err := d.Log(d.ctx, 0, 0, 1000)
	d.ok(err)
	for _, e := range entries {
		lines = append(lines, e.Verb+": "+e.Detail)
	}
	for _, name := range []string{"a", "new"} {
		subs, err := d.Subscriptions(d.ctx, channel(name))
		d.ok(err)
		for _, s := range subs {
			lines = append(lines, name+" follows "+s.Target.String()+" from "+s.Level.String()+", "+string(s.State))
		}
	}
	desks, err := d.Desks(d.ctx)
	d.ok(err)
	for _, to := range desks {
		lines = append(lines, "desk "+to.String())
	}
	members, err := d.Members(d.ctx)
	d.ok(err)
	for _, m := range members {
		lines = append(lines, m.User.Ref+" is "+m.Role.String())
	}
	lanes, err := d.Lanes(d.ctx)
	d.ok(err)
	found, _, err := d.Search(d.ctx, "", 0, 100)
	d.ok(err)
	for _, s := range found {
		lines = append(lines, s.Slug+" is "+string(s.State)+" since "+s.ActiveAt.String())
	}
	return strings.Join(append(lines, lanes...), "\n")
}
