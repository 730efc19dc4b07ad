package slack

import (
	"sync"
	"time"
)

// cacheMost bounds a cache; when it is full it starts again from nothing.
const cacheMost = 10000

// cache keeps what Slack said of people and channels for a while.
type cache[T any] struct {
	life time.Duration
	mu   sync.Mutex
	kept map[string]kept[T]
}

type kept[T any] struct {
	value T
	until time.Time
}

func newCache[T any](life time.Duration) *cache[T] {
	return &cache[T]{life: life, kept: make(map[string]kept[T])}
}

func (c *cache[T]) get(key string, now time.Time) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k.value, ok && now.Before(k.until)
}

func (c *cache[T]) put(key string, value T, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= cacheMost {
		clear(c.kept)
	}
	c.kept[key] = kept[T]{value, now.Add(c.life)}
}

func (c *cache[T]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, key)
}
