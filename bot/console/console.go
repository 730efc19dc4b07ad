// Package console is the platform that needs no account: a chat on this
// terminal or through a pipe. It is the demonstration for a newcomer and what
// the program's own tests talk to.
//
// There is one person at a time, who may change their name (/as) and their
// channel (/join); pushes to any console channel are printed under the
// channel's name. talk.go hears what is typed, own.go are the console's own
// commands, form.go asks for what a form asks, push.go prints what is pushed, draw.go lays messages out in lines and
// line.go breaks these into rows. There are three ways to a reader: terminal.go,
// with the line that is edited there (editor.go, tab.go, complete.go, history.go),
// dumb.go and pipe.go.
//
// From a pipe, one command a line, output is stable: after each line the
// answer is printed first, then every push that is due, and only then is the
// next line read.
package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"storybot/bot"
	"storybot/stories"
)

// Platform is the name of the platform, its lane and its address prefix.
const Platform = "console"

// FirstUser and FirstChannel are who speaks, and where, until /as and /join.
const (
	FirstUser    = "editor"
	FirstChannel = "#general"
)

// Config is what a Console is made of. In, Out and Specs are required.
type Config struct {
	In    io.Reader
	Out   io.Writer
	Specs []bot.Spec // for /help, completion and two-word commands
	// Settled waits until every push that is due now has been sent. It is
	// called after each line that comes from a pipe, and at the end of input; last is
	// the end of a pipe, where what goes out once nobody has undone it is waited for.
	Settled func(ctx context.Context, last bool) error
	Log     *slog.Logger     // discards by default
	Now     func() time.Time // the wall clock; time.Now by default
	// Greeting makes what is printed before the first prompt of a terminal; nil for
	// nothing. edits says whether keys such as Tab and Up do something there.
	Greeting func(edits bool) string
	// Echo shows each line from a pipe behind the prompt, before its answer.
	Echo bool
	// Env is what the process was started with, as os.Getenv reads it: TERM and
	// NO_COLOR say what a terminal can show. os.Getenv by default.
	Env func(name string) string
	// History is the file that keeps what was typed at a terminal between runs; ""
	// for none. What Private says true of is not kept, nor is what looks like a code
	// or a token.
	History string
	Private func(line string) bool
}

// Console is a bot.Platform for one person at one terminal or pipe.
type Console struct {
	config Config
	screen screen
	began  time.Time
	keys   string // prefix of request keys, unlike in every other process

	// turn is held by whoever prints: a command until its answer is out, a
	// push while it is printed. It also guards what follows.
	turn    chan struct{}
	asked   int
	user    string
	channel string
	buttons []bot.Button
	place   stories.Destination // where buttons are
	printed []string            // keys of the newest pushes
	unended []bot.Reply         // answers from a pipe that go on at its end
	form    *filling            // that is being filled in; nil for none

	mu     sync.Mutex // guards what follows
	up     bool
	since  time.Time
	joined []string // channels seen, for completion
	heard  bool

	live sync.WaitGroup
}

// A screen reads lines and prints texts that may arrive while a line is typed.
type screen interface {
	// readLine returns the next line without its line break; errTooLong for
	// one that does not fit, with the rest of it skipped, io.EOF at the end.
	readLine() (string, error)
	setPrompt(string)
	// print shows lines and an empty one below them.
	print([]line) error
	// above writes log output without breaking the line being typed; false
	// when this screen does not care.
	above(p []byte) bool
	// interactive says that a person sits at it.
	interactive() bool
	open() error
	close() error
}

var errTooLong = errors.New("line too long")

// New returns a Console that talks through c.In and c.Out: with line editing
// when both are terminals that can do it, line by line otherwise.
func New(c Config) *Console {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Env == nil {
		c.Env = os.Getenv
	}
	in, inOK := c.In.(*os.File)
	out, outOK := c.Out.(*os.File)
	console := &Console{
		config: c, began: time.Now(), since: time.Now(), keys: rand.Text()[:12], turn: make(chan struct{}, 1),
		user: FirstUser, channel: FirstChannel, joined: []string{FirstChannel},
	}
	kind := c.Env("TERM")
	switch {
	case !inOK || !outOK || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())):
		console.screen = newPipe(c.In, c.Out, c.Echo)
	case kind == "" || kind == "dumb": // nothing is known of what it can do
		console.screen = newDumb(in, out)
	default:
		// https://no-color.org: set to anything, it asks for text without colours. What
		// is shown in bold is shown plainly too.
		t := newTerminal(in, out, c.Env("NO_COLOR") == "")
		t.history = func() *history { return openHistory(c.History, c.Private) }
		t.parts = console.parts
		console.screen = t
	}
	return console
}

