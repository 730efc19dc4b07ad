package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
)

var decidingTests = []test{
	{"what waits goes when a new subscription decides that it is not wanted", func(d *desk) {
		sony, bank := d.track("sony"), d.track("bank")
		d.follow("all", "a")
		d.append(sony, stories.Normal)
		d.append(sony, stories.Breaking)
		d.append(bank, stories.Minor)
		d.followFrom("sony", channel("a"), stories.Breaking)
		same(d, "sony", d.states(channel("a"), sony), "skipped pending")
		same(d, "bank", d.states(channel("a"), bank), "pending")
	}},
	{"a paused subscription decides too, and its end lets others decide", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("sony", "a")
		d.follow("all", "a")
		for _, target := range []stories.Target{story(s), topicFilm} {
			d.follow(target.String(), "a")
			_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), target, stories.Paused)
			d.ok(err)
			_, p := d.append(s, stories.Breaking)
			same(d, "planned while "+target.String()+" is paused", p, stories.Progress{UpdateID: p.UpdateID, Spared: stories.Spared{Paused: 1}})
			_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), target)
			d.ok(err)
		}
		_, p := d.append(s, stories.Minor)
		same(d, "planned by all", p.Total, 1)
	}},
	{"what has changed of what decides is known with its time", func(d *desk) {
		s, other := d.track("sony", "film"), d.track("bank")
		at := func(what string, changed, ended, merged int) {
			d.Helper()
			subs, err := d.Subscriptions(d.ctx, channel("a"))
			d.ok(err)
			by, err := d.Brings(d.ctx, channel("a"), s.ID)
			d.ok(err)
			moment := func(n int) time.Time {
				if n < 0 {
					return time.Time{}
				}
				return start.Add(time.Duration(n) * time.Minute)
			}
			if len(subs) > 0 {
				same(d, what+": the first that is followed was changed", subs[0].ChangedAt, moment(changed))
			}
			same(d, what+": the past", by.Past, stories.Past{Changed: moment(ended), Merged: moment(merged)})
		}
		n := 0
		after := func(do func()) {
			n++
			d.now = start.Add(time.Duration(n) * time.Minute)
			do()
		}
		set := func(state stories.SubscriptionState) func() {
			return func() {
				_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), topicFilm, state)
				d.ok(err)
			}
		}
		after(func() { d.follow("topic:film", "a") })
		at("followed", -1, -1, -1)
		after(set(stories.Paused))
		at("paused", 2, -1, -1)
		after(set(stories.Active))
		at("resumed", 3, -1, -1)
		after(func() { d.followFrom("topic:film", channel("a"), stories.Breaking) })
		at("another level", 4, -1, -1)
		after(func() {
			_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("a"), Target: topicFilm}, lane, stories.Setting{Option: stories.OptionDigest, Value: "hourly"})
			d.ok(err)
		})
		at("another option", 4, -1, -1)
		after(func() { d.ok(d.stop(d.act(), channel("a"), s.ID)) })
		at("stopped", 4, -1, -1)
		after(func() { d.follow("sony", "a") })
		at("let come by a subscription", -1, 7, -1)
		unfollow := func(t stories.Target) {
			_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), t)
			d.ok(err)
		}
		after(func() { unfollow(story(s)) })
		at("unsubscribed", 4, 8, -1)
		after(func() { d.follow("bank", "a"); unfollow(story(other)) })
		at("another story unsubscribed", 4, 8, -1)
		after(func() {
			topics := []string{"weather"}
			_, err := d.EditStory(d.ctx, d.act(), s.ID, stories.StoryEdit{Topics: &topics})
			d.ok(err)
		})
		at("other topics", 4, 10, -1)
		after(func() {
			d.follow("bank", "a")
			_, err := d.MergeStories(d.ctx, d.act(), other.ID, s.ID)
			d.ok(err)
		})
		at("merged", 11, 10, 11)
	}},
	{"who follows a story of which nobody gets an update is counted once, by what decides", func(d *desk) {
		s := d.track("sony", "film", "security")
		_, p := d.append(s, stories.Breaking)
		same(d, "nobody follows", p.Spared, stories.Spared{})
		d.followFrom("sony", channel("a"), stories.Breaking)
		d.followFrom("all", channel("a"), stories.Minor)
		d.followFrom("topic:film", channel("b"), stories.Breaking)
		d.later(1)
		d.followFrom("topic:security", channel("b"), stories.Minor)
		d.followFrom("all", channel("c"), stories.Normal)
		d.follow("topic:weather", "elsewhere")
		d.follow("topic:film", "d")
		d.ok(d.stop(d.act(), channel("d"), s.ID))
		d.follow("sony", "e")
		d.follow("all", "e")
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("e"), story(s), stories.Paused)
		d.ok(err)
		act := d.act()
		act.Key = "minor"
		u := stories.Update{StoryID: s.ID, Text: "News", Level: stories.Minor, Author: ana, At: d.now}
		want := stories.Spared{Normal: 1, Breaking: 2, Paused: 1, Stopped: 1}
		_, p, err = d.AppendUpdate(d.ctx, act, u)
		d.ok(err)
		same(d, "planned", p.Total, 0)
		same(d, "spared", p.Spared, want)
		d.follow("sony", "f")
		_, p, err = d.AppendUpdate(d.ctx, act, u) // the same command again
		d.ok(err)
		same(d, "spared when asked again", p.Spared, want)
		_, p = d.append(s, stories.Minor)
		same(d, "planned then", p.Total, 1)
		same(d, "not counted where somebody gets it", p.Spared, stories.Spared{})
	}},
	{"where two addresses become one channel, what waits goes that what decides there now does not let through", func(d *desk) {
		sony, bank := d.track("sony"), d.track("bank")
		d.followFrom("sony", channel("old"), stories.Breaking)
		d.ok(d.stop(d.act(), channel("old"), bank.ID)) // it follows nothing that brings it: no mute
		d.follow("all", "there")
		d.append(sony, stories.Minor)
		d.append(sony, stories.Breaking)
		d.append(bank, stories.Minor)
		d.ok(d.MoveDestination(d.ctx, channel("old"), channel("there")))
		same(d, "sony", d.states(channel("there"), sony), "skipped pending")
		same(d, "bank", d.states(channel("there"), bank), "pending")
	}},
	{"whatever channels follow, pause and stop: what is owed, waits and is told is what decides alone", func(d *desk) {
		round := 0
		rapid.Check(d.T, func(t *rapid.T) {
			round++
			newModel(d, t, round).play()
		})
	}},
}

