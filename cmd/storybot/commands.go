package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"storybot/bot/command"
)

// commands is the table of what storybot can be told to do: help, flags and
// arguments of each stand beside what it does.
type commands struct {
	Version kong.VersionFlag `help:"Print the version and leave."`

	Bot botCommand `cmd:"" default:"withargs" hidden:"" help:"Run the bot where a token is set, else try it out on this terminal."`
	Run runCommand `cmd:"" help:"Run the bot on the platforms whose tokens are set."`

	Setup      setupCommand      `cmd:"" help:"Ask for the tokens, try them and write .env."`
	Doctor     doctorCommand     `cmd:"" help:"Look whether what is configured works, and say how to mend what does not."`
	Health     healthCommand     `cmd:"" help:"Ask the running bot whether it is ready."`
	Manifest   manifestCommand   `cmd:"" help:"Print the manifest that an app is created from."`
	Sample     sampleCommand     `cmd:"" help:"Add the sample story sony-hack to the database."`
	Deliveries deliveriesCommand `cmd:"" help:"List what channels are owed, newest first, or have sent once more what failed."`
	Forget     forgetCommand     `cmd:"" help:"Remove what is kept of a person, also while the bot runs."`
	Backup     backupCommand     `cmd:"" help:"Copy the SQLite database to a new file, also while the bot runs."`
	Restore    restoreCommand    `cmd:"" help:"Put such a copy in place of the SQLite database; the bot must not run."`
	Restored   restoredCommand   `cmd:"" help:"Say that the database was put back by other means, before the bot starts on it."`
	Export     exportCommand     `cmd:"" help:"Write all that is in the database to a new file of JSON Lines, also while the bot runs."`
	Import     importCommand     `cmd:"" help:"Read such a file into an empty database; the bot must not run."`
	Env        envCommand        `cmd:"" help:"Print every setting, as an example for a .env file."`
	VersionCmd versionCommand    `cmd:"" name:"version" help:"Print the version, and what it was built from."`
	Help       helpCommand       `cmd:"" help:"Print help, or that of one command."`
}

// startFlags are those of a start of the bot.
type startFlags struct {
	Console bool `help:"Chat with the bot on this terminal too."`
}

type botCommand struct{ startFlags }

// Run runs the bot, or has it tried out.
func (c *botCommand) Run(ctx context.Context, p *program) error { return p.bot(ctx, c.Console) }

type runCommand struct{ startFlags }

// Help shows how it is called.
func (*runCommand) Help() string {
	return `It ends with status 2 where a setting is wrong or every platform refuses its token,
and with 1 where something it needs is away, so that it is worth starting again.

  storybot run
  storybot run --console`
}

// Run runs the bot as a service.
func (c *runCommand) Run(ctx context.Context, p *program) error { return p.service(ctx, c.Console) }

type manifestCommand struct{}

// Help shows how it is called.
func (*manifestCommand) Help() string {
	return `Paste it at https://api.slack.com/apps under Create New App, From a manifest. After
a new version of Storybot paste it under App Manifest, and press Reinstall to
Workspace when Slack offers it.

  storybot manifest
  storybot manifest >manifest.json`
}

// Run prints the manifest.
func (*manifestCommand) Run(p *program) error {
	for _, k := range p.kits {
		if k.Manifest == nil {
			continue
		}
		manifest, err := k.Manifest(p.specs(), command.Menus())
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(p.stdout, "%s\n", strings.TrimSpace(string(manifest))); err != nil {
			return err
		}
	}
	return nil
}

type envCommand struct {
	JSON bool `name:"json" help:"Print a list for programs."`
}

// Help shows how it is called.
func (*envCommand) Help() string {
	return `  storybot env >.env
  storybot env --json`
}

// Run prints the settings.
func (c *envCommand) Run(p *program) error {
	all := allSettings(p.kits)
	if !c.JSON {
		return writeEnvExample(p.stdout, all)
	}
	type row struct {
		Name    string `json:"name"`
		Help    string `json:"help"`
		Default string `json:"default,omitempty"`
		Example string `json:"example,omitempty"`
		Secret  bool   `json:"secret"`
	}
	rows := []row{}
	for _, s := range all {
		rows = append(rows, row{s.name, s.help, s.def, s.example, s.secret})
	}
	return p.printJSON(rows)
}

// printJSON prints what is for programs.
func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.hidden.writer(p.stdout))
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

// Help shows how it is called.
func (*helpCommand) Help() string {
	return `  storybot help doctor
  storybot doctor --help`
}

// Run prints what --help does behind the command.
func (c *helpCommand) Run(ctx context.Context, p *program) error {
	for _, word := range c.Command {
		if strings.HasPrefix(word, "-") {
			return usageError{fmt.Errorf("%q is no command. storybot help lists them", word)}
		}
	}
	return p.dispatch(ctx, append(c.Command, "--help"))
}
