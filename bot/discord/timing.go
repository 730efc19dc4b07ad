package discord

import "time"

// timing is how long the bot waits for what. Tests shorten it.
type timing struct {
	hello    time.Duration    // for the first packet, and for a connection at all
	ready    time.Duration    // for READY or RESUMED after it, or for the next event replayed
	backoff  time.Duration    // before the first new try; doubled from try to try
	longest  time.Duration    // between tries that do not get through, at most
	hurried  time.Duration    // after a connection that came up, at most
	settled  time.Duration    // a connection that lasted this long starts the backoff anew
	invalid  time.Duration    // after an invalid session, to five times this
	identify time.Duration    // between two IDENTIFYs, at least
	refused  [2]time.Duration // between tries of what somebody has to mend: at first, at most
	deferral time.Duration    // before an answer is deferred
	opening  time.Duration    // before one is that may be a form
	drain    time.Duration    // for answers under way when the bot stops
	live     [2]time.Duration
}

// usualTiming holds Discord's own rules where there are any: after an invalid
// session one to five seconds, between IDENTIFYs five
// (https://discord.com/developers/docs/events/gateway#resuming,
// https://discord.com/developers/docs/events/gateway#rate-limiting). The others
// are so that a disturbance of Discord's is over for people within half a
// minute of its end: a RESUME that finds its session expired, and a new session
// after it, take hurried, five times invalid and identify together.
func usualTiming() timing {
	return timing{
		hello: 10 * time.Second, ready: 10 * time.Second,
		backoff: time.Second, longest: 15 * time.Second, hurried: 5 * time.Second, settled: 30 * time.Second,
		invalid: time.Second, identify: 5 * time.Second,
		refused:  [2]time.Duration{time.Minute, 10 * time.Minute},
		deferral: 1500 * time.Millisecond, opening: 2500 * time.Millisecond, drain: 3 * time.Second,
		live: [2]time.Duration{time.Second, 4 * time.Second},
	}
}
