package main

import (
	"context"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// saveTime is how long the database may take to keep a message.
const saveTime = 5 * time.Second

// show brings one message up to date, with one request if it needs one.
func (p *deskProgress) show(ctx context.Context, m stories.DeskMessage, s *deskState) {
	progress, err := p.store.ProgressOf(ctx, m.UpdateID)
	now := time.Now()
	s.next = now.Add(deskEvery)
	if err != nil {
		if ctx.Err() == nil {
			p.log.Warn("the desk is not told of an update's progress", "update", m.UpdateID, "err", err)
		}
		return
	}
	if s.began.IsZero() {
		s.began, s.first = now, progress
	}
	edits, posted := p.edits(m.Destination), m.MessageID != ""
	if !edits && !progress.Done() {
		s.kept = s.kept || p.save(ctx, m) // so that the end is told, also after a restart
		return
	}
	if posted && progress == s.shown && !progress.Done() {
		return // it says so already
	}
	over, ok := p.lanes.Admit(ctx, m.Lane)
	if !ok {
		s.next = now
		return
	}
	defer over()
	left := bot.TimeLeft(s.first.Waiting-progress.Waiting, progress.Waiting, now.Sub(s.began))
	text := deskText(m, progress, left)
	if posted && edits {
		p.judge(ctx, m, s, p.senders[m.Destination.Platform].Do(ctx, deskEdit(m, text)), progress)
	} else {
		p.post(ctx, m, s, text, progress)
	}
}

// post posts the message for the first time, or finds out what became of an
// earlier try. A platform that cannot be asked that may show it twice: that is
// better than a desk that hears nothing.
func (p *deskProgress) post(ctx context.Context, m stories.DeskMessage, s *deskState, text *bot.Message, progress stories.Progress) {
	sender := p.senders[m.Destination.Platform]
	if !m.LastAttemptAt.IsZero() {
		verdict := sender.Settle(ctx, deskPost(m, text))
		if verdict.Outcome != bot.NotSent && verdict.Outcome != bot.Unreadable {
			if verdict.Outcome == bot.Delivered && p.edits(m.Destination) {
				progress = stories.Progress{Waiting: 1} // it may say what the first try said
			}
			p.judge(ctx, m, s, verdict, progress)
			return
		}
		over, ok := p.lanes.Admit(ctx, m.Lane)
		if !ok {
			return
		}
		defer over()
	}
	m.LastAttemptAt = p.wall()
	if m.FirstAttemptAt.IsZero() {
		m.FirstAttemptAt = m.LastAttemptAt
	}
	if !p.save(ctx, m) {
		return // what nobody would remember is not sent
	}
	verdict := sender.Do(ctx, deskPost(m, text))
	if verdict.Outcome == bot.Transient { // surely not sent
		m.FirstAttemptAt, m.LastAttemptAt = time.Time{}, time.Time{}
		p.save(ctx, m)
	}
	p.judge(ctx, m, s, verdict, progress)
}

// deskPost is m on its way, as a sender takes it.
func deskPost(m stories.DeskMessage, text *bot.Message) bot.Operation {
	return bot.Operation{Message: text, Delivery: stories.Delivery{
		Key: m.Key, UpdateID: m.UpdateID, StoryID: m.StoryID, Number: m.Number, Level: m.Level, Destination: m.Destination, Lane: m.Lane,
		Part: stories.PartMessage, State: stories.Sending, Attempt: 1, FirstAttemptAt: m.FirstAttemptAt, LastAttemptAt: m.LastAttemptAt,
	}}
}

// deskEdit is the edit that gives m its present text.
func deskEdit(m stories.DeskMessage, text *bot.Message) bot.Operation {
	o := deskPost(m, text)
	o.Delivery.Op, o.Target = stories.OpEdit, m.MessageID
	return o
}

// edits says that what was posted to a channel can be edited. Where it cannot, the
// last word is posted.
func (p *deskProgress) edits(d stories.Destination) bool {
	return p.senders[d.Platform].Knows(stories.OpEdit)
}

// judge keeps what became of a request that was to show progress.
func (p *deskProgress) judge(ctx context.Context, m stories.DeskMessage, s *deskState, v bot.Verdict, progress stories.Progress) {
	switch v.Outcome {
	case bot.Delivered:
		s.shown, s.tries = progress, 0
		if m.MessageID != v.MessageID || progress.Done() {
			m.MessageID, m.Done = v.MessageID, progress.Done()
			p.save(ctx, m)
		}
	case bot.Transient, bot.Ambiguous, bot.Unsettled:
		s.tries++
		wait := min(deskEvery<<min(s.tries-1, 10), deskSlowest)
		s.next = time.Now().Add(max(wait, v.RetryAfter))
		if v.Limited != bot.ScopeNone {
			p.leave(m.Destination, time.Now().Add(v.RetryAfter))
		}
		p.log.Debug("the desk is told of an update's progress later", "channel", m.Destination.String(), "update", m.UpdateID, "outcome", v.Outcome.String(),
			"reason", v.Reason, "err", v.Err)
	default: // it was removed there, or the channel refuses it
		p.log.Warn("the desk is told no more of an update's progress", "channel", m.Destination.String(), "update", m.UpdateID,
			"outcome", v.Outcome.String(), "reason", v.Reason, "err", v.Err)
		m.Done = true
		p.save(ctx, m)
	}
}

// leave keeps a channel alone until then.
func (p *deskProgress) leave(channel stories.Destination, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest[channel] = until
}

// save keeps m, also while the program stops. What could not be kept is settled
// at the next look: a post by its key, an edit by another one.
func (p *deskProgress) save(ctx context.Context, m stories.DeskMessage) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	err := p.store.SaveDeskMessage(ctx, m)
	if err != nil {
		p.log.Warn("a message of the desk could not be kept", "channel", m.Destination.String(), "update", m.UpdateID, "err", err)
	}
	return err == nil
}
