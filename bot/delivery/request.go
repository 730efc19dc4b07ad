package delivery

import (
	"context"
	"errors"

	"storybot/bot"
	"storybot/stories"
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
	post := bot.Post{Delivery: j.dated(l.engine.clock.read()), Message: j.msg}
	j.verdict = l.ask(j.request.ctx, j, post)
}

// ask is the one place from which the platform is asked for something.
func (l *lane) ask(ctx context.Context, j *job, post bot.Post) bot.Verdict {
	if j.d.Op == stories.OpEdit {
		editor, ok := l.sender.(bot.Editor)
		if !ok {
			return bot.Verdict{Outcome: bot.MessageGone, Code: "no_edits", Reason: "keeps what was printed there"}
		}
		return editor.Edit(ctx, post.Delivery.Destination, j.target, post.Message)
	}
	if j.request.settle {
		return l.sender.Settle(ctx, post)
	}
	return l.sender.Send(ctx, post)
}
