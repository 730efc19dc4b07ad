package storetest

import (
	"fmt"

	"storybot/stories"
)

// known are the ids of publications.
func known(found []stories.Publication) (ids []int64) {
	for _, p := range found {
		ids = append(ids, p.ID)
	}
	return ids
}

var loadTests = []test{
	{"a publication of each lane is read once, the most urgent first, then in their order", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a", "b")
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: other, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "elsewhere")
		d.ok(err)
		d.append(s, stories.Normal)
		d.append(o, stories.Minor)
		d.append(o, stories.Breaking)
		first, err := d.Publications(d.ctx, lane, nil, 100)
		d.ok(err)
		var got string
		for _, p := range first {
			got += fmt.Sprintf("%d/%d %s ", p.StoryID, p.Number, p.Level)
		}
		same(d, "order", got, fmt.Sprintf("%d/1 breaking %d/2 breaking %d/1 normal ", o.ID, o.ID, s.ID))
		again, err := d.Publications(d.ctx, lane, known(first)[:2], 100)
		d.ok(err)
		same(d, "not known", len(again), 1)
		same(d, "it", fmt.Sprint(again[0]), fmt.Sprint(first[2]))
		elsewhere, err := d.Publications(d.ctx, "elsewhere", nil, 2)
		d.ok(err)
		same(d, "elsewhere", len(elsewhere), 2)
		if elsewhere[0].Seed == first[0].Seed {
			d.Error("two lanes have one random number")
		}
	}},
	{"a publication that is committed after a later one is not overlooked", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		d.follow("all", "a", "b")
		d.append(s, stories.Normal)
		d.append(o, stories.Normal)
		// Who asked when only the second was there knows that one alone.
		all, err := d.Publications(d.ctx, lane, nil, 100)
		d.ok(err)
		missing, err := d.Publications(d.ctx, lane, known(all)[1:], 100)
		d.ok(err)
		same(d, "found", len(missing), 1)
		same(d, "the first", missing[0].ID, all[0].ID)
	}},
	{"rows are read in parts, each once, with their origin", func(d *desk) {
		s := d.track("sony")
		for i := range 25 {
			d.follow("sony", fmt.Sprint("c", i))
		}
		d.append(s, stories.Normal)
		open, err := d.Publications(d.ctx, lane, nil, 100)
		d.ok(err)
		seen := map[int64]bool{}
		for after := (stories.Ref{}); ; {
			loaded, err := d.Load(d.ctx, open[0].ID, after, 10)
			d.ok(err)
			for _, r := range loaded.Rows {
				if seen[r.Delivery] {
					d.Errorf("delivery %d is read twice", r.Delivery)
				}
				seen[r.Delivery] = true
				same(d, "origin", fmt.Sprint(loaded.Origins[r.Origin]), fmt.Sprint(open[0]))
			}
			if len(loaded.Rows) < 10 {
				break
			}
			after = loaded.Rows[9].Ref
		}
		same(d, "rows", len(seen), 25)
	}},
	{"what some publications owe some places is read at once", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		for range 3 {
			d.append(s, stories.Normal)
		}
		open, err := d.Publications(d.ctx, lane, nil, 100)
		d.ok(err)
		loaded, err := d.Load(d.ctx, open[0].ID, stories.Ref{}, 100)
		d.ok(err)
		places := []int64{loaded.Rows[0].Place, loaded.Rows[2].Place}
		got, err := d.LoadPlaces(d.ctx, known(open)[1:], places)
		d.ok(err)
		same(d, "rows", len(got.Rows), 4)
		for _, r := range got.Rows {
			if r.Publication == open[0].ID || r.Place == loaded.Rows[1].Place {
				d.Errorf("row %+v was not asked for", r)
			}
		}
	}},
	{"a publication all of which has ended is not open any more", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.append(s, stories.Normal)
		d.drain(d.hold(lane, "w"), 10)
		open, err := d.Publications(d.ctx, lane, nil, 100)
		d.ok(err)
		same(d, "open", len(open), 0)
	}},
	{"keys are made of the publication's random number, and differ for every delivery", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b", "c")
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		keys := map[string]bool{}
		for _, name := range []string{"a", "b", "c"} {
			for _, v := range d.toChannel(name, s) {
				keys[v.Key] = true
				if len(v.Key) != 25 {
					d.Errorf("key %q has %d characters", v.Key, len(v.Key))
				}
			}
		}
		same(d, "keys", len(keys), 6)
	}},
	{"destinations that heal owe five rows each, whatever was held", func(d *desk) {
		s := d.track("sony")
		const places, updates = 20, 9
		for i := range places {
			d.follow("sony", fmt.Sprint("c", i))
		}
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		for _, v := range d.claim(l, places) {
			d.advance(l, 0, d.refusal(v, stories.Held, "no", stories.Blocked))
		}
		for range updates {
			d.append(s, stories.Normal)
		}
		same(d, "while it is blocked", d.states(channel("c0"), s), "skipped skipped skipped skipped skipped held held held held held")
		for i := range places {
			resumed, skipped, err := d.ReopenDestination(d.ctx, channel(fmt.Sprint("c", i)), 5, d.now)
			d.ok(err)
			same(d, "resumed", resumed, 5)
			same(d, "skipped at healing", skipped, 0)
		}
		rows, _, err := d.worker(l).owed()
		d.ok(err)
		same(d, "owed", len(rows), 5*places)
		same(d, "missed before the first", rows[0].Missed, 5)
		same(d, "sent", len(d.drain(l, 100)), 5*places)
	}},
}
