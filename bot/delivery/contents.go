package delivery

import (
	"context"
	"sync"

	"storybot/bot"
	"storybot/stories"
)

// maxContents is how many rendered messages are kept: more updates than that
// are hardly on their way at once.
const maxContents = 64

// contents renders each update once and hands out the same message for it.
type contents struct {
	read   func(ctx context.Context, updateID int64, revision int) (stories.Story, stories.Update, error)
	render func(stories.Story, stories.Update) bot.Message

	mu       sync.Mutex
	messages map[edition]*bot.Message
	oldest   []edition
}

// edition is an update in one of its wordings.
type edition struct {
	updateID int64
	revision int
}

// message returns what d shows: its update, and how many before it were missed.
func (c *contents) message(ctx context.Context, d stories.Delivery) (*bot.Message, error) {
	m, err := c.update(ctx, d)
	if err != nil || d.Missed == 0 {
		return m, err
	}
	after := bot.AfterGap(*m, d.Missed)
	return &after, nil
}

// update returns the message of d's update.
func (c *contents) update(ctx context.Context, d stories.Delivery) (*bot.Message, error) {
	key := edition{d.UpdateID, d.Revision}
	c.mu.Lock()
	m := c.messages[key]
	c.mu.Unlock()
	if m != nil {
		return m, nil
	}
	story, update, err := c.read(ctx, d.UpdateID, d.Revision)
	if err != nil {
		return nil, err
	}
	rendered := c.render(story, update)
	return c.keep(key, &rendered), nil
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
