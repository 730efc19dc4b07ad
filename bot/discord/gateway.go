package discord

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"

	"storybot/bot"
)

// session is what a lost connection is resumed with.
type session struct {
	id      string
	address string // resume_gateway_url; "" is asked for
	seq     int64
}

// maxFutile is how many RESUMEs in a row may come to nothing before the session
// is given up, and how often its address may not be reached before another one
// is asked for. Discord calls a session that is over invalid; others just hang
// up.
const maxFutile = 2

// gateway keeps one connection to Discord's gateway.
type gateway struct {
	p        *Platform
	dispatch func(event)

	session  session
	futile   int    // RESUMEs in a row that were not answered with RESUMED
	unheard  int    // times in a row the session's address could not be reached
	failures int    // tries in a row that did not get as far as READY or RESUMED
	brief    int    // connections in a row that did, and ended soon after
	refusals int    // refusals somebody has to mend, since it was connected last
	said     string // why it is down, in the words the log has read
	starts   starts
}

// waitError is a try that is not to be made before after.
type waitError struct {
	after  time.Duration
	reason string
}

func (e *waitError) Error() string { return e.reason }

// setback is a failure with the sentence people read of it, without its end;
// the cause is for the log.
type setback struct {
	said string
	err  error
}

func (e *setback) Error() string { return e.said + ": " + e.err.Error() }
func (e *setback) Unwrap() error { return e.err }

// errReconnect is Discord's wish for a new connection (op 7).
var errReconnect = errors.New("a new connection was asked for")

// errInvalid is Discord's word that a session is not valid (op 9).
var errInvalid = errors.New("the session was called invalid")

// run connects again and again until ctx ends.
func (g *gateway) run(ctx context.Context) {
	for wait := g.startLater(ctx); sleep(ctx, wait); {
		err := g.serve(ctx)
		if ctx.Err() != nil {
			break
		}
		wait = g.pause(err)
		g.tell(err, wait)
	}
	g.p.health.set(false, "Stopped.")
}

// tell says why the gateway is down and when it is tried again. The log is told
// once of what stays the same.
func (g *gateway) tell(err error, wait time.Duration) {
	next := "Next try at once."
	if wait >= time.Second/2 {
		next = fmt.Sprintf("Next try in %s.", wait.Round(time.Second))
	}
	said := err.Error()
	if f, ok := errors.AsType[*setback](err); ok {
		said = f.said
	}
	again := said == g.said
	g.said = said
	refused, isRefused := errors.AsType[*bot.Refused](err)
	switch {
	case isRefused:
		g.p.health.set(false, refused.Cure+" Should Discord accept the bot again, it goes on by itself. "+next)
		if !again {
			g.p.log.Error("the gateway refuses the bot", "err", refused.Err, "cure", refused.Cure, "next_try", wait)
		}
	default:
		g.p.health.set(false, capital(said)+". "+next)
		if !again {
			g.p.log.Warn("the gateway is down", "err", err, "next_try", wait)
		}
	}
	if again {
		g.p.log.Debug("the gateway is still down", "err", err, "next_try", wait)
	}
}

// serve runs one connection, from the question where to connect to its end.
func (g *gateway) serve(ctx context.Context) error {
	g.failures++
	address := g.session.address
	if g.session.id == "" || address == "" {
		var err error
		if address, err = g.admission(ctx); err != nil {
			return g.refused(err)
		}
	}
	c, err := g.dial(ctx, address)
	if err != nil {
		if g.unheard++; g.unheard == maxFutile {
			// Perhaps the address has gone. The session may go on at another.
			g.unheard, g.session.address = 0, ""
		}
		return &setback{"Discord's gateway cannot be reached", err}
	}
	defer c.close()
	g.unheard = 0
	err = c.run(ctx)
	switch {
	case !c.up.IsZero():
		g.futile = 0
		if g.brief++; time.Since(c.up) >= g.p.timing.settled {
			g.brief = 0
		}
	case c.resuming:
		if g.futile++; g.futile == maxFutile {
			g.futile, g.session = 0, session{}
		}
	}
	return g.refused(g.after(err))
}

