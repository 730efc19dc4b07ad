package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// Names keeps what places and people are called.
type Names interface {
	KeepNames(ctx context.Context, told stories.Sighting, at time.Time) error
}

var (
	partners  = stories.Destination{Platform: "discord", Workspace: "1", Channel: "11"}
	elsewhere = stories.Destination{Platform: "discord", Workspace: "2", Channel: "21"}
	rita      = stories.User{Ref: "discord:80351110224678913", Name: "Rita Klein"}
)

// named is the name of a channel or, without one, of a workspace.
func named(d stories.Destination, name string) stories.PlaceName {
	form := stories.ChannelForm
	if d.Channel == "" {
		form = stories.WorkspaceForm
	}
	return stories.PlaceName{Place: d, Form: form, Name: name}
}

// see keeps names as of now.
func (d *desk) see(places ...stories.PlaceName) {
	d.Helper()
	d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: places}, d.now))
}

// called are the names of places, "?" for none, with a mark on those that another
// place has too: "partners* ?".
func (d *desk) called(places ...stories.Destination) string {
	d.Helper()
	names, err := d.NamesOf(d.ctx, places)
	d.ok(err)
	return calledIn(names, places...)
}

func calledIn(names stories.Names, places ...stories.Destination) string {
	var out []string
	for _, p := range places {
		n, known := names[p]
		switch {
		case !known:
			out = append(out, "?")
		case n.Shared:
			out = append(out, n.Name+"*")
		default:
			out = append(out, n.Name)
		}
	}
	return strings.Join(out, " ")
}

