package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"storybot/stories"
)

// aloud is a fresh act of Ana's of which everyone in the channel is told.
func (d *desk) aloud() stories.Act {
	a := d.act()
	a.Audience = stories.Everyone
	return a
}

// begin subscribes a channel to a target and has it told.
func (d *desk) begin(act stories.Act, name, target string, level stories.Level) stories.Made {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	_, made, err := d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel(name), Target: t, Options: stories.Options{Level: level}, CreatedBy: ana}, lane)
	d.ok(err)
	return made
}

// said tells of what is sent, in order: "a +sony 1" is that a follows sony, with
// its first update as the newest, "a -sony" that it does not any more, "a =sony" that
// it does again, "a sony 1" an update.
func (d *desk) said(l stories.Lease) string {
	d.Helper()
	return d.saidOf(d.drain(l, 10))
}

func (d *desk) saidOf(vs []stories.Delivery) string {
	d.Helper()
	var out []string
	for _, v := range vs {
		if v.About.NoticeID == 0 {
			out = append(out, d.labels([]stories.Delivery{v}))
			continue
		}
		if v.Level < stories.Normal || v.Level > stories.Breaking {
			d.Errorf("level is %v", v.Level)
		}
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: v.About.NoticeID}, v.Revision)
		d.ok(err)
		change := c.Notice.Body.Change
		same(d, "by", change.By, ana)
		words := map[stories.ChangeKind]string{stories.Subscribed: "+", stories.Unsubscribed: "-", stories.Stopped: "-", stories.Unstopped: "="}[change.Kind] + change.Target.String()
		if c.Update.Number > 0 && change.Kind == stories.Subscribed {
			words += fmt.Sprint(" ", c.Update.Number)
		}
		for _, n := range c.Newest {
			words += fmt.Sprintf(" %s:%d", n.Story.Slug, n.Update.Number)
		}
		if len(change.Left) > 0 {
			words += fmt.Sprint(" ", change.Left)
		}
		out = append(out, strings.TrimPrefix(v.Destination.Channel, "#")+" "+words)
	}
	return strings.Join(out, ", ")
}

var topicFilm = stories.Target{Kind: stories.TargetTopic, Name: "film"}

