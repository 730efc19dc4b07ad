package console

import (
	"context"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// page is what is printed, one text at a time, and the numbers that can be pressed on
// it.
type page struct {
	screen screen
	zone   *time.Location // in which times are shown
	// turn is held by whoever prints: a command until its answer is out, a
	// push while it is printed. It also guards what follows.
	turn    chan struct{}
	numbers numbers
}

func newPage(s screen, zone *time.Location) *page {
	return &page{screen: s, zone: zone, turn: make(chan struct{}, 1)}
}

// take waits for the turn to print.
func (p *page) take(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *page) give() { <-p.turn }

// to says for whom a message is printed: for who asked, or for a whole channel.
type to int

const (
	askerAlone  to = iota
	askedForAll    // an answer that the whole channel sees
	postedThere
	editedThere  // the message that stands there reads so now
	repliedThere // in the thread of its story's card
	saidTwice    // the same, and in the channel above
)

// show prints a message of channel d, under the channel's name when it is for
// the whole channel, and keeps its buttons for /press: those of its rows, in their
// order, and then its own. Whoever calls it has the turn.
func (p *page) show(d stories.Destination, who to, m bot.Message) error {
	var buttons []bot.Button
	for _, b := range m.Blocks {
		if b.Button != nil {
			buttons = append(buttons, *b.Button)
		}
	}
	buttons = append(buttons, m.Buttons...)
	var all []line
	switch who {
	case postedThere, askedForAll:
		all = lines("── "+bot.OneLine(d.Channel)+" ──", dim)
	case repliedThere, saidTwice:
		title := bot.OneLine(d.Channel) + ", in the thread"
		if who == saidTwice {
			title = bot.OneLine(d.Channel) + ", and in the thread"
		}
		if m.Thread != "" {
			title += " of " + bot.OneLine(m.Thread)
		}
		all = lines("── "+title+" ──", dim)
	case editedThere:
		all = lines("── "+bot.OneLine(d.Channel)+", edited ──", dim)
	}
	all = append(all, draw(bot.InZone(named(m), p.zone))...)
	if len(buttons) > 0 {
		p.numbers.show(d, buttons, who == askerAlone || who == askedForAll)
		all = append(all, drawButtons(buttons))
	}
	return p.screen.print(all)
}

// count changes what the numbers mean.
func (p *page) count(ctx context.Context, change func(*numbers)) {
	if err := p.take(ctx); err != nil {
		return // the program is stopping
	}
	defer p.give()
	change(&p.numbers)
}

// tell prints a message of the console's own.
func (p *page) tell(ctx context.Context, m bot.Message) error {
	if err := p.take(ctx); err != nil {
		return nil // the program is stopping
	}
	defer p.give()
	return p.screen.print(draw(bot.InZone(m, p.zone)))
}

// say prints the console's own words.
func (p *page) say(ctx context.Context, format string, args ...any) error {
	if err := p.take(ctx); err != nil {
		return nil
	}
	defer p.give()
	return p.screen.print(lines(fmt.Sprintf(format, args...), 0))
}