var nameTests = []test{
	{"the last name of a channel and of its workspace is told", func(d *desk) {
		same(d, "at first", d.called(partners, partners.In()), "? ?")
		d.see(named(partners, "partners"), named(partners.In(), "Newsroom"))
		d.see(named(partners, "partner-news"))
		d.see(named(partners, "")) // is none
		same(d, "then", d.called(partners, partners.In(), elsewhere, elsewhere.In()), "partner-news Newsroom ? ?")
		names, err := d.NamesOf(d.ctx, []stories.Destination{partners, {}, {Platform: "discord"}})
		d.ok(err)
		same(d, "a channel's workspace comes with it", calledIn(names, partners.In()), "Newsroom")
		same(d, "forms", string(names[partners].Form+" "+names[partners.In()].Form), "channel workspace")
	}},
	{"a name that two channels have is told to be shared", func(d *desk) {
		d.see(named(partners, "partners"), named(elsewhere, "partners"), named(elsewhere.In(), "partners"),
			named(stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}, "desk"), named(stories.Destination{Platform: "discord", Workspace: "1", Channel: "12"}, "desk"))
		same(d, "of one platform", d.called(partners, elsewhere, elsewhere.In()), "partners* partners* partners")
		same(d, "of two", d.called(stories.Destination{Platform: "discord", Workspace: "1", Channel: "12"}), "desk")
		d.see(named(elsewhere, "partners-2"))
		same(d, "once one is renamed", d.called(partners, elsewhere), "partners partners-2")
	}},
	{"who may know of a place is kept with its name, and told anew", func(d *desk) {
		as := func(c stories.Destination, name string, access stories.Access) stories.PlaceName {
			n := named(c, name)
			n.Access = access
			return n
		}
		kept := func() string {
			names, err := d.NamesOf(d.ctx, []stories.Destination{partners, elsewhere})
			d.ok(err)
			return names[partners].Name + " " + string(names[partners].Access) + ", " + names[elsewhere].Name + " " + string(names[elsewhere].Access)
		}
		d.see(as(partners, "partners", ""), as(elsewhere, "", stories.PrivateAccess))
		same(d, "of one that was not said, and of one without a name", kept(), "partners ,  ")
		d.see(as(partners, "partners", stories.PrivateAccess), as(elsewhere, "elsewhere", stories.OpenAccess))
		same(d, "once it was", kept(), "partners private, elsewhere open")
		d.see(as(partners, "layoffs", ""), as(elsewhere, "", stories.PrivateAccess))
		same(d, "a name alone, and nothing but that it is private", kept(), "layoffs private, elsewhere private")
		d.see(as(partners, "layoffs", stories.OpenAccess))
		same(d, "once it is open", kept(), "layoffs open, elsewhere private")
		d.followFrom("all", elsewhere, stories.Minor)
		to := stories.Destination{Platform: "discord", Workspace: "2", Channel: "77"}
		d.ok(d.MoveDestination(d.ctx, elsewhere, to))
		names, err := d.NamesOf(d.ctx, []stories.Destination{to})
		d.ok(err)
		same(d, "at another address", names[to].Access, stories.PrivateAccess)
	}},
	{"a direct message is called as the person it is with is, and nothing else keeps their name", func(d *desk) {
		dm := stories.Destination{Platform: "discord", Channel: "31"}
		d.ok(d.KeepNames(d.ctx, stories.Sighting{
			Places: []stories.PlaceName{{Place: dm, Form: stories.DirectForm, With: rita.Ref}, {Place: elsewhere, Form: stories.DirectForm, With: ben.Ref}},
			People: []stories.User{rita},
		}, d.now))
		same(d, "of one whose name was told", d.called(dm), "Rita Klein")
		same(d, "of one who is not known", d.called(elsewhere), "")
		_, err := d.SetRole(d.ctx, stories.Act{By: ana, At: d.now}, ben, stories.Moderator)
		d.ok(err)
		same(d, "of a member", d.called(elsewhere), "Ben")
		names, err := d.NamesOf(d.ctx, []stories.Destination{dm})
		d.ok(err)
		same(d, "whom it is with", names[dm].With, rita.Ref)
	}},
	{"a person is called as their platform last told", func(d *desk) {
		_, err := d.SetRole(d.ctx, d.act(), ben, stories.Moderator)
		d.ok(err)
		d.ok(d.KeepNames(d.ctx, stories.Sighting{People: []stories.User{{Ref: ben.Ref, Name: "Benjamin"}, {Ref: rita.Ref, Name: "Rita"}, {Ref: "discord:1"}}}, d.now))
		for ref, want := range map[string]string{ben.Ref: "Benjamin", rita.Ref: "Rita", "discord:1": "", ana.Ref: "Ana"} {
			name, err := d.NameOf(d.ctx, ref)
			d.ok(err)
			same(d, ref, name, want)
		}
	}},
	{"what is told of all channels there are is kept of destinations alone", func(d *desk) {
		heard := func(c stories.Destination, name string) stories.PlaceName {
			n := named(c, name)
			n.Heard = true
			return n
		}
		d.followFrom("all", elsewhere, stories.Minor)
		many := []stories.PlaceName{heard(partners, "partners"), heard(elsewhere, "elsewhere")}
		for i := range 1000 {
			many = append(many, heard(stories.Destination{Platform: "discord", Workspace: "3", Channel: fmt.Sprint(i)}, "noise"))
		}
		d.see(many...)
		same(d, "names", d.called(partners, elsewhere, stories.Destination{Platform: "discord", Workspace: "3", Channel: "999"}), "? elsewhere ?")
		d.see(named(partners, "partners"))
		d.see(heard(partners, "partner-news"))
		same(d, "of one that was used", d.called(partners), "partner-news")
	}},
	{"of many names told at once each is kept, and of two of one place or person the last", func(d *desk) {
		var told stories.Sighting
		place := func(i int) stories.Destination {
			return stories.Destination{Platform: "discord", Workspace: "3", Channel: fmt.Sprint(i)}
		}
		for i := range 1100 {
			told.Places = append(told.Places, named(place(i), fmt.Sprint("p", i)))
			told.People = append(told.People, stories.User{Ref: fmt.Sprint("discord:", i), Name: fmt.Sprint("u", i)})
		}
		told.Places = append(told.Places, named(place(1099), "newest"), named(place(0), "first again"))
		told.People = append(told.People, stories.User{Ref: "discord:1099", Name: "Newest"})
		d.ok(d.KeepNames(d.ctx, told, d.now))
		same(d, "places", d.called(place(0), place(700), place(1098), place(1099)), "first again p700 p1098 newest")
		for ref, want := range map[string]string{"discord:0": "u0", "discord:700": "u700", "discord:1099": "Newest"} {
			name, err := d.NameOf(d.ctx, ref)
			d.ok(err)
			same(d, ref, name, want)
		}
	}},
	{"names that could not be stored as they are do no harm", func(d *desk) {
		d.see(named(partners, "a\x00b\xffc"), named(stories.Destination{Platform: "discord", Workspace: "'", Channel: "\x00\"]"}, "x"))
		d.ok(d.KeepNames(d.ctx, stories.Sighting{People: []stories.User{{Ref: "x:\x00", Name: "\xff"}}}, d.now))
		same(d, "name", d.called(partners), "ab�c")
	}},
	{"a channel that has another address keeps its name there, and what it was called where it was", func(d *desk) {
		to := stories.Destination{Platform: "discord", Workspace: "1", Channel: "99"}
		d.followFrom("all", partners, stories.Minor)
		d.see(named(partners, "partners"))
		d.ok(d.MoveDestination(d.ctx, partners, to))
		same(d, "names", d.called(partners, to), "partners* partners*")
		d.followFrom("all", elsewhere, stories.Minor)
		d.see(named(elsewhere, "old"), named(stories.Destination{Platform: "discord", Workspace: "2", Channel: "98"}, "new"))
		d.ok(d.MoveDestination(d.ctx, elsewhere, stories.Destination{Platform: "discord", Workspace: "2", Channel: "98"}))
		same(d, "one that was told is not overwritten", d.called(stories.Destination{Platform: "discord", Workspace: "2", Channel: "98"}), "new")
	}},
	{"names of what is used stay, others are forgotten after a year", func(d *desk) {
		dm := stories.Destination{Platform: "discord", Channel: "31"}
		d.followFrom("all", partners, stories.Minor)
		d.followFrom("all", dm, stories.Minor)
		_, err := d.SetRole(d.ctx, d.act(), ben, stories.Moderator)
		d.ok(err)
		fresh := stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}
		d.ok(d.KeepNames(d.ctx, stories.Sighting{
			Places: []stories.PlaceName{named(partners, "partners"), named(partners.In(), "Newsroom"), named(elsewhere, "elsewhere"), named(elsewhere.In(), "Elsewhere"),
				{Place: dm, Form: stories.DirectForm, With: rita.Ref}, named(fresh, "fresh")},
			People: []stories.User{rita, {Ref: ben.Ref, Name: "Benjamin"}, {Ref: "discord:7", Name: "Seven"}, {Ref: "discord:8", Name: "Eight"}},
		}, d.now))
		d.later(300 * 24 * time.Hour)
		// Told again without a change.
		d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: []stories.PlaceName{named(fresh, "fresh")}, People: []stories.User{{Ref: "discord:8", Name: "Eight"}}}, d.now))
		d.later(100 * 24 * time.Hour)
		d.ok(d.Prune(d.ctx, d.now))
		same(d, "places", d.called(partners, partners.In(), elsewhere, elsewhere.In(), dm, fresh), "partners Newsroom ? ? Rita Klein fresh")
		people := map[string]string{}
		for _, ref := range []string{rita.Ref, ben.Ref, "discord:7", "discord:8"} {
			people[ref], err = d.NameOf(d.ctx, ref)
			d.ok(err)
		}
		if want := map[string]string{rita.Ref: "Rita Klein", ben.Ref: "Benjamin", "discord:7": "", "discord:8": "Eight"}; !maps.Equal(people, want) {
			d.Errorf("people are %v", people)
		}
	}},
	{"what the desk is told comes with the names of the places it tells of", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		l := d.hold(lane, "w")
		d.raise(l, stories.Alarm{Kind: stories.AlarmBlocked, Lane: "discord", Destination: partners}, stories.Alarm{Kind: stories.AlarmLaneStopped, Lane: "slack:T1"})
		d.see(named(partners, "partners"), named(partners.In(), "Newsroom"), named(stories.Destination{Platform: "slack", Workspace: "T1"}, "Herald"))
		d.tell()
		sent := d.drain(l, 1)
		if len(sent) != 1 {
			d.Fatalf("%d messages", len(sent))
		}
		c, err := d.Content(d.ctx, stories.Subject{NoticeID: sent[0].About.NoticeID}, sent[0].Revision)
		d.ok(err)
		var all []string
		for _, n := range c.Names {
			all = append(all, n.Name)
		}
		slices.Sort(all)
		same(d, "names", strings.Join(all, " "), "Herald Newsroom partners")
	}},
}
