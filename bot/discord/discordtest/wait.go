package discordtest

import (
	"context"
	"errors"
	"fmt"
)

// ErrStopped says that the server stopped while something was waited for.
var ErrStopped = errors.New("discordtest: the server stopped")

// waiter waits until met is true. met runs with s.mu held.
type waiter struct {
	met   func() bool
	ready chan struct{}
}

// await waits until met is true, which is asked with s.mu held after every
// change.
func (s *Server) await(ctx context.Context, met func() bool) error {
	w := &waiter{met: met, ready: make(chan struct{})}
	if locked(s, func() bool {
		if met() {
			return true
		}
		s.waiters = append(s.waiters, w)
		return false
	}) {
		return nil
	}
	select {
	case <-w.ready:
		select {
		case <-s.done:
			return ErrStopped
		default:
			return nil
		}
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range s.waiters {
		if o == w {
			s.waiters = append(s.waiters[:i], s.waiters[i+1:]...)
		}
	}
	return ctx.Err()
}

// locked runs do with s.mu held, which is freed even when do panics.
func locked[T any](s *Server, do func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return do()
}

// notify wakes who waits for what is true now. s.mu is held.
func (s *Server) notify() {
	kept := s.waiters[:0]
	for _, w := range s.waiters {
		if w.met() {
			close(w.ready)
		} else {
			kept = append(kept, w)
		}
	}
	clear(s.waiters[len(kept):])
	s.waiters = kept
}

// Wait waits until met is true; it is asked at once and after every change,
// and may call the server's methods.
func (s *Server) Wait(ctx context.Context, met func() bool) error {
	for {
		change := &waiter{met: func() bool { return true }, ready: make(chan struct{})}
		s.mu.Lock()
		s.waiters = append(s.waiters, change)
		s.mu.Unlock()
		if met() {
			return nil
		}
		select {
		case <-s.done:
			return ErrStopped
		case <-ctx.Done():
			return ctx.Err()
		case <-change.ready:
		}
	}
}

// WaitMessages waits until a channel, which may be a thread that is not opened yet, holds n
// messages and returns them all, deleted ones left out.
func (s *Server) WaitMessages(ctx context.Context, in string, n int) ([]Message, error) {
	err := s.await(ctx, func() bool { return s.world.channels[in] != nil })
	if err != nil {
		return nil, fmt.Errorf("there is no channel %s: %w", in, err)
	}
	c := locked(s, func() *channel { return s.must(in) })
	err = s.await(ctx, func() bool { return len(c.messages) >= n })
	all := s.Messages(in)
	if err != nil {
		return all, fmt.Errorf("%d of %d messages in channel %s: %w", len(all), n, in, err)
	}
	return all, nil
}

// WaitPosts waits until n messages were posted in all channels together.
func (s *Server) WaitPosts(ctx context.Context, n int) error {
	if err := s.await(ctx, func() bool { return s.stats.Posts >= n }); err != nil {
		return fmt.Errorf("%d of %d posts: %w", s.Stats().Posts, n, err)
	}
	return nil
}

// WaitEdits waits until a message was edited n times and returns it.
func (s *Server) WaitEdits(ctx context.Context, in, id string, n int) (Message, error) {
	c := locked(s, func() *channel { return s.must(in) })
	var found Message
	err := s.await(ctx, func() bool {
		m := c.find(id)
		if m == nil || len(m.earlier) < n {
			return false
		}
		found = m.view()
		return true
	})
	return found, err
}

// WaitThreads waits until a channel has n threads, and returns those it has, oldest first:
// of a forum its posts.
func (s *Server) WaitThreads(ctx context.Context, parent string, n int) (found []Channel, err error) {
	err = s.await(ctx, func() bool {
		found = nil
		for _, c := range s.must(parent).guild.channels {
			if c.Parent == parent {
				found = append(found, c.Channel)
			}
		}
		return len(found) >= n
	})
	return found, err
}

// WaitRequests waits until an operation was asked for n times.
func (s *Server) WaitRequests(ctx context.Context, op Op, n int) error {
	return s.await(ctx, func() bool { return s.stats.ByOp[op] >= n })
}

// WaitReady waits until the bot is connected to the gateway, was told of all
// guilds, and registered its commands.
func (s *Server) WaitReady(ctx context.Context) error {
	if err := s.WaitConnected(ctx, 1); err != nil {
		return err
	}
	return s.await(ctx, func() bool { return s.world.sets > 0 })
}

// WaitDisconnected waits until nothing is connected to the gateway: a program that was
// killed is, until its end is noticed.
func (s *Server) WaitDisconnected(ctx context.Context) error {
	return s.await(ctx, func() bool { return len(s.gateway.conns) == 0 })
}

// WaitConnected waits until n connections to the gateway are identified or
// resumed and have been sent all there is.
func (s *Server) WaitConnected(ctx context.Context, n int) error {
	return s.await(ctx, func() bool {
		live := 0
		for _, c := range s.gateway.conns {
			if c.session != nil && !c.silent && c.written == c.session.seq {
				live++
			}
		}
		return live >= n
	})
}
