package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// rebuilt is a search index that fails a few times.
type rebuilt struct{ failures, tries int }

func (r *rebuilt) Reindex(context.Context) error {
	if r.tries++; r.tries <= r.failures {
		return errors.New("the database is away")
	}
	return nil
}

func TestTheSearchIndexIsTriedAgainUntilItIsWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, began := &rebuilt{failures: 2}, time.Now()
		keepSearchable(t.Context(), r, slog.New(slog.DiscardHandler))
		if r.tries != 3 || time.Since(began) != 2*reindexAgain {
			t.Errorf("%d tries in %v", r.tries, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			keepSearchable(ctx, &rebuilt{failures: 1e9}, slog.New(slog.DiscardHandler))
			close(done)
		}()
		synctest.Wait()
		cancel()
		<-done
	})
}
