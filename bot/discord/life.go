package discord

import (
	"context"
	"sync"
	"time"
)

// farewell is the time for the answers to commands that were cut off.
const farewell = time.Second

// lifetime is how long the work of one Run goes on, and owns the goroutines that
// takes.
type lifetime struct {
	work  context.Context // outlives Run's by what end is given
	stop  context.CancelFunc
	say   context.Context // outlives work by farewell, so that whom that cuts off is told
	hush  context.CancelFunc
	tasks sync.WaitGroup
}

func newLifetime() *lifetime {
	l := &lifetime{}
	l.work, l.stop = context.WithCancel(context.Background())
	l.say, l.hush = context.WithCancel(context.Background())
	return l
}

// end returns when all tasks have ended, which are cut off after drain.
func (l *lifetime) end(drain time.Duration) {
	stop := time.AfterFunc(drain, l.stop)
	hush := time.AfterFunc(drain+farewell, l.hush)
	l.tasks.Wait()
	stop.Stop()
	hush.Stop()
	l.stop()
	l.hush()
}
