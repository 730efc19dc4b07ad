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
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: other, Target: stories.Target{Kind: stories.TargetStory, Name: "no"}, Options: stories.Options{Level: stories.Minor}}, lane)
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
			same(d, "its own", ended.Own.Target.Name, "sony")
			ended.Own = stories.Subscription{}
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
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "new")
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
