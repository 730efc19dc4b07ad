package slack

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"storybot/bot"
)

// start is the outcome of the first try to connect, which is told once.
type start struct {
	tell func(error)

	mu    sync.Mutex
	told  bool
	hello bool // a connection came up
	// tokens is what became of the bot tokens by their places in the setting.
	tokens []tried
}

// tried is what became of a bot token's first try, and of those after it.
type tried struct {
	over    bool
	refusal *bot.Refused // of the newest try, nil when it was not refused
}

// connected notes that a connection is up.
func (s *start) connected() {
	s.note(func() *bot.Refused { s.hello = true; return nil })
}

// appRefused notes that the app token is refused.
func (s *start) appRefused(r *bot.Refused) {
	s.note(func() *bot.Refused { return r })
}

// botTried notes what became of a try with the bot token in a place: refusal is
// nil when it was not refused.
func (s *start) botTried(place int, refusal *bot.Refused) {
	s.note(func() *bot.Refused {
		s.tokens[place] = tried{over: true, refusal: refusal}
		return s.allRefused()
	})
}

// note changes what is known, and tells the outcome when there is one: a refusal
// at once, a connection when every bot token has been tried, for it may turn out
// that all of them are refused.
func (s *start) note(change func() *bot.Refused) {
	s.mu.Lock()
	refusal := change()
	untried := slices.ContainsFunc(s.tokens, func(t tried) bool { return !t.over })
	known := refusal != nil || s.hello && !untried
	tell := known && !s.told && s.tell != nil
	s.told = s.told || known
	s.mu.Unlock()
	switch {
	case !tell:
	case refusal != nil:
		s.tell(refusal)
	default:
		s.tell(nil)
	}
}

// allRefused is the refusal of all bot tokens together, nil while there is one
// that is not refused.
func (s *start) allRefused() *bot.Refused {
	var cures []string
	var errs []error
	for _, t := range s.tokens {
		if t.refusal == nil {
			return nil
		}
		cures, errs = append(cures, t.refusal.Cure), append(errs, t.refusal.Err)
	}
	return &bot.Refused{Cure: strings.Join(cures, " "), Err: errors.Join(errs...)}
}
