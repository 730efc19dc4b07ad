package storetest

import (
	"strings"
	"time"

	"storybot/stories"
)

var subscriptionTests = []test{
	{"a subscription is made once and then only set", func(d *desk) {
		s := d.track("sony")
		sub, created := d.followFrom("sony", other, stories.Breaking)
		same(d, "created", created, true)
		same(d, "target", sub.Target.String(), "sony")
		same(d, "story", sub.StoryID, s.ID)
		same(d, "destination", sub.Destination, other)
		same(d, "level", sub.Level, stories.Breaking)
		same(d, "mode", sub.Mode, stories.ModeChannel)
		same(d, "state", sub.State, stories.Active)
		same(d, "by", sub.CreatedBy, ana)
		same(d, "at", sub.CreatedAt, start)
		same(d, "destination's state", sub.DestinationState, stories.Reachable)
		again, created := d.followFrom("sony", other, stories.Normal)
		same(d, "created", created, false)
		same(d, "id", again.ID, sub.ID)
		same(d, "level", again.Level, stories.Normal)
	}},
	{"an unknown story cannot be followed", func(d *desk) {
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: other, Target: stories.Target{Kind: stories.TargetStory, Name: "no"}, Level: stories.Minor}, lane)
		d.refused(err, stories.CodeNotFound)
	}},
	{"a channel's subscriptions are listed stories first, then topics, then all", func(d *desk) {
		d.track("zebra")
		d.track("apple")
		for _, target := range []string{"all", "topic:bb", "zebra", "topic:aa", "apple"} {
			d.follow(target, "a")
		}
		d.follow("all", "b")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		var names []string
		for _, s := range subs {
			names = append(names, s.Target.String())
		}
		same(d, "order", strings.Join(names, " "), "apple zebra topic:aa topic:bb all")
	}},
	{"stops of stories that would come otherwise are listed, the newest first", func(d *desk) {
		d.track("water", "weather")
		d.track("wind", "weather")
		d.track("film", "arts")
		stop := func(slug, where string) {
			act := d.aloud()
			act.By = stories.User{Ref: "console:bob", Name: "Bob"}
			s, err := d.StoryBySlug(d.ctx, slug)
			d.ok(err)
			_, err = d.Stop(d.ctx, act, channel(where), s.ID)
			d.ok(err)
		}
		listed := func(where string, limit int) string {
			mutes, err := d.Mutes(d.ctx, channel(where), limit)
			d.ok(err)
			var names []string
			for _, m := range mutes {
				names = append(names, m.Story.Slug)
				same(d, "by", m.By, stories.User{Ref: "console:bob", Name: "Bob"})
			}
			return strings.Join(names, " ")
		}
		d.follow("all", "a")
		d.follow("topic:weather", "a", "b")
		for _, slug := range []string{"water", "film"} {
			stop(slug, "a")
			stop(slug, "b")
			d.later(time.Minute)
		}
		same(d, "under all", listed("a", 10), "film water")
		same(d, "one of them", listed("a", 1), "film")
		same(d, "under the topic", listed("b", 10), "water")
		same(d, "elsewhere", listed("c", 10), "")
		_, err := d.Unsubscribe(d.ctx, d.aloud(), channel("a"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
		same(d, "when nothing would bring film", listed("a", 10), "water")
		_, err = d.SetSubscriptionState(d.ctx, d.aloud(), channel("a"), stories.Target{Kind: stories.TargetTopic, Name: "weather"}, stories.Paused)
		d.ok(err)
		same(d, "while the topic is paused", listed("a", 10), "water")
		s, err := d.StoryBySlug(d.ctx, "water")
		d.ok(err)
		_, err = d.Unstop(d.ctx, d.aloud(), channel("a"), s.ID)
		d.ok(err)
		same(d, "after it was brought back", listed("a", 10), "")
	}},
	{"an update goes once to whoever follows its story, a topic or all, by the one that decides", func(d *desk) {
		s := d.track("sony", "film", "security")
		d.track("other", "security")
		d.follow("sony", "story")
		d.follow("topic:security", "topic", "both")
		d.follow("topic:film", "both")
		d.follow("sony", "both")
		d.follow("all", "all", "both")
		d.follow("topic:weather", "elsewhere")
		d.follow("other", "elsewhere")
		d.followFrom("all", channel("breaking"), stories.Breaking)
		d.followFrom("sony", channel("mixed"), stories.Breaking) // the story before all
		d.followFrom("all", channel("mixed"), stories.Minor)
		d.followFrom("topic:film", channel("topics"), stories.Normal) // the older topic, and topics before all
		d.later(1)
		d.followFrom("topic:security", channel("topics"), stories.Minor)
		d.followFrom("all", channel("topics"), stories.Minor)
		l := d.hold(lane, "w")
		_, p := d.append(s, stories.Minor)
		same(d, "minor", p.Total, 4)
		same(d, "minor to", d.labels(d.drain(l, 10)), "story sony 1, topic sony 1, both sony 1, all sony 1")
		_, p = d.append(s, stories.Normal)
		same(d, "normal", p.Total, 5)
		same(d, "normal to", d.labels(d.drain(l, 10)), "story sony 2, topic sony 2, both sony 2, all sony 2, topics sony 2")
		_, p = d.append(s, stories.Breaking)
		same(d, "breaking", p.Total, 7)
	}},
	{"a paused subscription plans nothing until it is resumed", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		sony := stories.Target{Kind: stories.TargetStory, Name: "sony"}
		sub, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), sony, stories.Paused)
		d.ok(err)
		same(d, "state", sub.State, stories.Paused)
		_, p := d.append(s, stories.Breaking)
		same(d, "planned while paused", p.Total, 0)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("a"), sony, stories.Active)
		d.ok(err)
		_, p = d.append(s, stories.Breaking)
		same(d, "planned after", p.Total, 1)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("b"), sony, stories.Paused)
		d.refused(err, stories.CodeNotFound)
	}},
	{"subscribing again ends a pause and a mute of that story", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a")
		d.ok(d.stop(d.act(), channel("a"), s.ID))
		d.ok(d.stop(d.act(), channel("a"), o.ID))
		d.follow("sony", "a")
		_, p := d.append(s, stories.Minor)
		same(d, "planned of the story", p.Total, 1)
		_, p = d.append(o, stories.Minor)
		same(d, "planned of the other, still muted", p.Total, 0)
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetAll}, stories.Paused)
		d.ok(err)
		sub, _ := d.followFrom("all", channel("a"), stories.Minor)
		same(d, "state", sub.State, stories.Active)
	}},
	{"a mute keeps one story away and skips what waits of it", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a")
		d.append(s, stories.Breaking)
		d.append(o, stories.Minor)
		d.ok(d.stop(d.act(), channel("a"), s.ID))
		_, p := d.append(s, stories.Breaking)
		same(d, "planned", p.Total, 0)
		same(d, "states", d.states(channel("a"), s), "skipped")
		same(d, "sent", d.labels(d.drain(d.hold(lane, "w"), 10)), "a other 1")
		d.refused(d.stop(d.act(), channel("a"), 99), stories.CodeNotFound)
		d.ok(d.stop(d.act(), channel("nowhere"), s.ID))
	}},
	{"stopping a story that is followed by itself ends that, and mutes only what else brings it", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("sony", "a")
		for _, want := range []bool{false, true} {
			ended, err := d.Stop(d.ctx, d.act(), channel("a"), s.ID)
			d.ok(err)
			same(d, "stopped", ended, stories.Ended{Changed: true, Level: stories.Minor, Muted: want})
			_, p := d.append(s, stories.Breaking)
			same(d, "planned", p.Total, 0)
			d.follow("sony", "a")
			d.follow("topic:film", "a")
		}
	}},
	{"unsubscribing skips what waits because of it and nothing else", func(d *desk) {
		sony, bank := d.track("sony", "security"), d.track("bank", "security")
		quake := d.track("quake")
		d.follow("sony", "a")
		d.followFrom("topic:security", channel("a"), stories.Breaking)
		d.follow("quake", "a")
		d.append(sony, stories.Normal)   // only by the story
		d.append(sony, stories.Breaking) // by the topic as well
		d.append(bank, stories.Breaking)
		d.append(quake, stories.Minor)
		sub, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		same(d, "target", sub.Target.String(), "sony")
		same(d, "sony", d.states(channel("a"), sony), "skipped pending")
		same(d, "bank", d.states(channel("a"), bank), "pending")
		same(d, "sent", d.labels(d.drain(d.hold(lane, "w"), 10)), "a sony 2, a bank 1, a quake 1")
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.refused(err, stories.CodeNotFound)
	}},
	{"what is being sent while its channel unsubscribes is reported as usual", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		claimed := d.claim(l, 10)
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("a"), stories.Target{Kind: stories.TargetStory, Name: "sony"})
		d.ok(err)
		same(d, "states", d.states(channel("a"), s), "sending skipped")
		d.advance(l, 10, d.sent(claimed[0]))
		same(d, "states", d.states(channel("a"), s), "sent skipped")
	}},
	{"a destination that moves to another lane takes what waits with it", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetAll}, Level: stories.Minor}, "new")
		d.ok(err)
		same(d, "left in the old lane", len(d.claim(d.hold(lane, "w"), 10)), 0)
		found := d.claim(d.hold("new", "w"), 10)
		same(d, "in the new one", d.labels(found), "a sony 1")
		same(d, "its lane", found[0].Lane, "new")
		lanes, err := d.Lanes(d.ctx)
		d.ok(err)
		same(d, "lanes", strings.Join(lanes, " "), "new")
	}},
	{"the desk has one channel a workspace", func(d *desk) {
		elsewhere := stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}
		for _, to := range []stories.Destination{channel("one"), elsewhere, channel("two")} {
			d.ok(d.SetDesk(d.ctx, d.act(), to, lane))
		}
		desks, err := d.Desks(d.ctx)
		d.ok(err)
		same(d, "desks", len(desks), 2)
		same(d, "the console's", desks[0], channel("two"))
		same(d, "Slack's", desks[1], elsewhere)
	}},
}

