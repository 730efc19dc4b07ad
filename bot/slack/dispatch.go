package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// ask is something a person did, and the ways to answer it.
type ask struct {
	// command is what is known of it at once: not its Input, which takes asking
	// Slack for names.
	command bot.Command
	spot    spot
	// input reads what was asked; nil is an input that nobody needs to answer.
	input func(context.Context) bot.Input

	deed   *deed
	ack    *ack    // may carry the answer; nil when the envelope is acknowledged already
	url    string  // response_url, "" where there is none
	thread string  // ts of the thread the answer belongs into, ""
	direct bool    // in the direct message with the bot: nobody else reads along
	window *window // of an answer that is shown in a view
}

// ack is the one acknowledgement an envelope gets.
type ack struct {
	conn *conn
	id   string
	done atomic.Bool
}

// empty acknowledges without an answer, unless that has been done.
func (a *ack) empty() {
	if a.done.CompareAndSwap(false, true) {
		_ = a.conn.ack(a.id) // a lost one is delivered again, and recognised
	}
}

// with acknowledges with an answer. It is false when the acknowledgement is
// gone already, when the answer is too large for it, or could not be written.
func (a *ack) with(answer json.RawMessage) bool {
	frame, fits := encodeAck(a.id, answer)
	return fits && a.done.CompareAndSwap(false, true) && a.conn.write(frame) == nil
}

// dispatch takes on one envelope. It hardly blocks the connection's reader: all
// work is done beside it, and counted in begun. work is the context of the
// answer, run that of the platform.
func (p *Platform) dispatch(work, run context.Context, h bot.Handler, c *conn, e envelope) {
	a := &ack{conn: c, id: e.ID}
	if p.waiting.Add(1) > maxWaiting {
		p.waiting.Add(-1)
		p.tooBusy(a, e)
		return
	}
	p.begun.Go(func() {
		defer p.waiting.Add(-1)
		defer a.empty()
		if e.RetryAttempt > 0 {
			p.log.Info("slack delivers again", "type", word(e.Type), "attempt", e.RetryAttempt)
		}
		p.take(work, run, h, a, e)
	})
}

// take deals with one envelope, when it is its turn.
func (p *Platform) take(work, run context.Context, h bot.Handler, a *ack, e envelope) {
	var asked *ask
	switch e.Type {
	case "slash_commands":
		if asked = p.slash(e); asked != nil && e.Answerable {
			asked.ack = a
			defer time.AfterFunc(p.timing.ackWait, a.empty).Stop()
		} else {
			a.empty()
		}
	case "interactive":
		if asked = p.interactive(e); asked != nil && asked.window != nil {
			asked.window.ack = a
			defer asked.window.expect(work).Stop()
		}
		if asked == nil || asked.window == nil || !asked.window.acks {
			a.empty()
		}
	case "events_api":
		a.empty()
	default:
		p.log.Warn("slack sent an envelope of an unknown type", "type", word(e.Type))
		return
	}
	select {
	case p.slots <- struct{}{}:
	case <-work.Done():
		return
	}
	free := func() { <-p.slots }
	if e.Type == "events_api" {
		asked = p.event(work, e)
	}
	if asked == nil {
		free()
		return
	}
	var first bool
	if asked.deed, first = p.deeds.begin(asked.command.Key, a, time.Now()); !first {
		free()
		p.copy(work, asked, a)
		return
	}
	defer asked.deed.finish()
	if asked.window != nil {
		asked.window.belongs(asked.deed)
	}
	r, answerable := p.carryOut(work, h, asked)
	free()
	if answerable {
		p.answer(work, run, asked, r)
	}
}

// copy acknowledges a further copy of a deed. It waits for the first one's
// answer, and a little longer, so that its own acknowledgement, which says
// nothing, does not overtake the one that does.
func (p *Platform) copy(work context.Context, asked *ask, a *ack) {
	if a.done.Load() {
		return
	}
	if first := asked.deed.ack; first.conn == a.conn && first.id == a.id && !first.done.Load() {
		a.done.Store(true) // the same envelope on the same connection is acknowledged once
		return
	}
	limit := time.NewTimer(p.timing.ackWait)
	defer limit.Stop()
	select {
	case <-asked.deed.done:
		if _, lately := asked.deed.answer(); lately {
			sleep(work, p.timing.overtake)
		}
	case <-limit.C:
	case <-work.Done():
	}
	if said, _ := asked.deed.answer(); said == nil || !a.with(said) {
		a.empty()
	}
}

