package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// barred is what a platform tells of a channel that was archived.
var barred = stories.Obstacle{Reason: "is archived", Cure: "A member can unarchive the channel.", Heals: true}

// placeNewsTests are what becomes of what a channel follows, of what waits for it and of
// what the desk is told, whatever its platform tells of it.
var placeNewsTests = []test{
	{"what a platform tells of a channel ends, holds or moves what it follows, and the desk is told once", func(d *desk) {
		blocked := func(c stories.Destination) error { return d.BlockDestination(d.ctx, c, barred, d.now) }
		ended := func(c stories.Destination) error { return d.EndDestination(d.ctx, c, "was deleted", d.now) }
		healed := func(c stories.Destination) error {
			_, _, err := d.ReopenDestination(d.ctx, c, 5, d.now)
			return err
		}
		moved := func(c stories.Destination) error {
			return d.MoveDestination(d.ctx, c, channel("moved "+c.Channel))
		}
		type told func(stories.Destination) error
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		s := d.track("sony")
		l := d.hold("elsewhere", "w")
		for _, c := range []struct {
			name   string
			news   []told
			at     string // begins the channel's address afterwards
			state  stories.DestinationState
			follow int
			rows   string
			desk   string
		}{
			{"nothing", nil, "", stories.Reachable, 1, "pending", ""},
			{"archived", []told{blocked}, "", stories.Blocked, 1, "held", "destination_blocked is archived A member can unarchive the channel."},
			{"archived twice", []told{blocked, blocked}, "", stories.Blocked, 1, "held", "destination_blocked is archived A member can unarchive the channel."},
			{"archived and back", []told{blocked, healed}, "", stories.Reachable, 1, "pending", "destination_blocked is archived A member can unarchive the channel."},
			{"archived on and off", []told{blocked, healed, blocked}, "", stories.Blocked, 1, "held", "destination_blocked is archived A member can unarchive the channel."},
			{"deleted", []told{ended}, "", stories.Gone, 0, "skipped", "destination_gone was deleted "},
			{"archived, then deleted", []told{blocked, ended}, "", stories.Gone, 0, "skipped", "destination_blocked is archived A member can unarchive the channel., destination_gone was deleted "},
			{"deleted, then archived", []told{ended, blocked, healed}, "", stories.Gone, 0, "skipped", "destination_gone was deleted "},
			{"moved", []told{moved}, "moved", stories.Reachable, 1, "pending", ""},
			{"archived, then moved", []told{blocked, moved}, "moved", stories.Reachable, 1, "pending", "destination_blocked is archived A member can unarchive the channel."},
		} {
			d.follow("sony", c.name)
			d.append(s, stories.Normal)
			for _, n := range c.news {
				d.ok(n(channel(c.name)))
			}
			at := channel(c.name)
			if c.at != "" {
				at = channel(c.at + " " + at.Channel)
			}
			subs, err := d.Subscriptions(d.ctx, at)
			d.ok(err)
			same(d, c.name+": follows", len(subs), c.follow)
			if len(subs) > 0 {
				same(d, c.name+": is", subs[0].DestinationState, c.state)
			}
			same(d, c.name+": its row", d.states(at, s), c.rows)
			same(d, c.name+": the desk", strings.Join(d.alarmsTold(l), ", "), c.desk)
			if len(subs) > 0 {
				_, err = d.Unsubscribe(d.ctx, d.act(), at, stories.Target{Kind: stories.TargetStory, Name: "sony"})
				d.ok(err)
			}
		}
	}},
	{"news of a channel that follows nothing, and of one nobody knows, is told to no desk", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		l := d.hold("elsewhere", "w")
		d.follow("all", "left")
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("left"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
		for _, name := range []string{"left", "nobody's"} {
			d.ok(d.BlockDestination(d.ctx, channel(name), barred, d.now))
			d.ok(d.EndDestination(d.ctx, channel(name), "was deleted", d.now))
		}
		same(d, "told", strings.Join(d.alarmsTold(l), ", "), "")
	}},
	{"a channel that was made anew under the same name follows nothing of the old one's", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "old")
		name := func(id string) stories.PlaceName {
			return stories.PlaceName{Place: channel(id), Form: stories.ChannelForm, Name: "partners", Access: stories.OpenAccess}
		}
		d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: []stories.PlaceName{name("old")}}, d.now))
		d.ok(d.EndDestination(d.ctx, channel("old"), "was deleted", d.now))
		d.follow("all", "new")
		d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: []stories.PlaceName{name("new")}}, d.now))
		_, err := d.Unsubscribe(d.ctx, d.act(), channel("new"), stories.Target{Kind: stories.TargetAll})
		d.ok(err)
		d.append(s, stories.Breaking)
		same(d, "old", d.states(channel("old"), s), "")
		same(d, "new", d.states(channel("new"), s), "")
		names, err := d.NamesOf(d.ctx, []stories.Destination{channel("old"), channel("new")})
		d.ok(err)
		same(d, "the old one's name", names[channel("old")].Name, "partners")
		same(d, "two are called so", names[channel("new")].Shared, true)
	}},
}

// alarmsTold tells the desk what waits to be told, and returns what it is told.
func (d *desk) alarmsTold(l stories.Lease) (told []string) {
	d.Helper()
	d.tell()
	for _, v := range d.drain(l, 10) {
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: v.About.NoticeID}, v.Revision)
		d.ok(err)
		for _, a := range c.Notice.Body.Alarms {
			told = append(told, fmt.Sprint(a.Kind, " ", a.Reason, " ", a.Cure))
		}
	}
	return told
}
