package slack

import (
	"sync"
	"time"

	"storybot/bot"
)

// attempt is what this process remembers of a post whose outcome is not known.
type attempt struct {
	at     time.Time // with the monotonic reading
	closed bool      // Slack itself answered: the request is over
	taken  bool      // it was an earlier process's; at is when it was first looked at
}

// attempts are kept in memory only: without them Settle takes the safe side.
type attempts struct {
	mu    sync.Mutex
	byKey map[string]attempt
}

func (a *attempts) note(key string, at attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byKey == nil || len(a.byKey) >= cacheMost {
		a.byKey = make(map[string]attempt)
	}
	a.byKey[key] = at
}

func (a *attempts) get(key string) (attempt, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.byKey[key]
	return at, ok
}

func (a *attempts) forget(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.byKey, key)
}

// sinceAttempt is how long ago the last request for a post was begun, and how long
// it may be on its way. An attempt of an earlier run is known by its row's time
// only; when that lies ahead, or the clock is not Slack's, the clock may have been
// set since, and time counts from now.
func (p *pusher) sinceAttempt(post bot.Operation) (since, quiet time.Duration) {
	key := post.Delivery.Key
	a, ok := p.attempts.get(key)
	if !ok {
		a = attempt{at: time.Now(), taken: true}
		p.attempts.note(key, a)
	}
	since = time.Since(a.at)
	switch {
	case a.closed:
		return since, quietShort
	case !a.taken:
		return since, quietLong
	}
	if told := p.now().Sub(post.Delivery.Tries.Last); told > since && p.api.clock.skew() == 0 {
		since = told
	}
	return since, quietTaken
}