var changeTests = []test{
	{"a new subscription is told once in its channel, before any later update; changed options are not", func(d *desk) {
		s := d.track("sony", "film")
		d.append(s, stories.Normal)
		made := d.begin(d.aloud(), "a", "sony", stories.Minor)
		if !made.Created || made.Notice == 0 {
			d.Fatalf("subscribing made %+v", made)
		}
		d.append(s, stories.Breaking)
		l := d.hold(lane, "w")
		same(d, "sent", d.said(l), "a +sony 2, a sony 2") // as the story is when it is sent
		same(d, "again", d.begin(d.aloud(), "a", "sony", stories.Breaking), stories.Made{Before: from(stories.Minor)})
		same(d, "and again", d.begin(d.aloud(), "a", "sony", stories.Breaking), stories.Made{Before: from(stories.Breaking)})
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), story(s), stories.Paused)
		d.ok(err)
		same(d, "resumed", d.begin(d.aloud(), "a", "sony", stories.Breaking), stories.Made{Before: from(stories.Breaking), Resumed: true})
		same(d, "sent then", d.said(l), "")
	}},
	{"nothing is told where nobody is to be told", func(d *desk) {
		s := d.track("sony")
		same(d, "made", d.begin(d.act(), "a", "sony", stories.Minor), stories.Made{Created: true})
		d.ok(d.stop(d.act(), channel("a"), s.ID))
		same(d, "sent", d.said(d.hold(lane, "w")), "")
	}},
	{"who is alone with the bot is shown what begins and not told what ended", func(d *desk) {
		s := d.track("sony")
		alone := d.act()
		alone.Audience = stories.Oneself
		made := d.begin(alone, "a", "sony", stories.Minor)
		l := d.hold(lane, "w")
		same(d, "sent", d.said(l), "a +sony")
		d.ok(d.stop(alone, channel("a"), s.ID))
		same(d, "sent then", d.said(l), "")
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: made.Notice}, 1)
		d.ok(err)
		same(d, "alone", c.Notice.Body.Change.Alone, true)
	}},
	{"a command that comes again owes nothing new, and knows what it owed", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		act := d.aloud()
		act.Key = "k1"
		first := d.begin(act, "a", "sony", stories.Minor)
		same(d, "sent", d.said(l), "a +sony")
		same(d, "replayed", d.begin(act, "a", "sony", stories.Minor), first)
		act.Key = "k2"
		d.ok(d.stop(act, channel("a"), s.ID))
		d.ok(d.stop(act, channel("a"), s.ID))
		same(d, "replayed after its end", d.begin(stories.Act{Key: "k1", By: ana, At: d.now, Audience: stories.Everyone}, "a", "sony", stories.Minor), first)
		same(d, "sent then", d.said(l), "a -sony")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		same(d, "a subscription after it has ended is new", d.said(l), "a +sony")
	}},
	{"a topic and all show the newest stories, each with its newest update", func(d *desk) {
		d.append(d.track("sony", "film"), stories.Normal)
		for n := range stories.NewestShown + 1 {
			d.later(1)
			d.track(fmt.Sprint("s", n), "film")
		}
		d.later(1)
		quake := d.track("quake")
		d.append(quake, stories.Normal)
		d.begin(d.aloud(), "a", "topic:film", stories.Minor)
		d.begin(d.aloud(), "a", "all", stories.Minor)
		same(d, "sent", d.said(d.hold(lane, "w")), "a +topic:film s5:0 s4:0 s3:0 s2:0 s1:0, a +all quake:1 s5:0 s4:0 s3:0 s2:0")
	}},
	{"what ends is told, although nothing is followed any more", func(d *desk) {
		s, b := d.track("sony", "film"), d.track("bank")
		d.follow("sony", "a")
		d.follow("topic:film", "a")
		d.follow("bank", "a")
		d.append(s, stories.Normal)
		d.append(b, stories.Normal)
		_, err := d.Unsubscribe(d.ctx, d.aloud(), channel("a"), story(s))
		d.ok(err)
		by, err := d.Brings(d.ctx, channel("a"), s.ID)
		d.ok(err)
		by.Past = stories.Past{}
		same(d, "brought", by, stories.Decision{By: topicFilm, Level: stories.Minor, State: stories.Active, Options: stories.Options{}.Defaults()})
		ended, err := d.Stop(d.ctx, d.aloud(), channel("a"), s.ID)
		d.ok(err)
		by, err = d.Brings(d.ctx, channel("a"), s.ID)
		d.ok(err)
		by.Past = stories.Past{}
		same(d, "brought once stopped", by, stories.Decision{By: topicFilm, Level: stories.Minor, State: stories.Active, Options: stories.Options{}.Defaults(), Muted: true})
		same(d, "muted", ended, stories.Ended{Changed: true, Muted: true})
		d.ok(d.stop(d.aloud(), channel("a"), b.ID))
		ended, err = d.Stop(d.ctx, d.aloud(), channel("a"), b.ID)
		d.ok(err)
		same(d, "stopped twice", ended, stories.Ended{})
		_, err = d.Unsubscribe(d.ctx, d.aloud(), channel("a"), stories.Target{Kind: stories.TargetTopic, Name: "film"})
		d.ok(err)
		same(d, "sent", d.said(d.hold(lane, "w")), "a -sony [topic:film], a -sony, a -bank, a -topic:film")
	}},
	{"a stop that is taken back is told where something brings the story", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("topic:film", "a")
		d.follow("all", "a")
		l := d.hold(lane, "w")
		d.ok(d.stop(d.aloud(), channel("a"), s.ID))
		by, err := d.Unstop(d.ctx, d.aloud(), channel("a"), s.ID)
		d.ok(err)
		same(d, "brought", by.By, stories.Decision{By: topicFilm, Level: stories.Minor, State: stories.Active, Options: stories.Options{}.Defaults()})
		by, err = d.Unstop(d.ctx, d.aloud(), channel("a"), s.ID)
		d.ok(err)
		same(d, "brought again", by.By, stories.Decision{By: topicFilm, Level: stories.Minor, State: stories.Active, Options: stories.Options{}.Defaults()})
		same(d, "sent", d.said(l), "a -sony, a =sony [topic:film]")
		d.append(s, stories.Normal)
		same(d, "update", d.said(l), "a sony 1")
		d.ok(d.stop(d.aloud(), channel("a"), s.ID))
		for _, target := range []stories.Target{topicFilm, {Kind: stories.TargetAll}} {
			_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), target)
			d.ok(err)
		}
		by, err = d.Unstop(d.ctx, d.aloud(), channel("a"), s.ID)
		d.ok(err)
		same(d, "nothing brings it", by.By, stories.Decision{})
		same(d, "sent in the end", d.said(l), "a -sony")
		by, err = d.Unstop(d.ctx, d.aloud(), channel("nowhere"), s.ID)
		d.ok(err)
		same(d, "nowhere", by.By, stories.Decision{})
		_, err = d.Unstop(d.ctx, d.aloud(), channel("a"), 99)
		d.refused(err, stories.CodeNotFound)
	}},
	{"what became of the first message of a subscription can be asked", func(d *desk) {
		d.track("sony")
		made := d.begin(d.aloud(), "a", "sony", stories.Minor)
		l := d.hold(lane, "w")
		v, err := d.NoticeDelivery(d.ctx, made.Notice, stories.OpPost)
		d.ok(err)
		same(d, "state", v.State, stories.Pending)
		begun := d.advance(l, 1)
		d.advance(l, 1, d.refusal(begun[0], stories.Held, "does not let the bot post", stories.Blocked))
		v, err = d.NoticeDelivery(d.ctx, made.Notice, stories.OpPost)
		d.ok(err)
		same(d, "refused", v.State.String()+": "+v.Reason, "held: does not let the bot post")
		_, _, err = d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "healed", d.said(l), "a +sony")
		v, err = d.NoticeDelivery(d.ctx, made.Notice, stories.OpPost)
		d.ok(err)
		same(d, "sent", v.State, stories.Sent)
		_, err = d.NoticeDelivery(d.ctx, 99, stories.OpPost)
		d.refused(err, stories.CodeNotFound)
	}},
	{"a blocked channel tells whether its cure needs somebody to try again", func(d *desk) {
		for _, heals := range []bool{true, false} {
			name := map[bool]string{true: "a", false: "b"}[heals]
			d.track("of-" + name)
			d.begin(d.aloud(), name, "of-"+name, stories.Minor)
			healing := func() bool {
				subs, err := d.Subscriptions(d.ctx, channel(name))
				d.ok(err)
				return len(subs) == 1 && subs[0].Heals
			}
			same(d, "heals before", healing(), false)
			l := d.hold(lane, "w")
			refused := d.refusal(d.advance(l, 1)[0], stories.Held, "is archived", stories.Blocked)
			refused.Heals = heals
			d.advance(l, 1, refused)
			same(d, "heals", healing(), heals)
			_, _, err := d.ReopenDestination(d.ctx, channel(name), 5, d.now)
			d.ok(err)
			same(d, "heals when it has", healing(), false)
			d.said(l)
		}
	}},
	{"who waits for what is on its way to a channel does not wait for what tells it of that", func(d *desk) {
		s := d.track("sony")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		l := d.hold(lane, "w")
		begun := d.advance(l, 1)
		ids, err := d.InFlight(d.ctx, channel("a"))
		d.ok(err)
		same(d, "the card", len(ids), 0)
		d.append(s, stories.Normal)
		d.advance(l, 1, d.sent(begun[0]))
		ids, err = d.InFlight(d.ctx, channel("a"))
		d.ok(err)
		same(d, "the update", len(ids), 1)
	}},
	{"of several who make one subscription at once one has it told", func(d *desk) {
		d.track("sony")
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for n := range errs {
			wait.Go(func() {
				_, _, errs[n] = d.Subscribe(d.ctx, d.aloud(), stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetStory, Name: "sony"}, Options: stories.Options{Level: stories.Minor}}, lane)
			})
		}
		wait.Wait()
		d.ok(errors.Join(errs...))
		same(d, "sent", d.said(d.hold(lane, "w")), "a +sony")
	}},
}
