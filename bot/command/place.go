package command

import (
	"cmp"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// A sentence about the place of a request is about the channel, or about the person
// who is alone with the bot there.

func (r request) either(channel, alone string) string {
	if r.Direct {
		return alone
	}
	return channel
}

// here is the place inside a sentence, whose what belongs to it at the beginning of
// one; who and verb begin "This channel follows".
func (r request) here() string { return cmp.Or(r.away, r.either("this channel", "you")) }

func (r request) whose() string {
	if r.away != "" {
		return r.away + "'s"
	}
	return r.either("This channel's", "Your")
}

func (r request) who() string { return cmp.Or(r.away, r.either("This channel", "You")) }

func (r request) verb() string { return r.either("follows", "follow") }

// maxNamed is how many targets a sentence names.
const maxNamed = 4

// namesOf lists targets in a sentence, as they are typed; "" for none.
func namesOf(targets []stories.Target) string {
	var named []string
	for _, t := range targets[:min(len(targets), maxNamed)] {
		named = append(named, t.String())
	}
	if left := len(targets) - len(named); left > 0 {
		return fmt.Sprintf("%s and %s more", strings.Join(named, ", "), bot.Count(left))
	}
	return listed(named)
}
