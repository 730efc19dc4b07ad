package command

import (
	"slices"
	"strings"

	"storybot/stories"
)

// copyAt is which of an update's copies in a channel is told of.
type copyAt int

const (
	onlyCopy  copyAt = iota
	inChannel        // that in the channel, of two
	inThread         // that in the story's thread, of two
	inBoth           // both: they stand alike
)

// whyCopy is what is told of at once: a delivery, or two that stand alike.
type whyCopy struct {
	stories.Delivery
	at copyAt
}

// copiesOf are the deliveries of one update in a channel as they are told: what has a copy
// in the channel and another in its story's thread in one line where both have arrived.
func copiesOf(deliveries []stories.Delivery) (copies []whyCopy) {
	second := slices.IndexFunc(deliveries, func(d stories.Delivery) bool { return d.Stood.Second && d.State == stories.Sent })
	first := slices.IndexFunc(deliveries, func(d stories.Delivery) bool { return !d.Stood.Second && d.State == stories.Sent })
	for i, d := range deliveries {
		switch {
		case second >= 0 && i == first:
			copies = append(copies, whyCopy{d, inBoth})
		case first >= 0 && i == second:
		case d.Stood.Second:
			copies = append(copies, whyCopy{d, inThread})
		case slices.ContainsFunc(deliveries, func(d stories.Delivery) bool { return d.Stood.Second }):
			copies = append(copies, whyCopy{d, inChannel})
		default:
			copies = append(copies, whyCopy{d, onlyCopy})
		}
	}
	return copies
}

// sentWords says where an update stands that has arrived.
func (c whyCopy) sentWords() string {
	switch {
	case c.Op == stories.OpShow && c.Stood.Card == stories.OnCardStill:
		return "stands in the story's card"
	case c.Op == stories.OpShow:
		return "was shown in the story's card"
	case c.Op == stories.OpBroadcast, c.at == inBoth:
		return "was sent, in the story's thread and in the channel"
	case c.Op == stories.OpReply:
		return "was sent, in the story's thread"
	case c.at == inChannel, c.Stood.Above != stories.MeantForChannel:
		return "was sent, in the channel"
	}
	return "was sent"
}

// sinceWords says of an update that has arrived why it stands where it does, or what became
// of that since; "" where there is nothing to say.
func (c whyCopy) sinceWords() string {
	switch {
	case c.Op == stories.OpShow && c.Stood.Card == stories.OnCardBefore:
		return "the card shows newer ones now"
	case c.Op == stories.OpShow && c.Stood.Card == stories.OnCardGone:
		return "the card was deleted here"
	case c.Stood.Above == stories.AboveThread:
		return "the story's thread took no messages"
	case c.Stood.Above == stories.AboveCard:
		return "the story's card could be changed no more"
	}
	return ""
}

// alike puts those of the deliveries of revisions together that do the same for the copies
// of an update in the channel and stand alike: one line tells of them. Those that do not
// are told apart by where they are.
func alike(found []stories.Delivery, all []stories.Revision, copies []stories.Delivery) (told []whyCopy) {
	at := func(d stories.Delivery) copyAt {
		if d.Stood.Second || d.Op == stories.OpReply || d.Op == stories.OpEdit && slices.ContainsFunc(copies, func(c stories.Delivery) bool { return c.ID == d.On && c.Stood.Second }) {
			return inThread
		}
		return inChannel
	}
	same := func(a, b stories.Delivery) bool {
		return (a.Op == stories.OpEdit) == (b.Op == stories.OpEdit) && a.Revision == b.Revision && (a.Op == stories.OpEdit || toldAs(a, all) == toldAs(b, all))
	}
	done := make([]bool, len(found))
	for i, d := range found {
		if done[i] {
			continue
		}
		others, differ := []int{i}, false
		for j := i + 1; j < len(found); j++ {
			if !done[j] && same(d, found[j]) && at(d) != at(found[j]) {
				others, done[j] = append(others, j), true
				differ = differ || found[j].State != d.State || found[j].Reason != d.Reason
			}
		}
		if !differ {
			told = append(told, whyCopy{d, onlyCopy})
			continue
		}
		for _, j := range others {
			told = append(told, whyCopy{found[j], at(found[j])})
		}
	}
	return told
}

// placed says in words about a message here which of two it is.
func (at copyAt) placed(words string) string {
	switch at {
	case inThread:
		return strings.Replace(words, " here ", " in the story's thread ", 1)
	case inChannel:
		return strings.Replace(words, " here ", " in the channel ", 1)
	}
	return words
}
