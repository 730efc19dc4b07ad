// Package console is the platform that needs no account: a chat on this
// terminal or through a pipe. It is the demonstration for a newcomer and what
// the program's own tests talk to.
//
// There is one person at a time (person.go), who may change their name (/as) and their
// channel (/join); pushes to any console channel are printed under the
// channel's name. reading.go reads line after line, talk.go hears them, words.go knows
// what they may say, own.go are the console's own commands, form.go asks for what a form
// asks. asking.go has the bot answer, ends.go tells how that ended. push.go prints what
// is pushed; all is printed on page.go, which keeps the numbers to press (numbers.go);
// draw.go lays messages out in lines and line.go breaks these into rows. There are three
// ways to a reader: terminal.go, with the line that is edited there (editor.go,
// typing.go, tab.go, complete.go, history.go), dumb.go and pipe.go.
//
// From a pipe, one command a line, output is stable: after each line the
// answer is printed first, then every push that is due, and only then is the
// next line read.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"storybot/bot"
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
	// Leaving is said at a terminal that is left, where it is not ""; nil says nothing.
	Leaving func(ctx context.Context) string
	Log     *slog.Logger     // discards by default
	Now     func() time.Time // the wall clock; time.Now by default
	Zone    *time.Location   // in which times are shown; UTC by default
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
	// Marks is the file that keeps which pushes were printed, and in which wording, as
	// sums: what a process that is killed had printed is not printed again. "" for none.
	Marks string
}

// Console is a bot.Platform for one person at one terminal or pipe.
type Console struct {
	*sender
	config Config
	screen screen
	state  *state
	talk   *conversation
}

// A screen reads lines and prints texts that may arrive while a line is typed.
type screen interface {
	// readLine returns the next line without its line break; errTooLong for
	// one that does not fit, with the rest of it skipped, io.EOF at the end.
	readLine() (string, error)
	setPrompt(prompt)
	// print shows lines and an empty one below them.
	print([]line) error
	// above writes log output without breaking the line being typed; false
	// when this screen does not care.
	above(p []byte) bool
	// interactive says that a person sits at it.
	interactive() bool
	// open begins: nothing is read before. close ends what open began, and has a
	// readLine that waits return.
	open() error
	close() error
}

// prompt is what stands before the line that is typed.
type prompt struct {
	shown string
	// holds is what an empty line keeps; "" for nothing. Where a line can be edited, it
	// can be brought into it.
	holds string
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
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Env == nil {
		c.Env = os.Getenv
	}
	screen := newScreen(c)
	page := newPage(screen, c.Zone)
	console := &Console{
		sender: &sender{page: page, began: time.Now(), now: c.Now, marks: openMarks(c.Marks)},
		config: c, screen: screen, state: &state{since: time.Now()}, talk: newConversation(c, page),
	}
	if t, ok := screen.(*terminal); ok {
		t.parts = console.talk.words.parts
	}
	return console
}

// newScreen is the way to who reads what c.Out shows.
func newScreen(c Config) screen {
	in, inOK := c.In.(*os.File)
	out, outOK := c.Out.(*os.File)
	kind := c.Env("TERM")
	switch {
	case !inOK || !outOK || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())):
		return newPipe(c.In, c.Out, c.Echo)
	case kind == "" || kind == "dumb": // nothing is known of what it can do
		return newDumb(in, out)
	}
	// https://no-color.org: set to anything, it asks for text without colours. What
	// is shown in bold is shown plainly too.
	t := newTerminal(in, out, c.Env("NO_COLOR") == "")
	t.history = func() *history { return openHistory(c.History, c.Private) }
	return t
}

// Name is bot.Platform's.
func (c *Console) Name() string { return Platform }

// Interactive says that a person sits at a terminal.
func (c *Console) Interactive() bool { return c.screen.interactive() }

// Heard says whether any line has come from the input, be it an empty one.
func (c *Console) Heard() bool {
	_, _, heard := c.state.now()
	return heard
}

// Health is bot.Platform's: up while Run reads.
func (c *Console) Health() []bot.Health {
	up, since, _ := c.state.now()
	detail := "reads from a pipe"
	if c.Interactive() {
		detail = "talks to a terminal"
	}
	return []bot.Health{{ID: Platform, Connection: Platform, Lane: Platform, Title: Refs().Title, Up: up, Since: since, Detail: detail}}
}

// state is how the console is, for whoever asks meanwhile.
type state struct {
	mu    sync.Mutex // guards what follows
	up    bool
	since time.Time
	heard bool
}

func (s *state) now() (up bool, since time.Time, heard bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up, s.since, s.heard
}

func (s *state) set(up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up, s.since = up, time.Now()
}

func (s *state) hears() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = true
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
// also at the end of the input or /quit, once everything due has been printed. What was
// typed into a form that is open then is kept. Config.In is closed where reading from it
// cannot be interrupted otherwise.
func (c *Console) Run(ctx context.Context, h bot.Handler) error {
	t, edits := c.screen.(*terminal)
	if edits {
		t.complete = func(line string) []string { return c.complete(ctx, h, line) }
	}
	if c.Interactive() && c.config.Greeting != nil {
		if err := c.screen.print(lines(c.config.Greeting(edits), 0)); err != nil {
			return err
		}
	}
	if err := c.screen.open(); err != nil {
		return fmt.Errorf("open the terminal: %w", err)
	}
	c.state.set(true)
	defer c.state.set(false)
	return c.converse(ctx, h)
}

// complete returns what the last word of line may become.
func (c *Console) complete(ctx context.Context, h bot.Handler, line string) []string {
	return (&completer{words: c.talk.words, person: c.talk.person, handler: h}).line(ctx, line)
}