// carryOut reads an ask and calls the handler.
func (p *Platform) carryOut(ctx context.Context, h bot.Handler, asked *ask) (r bot.Reply, answerable bool) {
	defer func() {
		if e := recover(); e != nil {
			id := bot.FaultID()
			p.log.Error("a command panicked", "fault", id, "asked", bot.Describe(asked.command.Input), "panic", e, "stack", string(debug.Stack()))
			r, answerable = bot.Faulty(id), true
		}
	}()
	reading, cancel := context.WithTimeout(ctx, p.timing.lookUp)
	asked.command.Input = asked.input(reading)
	cancel()
	if asked.command.Input == nil {
		return bot.Reply{}, false
	}
	asked.command.Asker = &asker{p: p, command: asked.command, spot: asked.spot}
	return h.Handle(ctx, asked.command), true
}

// busy is what somebody is told who asks when very many others do.
const busy = "Storybot has too much to do just now; nothing was done. Try again in a minute."

// tooBusy acknowledges an envelope that nobody has time for, and says so where
// an acknowledgement can say something.
func (p *Platform) tooBusy(a *ack, e envelope) {
	defer a.empty()
	if now := time.Now().Unix(); p.refusedAt.Swap(now) != now { // a line a second says enough
		p.log.Warn("slack envelopes not taken on: too much at once", "type", word(e.Type))
	}
	m := bot.Plainly(busy)
	switch {
	case e.Type == "slash_commands" && e.Answerable:
		if body, err := encodeResponse(&m, false, nil, ""); err == nil {
			a.with(body)
		}
	case e.Type == "interactive":
		if asked := p.interactive(e); asked != nil && asked.window != nil && asked.window.acks {
			a.with(updateView(viewOf(&m)))
		}
	}
}

// slash reads a slash command.
func (p *Platform) slash(e envelope) *ask {
	var s slashCommand
	name := ""
	if decode(e.Payload, &s) {
		name = strings.ToLower(strings.TrimPrefix(s.Command, "/"))
	}
	if name == "" || s.UserID == "" {
		p.log.Warn("slack sent a slash command that cannot be read")
		return nil
	}
	c := newCommand(s.TeamID, s.ChannelID, s.UserID, s.UserName)
	c.Key = key(s.TriggerID, e.ID, s.Command, s.Text, s.ChannelID, s.UserID, s.ResponseURL)
	return &ask{command: c, url: s.ResponseURL, spot: spot{name: s.ChannelName}, input: func(ctx context.Context) bot.Input {
		r := p.reader(ctx, s.TeamID)
		text := strings.TrimSpace(r.text(s.Text))
		return bot.Typed{Name: name, Text: text, Mentions: r.mentions}
	}}
}

// reader reads what people of a workspace write.
func (p *Platform) reader(ctx context.Context, team string) *reader {
	return &reader{ctx: ctx, names: bounded(p), team: team, options: p.options}
}

// optionsOf is the names of all options there are.
func optionsOf(specs []bot.Spec) map[string]bool {
	options := make(map[string]bool)
	for _, s := range specs {
		for _, a := range s.Args {
			options[strings.ToLower(a.Name)] = true
		}
	}
	return options
}

func newCommand(team, channel, user, name string) bot.Command {
	if name = bot.OneLine(name); name == "" {
		name = someone
	}
	return bot.Command{
		Where: destination(team, channel),
		Lane:  laneOf(team),
		User:  stories.User{Ref: userRef(team, user), Name: name},
	}
}

// key identifies something a person did over all its deliveries. A trigger_id
// belongs to one deed and is the same when the envelope comes again, which an
// envelope_id need not be. Servers that are not Slack's may give all deeds one
// trigger_id, so the rest of what tells deeds apart is counted in, as a digest:
// texts are long and a response_url is a secret.
func key(trigger, envelope string, deed ...string) string {
	digest := sha256.Sum256([]byte(strings.Join(deed, "\x00")))
	return platformName + ":" + cmp.Or(trigger, envelope) + "/" + hex.EncodeToString(digest[:8])
}
