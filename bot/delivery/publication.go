package delivery

import (
	"cmp"

	"storybot/stories"
)

// publication is what one transaction owes, as rows are queued under it and loaded
// by it. Nothing is added to one later, so that each is read once, from its
// beginning to its end, and again where its rows had to leave memory.
type publication struct {
	id     int64
	story  int64
	level  stories.Level // as in stories.Publication
	budget budget
	after  stories.Ref // the last row loaded
	seen   stories.Ref // the farthest row ever loaded
	rows   []*row      // in memory, in no order
	free   int         // of these, how many may leave it
	lost   int         // queues that are short of it
	age    int         // how often it was begun anew
}

// publications are those that are known and not at their end, by id.
type publications map[int64]*publication

// ids are the publications that need not be told again.
func (all publications) ids() []int64 {
	ids := make([]int64, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	return ids
}

// urgency is the level a publication has by what was published later in its
// story.
func (all publications) urgency(of stories.Publication) (level stories.Level) {
	for _, p := range all {
		if p.story == of.StoryID && p.story != 0 && p.id > of.ID {
			level = max(level, p.level)
		}
	}
	return level
}

// comparePublications orders by urgency, then by when they were published.
func comparePublications(a, b *publication) int {
	return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(a.id, b.id))
}

// compareOwed orders rows as their publications are; nil is one that is not known.
func compareOwed(a, b *publication, x, y stories.Owed) int {
	if a == nil || b == nil || a == b {
		return cmp.Compare(x.Delivery, y.Delivery)
	}
	return comparePublications(a, b)
}
