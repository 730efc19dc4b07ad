package sqlstore

import (
	"cmp"
	"maps"
	"slices"

	"storybot/stories"
)

// Where channels are told of revisions, and under which publications: see beside.go.

// spot is where one message tells a channel of what an operation made a copy of: the
// channel, or its story's thread beside that.
func (f *tellings) spot(op int64, c beside) int64 {
	if f.breaking && by(op) == stories.OpReply {
		return -c.place
	}
	return c.place
}

// by is how a channel is told beside a copy that an operation made.
func by(op int64) stories.Op {
	switch op := stories.Op(op); op {
	case stories.OpPost, stories.OpShow:
		return stories.OpPost
	case stories.OpBroadcast:
		return op
	}
	return stories.OpReply
}

// afterLooks is how urgent what is told beside copies is that are looked for: it is read
// behind them, who are as little, so that it never leaves before it is known whether its
// copy is there. load.go has it stand behind them too.
const afterLooks stories.Level = 0

// laneOf is where one publication of a message beside copies is owed.
type laneOf struct {
	lane   int64
	looked bool // beside copies that are looked for
}

// lanes are the publications that t is owed under, each with a random number and how
// urgent it is.
func (t besideAll) lanes(level stories.Level) (each [][3]int64) {
	has := map[laneOf]bool{}
	for _, c := range t.to {
		has[laneOf{c.lane, c.looked}] = true
	}
	for _, at := range slices.SortedFunc(maps.Keys(has), func(a, b laneOf) int {
		return cmp.Or(cmp.Compare(a.lane, b.lane), cmp.Compare(bit(a.looked), bit(b.looked)))
	}) {
		urgency := level
		if at.looked {
			urgency = afterLooks
		}
		each = append(each, [3]int64{at.lane, newSeed(), int64(urgency)})
	}
	return each
}
