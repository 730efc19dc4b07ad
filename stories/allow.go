package stories

import (
	"context"
	"fmt"
	"time"
)

// Limits of what is kept for a person between a question and its answer.
const (
	MaxNotes = 50      // a person's newest of a kind; the oldest go
	MaxNote  = 1 << 18 // bytes of one: two readings of the longest text, however it is encoded
	NoteAge  = 24 * time.Hour
)

// Notes keeps what is needed for a moment: what a question is about until it is
// answered, and how often somebody did something of late.
type Notes struct {
	base
	store NotesStore
}

// PutNote keeps a small text of by's under an id between a question and its
// answer. The id's first letter is the note's kind, so that many of one kind
// push out none of another. CodeLimited when it has more than MaxNote bytes.
func (s *Notes) PutNote(ctx context.Context, by User, id, text string) error {
	if len(text) > MaxNote {
		return Errorf(CodeLimited, "This is too long to be kept until it is answered. Write it in several parts.")
	}
	return s.store.PutNote(ctx, by.Ref, id, text, s.Now())
}

// Note reads a text kept by PutNote. CodeNotFound once it is NoteAge old or
// MaxNotes newer ones of the same person and kind were kept.
func (s *Notes) Note(ctx context.Context, id string) (string, error) {
	return s.store.Note(ctx, id, s.Now())
}

// Allow counts one use of what by person, and refuses it when there were most
// of them within per before, by whatever process of the installation they were
// counted: CodeLimited. What is kept for its key ends the sentence "You can …",
// for example "share a story". per is at most a day. What cannot be counted is
// refused too.
func (s *Notes) Allow(ctx context.Context, person User, what string, most int, per time.Duration) error {
	wait, err := s.store.Allow(ctx, person.Ref, what, most, per, s.Now())
	if err != nil || wait == 0 {
		return err
	}
	return Errorf(CodeLimited, "You can %s at most %s in %s. Try again in %s.", what, times(most), period(per), period(wait))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// period says how long d is, never shorter than it is.
func period(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d > 2*unit.size || d == unit.size || d == 2*unit.size {
			return count(int((d+unit.size-1)/unit.size), unit.name)
		}
	}
	return count(int((d+time.Second-1)/time.Second), "second")
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
