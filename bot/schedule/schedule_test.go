package schedule

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/stories"
)

// one lends one lease, to one owner at a time.
type one struct {
	mu    sync.Mutex
	owner string
	away  bool
}

func (o *one) Acquire(_ context.Context, name, owner string, _ time.Duration) (stories.Lease, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return stories.Lease{}, false, errors.New("the database is away")
	}
	if o.owner != "" && o.owner != owner {
		return stories.Lease{}, false, nil
	}
	o.owner = owner
	return stories.Lease{Name: name, Owner: owner}, true, nil
}

func (o *one) Renew(_ context.Context, l stories.Lease, _ time.Duration) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.owner == l.Owner, nil
}

func (o *one) ReleaseLease(_ context.Context, l stories.Lease) error {
	if ok, _ := o.Renew(context.Background(), l, 0); ok {
		o.give("")
	}
	return nil
}

func (o *one) give(owner string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.owner = owner
}

// job counts when it is done.
type job struct {
	mu    sync.Mutex
	began time.Time
	done  []time.Duration
	wait  time.Duration
	err   error
}

func (j *job) due(ctx context.Context) (time.Duration, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	j.done = append(j.done, time.Since(j.began))
	return j.wait, j.err
}

func (j *job) set(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
}

func (j *job) times() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, d := range j.done {
		out = append(out, d.String())
	}
	return strings.Join(out, " ")
}

// start runs a scheduler; stop ends it and waits for it.
func start(c Config) (s *Scheduler, stop func()) {
	s = New(c)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); s.Run(ctx) }()
	return s, func() { cancel(); <-ended }
}

func TestItIsDoneWhenItIsDueAndAtOnceWhenKicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &job{began: time.Now(), wait: 10 * time.Second}
		s, stop := start(Config{Due: j.due, Log: slog.New(slog.DiscardHandler)})
		time.Sleep(24 * time.Second)
		s.Kick()
		s.Kick()
		synctest.Wait()
		stop()
		if got := j.times(); got != "0s 10s 20s 24s" && got != "0s 10s 20s 24s 24s" {
			t.Errorf("done at %s", got)
		}
	})
}

func TestWhatFailsIsTriedAgainAndSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		j := &job{began: time.Now(), wait: time.Minute, err: errors.New("the database is away")}
		_, stop := start(Config{Due: j.due, Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(11 * time.Second)
		j.set(func() { j.err = nil })
		time.Sleep(10 * time.Second)
		stop()
		if got := j.times(); got != "0s 5s 10s 15s" {
			t.Errorf("done at %s", got)
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("warned %d times:\n%s", n, log.String())
		}
		if !strings.Contains(log.String(), "is done again") {
			t.Errorf("nobody learns that it works again:\n%s", log.String())
		}
	})
}

func TestOneOfSeveralDoesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &one{}
		a, b := &job{began: time.Now(), wait: time.Second}, &job{began: time.Now(), wait: time.Second}
		_, stopA := start(Config{Due: a.due, Leases: leases, Owner: "a", Log: slog.New(slog.DiscardHandler)})
		synctest.Wait()
		_, stopB := start(Config{Due: b.due, Leases: leases, Owner: "b", Log: slog.New(slog.DiscardHandler)})
		time.Sleep(2500 * time.Millisecond)
		if a.times() != "0s 1s 2s" || b.times() != "" {
			t.Fatalf("a at %s, b at %s", a.times(), b.times())
		}
		stopA() // gives the lease back
		time.Sleep(5 * time.Second)
		if !strings.HasPrefix(b.times(), "5s 6s") {
			t.Errorf("b at %s", b.times())
		}
		stopB()
	})
}

func TestWhoLosesTheLeaseStopsAndAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &one{}
		j := &job{began: time.Now(), wait: time.Second}
		_, stop := start(Config{Due: j.due, Leases: leases, Owner: "a", Log: slog.New(slog.DiscardHandler)})
		time.Sleep(1500 * time.Millisecond)
		leases.give("b")
		time.Sleep(20 * time.Second)
		before := j.times()
		time.Sleep(20 * time.Second)
		if j.times() != before {
			t.Errorf("worked without the lease: %s", j.times())
		}
		leases.give("")
		time.Sleep(6 * time.Second)
		if j.times() == before {
			t.Error("did not go on when the lease was free again")
		}
		stop()
	})
}

func TestAnUnreachableDatabaseIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &one{away: true}
		j := &job{began: time.Now(), wait: time.Minute}
		_, stop := start(Config{Due: j.due, Leases: leases, Owner: "a", Log: slog.New(slog.DiscardHandler)})
		time.Sleep(time.Minute)
		leases.mu.Lock()
		leases.away = false
		leases.mu.Unlock()
		time.Sleep(6 * time.Second)
		stop()
		if got := j.times(); got != "1m5s" && got != "1m0s" {
			t.Errorf("done at %s", got)
		}
	})
}
