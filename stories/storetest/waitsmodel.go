package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
)

// follows is a subscription as a model of what waits knows it.
type follows struct {
	stories.Options
	paused bool
}

// told is an update as the model knows it.
type told struct {
	stories.Update
	owed map[string]bool // the channels in which something brought it when it was published
}

// waitsModel is a newsroom and its channels over days and clock changes: anything happens at
// any time, and what must be so then.
type waitsModel struct {
	*desk
	t        *rapid.T
	round    int
	stories  []stories.Story // the first is under the topic
	topic    string
	channels []string
	subs     map[string]map[string]*follows // by channel and target
	updates  []*told
	blocked  map[string]bool
	hours    map[string]map[string]bool // the quiet hours that a channel ever had
	digests  map[string]int             // by channel and end of period
	keys     map[string]string          // what the far side was posted, by the keys of requests
	lease    stories.Lease
}

func waitForAnything(d *desk) {
	round := 0
	rapid.Check(d.T, func(t *rapid.T) {
		round++
		m := &waitsModel{desk: d, t: t, round: round, topic: fmt.Sprint("topic", round), subs: map[string]map[string]*follows{}, blocked: map[string]bool{},
			hours: map[string]map[string]bool{}, digests: map[string]int{}, keys: map[string]string{}}
		m.begin()
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			m.step()
			m.pump(false)
			m.promisedAhead()
		}
		m.end()
	})
}

// begin opens the round's stories and channels, on a day that may be one before a clock
// change.
func (m *waitsModel) begin() {
	m.later(time.Duration(rapid.IntRange(1, 60).Draw(m.t, "minutes")) * time.Minute)
	if rapid.Bool().Draw(m.t, "a clock change is near") {
		berlin, err := time.LoadLocation("Europe/Berlin")
		m.ok(err)
		_, until := m.now.In(berlin).ZoneBounds()
		if eve := until.Add(-30 * time.Hour).UTC(); eve.After(m.now) {
			m.now = eve.Add(time.Duration(m.now.Minute()) * time.Minute)
		}
	}
	m.stories = []stories.Story{m.track(fmt.Sprint("film", m.round), m.topic), m.track(fmt.Sprint("fire", m.round))}
	for _, name := range []string{"a", "b"} {
		name = fmt.Sprint(name, m.round)
		m.channels, m.subs[name], m.hours[name] = append(m.channels, name), map[string]*follows{}, map[string]bool{}
		m.subscribe(name)
	}
	m.lease = m.hold(lane, "w")
	m.worker(m.lease).noted = true
	m.recovered(m.lease)
}

func (m *waitsModel) targets() []string {
	return []string{m.stories[0].Slug, m.stories[1].Slug, "topic:" + m.topic, "all"}
}

// decides is the subscription that decides about a story in a channel; nil for none.
func (m *waitsModel) decides(name string, story int64) *follows {
	for i, s := range m.stories {
		if s.ID != story {
			continue
		}
		order := []string{s.Slug, "all"}
		if i == 0 {
			order = []string{s.Slug, "topic:" + m.topic, "all"}
		}
		for _, target := range order {
			if f := m.subs[name][target]; f != nil {
				return f
			}
		}
	}
	return nil
}

func (m *waitsModel) options() stories.Options {
	draw := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(m.t, what) }
	o := stories.Options{Level: stories.Level(rapid.IntRange(1, 3).Draw(m.t, "level")),
		Mode:   stories.Mode(draw("mode", "channel", "channel", "thread", "card")),
		Digest: stories.Digest(draw("digest", "", "", "hourly", "daily@09:00", "daily@02:30", "weekdays@09:00")),
		Quiet:  stories.Quiet(draw("quiet", "", "22:00-07:00", "01:30-02:30", "08:00-20:00"))}
	if o.Level == stories.Breaking && rapid.Bool().Draw(m.t, "all the same") {
		o.Level = stories.Minor
	}
	if o.Quiet != "" || o.Digest != "" {
		o.Zone = draw("tz", "", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
	}
	return o
}

func (m *waitsModel) zone(o stories.Options) *time.Location {
	zone, err := time.LoadLocation(o.Zone)
	m.ok(err)
	return zone
}

