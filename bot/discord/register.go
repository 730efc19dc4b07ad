package discord

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// command is a command as Discord registers it
// (https://discord.com/developers/docs/interactions/application-commands#application-command-object).
// Of the library's type its own fields would be sent too. Its page says that
// default_member_permissions is a string; Discord's description of its API,
// which says a number, is wrong there.
type command struct {
	Type             discordgo.ApplicationCommandType `json:"type"`
	Name             string                           `json:"name"`
	Description      string                           `json:"description"`
	Options          []commandOption                  `json:"options,omitempty"`
	Permissions      word                             `json:"default_member_permissions,omitempty"` // decimal
	Contexts         []int                            `json:"contexts"`
	IntegrationTypes []int                            `json:"integration_types"`
}

type commandOption struct {
	Type         discordgo.ApplicationCommandOptionType `json:"type"`
	Name         string                                 `json:"name"`
	Description  string                                 `json:"description"`
	Required     bool                                   `json:"required,omitempty"`
	Autocomplete bool                                   `json:"autocomplete,omitempty"`
	MaxLength    int                                    `json:"max_length,omitempty"`
	Choices      []suggestion                           `json:"choices,omitempty"`
	Options      []commandOption                        `json:"options,omitempty"`
}

// define makes Discord's commands of the table: "desk track" becomes a
// subcommand of desk. All are offered in servers and in direct messages with
// the bot. An entry in the menu of a message is a command too.
func define(specs []bot.Spec, entries []bot.MenuSpec) ([]command, error) {
	var list []command
	split := map[string]bool{} // commands so far: with subcommands?
	for _, s := range specs {
		name, sub, isSub := strings.Cut(s.Name, " ")
		at := slices.IndexFunc(list, func(c command) bool { return c.Name == name })
		if at >= 0 && !(isSub && split[name]) {
			return nil, fmt.Errorf("discord: the command %q is there twice, or with and without subcommands", s.Name)
		}
		if at < 0 {
			split[name] = isSub
			list = append(list, command{
				Type: discordgo.ChatApplicationCommand, Name: name, Description: s.Summary,
				Contexts:         []int{int(discordgo.InteractionContextGuild), int(discordgo.InteractionContextBotDM)},
				IntegrationTypes: []int{int(discordgo.ApplicationIntegrationGuildInstall)},
			})
			at = len(list) - 1
		}
		c := &list[at]
		if isSub {
			c.Description = "Commands of " + name + "."
			c.Options = append(c.Options, commandOption{
				Type: discordgo.ApplicationCommandOptionSubCommand, Name: sub, Description: s.Summary, Options: options(s),
			})
			continue
		}
		c.Options = options(s)
		if s.Manages {
			c.Permissions = word(strconv.FormatInt(discordgo.PermissionManageChannels, 10))
		}
	}
	for _, e := range entries {
		if !e.OnMessage {
			continue // Discord has no menu for what belongs to nothing
		}
		if e.Label == "" || bot.Units(e.Label) > maxCommandName {
			return nil, fmt.Errorf("discord: %q is no name for an entry in a menu", e.Label)
		}
		list = append(list, command{
			Type: discordgo.MessageApplicationCommand, Name: e.Label,
			Contexts:         []int{int(discordgo.InteractionContextGuild), int(discordgo.InteractionContextBotDM)},
			IntegrationTypes: []int{int(discordgo.ApplicationIntegrationGuildInstall)},
		})
	}
	for _, c := range list {
		if c.Type == discordgo.MessageApplicationCommand {
			continue // it has a name and nothing else
		}
		if err := c.check(); err != nil {
			return nil, err
		}
	}
	if len(list) > maxCommands {
		return nil, fmt.Errorf("discord: %d commands are more than Discord's %d", len(list), maxCommands)
	}
	return list, nil
}

// options makes options of a command's arguments, in the order that help shows:
// required ones first, as Discord insists.
func options(s bot.Spec) []commandOption {
	var list []commandOption
	for _, a := range s.Apart() {
		o := commandOption{
			Type: discordgo.ApplicationCommandOptionString, Name: a.Name, Description: a.Summary,
			Required: a.Required || a.Insist, Autocomplete: a.Completes && len(a.Choices) == 0, MaxLength: min(a.MaxLength, maxOptionLength),
		}
		switch { // Discord's own pickers, which take no other setting
		case a.Person:
			o.Type, o.Autocomplete, o.MaxLength = discordgo.ApplicationCommandOptionUser, false, 0
		case a.Role:
			o.Type, o.Autocomplete, o.MaxLength = discordgo.ApplicationCommandOptionRole, false, 0
		}
		for _, c := range a.Choices {
			o.Choices = append(o.Choices, suggestion{c.Label, c.Value})
		}
		list = append(list, o)
	}
	return list
}

// linkOptions are the names of the options that take links.
func linkOptions(specs []bot.Spec) map[string]bool {
	names := map[string]bool{}
	for _, s := range specs {
		for _, a := range s.Args {
			if a.TakesLinks() {
				names[a.Name] = true
			}
		}
	}
	return names
}

// check finds what Discord would refuse.
func (c command) check() error {
	chars := 0
	count := func(texts ...string) {
		for _, t := range texts {
			chars += bot.Units(t)
		}
	}
	var err error
	var walk func(path, name, description string, list []commandOption)
	walk = func(path, name, description string, list []commandOption) {
		count(name, description)
		switch {
		case err != nil:
		case name == "" || name != strings.ToLower(name) || bot.Units(name) > maxCommandName || strings.ContainsAny(name, " /:"):
			err = fmt.Errorf("discord: %q is no name for a command or an option", path)
		case description == "" || bot.Units(description) > maxSummary:
			err = fmt.Errorf("discord: the summary of %q has to have 1 to %d characters", path, maxSummary)
		case len(list) > maxOptions:
			err = fmt.Errorf("discord: %q has more than %d options", path, maxOptions)
		}
		for _, o := range list {
			if len(o.Choices) > maxOptions {
				err = fmt.Errorf("discord: %q has more than %d choices", path+" "+o.Name, maxOptions)
			}
			for _, c := range o.Choices {
				count(c.Name, c.Value)
				if c.Name == "" || bot.Units(c.Name) > maxChoice || bot.Units(c.Value) > maxChoice {
					err = fmt.Errorf("discord: a choice of %q has to have 1 to %d characters", path+" "+o.Name, maxChoice)
				}
			}
			walk(path+" "+o.Name, o.Name, o.Description, o.Options)
		}
	}
	walk(c.Name, c.Name, c.Description, c.Options)
	if err == nil && chars > maxCommandChars {
		err = fmt.Errorf("discord: the command %q has %d characters in all, more than %d", c.Name, chars, maxCommandChars)
	}
	return err
}
