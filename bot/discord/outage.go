package discord

import (
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const (
	// outageAgain is when to try again where a server is unavailable.
	outageAgain = 30 * time.Second
	// startupTime is how long after READY a server it lists may be unavailable
	// without more being said: all are listed so, and come with GUILD_CREATE
	// (https://discord.com/developers/docs/events/gateway-events#ready).
	startupTime = time.Minute
	// longestOutage bounds an outage whose end was not told.
	longestOutage = 24 * time.Hour
)

// outages are the servers Discord calls unavailable: what it answers of their
// channels is not believed. The zero value is ready.
type outages struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// begin notes that guild is unavailable, until end at the longest. An end that
// is known to be later stays.
func (o *outages) begin(guild string, end time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.until == nil {
		o.until = map[string]time.Time{}
	}
	if guild != "" && end.After(o.until[guild]) {
		o.until[guild] = end
	}
}

// end notes that guild is available, or gone for good.
func (o *outages) end(guild string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.until, guild)
}

// has says whether guild is unavailable now.
func (o *outages) has(guild string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	end, known := o.until[guild]
	if known && now.After(end) {
		delete(o.until, guild)
		return false
	}
	return known
}

// doubt takes back a verdict that ends or pauses d while its server has an
// outage.
func (p *Platform) doubt(v *bot.Verdict, d stories.Destination) {
	if v.Outcome != bot.Gone && v.Outcome != bot.Blocked || !p.outages.has(d.Workspace, p.now()) {
		return
	}
	v.Outcome, v.RetryAfter = bot.Transient, outageAgain
	v.Reason, v.Cure = "is in a server Discord calls unavailable at the moment", ""
}