// model knows by stories.Decides what a few channels are owed of a few stories.
type model struct {
	*desk
	t       *rapid.T
	targets []stories.Target
	places  []stories.Destination
	stories []stories.Story
	muted   map[about]bool
	owed    map[about][]stories.Update // what waits
}

// about is a channel and a story.
type about struct {
	place stories.Destination
	story int64
}

// newModel begins with stories and topics of its own, and with channels that follow
// nothing any more.
func newModel(d *desk, t *rapid.T, round int) *model {
	m := &model{desk: d, t: t, muted: map[about]bool{}, owed: map[about][]stories.Update{}}
	name := func(kind string) string { return fmt.Sprintf("%s-%d", kind, round) }
	for _, s := range []stories.Story{
		d.track(name("both"), name("film"), name("law")),
		d.track(name("one"), name("law")),
		d.track(name("none")),
	} {
		m.stories = append(m.stories, s)
		m.targets = append(m.targets, story(s))
	}
	for _, topic := range []string{name("law"), name("film")} {
		m.targets = append(m.targets, stories.Target{Kind: stories.TargetTopic, Name: topic})
	}
	m.targets = append(m.targets, stories.Target{Kind: stories.TargetAll})
	for _, c := range []string{"a", "b"} {
		m.places = append(m.places, channel(c))
		d.ok(d.EndDestination(d.ctx, channel(c), "ended", d.now))
	}
	return m
}

// play does things at random, and looks after each.
func (m *model) play() {
	steps := map[string]func(){
		"subscribe": m.subscribe, "unsubscribe": m.unsubscribe, "pause": func() { m.set(stories.Paused) },
		"resume": func() { m.set(stories.Active) }, "stop": m.stopOne, "unstop": m.unstop, "publish": m.publish, "print": m.publish, "tell": m.publish,
	}
	var names []string
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	for range 8 { // so that much is followed at once
		m.pass()
		m.subscribe()
	}
	for range 16 {
		m.pass()
		steps[rapid.SampledFrom(names).Draw(m.t, "step")]()
		m.look()
	}
}

// pass lets some time pass, or none.
func (m *model) pass() {
	m.later(rapid.SampledFrom([]time.Duration{0, time.Millisecond}).Draw(m.t, "later"))
}

