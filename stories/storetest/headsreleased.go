package storetest

import (
	"fmt"

	"storybot/stories"
)

// headsReleasedTests are about heads and cards that were begun while an update was on hold
// which they are to show.
var headsReleasedTests = []test{
	{"a head shows what was held before it was sent once it is released", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "sony", quietly(inThread))
		d.mode(d.act(), "b", "sony", quietly(inCard))
		b := d.board()
		d.until("12:00")
		d.publish(s, stories.Normal, "First")
		b.works()
		d.until("23:00")
		d.publish(s, stories.Normal, "Second")
		u := d.publish(s, stories.Normal, "Third")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		b.works()
		d.until("07:00")
		d.endWaits()
		same(d, "while it is on hold", b.works(), "a card of sony 2:Second 1:First; b card of sony 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second")
		b.edits = 0
		would, err := d.WouldRevise(d.ctx, d.act(), u.ID, stories.Rewording{Kind: stories.Release})
		d.ok(err)
		done := d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "reach", fmt.Sprint(done.Reach.Cards, done.Reach.Again), "1 2")
		same(d, "foretold", would.Reach, done.Reach)
		same(d, "released", b.works(), "a card of sony 3:Third 2:Second 1:First; b card of sony 3:Third 2:Second 1:First; a in thread: 1 First; a in thread: 2 Second; a in thread: 3 Third")
		same(d, "edits", b.edits, 2)
		d.queueAgrees()
	}},
	{"a head shows what was held before its edit once it is released, by night too", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "sony", inThread)
		d.mode(d.act(), "b", "all", quietly(inThread))
		b := d.board()
		d.until("23:00")
		d.publish(s, stories.Breaking, "First")
		b.works()
		u := d.publish(s, stories.Breaking, "Second")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		v := d.publish(s, stories.Normal, "Third")
		d.reword(v, stories.Rewording{Kind: stories.Hold})
		b.works()
		d.reword(u, stories.Rewording{Kind: stories.Release})
		d.reword(v, stories.Rewording{Kind: stories.Release})
		b.works()
		var heads []string
		for _, said := range b.said {
			if said.on == 0 && said.text[:4] == "card" {
				heads = append(heads, said.place+" "+said.text)
			}
		}
		same(d, "heads", fmt.Sprint(heads), "[a card of sony 3:Third 2:Second 1:First b card of sony 3:Third 2:Second 1:First]")
		d.queueAgrees()
	}},
	{"what was held is shown on no head that is not to show it", func(d *desk) {
		s := d.track("sony")
		for _, name := range []string{"a", "b", "c", "e", "f"} {
			d.mode(d.act(), name, "all", inThread)
		}
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		u := d.publish(s, stories.Normal, "Second")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		b.works()
		all := stories.Target{Kind: stories.TargetAll}
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), all, stories.Paused)
		d.ok(err)
		d.mode(d.act(), "b", "all", stories.Options{})
		d.ok(d.stop(d.act(), channel("c"), s.ID))
		d.mode(d.act(), "e", "all", stories.Options{Mode: stories.ModeThread, Level: stories.Breaking})
		b.works()
		b.edits = 0
		done := d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "cards", done.Reach.Cards, 1)
		b.works()
		same(d, "edits", b.edits, 1)
		for _, said := range b.said[:5] {
			want := "card of sony 1:First"
			if said.place == "f" {
				want = "card of sony 2:Second 1:First"
			}
			same(d, said.place, said.text, want)
		}
		d.queueAgrees()
	}},
	{"what newer updates crowd out costs no edit", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", inThread)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		u := d.publish(s, stories.Normal, "Second")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		for _, text := range []string{"Third", "Fourth", "Fifth"} {
			d.publish(s, stories.Normal, text)
		}
		b.works()
		b.edits = 0
		same(d, "cards", d.reword(u, stories.Rewording{Kind: stories.Release}).Reach.Cards, 0)
		b.works()
		same(d, "edits", b.edits, 0)
		same(d, "last", b.said[len(b.said)-1].text, "in thread: 2 Second")
		d.queueAgrees()
	}},
}