func (m *waitsModel) subscribe(name string) {
	target, o := rapid.SampledFrom(m.targets()).Draw(m.t, "target"), m.options()
	m.sets(target, o, name)
	m.subs[name][target] = &follows{Options: o}
	m.hours[name][string(o.Quiet)+o.Zone] = true
	m.blocked[name] = false // whoever subscribes opens the channel
	m.endWaits()
}

// awake takes the quiet hours of a subscription away: what waited for them alone comes at
// once, its digest too where the period is over.
func (m *waitsModel) awake(name, target string) {
	f := m.subs[name][target]
	if f == nil || f.Quiet == "" || f.paused {
		return
	}
	o := f.Options
	o.Quiet = ""
	m.later(time.Second)
	m.sets(target, o, name)
	f.Options = o
	m.hours[name][o.Zone] = true
	m.blocked[name] = false
	m.endWaits()
	over := m.now
	if o.Digest != "" {
		over = o.Digest.Previous(m.now, m.zone(o))
	}
	m.waiting(func(at string, v stories.Delivery) {
		if at == name && m.decides(name, v.About.StoryID) == f && v.CreatedAt.Before(over) {
			m.t.Fatalf("%s: update %d of story %d waits still after its quiet hours were taken away at %v: %+v", name, v.About.Number, v.About.StoryID, m.now, f.Options)
		}
	})
}

// step does one thing.
func (m *waitsModel) step() {
	name := rapid.SampledFrom(m.channels).Draw(m.t, "channel")
	target := rapid.SampledFrom(m.targets()).Draw(m.t, "of")
	at, err := stories.ParseTarget(target)
	m.ok(err)
	switch rapid.SampledFrom([]string{"publish", "publish", "publish", "publish", "wait", "wait", "wait", "wait", "revise", "revise", "subscribe", "awake", "pause", "resume", "unsubscribe", "block", "heal", "crash"}).Draw(m.t, "step") {
	case "publish":
		m.publish()
	case "wait":
		m.wait()
	case "revise":
		m.revise()
	case "subscribe":
		m.subscribe(name)
	case "awake":
		m.awake(name, target)
	case "pause", "resume":
		f := m.subs[name][target]
		if f == nil {
			return
		}
		f.paused = !f.paused
		state := stories.Active
		if f.paused {
			state = stories.Paused
		}
		_, err := m.SetSubscriptionState(m.ctx, m.act(), channel(name), at, state)
		m.ok(err)
	case "unsubscribe":
		if m.subs[name][target] == nil {
			return
		}
		delete(m.subs[name], target)
		_, err := m.Unsubscribe(m.ctx, m.act(), channel(name), at)
		m.ok(err)
	case "block":
		m.blocked[name] = true
	case "heal":
		m.heal(name)
	case "crash":
		m.publish()
		m.pump(true)
	}
}

func (m *waitsModel) heal(name string) {
	m.blocked[name] = false
	_, _, err := m.ReopenDestination(m.ctx, channel(name), 5, m.now)
	m.ok(err)
	m.endWaits() // a digest waited for that
}

func (m *waitsModel) publish() {
	s := rapid.SampledFrom(m.stories).Draw(m.t, "story")
	level := rapid.SampledFrom([]stories.Level{stories.Minor, stories.Normal, stories.Normal, stories.Breaking}).Draw(m.t, "how urgent")
	m.later(time.Second)
	u, _ := m.append(s, level)
	of := &told{u, map[string]bool{}}
	for _, name := range m.channels {
		f := m.decides(name, s.ID)
		of.owed[name] = f != nil && !f.paused && f.Level <= level
	}
	m.updates = append(m.updates, of)
}

func (m *waitsModel) revise() {
	if len(m.updates) == 0 {
		return
	}
	u := rapid.SampledFrom(m.updates).Draw(m.t, "update")
	kinds := []stories.RevisionKind{stories.Correction, stories.Correction, stories.Fix, stories.Hold, stories.Release, stories.Release, stories.Withdrawal}
	m.later(time.Second)
	_, err := m.Revise(m.ctx, m.act(), u.ID, stories.Rewording{Kind: rapid.SampledFrom(kinds).Draw(m.t, "kind"), Text: fmt.Sprint("Newer ", m.now.Unix()), Reason: "Why"})
	if err != nil {
		m.refused(err, stories.CodeInvalid)
	}
}

