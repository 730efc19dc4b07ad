package slack

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// maxQuestions is how many questions of commands may be on their way to Slack
	// at once. No command that asks nothing waits for that.
	maxQuestions = 64
	// unanswered is after how many questions in a row that Slack left unanswered
	// it is not asked any more for a while. Only those count that others were
	// under way beside: who asks alone holds up nobody, and learns at once that
	// Slack answers again.
	unanswered = 24
	// restAfterSilence is how long that is.
	restAfterSilence = 5 * time.Second
)

var errLeftAlone = errors.New("not asked: Slack left the questions before unanswered")

// questions are what commands ask Slack about people and channels.
type questions struct {
	rest  time.Duration
	room  chan struct{}
	mu    sync.Mutex
	lines map[line]*breaker
}

// line is what Slack answers or leaves unanswered by itself: a method for a token.
type line struct {
	method string
	place  int
}

func newQuestions(rest time.Duration) *questions {
	return &questions{rest: rest, room: make(chan struct{}, maxQuestions), lines: make(map[line]*breaker)}
}

// ask asks Slack a question of a command, within ctx, which gives its place to
// others meanwhile. What finds no room in that time, and what Slack has just left
// unanswered several times, is not asked.
func (d *directory) ask(ctx context.Context, w workspace, r request, into result) *failure {
	defer aside(ctx)()
	b := d.questions.line(line{r.method, w.place})
	if !b.open(time.Now()) {
		return &failure{method: r.method, reach: unsent, err: errLeftAlone}
	}
	select {
	case d.questions.room <- struct{}{}:
		defer func() { <-d.questions.room }()
	case <-ctx.Done():
		return &failure{method: r.method, reach: unsent, err: ctx.Err()}
	}
	began := time.Now()
	if !b.begin(began, d.questions.rest) {
		return &failure{method: r.method, reach: unsent, err: errLeftAlone}
	}
	_, f := d.api.call(ctx, r, into)
	b.end()
	switch waited := time.Since(began); {
	case f == nil || f.reach == answered:
		b.answered()
	case waited >= d.timing.lookUp/5 && !errors.Is(ctx.Err(), context.Canceled):
		// What had little time left when it found room tells nothing of Slack.
		b.silent(time.Now(), d.questions.rest)
	}
	return f
}

func (q *questions) line(l line) *breaker {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.lines[l]
	if b == nil {
		b = new(breaker)
		q.lines[l] = b
	}
	return b
}

// breaker keeps from asking what is not answered anyway. While it rests nothing
// is asked; then one question is, and decides.
type breaker struct {
	mu     sync.Mutex
	flying int // questions under way
	fails  int // in a row
	until  time.Time
}

// open says whether a question may be asked.
func (b *breaker) open(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !now.Before(b.until)
}

// begin is open; a question after a rest has all others wait for its answer.
func (b *breaker) begin(now time.Time, rest time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return false
	}
	if b.fails >= unanswered {
		b.until = now.Add(rest)
	}
	b.flying++
	return true
}

// end notes that a question is no longer under way.
func (b *breaker) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flying--
}

// answered notes that Slack answers.
func (b *breaker) answered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails, b.until = 0, time.Time{}
}

// silent notes a question that was left unanswered.
func (b *breaker) silent(now time.Time, rest time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.flying > 0 || b.fails >= unanswered {
		b.fails++
	}
	if b.fails >= unanswered {
		b.until = now.Add(rest)
	}
}
