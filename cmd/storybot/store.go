package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// openTime is how long opening the database may take, migrations included.
const openTime = 5 * time.Minute

func openStore(ctx context.Context, cfg *config, log *slog.Logger) (*sqlstore.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	store, err := sqlstore.Open(ctx, cfg.databaseURL.reveal(), sqlstore.Options{Log: log, Now: wallClock, Uptime: uptime, KeepDeliveries: cfg.times.keep})
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
func (p *program) withStore(ctx context.Context, do func(*sqlstore.Store) error) error {
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
