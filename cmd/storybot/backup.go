package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// decides is what follows from putting a database back.
const decides = "What was owed when the copy was made may have been sent since: it waits, and /desk status asks what to do with it.\n"

// backup makes a copy of the database, beside the running bot.
func (p *program) backup(ctx context.Context, args []string) error {
	file, err := oneFile(p.flags("backup"), args)
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

// restore puts a copy in place of the database.
func (p *program) restore(ctx context.Context, args []string) error {
	file, err := oneFile(p.flags("restore"), args)
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

// restored says that the database was put back where nothing shows it.
func (p *program) restored(ctx context.Context, args []string) error {
	if err := parse(p.flags("restored"), args); err != nil {
		return err
	}
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

// oneFile reads the one file a subcommand is about.
func oneFile(set *flag.FlagSet, args []string) (string, error) {
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return "", err
	case err != nil:
		return "", usageError{fmt.Errorf("%w. storybot help shows what can be said", err)}
	case set.NArg() == 0 || set.Arg(0) == "":
		return "", usageError{fmt.Errorf("storybot %s needs the name of a file. storybot help shows what can be said", set.Name())}
	case set.NArg() > 1:
		return "", usageError{fmt.Errorf("%q is too much. storybot help shows what can be said", set.Arg(1))}
	}
	return set.Arg(0), nil
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
