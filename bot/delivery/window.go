package delivery

import (
	"cmp"
	"slices"

	"storybot/stories"
)

// window bounds what a lane keeps in memory. It is filled with the most urgent
// publications first and then with the older ones, each from its beginning, so
// that whatever is here goes before what is not. What is more urgent pushes out
// what is less; what waits behind a row that waits goes back as well.
type window struct {
	most     int                // rows
	carriers map[int64]*carrier // what is known and not at its end
	unread   []*carrier         // of these, those with more to load, in order
	short    map[placeKey]*place
	// strays counts rows of publications that are not known yet, by publication.
	strays map[int64]int
}

// carrier is a publication as what queues rows.
type carrier struct {
	stories.Publication
	after stories.Ref // the last row loaded
	here  int         // rows in memory
	lost  int         // rows dropped from memory since they were loaded
	age   int         // how often it was begun anew
}

// loading asks for rows.
type loading struct {
	carrier *carrier // the next rows of it, or
	age     int
	limit   int
	places  []*place // what was dropped for these
	shorts  []int    // how much of what they are short of is asked for
}

// known are the publications that need not be told again.
func (w *window) known() []int64 {
	ids := make([]int64, 0, len(w.carriers))
	for id := range w.carriers {
		ids = append(ids, id)
	}
	return ids
}

// urgency is the level a publication has by what was published later in its
// story.
func (w *window) urgency(p stories.Publication) (level stories.Level) {
	for _, c := range w.carriers {
		if c.StoryID == p.StoryID && c.StoryID != 0 && c.ID > p.ID {
			level = max(level, c.Level)
		}
	}
	return level
}

// dropped notes that a row of c for p was not kept.
func (w *window) dropped(p *place, c *carrier) {
	p.short = append(p.short, c)
	c.lost++
}

// left notes that a row of a publication is not in memory any more.
func (w *window) left(publication int64) {
	if c := w.carriers[publication]; c != nil {
		c.here--
		w.end(c)
		return
	}
	if w.strays[publication]--; w.strays[publication] == 0 {
		delete(w.strays, publication)
	}
}

// came notes that a row of a publication is in memory.
func (w *window) came(publication int64) {
	if c := w.carriers[publication]; c != nil {
		c.here++
		return
	}
	if w.strays == nil {
		w.strays = map[int64]int{}
	}
	w.strays[publication]++
}

// end forgets a publication nothing is left of.
func (w *window) end(c *carrier) {
	if c.here == 0 && c.lost == 0 && !slices.Contains(w.unread, c) {
		delete(w.carriers, c.ID)
	}
}

// file keeps the list of places something was dropped for.
func (w *window) file(p *place) {
	if len(p.short) == 0 {
		delete(w.short, p.placeKey)
		return
	}
	if w.short == nil {
		w.short = map[placeKey]*place{}
	}
	w.short[p.placeKey] = p
}

// read says that c is loaded to its end, or from its beginning once more.
func (w *window) read(c *carrier, done bool) {
	i, found := slices.BinarySearchFunc(w.unread, c, compareCarriers)
	switch {
	case done && found:
		w.unread = slices.Delete(w.unread, i, i+1)
		w.end(c)
	case !done && !found:
		w.unread = slices.Insert(w.unread, i, c)
	}
}

func compareCarriers(a, b *carrier) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.ID, b.ID))
}
