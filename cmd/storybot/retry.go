package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// operator is whose acts the commands of this program are in the desk's log.
var operator = stories.User{Name: "Whoever runs the bot"}

// operatorsAct is an act of theirs.
func operatorsAct() stories.Act { return stories.Act{By: operator, At: wallClock()} }

// besideTime is how long a change beside a running bot may take.
const besideTime = time.Minute

// beside changes something in the configured database, also while a bot runs on it.
func (p *program) beside(ctx context.Context, do func(context.Context, *config, *sqlstore.Store) error) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	cfg.lookAtTryOut()
	opening, cancel := context.WithTimeout(ctx, besideTime)
	defer cancel()
	store, err := sqlstore.OpenBeside(opening, cfg.databaseURL.reveal(), wallClock, cfg.times.zone)
	if err != nil {
		return notOpened(err, cfg)
	}
	return errors.Join(do(ctx, cfg, store), store.Close())
}

// surely are the flags of what is asked about first.
type surely struct {
	DryRun bool `name:"dry-run" help:"Say what it would do, and change nothing."`
	Yes    bool `help:"Do it without asking."`
	JSON   bool `name:"json" help:"Print what was done for programs; needs --yes or --dry-run."`
}

func (s surely) check() error {
	if s.JSON && !s.Yes && !s.DryRun {
		return usageError{errors.New("--json asks nothing: it needs --yes or --dry-run")}
	}
	return nil
}

// meant asks whether that is meant, unless --yes says so.
func (s surely) meant(ctx context.Context, p *program, question string) (bool, error) {
	if s.Yes {
		return true, nil
	}
	yes, err := newPrompter(p.stdin, p.hidden.writer(p.stdout)).yes(ctx, question)
	if err == nil && !yes {
		_, err = fmt.Fprintln(p.stdout, "Nothing was changed.")
	}
	return yes, err
}

type retryDeliveries struct {
	IDs []int64 `arg:"" optional:"" name:"id" help:"Their numbers, as they are listed."`
	whichDeliveries
	surely
}

// Help shows how it is called.
func (*retryDeliveries) Help() string {
	return `What failed is owed again, and so is what nobody knows the end of, which is looked for in
its channel first where it still reads so. What was sent never is, nor what a channel does
not ask for any more, nor an update on hold or withdrawn. A bot that runs sends it within
seconds, else it goes out at the next start.

  storybot deliveries retry --state failed --story sony-hack --dry-run
  storybot deliveries retry --channel https://discord.com/channels/81384788765712384/155101607195836416
  storybot deliveries retry 4294967297 --yes`
}

// Run has deliveries made once more.
func (c *retryDeliveries) Run(ctx context.Context, p *program) error {
	ask, err := c.ask(p.kits)
	if err != nil {
		return usageError{err}
	}
	if err := c.check(); err != nil {
		return err
	}
	return p.beside(ctx, func(ctx context.Context, _ *config, store *sqlstore.Store) error {
		if err := c.ofStory(ctx, store, &ask.Filter); err != nil {
			return fmt.Errorf("retry deliveries: %w", err)
		}
		return c.retry(ctx, p, store, ask)
	})
}

// ask is what the command line says, but for the story.
func (c *retryDeliveries) ask(kits []bot.Kit) (ask stories.Retry, err error) {
	narrowed := c.whichDeliveries != whichDeliveries{}
	switch {
	case len(c.IDs) > 0 && narrowed:
		return ask, errors.New("name deliveries by their numbers, or by what they have in common, not by both")
	case len(c.IDs) == 0 && !narrowed:
		return ask, errors.New("say which: by their numbers, or with --story, --channel, --lane or --state. --state failed,unknown is all of them")
	}
	ask.IDs = c.IDs
	if ask.Filter, err = c.filter(kits); err != nil {
		return ask, err
	}
	for _, s := range ask.Filter.States {
		if s != stories.Failed && s != stories.Unknown {
			return ask, fmt.Errorf("only what is failed or unknown is sent once more; %s is neither", s)
		}
	}
	return ask, nil
}

