package command

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// warning says first in an answer that a channel is blocked.
type warning struct {
	log       *slog.Logger
	blocked   blockedNotices
	now       func() time.Time
	following Following
	putBacks  PutBacks
	refusing  *refusing
}

// blockedTell is how often one person is told in one channel of a block, beside the
// commands that always tell.
const blockedTell = time.Hour

// maxNoticed is how many tellings are remembered; beyond it all are forgotten
// and at worst told again.
const maxNoticed = 10000

// noticed is a person in a channel: an answer is read by whoever asked alone, so
// that one who was told leaves the others of the channel untold.
type noticed struct {
	where  stories.Destination
	person string // by ref
}

// blockedNotices remembers when who was told where.
type blockedNotices struct {
	mu   sync.Mutex
	told map[noticed]time.Time
}

// due says that whoever is to be told now.
func (b *blockedNotices) due(who noticed, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Sub(b.told[who]) >= blockedTell
}

func (b *blockedNotices) tell(who noticed, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.told == nil || len(b.told) >= maxNoticed {
		b.told = map[noticed]time.Time{}
	}
	b.told[who] = now
}

// tellBlocked says first in an answer, a refusal too, to each person once an hour, that
// updates do not arrive in this channel, and why. A block may have come since the last
// command, so the channel is looked at each time. Public answers and those that say it
// anyway are left alone, and so is any answer where it cannot be found out.
func (m *warning) tellBlocked(ctx context.Context, c bot.Command, reply *bot.Reply) {
	defer func() {
		if cause := recover(); cause != nil {
			m.refusing.refusePanic(c, cause)
		}
	}()
	now, who := m.now(), noticed{c.Where, c.User.Ref}
	if reply.Public || !m.blocked.due(who, now) {
		return
	}
	subs, err := m.following.Subscriptions(ctx, c.Where)
	if err != nil {
		m.log.Debug("whether a channel is blocked was not found out", "err", err)
		return
	}
	note := m.blockedWarning(ctx, c, subs)
	if note == nil {
		return
	}
	m.blocked.tell(who, now)
	if saysBlocked(reply.Message, *note) {
		return
	}
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

// saysBlocked says that an answer tells of a block itself, as note does.
func saysBlocked(m bot.Message, note bot.Block) bool {
	return slices.ContainsFunc(m.Blocks, func(b bot.Block) bool { return len(b.Spans) > 0 && b.Spans[0] == note.Spans[0] })
}

// blockedWarning is blockedNote, with what waits for the channel of c. What waits for
// somebody to decide, since the database was put back, does not come by itself.
func (m *warning) blockedWarning(ctx context.Context, c bot.Command, subs []stories.Subscription) *bot.Block {
	note := blockedNote(subs, c.Direct)
	if note == nil {
		return nil
	}
	held, undecided, err := m.putBacks.WaitingAt(ctx, c.Where)
	if err != nil {
		m.log.Debug("what waits for a channel was not found out", "err", err)
		return note
	}
	if held > 0 {
		note.Spans = append(note.Spans, bot.Text(oneOr(held, " The update that waits comes then.", fmt.Sprintf(" The %s updates that wait come then.", bot.Count(held)))))
	}
	if undecided > 0 {
		note.Spans = append(note.Spans, bot.Text(fmt.Sprintf(" %s from before the database was put back %s for a moderator to decide: ", plural(undecided, "message"), oneOr(undecided, "waits", "wait"))), bot.Code("/desk status"), bot.Text("."))
	}
	return note
}

// warning looks at the channel of r before something ends in it, and returns what puts
// the warning first in the answer to that, however often it was said: with the last that
// was followed the channel's block is not known any more, and what it held is dropped.
func (m *warning) warning(ctx context.Context, r request) func(bot.Reply) bot.Reply {
	before, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil || !isBlocked(before) {
		return func(reply bot.Reply) bot.Reply { return reply }
	}
	held, _, err := m.putBacks.WaitingAt(ctx, r.Where)
	if err != nil {
		m.log.Debug("what waits for a channel was not found out", "err", err)
	}
	return func(reply bot.Reply) bot.Reply {
		left, err := m.following.Subscriptions(ctx, r.Where)
		note := m.blockedWarning(ctx, r.Command, left)
		if err == nil && len(left) == 0 {
			before[0].Heals = true // nothing is left to be tried again
			if note = blockedNote(before, r.Direct); held > 0 {
				note.Spans = append(note.Spans, bot.Text(oneOr(held, " The update that waited is not sent any more.", fmt.Sprintf(" The %s updates that waited are not sent any more.", bot.Count(held)))))
			}
		}
		if note != nil {
			reply.Message = headed(*note, reply.Message)
		}
		return reply
	}
}

// blockedReason is why a channel is blocked, cut so that an answer has room below.
func blockedReason(sub stories.Subscription, direct bool) string {
	reason, _ := bot.CutToRoom(reasonSentence(sub.Reason, direct), 180)
	return reason
}

// blockedNote says that updates do not arrive, why, and what to do; nil when
// they do. direct is that it is read in a direct message.
func blockedNote(subs []stories.Subscription, direct bool) *bot.Block {
	if !isBlocked(subs) {
		return nil
	}
	reason := blockedReason(subs[0], direct)
	note := &bot.Block{Kind: bot.Paragraph, Spans: []bot.Span{
		bot.Bold("Updates do not arrive here"), bot.Text(" since "), bot.At(subs[0].BlockedSince), bot.Text(". " + reason),
	}}
	if !subs[0].Heals {
		note.Spans = append(note.Spans, bot.Text(" When that is mended, "), bot.Code("/subscriptions"), bot.Text(" has a button to try again."))
	}
	return note
}
