package main

import (
	"context"
	"log/slog"
	"storybot/stories/sqlstore"
	"time"
)

// pruneEvery is how often what is past its time is removed: finished
// deliveries above all. How long they are kept is the store's to say.
const pruneEvery = time.Hour

// keepPruned removes what is past its time, now and then, until ctx ends.
func keepPruned(ctx context.Context, store *sqlstore.Store, log *slog.Logger) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := store.Prune(ctx, wallClock()); err != nil && ctx.Err() == nil {
				log.Warn("what is past its time was not removed; it is tried again in an hour", "err", err)
			}
		}
	}
}

// reindexAgain is how long after a failure the search index is worked on again.
const reindexAgain = time.Minute

// keepSearchable finishes the search index after an upgrade, beside everything
// else, and returns once it is whole or ctx ends.
func keepSearchable(ctx context.Context, store interface{ Reindex(context.Context) error }, log *slog.Logger) {
	for {
		err := store.Reindex(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		log.Warn("the search index is not whole yet; it is tried again in a minute", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(reindexAgain):
		}
	}
}
