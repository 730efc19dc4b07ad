package discord

import (
	"sync"
	"time"

	"storybot/bot"
)

// health is the state of the gateway connection, for people.
type health struct {
	mu  sync.Mutex
	was bot.Health
	ups int
}

func (h *health) set(up bool, detail string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.was.Since.IsZero() || h.was.Up != up {
		h.was.Since = time.Now()
		if up {
			h.ups++
		}
	}
	h.was.Up, h.was.Detail = up, detail
}

func (h *health) now() bot.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.was
	now.Connection = "discord gateway"
	now.Reconnects = max(h.ups-1, 0)
	return now
}
