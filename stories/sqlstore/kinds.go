package sqlstore

import (
	"strconv"
	"strings"

	"storybot/stories"
)

// kinds are the words by which statements ask what a row's op is, each with the operations
// it stands for. In a statement one follows what it is asked of: p.op says().
var kinds = []struct {
	word string
	is   func(stories.Op) bool
}{
	// It makes a message that says what its update says: a copy, which a revision edits.
	{"says()", stories.Op.Says},
	// It brings its update to the channel: in a copy, or on the card that shows it.
	{"carries()", func(o stories.Op) bool { return o.Says() || o == stories.OpShow }},
	// It makes a head or edits one.
	{"shows()", func(o stories.Op) bool { return o == stories.OpPost || o == stories.OpForum || o == stories.OpShow }},
	// It keeps a card up to date, which shows what it brings.
	{"onCard()", func(o stories.Op) bool { return o == stories.OpShow }},
	// It changes what a message says.
	{"edits()", func(o stories.Op) bool { return o == stories.OpEdit || o == stories.OpShow }},
	// It does to a copy what is in vain once that is taken away.
	{"tends()", func(o stories.Op) bool { return o == stories.OpEdit || o == stories.OpThread || o == stories.OpPublish }},
	// Its message stands in a thread.
	{"inThread()", func(o stories.Op) bool { return o == stories.OpReply || o == stories.OpBroadcast }},
	// It brings its update to a story's thread or card.
	{"hangs()", hangsOn},
	// Its message stands in the channel.
	{"inChannel()", func(o stories.Op) bool {
		return o == stories.OpPost || o == stories.OpBroadcast || o == stories.OpForum
	}},
}

// spelled writes the words of kinds as lists of numbers, the same in both databases.
var spelled = func() *strings.Replacer {
	var pairs []string
	for _, k := range kinds {
		var numbers []string
		for _, op := range stories.Ops {
			if k.is(op) {
				numbers = append(numbers, strconv.Itoa(int(op)))
			}
		}
		pairs = append(pairs, k.word, "IN ("+strings.Join(numbers, ", ")+")")
	}
	return strings.NewReplacer(pairs...)
}()
