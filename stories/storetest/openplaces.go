package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

var openPlaceTests = []test{
	{"what the channels of a workspace follow is told of those that everyone there may know of, by name", func(d *desk) {
		for _, slug := range []string{"one", "two", "three", "four", "five"} {
			d.track(slug)
		}
		at := func(team, channel string) stories.Destination {
			return stories.Destination{Platform: "slack", Workspace: team, Channel: channel}
		}
		known := func(c stories.Destination, name string, form stories.PlaceForm, access stories.Access) {
			d.see(stories.PlaceName{Place: c, Form: form, Name: name, Access: access})
		}
		follow := func(c stories.Destination, targets ...string) {
			for _, target := range targets {
				t, err := stories.ParseTarget(target)
				d.ok(err)
				_, _, err = d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: c, Target: t, Options: stories.Options{Level: stories.Minor}, CreatedBy: ana}, lane)
				d.ok(err)
			}
		}
		known(at("T1", "C1"), "news", stories.ChannelForm, stories.OpenAccess)
		follow(at("T1", "C1"), "all", "topic:asia", "two", "one")
		known(at("T1", "C2"), "general", stories.ChannelForm, stories.OpenAccess)
		follow(at("T1", "C2"), "one", "two")
		known(at("T1", "C3"), "secret", stories.ChannelForm, stories.PrivateAccess)
		follow(at("T1", "C3"), "one")
		known(at("T1", "C4"), "unsaid", stories.ChannelForm, stories.UnsaidAccess)
		follow(at("T1", "C4"), "one")
		follow(at("T1", "C5"), "one") // nobody said what it is called
		known(at("T1", "D1"), "", stories.DirectForm, stories.OpenAccess)
		follow(at("T1", "D1"), "one")
		known(at("T1", "C6"), "gone", stories.ChannelForm, stories.OpenAccess)
		follow(at("T1", "C6"), "one")
		d.ok(d.EndDestination(d.ctx, at("T1", "C6"), "was deleted", d.now))
		known(at("T1", "C7"), "idle", stories.ChannelForm, stories.OpenAccess)
		known(at("T1", "C8"), "paused", stories.ChannelForm, stories.OpenAccess)
		follow(at("T1", "C8"), "one")
		_, err := d.SetSubscriptionState(d.ctx, d.act(), at("T1", "C8"), stories.Target{Kind: stories.TargetStory, Name: "one"}, stories.Paused)
		d.ok(err)
		known(at("T2", "C9"), "abroad", stories.ChannelForm, stories.OpenAccess)
		follow(at("T2", "C9"), "one")
		open := func(team string, offset, limit, targets int) string {
			found, total, err := d.OpenPlaces(d.ctx, at(team, ""), offset, limit, targets)
			d.ok(err)
			out := []string{fmt.Sprint(total)}
			for _, f := range found {
				var names []string
				for _, t := range f.Targets {
					names = append(names, t.String())
				}
				out = append(out, fmt.Sprintf("%s=%s %s+%d", f.Place.Place.Channel, f.Place.Name, strings.Join(names, ","), f.More))
			}
			return strings.Join(out, "; ")
		}
		same(d, "all", open("T1", 0, 10, 9), "2; C2=general one,two+0; C1=news one,two,topic:asia,all+0")
		same(d, "the first", open("T1", 0, 1, 1), "2; C2=general one+1")
		same(d, "the second", open("T1", 1, 1, 3), "2; C1=news one,two,topic:asia+1")
		same(d, "beyond", open("T1", 2, 1, 1), "2")
		same(d, "another workspace", open("T2", 0, 10, 9), "1; C9=abroad one+0")
		same(d, "none", open("T3", 0, 10, 9), "0")
		known(at("T1", "C2"), "general", stories.ChannelForm, stories.PrivateAccess) // it was turned private
		same(d, "once one is private", open("T1", 0, 10, 9), "1; C1=news one,two,topic:asia,all+0")
	}},
}
