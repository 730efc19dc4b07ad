package delivery

import (
	"log/slog"
	"sync"
	"time"
)

// database says once that the database has stopped working and once that it is
// back, whoever of the lanes notices.
type database struct {
	log *slog.Logger

	mu    sync.Mutex
	since time.Time // zero while it works
	last  error     // the newest, while it does not
}

func (o *database) failed(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = err
	if o.since.IsZero() {
		o.since = time.Now()
		o.log.Error("the database does not answer; nothing is sent until it does", "err", err)
	}
}

func (o *database) worked() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.since.IsZero() {
		o.log.Info("the database answers again; deliveries go on", "after", time.Since(o.since).Round(time.Millisecond))
		o.since, o.last = time.Time{}, nil
	}
}

// trouble returns the newest error while the database does not work.
func (o *database) trouble() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}
