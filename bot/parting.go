package bot

import (
	"context"
	"time"
)

// Parting says why a live answer is not brought up to date any more.
type Parting int

// The reasons. NotParting is the zero value: it is.
const (
	NotParting Parting = iota
	Expiring           // the platform takes no more edits of it
	Stopping           // the bot is being stopped
)

type partingKey struct{}

// WithParting is the context of the last time that Live and Ending of a reply are asked:
// what they say then stays, so that it says nothing a clock overtakes.
func WithParting(ctx context.Context, why Parting) context.Context {
	return context.WithValue(ctx, partingKey{}, why)
}

// PartingOf is what WithParting noted.
func PartingOf(ctx context.Context) Parting {
	why, _ := ctx.Value(partingKey{}).(Parting)
	return why
}

// words say what becomes of what a live answer tells of.
func (p Parting) words() string {
	switch p {
	case Expiring:
		return "This answer is not brought up to date any more. /desk status shows how far it is."
	case Stopping:
		return "The bot is being stopped, and goes on with the rest when it is back. /desk status shows then how far it is."
	}
	return ""
}

// Parted is a live answer that is not done with what keeps it true for as long as it
// stands: where nobody brings it up to date any more, what becomes of the rest.
func (m Message) Parted(why Parting) Message {
	words := why.words()
	if words == "" {
		return m
	}
	m.Blocks = append(append([]Block(nil), m.Blocks...), Block{Kind: Small, Spans: []Span{Text(words)}})
	return m
}

// countedAt is what CountedAt begins with.
const countedAt = "Counted "

// CountedAt is a live answer that tells how long something takes with when that was
// so: a process that is killed leaves it as it stands.
func (m Message) CountedAt(at time.Time) Message {
	m.Blocks = append(append([]Block(nil), m.Blocks...), Block{Kind: Small, Spans: []Span{Text(countedAt), {Time: at, Relative: true}}})
	return m
}

// Uncounted is a message without what CountedAt added: two that differ in that alone say
// the same.
func (m Message) Uncounted() Message {
	last := len(m.Blocks) - 1
	if last >= 0 && m.Blocks[last].Kind == Small && len(m.Blocks[last].Spans) == 2 && m.Blocks[last].Spans[0] == Text(countedAt) {
		m.Blocks = m.Blocks[:last:last]
	}
	return m
}
