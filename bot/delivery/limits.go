package delivery

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// limits are a lane's limiters, one for each method that has a budget of its own.
type limits struct {
	posts *limiter
	looks *limiter // of settling: where that has no budget of its own, the posts'
	edits *limiter // the same
	// lookCost is how many requests the newest look took.
	lookCost int
	met      uint64 // 429 answers
}

func newLimits(pace bot.Pace) *limits {
	l := &limits{posts: newLimiter(pace), lookCost: firstLookCost}
	l.looks, l.edits = l.posts, l.posts
	if pace.LooksPerMinute > 0 {
		l.looks = newWindow(pace.LooksPerMinute, time.Minute)
	}
	if pace.EditsPerMinute > 0 {
		l.edits = newWindow(pace.EditsPerMinute, time.Minute)
	}
	return l
}

// of returns the limiter that counts a request.
func (l *limits) of(op stories.Op, settle bool) *limiter {
	switch {
	case settle:
		return l.looks
	case op == stories.OpEdit:
		return l.edits
	}
	return l.posts
}

// apart says that edits have a budget of their own.
func (l *limits) apart() bool { return l.edits != l.posts }

// line returns the limiter of a line.
func (l *limits) line(at line) *limiter {
	if at == edits {
		return l.edits
	}
	return l.posts
}

// The limiters' names, and that of a lane whose token is refused, as they are
// written down.
const (
	waitPosts   = "posts"
	waitLooks   = "looks"
	waitEdits   = "edits"
	waitAccount = "account"
)

// name returns what the limiter that counts a request is called.
func (l *limits) name(op stories.Op, settle bool) string {
	switch l.of(op, settle) {
	case l.posts:
		return waitPosts
	case l.looks:
		return waitLooks
	}
	return waitEdits
}

// named returns the limiter of a name, nil for none.
func (l *limits) named(name string) *limiter {
	return map[string]*limiter{waitPosts: l.posts, waitLooks: l.looks, waitEdits: l.edits}[name]
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
}

// charge notes what a look has cost: as much is taken from the limits when the
// next one leaves. When it made several requests they left later than they were
// counted, and whichever second the platform counts them in holds one more.
func (l *limits) charge(j *job, now time.Duration) {
	if !j.request.settle {
		return
	}
	l.lookCost = max(1, j.verdict.Requests)
	if l.lookCost > 1 {
		l.looks.take(now)
	}
}

// note takes from an answer what it says about limits. random in [0, 1) spreads
// who waits for one.
func (l *limits) note(j *job, now time.Duration, random float64) {
	v := j.verdict
	limiter := l.of(j.d.Op, j.request.settle)
	if v.Limited != bot.ScopeNone {
		limiter.mark(false)
	}
	if v.Limited != bot.ScopeLane {
		if v.Outcome != bot.Transient && v.Outcome != bot.Ambiguous {
			limiter.accepted(now)
		}
		if v.Outcome == bot.Delivered {
			limiter.mark(v.Unlimited)
		}
		return
	}
	l.met++
	limiter.refused(j.request.started, now, v.RetryAfter, time.Duration(random*float64(20*time.Millisecond)))
}
