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
	raises bool          // see raises
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

// raises says that what a publication owes takes its story's earlier unsent messages
// with it: a new update does. What amends or tells of what is there, such as an edit of
// a breaking update, is as urgent as that and makes nothing else so: the database does
// not either, and what was loaded anew would stand elsewhere than what stayed.
func raises(p stories.Publication) bool {
	return p.StoryID != 0 && p.UpdateID != 0 && p.Op.Says() && p.Level > stories.Minor
}

// urgency is the level a publication has by what was published later in its
// story.
func (all publications) urgency(of stories.Publication) (level stories.Level) {
	for _, p := range all {
		if p.raises && p.story == of.StoryID && p.id > of.ID {
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
