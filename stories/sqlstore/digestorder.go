package sqlstore

import (
	"cmp"
	"slices"

	"storybot/stories"
)

// entry is one thing that a digest is made of.
type entry struct {
	part     int
	update   int64
	delivery int64
	since    int
	story    int64
	number   int64 // its place in its story
	revision int   // the wording that it has now
	level    stories.Level
	standing stories.Standing
	at       int64
	place    int // where it is shown; 0 where it is counted
}

// arrange gives what is shown of entries its places: stories in the order of their most
// urgent news, of each the newest, and of all as many as a digest shows. Each story has
// one before another has two.
func arrange(entries []entry) {
	type group struct {
		level  stories.Level
		newest int64
		all    []*entry
		shown  int
	}
	var order []*group
	of := map[int64]*group{}
	newest := func(a, b *entry) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.number, a.number)) }
	var named, retold []*entry
	for i := range entries {
		e := &entries[i]
		e.place = 0
		switch e.part {
		case partBreaking:
			named = append(named, e)
			continue
		case partRetold:
			retold = append(retold, e)
			continue
		}
		g := of[e.story]
		if g == nil {
			g = &group{}
			of[e.story], order = g, append(order, g)
		}
		g.level, g.newest, g.all = max(g.level, e.level), max(g.newest, e.at), append(g.all, e)
	}
	slices.SortStableFunc(order, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(b.newest, a.newest))
	})
	left := stories.MaxDigested
	for range stories.MaxDigestedStory {
		for _, g := range order {
			if left > 0 && g.shown < len(g.all) {
				g.shown, left = g.shown+1, left-1
			}
		}
	}
	place := 0
	for _, g := range order {
		slices.SortStableFunc(g.all, newest)
		for _, e := range g.all[:g.shown] {
			place++
			e.place = place
		}
	}
	slices.SortStableFunc(named, newest)
	for i, e := range named[:min(len(named), stories.MaxNamed)] {
		e.place = i + 1
	}
	slices.SortStableFunc(retold, func(a, b *entry) int { return newest(b, a) })
	for i, e := range retold[:min(len(retold), stories.MaxRetold)] {
		e.place = i + 1
	}
}
