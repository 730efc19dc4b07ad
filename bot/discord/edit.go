package discord

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"storybot/bot"
)

// follow shows what a live reply says as time passes, until it is done, the
// bot stops or the answer can no longer be edited. One that Discord lets nobody edit
// for now is left as it is, and how it ended is said beside it; one whose time is up, or
// that the bot leaves as it stops, says so: nothing in it is true for a moment only.
func (s *serving) follow(ctx, work context.Context, i *interaction, reply bot.Reply) {
	wait := s.p.timing.live[0]
	newest, shown := reply.Message, string(encodeEdit(reply.Message.Uncounted()))
	barred := false
	var unknown sync.Once // those who deliver tell how long a database is away
	for {
		select {
		case <-ctx.Done():
			s.p.part(work, i, reply, newest, bot.Stopping, barred)
			return
		case <-work.Done():
			if errors.Is(work.Err(), context.DeadlineExceeded) {
				s.p.part(work, i, reply, newest, bot.Expiring, barred)
			}
			return
		case <-time.After(wait):
		}
		wait = s.p.timing.live[1]
		m, done, err := reply.Live(work)
		if err != nil {
			unknown.Do(func() { s.p.log.Info("a live answer is not brought up to date for now", "err", err) })
			continue
		}
		newest = m
		switch says := string(encodeEdit(m.Uncounted())); {
		case barred && done:
			s.p.ended(work, i, reply, m)
		case !barred && says != shown:
			got := s.p.show(work, i, m)
			if got.barred {
				barred = true
				if done {
					s.p.ended(work, i, reply, m)
				}
				break
			}
			if !got.ok {
				return
			}
			if got.pause > 0 {
				wait = max(wait, got.pause)
				continue // and say the newest then, even when done
			}
			shown = says
		}
		if done {
			return
		}
	}
}

// fulfil fills in a deferred answer. An edit may be repeated.
func (p *Platform) fulfil(ctx context.Context, i *interaction, r bot.Reply) {
	if r.Public {
		p.publish(ctx, i, r)
		return
	}
	for range 3 {
		got := p.show(ctx, i, r.Message)
		if got.barred {
			p.beside(ctx, i, r.Message)
		}
		if !got.ok || got.pause == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(got.pause):
		}
	}
}

// show makes m of the answer, without its picture where Discord refuses that. It
// returns what edit does.
func (p *Platform) show(ctx context.Context, i *interaction, m bot.Message) edited {
	got := p.edit(ctx, i, encodeEdit(m))
	if !got.ok && !got.barred && m.Image != nil {
		return p.edit(ctx, i, encodeEdit(m.WithoutPicture()))
	}
	return got
}

// edit replaces the answer.
func (p *Platform) edit(ctx context.Context, i *interaction, raw []byte) edited {
	a, err := p.rest.do(ctx, p.rest.answers, request{
		what:   "edit an answer",
		method: http.MethodPatch,
		path:   i.webhook() + "/messages/@original",
		body:   raw,
	})
	return p.outcome(i, a, err)
}

// publish shows a late public answer: the deferred one was promised as private,
// so the channel gets a message of its own.
func (p *Platform) publish(ctx context.Context, i *interaction, r bot.Reply) {
	if !p.edit(ctx, i, encodeEdit(bot.Plainly("Shared here."))).ok {
		return
	}
	share := func(m bot.Message) bool {
		a, err := p.rest.do(ctx, p.rest.answers, request{
			what:   "share an answer",
			method: http.MethodPost,
			path:   i.webhook(),
			body:   encodeEdit(m),
		})
		return p.outcome(i, a, err).ok
	}
	if !share(r.Message) && r.Message.Image != nil {
		share(r.Message.WithoutPicture())
	}
}

// outcome reads the answer to an edit or a follow-up.
func (p *Platform) outcome(i *interaction, a answer, err error) edited {
	switch {
	case err != nil:
		p.log.Warn("an answer could not be edited", "interaction", i.ID, "err", err)
		return edited{ok: true, pause: p.timing.live[1]}
	case a.ok():
		return edited{ok: true}
	}
	r := refusalOf(a.body)
	switch {
	case int(r.Code) == codeOldEdits:
		p.log.Info("an answer takes no more edits for now; how it ends is said beside it", "interaction", i.ID)
		return edited{barred: true}
	case a.status == http.StatusTooManyRequests:
		_, wait, _ := limitOf(a.header, r)
		return edited{ok: true, pause: wait}
	case a.status >= 500:
		return edited{ok: true, pause: p.timing.live[1]}
	}
	p.log.Warn("an answer can no longer be edited", "interaction", i.ID, "err", p.redactedFor(i, a, r))
	return edited{}
}
