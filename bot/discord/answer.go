package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// Times Discord gives an interaction
// (https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages).
const (
	firstAnswer = 3 * time.Second
	tokenLife   = 15*time.Minute - 30*time.Second // with a margin of ours
)

// Codes Discord answers to callbacks
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
const (
	codeUnknownInteraction = 10062 // too late
	codeAcknowledged       = 40060 // answered already: after a lost response, by ourselves
)

// interact answers an interaction in a goroutine of its own.
func (s *serving) interact(ctx context.Context, raw json.RawMessage) {
	i, ok := parse(raw)
	if !ok {
		s.p.log.Warn("an interaction without id or token came")
		return
	}
	if !s.seen.add(string(i.ID)) {
		return
	}
	if s.waiting.Add(1) > maxWaiting {
		s.waiting.Add(-1)
		s.p.log.Error("too many interactions at once, one is left unanswered", "interaction", i.ID)
		return
	}
	came := time.Now()
	s.life.tasks.Go(func() {
		defer s.waiting.Add(-1)
		guard(s.p.log, "an interaction", func() { s.answer(ctx, i, came) })
	})
}

// answer sees to it that i gets an answer.
func (s *serving) answer(ctx context.Context, i *interaction, came time.Time) {
	say, cancel := context.WithDeadline(s.life.say, came.Add(tokenLife))
	defer cancel()
	work, cancel := context.WithDeadline(s.life.work, came.Add(tokenLife))
	defer cancel()
	c, ok := s.command(i)
	switch who, _ := i.asks(); {
	case i.is(discordgo.InteractionApplicationCommandAutocomplete):
		s.suggest(work, i, c, came)
	case who.ID == "":
		s.p.reply(say, i, came, bot.Reply{Failed: true, Message: unsigned})
	case !ok:
		s.p.reply(say, i, came, bot.Reply{Failed: true, Message: strange})
	default:
		reply, ok := s.respond(work, say, i, c, came)
		if ok && reply.Live != nil {
			s.follow(ctx, work, i, reply)
		}
	}
}

// unsigned answers what Discord does not say who asked.
var unsigned = bot.Message{
	Tone:   bot.Refusal,
	Blocks: []bot.Block{bot.Para(bot.Text("Discord did not say who asks this, so it could not be checked. Nothing was changed. Try again in a minute."))},
}

// strange answers what the bot does not offer, such as a form of an older
// version.
var strange = bot.Message{
	Tone:   bot.Refusal,
	Blocks: []bot.Block{bot.Para(bot.Text("The bot does not know this menu or form any more. Nothing was changed. Type "), bot.Code("/story help"), bot.Text(" to see what it offers."))},
}

// faulty answers what Discord takes no answer of: what was asked may be done.
var faulty = bot.Message{
	Tone:   bot.Refusal,
	Blocks: []bot.Block{bot.Para(bot.Text("The answer could not be shown; who runs the bot finds the cause in its log. Look whether it was done before you try again."))},
}

// respond hands c to the handler. When the handler is not done in time the
// answer is deferred, which keeps it private, and filled in later: as late as can be
// where it may be a form, since that cannot follow a deferral. work is for
// the handler, say for its answer; ok is false when that did not get through.
func (s *serving) respond(work, say context.Context, i *interaction, c asked, came time.Time) (reply bot.Reply, ok bool) {
	done := make(chan bot.Reply, 1)
	s.life.tasks.Go(func() { done <- s.handle(work, c) })
	wait := s.p.timing.deferral
	if s.p.opens(c.Input) {
		wait = s.p.timing.opening
	}
	timer := time.NewTimer(wait - time.Since(came))
	defer timer.Stop()
	select {
	case reply = <-done:
		reply.Message = i.help(reply.Message, s.world)
		return reply, s.p.reply(say, i, came, reply)
	case <-timer.C:
	}
	promised := s.p.callback(say, i, came, deferred()) == accepted
	reply = <-done
	reply.Message = i.help(reply.Message, s.world)
	if promised {
		s.p.fulfil(say, i, reply)
	}
	return reply, promised
}

