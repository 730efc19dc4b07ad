package delivery

import (
	"context"
	"errors"

	"storybot/bot"
)

// serve makes j's request. A sender that panics costs its row and nothing else.
func (l *lane) serve(j *job) {
	var err error
	defer func() {
		var cause panicked
		if errors.As(err, &cause) {
			j.verdict = bot.Verdict{Outcome: bot.BadPayload, Code: "panic", Reason: "did not get this message: the bot failed at sending it", Err: err}
		}
	}()
	defer contain(&err)
	o := bot.Operation{Delivery: j.dated(l.engine.clock.read()), Message: bot.Near(j.msg, j.d.Destination), Target: j.target}
	j.verdict = l.ask(j.request.ctx, j, o)
}

// ask is the one place from which the platform is asked for something. What may
// be repeated is never in doubt: it is made again.
func (l *lane) ask(ctx context.Context, j *job, o bot.Operation) bot.Verdict {
	if j.request.settle {
		return l.sender.Settle(ctx, o)
	}
	v := l.sender.Do(ctx, o)
	if o.Delivery.Op.Repeatable() && (v.Outcome == bot.Ambiguous || v.Outcome == bot.Unsettled) {
		v.Outcome = bot.Transient
	}
	return v
}
