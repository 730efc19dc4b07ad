package discord

import (
	"sync"
	"time"

	"storybot/bot"
)

// health is the state of the gateway connection, for people. The zero value is
// ready.
type health struct {
	mu    sync.Mutex
	was   bot.Health
	ups   int
	notes [noteKinds]string
}

// Notes are what else is wrong, whether the connection is up or not. Each
// stands until it is taken back.
const (
	noteAddress  = iota // an address that is not used
	noteToken           // the HTTP API refuses the token; shown while the gateway is up, which else says it
	noteCommands        // the commands are not registered
	noteKinds
)

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

// note sets one of the notes, "" takes it back.
func (h *health) note(which int, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notes[which] = text
}

func (h *health) now() bot.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.was
	now.ID, now.Lane = platformName, laneName
	now.Connection, now.Title = "discord gateway", Refs().Title
	now.Reconnects = max(h.ups-1, 0)
	for which, n := range h.notes {
		if n != "" && (which != noteToken || now.Up) {
			now.Detail += " " + n
		}
	}
	return now
}
