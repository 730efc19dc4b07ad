package slack

import (
	"sync"
	"time"
)

const (
	// Slack repeats an event at once, after a minute and after five
	// (https://docs.slack.dev/apis/events-api#retries). What is older is the
	// handler's to recognise, by Command.Key.
	seenLife = 15 * time.Minute
	seenMost = 8192
)

// seen remembers the keys of requests that were taken on, so that one that
// Slack delivers again, on whichever connection, is answered once.
type seen struct {
	mu   sync.Mutex
	keys map[string]time.Time
	old  map[string]time.Time // the generation before
	turn time.Time
}

func newSeen() *seen {
	return &seen{keys: make(map[string]time.Time), turn: time.Now()}
}

// first says whether key is new, and remembers it.
func (s *seen) first(key string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.turn) > seenLife || len(s.keys) >= seenMost {
		s.old, s.keys, s.turn = s.keys, make(map[string]time.Time), now
	}
	_, again := s.keys[key]
	if !again {
		at, before := s.old[key]
		again = before && now.Sub(at) <= 2*seenLife
	}
	s.keys[key] = now
	return !again
}
