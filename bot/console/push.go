package console

import (
	"context"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// sender prints what is sent unasked.
type sender struct {
	page  *page
	began time.Time        // by the clock that is never set
	now   func() time.Time // the wall clock
	marks *marks           // of what was printed; guarded by the page's turn
}

// Pace is bot.Sender's: a terminal has no limits, and one push at a time keeps
// the order people see the order things happened in.
func (*sender) Pace(string) bot.Pace { return bot.Pace{InFlight: 1, Reprints: true} }

// Knows is bot.Sender's. What was printed stays as it is: as it reads now it is printed
// once more. A reply is printed as one in its story's thread.
func (*sender) Knows(op stories.Op) bool {
	switch op {
	case stories.OpPost, stories.OpReply, stories.OpBroadcast, stories.OpEdit, stories.OpThread:
		return true
	}
	return false
}

// kept is what a terminal cannot do.
func kept() bot.Verdict {
	return bot.Verdict{Outcome: bot.Unable, Code: "no_such_operation", Reason: "is a terminal, which keeps what was printed there"}
}

// reprint prints an update as it reads now, a channel's card, or that a test passed: not again what stands
// there already, as where nobody could write down that it was printed. What else is kept
// up to date elsewhere, how a push is coming along, would fill the screen.
func (s *sender) reprint(p bot.Operation) bot.Verdict {
	if about := p.Delivery.About; about.NoticeID != 0 && about.NoticeID != stories.CardsID && !p.Message.Again {
		return kept()
	}
	now := copyOf(p.Target, *p.Message)
	if s.marks.stands(now) {
		return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Target}
	}
	if err := s.page.show(p.Delivery.Destination, editedThere, *p.Message); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "could not be printed", Err: err}
	}
	s.marks.add(now)
	return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Target}
}

// Do prints a push under its channel's name. It waits until an answer that is
// being made has been printed.
func (s *sender) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	if !s.Knows(p.Delivery.Op) {
		return kept()
	}
	if err := s.page.take(ctx); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "was busy", Err: err}
	}
	defer s.page.give()
	p.Message = bot.Naming(p.Message, p.Ping.Mention)
	switch p.Delivery.Op {
	case stories.OpEdit:
		return s.reprint(p)
	case stories.OpThread: // it begins with what is first printed in it
		return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Target}
	}
	who := postedThere
	switch p.Delivery.Op {
	case stories.OpReply:
		who = repliedThere
	case stories.OpBroadcast:
		who = saidTwice
	}
	if err := s.page.show(p.Delivery.Destination, who, *p.Message); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "could not be printed", Err: err}
	}
	s.marks.add(copyOf(p.Delivery.Key, *p.Message))
	return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Delivery.Key}
}

// maxPrinted is how many pushes are remembered for Settle. Few can be unsettled
// at a time, because few are on their way.
const maxPrinted = 100

// Settle is bot.Sender's. What was printed has its mark. Of what an earlier process
// printed that has none, since it was killed between the two or marks cannot be kept,
// nothing can be read back from a terminal: it is printed once more and counted as
// unknown.
func (s *sender) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	if !s.Knows(p.Delivery.Op) || p.Delivery.Op.Repeatable() {
		return s.Do(ctx, p)
	}
	if err := s.page.take(ctx); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Reason: "was busy", Err: err}
	}
	defer s.page.give()
	switch {
	case s.marks.has(p.Delivery.Key):
		return bot.Verdict{Outcome: bot.Delivered, MessageID: p.Delivery.Key}
	case s.now().Sub(p.Delivery.Tries.First) < time.Since(s.began):
		return bot.Verdict{Outcome: bot.NotSent}
	}
	return bot.Verdict{Outcome: bot.Unreadable, Reason: "is a terminal, and what it showed before the last start cannot be read back"}
}

// named is m with the console's channels called as they are on it.
func named(m bot.Message) bot.Message {
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
