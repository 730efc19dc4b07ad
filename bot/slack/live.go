package slack

import (
	"context"
	"log/slog"
	"time"

	"storybot/bot"
)

// follow shows what a reply says as time passes, in place of its first answer.
// A response_url takes few answers, so they come at growing distances, and the
// last one is kept for the end.
func (i *intake) follow(ctx context.Context, link *responseLink, r bot.Reply, log *slog.Logger) {
	ctx, cancel := context.WithDeadline(ctx, link.until.Add(-time.Minute))
	defer cancel()
	replace, began, shown := true, time.Now(), 0
	var newest *bot.Message
	show := func(ctx context.Context) {
		if f := link.say(ctx, newest, r.Public, &replace); f != nil {
			log.Info("slack progress not shown", "err", f)
		}
		newest = nil
	}
	for link.left() > 0 && sleep(ctx, i.timing.livePoll) {
		m, done, err := r.Live(ctx)
		if err != nil {
			log.Warn("slack progress not known", "err", err)
			continue
		}
		newest = &m
		if done {
			show(ctx)
			return
		}
		if shown < len(i.timing.live) && link.left() > 1 && time.Since(began) >= i.timing.live[shown] {
			shown++
			show(ctx)
		}
	}
	if newest != nil && link.left() > 0 {
		final, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.timing.lookUp)
		defer cancel()
		show(final)
	}
}
