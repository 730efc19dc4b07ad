package storetest

import (
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// mention has a channel follow a target and ping whom from a level on.
func (d *desk) mention(target, name, whom string, from stories.Level) {
	d.Helper()
	d.followWith(target, name, stories.Options{Level: stories.Minor, Mention: whom, MentionLevel: from})
}

func (d *desk) followWith(target, name string, o stories.Options) {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	_, _, err = d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel(name), Target: t, Options: o, CreatedBy: ana}, lane)
	d.ok(err)
}

// pings are whom the messages ping that l's worker has begun last: "a @desk, b @film", and
// what pings nobody is "c".
func (d *desk) pings(l stories.Lease, begun []stories.Delivery) string {
	d.Helper()
	var out []string
	for _, v := range begun {
		out = append(out, strings.TrimSpace(v.Destination.Channel[1:]+" "+d.worker(l).pings[v.ID].Mention))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

var pingTests = []test{
	{"the subscription that decides says who is pinged, from its level on, and nobody else does", func(d *desk) {
		s := d.track("sony", "film")
		d.mention("sony", "story", "@story", stories.Breaking)
		d.mention("topic:film", "story", "@film", stories.Minor)
		d.mention("topic:film", "topic", "@film", stories.Normal)
		d.mention("all", "topic", "@all", stories.Minor)
		d.mention("all", "all", "@all", 0)
		d.follow("sony", "quiet")
		d.mention("all", "quiet", "@all", stories.Minor)
		d.follow("sony", "nobody")
		l := d.hold(lane, "w")
		for level, want := range map[stories.Level]string{
			stories.Minor:    "all, nobody, quiet, story, topic",
			stories.Normal:   "all, nobody, quiet, story, topic @film",
			stories.Breaking: "all @all, nobody, quiet, story @story, topic @film",
		} {
			d.append(s, level)
			begun := d.claim(l, 10)
			same(d, level.String(), d.pings(l, begun), want)
			for _, v := range begun {
				d.advance(l, 0, d.sent(v))
			}
		}
	}},
	{"what an urgent update takes along pings by its own level", func(d *desk) {
		s := d.track("sony")
		d.mention("sony", "a", "@desk", stories.Breaking)
		d.append(s, stories.Normal)
		d.append(s, stories.Breaking)
		l := d.hold(lane, "w")
		first := d.claim(l, 10)
		same(d, "raised", first[0].Level, stories.Breaking)
		same(d, "the first", d.pings(l, first), "a")
		same(d, "the second", d.pings(l, d.advance(l, 10, d.sent(first[0]))), "a @desk")
	}},
	{"what was surely not sent is decided anew, and what may have been pings whom it pinged then", func(d *desk) {
		s := d.track("sony")
		d.mention("sony", "a", "@desk", stories.Breaking)
		d.mention("sony", "b", "@desk", stories.Breaking)
		d.append(s, stories.Breaking)
		l := d.hold(lane, "w")
		begun := d.claim(l, 10)
		same(d, "first", d.pings(l, begun), "a @desk, b @desk")
		d.mention("sony", "a", "@film", stories.Breaking)
		d.mention("sony", "b", "@film", stories.Breaking)
		var results []stories.Result
		for _, v := range begun {
			r := d.retry(v)
			r.Doubtful = v.Destination == channel("b")
			results = append(results, r)
		}
		begun = d.advance(l, 10, results...)
		same(d, "again", d.pings(l, begun), "a @film, b @desk")
		d.follow("sony", "a")
		same(d, "once more, of nobody", d.pings(l, d.advance(l, 10, d.retry(begun[slices.IndexFunc(begun, func(v stories.Delivery) bool { return v.Destination == channel("a") })]))), "a")
	}},
	{"who takes a lane over knows whom the messages pinged that are on their way", func(d *desk) {
		s := d.track("sony")
		d.mention("sony", "a", "@desk", stories.Breaking)
		d.follow("sony", "b")
		d.append(s, stories.Breaking)
		dead := d.hold(lane, "dead")
		d.claim(dead, 10)
		d.ok(d.ReleaseLease(d.ctx, dead))
		d.mention("sony", "a", "@film", stories.Breaking)
		d.mention("sony", "b", "@film", stories.Breaking)
		l := d.hold(lane, "next")
		same(d, "in doubt", d.pings(l, d.recovered(l)), "a @desk, b")
	}},
	{"a message that was taken only without its ping says so, and an edit of it names nobody", func(d *desk) {
		s := d.track("sony")
		d.mention("sony", "a", "@desk", stories.Normal)
		d.mention("sony", "b", "@desk", stories.Normal)
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		var results []stories.Result
		for _, v := range d.claim(l, 10) {
			r := d.sent(v)
			r.Unpinged = v.Destination == channel("a")
			results = append(results, r)
		}
		d.advance(l, 0, results...)
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Mended"})
		same(d, "the edits", d.pings(l, d.claim(l, 10)), "a, b @desk")
		for name, refused := range map[string]bool{"a": true, "b": false} {
			found, err := d.DeliveriesTo(d.ctx, channel(name), s.ID, 1, 1)
			d.ok(err)
			same(d, name+" is told so", found[0].Unpinged != nil, refused)
		}
	}},
	{"a begin that is made again pings whom it pinged", func(d *desk) {
		s := d.track("sony")
		d.mention("sony", "a", "@desk", stories.Breaking)
		d.append(s, stories.Breaking)
		l := d.hold(lane, "w")
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		x := stories.Exchange{Batch: 1, Begin: d.worker(l).next(rows, 10)}
		for range 2 {
			got, err := d.Exchange(d.ctx, l, x)
			d.ok(err)
			same(d, "pinged", got.Pings[x.Begin[0].Delivery].Mention, "@desk")
		}
		// A row that was begun and never left is begun anew under the same attempt.
		x.Batch = 2
		_, err = d.Exchange(d.ctx, l, x)
		d.ok(err)
	}},
	{"an edit names whom its copy pinged, and the message beside it pings alike", func(d *desk) {
		s := d.track("sony")
		d.mention("sony", "a", "@desk", stories.Normal)
		d.follow("sony", "b")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.drain(l, 10)
		d.mention("sony", "a", "@film", stories.Normal)
		d.mention("sony", "b", "@film", stories.Normal)
		for _, w := range []stories.Rewording{corrected("Newer"), {Kind: stories.Hold}, {Kind: stories.Withdrawal, Reason: "Not so"}} {
			d.reword(u, w)
			edits := d.claim(l, 10)
			same(d, string(w.Kind)+": edits", d.pings(l, edits), "a @desk, b")
			told := d.advance(l, 10, d.sent(edits[0]), d.sent(edits[1]))
			same(d, string(w.Kind)+": told", d.pings(l, told), "a @film, b @film")
			d.advance(l, 0, d.sent(told[0]), d.sent(told[1]))
		}
	}},
	{"nothing but updates and what is told of their revisions pings anybody", func(d *desk) {
		d.track("sony")
		act := d.act()
		act.Audience = stories.Everyone
		_, _, err := d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetAll},
			Options: stories.Options{Level: stories.Minor, Mention: "@desk", MentionLevel: stories.Minor}, CreatedBy: ana}, lane)
		d.ok(err)
		l := d.hold(lane, "w")
		begun := d.claim(l, 10)
		same(d, "the card", len(begun), 1)
		same(d, "pinged", d.pings(l, begun), "a")
	}},
	{"in the thread of a card a breaking update pings nobody, in the channel it does", func(d *desk) {
		b := d.board()
		s := d.track("sony")
		d.followWith("sony", "a", stories.Options{Mode: stories.ModeThread, Mention: "@desk", MentionLevel: stories.Normal})
		told := func() string {
			var out []string
			var results []stories.Result
			for {
				begun := b.advance(b.lease, 10, results...)
				if len(begun) == 0 && len(results) == 0 {
					slices.Sort(out)
					return strings.Join(out, ", ")
				}
				results = nil
				for _, v := range begun {
					if v.Op != stories.OpEdit && v.Op != stories.OpShow {
						out = append(out, strings.TrimSpace(v.Op.String()+" "+d.worker(b.lease).pings[v.ID].Mention))
					}
					results = append(results, b.takes(v))
				}
			}
		}
		d.publish(s, stories.Normal, "calm")
		same(d, "the first", told(), "post, reply @desk, thread")
		d.publish(s, stories.Breaking, "alarm")
		same(d, "breaking, where a reply is not shown in the channel", told(), "post @desk, reply")
		d.ok(d.KeepBroadcasting(d.ctx, "console", true))
		d.publish(s, stories.Breaking, "alarm again")
		same(d, "breaking, where it is", told(), "broadcast @desk")
	}},
	{"those whom a subscription pings are called as they were when that was set, also who was pinged before", func(d *desk) {
		d.track("sony")
		set := func(mention, name string) (stories.Subscription, stories.Made) {
			sub, made, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("a"), Target: stories.Target{Kind: stories.TargetStory, Name: "sony"}, CreatedBy: ana}, lane,
				stories.Setting{Option: stories.OptionMention, Value: mention, Name: name})
			d.ok(err)
			return sub, made
		}
		sub, made := set("<@&7>", "@Breaking Desk")
		same(d, "now", sub.Pings, stories.Group{Name: "@Breaking Desk"})
		same(d, "before", made.Pinged, stories.Group{})
		d.see(stories.PlaceName{Place: stories.Destination{Platform: "console", Channel: "<@&7>"}, Form: stories.GroupForm, Access: stories.GoneAccess, Heard: true})
		sub, made = set("<@&8>", "")
		same(d, "one nobody knows", sub.Pings, stories.Group{})
		same(d, "the one before", made.Pinged, stories.Group{Name: "@Breaking Desk", Gone: true})
		sub, _ = set("<@&7>", "@Breaking Desk")
		same(d, "set again", sub.Pings, stories.Group{Name: "@Breaking Desk"})
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "listed", subs[0].Pings, sub.Pings)
		sub, _ = set("off", "")
		same(d, "taken away", sub.Pings, stories.Group{})
	}},
	{"a role is told by its name, and one that is not there any more is not pinged", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.mention("sony", "a", "<@&7>", stories.Breaking)
		group := stories.PlaceName{Place: stories.Destination{Platform: "console", Channel: "<@&7>"}, Form: stories.GroupForm, Name: "Breaking Desk", Access: stories.OpenAccess}
		d.see(group)
		d.append(s, stories.Breaking)
		begun := d.claim(l, 10)
		same(d, "pinged", d.worker(l).pings[begun[0].ID], stories.Ping{Mention: "<@&7>", Name: "@Breaking Desk"})
		d.advance(l, 0, d.sent(begun[0]))
		d.see(stories.PlaceName{Place: group.Place, Form: stories.GroupForm, Access: stories.GoneAccess, Heard: true})
		names, err := d.NamesOf(d.ctx, []stories.Destination{group.Place})
		d.ok(err)
		same(d, "called still", names[group.Place].Name, "Breaking Desk")
		d.append(s, stories.Breaking)
		same(d, "once it is gone", d.pings(l, d.claim(l, 10)), "a")
		d.ok(d.Prune(d.ctx, d.now.Add(3*365*24*time.Hour)))
		names, err = d.NamesOf(d.ctx, []stories.Destination{group.Place})
		d.ok(err)
		same(d, "kept as long as it is named", names[group.Place].Name, "Breaking Desk")
	}},
}
