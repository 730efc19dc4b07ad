package console

import (
	"context"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Pace is bot.Sender's: a terminal has no limits, and one push at a time keeps
// the order people see the order things happened in.
func (c *Console) Pace(string) bot.Pace { return bot.Pace{InFlight: 1, Reprints: true} }

// Knows is bot.Sender's. What was printed stays as it is: as it reads now it is printed
// once more. A reply is printed like a post.
func (c *Console) Knows(op stories.Op) bool {
	return op == stories.OpPost || op == stories.OpReply || op == stories.OpBroadcast || op == stories.OpEdit
}

// kept is what a terminal cannot do.
func kept() bot.Verdict {
	return bot.Verdict{Outcome: bot.Unable, Code: "no_such_operation", Reason: "is a terminal, which keeps what was printed there"}
}

// reprint prints an update as it reads now. What else is kept up to date elsewhere, how
// a push is coming along, would fill the screen.
func (c *Console) reprint(p bot.Operation) bot.Verdict {
	if p.Delivery.About.NoticeID != 0 {
		return kept()
	}
	if err := c.show(p.Delivery.Destination, editedThere, *p.Message); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "could not be printed", Err: err}
	}
	return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Target}
}

// Do prints a push under its channel's name. It waits until an answer that is
// being made has been printed.
func (c *Console) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	if !c.Knows(p.Delivery.Op) {
		return kept()
	}
	if err := c.take(ctx); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "was busy", Err: err}
	}
	defer c.give()
	if p.Delivery.Op == stories.OpEdit {
		return c.reprint(p)
	}
	if err := c.show(p.Delivery.Destination, postedThere, *p.Message); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "could not be printed", Err: err}
	}
	c.printed = append(c.printed[max(0, len(c.printed)-maxPrinted):], p.Delivery.Key)
	return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Delivery.Key}
}

// maxPrinted is how many pushes are remembered for Settle. Few can be unsettled
// at a time, because few are on their way.
const maxPrinted = 100

// Settle is bot.Sender's. This process knows what it printed. What an earlier
// one printed before it was killed cannot be read back from a terminal, so such
// a push is printed once more and counted as unknown.
func (c *Console) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	if !c.Knows(p.Delivery.Op) || p.Delivery.Op.Repeatable() {
		return c.Do(ctx, p)
	}
	if err := c.take(ctx); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "was busy", Err: err}
	}
	defer c.give()
	switch {
	case slices.Contains(c.printed, p.Delivery.Key):
		return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Delivery.Key}
	case c.config.Now().Sub(p.Delivery.Tries.First) < time.Since(c.began):
		return bot.Verdict{Outcome: bot.NotSent}
	}
	return bot.Verdict{Outcome: bot.Unreadable, Reason: "is a terminal, and what it showed before the last start cannot be read back"}
}

// own is m with the console's channels called as they are on it.
func own(m bot.Message) bot.Message {
	m.Blocks = slices.Clone(m.Blocks)
	for i, b := range m.Blocks {
		m.Blocks[i].Spans = slices.Clone(b.Spans)
		for k, s := range b.Spans {
			if s.Place.Platform == Platform {
				m.Blocks[i].Spans[k].Text = bot.OneLine(s.Place.Channel)
			}
		}
	}
	return m
}

// to says for whom a message is printed: for who asked, or for a whole channel.
type to int

const (
	askerAlone to = iota
	postedThere
	editedThere // the message that stands there reads so now
)

// show prints a message of channel d, under the channel's name when it is for
// the whole channel, and keeps its buttons for /press: those of its rows, in their
// order, and then its own.
func (c *Console) show(d stories.Destination, who to, m bot.Message) error {
	var buttons []bot.Button
	for _, b := range m.Blocks {
		if b.Button != nil {
			buttons = append(buttons, *b.Button)
		}
	}
	buttons = append(buttons, m.Buttons...)
	var all []line
	switch who {
	case postedThere:
		all = lines("── "+bot.OneLine(d.Channel)+" ──", dim)
	case editedThere:
		all = lines("── "+bot.OneLine(d.Channel)+", edited ──", dim)
	}
	all = append(all, draw(own(m))...)
	if len(buttons) > 0 {
		c.buttons, c.place = buttons, d
		all = append(all, drawButtons(buttons))
	}
	return c.screen.print(all)
}
