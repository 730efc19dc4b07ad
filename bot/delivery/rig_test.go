package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// channel returns the n-th channel of a workspace.
func channel(platform, workspace string, n int) stories.Destination {
	return stories.Destination{Platform: platform, Workspace: workspace, Channel: fmt.Sprintf("c%03d", n)}
}

// desk remembers alarms.
type desk struct {
	mu     sync.Mutex
	alarms []Alarm
}

func (d *desk) tell(alarms []Alarm) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.alarms = append(d.alarms, alarms...)
}

// troubles is what was told to fail and not to work again.
func (d *desk) troubles() (found []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.alarms {
		w := a.Destination.Workspace
		switch a.Kind {
		case LaneStopped, WorkspaceFailing:
			found = append(found, w)
		case LaneResumed, WorkspaceRecovered:
			found = slices.DeleteFunc(found, func(o string) bool { return o == w })
		}
	}
	return found
}

func (d *desk) count(kind stories.AlarmKind) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.alarms {
		if a.Kind == kind {
			n++
		}
	}
	return n
}

// rig is an engine between a queue in memory and a far side.
type rig struct {
	*Engine
	queue *memory
	far   *farSide
	desk  *desk
	stop  func()
}

// start runs an engine until the test ends or stop is called.
func start(t *testing.T, queue *memory, far *farSide, change ...func(*Config)) *rig {
	t.Helper()
	r := &rig{queue: queue, far: far, desk: queue.desk}
	cfg := Config{Store: queue, Senders: map[string]bot.Sender{"p": far}, Owner: "a",
		Render: func(c stories.Content) bot.Message { return bot.Plainly(fmt.Sprint(c.Update.ID)) }}
	for _, c := range change {
		c(&cfg)
	}
	r.Engine = New(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	r.stop = func() { cancel(); <-done }
	t.Cleanup(r.stop)
	return r
}

// idle waits until nothing is left to send.
func (r *rig) idle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if err := r.Idle(ctx); err != nil {
		t.Fatal(err)
	}
}

// settledAll waits until every row is finished.
func (r *rig) settledAll(t *testing.T, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		n := r.queue.count()
		if n[stories.Pending]+n[stories.Sending] == 0 {
			return
		}
	}
	t.Fatalf("after %v: %v", within, r.queue.count())
}

// bubble runs f in a bubble of virtual time.
func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

// cut lies between an engine and the world, until the engine is killed.
type cut struct {
	books
	bot.Sender
	mu   sync.Mutex
	dead bool
	left int           // operations until it dies by itself; 0 for never
	died chan struct{} // closed then, unless nil
}

// books are a database as a whole.
type books interface {
	Queue
	Journal
}

var errKilled = errors.New("killed")

func (c *cut) kill() { c.mu.Lock(); c.dead = true; c.mu.Unlock() }

// alive counts an operation.
func (c *cut) alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left > 0 {
		if c.left--; c.left == 0 {
			c.dead = true
			if c.died != nil {
				close(c.died)
			}
		}
	}
	return !c.dead
}

func (c *cut) Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (stories.Begun, error) {
	if !c.alive() {
		return stories.Begun{}, errKilled
	}
	b, err := c.books.Exchange(ctx, l, x)
	if !c.alive() {
		return stories.Begun{}, errKilled
	}
	return b, err
}

func (c *cut) Acquire(ctx context.Context, name, owner string, ttl time.Duration) (stories.Lease, bool, error) {
	if !c.alive() {
		return stories.Lease{}, false, errKilled
	}
	return c.books.Acquire(ctx, name, owner, ttl)
}

func (c *cut) Renew(ctx context.Context, l stories.Lease, ttl time.Duration) (bool, error) {
	if !c.alive() {
		return false, errKilled
	}
	return c.books.Renew(ctx, l, ttl)
}

func (c *cut) ReleaseLease(ctx context.Context, l stories.Lease) error {
	if !c.alive() {
		return errKilled
	}
	return c.books.ReleaseLease(ctx, l)
}

func (c *cut) Recover(ctx context.Context, l stories.Lease) ([]stories.Flight, stories.Loaded, error) {
	if !c.alive() {
		return nil, stories.Loaded{}, errKilled
	}
	return c.books.Recover(ctx, l)
}

// Send of a dead engine never leaves; one that was on its way arrives, but its
// answer tells nobody.
func (c *cut) Do(ctx context.Context, p bot.Operation) bot.Verdict {
	if !c.alive() {
		return bot.Verdict{Outcome: bot.Transient}
	}
	v := c.Sender.Do(context.WithoutCancel(ctx), p)
	if !c.alive() {
		return bot.Verdict{Outcome: bot.Ambiguous}
	}
	return v
}

func (c *cut) Settle(ctx context.Context, p bot.Operation) bot.Verdict {
	if !c.alive() {
		return bot.Verdict{Outcome: bot.Transient}
	}
	v := c.Sender.Settle(context.WithoutCancel(ctx), p)
	if !c.alive() {
		return bot.Verdict{Outcome: bot.Ambiguous}
	}
	return v
}
