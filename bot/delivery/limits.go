package delivery

import (
	"cmp"
	"fmt"
	"maps"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// budget is what a platform counts apart: what draws on one has its own order and its
// own share of the window, so that none waits for another's budget.
type budget int

const (
	posts   budget = iota
	edits          // where the platform gives them a budget of their own
	deletes        // the same
	budgets
)

// methods are those that may have a budget of their own; all else draws on the posts'.
var methods = [budgets]bot.Method{posts: bot.Posts, edits: bot.Edits, deletes: bot.Deletes}

// open says which budgets may be drawn on.
type open [budgets]bool

// limits are a lane's limiters, one for each budget: methods without one of
// their own share the posts'.
type limits struct {
	posts *limiter
	own   map[bot.Method]*limiter
	pace  bot.Pace
	each  map[allowance]*limiter // budgets of single destinations
	// lookCost is how many requests the newest look took.
	lookCost int
	met      uint64 // 429 answers
}

// allowance names what one destination may have of a method.
type allowance struct {
	destination stories.Destination
	method      bot.Method
}

func newLimits(pace bot.Pace) *limits {
	l := &limits{posts: newLimiter(pace), own: map[bot.Method]*limiter{}, pace: pace, each: map[allowance]*limiter{}, lookCost: firstLookCost}
	for m, b := range pace.Budgets {
		if b.Requests > 0 {
			l.own[m] = newBudget(b)
		}
	}
	return l
}

// method returns the limiter that counts a method's requests.
func (l *limits) method(m bot.Method) *limiter {
	if own := l.own[m]; own != nil {
		return own
	}
	return l.posts
}

// of returns the limiter that counts a request.
func (l *limits) of(op stories.Op, settle bool) *limiter {
	if settle {
		return l.looks()
	}
	return l.method(bot.MethodOf(op))
}

// looks counts what settling asks.
func (l *limits) looks() *limiter { return l.method(bot.Looks) }

// apart are the budgets that this platform counts apart.
func (l *limits) apart() (own open) {
	for i := range own {
		own[i] = budget(i) == posts || l.own[methods[i]] != nil
	}
	return own
}

// budget returns the limiter of a budget.
func (l *limits) budget(at budget) *limiter { return l.method(methods[at]) }

// waitAccount names the wait of a lane whose token is refused, beside those of the
// methods, as it is written down.
const waitAccount = "account"

// waitNames are the limiters' names, as they are written down.
var waitNames = map[bot.Method]string{
	bot.Posts: "posts", bot.Edits: "edits", bot.Looks: "looks", bot.Threads: "threads", bot.Publishes: "publishes", bot.Deletes: "deletes",
}

// name returns what the limiter that counts a request is called.
func (l *limits) name(op stories.Op, settle bool) string {
	m := bot.MethodOf(op)
	if settle {
		m = bot.Looks
	}
	if l.own[m] == nil {
		m = bot.Posts
	}
	return waitNames[m]
}

// named returns the limiter of a name, nil for none.
func (l *limits) named(name string) *limiter {
	for m, called := range waitNames {
		if called == name {
			return l.method(m)
		}
	}
	return nil
}

// share returns the limiter of what d may have of op's method; nil when that is
// not counted.
func (l *limits) share(d stories.Destination, op stories.Op, now time.Duration) *limiter {
	m := bot.MethodOf(op)
	b := l.pace.PerDestination[m]
	if b.Requests == 0 {
		return nil
	}
	key := allowance{d, m}
	if l.each[key] == nil {
		if len(l.each) >= maxShares {
			maps.DeleteFunc(l.each, func(_ allowance, s *limiter) bool { return now-s.last > s.window })
		}
		l.each[key] = newBudget(b)
	}
	return l.each[key]
}

// refuses returns the verdict on an operation for which its destination has no
// budget left; nil when it has.
func (l *limits) refuses(d stories.Destination, op stories.Op, now time.Duration) *bot.Verdict {
	s := l.share(d, op, now)
	if s == nil {
		return nil
	}
	wait := s.wait(now)
	if wait == 0 {
		return nil
	}
	b := l.pace.PerDestination[bot.MethodOf(op)]
	words := cmp.Or(b.Spent, fmt.Sprintf("takes only %d of these within %v (%s)", b.Requests, b.Per, op))
	return &bot.Verdict{Outcome: bot.Unable, Code: "budget", Reason: bot.SpentWords(words, wait)}
}

// recall takes in what destinations have had of their budgets, the oldest first: what an
// earlier holder of the lane made counts as well.
func (l *limits) recall(spent []stories.Spent, now time.Duration) {
	for _, s := range spent {
		delete(l.each, allowance{s.Destination, bot.MethodOf(s.Op)})
	}
	for _, s := range spent {
		l.spend(s, now)
	}
}

// spend counts what was done at a destination.
func (l *limits) spend(s stories.Spent, now time.Duration) {
	share := l.share(s.Destination, s.Op, now)
	for range max(1, s.Requests) {
		if share != nil {
			share.take(now - s.Ago)
		}
	}
}

// start counts j's request, which leaves now.
func (l *limits) start(j *job, now time.Duration) {
	requests := 1
	if j.request.settle {
		requests = l.lookCost
	}
	for range requests {
		l.of(j.d.Op, j.request.settle).take(now)
	}
	if s := l.share(j.d.Destination, j.d.Op, now); s != nil && !j.request.settle {
		s.take(now)
	}
}

// charge notes what a job has cost beyond its one request. As much as a look has
// cost is taken from the limits when the next one leaves. When it made several
// requests they left later than they were counted, and whichever second the
// platform counts them in holds one more.
func (l *limits) charge(j *job, now time.Duration) {
	if !j.request.settle {
		for range j.verdict.Requests - 1 {
			l.of(j.d.Op, false).take(now)
		}
		return
	}
	l.lookCost = max(1, j.verdict.Requests)
	if l.lookCost > 1 {
		l.looks().take(now)
	}
}

// note takes from an answer what it says about limits, and what its job has cost. A
// pause of the whole lane is returned, with the name of the limiter that was met.
// random in [0, 1) spreads who waits for one.
func (l *limits) note(j *job, now time.Duration, random float64) (name string, pause time.Duration) {
	l.charge(j, now)
	v := j.verdict
	limiter := l.of(j.d.Op, j.request.settle)
	if v.Limited != bot.ScopeNone {
		limiter.mark(false)
	}
	if s := l.share(j.d.Destination, j.d.Op, now); v.Limited == bot.ScopeChannel && s != nil && !j.request.settle {
		s.refused(j.request.started, now, v.RetryAfter, 0) // somebody else has drawn on it too
	}
	if v.Limited != bot.ScopeLane {
		if v.Outcome != bot.Transient && v.Outcome != bot.Ambiguous {
			limiter.accepted(now)
		}
		if v.Outcome == bot.Delivered {
			limiter.mark(v.Unlimited)
		}
		return "", 0
	}
	l.met++
	limiter.refused(j.request.started, now, v.RetryAfter, time.Duration(random*float64(limitSpread)))
	return l.name(j.d.Op, j.request.settle), v.RetryAfter
}
