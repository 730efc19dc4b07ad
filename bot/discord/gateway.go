package discord

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"
)

// timing is how long the gateway waits for what. Tests shorten it.
type timing struct {
	hello    time.Duration // for the first packet
	ready    time.Duration // for READY or RESUMED after it
	backoff  time.Duration // before the first new try; doubled up to longest
	longest  time.Duration
	settled  time.Duration // a connection that lasted this long starts the backoff anew
	invalid  time.Duration // after an invalid session, to five times this
	identify time.Duration // between two IDENTIFYs
	deferral time.Duration // before an answer is deferred
	drain    time.Duration // for answers under way when the bot stops
	live     [2]time.Duration
}

// usualTiming holds Discord's own rules where there are any: after an invalid
// session one to five seconds, between IDENTIFYs five
// (https://discord.com/developers/docs/events/gateway#resuming,
// https://discord.com/developers/docs/events/gateway#rate-limiting).
func usualTiming() timing {
	return timing{
		hello: 10 * time.Second, ready: 20 * time.Second,
		backoff: time.Second, longest: time.Minute, settled: 30 * time.Second,
		invalid: time.Second, identify: 5 * time.Second,
		deferral: 1500 * time.Millisecond, drain: 3 * time.Second,
		live: [2]time.Duration{time.Second, 4 * time.Second},
	}
}

// session is what a lost connection is resumed with.
type session struct {
	id      string
	address string // resume_gateway_url
	seq     int64
}

// maxFutile is how many RESUMEs in a row may come to nothing before the session
// is given up. Discord calls one that is over invalid; others just hang up.
const maxFutile = 2

// gateway keeps one connection to Discord's gateway.
type gateway struct {
	p        *Platform
	dispatch func(event)

	session    session
	futile     int       // RESUMEs in a row that were not answered with RESUMED
	identified time.Time // when the last IDENTIFY was sent
}

// fatalError is a refusal no retry can mend.
type fatalError struct {
	cure string
	err  error
}

func (e *fatalError) Error() string { return e.err.Error() + ": " + e.cure }
func (e *fatalError) Unwrap() error { return e.err }

// waitError is a try that is not to be made before after.
type waitError struct {
	after  time.Duration
	reason string
}

func (e *waitError) Error() string { return e.reason }

// errReconnect is Discord's wish for a new connection (op 7).
var errReconnect = errors.New("a new connection was asked for")

// errInvalid is Discord's word that a session is not valid (op 9).
var errInvalid = errors.New("the session was called invalid")

// run connects again and again until ctx ends or a refusal is final.
func (g *gateway) run(ctx context.Context) error {
	failures := 0
	for {
		lasted, err := g.serve(ctx)
		if ctx.Err() != nil {
			g.p.health.set(false, "Stopped.")
			return nil
		}
		var fatal *fatalError
		if errors.As(err, &fatal) {
			g.p.health.set(false, "Stopped for good: "+fatal.Error()+" Then restart the bot.")
			g.p.log.Error("the gateway refuses the bot", "err", err)
			return err
		}
		if lasted >= g.p.timing.settled {
			failures = 0
		}
		wait := g.pause(failures, err)
		failures++
		g.p.health.set(false, fmt.Sprintf("%s. Next try in %s.", capital(err.Error()), wait.Round(time.Second)))
		g.p.log.Warn("the gateway is down", "err", err, "next_try", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// pause is how long to wait after the failures-th failure in a row.
func (g *gateway) pause(failures int, err error) time.Duration {
	t := g.p.timing
	var w *waitError
	switch {
	case errors.As(err, &w):
		return w.after
	case errors.Is(err, errReconnect) && failures == 0:
		return 0
	}
	wait := min(t.backoff<<min(failures, 20), t.longest)
	wait = wait/2 + rand.N(wait/2+1)
	if errors.Is(err, errInvalid) {
		wait = max(wait, t.invalid+rand.N(4*t.invalid+1))
	}
	return wait
}

// serve runs one connection and says how long it was up.
func (g *gateway) serve(ctx context.Context) (lasted time.Duration, err error) {
	address := g.session.address
	if g.session.id == "" {
		if address, err = g.admission(ctx); err != nil {
			return 0, err
		}
	}
	c, err := g.dial(ctx, address)
	if err != nil {
		g.session = session{} // perhaps its address has gone; a new one costs one IDENTIFY
		return 0, fmt.Errorf("the gateway cannot be reached: %w", err)
	}
	defer c.close()
	err = c.run(ctx)
	switch {
	case !c.up.IsZero():
		g.futile, lasted = 0, time.Since(c.up)
	case c.resuming:
		if g.futile++; g.futile == maxFutile {
			g.futile, g.session = 0, session{}
		}
	}
	return lasted, g.after(err)
}

// closeRules says what a close code of Discord's means beyond "connect again"
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes).
var closeRules = map[int]struct {
	cure  string // final when not ""
	fresh bool   // the session is lost
}{
	4003: {fresh: true},
	4004: {cure: "Discord refuses the bot's token. Set DISCORD_TOKEN to the token on the Bot page of your application at https://discord.com/developers/applications."},
	4006: {fresh: true}, // of older versions: the session is no longer valid
	4007: {fresh: true},
	4009: {fresh: true},
	4010: {cure: "Discord refuses the shard. This is a fault of the bot."},
	4011: {cure: "the bot is in too many servers for one connection. This version cannot be sharded."},
	4012: {cure: "Discord no longer speaks this version of the gateway. Update the bot."},
	4013: {cure: "Discord does not know the intents asked for. Update the bot."},
	4014: {cure: "Discord does not allow the intents asked for. Check the Bot page of your application at https://discord.com/developers/applications."},
}

// after turns the end of a connection into what run should do.
func (g *gateway) after(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return err
	}
	rule := closeRules[closed.Code]
	err = fmt.Errorf("the connection was closed with code %d", closed.Code)
	if rule.fresh {
		g.session = session{}
	}
	if rule.cure != "" {
		return &fatalError{rule.cure, err}
	}
	return err
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
