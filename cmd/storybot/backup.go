package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// decides is what follows from putting a database back.
const decides = "What was owed when the copy was made may have been sent since: it waits, and /desk status asks what to do with it.\n"

// copyFile is the file of a copy.
type copyFile struct {
	File string `arg:"" optional:"" help:"The file of the copy."`
}

// named is the file, which must be named.
func (c copyFile) named(of string) (string, error) {
	if c.File == "" {
		return "", usageError{fmt.Errorf("storybot %s needs the name of a file. storybot %s --help shows what can be said", of, of)}
	}
	return c.File, nil
}

type backupCommand struct{ copyFile }

// Help shows how it is called.
func (*backupCommand) Help() string {
	return `The copy is whole as of one moment, checked, and readable for its owner alone. No
file is overwritten.

  storybot backup /var/backups/storybot-monday.db`
}

// Run makes a copy of the database, beside the running bot.
func (c *backupCommand) Run(ctx context.Context, p *program) error {
	file, err := c.named("backup")
	if err != nil {
		return err
	}
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	if err := sqlstore.Backup(ctx, cfg.databaseURL.reveal(), file); err != nil {
		return notCopied("back up", err, cfg)
	}
	_, err = fmt.Fprintf(p.stdout, "The database was copied to %s, and the copy was checked. storybot restore puts it back.\n", bot.OneLine(file))
	return err
}

type restoreCommand struct{ copyFile }

// Help shows how it is called.
func (*restoreCommand) Help() string {
	return `The present database is kept beside it. What was owed when the copy was made waits
then until somebody decides.

  storybot restore /var/backups/storybot-monday.db`
}

// Run puts a copy in place of the database.
func (c *restoreCommand) Run(ctx context.Context, p *program) error {
	file, err := c.named("restore")
	if err != nil {
		return err
	}
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	kept, err := sqlstore.Restore(ctx, cfg.databaseURL.reveal(), file, wallClock())
	if kept != "" { // also when something failed afterwards
		fmt.Fprintf(p.stdout, "The database that was there is kept as %s.\n", bot.OneLine(kept))
	}
	if err != nil {
		return notCopied("restore", err, cfg)
	}
	_, err = fmt.Fprintf(p.stdout, "%s was put in its place. Start the bot. %s", bot.OneLine(file), decides)
	return err
}

type restoredCommand struct{}

// Help shows how it is called.
func (*restoredCommand) Help() string {
	return `A snapshot of a machine or a volume comes back with everything beside the database,
so that nothing shows it. Without this, what was sent since would be sent again.

  storybot restored`
}

// Run says that the database was put back where nothing shows it.
func (*restoredCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	store, err := sqlstore.Open(ctx, cfg.databaseURL.reveal(), sqlstore.Options{Log: newLog(cfg, slog.LevelError, p.stderr), Now: wallClock})
	if err != nil {
		return notOpened(err, cfg)
	}
	back, err := store.Restored(ctx)
	if err := errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("note that the database was put back: %s", bot.OneLine(cfg.hidden.unaddressed(err.Error())))
	}
	_, err = fmt.Fprint(p.stdout, "Noted that the database was put back: ", waits(back))
	return err
}

// waits says how many deliveries wait for a person, and what becomes of them.
func waits(n int) string {
	switch n {
	case 0:
		return "nothing is owed in it.\n"
	case 1:
		return "1 delivery waits. " + decides
	}
	return fmt.Sprintf("%s deliveries wait. %s", bot.Count(n), decides)
}

// notCopied is the error of a copy that was not made or not put back: a wrong use
// where the database or the file is none that this can be done with.
func notCopied(what string, err error, cfg *config) error {
	invalid := stories.CodeOf(err) == stories.CodeInvalid
	err = fmt.Errorf("%s the database: %s", what, bot.OneLine(cfg.hidden.unaddressed(err.Error())))
	if invalid {
		return usageError{err}
	}
	return err
}