// retry asks and does it.
func (c *retryDeliveries) retry(ctx context.Context, p *program, store *sqlstore.Store, ask stories.Retry) error {
	ask.DryRun = true
	done, err := store.RetryDeliveries(ctx, operatorsAct(), ask)
	if err != nil {
		return fmt.Errorf("retry deliveries: %w", err)
	}
	out := p.hidden.writer(p.stdout)
	if c.JSON && (c.DryRun || done.Again() == 0) {
		return p.printJSON(retriedRow(done, c.DryRun))
	}
	if !c.JSON {
		if err := tellRetry(out, done, c.DryRun || !c.Yes); err != nil {
			return err
		}
	}
	if c.DryRun || done.Again() == 0 {
		return nil
	}
	if yes, err := c.meant(ctx, p, "Have "+countOf(done.Again(), "message")+" sent once more?"); err != nil || !yes {
		return err
	}
	ask.DryRun = false
	if done, err = store.RetryDeliveries(ctx, operatorsAct(), ask); err != nil {
		return fmt.Errorf("retry deliveries: %w", err)
	}
	if c.JSON {
		return p.printJSON(retriedRow(done, false))
	}
	_, err = fmt.Fprintf(out, "%s owed again. A bot that runs sends what is owed within seconds; storybot deliveries shows what becomes of it.\n", are(done.Again(), "message"))
	return err
}

// tellRetry says what would be, or is about to be, done.
func tellRetry(out io.Writer, done stories.Retried, would bool) error {
	var b strings.Builder
	switch n := done.Again(); {
	case n == 0:
		b.WriteString("There is nothing to be sent once more.\n")
	case would:
		fmt.Fprintf(&b, "%s would be sent once more, in %s.\n", countOf(n, "message"), countOf(done.Channels, "channel"))
	default:
		fmt.Fprintf(&b, "%s to be sent once more, in %s.\n", are(n, "message"), countOf(done.Channels, "channel"))
	}
	if n := done.Settled; n > 0 {
		fmt.Fprintf(&b, "  %s may be there already: looked for first, and sent where nothing is found. Where the bot cannot look, a second copy is possible.\n", countOf(n, "message"))
	}
	if n := done.Unsettled; n > 0 {
		fmt.Fprintf(&b, "  %s may be there already in an older wording, which cannot be looked for: a second copy is possible.\n", countOf(n, "message"))
	}
	for _, left := range done.Left {
		fmt.Fprintf(&b, "  Left out: %s, %s.\n", bot.Count(left.Count), leftWords[left.Why])
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// leftWords say why something is not sent once more.
var leftWords = map[stories.LeftWhy]string{
	stories.LeftMissing:    "whose number no delivery has",
	stories.LeftSent:       "which was sent",
	stories.LeftWaiting:    "which is still to be sent",
	stories.LeftSkipped:    "which was not to be sent; storybot deliveries says why",
	stories.LeftOldNews:    "which told of something that is no news any more",
	stories.LeftGone:       "whose channel is gone or has another id now",
	stories.LeftBlocked:    "whose channel cannot be written to; /desk status says what to do about it",
	stories.LeftUnfollowed: "which the channel does not ask for any more",
	stories.LeftWithheld:   "whose update is on hold or withdrawn",
	stories.LeftDoneSince:  "which a newer edit has replaced",
	stories.LeftNoMessage:  "whose message is not there",
}

// are is a number of things with its verb.
func are(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " is"
	}
	return countOf(n, thing) + " are"
}

// countOf is a number of things.
func countOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return bot.Count(n) + " " + thing + "s"
}

// retriedJSON is what a retry did, for programs.
type retriedJSON struct {
	DryRun   bool       `json:"dry_run"`
	Again    int        `json:"again"`
	Channels int        `json:"channels"`
	Failed   int        `json:"failed"`
	Settled  int        `json:"looked_for"`
	Twice    int        `json:"maybe_twice"`
	Left     []leftJSON `json:"left_out"`
}

type leftJSON struct {
	Count int    `json:"count"`
	Why   string `json:"why"`
}

func retriedRow(done stories.Retried, dry bool) retriedJSON {
	row := retriedJSON{dry, done.Again(), done.Channels, done.Failed, done.Settled, done.Unknown(), []leftJSON{}}
	for _, left := range done.Left {
		row.Left = append(row.Left, leftJSON{left.Count, string(left.Why)})
	}
	return row
}
