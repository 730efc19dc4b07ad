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

// renderer renders each update and notice once and hands out the same message for it,
// but for the cards of subscriptions.
type renderer struct {
	read   func(ctx context.Context, of stories.Subject, revision int) (stories.Content, error)
	render func(stories.Content) bot.Message

	mu       sync.Mutex
	messages map[edition]*bot.Message
	oldest   []edition
}

// edition is an update or a notice in one of its wordings; where refusals are
// counted, by the method it goes out by.
type edition struct {
	stories.Subject
	revision int
	late     bool // it waited for its time
	shown    int  // the wording that the channel's copy began with, where it is known
	method   bot.Method
}

// inCopy is e as it is shown in a copy by what o owes: in a new one, or in one that
// began with so old a wording. One that was to be edited and could be sent only after
// all began with the newest.
func (e edition) inCopy(o *origin, began int) edition {
	switch {
	case e.NoticeID != 0:
	case o.Op == stories.OpEdit:
		e.shown = max(0, min(began, e.revision))
	default:
		e.shown = e.revision
	}
	return e
}

// message returns what a delivery shows: its update or notice, and how many updates
// before it were missed. What is not there any more, or that rendering panics at, is
// a verdict; any other error may pass.
func (c *renderer) message(ctx context.Context, key edition, missed int) (*bot.Message, bot.Verdict, error) {
	m, err := c.of(ctx, key)
	var cause panicked
	switch {
	case stories.CodeOf(err) == stories.CodeNotFound:
		return nil, bot.Verdict{Outcome: bot.BadPayload, Code: "no_content", Reason: "did not get this update: it no longer exists"}, nil
	case errors.As(err, &cause):
		return nil, bot.Verdict{Outcome: bot.BadPayload, Code: "panic", Reason: "did not get this update: the bot failed at writing it", Err: err}, nil
	case err != nil:
		return nil, bot.Verdict{}, fmt.Errorf("read update %d or notice %d: %w", key.UpdateID, key.NoticeID, err)
	case missed > 0 && key.late:
		after := bot.AfterWait(*m, missed)
		m = &after
	case missed > 0:
		after := bot.AfterGap(*m, missed)
		m = &after
	}
	return m, bot.Verdict{}, nil
}

// of returns the message of an edition.
func (c *renderer) of(ctx context.Context, key edition) (m *bot.Message, err error) {
	c.mu.Lock()
	m = c.messages[key]
	c.mu.Unlock()
	if m != nil {
		return m, nil
	}
	content, err := c.read(ctx, key.Subject, key.revision)
	if err != nil {
		return nil, err
	}
	if key.shown > 0 {
		first := content
		if key.shown != key.revision {
			if first, err = c.read(ctx, key.Subject, key.shown); err != nil {
				return nil, err
			}
		}
		content.Update.Marks = content.Update.Marks.After(first.Update.Marks)
	}
	content.Late = key.late
	defer contain(&err)
	rendered := c.render(content)
	switch content.Notice.Kind {
	case stories.FollowNotice, stories.CardsNotice, stories.DigestNotice: // each is one channel's, and says what is so when it is begun
		return &rendered, nil
	}
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
func (c *renderer) keep(key edition, m *bot.Message) *bot.Message {
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
