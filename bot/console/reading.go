package console

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"storybot/bot"
)

// input is a line, or why there is none.
type input struct {
	line string
	err  error
}

// reader reads lines when it is asked to, so that whoever asks can stop waiting.
type reader struct {
	next chan struct{}
	read chan input
	done sync.WaitGroup
}

// startReader begins to read from a screen, a line each time that it is asked.
func startReader(s screen) *reader {
	r := &reader{next: make(chan struct{}), read: make(chan input, 1)}
	r.done.Go(func() {
		for range r.next {
			line, err := s.readLine()
			r.read <- input{line, err}
		}
	})
	return r
}

// stop ends the reading of a screen, and waits for its end.
func (r *reader) stop(s screen) {
	close(r.next)
	_ = s.close() // why it ended by itself is what reading ended with
	r.done.Wait()
}

// closingTime is how long it may take to keep what was typed into a form when the
// program stops.
const closingTime = 5 * time.Second

// converse hears one line after another.
func (c *Console) converse(ctx context.Context, h bot.Handler) (err error) {
	r := startReader(c.screen)
	defer func() {
		// A signal ends ctx: what was typed is kept all the same.
		keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
		defer cancel()
		err = errors.Join(err, c.talk.abandon(keeping, h))
		c.talk.asking.ends.stop()
		if ctx.Err() != nil { // else they were told as it was left
			err = errors.Join(err, c.talk.asking.ends.tellAll(keeping))
		}
		r.stop(c.screen)
	}()
	for {
		c.screen.setPrompt(c.talk.prompt())
		r.next <- struct{}{}
		select {
		case <-ctx.Done():
			return nil
		case in := <-r.read:
			if errors.Is(in.err, io.EOF) {
				over, err := c.talk.endOfInput(ctx, h)
				if over || err != nil {
					return err
				}
				continue
			}
			c.state.hears()
			if quit, err := c.talk.hear(ctx, h, in); quit || err != nil {
				return errors.Join(err, c.talk.finish(ctx, h))
			}
		}
	}
}
