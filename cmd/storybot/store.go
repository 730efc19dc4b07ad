package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/bot/names"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// database is everything the parts of the program ask of a database.
type database interface {
	stories.Store
	delivery.Queue
	delivery.Journal
	bot.Memory
	delivery.Notices
	names.Keeper
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
	store, err := sqlstore.Open(ctx, cfg.databaseURL.reveal(), sqlstore.Options{Log: log, Now: wallClock, Uptime: uptime})
	if err != nil {
		return nil, notOpened(err, cfg)
	}
	return store, nil
}

// notOpened is the error of a database that was not opened: a wrong setting
// where no later try helps.
func notOpened(err error, cfg *config) error {
	text := "DATABASE_URL: " + bot.OneLine(cfg.hidden.unaddressed(err.Error()))
	if stories.CodeOf(err) == stories.CodeInvalid {
		return wrongSettings{wrong: []string{text}, warnings: cfg.warnings}
	}
	return errors.New(text)
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
