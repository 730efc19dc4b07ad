package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"storybot/bot"
)

// follow shows what a live reply says as time passes, until it is done, the
// bot stops or the answer can no longer be edited.
func (s *serving) follow(ctx, work context.Context, i *interaction, reply bot.Reply) {
	wait := s.p.timing.live[0]
	shown := string(encodeEdit(reply.Message))
	var unknown sync.Once // those who deliver tell how long a database is away
	for {
		select {
		case <-ctx.Done():
			return
		case <-work.Done():
			return
		case <-time.After(wait):
		}
		wait = s.p.timing.live[1]
		m, done, err := reply.Live(work)
		if err != nil {
			unknown.Do(func() { s.p.log.Info("a live answer is not brought up to date for now", "err", err) })
			continue
		}
		if raw := encodeEdit(m); string(raw) != shown {
			pause, ok := s.p.show(work, i, m)
			if !ok {
				return
			}
			if pause > 0 {
				wait = max(wait, pause)
				continue // and say the newest then, even when done
			}
			shown = string(raw)
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
		pause, ok := p.show(ctx, i, r.Message)
		if !ok || pause == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// show makes m of the answer, without its picture where Discord refuses that. It
// returns what edit does.
func (p *Platform) show(ctx context.Context, i *interaction, m bot.Message) (pause time.Duration, ok bool) {
	pause, ok = p.edit(ctx, i, encodeEdit(m))
	if !ok && m.Image != nil {
		return p.edit(ctx, i, encodeEdit(m.WithoutPicture()))
	}
	return pause, ok
}

// edit replaces the answer. ok is false when it cannot be edited any more;
// otherwise pause says how long to leave it.
func (p *Platform) edit(ctx context.Context, i *interaction, raw []byte) (pause time.Duration, ok bool) {
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
	if _, ok := p.edit(ctx, i, encodeEdit(bot.Plainly("Shared here."))); !ok {
		return
	}
	share := func(m bot.Message) bool {
		a, err := p.rest.do(ctx, p.rest.answers, request{
			what:   "share an answer",
			method: http.MethodPost,
			path:   i.webhook(),
			body:   encodeEdit(m),
		})
		_, ok := p.outcome(i, a, err)
		return ok
	}
	if !share(r.Message) && r.Message.Image != nil {
		share(r.Message.WithoutPicture())
	}
}

// outcome reads the answer to an edit or a follow-up.
func (p *Platform) outcome(i *interaction, a answer, err error) (pause time.Duration, ok bool) {
	switch {
	case err != nil:
		p.log.Warn("an answer could not be edited", "interaction", i.ID, "err", err)
		return p.timing.live[1], true
	case a.ok():
		return 0, true
	}
	r := refusalOf(a.body)
	switch {
	case a.status == http.StatusTooManyRequests:
		_, wait, _ := limitOf(a.header, r)
		return wait, true
	case a.status >= 500:
		return p.timing.live[1], true
	}
	p.log.Warn("an answer can no longer be edited", "interaction", i.ID, "err", p.redactedFor(i, a, r))
	return 0, false
}
