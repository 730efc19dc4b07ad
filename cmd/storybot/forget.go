package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

type forgetCommand struct {
	Person string `arg:"" help:"Who: their platform and id, such as discord:80351110224678912 or slack:T012AB3CD/U024BE7LH."`
	surely
}

// Help shows how it is called.
func (*forgetCommand) Help() string {
	return `Removed are what they are called, how far they read, their drafts, their role, and their
direct message with the bot with what it follows. What the record needs stays, of one who
is called a former member: what they wrote for readers, and lines of the log. Messages
that were delivered stay as they are. It goes on beside a running bot, and is not undone.

  storybot forget --dry-run discord:80351110224678912
  storybot forget slack:T012AB3CD/U024BE7LH`
}

// Run forgets a person.
func (c *forgetCommand) Run(ctx context.Context, p *program) error {
	if err := c.check(); err != nil {
		return err
	}
	return p.beside(ctx, func(ctx context.Context, cfg *config, store *sqlstore.Store) error {
		admins := map[string]bool{}
		for _, ref := range cfg.admins {
			admins[ref] = true
		}
		u := stories.User{Ref: strings.TrimSpace(c.Person)}
		if err := stories.CheckForget(admins, u); err != nil {
			return usageError{err}
		}
		done, err := store.PlanForget(ctx, u.Ref)
		if err != nil {
			return fmt.Errorf("forget a person: %w", err)
		}
		if !done.Any() && bot.CheckPerson(people(p.kits), u.Ref) != nil {
			return usageError{fmt.Errorf("%q names nobody. %s", bot.OneLine(u.Ref), howPeopleAreWritten(p.kits))}
		}
		return c.forget(ctx, p, store, u, done, len(admins) > 0)
	})
}

// forget asks and does it.
func (c *forgetCommand) forget(ctx context.Context, p *program, store *sqlstore.Store, u stories.User, plan stories.Forgotten, others bool) error {
	out := p.hidden.writer(p.stdout)
	if c.DryRun || !plan.Any() {
		if c.JSON {
			return p.printJSON(forgottenRow(plan, c.DryRun))
		}
		return tellForgotten(out, plan, "Nothing was changed.")
	}
	if !c.JSON && !c.Yes {
		if err := tellForgotten(out, plan, "Messages that were delivered stay as they are."); err != nil {
			return err
		}
	}
	if yes, err := c.meant(ctx, p, "Forget them? This cannot be undone."); err != nil || !yes {
		return err
	}
	done, err := store.Forget(ctx, operatorsAct(), u.Ref, others)
	if stories.CodeOf(err) == stories.CodeInvalid {
		return usageError{err}
	}
	if err != nil {
		return fmt.Errorf("forget a person: %w", err)
	}
	if c.JSON {
		return p.printJSON(forgottenRow(done, false))
	}
	_, err = fmt.Fprintf(out, "Forgotten. What is left of them is %s's: %s, %s.\n", stories.FormerName, countOf(done.Wordings, "wording"), countOf(done.Lines, "line")+" of the log")
	return err
}

// tellForgotten says what is kept of somebody.
func tellForgotten(out io.Writer, f stories.Forgotten, end string) error {
	if !f.Any() {
		_, err := fmt.Fprintln(out, "Nothing is kept of this person; nothing was changed.")
		return err
	}
	role := ""
	if f.Role != stories.Reader {
		role = "their role as " + f.Role.String() + ", "
	}
	_, err := fmt.Fprintf(out, "To be removed: %s%s, %s, %s, %s with %s.\nTo be kept as %s's: %s of updates, %s of the log, %s for channels, the schedule and the desk.\n%s\n",
		role, countOf(f.Names, "name"), countOf(f.Marks, "read mark"), countOf(f.Drafts, "draft"), countOf(f.Direct, "direct message"), countOf(f.Subscriptions, "subscription"),
		stories.FormerName, countOf(f.Wordings, "wording"), countOf(f.Lines, "line"), countOf(f.Chosen, "choice"), end)
	return err
}

// forgottenJSON is what a forgetting did, for programs.
type forgottenJSON struct {
	DryRun        bool   `json:"dry_run"`
	Changed       bool   `json:"changed"`
	Role          string `json:"role"`
	Names         int    `json:"names"`
	Marks         int    `json:"read_marks"`
	Drafts        int    `json:"drafts"`
	Direct        int    `json:"direct_messages"`
	Subscriptions int    `json:"subscriptions"`
	Wordings      int    `json:"kept_wordings"`
	Lines         int    `json:"kept_log_lines"`
	Chosen        int    `json:"kept_choices"`
}

func forgottenRow(f stories.Forgotten, dry bool) forgottenJSON {
	return forgottenJSON{dry, f.Changed, f.Role.String(), f.Names, f.Marks, f.Drafts, f.Direct, f.Subscriptions, f.Wordings, f.Lines, f.Chosen}
}
