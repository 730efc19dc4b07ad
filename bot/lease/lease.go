// Package lease holds leases: the right of one process, of all that share a
// database, to work something that only one may work at a time.
//
// Whoever holds a Lease works only under the context it gives, which ends before
// another process can have the lease: requests of two holders never overlap.
package lease

import (
	"context"
	"errors"
	"sync"
	"time"

	"storybot/stories"
)

// Granter grants leases that all processes of one database respect. An error for
// which errors.Is(err, stories.ErrLeaseLost) holds says that the lease is
// another's; any other error is an outage.
type Granter interface {
	// Acquire takes the lease of that name when nobody else holds it.
	Acquire(ctx context.Context, name, owner string, ttl time.Duration) (l stories.Lease, ok bool, err error)
	// Renew extends a lease; ok is false when it is another's.
	Renew(ctx context.Context, l stories.Lease, ttl time.Duration) (ok bool, err error)
	// ReleaseLease gives a lease back.
	ReleaseLease(ctx context.Context, l stories.Lease) error
}

// Config is what a lease is asked for with. All but Changed and Asked are
// required.
type Config struct {
	Granter Granter
	Name    string
	Owner   string // names this process
	// TTL is how long a process that died keeps others waiting. The lease is
	// renewed three times in it, and work stops two thirds after the newest
	// renewal was asked for.
	TTL time.Duration
	// Changed is called when Context or Over may answer otherwise than before. It
	// must not block.
	Changed func()
	// Asked is called with the outcome of each try to renew the lease: nil while
	// the database answers. It must not block.
	Asked func(error)
}

// Lease is a lease this process was granted. While it is fresh, Context returns a
// context to work under. One that could not be renewed in time because the
// database was away becomes fresh again with the next renewal, unless somebody
// else has the lease by then. Its methods may be called from many goroutines.
type Lease struct {
	cfg   Config
	grant stories.Lease

	mu     sync.Mutex
	lost   bool
	work   context.Context
	cancel context.CancelFunc
	until  time.Time   // fresh until then
	stale  *time.Timer // fires then
}

// Take asks for a lease once, within ctx. ok is false when another process has
// it. What was taken is to be kept with Keep and given back with Release.
func Take(ctx context.Context, c Config) (l *Lease, ok bool, err error) {
	if c.Changed == nil {
		c.Changed = func() {}
	}
	if c.Asked == nil {
		c.Asked = func(error) {}
	}
	asked := time.Now()
	grant, ok, err := c.Granter.Acquire(ctx, c.Name, c.Owner, c.TTL)
	if err != nil || !ok {
		return nil, false, err
	}
	l = &Lease{cfg: c, grant: grant, until: asked.Add(c.TTL * 2 / 3)}
	l.work, l.cancel = context.WithCancel(context.Background())
	l.stale = time.AfterFunc(time.Until(l.until), l.Expire)
	return l, true, nil
}

// Grant is the lease as the database knows it.
func (l *Lease) Grant() stories.Lease { return l.grant }

// Keep renews the lease until ctx ends or the lease is another's.
func (l *Lease) Keep(ctx context.Context) {
	defer l.stale.Stop()
	ttl := l.cfg.TTL
	timer := time.NewTimer(ttl / 3)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		next := ttl / 3
		asked := time.Now()
		renewing, done := context.WithTimeout(ctx, ttl/3)
		ok, err := l.cfg.Granter.Renew(renewing, l.grant, ttl)
		done()
		switch {
		case err == nil && ok:
			l.cfg.Asked(nil)
			l.freshen(asked.Add(ttl * 2 / 3))
		case err == nil || errors.Is(err, stories.ErrLeaseLost):
			l.Lose()
			return
		case ctx.Err() == nil:
			l.cfg.Asked(err)
			next = ttl / 12
		}
		timer.Reset(next)
	}
}

// Context returns the context to work under; it has ended when nothing may be
// done. A process that was held up may get here before its timer does.
func (l *Lease) Context() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.lost && !time.Now().Before(l.until) {
		l.cancel()
	}
	return l.work
}

// Over says that the lease is another's.
func (l *Lease) Over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// Lose notes that the lease is another's.
func (l *Lease) Lose() {
	l.mu.Lock()
	l.lost = true
	l.cancel()
	l.mu.Unlock()
	l.cfg.Changed()
}

// Expire ends the work under the lease, until it is renewed.
func (l *Lease) Expire() {
	l.mu.Lock()
	expired := l.work.Err() != nil
	l.cancel()
	l.mu.Unlock()
	if !expired {
		l.cfg.Changed()
	}
}

// freshen lets work go on until then.
func (l *Lease) freshen(until time.Time) {
	left := time.Until(until)
	if left <= 0 {
		return
	}
	l.mu.Lock()
	l.until = until
	l.stale.Reset(left)
	revived := !l.lost && l.work.Err() != nil
	if revived {
		l.work, l.cancel = context.WithCancel(context.Background())
	}
	l.mu.Unlock()
	if revived {
		l.cfg.Changed()
	}
}

// Release ends the work under the lease and gives it back, within ctx. It is no
// error that it was another's.
func (l *Lease) Release(ctx context.Context) error {
	l.stale.Stop()
	l.Expire()
	err := l.cfg.Granter.ReleaseLease(ctx, l.grant)
	if errors.Is(err, stories.ErrLeaseLost) {
		return nil
	}
	return err
}
