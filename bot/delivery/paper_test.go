package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// paper is a newsroom that keeps what a Notifier says, with pushes the test
// moves. Its mutex guards all of it.
type paper struct {
	mu      sync.Mutex
	desks   int
	alarms  int // that wait
	frozen  int // pushes whose message could not be edited
	pushes  []stories.Push
	failing error
	said    []saying
}

// saying is one thing the desk is owed.
type saying struct {
	text string
	at   time.Time
}

func (p *paper) say(text string) { p.said = append(p.said, saying{text, time.Now()}) }

func (p *paper) Desks(context.Context) ([]stories.Destination, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return make([]stories.Destination, p.desks), p.failing
}

func (p *paper) AlarmsWait(context.Context) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alarms > 0, p.failing
}

func (p *paper) TellAlarms(context.Context, time.Time) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alarms > 0 {
		p.say(fmt.Sprintf("%d alarms", p.alarms))
	}
	told := p.alarms > 0
	p.alarms = 0
	return told, p.failing
}

func (p *paper) Pushes(_ context.Context, newest int) (open []stories.Push, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, push := range p.pushes {
		if !push.Done {
			open = append(open, push)
		}
	}
	return open[max(0, len(open)-newest):], p.failing
}

func (p *paper) Say(_ context.Context, n stories.Notice, _ []string, _ time.Time) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.pushes, func(o stories.Push) bool { return o.ID == n.ID })
	if p.failing != nil || p.pushes[i].Revision != n.Revision {
		return false, p.failing
	}
	n.Revision++
	p.pushes[i].Notice = n
	p.say(fmt.Sprintf("%d.%d: %s", n.ID, n.Revision, bot.ProgressWords(n.Body.Progress, n.Body.Left)))
	return true, nil
}

func (p *paper) TellEnds(context.Context, int, time.Time) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	told := p.frozen > 0
	if told {
		p.say(fmt.Sprintf("%d ends anew", p.frozen))
	}
	p.frozen = 0
	return told, p.failing
}

// publish begins a push to so many channels.
func (p *paper) publish(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := int64(len(p.pushes) + 1)
	p.pushes = append(p.pushes, stories.Push{Notice: stories.Notice{ID: id, UpdateID: id, Kind: stories.ProgressNotice}, Stands: stories.Progress{Total: total, Waiting: total}})
}

// sends has so many channels of a push delivered and others blocked.
func (p *paper) sends(id int64, sent, held int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.pushes[id-1].Stands
	s.Sent, s.Held, s.Waiting = sent, held, s.Total-sent-held
}

func (p *paper) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// all is what was said, a line each.
func (p *paper) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lines []string
	for _, s := range p.said {
		lines = append(lines, s.text)
	}
	return strings.Join(lines, "\n")
}

func (p *paper) last() string {
	lines := strings.Split(p.all(), "\n")
	return lines[len(lines)-1]
}

// telling runs notifiers over a paper while body tells what happens.
func telling(t *testing.T, body func(t *testing.T, p *paper, process func() (stop func()), logged *strings.Builder)) {
	bubble(t, func(t *testing.T) {
		p := &paper{desks: 1}
		var logged strings.Builder
		kicks := 0
		process := func() func() {
			ctx, cancel := context.WithCancel(t.Context())
			notifier := NewNotifier(p, nil, func() { kicks++ }, slog.New(slog.NewTextHandler(&logged, nil)), time.Now)
			done := make(chan struct{})
			go func() { defer close(done); notifier.Run(ctx) }()
			return func() { cancel(); <-done }
		}
		body(t, p, process, &logged)
		if (kicks == 0) != (len(p.said) == 0) {
			t.Errorf("%d kicks for %d things said", kicks, len(p.said))
		}
	})
}

func heard(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}
