package bot

import (
	"context"
	"time"

	"storybot/stories"
)

// Platform is one place people talk to the bot. Its constructor takes the
// settings; Run connects and serves until ctx ends.
type Platform interface {
	// Name is the platform part of its destinations: lower case.
	Name() string
	Sender
	// Run connects, hands every command to h and keeps itself connected. It
	// returns nil when ctx ends and everything it started has been waited for,
	// and an error only for what no retry can mend. Credentials that are refused
	// are no such thing: they are tried again every few minutes, and Health says
	// what to mend.
	Run(ctx context.Context, h Handler) error
	// Health describes its connections now, first the one by which commands come.
	Health() []Health
}

// Health is the state of one connection.
type Health struct {
	// ID names the connection for programs: it begins with the platform's name and is
	// the same from the start of the process to its end, whatever becomes known about
	// the connection.
	ID         string // "discord", "slack socket", "slack token 1"
	Connection string // for operators: "discord gateway", "slack workspace T012AB (Acme)"
	Title      string // for people: "Discord", "Slack (Acme)"
	// Lane is what is sent through the connection, as deliveries call it; "" while
	// that is not known, and for a connection that only listens.
	Lane       string
	Up         bool
	Standby    bool      // it is down because another process has it, and takes over from that
	Since      time.Time // of the present state
	Detail     string    // for people: why it is down and what happens next
	Reconnects int
}

// Places is told by a platform what it learns about destinations beside
// answers to posts. A destination without a channel stands for all of its
// workspace, one without a workspace too for all of the platform.
type Places interface {
	// Ended: the destination no longer exists, the reason says how it ended.
	Ended(ctx context.Context, d stories.Destination, reason string)
	// Blocked: the destination takes nothing until somebody mends that; what it follows stays.
	Blocked(ctx context.Context, d stories.Destination, o stories.Obstacle)
	// Healed: the destination may be reachable again.
	Healed(ctx context.Context, d stories.Destination)
	// Joined: the bot is in these workspaces of a platform. Each connection may tell it of
	// all there are.
	Joined(ctx context.Context, platform string, workspaces []string)
	// InOnly: the bot is in no other workspaces of a platform than these; o is what keeps
	// it from the others.
	InOnly(ctx context.Context, platform string, workspaces []string, o stories.Obstacle)
	// Moved: the destination has another address now, under which all goes on. It
	// returns when that is stored or ctx has ended.
	Moved(ctx context.Context, from, to stories.Destination)
	// Named: what places and people are called. It may be told as often as it is
	// seen, and returns at once.
	Named(told stories.Sighting)
}

// Refused is the error of credentials that a platform refuses: nothing can be
// done with them until somebody mends the settings. A platform reports it once,
// as the outcome of its first try to connect, and tells the log itself.
type Refused struct {
	Cure string // for people: what is wrong, and where to mend it; whole sentences, also as the last ones
	Err  error  // the cause, for the log; never holds a token
}

// Error returns the cure.
func (r *Refused) Error() string { return r.Cure }

// Unwrap returns the cause.
func (r *Refused) Unwrap() error { return r.Err }
