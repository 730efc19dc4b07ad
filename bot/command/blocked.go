package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// How often a channel is looked at for a block, and told about one, beside the
// commands that always tell.
const (
	blockedLook = time.Minute
	blockedTell = 24 * time.Hour
)

// maxNoticed is how many channels are remembered; beyond it all are forgotten
// and at worst told again.
const maxNoticed = 10000

// blockedNotices remembers when channels were last looked at and told.
type blockedNotices struct {
	mu     sync.Mutex
	looked map[stories.Destination]time.Time
	told   map[stories.Destination]time.Time
}

// due says that d is worth a look at now.
func (b *blockedNotices) due(d stories.Destination, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.looked == nil || len(b.looked) > maxNoticed {
		b.looked, b.told = map[stories.Destination]time.Time{}, map[stories.Destination]time.Time{}
	}
	if now.Sub(b.looked[d]) < blockedLook || now.Sub(b.told[d]) < blockedTell {
		return false
	}
	b.looked[d] = now
	return true
}

func (b *blockedNotices) tell(d stories.Destination, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told[d] = now
}

// tellBlocked says first in an answer, once a day, that updates do not arrive in
// this channel, and why. Public answers and those that say it anyway are left alone.
func (m *Mux) tellBlocked(ctx context.Context, c bot.Command, reply *bot.Reply) {
	now := m.stories.Now()
	if reply.Public || saysBlocked(c.Input) || !m.blocked.due(c.Where, now) {
		return
	}
	subs, err := m.stories.Subscriptions(ctx, c.Where)
	if err != nil {
		m.log.Debug("whether a channel is blocked was not found out", "err", err)
		return
	}
	note := m.blockedWarning(ctx, c.Where, subs)
	if note == nil {
		return
	}
	m.blocked.tell(c.Where, now)
	reply.Message = headed(*note, reply.Message)
	if live := reply.Live; live != nil {
		reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
			later, done, err := live(ctx)
			return headed(*note, later), done, err
		}
	}
}

// headed is m with a warning as its first line; its title is a heading then.
func headed(note bot.Block, m bot.Message) bot.Message {
	blocks := []bot.Block{note}
	if m.Title != "" {
		blocks = append(blocks, heading(m.Title))
	}
	m.Title, m.Blocks = "", append(blocks, m.Blocks...)
	return m
}

// saysBlocked says that the answers to what was asked tell of a block
// themselves, or end it.
func saysBlocked(in bot.Input) bool {
	name := ""
	switch in := in.(type) {
	case bot.Press:
		return slices.Contains([]bot.Action{bot.ActionList, bot.ActionChoose, bot.ActionResume, bot.ActionFollow, bot.ActionAgain, bot.ActionEnd, bot.ActionStop}, in.Action)
	case bot.Typed:
		name = in.Name
	case bot.Options:
		name = in.Name
	}
	return slices.Contains([]string{"subscriptions", "why", "subscribe", "unsubscribe"}, name)
}

// blockedWarning is blockedNote, with what waits for the channel d. What waits for
// somebody to decide, since the database was put back, does not come by itself.
func (m *Mux) blockedWarning(ctx context.Context, d stories.Destination, subs []stories.Subscription) *bot.Block {
	note := blockedNote(subs)
	if note == nil {
		return nil
	}
	held, undecided, err := m.stories.WaitingAt(ctx, d)
	if err != nil {
		m.log.Debug("what waits for a channel was not found out", "err", err)
		return note
	}
	if held > 0 {
		note.Spans = append(note.Spans, bot.Text(oneOr(held, " The update that waits comes then.", fmt.Sprintf(" The newest of the %s updates that wait comes then.", bot.Count(held)))))
	}
	if undecided > 0 {
		note.Spans = append(note.Spans, bot.Text(fmt.Sprintf(" %s from before the database was put back %s for a moderator to decide: ", plural(undecided, "message"), oneOr(undecided, "waits", "wait"))), bot.Code("/desk status"), bot.Text("."))
	}
	return note
}

// blockedReason is why a channel is blocked, cut so that an answer has room below.
func blockedReason(sub stories.Subscription) string {
	reason, _ := bot.CutToRoom(reasonSentence(sub.Reason), 180)
	return reason
}

// blockedNote says that updates do not arrive, why, and what to do; nil when
// they do.
func blockedNote(subs []stories.Subscription) *bot.Block {
	if !isBlocked(subs) {
		return nil
	}
	reason := blockedReason(subs[0])
	note := &bot.Block{Kind: bot.Paragraph, Spans: []bot.Span{
		bot.Bold("Updates do not arrive in this channel"), bot.Text(" since "), bot.At(subs[0].BlockedSince), bot.Text(". " + reason),
	}}
	if !mendsItself(subs[0].Reason) {
		note.Spans = append(note.Spans, bot.Text(" When that is mended, "), bot.Code("/subscriptions"), bot.Text(" has a button to try again."))
	}
	return note
}

// mendsItself says that a reason's cure needs nobody to try again.
func mendsItself(reason string) bool {
	return strings.Contains(reason, "by themselves") || strings.Contains(reason, "by itself")
}
