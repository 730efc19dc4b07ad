package console

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/bot"
)

// ends tells whoever asked how what was begun by an answer has ended: from a pipe
// behind the answer, once everything due has been sent, and else whenever it is done.
type ends struct {
	page        *page
	interactive bool
	settled     func(ctx context.Context, last bool) error // as Config.Settled; may be nil

	mu       sync.Mutex // guards what follows
	open     []*begun
	watching sync.WaitGroup
}

// begun is an answer whose end nobody has read.
type begun struct {
	reply bot.Reply
	said  bot.Message // how it stood when that was printed last
	stop  context.CancelFunc
}

func newEnds(c Config, p *page) *ends {
	return &ends{page: p, interactive: p.screen.interactive(), settled: c.Settled}
}

// follow shows what becomes of an answer.
func (e *ends) follow(ctx context.Context, reply bot.Reply) error {
	b := &begun{reply: reply, said: reply.Message}
	if e.interactive {
		if reply.Live != nil {
			e.watch(ctx, b)
		}
		return nil
	}
	if err := e.wait(ctx, false); err != nil {
		return ignoreStop(ctx, err)
	}
	if reply.Live == nil {
		return nil
	}
	m, done, err := reply.Live(ctx)
	if err != nil {
		return ignoreStop(ctx, err)
	}
	if !b.idle(m, done) {
		if err := e.add(ctx, b, m); err != nil {
			return err
		}
	}
	if !done {
		e.watch(ctx, b)
	}
	return nil
}

// idle says that nothing has come of it yet: it says the same but for the time that is
// left to press its buttons.
func (b *begun) idle(now bot.Message, done bool) bool {
	return !done && len(now.Buttons) > 0 && slices.Equal(now.Buttons, b.reply.Message.Buttons)
}

// wait waits for what is due now; last is as for Config.Settled.
func (e *ends) wait(ctx context.Context, last bool) error {
	if e.settled == nil {
		return nil
	}
	e.page.count(ctx, func(n *numbers) { n.due = true })
	defer e.page.count(ctx, func(n *numbers) { n.due = false })
	return e.settled(ctx, last)
}

// A live answer is looked at so often; slowly once it has taken so long.
const (
	liveEvery  = 500 * time.Millisecond
	liveSlowly = 5 * time.Second
	liveLong   = time.Minute
)

// watch prints how an answer ended once it has, however long that takes.
func (e *ends) watch(ctx context.Context, b *begun) {
	ctx, b.stop = context.WithCancel(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open = append(e.open, b)
	e.watching.Go(func() {
		defer b.stop()
		for began := time.Now(); ; {
			every := liveEvery
			if time.Since(began) > liveLong {
				every = liveSlowly
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(every):
			}
			if _, done, err := b.reply.Live(ctx); err == nil && done && e.closed(b) {
				_ = e.tell(context.WithoutCancel(ctx), b) // the screen is gone where this fails
				return
			}
		}
	})
}

// closed takes an answer from those that are open; false when it is none of them.
func (e *ends) closed(b *begun) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := slices.Index(e.open, b)
	if at >= 0 {
		e.open = slices.Delete(e.open, at, at+1)
	}
	return at >= 0
}

// stop ends the watching, and waits for its end. What is open remains so.
func (e *ends) stop() {
	e.mu.Lock()
	for _, b := range e.open {
		b.stop()
	}
	e.mu.Unlock()
	e.watching.Wait()
}

// leaveTime is how long somebody who leaves a terminal waits for what is on its way.
const leaveTime = 10 * time.Second

// settle waits at the end for what is due: from a pipe all of it, and what goes out
// unless it is undone; at a terminal, where a person wants to leave, so long. Ends are
// told by tellAll from here on.
func (e *ends) settle(ctx context.Context) error {
	e.stop()
	if !e.interactive {
		return e.wait(ctx, true)
	}
	waiting, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	err := e.wait(waiting, false)
	if waiting.Err() != nil && ctx.Err() == nil {
		return nil // it has been long enough, whatever the wait ended with
	}
	return err
}

// tellAll prints of every answer that is open how it stands at the last, where that is
// not what was printed last.
func (e *ends) tellAll(ctx context.Context) error {
	ctx = bot.WithParting(ctx, bot.Stopping)
	e.mu.Lock()
	open := slices.Clone(e.open)
	e.mu.Unlock()
	for _, b := range open {
		m, done, err := b.reply.Live(ctx)
		if err != nil {
			return err
		}
		if bot.PlainText(m) == bot.PlainText(b.said) || e.interactive && b.idle(m, done) || !e.closed(b) {
			continue
		}
		if err := e.tell(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// tell prints how an answer ended, by when other answers may stand between: so it
// says what it is about, where it can.
func (e *ends) tell(ctx context.Context, b *begun) error {
	if b.reply.Ending != nil {
		if apart, err := b.reply.Ending(ctx); err == nil {
			if len(apart.Blocks) == 0 {
				return nil
			}
			return e.page.tell(ctx, apart)
		}
	}
	m, _, err := b.reply.Live(ctx)
	if err != nil {
		return err
	}
	return e.add(ctx, b, m)
}

// add prints what a later state of an answer adds to the first one. It
// leaves the numbers for /press with the message they were printed under.
func (e *ends) add(ctx context.Context, b *begun, later bot.Message) error {
	text := strings.TrimSpace(strings.TrimPrefix(bot.PlainText(later), bot.PlainText(b.said)))
	if b.said = later; text == "" {
		return nil
	}
	return e.page.say(ctx, "%s", text)
}
