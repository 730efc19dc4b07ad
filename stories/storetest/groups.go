package storetest

import (
	"time"

	"storybot/stories"
)

var groupTests = []test{
	{"a role that was renamed while the bot was away is called so, and one that was deleted is told the desk once and pings nobody", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		set := func(name, mention, called string) {
			d.Helper()
			_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel(name), Target: stories.Target{Kind: stories.TargetStory, Name: "sony"}, CreatedBy: ana}, lane,
				stories.Setting{Option: stories.OptionMention, Value: mention, Name: called})
			d.ok(err)
		}
		listed := func(called map[string]string) {
			d.Helper()
			d.ok(d.KeepNames(d.ctx, stories.Sighting{Groups: []stories.AllGroups{
				{In: stories.Destination{Platform: "console"}, Called: called},
				{In: stories.Destination{Platform: "console", Workspace: "elsewhere"}, Called: map[string]string{}}}}, d.now))
		}
		pings := func(name string) stories.Group {
			d.Helper()
			subs, err := d.Subscriptions(d.ctx, channel(name))
			d.ok(err)
			return subs[0].Pings
		}
		set("a", "<@&7>", "@Breaking Desk")
		set("b", "<@&7>", "@Breaking Desk")
		set("c", "<@&8>", "@Film")
		listed(map[string]string{"<@&7>": "News Desk", "<@&8>": "Film", "<@&9>": "Never named"})
		same(d, "renamed", pings("a"), stories.Group{Name: "@News Desk"})
		same(d, "as it was", pings("c"), stories.Group{Name: "@Film"})
		d.waits("nothing is gone", false)
		names, err := d.NamesOf(d.ctx, []stories.Destination{{Platform: "console", Channel: "<@&9>"}})
		d.ok(err)
		same(d, "kept of one nobody named", len(names), 0)

		for range 2 {
			listed(map[string]string{"<@&8>": "Film"})
		}
		same(d, "deleted", pings("b"), stories.Group{Name: "@News Desk", Gone: true})
		l := d.hold(lane, "w")
		d.waits("two channels ping nobody", true)
		same(d, "told", d.tell(), true)
		begun := d.claim(l, 10)
		same(d, "messages to the desk", len(begun), 1)
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: begun[0].About.NoticeID}, begun[0].Revision)
		d.ok(err)
		alarms := c.Notice.Body.Alarms
		same(d, "alarms", len(alarms), 2)
		for i, at := range []string{"a", "b"} {
			want := stories.Alarm{Kind: stories.AlarmGroupGone, At: alarms[i].At, Lane: lane, Destination: channel(at), Reason: "@News Desk"}
			same(d, "of "+at, alarms[i], want)
		}
		d.advance(l, 0, d.sent(begun[0]))
		d.later(time.Minute)
		listed(map[string]string{"<@&8>": "Film"})
		d.waits("told before", false)
		d.append(s, stories.Breaking)
		same(d, "pinged", d.pings(l, d.claim(l, 10)), "a, b, c <@&8>")

		listed(map[string]string{"<@&7>": "News Desk", "<@&8>": "Film"})
		same(d, "enabled again", pings("a"), stories.Group{Name: "@News Desk"})
	}},
}
