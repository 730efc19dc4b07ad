package main

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"storybot/bot"
)

// starts are the outcomes of the platforms' first tries to connect. When every
// one of them is refused there is nothing to wait for: somebody has to mend the
// settings, and finds out sooner from a program that ends than from its log. Each
// refusal is told to the log by the platform itself, which also knows of later ones.
type starts struct {
	mu       sync.Mutex
	expected []string // platforms, in the order of the table
	outcomes map[string]error
	refused  chan struct{} // closed when all are refused
}

func newStarts() *starts {
	return &starts{outcomes: map[string]error{}, refused: make(chan struct{})}
}

// expect adds a platform, before any of them runs.
func (s *starts) expect(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected = append(s.expected, name)
}

// of returns what a platform calls with the outcome of its first try: nil once
// it is connected, a *bot.Refused when what it connects with is refused. Only
// the first call counts.
func (s *starts) of(name string) func(error) {
	var once sync.Once
	return func(err error) { once.Do(func() { s.note(name, err) }) }
}

func (s *starts) note(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[name] = err
	if len(s.cures()) == len(s.expected) {
		close(s.refused)
	}
}

// cures are what is to be mended, of each platform that refused. s.mu is held.
func (s *starts) cures() (cures []string) {
	for _, name := range s.expected {
		var refused *bot.Refused
		if errors.As(s.outcomes[name], &refused) {
			cures = append(cures, name+": "+refused.Cure)
		}
	}
	return cures
}

// failure is the error of a program all of whose platforms refused.
func (s *starts) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return allRefused(slices.Clone(s.cures()))
}

// allRefused is what is to be mended before any platform takes the bot, a
// sentence each.
type allRefused []string

// Error names them all.
func (r allRefused) Error() string {
	return "every platform refuses the bot:\n  " + strings.Join(r, "\n  ") + "\nMend the settings and start it again."
}