var destinationTests = []test{
	{"the lanes of a channel, a workspace and a platform are found by what lies in them", func(d *desk) {
		all := stories.Target{Kind: stories.TargetAll}
		for _, at := range []struct{ workspace, channel, lane string }{
			{"w1", "a", "far one"}, {"w1", "b", "far one"}, {"w2", "a", "far two"}, {"", "dm", "far direct"},
		} {
			to := stories.Destination{Platform: "far", Workspace: at.workspace, Channel: at.channel}
			_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: to, Target: all, Level: stories.Minor}, at.lane)
			d.ok(err)
		}
		d.followFrom("all", other, stories.Minor)
		for _, c := range []struct{ workspace, channel, want string }{
			{"w1", "", "far one"}, {"w2", "", "far two"}, {"w2", "a", "far two"}, {"w3", "", ""}, {"", "dm", "far direct"}, {"", "a", ""}, {"", "", "far direct, far one, far two"},
		} {
			lanes, err := d.LanesOf(d.ctx, stories.Destination{Platform: "far", Workspace: c.workspace, Channel: c.channel})
			d.ok(err)
			same(d, "lanes of "+c.workspace+"/"+c.channel, strings.Join(lanes, ", "), c.want)
		}
	}},
	{"a blocked destination holds its deliveries, and new ones too", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		same(d, "a", d.states(channel("a"), s), "held held")
		_, p := d.append(s, stories.Normal)
		same(d, "held of the new update", p.Held, 1)
		same(d, "waiting of the new update", p.Waiting, 1)
		same(d, "sent", d.labels(d.drain(l, 10)), "b sony 1, b sony 2, b sony 3")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "state", subs[0].DestinationState, stories.Blocked)
		same(d, "reason", subs[0].Reason, "may not write there")
		same(d, "since", subs[0].BlockedSince, d.now)
		followers, err := d.Followers(d.ctx)
		d.ok(err)
		same(d, "channels that follow", followers, 2)
		failing, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "failing", total, 1)
		same(d, "the failing one", failing[0], stories.FailingDestination{
			Destination: channel("a"), Lane: lane, State: stories.Blocked, Reason: "may not write there", Since: d.now, Held: 3})
	}},
	{"a destination that heals gets the newest held deliveries in order, the older ones are skipped", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for range 5 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		resumed, skipped, err := d.ReopenDestination(d.ctx, channel("a"), 2, d.now)
		d.ok(err)
		same(d, "resumed", resumed, 2)
		same(d, "skipped", skipped, 3)
		same(d, "states", d.states(channel("a"), s), "skipped skipped skipped pending pending")
		sent := d.drain(l, 10)
		same(d, "sent", d.labels(sent), "a sony 4, a sony 5")
		same(d, "missed before the first", sent[0].Missed, 3)
		same(d, "missed before the second", sent[1].Missed, 0)
		for _, to := range []stories.Destination{channel("a"), channel("nowhere")} {
			resumed, skipped, err = d.ReopenDestination(d.ctx, to, 2, d.now)
			d.ok(err)
			same(d, "resumed again", resumed, 0)
			same(d, "skipped again", skipped, 0)
		}
		_, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "failing", total, 0)
	}},
	{"what was missed is counted on when a channel is blocked again before it was told", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for range 3 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		_, skipped, err := d.ReopenDestination(d.ctx, channel("a"), 1, d.now)
		d.ok(err)
		same(d, "skipped", skipped, 2)
		blocked(d, l, "a")
		d.append(s, stories.Normal)
		_, skipped, err = d.ReopenDestination(d.ctx, channel("a"), 1, d.now)
		d.ok(err)
		same(d, "skipped again", skipped, 1)
		sent := d.drain(l, 10)
		same(d, "sent", d.labels(sent), "a sony 4")
		same(d, "missed", sent[0].Missed, 3)
	}},
	{"a block that lasts keeps its first moment", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		resumed, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		same(d, "resumed", resumed, 1)
		d.later(time.Hour)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Held, "again", stories.Blocked))
		failing, _, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "since", failing[0].Since, d.now)
	}},
	{"subscribing anew makes a blocked or a gone destination reachable", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		sub, _ := d.followFrom("sony", channel("a"), stories.Minor)
		same(d, "state", sub.DestinationState, stories.Reachable)
		same(d, "sent", d.labels(d.drain(l, 10)), "a sony 1")
		d.ok(d.EndDestination(d.ctx, channel("a"), "deleted", d.now))
		sub, created := d.followFrom("sony", channel("a"), stories.Minor)
		same(d, "created", created, true)
		same(d, "state", sub.DestinationState, stories.Reachable)
		_, p := d.append(s, stories.Normal)
		same(d, "planned", p.Waiting, 1)
	}},
	{"a gone destination follows nothing and what waits is skipped with the reason", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.follow("all", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		d.ok(d.EndDestination(d.ctx, channel("a"), "The channel was deleted.", d.now))
		d.ok(d.EndDestination(d.ctx, channel("nowhere"), "The channel was deleted.", d.now))
		found, err := d.DeliveriesTo(d.ctx, channel("a"), s.ID, 0, 10)
		d.ok(err)
		for _, v := range found {
			same(d, "state", v.State, stories.Skipped)
			same(d, "reason", v.Reason, "The channel was deleted.")
			same(d, "finished", v.FinishedAt, d.now)
		}
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "subscriptions", len(subs), 0)
		_, p := d.append(s, stories.Normal)
		same(d, "planned", p.Total, 1)
	}},
	{"an answer may end its destination", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.advance(l, 1, d.refusal(v, stories.Failed, "unknown channel", stories.Gone))
		same(d, "states", d.states(channel("a"), s), "failed skipped")
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "subscriptions", len(subs), 0)
	}},
	{"an answer may lift a block", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 1, d.now)
		d.ok(err)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.refusal(v, stories.Sent, "", stories.Reachable))
		_, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "failing", total, 0)
	}},
}

// blocked claims one delivery to a channel and reports that it refuses us.
func blocked(d *desk, l stories.Lease, name string) stories.Delivery {
	d.Helper()
	v := d.claim(l, 1)[0]
	same(d, "claimed", v.Destination, channel(name))
	d.advance(l, 0, d.refusal(v, stories.Held, "may not write there", stories.Blocked))
	return v
}
