package command

import (
	"context"
	"sync"
)

// marks are the readers for whom a mark of what they have seen is being
// stored: their next look waits for it, so that "new since you last looked"
// counts right however fast they ask.
type marks struct {
	mu      sync.Mutex
	pending map[string]chan struct{} // closed when the mark is stored
}

// begin notes that a mark of reader is on its way; finished ends that.
func (m *marks) begin(reader string) (finished func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pending == nil {
		m.pending = map[string]chan struct{}{}
	}
	stored := make(chan struct{})
	m.pending[reader] = stored
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.pending[reader] == stored {
			delete(m.pending, reader)
		}
		close(stored)
	}
}

// wait returns when reader's mark is stored or ctx ends.
func (m *marks) wait(ctx context.Context, reader string) {
	m.mu.Lock()
	stored := m.pending[reader]
	m.mu.Unlock()
	if stored == nil {
		return
	}
	select {
	case <-stored:
	case <-ctx.Done():
	}
}
