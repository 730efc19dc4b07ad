package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const (
	// identifyKey is where Memory keeps the IDENTIFYs of the last day.
	identifyKey = "discord:identifies"
	// identifyLimit is our own brake within identifyDay. Discord allows 1,000,
	// then ends all sessions and takes the token away
	// (https://discord.com/developers/docs/events/gateway#rate-limiting).
	identifyLimit = 950
	identifyDay   = 24 * time.Hour
	// leastWait is for a budget that is spent with no word on when it returns,
	// longestWait bounds what is waited before Discord is asked again.
	leastWait   = time.Minute
	longestWait = time.Hour
	// memoryTime bounds one question to Memory: a database that is away is not
	// to keep the bot away as well.
	memoryTime = 2 * time.Second
)

// identifies counts the sessions begun since Since, and how fast they follow
// each other.
type identifies struct {
	Since    int64   `json:"since"` // Unix seconds
	Count    int     `json:"count"`
	Pressure float64 `json:"pressure"` // at Last
	Last     int64   `json:"last"`     // Unix seconds
}

// forgetting is how long it takes to forget one IDENTIFY: so many may be sent all
// day, beside those of a bad hour, without getting near identifyLimit.
const forgetting = 2 * time.Minute

// pressures says how far IDENTIFYs stand apart, by how many were sent and are
// not forgotten. A bad hour of Discord's is met at full speed; a far side that
// takes each session and drops it meets ever longer pauses.
var pressures = []struct {
	above float64
	times int // of Discord's own five seconds
}{{100, 24}, {60, 8}, {30, 4}, {10, 2}}

// restarts is the pressure from which on a new process waits before its first
// IDENTIFY too: it may be one of many that each begin a session and die. Below
// it, restarting is somebody's wish.
const restarts = 100

// pressure is what is left of n's at now.
func (n identifies) pressure(now time.Time) float64 {
	gone := max(now.Sub(time.Unix(n.Last, 0)), 0)
	return max(n.Pressure-float64(gone)/float64(forgetting), 0)
}

// apart is how far the next IDENTIFY has to be from the last one.
func (n identifies) apart(now time.Time, least time.Duration) time.Duration {
	for _, p := range pressures {
		if n.pressure(now) > p.above {
			return time.Duration(p.times) * least
		}
	}
	return least
}

// starts is what the gateway knows of its IDENTIFYs without asking Memory,
// which may be away.
type starts struct {
	known identifies
	last  time.Time // of this process, by the clock nobody sets
}

// pause is how long the next IDENTIFY has to wait.
func (s *starts) pause(now time.Time, least time.Duration) time.Duration {
	if s.last.IsZero() {
		return 0
	}
	return max(s.known.apart(now, least)-time.Since(s.last), 0)
}

// startLater is how long a process that has just begun waits before its first
// IDENTIFY.
func (g *gateway) startLater(ctx context.Context) time.Duration {
	now := g.p.now()
	n := g.recalled(ctx)
	if n.pressure(now) <= restarts {
		return 0
	}
	apart := n.apart(now, g.p.timing.identify)
	wait := min(max(apart-now.Sub(time.Unix(n.Last, 0)), 0), apart)
	if wait > 0 {
		g.p.health.set(false, fmt.Sprintf("The bot was started and stopped very often, and keeps Discord's 1,000 sessions a day back. Next try in %s.", wait.Round(time.Second)))
		g.p.log.Warn("too many sessions were begun of late", "count", n.Count, "next_try", wait)
	}
	return wait
}

// recalled returns the count of the running day.
func (g *gateway) recalled(ctx context.Context) identifies {
	now := g.p.now()
	asking, cancel := context.WithTimeout(ctx, memoryTime)
	defer cancel()
	n := g.starts.known
	kept, err := g.p.memory.Recall(asking, identifyKey)
	if err != nil {
		g.p.log.Warn("the count of sessions cannot be recalled", "err", err)
	} else {
		var other identifies
		if json.Unmarshal([]byte(kept), &other) == nil && (other.Count > n.Count || other.Since > n.Since) {
			n = other // of an earlier process, or of one that had its turn in between
		}
	}
	n.Last = min(n.Last, now.Unix()) // the clock may have been set back
	n.Since = min(n.Since, now.Unix())
	if now.Unix()-n.Since >= int64(identifyDay/time.Second) {
		n.Since, n.Count = now.Unix(), 0
	}
	return n
}

// brake refuses a session when our own count says that too many were begun,
// whatever Discord answered.
func (g *gateway) brake(ctx context.Context) error {
	n := g.recalled(ctx)
	if n.Count < identifyLimit {
		return nil
	}
	until := time.Unix(n.Since, 0).Add(identifyDay)
	return &waitError{until.Sub(g.p.now()), fmt.Sprintf("The bot began %d sessions within a day and keeps the rest of Discord's 1,000 back", n.Count)}
}

// countIdentify notes an IDENTIFY before it is sent.
func (g *gateway) countIdentify(ctx context.Context) error {
	now := g.p.now()
	n := g.recalled(ctx)
	n.Pressure, n.Last = n.pressure(now)+1, now.Unix()
	n.Count++
	g.starts.known, g.starts.last = n, time.Now()
	kept, err := json.Marshal(n)
	if err != nil {
		return err
	}
	keeping, cancel := context.WithTimeout(ctx, memoryTime)
	defer cancel()
	if err := g.p.memory.Remember(keeping, identifyKey, string(kept)); err != nil {
		g.p.log.Warn("the count of sessions cannot be kept", "err", err)
	}
	return nil
}