func (m *model) place() stories.Destination { return rapid.SampledFrom(m.places).Draw(m.t, "place") }
func (m *model) target() stories.Target     { return rapid.SampledFrom(m.targets).Draw(m.t, "target") }
func (m *model) story() stories.Story       { return rapid.SampledFrom(m.stories).Draw(m.t, "story") }
func (m *model) level() stories.Level {
	return rapid.SampledFrom([]stories.Level{stories.Minor, stories.Normal, stories.Breaking}).Draw(m.t, "level")
}

func (m *model) ok(err error) {
	if err != nil {
		m.t.Fatalf("unexpected error: %v", err)
	}
}

func (m *model) subscribe() {
	place, target, level := m.place(), m.target(), m.level()
	sub, _, err := m.Subscribe(m.ctx, m.act(), stories.Subscription{Destination: place, Target: target, Options: stories.Options{Level: level}, CreatedBy: ana}, lane)
	m.ok(err)
	delete(m.muted, about{place, sub.StoryID})
}

func (m *model) unsubscribe() {
	_, err := m.Unsubscribe(m.ctx, m.act(), m.place(), m.target())
	m.found(err)
}

func (m *model) set(state stories.SubscriptionState) {
	_, err := m.SetSubscriptionState(m.ctx, m.act(), m.place(), m.target(), state)
	m.found(err)
}

// found lets pass that there was no such subscription.
func (m *model) found(err error) {
	if stories.CodeOf(err) != stories.CodeNotFound {
		m.ok(err)
	}
}

func (m *model) stopOne() {
	place, s := m.place(), m.story()
	ended, err := m.Stop(m.ctx, m.act(), place, s.ID)
	m.ok(err)
	_, covered := stories.Decides(m.follows(place), s)
	if ended.Muted != covered {
		m.t.Fatalf("muted is %v, want %v", ended.Muted, covered)
	}
	if covered {
		m.muted[about{place, s.ID}] = true
	}
}

func (m *model) unstop() {
	place, s := m.place(), m.story()
	delete(m.muted, about{place, s.ID})
	by, err := m.Unstop(m.ctx, m.act(), place, s.ID)
	m.ok(err)
	m.same("unstopped", by.By, m.decides(place, s))
}

func (m *model) publish() {
	s := m.story()
	u, p, err := m.AppendUpdate(m.ctx, m.act(), stories.Update{StoryID: s.ID, Text: "News", Level: m.level(), Author: ana, At: m.now})
	m.ok(err)
	want := stories.Progress{UpdateID: u.ID}
	var spared stories.Spared
	for _, place := range m.places {
		by := m.decides(place, s)
		switch {
		case by.Lets(u.Level):
			want.Total++
			want.Waiting++
			m.owed[about{place, s.ID}] = append(m.owed[about{place, s.ID}], u)
		case by.By.Kind == "":
		case by.Muted:
			spared.Stopped++
		case by.State == stories.Paused:
			spared.Paused++
		case by.Level == stories.Normal:
			spared.Normal++
		default:
			spared.Breaking++
		}
	}
	if want.Total == 0 {
		want.Spared = spared
	}
	m.same("planned", p, want)
}

// follows is what a channel follows.
func (m *model) follows(place stories.Destination) []stories.Subscription {
	subs, err := m.Subscriptions(m.ctx, place)
	m.ok(err)
	return subs
}

func (m *model) decides(place stories.Destination, s stories.Story) stories.Decision {
	sub, ok := stories.Decides(m.follows(place), s)
	if !ok {
		return stories.Decision{}
	}
	return sub.Decision(m.muted[about{place, s.ID}])
}

// look compares what the store says with what the model knows.
func (m *model) look() {
	for _, place := range m.places {
		for _, s := range m.stories {
			by, err := m.Brings(m.ctx, place, s.ID)
			m.ok(err)
			by.Past = stories.Past{}
			m.same("what brings it", by, m.decides(place, s))
			this := about{place, s.ID}
			m.owed[this] = slices.DeleteFunc(m.owed[this], func(u stories.Update) bool { return !by.Lets(u.Level) })
			found, err := m.DeliveriesTo(m.ctx, place, s.ID, 0, 100)
			m.ok(err)
			var waits, want []int
			for _, v := range slices.Backward(found) {
				if v.State == stories.Pending {
					waits = append(waits, v.About.Number)
				}
			}
			for _, u := range m.owed[this] {
				want = append(want, u.Number)
			}
			m.same("what waits", fmt.Sprint(waits), fmt.Sprint(want))
		}
	}
}

func (m *model) same(what string, got, want any) {
	if got != want {
		m.t.Fatalf("%s is %+v, want %+v", what, got, want)
	}
}
