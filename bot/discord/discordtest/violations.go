package discordtest

import (
	"fmt"
	"strings"
)

// maxViolations bounds what is kept: the first ones say it all.
const maxViolations = 1000

// Violation is a request or a gateway packet that breaks Discord's rules.
type Violation struct {
	Op   Op     // empty for the gateway and for unknown paths
	Path string // method and path, or the name of the packet
	Text string // what is wrong with it
}

// String returns the violation in one line.
func (v Violation) String() string { return v.Path + ": " + v.Text }

// Violations returns what was refused so far.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Violation(nil), s.violations...)
}

// ExpectViolation announces that the test provokes violations whose line holds
// text. They do not fail the test; their absence does.
func (s *Server) ExpectViolation(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected = append(s.expected, text)
}

// violate records a violation. s.mu is held.
func (s *Server) violate(op Op, path, format string, args ...any) {
	if len(s.violations) < maxViolations {
		s.violations = append(s.violations, Violation{op, path, fmt.Sprintf(format, args...)})
	}
}

// verdict returns what is wrong at the end of the test.
func verdict(violations []Violation, expected []string) []string {
	var wrong []string
	met := make([]bool, len(expected))
	for _, v := range violations {
		announced := false
		for i, text := range expected {
			if strings.Contains(v.String(), text) {
				announced, met[i] = true, true
			}
		}
		if !announced {
			wrong = append(wrong, "Discord would refuse: "+v.String())
		}
	}
	for i, text := range expected {
		if !met[i] {
			wrong = append(wrong, fmt.Sprintf("no violation holds %q, and the test expects one", text))
		}
	}
	return wrong
}
