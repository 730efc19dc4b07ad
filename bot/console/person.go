package console

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"storybot/stories"
)

// person is who types, and where they are. It is changed by what is typed alone.
type person struct {
	user    string
	channel string

	mu   sync.Mutex
	seen []string // channels they were in, for completion
}

func newPerson() *person {
	return &person{user: FirstUser, channel: FirstChannel, seen: []string{FirstChannel}}
}

// prompt says who types and where.
func (p *person) prompt() string { return p.user + " " + p.channel + promptEnd }

// here is the channel the person is in.
func (p *person) here() stories.Destination {
	return stories.Destination{Platform: Platform, Channel: p.channel}
}

// author is the person as the newsroom knows them.
func (p *person) author() stories.User {
	return stories.User{Ref: Platform + ":" + p.user, Name: p.user}
}

// channels are the channels they were in.
func (p *person) channels() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

var (
	channelForm = regexp.MustCompile(`^#[\pL\pN][\pL\pN_-]{0,79}$`)
	nameForm    = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,39}$`)
)

// join goes to another channel, and says what came of it.
func (p *person) join(name string) string {
	name = "#" + strings.TrimLeft(name, "#")
	if !channelForm.MatchString(name) {
		return "A channel's name is letters, digits, - and _, at most 80 of them. Example: /join #news"
	}
	p.channel = name
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.seen, name) {
		p.seen = append(p.seen, name)
	}
	return fmt.Sprintf("You are in %s now.", name)
}

// as makes them somebody else, and says what came of it.
func (p *person) as(name string) string {
	name = strings.TrimPrefix(name, "@")
	if !nameForm.MatchString(name) {
		return "A user's name is letters, digits, dots, - and _, at most 40 of them. Example: /as alice"
	}
	if !isPerson(name) {
		return fmt.Sprintf("%s is nobody's name here: chats take it for a group of people. Take another one. Example: /as alice", name)
	}
	p.user = name
	return fmt.Sprintf("You are %s now.", name)
}
