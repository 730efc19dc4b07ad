package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// onStdout is the name of the file that is no file.
const onStdout = "-"

type exportCommand struct {
	File string `arg:"" help:"The new file, or - for standard output."`
}

// Help shows how it is called.
func (*exportCommand) Help() string {
	return `The file holds stories, updates with every wording, subscriptions, what became of each
message, moderators, the log, drafts and schedules, as of one moment. Each line is a record
in JSON; the README says more. No file is overwritten, and it is its owner's alone.

  storybot export newsroom.jsonl
  storybot export - | gzip >newsroom.jsonl.gz`
}

// Run writes all that is in the database to a file.
func (c *exportCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	cfg.lookAtTryOut()
	to, done := p.stdout, func(err error) error { return err }
	if c.File != onStdout {
		if to, done, err = newFile(c.File); err != nil {
			return err
		}
	}
	bar := p.bar()
	records, err := sqlstore.Export(ctx, cfg.databaseURL.reveal(), to, func(done, all int64) { bar.show(done, all) })
	bar.end()
	if err = done(err); err != nil {
		return notCopied("export", err, cfg)
	}
	if c.File != onStdout {
		_, err = fmt.Fprintf(p.stdout, "%s records were written to %s.\n", bot.Count(int(records)), bot.OneLine(c.File))
	}
	return err
}

// newFile makes a file for its owner alone. done closes it, and removes it where what was
// to be in it is not.
func newFile(name string) (to io.Writer, done func(error) error, err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil, usageError{fmt.Errorf("%s is there already, and nothing is overwritten. Name another file", bot.OneLine(name))}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the file cannot be made: %w", err)
	}
	return f, func(err error) error {
		if err == nil {
			err = f.Sync()
		}
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(name)
		}
		return err
	}, nil
}

type importCommand struct {
	File   string `arg:"" help:"The file that storybot export wrote."`
	DryRun bool   `name:"dry-run" help:"Check all of it, and keep nothing."`
}

// Help shows how it is called.
func (*importCommand) Help() string {
	return `All of it is imported or nothing; a line that cannot be is named. The same file again
changes nothing. What was owed when it was written waits then until somebody decides, as
after storybot restore, for it may have been sent since. Corrections reach the messages
that were sent before.

  storybot import --dry-run newsroom.jsonl
  DATABASE_URL=postgres://storybot@localhost/storybot storybot import newsroom.jsonl`
}

// Run reads a file into the configured database.
func (c *importCommand) Run(ctx context.Context, p *program) (err error) {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return usageError{fmt.Errorf("the file cannot be read: %w", err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return usageError{errors.New("it is read twice, so it must be a file: write what comes by a pipe to one first")}
	}
	bar := p.bar()
	done, err := sqlstore.Import(ctx, cfg.databaseURL.reveal(), f, sqlstore.ImportOptions{
		Options: sqlstore.Options{Log: newLog(cfg, slog.LevelError, p.stderr), Now: wallClock},
		DryRun:  c.DryRun, Progress: func(read int64) { bar.show(read, info.Size()) }})
	bar.end()
	return c.tell(p, done, err, cfg)
}

// tell says what an import did, or why nothing.
func (c *importCommand) tell(p *program, done sqlstore.Imported, err error, cfg *config) error {
	file := bot.OneLine(c.File)
	switch bad := (*sqlstore.BadRecord)(nil); {
	case errors.As(err, &bad):
		return usageError{fmt.Errorf("%s, %s. Nothing was imported", file, strings.TrimSuffix(bot.OneLine(cfg.hidden.unaddressed(bad.Error())), "."))}
	case stories.CodeOf(err) == stories.CodeExists:
		return usageError{err}
	case err != nil:
		return notCopied("import", err, cfg)
	case done.Before:
		_, err = fmt.Fprintf(p.stdout, "%s was imported before; nothing was changed.\n", file)
	case c.DryRun:
		_, err = fmt.Fprintf(p.stdout, "All %s records of %s can be imported. Nothing was kept.\n", bot.Count(int(done.Records)), file)
	default:
		_, err = fmt.Fprintf(p.stdout, "%s records were imported. Start the bot. %s", bot.Count(int(done.Records)), decides)
	}
	return err
}

// bar shows at a terminal how far something is.
type bar struct {
	to    io.Writer // nil for nobody who sees it
	width int       // of what is shown
	last  int64     // the percentage that is
}

func (p *program) bar() *bar {
	if f, ok := p.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bar{to: f, last: -1}
	}
	return &bar{}
}

// barWidth is how many signs the bar has.
const barWidth = 40

// show shows that so much of all is done.
func (b *bar) show(done, all int64) {
	percent := int64(100)
	if all > 0 {
		percent = min(100, 100*done/all)
	}
	if b.to == nil || percent == b.last {
		return
	}
	full := int(percent) * barWidth / 100
	text := fmt.Sprintf("[%s%s] %d %%", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), percent)
	b.width, b.last = len(text), percent
	fmt.Fprint(b.to, "\r"+text)
}

// end takes the bar away.
func (b *bar) end() {
	if b.to != nil && b.width > 0 {
		fmt.Fprint(b.to, "\r"+strings.Repeat(" ", b.width)+"\r")
	}
}
