package delivery

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"storybot/bot"
	"storybot/stories"
)

// contents renders each update once and hands out the same message for it.
type contents struct {
	read   func(ctx context.Context, updateID int64, revision int) (stories.Story, stories.Update, error)
	render func(stories.Story, stories.Update) bot.Message

	mu       sync.Mutex
	messages map[edition]*bot.Message
	oldest   []edition
}

// edition is an update in one of its wordings; where refusals are counted, by the
// method it goes out by.
type edition struct {
	updateID int64
	revision int
	method   bot.Method
}

// message returns what a delivery shows: its update, and how many before it were
// missed. An update that is not there any more, or that rendering panics at, is
// a verdict; any other error may pass.
func (c *contents) message(ctx context.Context, key edition, missed int) (*bot.Message, bot.Verdict, error) {
	m, err := c.update(ctx, key)
	var cause panicked
	switch {
	case stories.CodeOf(err) == stories.CodeNotFound:
		return nil, bot.Verdict{Outcome: bot.BadPayload, Code: "no_content", Reason: "did not get this update: it no longer exists"}, nil
	case errors.As(err, &cause):
		return nil, bot.Verdict{Outcome: bot.BadPayload, Code: "panic", Reason: "did not get this update: the bot failed at writing it", Err: err}, nil
	case err != nil:
		return nil, bot.Verdict{}, fmt.Errorf("read update %d: %w", key.updateID, err)
	case missed > 0:
		after := bot.AfterGap(*m, missed)
		m = &after
	}
	return m, bot.Verdict{}, nil
}

// update returns the message of an update.
func (c *contents) update(ctx context.Context, key edition) (m *bot.Message, err error) {
	c.mu.Lock()
	m = c.messages[key]
	c.mu.Unlock()
	if m != nil {
		return m, nil
	}
	story, update, err := c.read(ctx, key.updateID, key.revision)
	if err != nil {
		return nil, err
	}
	defer contain(&err)
	rendered := c.render(story, update)
	return c.keep(key, &rendered), nil
}

// panicked is an error that was a panic.
type panicked struct{ cause string }

func (p panicked) Error() string { return p.cause }

// contain makes a panic an error, deferred.
func contain(err *error) {
	if cause := recover(); cause != nil {
		*err = panicked{fmt.Sprintf("panic: %v\n%s", cause, debug.Stack())}
	}
}

// keep stores m and returns it, or what another lane stored meanwhile.
func (c *contents) keep(key edition, m *bot.Message) *bot.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.messages[key]; other != nil {
		return other
	}
	if c.messages == nil {
		c.messages = map[edition]*bot.Message{}
	}
	if len(c.oldest) == maxContents {
		delete(c.messages, c.oldest[0])
		c.oldest = append(c.oldest[:0], c.oldest[1:]...)
	}
	c.messages[key] = m
	c.oldest = append(c.oldest, key)
	return m
}
