package discord

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"storybot/stories"
)

// Who may refuse the token: the HTTP API and the gateway each have their say,
// and one may go on while the other refuses.
const (
	byAPI = iota
	byGateway
)

// account knows whether Discord takes the bot's token.
type account struct {
	mu      sync.Mutex
	refused [2]bool
	changed chan struct{} // closed and replaced when that changes as a whole
}

func newAccount() *account { return &account{changed: make(chan struct{})} }

// answered learns from the status of a request below the base. A request whose
// path holds a token of its own, and the one that needs none, tell nothing of
// the bot's.
func (a *account) answered(path string, status int) {
	if path == "/gateway" || strings.HasPrefix(path, "/interactions/") || strings.HasPrefix(path, "/webhooks/") {
		return
	}
	switch {
	case status == http.StatusUnauthorized:
		a.set(byAPI, true)
	case status >= 200 && status < 300:
		a.set(byAPI, false)
	}
}

// set notes what one of the two does.
func (a *account) set(by int, refused bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.refused[byAPI] || a.refused[byGateway]
	a.refused[by] = refused
	if after := a.refused[byAPI] || a.refused[byGateway]; after != before {
		close(a.changed)
		a.changed = make(chan struct{})
	}
}

// state says who refuses the token now. changed is closed when nobody does any
// more, or somebody begins to.
func (a *account) state() (api, gateway bool, changed <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refused[byAPI], a.refused[byGateway], a.changed
}

// await returns when nobody refuses the token; false when ctx ended first.
func (a *account) await(ctx context.Context) bool {
	for {
		api, gateway, changed := a.state()
		if !api && !gateway {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-changed:
		}
	}
}

// tokenWatch is who sees to a token that is refused.
type tokenWatch struct{ p *Platform }

// run sees to a token that is refused until ctx ends: it is asked about
// again after growing pauses, and once it is taken again Places is told that
// all of Discord's destinations may be reachable. While the gateway is down
// that asks, by trying to connect.
func (w tokenWatch) run(ctx context.Context) {
	p := w.p
	wait, taken := p.timing.refused[0], time.Time{}
	for {
		api, gateway, changed := p.rest.account.state()
		if !api && !gateway {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
			continue
		}
		if api {
			p.health.note(noteToken, closeRules[closeBadToken].cure+" Until then nothing is sent; should Discord take this token again, the bot goes on by itself.")
		}
		if api && p.health.now().Up {
			p.log.Error("Discord refuses the bot's token", "cure", closeRules[closeBadToken].cure)
		}
		began := time.Now()
		if began.Sub(taken) > p.timing.refused[1] {
			wait = p.timing.refused[0]
		}
		if !w.askUntilTaken(ctx, &wait) {
			return
		}
		taken = time.Now()
		p.health.note(noteToken, "")
		p.log.Info("Discord takes the bot's token again", "refused_for", time.Since(began).Round(time.Second))
		guard(p.log, "news of a token", func() { p.places.Healed(ctx, stories.Destination{Platform: platformName}) })
	}
}

// askUntilTaken returns when the token is taken, or false when ctx ends first.
// wait grows from ask to ask.
func (w tokenWatch) askUntilTaken(ctx context.Context, wait *time.Duration) bool {
	p := w.p
	for {
		api, gateway, changed := p.rest.account.state()
		if !api && !gateway {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(late(*wait))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-changed:
			timer.Stop()
			continue
		case <-timer.C:
		}
		*wait = min(2**wait, p.timing.refused[1])
		if api && p.health.now().Up {
			// What it answers is noted where all answers are.
			_, _ = p.rest.do(ctx, p.rest.posts, request{what: "ask whether the token is taken", method: http.MethodGet, path: "/gateway/bot"})
		}
	}
}
