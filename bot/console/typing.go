package console

import "sync"

// typing are the lines typed at a terminal that nobody has read yet.
type typing struct {
	news chan struct{} // holds one when something was typed, or the end asked for

	mu      sync.Mutex // guards what follows
	lines   []string
	leaving int // how often the person asked to leave, after the lines
}

func newTyping() *typing { return &typing{news: make(chan struct{}, 1)} }

// add takes lines that were typed.
func (t *typing) add(lines ...string) {
	t.mu.Lock()
	t.lines = append(t.lines, lines...)
	t.mu.Unlock()
	t.wake()
}

// leave notes that the person asked to leave.
func (t *typing) leave() {
	t.mu.Lock()
	t.leaving++
	t.mu.Unlock()
	t.wake()
}

func (t *typing) wake() {
	select {
	case t.news <- struct{}{}:
	default:
	}
}

// next takes the next line, or else the wish to leave: what is left then, a form or the
// program, is for whoever reads.
// Each wish is one: two leave a form, and then the program.
func (t *typing) next() (line string, ok, leaving bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) > 0 {
		line, t.lines = t.lines[0], t.lines[1:]
		return line, true, false
	}
	if t.leaving > 0 {
		t.leaving--
		return "", false, true
	}
	return "", false, false
}
