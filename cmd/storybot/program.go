package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"storybot/bot"
	"storybot/bot/command"
	"storybot/stories"
)

// program is what one invocation was given.
type program struct {
	environ environment
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer // unmasked: write to it through hidden
	hidden  *hidden
	loaded  bool // the settings were read, and hidden knows the secret ones

	kits []bot.Kit
	last *slog.Logger // tells the error at the end; nil for a line in words
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// errNotWell is the error of doctor and health, which have said all there is to say.
var errNotWell = errors.New("not all is well")

// Exit statuses.
const (
	exitOK    = 0
	exitFail  = 1
	exitUsage = 2 // the command line or the settings are wrong
)

// run does what args say and returns the exit status. ctx ends at the first
// signal.
func run(ctx context.Context, args []string, env environment, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{environ: env, stdin: stdin, stdout: stdout, stderr: stderr, hidden: new(hidden), kits: platforms()}
	p.hidden.know(p.kits)
	return p.run(ctx, args)
}

func (p *program) run(ctx context.Context, args []string) int {
	err := p.dispatch(ctx, args)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNotWell):
		return exitFail
	}
	if !p.loaded { // a token may have come where none belongs
		_, _ = p.settings()
	}
	var usage usageError
	var wrong wrongSettings
	var refused allRefused
	said := err.Error()
	if !errors.As(err, &usage) && !errors.As(err, &wrong) { // which name commands and settings, and are told of no address
		said = p.hidden.unaddressed(said)
	}
	if p.last != nil {
		p.last.Error(haveStopped, "err", err)
	} else {
		fmt.Fprintf(p.hidden.writer(p.stderr), "storybot: %s\n", said)
	}
	if errors.As(err, &usage) || errors.As(err, &wrong) || errors.As(err, &refused) {
		return exitUsage
	}
	return exitFail
}

// settings reads the settings. From then on hidden knows what must not be shown,
// also when an error is returned; what is right is in the config then too.
func (p *program) settings() (*config, error) {
	p.loaded = true
	return readConfig(p.kits, p.environ, p.hidden)
}

// haveStopped is the last line of a bot's log.
const haveStopped = "storybot has stopped"

// botSettings is settings for a bot, which ends in its log where that is for programs:
// what collects it reads one form.
func (p *program) botSettings() (*config, error) {
	cfg, err := p.settings()
	if cfg.logFormat == "json" {
		p.last = newLog(cfg, slog.LevelError, p.stderr)
	}
	return cfg, err
}

// specs is the table of the bot's commands.
func (p *program) specs() []bot.Spec { return command.Specs() }

// dispatch reads the command line by the table of commands and does what it says.
func (p *program) dispatch(ctx context.Context, args []string) error {
	left := false // nothing is to be done behind help, or the version
	parser, err := p.parser(func(int) { left = true })
	if err != nil {
		return fmt.Errorf("the table of commands is wrong, which is a fault of the program: %w", err)
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") && find(parser.Model.Node, args[0]) == nil {
		return unknownCommand(parser.Model.Node, args[0])
	}
	parsed, err := parser.Parse(args)
	if left {
		return nil
	}
	if err != nil {
		of := "storybot"
		if wrong, is := errors.AsType[*kong.ParseError](err); is && wrong.Context.Selected() != nil && !wrong.Context.Selected().Hidden {
			of = wrong.Context.Selected().FullPath()
		}
		return usageError{fmt.Errorf("%w. %s --help shows what can be said", err, of)}
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(p)
}

// parser is the table of commands, ready to read a command line. exit is called
// when help or the version was asked for and printed.
func (p *program) parser(exit func(int)) (*kong.Kong, error) {
	return kong.New(&commands{},
		kong.Name("storybot"),
		kong.Description("Storybot follows developing news stories and pushes their updates to "+listOf(titles(p.kits))+".\n\n"+
			"Alone, storybot is storybot run where a token is set. Where none is it is a chat on this terminal to try it out, or with the commands of a pipe or file; --console adds that chat to a bot with a token."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(exit),
		kong.Vars{"version": "storybot " + version()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
}

// titles are what people call the platforms.
func titles(kits []bot.Kit) (names []string) {
	for _, k := range kits {
		names = append(names, k.Title())
	}
	return names
}

// listOf is names in a sentence.
func listOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// find is the command of a name, nil when there is none.
func find(root *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(root.Children, func(n *kong.Node) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return root.Children[i]
}

// unknownCommand names the command that was probably meant.
func unknownCommand(root *kong.Node, name string) error {
	meant := ""
	for _, n := range root.Children {
		if !n.Hidden && stories.Distance(name, n.Name, 2) >= 0 {
			meant = ", but there is " + n.Name
		}
	}
	return usageError{fmt.Errorf("there is no command %q%s. storybot help lists them", name, meant)}
}
