package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"storybot/bot/command"
	"storybot/bot/slack"
)

// program is what one invocation was given.
type program struct {
	environ environment
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer // unmasked: write to it through hidden
	hidden  *hidden
	loaded  bool // the settings were read, and hidden knows the secret ones

	platforms []chatPlatform
}

// subcommand is something storybot can be told to do.
type subcommand struct {
	name    string
	usage   string // its flags
	summary string
	run     func(p *program, ctx context.Context, args []string) error
}

func subcommands() []subcommand {
	return []subcommand{
		{"", "[--console]", "with a token run the bot, as storybot run does; without any try it out on this terminal, or with the commands of a pipe or file", (*program).bot},
		{"run", "[--console]", "run the bot on Discord and Slack as far as tokens are set, and with --console on this terminal too", (*program).service},
		{"manifest", "", "print the manifest to create the Slack app from", (*program).manifest},
		{"sample", "", "add the sample story sony-hack to the database", (*program).sample},
		{"deliveries", "[--state STATE] [--lane LANE] [--limit N]", "list what channels are owed, newest first", (*program).deliveries},
		{"backup", "FILE", "copy the SQLite database to a new file, also while the bot runs", (*program).backup},
		{"restore", "FILE", "put such a copy in place of the SQLite database, which is kept beside it; the bot must not run", (*program).restore},
		{"restored", "", "say that the database was put back by other means, such as the snapshot of a machine, before the bot starts on it", (*program).restored},
		{"env", "", "print every setting, as an example for a .env file", (*program).env},
		{"version", "", "print the version", (*program).version},
		{"help", "", "print this", (*program).help},
	}
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// Exit statuses.
const (
	exitOK    = 0
	exitFail  = 1
	exitUsage = 2 // the command line or the settings are wrong
)

// run does what args say and returns the exit status. ctx ends at the first
// signal.
func run(ctx context.Context, args []string, env environment, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{environ: env, stdin: stdin, stdout: stdout, stderr: stderr, hidden: new(hidden), platforms: platforms()}
	return p.run(ctx, args)
}

func (p *program) run(ctx context.Context, args []string) int {
	err := p.dispatch(ctx, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if !p.loaded { // a token may have come where none belongs
		_, _ = p.settings()
	}
	fmt.Fprintf(p.hidden.writer(p.stderr), "storybot: %v\n", err)
	var usage usageError
	var wrong wrongSettings
	var refused allRefused
	if errors.As(err, &usage) || errors.As(err, &wrong) || errors.As(err, &refused) {
		return exitUsage
	}
	return exitFail
}

// settings reads the settings. From then on hidden knows what must not be shown,
// also when an error is returned.
func (p *program) settings() (*config, error) {
	p.loaded = true
	return loadConfig(p.environ, p.hidden)
}

func (p *program) dispatch(ctx context.Context, args []string) error {
	name := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	for _, s := range subcommands() {
		if s.name == name {
			return s.run(p, ctx, args)
		}
	}
	return usageError{fmt.Errorf("there is no command %q. storybot help lists them", name)}
}

// flags returns an empty set of flags for a subcommand, which reports mistakes
// as errors and prints nothing but help.
func (p *program) flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() { _ = p.help(context.Background(), nil) }
	return set
}

// parse reads args into set. Nothing may be left over.
func parse(set *flag.FlagSet, args []string) error {
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return usageError{fmt.Errorf("%w. storybot help shows the flags", err)}
	case set.NArg() > 0:
		return usageError{fmt.Errorf("%q is too much. storybot help shows what can be said", set.Arg(0))}
	}
	return nil
}

func (p *program) help(context.Context, []string) error {
	fmt.Fprint(p.stdout, "Storybot follows developing news stories and pushes their updates to Discord and Slack.\n\n")
	for _, s := range subcommands() {
		fmt.Fprintf(p.stdout, "  %s\n      %s\n", strings.Join(strings.Fields("storybot "+s.name+" "+s.usage), " "), s.summary)
	}
	_, err := fmt.Fprint(p.stdout, "\nSettings come from the environment and from .env; storybot env prints them all.\n")
	return err
}

func (p *program) env(_ context.Context, args []string) error {
	if err := parse(p.flags("env"), args); err != nil {
		return err
	}
	return writeEnvExample(p.stdout)
}

func (p *program) version(_ context.Context, args []string) error {
	if err := parse(p.flags("version"), args); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.stdout, "storybot", version())
	return err
}

// version is the module's version as the build recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func (p *program) manifest(_ context.Context, args []string) error {
	if err := parse(p.flags("manifest"), args); err != nil {
		return err
	}
	manifest, err := slack.Manifest(command.Specs(), command.Menus())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", strings.TrimSpace(string(manifest)))
	return err
}