// handle calls the handler in one of its slots, once it is known how those are
// called whom c mentions.
func (s *serving) handle(ctx context.Context, c asked) (reply bot.Reply) {
	s.slots <- struct{}{}
	defer func() { <-s.slots }()
	defer func() {
		if r := recover(); r != nil {
			id := bot.FaultID()
			s.p.log.Error("panic", "fault", id, "in", "a command", "asked", bot.Describe(c.Input), "panic", r, "stack", string(debug.Stack()))
			reply = bot.Faulty(id)
		}
	}()
	c.Input = mentioning(c.Input, s.names.of(ctx, &c.mentions))
	return s.handler.Handle(ctx, c.Command)
}

// suggest answers an autocomplete. One without a suggestion is answered too,
// with none.
func (s *serving) suggest(ctx context.Context, i *interaction, c asked, came time.Time) {
	ctx, cancel := context.WithDeadline(ctx, came.Add(firstAnswer))
	defer cancel()
	var list []bot.Choice
	if in, ok := c.Input.(bot.Options); ok && c.focused.Name != "" {
		s.slots <- struct{}{}
		guard(s.p.log, "an autocomplete", func() { list = s.handler.Complete(ctx, in.Name, c.focused.Name, bot.Unmark(c.focused.text())) })
		<-s.slots
	}
	s.p.callback(ctx, i, came, suggestions(list))
}

// reply answers i with a message of its own; false when that failed. One that
// Discord refuses is given without its picture or replaced, so that nobody is left
// without a word.
func (p *Platform) reply(ctx context.Context, i *interaction, came time.Time, r bot.Reply) bool {
	got := p.callback(ctx, i, came, answered(i, r))
	if got == refused && r.Form != nil {
		r.Form = nil // its message has a button that opens it
		got = p.callback(ctx, i, came, answered(i, r))
	}
	if got == refused && r.Message.Image != nil {
		r.Message = r.Message.WithoutPicture()
		got = p.callback(ctx, i, came, answered(i, r))
	}
	if got == refused {
		p.callback(ctx, i, came, answered(i, bot.Reply{Message: faulty}))
	}
	return got == accepted
}

// reception is what became of a callback.
type reception int

const (
	accepted reception = iota
	refused            // for its contents; another one may do
	missed             // too late, or Discord could not be reached
)

// callback makes the first response, at once and twice more where the
// connection fails. It needs no permission and counts towards no limit
// (https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction).
func (p *Platform) callback(ctx context.Context, i *interaction, came time.Time, raw []byte) reception {
	for try := 0; ; try++ {
		a, err := p.rest.do(ctx, p.rest.answers, request{
			what:   "answer an interaction",
			method: http.MethodPost,
			path:   "/interactions/" + url.PathEscape(string(i.ID)) + "/" + url.PathEscape(string(i.Token)) + "/callback",
			body:   raw,
		})
		switch {
		case err == nil && a.ok():
			return accepted
		case ctx.Err() == nil && try < 2 && (err != nil || a.status >= 500) && time.Since(came) < firstAnswer:
			continue
		case err != nil:
			p.log.Warn("an interaction could not be answered", "interaction", i.ID, "err", err)
			return missed
		}
		return p.reception(i, a, came)
	}
}

// reception reads a callback's answer that is no success.
func (p *Platform) reception(i *interaction, a answer, came time.Time) reception {
	r := refusalOf(a.body)
	switch r.Code {
	case codeAcknowledged:
		return accepted
	case codeUnknownInteraction:
		p.log.Warn("an interaction was answered too late", "interaction", i.ID, "after", time.Since(came))
		return missed
	}
	p.log.Error("an answer to an interaction was refused", "interaction", i.ID, "err", p.redactedFor(i, a, r))
	if a.status == http.StatusBadRequest {
		return refused
	}
	return missed
}