// connected notes that READY or RESUMED came.
func (g *gateway) connected(e event) {
	if g.refusals > 0 {
		g.p.log.Info("Discord accepts the bot again")
	}
	g.failures, g.refusals, g.said = 0, 0, ""
	g.p.rest.account.set(byGateway, false)
	g.p.health.set(true, "Connected.")
	g.p.log.Info("the gateway is up", "event", e.Type)
	if e.Type == "READY" {
		g.p.started(nil)
	}
}

// refused counts err when it is a refusal somebody has to mend, and says so
// when it is the outcome of the first try.
func (g *gateway) refused(err error) error {
	if refused, is := errors.AsType[*bot.Refused](err); is {
		g.refusals++
		g.p.started(refused)
	}
	return err
}

// closeBadToken is the code a connection is closed with whose token Discord
// does not take.
const closeBadToken = 4004

// closeRules says what a close code of Discord's means beyond "connect again"
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes).
var closeRules = map[int]struct {
	cure  string // what somebody has to mend, when not ""
	fresh bool   // the session is lost
}{
	4003:          {fresh: true},
	closeBadToken: {cure: "Discord refuses the bot's token. Set DISCORD_TOKEN to the token on the Bot page of your application at https://discord.com/developers/applications and restart the bot.", fresh: true},
	4006:          {fresh: true}, // of older versions: the session is no longer valid
	4007:          {fresh: true},
	4009:          {fresh: true},
	4010:          {cure: "Discord refuses the shard the bot names. This is a fault of the bot: update it.", fresh: true},
	4011:          {cure: "The bot is in too many servers for one connection, and this version cannot be sharded. Remove it from some of them, or update it.", fresh: true},
	4012:          {cure: "Discord no longer speaks the gateway's version the bot asks for. Update the bot.", fresh: true},
	4013:          {cure: "Discord does not know the intents the bot asks for. Update the bot.", fresh: true},
	4014:          {cure: "Discord does not allow the bot the intents it asks for. Check the Bot page of your application at https://discord.com/developers/applications.", fresh: true},
}

// after turns the end of a connection into what run should do.
func (g *gateway) after(err error) error {
	closed, is := errors.AsType[*websocket.CloseError](err)
	if !is {
		return err
	}
	rule := closeRules[closed.Code]
	if rule.fresh {
		g.session = session{}
	}
	if closed.Code == websocket.CloseAbnormalClosure { // no code at all
		return &setback{brokeOff, err}
	}
	err = fmt.Errorf("the connection was closed with code %d", closed.Code)
	if rule.cure == "" {
		return err
	}
	if closed.Code == closeBadToken {
		g.p.rest.account.set(byGateway, true)
	}
	return &bot.Refused{Cure: rule.cure, Err: err}
}

// pause is how long to wait before the next try.
func (g *gateway) pause(err error) time.Duration {
	t := g.p.timing
	_, isRefused := errors.AsType[*bot.Refused](err)
	wait := jittered(grown(t.backoff, t.hurried, g.brief-1))
	switch {
	case isRefused:
		wait = late(grown(t.refused[0], t.refused[1], g.refusals-1))
	case g.failures > 0:
		wait = jittered(grown(t.backoff, t.longest, g.failures-1))
	case g.brief == 0 && errors.Is(err, errReconnect):
		wait = 0
	}
	if errors.Is(err, errInvalid) {
		wait = max(wait, t.invalid+rand.N(4*t.invalid+1))
	}
	if w, ok := errors.AsType[*waitError](err); ok {
		wait = max(wait, w.after)
	}
	if g.session.id == "" {
		wait = max(wait, g.starts.pause(g.p.now(), t.identify))
	}
	return wait
}

// grown is least, doubled times times, at most most.
func grown(least, most time.Duration, times int) time.Duration {
	return min(least<<min(max(times, 0), 20), most)
}

// jittered is between half of d and d.
func jittered(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// late is d and up to an eighth more, for what is not to be asked sooner.
func late(d time.Duration) time.Duration { return d + rand.N(d/8+1) }

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
