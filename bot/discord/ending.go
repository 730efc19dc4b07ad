package discord

import (
	"context"
	"net/http"
	"time"

	"storybot/bot"
)

// codeOldEdits is Discord's refusal of one edit too many of a message older than an
// hour: for how long is not said
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
const codeOldEdits = 30046

// lastWords is how long the last words of an answer may take, within the margin of
// tokenLife.
const lastWords = 5 * time.Second

// edited is what became of an edit of an answer.
type edited struct {
	ok     bool          // it was made, or may be later
	pause  time.Duration // how long to leave the answer before the next one; 0 for one that was made
	barred bool          // Discord takes no edit of it for longer than it is of use
}

// ended says beside an answer that cannot be edited how it ended, once; m is what the
// answer would say.
func (p *Platform) ended(ctx context.Context, i *interaction, r bot.Reply, m bot.Message) {
	if r.Ending != nil {
		apart, err := r.Ending(ctx)
		if err == nil && len(apart.Blocks) == 0 {
			return // whoever asked was told already
		}
		if err == nil {
			m = apart
		}
	}
	p.beside(ctx, i, m)
}

// beside says m to the asker in a message of its own
// (https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message).
// It may be said once only, so one whose answer is lost is not said again.
func (p *Platform) beside(ctx context.Context, i *interaction, m bot.Message) {
	c := contentOf(m)
	c.Flags = ephemeral
	a, err := p.rest.do(ctx, p.rest.answers, request{what: "say how an answer ended", method: http.MethodPost, path: i.webhook(), body: mustEncode(c)})
	switch {
	case err != nil:
		p.log.Warn("how an answer ended could not be said", "interaction", i.ID, "err", err)
	case !a.ok():
		p.log.Warn("how an answer ended could not be said", "interaction", i.ID, "err", p.redactedFor(i, a, refusalOf(a.body)))
	}
}

// part leaves an answer that is not brought up to date any more as it stands at the
// last: "about 1 minute left" is true for a minute.
func (p *Platform) part(ctx context.Context, i *interaction, r bot.Reply, newest bot.Message, why bot.Parting, barred bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	m, done, err := r.Live(bot.WithParting(ctx, why))
	if err != nil {
		m = newest.Parted(why)
	}
	switch {
	case barred && done:
		p.ended(ctx, i, r, m)
	case barred || p.show(ctx, i, m).barred:
		p.beside(ctx, i, m)
	}
}
