package slack

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"storybot/bot"
)

const (
	// maxHandlers is how many commands are handled at once, those not counted
	// that wait for Slack to answer a question.
	maxHandlers = 64
	// maxWaiting is how many envelopes may be under way; one more would be
	// answered too late, and is told so.
	maxWaiting = 4096
	// maxTurnedAway is how many people are told at once, by a request of its own,
	// that there is no time for them.
	maxTurnedAway = 32
)

// intake is what Slack has sent and is being dealt with.
type intake struct {
	*web
	ear    *ear
	herald *herald
	deeds  *deeds
	tabs   tabs

	begun   sync.WaitGroup // of the work that envelopes began; Run waits for it
	waiting atomic.Int64   // envelopes under way
	// refusedAt is the Unix second of the last envelope that was too much.
	refusedAt  atomic.Int64
	slots      chan struct{} // one for each command that may be handled at once
	turnedAway chan struct{} // one for each of maxTurnedAway
}

func newIntake(w *web, e *ear) *intake {
	d := newDeeds()
	return &intake{web: w, ear: e, herald: newHerald(w, e.directory, d), deeds: d,
		slots: make(chan struct{}, maxHandlers), turnedAway: make(chan struct{}, maxTurnedAway)}
}

// dispatch takes on one envelope. It hardly blocks the connection's reader: all
// work is done beside it, and counted in begun. work is the context of the
// answer, run that of the platform.
func (i *intake) dispatch(work, run context.Context, h bot.Handler, c *conn, e envelope) {
	a := &ack{conn: c, id: e.ID}
	if e.RetryAttempt > 0 {
		i.log.Info("slack delivers again", "type", word(e.Type), "attempt", e.RetryAttempt)
	}
	var asked *ask
	if e.Type == "events_api" {
		if asked = i.event(a, e); asked == nil {
			return
		}
	}
	if i.waiting.Add(1) > maxWaiting {
		i.waiting.Add(-1)
		i.tooBusy(work, run, a, e)
		return
	}
	i.begun.Go(func() {
		defer i.waiting.Add(-1)
		defer a.empty()
		if asked == nil {
			asked = i.read(e)
		}
		if asked != nil {
			i.take(work, run, h, a, asked, e.RetryAttempt > 0)
		}
	})
}

// read reads what somebody did, but for events. nil is what nobody needs to
// answer.
func (i *intake) read(e envelope) *ask {
	switch e.Type {
	case "slash_commands":
		return i.ear.slash(e)
	case "interactive":
		return i.ear.interactive(e)
	}
	i.log.Warn("slack sent an envelope of an unknown type", "type", word(e.Type))
	return nil
}

// take does what somebody asked, when it is its turn. again says that Slack
// delivers it once more for want of an acknowledgement.
func (i *intake) take(work, run context.Context, h bot.Handler, a *ack, asked *ask, again bool) {
	var first bool
	if asked.deed, first = i.deeds.begin(asked.command.Key, a, time.Now()); !first {
		i.copy(work, asked, a, again)
		return
	}
	defer asked.deed.finish()
	settle := i.acknowledge(work, asked, a)
	defer settle()
	if asked.home != nil {
		i.takeAtHome(work, run, h, asked)
		return
	}
	t, ok := takeTurn(work, i.slots)
	if !ok {
		return
	}
	r, answerable := i.carryOut(work, h, t, asked)
	t.end()
	if answerable {
		i.answer(work, run, asked, r)
	}
}

// acknowledge acknowledges a deed at once, unless its acknowledgement may carry
// the answer: then at the latest in time. The caller settles when the answer is
// given.
func (i *intake) acknowledge(work context.Context, asked *ask, a *ack) (settle func()) {
	if !asked.says {
		a.empty()
	}
	switch {
	case asked.window != nil:
		asked.window.ack, asked.window.deeds, asked.window.deed = a, i.deeds, asked.deed
		return asked.window.expect(work)
	case asked.says:
		asked.ack = a
		return later(i.timing.ackWait, a.empty)
	}
	return func() {}
}

// later calls f after d, unless what it returns is called before: that waits for
// f when it has begun.
func later(d time.Duration, f func()) (settle func()) {
	done := make(chan struct{})
	t := time.AfterFunc(d, func() {
		defer close(done)
		f()
	})
	return sync.OnceFunc(func() {
		if !t.Stop() {
			<-done
		}
	})
}

