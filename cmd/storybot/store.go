package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"storybot/bot/delivery"
	"storybot/bot/discord"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// database is everything the parts of the program ask of a database.
type database interface {
	stories.Store
	delivery.Queue
	discord.Memory
	deskStore
	// Reindex makes findable what an earlier version of the program wrote.
	Reindex(ctx context.Context) error
	// Prune removes what is past its time.
	Prune(ctx context.Context, now time.Time) error
	Close() error
}

// openTime is how long opening the database may take, migrations included.
const openTime = 5 * time.Minute

func openStore(ctx context.Context, cfg *config, log *slog.Logger) (database, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	store, err := sqlstore.Open(ctx, cfg.databaseURL.reveal(), sqlstore.Options{Log: log, Now: wallClock})
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return store, nil
}

// withStore runs do over the configured database, which no bot may be using
// unless it is PostgreSQL.
func (p *program) withStore(ctx context.Context, do func(database) error) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	log := newLog(cfg, slog.LevelWarn, p.stderr)
	for _, warning := range cfg.warnings {
		log.Warn(warning)
	}
	store, err := openStore(ctx, cfg, log)
	if err != nil {
		return err
	}
	return errors.Join(do(store), store.Close())
}
