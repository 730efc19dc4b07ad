package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// numbers are the buttons that can be pressed by numbers: those of the newest message
// that has any. A message that nobody asked for may come between a list and the number
// that is typed for it, and begins at 1 as well: then nothing is pressed before it is
// said what each number means now.
type numbers struct {
	newest []*pressable
	// asked says that the newest stand below the answer to what was typed last, so
	// that a number typed now is likely to mean one of them.
	asked bool
	// due says that what is printed now was waited for: a script knows what comes.
	due bool
	// before are such numbers that were replaced since by what nobody asked for.
	before []*pressable
}

// pressable is a button that a number presses.
type pressable struct {
	button bot.Button
	place  stories.Destination // where its message is
	spent  bool                // it was pressed, and what it did is answered
}

// show notes the buttons of a message that is printed. asked says that it is an answer.
func (n *numbers) show(place stories.Destination, buttons []bot.Button, asked bool) {
	if !asked && n.asked && !n.due {
		n.before = n.newest
	}
	if asked {
		n.before = nil
	}
	n.newest, n.asked = nil, asked
	for _, b := range buttons {
		n.newest = append(n.newest, &pressable{button: b, place: place})
	}
}

// passed notes that something else was typed than a number.
func (n *numbers) passed() { n.before, n.asked = nil, false }

// choose is the button that a number typed now means, or what is to be said instead.
func (n *numbers) choose(typed string) (chosen *pressable, instead string) {
	number, err := strconv.Atoi(typed)
	within := func(list []*pressable) bool { return err == nil && number >= 1 && number <= len(list) }
	switch {
	case len(n.newest) == 0:
		return nil, "There is no message with buttons yet. Where a message has some, they stand below it, with their numbers."
	case within(n.before) && !n.before[number-1].spent:
		n.newest, n.before, n.asked = slices.Concat(n.before, n.newest), nil, true
		return nil, "Nothing was pressed: a message came in between that has numbers of its own. From now on they are: " + n.choices() + "."
	case !within(n.newest):
		return nil, "The newest message with buttons has these: " + n.choices() + ". Example: /press 1"
	}
	return n.newest[number-1], ""
}

// answered notes that a button was pressed and is answered without others: what it did
// is done. whole says that all of its list is over.
func (n *numbers) answered(pressed *pressable, whole bool) {
	pressed.spent = true
	for _, list := range [][]*pressable{n.newest, n.before} {
		if whole && slices.Contains(list, pressed) {
			for _, other := range list {
				other.spent = true
			}
		}
	}
}

// choices writes the buttons as numbers to press.
func (n *numbers) choices() string {
	var labels []string
	for i, b := range n.newest {
		labels = append(labels, fmt.Sprintf("[%d] %s", i+1, bot.OneLine(b.button.Label)))
	}
	return strings.Join(labels, "  ")
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 8)
	return err == nil
}
