package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"storybot/bot/console"
	"storybot/stories/sqlstore"
)

// Without a token the program is tried out. What happens then stays in a database
// of its own, so that the first start with tokens begins with an empty newsroom.
const (
	tryOutFile = "storybot-demo.db"
	// tryOutMark is set in a database that a try-out put the sample story into.
	tryOutMark = "tryout"
)

// useTryOutFile makes the try-out's file the database, unless another one was
// named or a platform is configured.
func (c *config) useTryOutFile() {
	if !c.hasPlatform() && !c.given(databaseSetting) {
		c.databaseURL = newSecret("sqlite:" + tryOutFile)
		_, err := os.Stat(tryOutFile)
		c.tryOutMade = errors.Is(err, fs.ErrNotExist)
	}
}

// dropTryOut takes away the file that this process made where nothing was tried out. It
// is called while the file is open and its lock is held, so that nobody else has it. A
// system that keeps open files keeps it.
func (c *config) dropTryOut(talk *console.Console) {
	if !c.tryOutMade || talk == nil || talk.Interactive() || talk.Heard() {
		return
	}
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		_ = os.Remove(tryOutFile + end)
	}
}

// lookAtTryOut is useTryOutFile for a command that only looks at what there is,
// and where there is nothing else.
func (c *config) lookAtTryOut() {
	if !isFile(defaultFile) && isFile(tryOutFile) {
		c.useTryOutFile()
	}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// nothingToRun is the error of a service without a token.
func nothingToRun(cfg *config) error {
	return wrongSettings{
		what:     "No platform is configured, so there is nothing to run. Set the tokens of at least one in the environment or in " + envFile + ":",
		wrong:    missingTokens(cfg.kits),
		warnings: cfg.warnings,
	}
}

// triedOut is said of a database with the sample of a try-out in it.
const triedOut = "in this database Storybot was tried out without a token, and the sample story and what was done with it are there. Name another one, or remove it to begin with an empty newsroom"

// refuseTryOut refuses a database with the sample of a try-out in it once there
// are tokens: readers would be told of it.
func refuseTryOut(ctx context.Context, cfg *config, store *sqlstore.Store) error {
	mark, err := store.Recall(ctx, tryOutMark)
	if err != nil || mark == "" {
		return err
	}
	return wrongSettings{wrong: []string{databaseSetting + ": " + triedOut}, warnings: cfg.warnings}
}

// seed adds the sample story to a store without any, and marks it.
func seed(ctx context.Context, store *sqlstore.Store) error {
	known, err := store.Suggest(ctx, "", 1)
	if err != nil || len(known) > 0 {
		return err
	}
	if err := store.Remember(ctx, tryOutMark, "yes"); err != nil {
		return err
	}
	return addSample(ctx, store)
}

// historyFile is where the console keeps what was typed: beside the database.
func (c *config) historyFile() string { return c.beside() + ".history" }

// shownFile is where the console keeps the marks of what it printed: there too.
func (c *config) shownFile() string { return c.beside() + ".shown" }

// beside is the database's file; where it has none, the one it would have.
func (c *config) beside() string {
	path, ok := strings.CutPrefix(c.databaseURL.reveal(), "sqlite:")
	if !ok {
		path = defaultFile
	}
	return path
}

// greeting is what a terminal shows first. Each sentence holds for how the program
// was started, and for a terminal where keys edit the line or not.
func (c *config) greeting(edits bool) string {
	keys := "help lists everything, "
	if edits {
		keys = "Tab completes, Up brings earlier lines back, " + keys
	}
	var connected []string
	for _, k := range c.kits {
		if c.uses(k) {
			connected = append(connected, k.Title())
		}
	}
	if len(connected) > 0 {
		return "Storybot, on this terminal beside " + strings.Join(connected, " and ") + ": what you publish here is posted there too, in every channel that follows.\n" +
			"Try /stories. " + keys + "/quit stops the bot, there too."
	}
	begin := "/story " + sampleStory.Slug + ", then /subscribe " + sampleStory.Slug + ", then /update " + sampleStory.Slug + " level:breaking Something happened."
	kept := "what you do is kept in " + tryOutFile + ", which the bot with tokens never reads."
	where := "Nothing leaves this machine: pushes are printed here, and " + kept
	if c.given(databaseSetting) {
		where = "No platform is connected: pushes are printed here. What you do is kept in the database of " + databaseSetting + "."
		begin = "/stories." // the sample is not put where there are others
	}
	return "Storybot, on this terminal. " + where + "\nTry " + begin + "\n" + keys + "/quit leaves."
}

// demoLines is what the demo says: the sample's story is read and followed, and an
// update of it is pushed.
const demoLines = `/story sony-hack
/subscribe sony-hack
/update sony-hack level:breaking Sony Pictures says the film will open on Christmas Day after all, in the cinemas that want it.
/why sony-hack 2
`

// demo plays demoLines for somebody who has nothing to type with: each is shown,
// then its answer and what is pushed. Nothing of it is kept.
func (p *program) demo(ctx context.Context, cfg *config) (err error) {
	dir, err := os.MkdirTemp("", "storybot-demo")
	if err != nil {
		return fmt.Errorf("the demo keeps what it does in a folder of its own until it ends, which cannot be made. Set TMPDIR to a place that can be written to: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	own := *cfg
	own.databaseURL, own.httpAddr, own.tryOutMade = newSecret("sqlite:"+filepath.Join(dir, tryOutFile)), "", false
	if !cfg.given("LOG_LEVEL") {
		own.logLevel = slog.LevelWarn
	}
	fmt.Fprintln(p.hidden.writer(p.stderr), "storybot: no platform is configured, so this is a short demo. "+
		"At a terminal storybot is a chat to try it out; the README says how to connect Discord and Slack.")
	talk := p.console(&own)
	talk.In, talk.Echo = strings.NewReader(demoLines), true
	_, err = p.serve(ctx, &own, talk)
	return err
}

// console is what the console of this process is made of.
func (p *program) console(cfg *config) *console.Config {
	return &console.Config{
		In: p.stdin, Out: p.stdout, Now: wallClock, Zone: cfg.times.zone, History: cfg.historyFile(), Marks: cfg.shownFile(),
		Greeting: cfg.greeting,
		Env:      func(name string) string { value, _ := p.environ.lookup(name); return value },
	}
}
