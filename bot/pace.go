package bot

import "time"

// Pace is how fast a lane may go by the platform's published rules, before it
// has answered anything. Zero values mean no limit known.
type Pace struct {
	// PerSecond is how many requests a second the whole lane may make.
	PerSecond float64
	// PerChannel is the least time between two posts to one destination.
	PerChannel time.Duration
	// Learns says that the lane's budget is not published: it is slowed by
	// limits met and grows again without them.
	Learns bool
	// Budgets are of the methods that have one of their own; the others share the
	// lane's.
	Budgets map[Method]Budget
	// PerDestination are budgets that each destination has of a method, beside the
	// lane's. An operation that finds one spent is not made and not owed any more.
	PerDestination map[Method]Budget
	// Reprints says that an edit is shown as a message of its own, and what it changes
	// stays: nothing can be kept up to date there.
	Reprints bool
	// InFlight is how many requests may be on their way at once.
	InFlight int
	// InvalidPer10Min is how many invalid requests (Verdict.Invalid) within ten
	// minutes stop the lane; 0 for never.
	InvalidPer10Min int
}

// Budget is so many requests in any span of this length.
type Budget struct {
	Requests int
	Per      time.Duration
	// Even spreads them over it: it is not known how many may come at once.
	Even bool
	// Spent says of a destination that it takes no more, in words that follow its name; ""
	// where the engine's own will do.
	Spent string
}

// SpentWords are words which say that a destination takes no more, with how long after
// that it takes the next one; no time where that is not known.
func SpentWords(words string, wait time.Duration) string {
	if wait < time.Second {
		return words
	}
	return words + "; it takes the next one " + Roughly(wait) + " later"
}
