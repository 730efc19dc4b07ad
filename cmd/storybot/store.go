package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"syscall"
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
	store, err := sqlstore.Open(ctx, cfg.databaseURL.reveal(), sqlstore.Options{Log: log, Now: wallClock, Uptime: uptime, Keep: cfg.keep, Zone: cfg.times.zone})
	if err != nil {
		return nil, notOpened(err, cfg)
	}
	return store, nil
}

// awayMost is how long is waited at most between two tries to reach a server that
// is away.
const awayMost = 15 * time.Second

// errGivenUp is the end of a start that a signal came into.
var errGivenUp = errors.New("the start was given up")

// awaitStore is openStore, which waits for a server that is away: it may be about
// to start, as the bot is.
func awaitStore(ctx context.Context, cfg *config, log *slog.Logger) (*sqlstore.Store, error) {
	var told *awayError
	for wait := time.Second; ; wait = min(2*wait, awayMost) {
		store, err := openStore(ctx, cfg, log)
		away := (*awayError)(nil)
		if !errors.As(err, &away) {
			return store, err
		}
		if ctx.Err() == nil && (told == nil || told.why != away.why) {
			log.Warn("the database server is away; the bot starts once it answers", "why", away.why, "err", away.err)
			told = away
		}
		if !sleep(ctx, wait) {
			return nil, errGivenUp
		}
	}
}

// awayError is the error of a server that may answer another time.
type awayError struct {
	err error  // as it is said where nobody waits
	why string // in a few words, "" where err alone says it
}

// Error says it with what is known of the cause.
func (a *awayError) Error() string { return a.err.Error() }

// whyAway says why a server cannot be reached, as far as the error tells; "" where
// it does not.
func whyAway(err error) string {
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "No host of this name is known: check it in DATABASE_URL."
	case errors.As(err, &name):
		return "The name of the host cannot be looked up: check this machine's DNS."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The host refuses the connection: nothing listens at that port, so start the server or mend the port."
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "There is no way to that host: check the network."
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "The host does not answer: check it, and what stands between, such as a firewall."
	}
	return ""
}

// notOpened is the error of a database that was not opened: a wrong setting
// where no later try helps.
func notOpened(err error, cfg *config) error {
	text := "DATABASE_URL: " + bot.OneLine(cfg.hidden.unaddressed(err.Error()))
	if stories.CodeOf(err) == stories.CodeInvalid {
		return wrongSettings{wrong: []string{text}, warnings: cfg.warnings}
	}
	if !cfg.onServer() || !sqlstore.IsAway(err) {
		return errors.New(text)
	}
	why := whyAway(err)
	if why != "" {
		text = bot.AsSentence(text) + " " + why
	}
	return &awayError{errors.New(text), why}
}

// onServer says whether the database is on a server, which other processes use too.
func (c *config) onServer() bool { return !strings.HasPrefix(c.databaseURL.reveal(), "sqlite:") }

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
