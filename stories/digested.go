package stories

import (
	"slices"
	"time"
)

// ForDigest is the urgency of digests: below that of any update. See ForChannel.
const ForDigest Level = 0

// How much a digest shows. The rest it counts.
const (
	MaxDigested      = 10 // updates
	MaxDigestedStory = 3  // of one story
	MaxNamed         = 5  // breaking updates, which were messages of their own
	MaxRetold        = 10 // updates that were revised since an earlier digest
)

// Period is the time that a digest covers: what was published from From on and before
// Until.
type Period struct{ From, Until time.Time }

// Digested is what a digest says. Which updates it shows and what it counts is fixed once
// it is on its way; the updates are as they are now.
type Digested struct {
	Stories []DigestedStory // that of the most urgent news first
	Retold  []Retold
	// Of what is not shown: the updates of so many other stories, and the updates
	// of which a revision is not told.
	More, MoreStories, MoreRetold int
}

// DigestedStory is what a digest says of a story.
type DigestedStory struct {
	Story   Story
	Updates []Update // newest first; none where only breaking ones came
	More    int      // updates beside these
	// Breaking are the newest that came as messages of their own, newest first, and
	// MoreBreaking counts the others.
	Breaking     []Update
	MoreBreaking int
}

// Retold is an update that was revised since a digest showed it, or since its channel
// was told of it last: what is told of that is Tell of its wordings.
type Retold struct {
	Story  Story
	Update Update // in the last of the wordings
	Told   []Revision
}

// Updates counts what a digest brings, shown or not: not what was breaking.
func (d Digested) Updates() (n int) {
	n = d.More
	for _, s := range d.Stories {
		n += len(s.Updates) + s.More
	}
	return n
}

// InDigest is where an update stands that came to a channel in a digest.
type InDigest struct {
	Period   Period
	Shown    bool     // else it is only counted there
	Delivery Delivery // of the digest
}

// Find is the place of a story among those of a digest, -1 where it is not there.
func (d Digested) Find(story int64) int {
	return slices.IndexFunc(d.Stories, func(s DigestedStory) bool { return s.Story.ID == story })
}

// Of is the place of a story, which it has from now on.
func (d *Digested) Of(story Story) int {
	if i := d.Find(story.ID); i >= 0 {
		return i
	}
	d.Stories = append(d.Stories, DigestedStory{Story: story})
	return len(d.Stories) - 1
}
