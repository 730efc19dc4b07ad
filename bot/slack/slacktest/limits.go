package slacktest

import (
	"math"
	"strings"
	"time"
)

// Limits are the rates Slack allows. The zero value allows everything.
type Limits struct {
	// PerChannel is the mean time between two posts to one channel, and
	// ChannelBurst how many may come at once (1 when 0).
	PerChannel   time.Duration
	ChannelBurst int
	// PerMinute says how many requests a minute a workspace may make to a
	// method. Methods that are not named, of which "" holds the number, have a
	// budget each.
	PerMinute map[string]int
	// Burst is how many of PerMinute may come at once: a second's worth, at
	// least one, when 0.
	Burst int
	// In200 answers a limited request with status 200 and the error
	// "ratelimited", as Slack does now and then, instead of status 429.
	In200 bool
}

// SlackLimits are the documented rates: a post a second to each channel, and
// several hundred a minute to a workspace, 50 a minute for methods of tier 3,
// 100 for those of tier 4 (https://docs.slack.dev/apis/web-api/rate-limits).
func SlackLimits() Limits {
	return Limits{
		PerChannel: time.Second, ChannelBurst: 3,
		PerMinute: map[string]int{"": 50, "chat.postMessage": 600, "chat.postEphemeral": 100, "views.open": 100, "views.update": 100, "views.publish": 100, "users.info": 100},
	}
}

// limiter keeps the budgets. Its methods are called with mu held.
type limiter struct {
	limits  Limits
	budgets map[string]*budget
}

// budget is a bucket of tokens that fills up with time. A request that finds it
// empty closes it until the answer's Retry-After is over.
type budget struct {
	every  time.Duration // a token
	most   float64
	tokens float64
	at     time.Time
	closed time.Time
}

func newLimiter(l Limits, distributed bool) limiter {
	if distributed {
		perMinute := map[string]int{"conversations.history": 1, "conversations.replies": 1}
		for method, n := range l.PerMinute {
			if perMinute[method] == 0 {
				perMinute[method] = n
			}
		}
		l.PerMinute = perMinute
	}
	return limiter{l, map[string]*budget{}}
}

// take spends what a request costs. When something is spent up it returns for
// how many seconds, else 0.
func (l *limiter) take(c *call) (retryAfter int) {
	now := time.Now()
	var open []*budget
	for _, b := range []*budget{l.ofMethod(c, now), l.ofChannel(c, now)} {
		if b == nil {
			continue
		}
		if wait := b.wait(now); wait > 0 {
			return wait
		}
		open = append(open, b)
	}
	for _, b := range open {
		b.tokens--
	}
	return 0
}

func (l *limiter) ofMethod(c *call, now time.Time) *budget {
	n, named := l.limits.PerMinute[c.name]
	if !named {
		n = l.limits.PerMinute[""]
	}
	if n == 0 || c.team == nil {
		return nil
	}
	burst := l.limits.Burst
	if burst == 0 {
		burst = max(1, n/60)
	}
	return l.budget(c.team.team+" "+c.name, time.Minute/time.Duration(n), burst, now)
}

func (l *limiter) ofChannel(c *call, now time.Time) *budget {
	if l.limits.PerChannel == 0 || c.team == nil || !strings.HasPrefix(c.name, "chat.post") {
		return nil
	}
	return l.budget(c.team.team+" "+c.args["channel"], l.limits.PerChannel, max(1, l.limits.ChannelBurst), now)
}

func (l *limiter) budget(key string, every time.Duration, most int, now time.Time) *budget {
	b := l.budgets[key]
	if b == nil {
		b = &budget{every: every, most: float64(most), tokens: float64(most), at: now}
		l.budgets[key] = b
	}
	return b
}

// rounding is what adding up parts of a token may lose.
const rounding = 1e-6

// wait is how many seconds the budget is spent up for, 0 when a token is left.
func (b *budget) wait(now time.Time) int {
	b.tokens = min(b.most, b.tokens+float64(now.Sub(b.at))/float64(b.every))
	b.at = now
	if now.Before(b.closed) {
		return seconds(b.closed.Sub(now))
	}
	if b.tokens >= 1-rounding {
		return 0
	}
	wait := seconds(time.Duration((1 - b.tokens) * float64(b.every)))
	b.closed = now.Add(time.Duration(wait) * time.Second)
	return wait
}

// seconds rounds up, to at least one: Slack's Retry-After is a whole number.
func seconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }
