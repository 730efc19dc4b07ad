package slack

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"storybot/bot"
)

// teller says how a reply goes on.
type teller struct {
	// inPlace says that each message takes the place of the one before. Otherwise
	// it is another one, and only the end is worth that.
	inPlace bool
	until   time.Time
	left    func() int // how many more it can say
	say     func(context.Context, *bot.Message) *failure
}

// teller is one by a response_url. That of a command cannot replace the answer:
// what replace_original means is the message whose button was pressed
// (https://docs.slack.dev/interactivity/handling-user-interaction#updating_message_response).
func (l *responseLink) teller(public, inPlace bool) teller {
	return teller{inPlace: inPlace, until: l.until, left: l.left, say: func(ctx context.Context, m *bot.Message) *failure {
		return l.say(ctx, m, public, &inPlace)
	}}
}

// speaker is a teller for what was answered by speak. What it says it logs itself
// when that fails.
func (i *intake) speaker(a *ask) teller {
	left := 1
	return teller{until: time.Now().Add(responseLife), left: func() int { return left }, say: func(ctx context.Context, m *bot.Message) *failure {
		left--
		i.speak(ctx, a, bot.Reply{Message: *m})
		return nil
	}}
}

// follow says how a reply goes on, in its place where that can be: at growing
// distances, since a response_url takes few answers, and the last one is kept for
// the end. Elsewhere one more message says how it ended, unless that was soon and
// as the answer promised.
func (i *intake) follow(ctx context.Context, t teller, r bot.Reply, log *slog.Logger) {
	ctx, cancel := context.WithDeadline(ctx, t.until.Add(-time.Minute))
	defer cancel()
	began, shown := time.Now(), 0
	var newest *bot.Message
	var unknown sync.Once // those who deliver tell how long a database is away
	show := func(ctx context.Context) {
		if f := t.say(ctx, newest); f != nil {
			log.Info("slack progress not shown", "err", f)
		}
		newest = nil
	}
	for t.left() > 0 && sleep(ctx, i.timing.livePoll) {
		m, done, err := r.Live(ctx)
		if err != nil {
			unknown.Do(func() { log.Info("slack progress not known for now", "err", err) })
			continue
		}
		newest = &m
		if done && shown == 0 && reflect.DeepEqual(m, r.Message) {
			return // as it was answered
		}
		if done && !t.inPlace && m.Tone == bot.Success && time.Since(began) < i.timing.soon {
			return
		}
		if done {
			newest = t.ending(ctx, r, newest)
			show(ctx)
			return
		}
		if t.inPlace && shown < len(i.timing.live) && t.left() > 1 && time.Since(began) >= i.timing.live[shown] {
			shown++
			show(ctx)
		}
	}
	if newest != nil && t.left() > 0 {
		final, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.timing.lookUp)
		defer cancel()
		newest = t.ending(final, r, newest)
		show(final)
	}
}

// ending is the last thing to say of a reply that says m in its place.
func (t teller) ending(ctx context.Context, r bot.Reply, m *bot.Message) *bot.Message {
	if t.inPlace || r.Ending == nil {
		return m
	}
	apart, err := r.Ending(ctx)
	if err != nil {
		return m // which says the same in more words
	}
	return &apart
}
