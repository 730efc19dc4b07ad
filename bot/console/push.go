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
func (c *Console) Pace(string) bot.Pace { return bot.Pace{InFlight: 1} }

// Knows is bot.Sender's. What was printed stays as it is, and a reply is printed
// like a post.
func (c *Console) Knows(op stories.Op) bool {
	return op == stories.OpPost || op == stories.OpReply || op == stories.OpBroadcast
}

// Do prints a push under its channel's name. It waits until an answer that is
// being made has been printed.
func (c *Console) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	if !c.Knows(p.Delivery.Op) {
		return bot.Verdict{Outcome: bot.Unable, Code: "no_such_operation", Reason: "is a terminal, which keeps what was printed there"}
	}
	if err := c.take(ctx); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "was busy", Err: err}
	}
	defer c.give()
	if err := c.show(p.Delivery.Destination, true, *p.Message); err != nil {
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
	if !c.Knows(p.Delivery.Op) {
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

// show prints a message of channel d, under the channel's name when it is for
// the whole channel, and keeps its buttons for /press: those of its rows, in their
// order, and then its own.
func (c *Console) show(d stories.Destination, public bool, m bot.Message) error {
	var buttons []bot.Button
	for _, b := range m.Blocks {
		if b.Button != nil {
			buttons = append(buttons, *b.Button)
		}
	}
	buttons = append(buttons, m.Buttons...)
	text := bot.PlainText(m)
	if public {
		text = "── " + bot.OneLine(d.Channel) + " ──\n" + text
	}
	if len(buttons) > 0 {
		c.buttons, c.place = buttons, d
		text += "\n" + choices(buttons)
	}
	return c.screen.print(bot.Clean(text))
}