// copy acknowledges a further copy of a deed. It waits for the first one's
// answer, and a little longer, so that its own acknowledgement, which says
// nothing, does not overtake the one that does. Where that one did not reach
// Slack, its answer is said again: so it is when Slack delivers again, and when
// the connection it went by has ended.
func (i *intake) copy(work context.Context, asked *ask, a *ack, again bool) {
	if !asked.says {
		a.empty()
		return
	}
	first := asked.deed.ack
	same := first.id == a.id
	if same && first.conn == a.conn && !first.done.Load() {
		a.done.Store(true) // the same envelope on the same connection is acknowledged once
		return
	}
	limit := time.NewTimer(i.timing.ackWait)
	defer limit.Stop()
	select {
	case <-asked.deed.done:
		if !again && asked.deed.lately(time.Now()) {
			sleep(work, i.timing.overtake)
		}
	case <-limit.C:
	case <-work.Done():
	}
	lost := again || same && first.conn != a.conn && first.conn.over()
	if said := i.deeds.answer(asked.deed, lost, time.Now()); said == nil || !a.with(said) {
		a.empty()
	}
}

// carryOut reads an ask and calls the handler, which has a bounded time: what
// hangs must not hold its slot for good. The handler says in its own words that
// the time was too short.
func (i *intake) carryOut(ctx context.Context, h bot.Handler, t *turn, asked *ask) (r bot.Reply, answerable bool) {
	defer func() {
		if e := recover(); e != nil {
			id := bot.FaultID()
			i.log.Error("a command panicked", "fault", id, "asked", bot.Describe(asked.command.Input), "panic", e, "stack", string(debug.Stack()))
			r, answerable = bot.Faulty(id), true
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, i.timing.command)
	defer cancel()
	ctx = t.within(ctx)
	reading, read := context.WithTimeout(ctx, i.timing.lookUp)
	asked.command.Input = asked.input(reading)
	read()
	if asked.command.Input == nil {
		return bot.Reply{}, false
	}
	if asked.refusal != nil {
		return *asked.refusal, true
	}
	c, by := i.ear.directory.served(ctx, asked.command, asked.spot)
	c.Asker = by
	return h.Handle(ctx, c), true
}

// busy is what somebody is told who asks when very many others do.
const busy = "Storybot has too much to do just now; nothing was done. Try again in a minute."

// tooBusy deals with an envelope that nobody has time for. People are told so:
// in the acknowledgement, or by a request of its own where that says nothing. An
// event is not acknowledged: Slack delivers it again, after a minute and after
// five (https://docs.slack.dev/apis/events-api#retries).
func (i *intake) tooBusy(work, run context.Context, a *ack, e envelope) {
	i.overloaded(e.Type)
	if e.Type == "events_api" {
		return
	}
	defer a.empty()
	asked := i.read(e)
	if asked == nil {
		return
	}
	r := bot.Reply{Failed: true, Message: bot.Plainly(busy)}
	asked.windowAbove()
	if asked.says {
		if said := busyAck(asked, &r.Message); said != nil && a.with(said) {
			return
		}
		asked.says = false
		if asked.window != nil {
			asked.window.acks = false
		}
	}
	if asked.url == "" && asked.window == nil {
		return
	}
	select {
	case i.turnedAway <- struct{}{}:
		i.begun.Go(func() {
			defer func() { <-i.turnedAway }()
			i.answer(work, run, asked, r)
		})
	default:
	}
}

// busyAck is m in an acknowledgement.
func busyAck(asked *ask, m *bot.Message) json.RawMessage {
	if asked.window != nil {
		if said := asked.window.stays(m); said != nil {
			return said
		}
		return updateView(viewOf(m))
	}
	body, err := encodeResponse(m, false, nil, "")
	if err != nil {
		return nil
	}
	return body
}

// overloaded says in the log that an envelope was not taken on: a line a second
// says enough.
func (i *intake) overloaded(kind string) {
	if now := time.Now().Unix(); i.refusedAt.Swap(now) != now {
		i.log.Warn("slack envelopes not taken on: too much at once", "type", word(kind))
	}
}