// wait lets time pass, from minutes to weeks, with the bot there or down: it is seen that
// all goes out whose time has come, by what was said before, and nothing else.
func (m *waitsModel) wait() {
	by := rapid.SampledFrom([]time.Duration{7 * time.Minute, 30 * time.Minute, time.Hour, time.Hour, 3 * time.Hour, 8 * time.Hour, 13 * time.Hour, 24 * time.Hour, 9 * 24 * time.Hour}).Draw(m.t, "for")
	type promise struct {
		name  string
		until time.Time
		v     stories.Delivery
	}
	var promised []promise
	m.waiting(func(name string, v stories.Delivery) { promised = append(promised, promise{name, v.Tries.DueAt, v}) })
	m.later(by)
	m.endWaits()
	left := map[int64]bool{}
	m.waiting(func(_ string, v stories.Delivery) { left[v.ID] = true })
	for _, p := range promised {
		f := m.decides(p.name, p.v.About.StoryID)
		if f == nil || m.blocked[p.name] {
			continue
		}
		_, quiet := f.Quiet.Holds(m.now, m.zone(f.Options))
		switch due := !p.until.After(m.now); {
		case due && !quiet && left[p.v.ID]:
			m.t.Fatalf("%s: update %d of story %d was to wait until %v, and waits still at %v: %+v", p.name, p.v.About.Number, p.v.About.StoryID, p.until, m.now, f.Options)
		case !due && !left[p.v.ID]:
			m.t.Fatalf("%s: update %d of story %d was to wait until %v, and went out at %v: %+v", p.name, p.v.About.Number, p.v.About.StoryID, p.until, m.now, f.Options)
		}
	}
}

// waiting calls what is done with each message of an update that waits for its time.
func (m *waitsModel) waiting(each func(name string, v stories.Delivery)) {
	for _, name := range m.channels {
		for _, s := range m.stories {
			found, err := m.DeliveriesTo(m.ctx, channel(name), s.ID, 0, 1000)
			m.ok(err)
			for _, v := range found {
				if v.State == stories.Deferred {
					each(name, v)
				}
			}
		}
	}
}

// promisedAhead sees that no channel is told that something waits until a time that is over.
func (m *waitsModel) promisedAhead() {
	m.waiting(func(name string, v stories.Delivery) {
		if !m.blocked[name] && !v.Tries.DueAt.After(m.now) {
			m.t.Fatalf("%s: update %d of story %d waits until %v, at %v", name, v.About.Number, v.About.StoryID, v.Tries.DueAt, m.now)
		}
	})
}

// pump sends all that is owed. Where the sender dies some of what was on its way has
// arrived, and its successor finds out.
func (m *waitsModel) pump(dies bool) {
	var results []stories.Result
	for {
		begun := m.advance(m.lease, 100, results...)
		if len(begun) == 0 {
			return
		}
		for _, v := range begun {
			m.begun(v)
		}
		if dies {
			dies = false
			arrived := map[int64]bool{}
			for _, v := range begun {
				arrived[v.ID] = rapid.Bool().Draw(m.t, "arrived")
			}
			m.ok(m.ReleaseLease(m.ctx, m.lease))
			m.lease = m.hold(lane, "w")
			m.worker(m.lease).noted = true
			begun = m.recovered(m.lease)
			results = nil
			for _, v := range begun {
				if r := m.retry(v); !arrived[v.ID] {
					results = append(results, r)
				} else {
					results = append(results, m.arrives(v))
				}
			}
			continue
		}
		results = nil
		for _, v := range begun {
			results = append(results, m.arrives(v))
		}
	}
}

// arrives is what the far side answers.
func (m *waitsModel) arrives(v stories.Delivery) stories.Result {
	if m.blocked[v.Destination.Channel[1:]] {
		return m.refusal(v, stories.Held, "no access", stories.Blocked)
	}
	if v.Op.Says() {
		said := fmt.Sprintf("%d of update %d, notice %d in %s", v.ID, v.About.UpdateID, v.About.NoticeID, v.Destination)
		if had := m.keys[v.Key]; had != "" && had != said {
			m.t.Fatalf("one key for %s and %s", had, said)
		}
		m.keys[v.Key] = said
	}
	return m.sent(v)
}