// Name is bot.Platform's.
func (c *Console) Name() string { return Platform }

// Interactive says that a person sits at a terminal.
func (c *Console) Interactive() bool { return c.screen.interactive() }

// Heard says whether any line has come from the input, be it an empty one.
func (c *Console) Heard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard
}

// Health is bot.Platform's: up while Run reads.
func (c *Console) Health() []bot.Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	detail := "reads from a pipe"
	if c.Interactive() {
		detail = "talks to a terminal"
	}
	return []bot.Health{{ID: Platform, Connection: Platform, Lane: Platform, Title: Refs().Title, Up: c.up, Since: c.since, Detail: detail}}
}

// LogWriter returns where the process may log to: w, or the terminal above the line
// being typed while there is one and w is a terminal too.
func (c *Console) LogWriter(w io.Writer) io.Writer { return logWriter{c, w} }

type logWriter struct {
	console *Console
	w       io.Writer
}

func (l logWriter) Write(p []byte) (int, error) {
	if f, ok := l.w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && l.console.screen.above(p) {
		return len(p), nil
	}
	return l.w.Write(p)
}

// Run reads lines and answers them with h. It returns nil when ctx ends, and
// also at the end of the input or /quit, once everything due has been printed.
func (c *Console) Run(ctx context.Context, h bot.Handler) error {
	if t, ok := c.screen.(*terminal); ok {
		t.complete = func(line string) []string { return c.complete(ctx, h, line) }
	}
	if c.Interactive() && c.config.Greeting != nil {
		_, edits := c.screen.(*terminal)
		if err := c.screen.print(lines(c.config.Greeting(edits), 0)); err != nil {
			return err
		}
	}
	if err := c.screen.open(); err != nil {
		return fmt.Errorf("open the terminal: %w", err)
	}
	defer c.screen.close()
	ctx, cancel := context.WithCancel(ctx)
	defer c.live.Wait()
	defer cancel()
	c.setUp(true)
	defer c.setUp(false)
	return c.converse(ctx, h)
}

func (c *Console) setUp(up bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up, c.since = up, time.Now()
}

type input struct {
	line string
	err  error
}

// converse asks for one line after another. The goroutine that reads is the
// only one nobody waits for: a read from a pipe cannot be interrupted, so at a
// signal it stays behind until the process ends or a line arrives.
func (c *Console) converse(ctx context.Context, h bot.Handler) error {
	next, lines := make(chan struct{}), make(chan input, 1)
	defer close(next)
	go func() {
		for range next {
			line, err := c.screen.readLine()
			lines <- input{line, err}
		}
	}()
	for {
		c.screen.setPrompt(c.prompt())
		next <- struct{}{}
		select {
		case <-ctx.Done():
			return nil
		case in := <-lines:
			if errors.Is(in.err, io.EOF) {
				return c.finish(ctx)
			}
			c.mu.Lock()
			c.heard = true
			c.mu.Unlock()
			if quit, err := c.hear(ctx, h, in); quit || err != nil {
				return errors.Join(err, c.finish(ctx))
			}
		}
	}
}

// prompt is what stands before the line that is typed: who speaks and where, or what
// is asked for.
func (c *Console) prompt() string {
	if f := c.form; f != nil {
		return f.form.Fields[f.at].Label + "> "
	}
	return c.user + " " + c.channel + "> "
}

// finish waits for what is due now, as the last thing before the end.
func (c *Console) finish(ctx context.Context) error {
	if err := c.settled(ctx, !c.Interactive()); err != nil {
		return ignoreStop(ctx, err)
	}
	for _, reply := range c.unended {
		if err := c.ended(ctx, reply); err != nil {
			return ignoreStop(ctx, err)
		}
	}
	return nil
}

func (c *Console) settled(ctx context.Context, last bool) error {
	if c.config.Settled == nil {
		return nil
	}
	return c.config.Settled(ctx, last)
}

// take waits for the turn to print.
func (c *Console) take(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Console) give() { <-c.turn }

// here is the channel the person is in.
func (c *Console) here() stories.Destination {
	return stories.Destination{Platform: Platform, Channel: c.channel}
}
