package slack

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
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
	say     func(ctx context.Context, m *bot.Message) *failure
	// apart says m as another message; nil where there is no such way.
	apart func(ctx context.Context, m *bot.Message) *failure
	owes  bool // what stands there is not true any more, so that the end is said in any case
}

// uneditable are the words with which Slack refuses every edit of a message that is
// still there (https://docs.slack.dev/reference/methods/chat.update#errors).
var uneditable = []string{"cant_update_message", "edit_window_closed"}

// missing is the word for a message that somebody deleted: whoever did wants no more of it.
const missing = "message_not_found"

// failed takes note of what an edit was refused with: from then on only the end is
// said, as another message, or nothing any more.
func (t *teller) failed(f *failure) {
	switch {
	case f == nil || t.apart == nil:
	case f.code == missing:
		t.left = func() int { return 0 }
	case slices.Contains(uneditable, f.code):
		left, apart := 1, t.apart
		t.inPlace, t.owes, t.left = false, true, func() int { return left }
		t.say = func(ctx context.Context, m *bot.Message) *failure {
			left--
			return apart(ctx, m)
		}
	}
}

// teller is one by a response_url. That of a command cannot replace the answer, not
// even with one whose buttons are over: what replace_original means is the message
// whose button was pressed, and beside one Slack posts another message
// (https://docs.slack.dev/interactivity/handling-user-interaction#updating_message_response,
// https://github.com/slackapi/bolt-python/issues/1268).
func (l *responseLink) teller(public, inPlace bool) teller {
	return teller{inPlace: inPlace, until: l.until, left: l.left, say: func(ctx context.Context, m *bot.Message) *failure {
		return l.say(ctx, m, public, &inPlace)
	}}
}

// speaker is a teller for what was answered by speak: at, where it is a message that can
// be edited. What it says otherwise it logs itself when that fails.
func (i *intake) speaker(a *ask, at site) teller {
	t := teller{inPlace: at.ok(), until: time.Now().Add(responseLife)}
	left := 1
	if t.inPlace {
		left = responseUses
	}
	t.left = func() int { return left }
	t.say = func(ctx context.Context, m *bot.Message) *failure {
		left--
		if at.ok() {
			return i.rewrite(ctx, a, at, m)
		}
		return t.apart(ctx, m)
	}
	t.apart = func(ctx context.Context, m *bot.Message) *failure {
		i.speak(ctx, a, bot.Reply{Message: *m})
		return nil
	}
	return t
}

// over says that something first offered is offered no more: where that can be, its
// buttons are not to be left there, and elsewhere it is said that they are over.
func over(first, m bot.Message) bool {
	return slices.ContainsFunc(first.Buttons, func(b bot.Button) bool { return !slices.Contains(m.Buttons, b) })
}

// follow says how a reply goes on, in its place where that can be: at growing
// distances, since a response_url takes few answers, and the last one is kept for
// the end. Elsewhere one more message says how it ended, unless that was soon and
// as the answer promised.
func (i *intake) follow(ctx context.Context, t teller, r bot.Reply, log *slog.Logger) {
	ctx, cancel := context.WithDeadline(ctx, t.until.Add(-time.Minute))
	defer cancel()
	began, shown, offered := time.Now(), 0, r.Message
	var newest *bot.Message
	var unknown sync.Once // those who deliver tell how long a database is away
	show := func(ctx context.Context) {
		f := t.say(ctx, newest)
		if f != nil {
			log.Info("slack progress not shown", "err", f)
		}
		if t.failed(f); t.inPlace {
			offered = *newest
		}
		newest = nil
	}
	finish := func(ctx context.Context, m bot.Message) { // twice where the first is refused
		for range 2 {
			was := t.inPlace
			if newest = t.ending(ctx, r, &m); newest == nil || t.left() <= 0 {
				return
			}
			if show(ctx); t.inPlace == was {
				return
			}
		}
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
		if done && !t.inPlace && m.Tone == bot.Success && !t.owes && time.Since(began) < i.timing.soon && !over(offered, m) {
			return
		}
		if done {
			last := ctx
			if t.inPlace { // a stop in the middle of it would leave there how far it was, for good
				end, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.timing.lookUp)
				defer cancel()
				last = end
			}
			finish(last, m)
			return
		}
		switch due := shown < len(i.timing.live) && time.Since(began) >= i.timing.live[shown]; {
		case !t.inPlace || t.left() <= 1:
		case over(offered, m): // at once, so that nobody presses what does nothing
			show(ctx)
		case due:
			shown++
			show(ctx)
		}
	}
	if t.left() > 0 { // it stays so: nothing in it may be true for a moment only
		why := bot.Expiring
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			why = bot.Stopping
		}
		final, cancel := context.WithTimeout(bot.WithParting(context.WithoutCancel(ctx), why), i.timing.lookUp)
		defer cancel()
		m, done, err := r.Live(final)
		switch {
		case err != nil && newest == nil:
			m = r.Message.Parted(why)
		case err != nil:
			m = newest.Parted(why)
		case done && (reflect.DeepEqual(m, offered) || !t.inPlace && m.Tone == bot.Success && !t.owes && time.Since(began) < i.timing.soon && !over(offered, m)):
			return
		}
		finish(final, m)
	}
}

// ending is the last thing to say of a reply that says m in its place; nil for nothing.
func (t teller) ending(ctx context.Context, r bot.Reply, m *bot.Message) *bot.Message {
	if t.inPlace || r.Ending == nil {
		return m
	}
	apart, err := r.Ending(ctx)
	if err != nil {
		return m // which says the same in more words
	}
	if len(apart.Blocks) == 0 {
		return nil
	}
	return &apart
}
