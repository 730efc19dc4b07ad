package console

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"storybot/bot"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// The console passes the suite of every platform. What it has not (a far side
// that fails, messages that can be edited, a connection to lose) is left out.
func TestPlatform(t *testing.T) {
	platformtest.Run(t, func(t *testing.T, log *slog.Logger, specs []bot.Spec, _ bot.Places) *platformtest.Far {
		in, typed := io.Pipe()
		t.Cleanup(func() { typed.Close() })
		s := &seat{typed: typed, printed: make(chan string, 1)}
		c := New(Config{In: in, Out: s, Specs: specs, Log: log})
		return &platformtest.Far{
			Platform: c,
			Channel:  stories.Destination{Platform: Platform, Channel: FirstChannel},
			Other:    stories.Destination{Platform: Platform, Channel: "#other"},
			Ask: func(ctx context.Context, a platformtest.Ask) (platformtest.Answer, error) {
				return s.say(ctx, a.User, "/"+a.Name+" "+a.Text)
			},
			Press:   s.press,
			Forms:   platformtest.Forms{Open: s.open},
			Visible: s.visible,
			Pings:   s.bells,
		}
	})
}

// seat is somebody at the far end of a pipe. What the console prints at once is
// one entry.
type seat struct {
	typed io.Writer
	turn  sync.Mutex // one line and its answer at a time

	mu      sync.Mutex
	entries []string
	waiting bool
	printed chan string // the next entry, when one is waited for
}

// Write takes an entry.
func (s *seat) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, strings.TrimSuffix(string(p), "\n\n"))
	if s.waiting {
		s.waiting = false
		s.printed <- string(p)
	}
	return len(p), nil
}

// say types a line as user and returns what is printed next.
func (s *seat) say(ctx context.Context, user, line string) (platformtest.Answer, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if _, err := s.line(ctx, "/as "+user); err != nil {
		return platformtest.Answer{}, err
	}
	entry, err := s.line(ctx, line)
	return platformtest.Answer{Text: entry, Private: !strings.HasPrefix(entry, "── ")}, err
}

func (s *seat) line(ctx context.Context, line string) (string, error) {
	s.mu.Lock()
	s.waiting = true
	s.mu.Unlock()
	if _, err := io.WriteString(s.typed, line+"\n"); err != nil {
		return "", err
	}
	select {
	case entry := <-s.printed:
		return entry, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

var numbered = regexp.MustCompile(`\[(\d+)\] ([^\[\n]+)`)

// press types the number of the button labelled so under the newest message that
// has any.
func (s *seat) press(ctx context.Context, user, label string) (platformtest.Answer, error) {
	s.mu.Lock()
	newest := ""
	for _, entry := range s.entries {
		if numbered.MatchString(entry) {
			newest = entry
		}
	}
	s.mu.Unlock()
	for _, b := range numbered.FindAllStringSubmatch(newest, -1) {
		if strings.TrimSpace(b[2]) == label {
			return s.say(ctx, user, b[1])
		}
	}
	return platformtest.Answer{}, fmt.Errorf("no button %q in %q", label, newest)
}

func (s *seat) visible(d stories.Destination) (texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, entry := range s.entries {
		if strings.HasPrefix(entry, "── "+d.Channel+" ──\n") {
			texts = append(texts, entry)
		}
	}
	return texts
}

// bells are the entries that would make a terminal ring or obey.
func (s *seat) bells() (rung []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, entry := range s.entries {
		if strings.ContainsAny(entry, "\a\x1b") {
			rung = append(rung, entry)
		}
	}
	return rung
}
