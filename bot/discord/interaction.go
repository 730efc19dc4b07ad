package discord

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// interaction is what the bot reads of an INTERACTION_CREATE
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object).
// The library's own type cannot be used: a component it does not know, on
// whatever message the interaction came from, costs it the id and the token.
type interaction struct {
	ID             string                    `json:"id"`
	ApplicationID  string                    `json:"application_id"`
	Type           discordgo.InteractionType `json:"type"`
	Token          string                    `json:"token"`
	GuildID        string                    `json:"guild_id"`
	ChannelID      string                    `json:"channel_id"`
	AppPermissions word                      `json:"app_permissions"`
	Channel        struct {
		ID   string                `json:"id"`
		Type discordgo.ChannelType `json:"type"`
	} `json:"channel"`
	Member struct {
		Nick        string `json:"nick"`
		Permissions word   `json:"permissions"`
		User        user   `json:"user"`
	} `json:"member"`
	User user            `json:"user"`
	Data json.RawMessage `json:"data"`
}

type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
}

// data is what was typed or pressed.
type data struct {
	Name     string                           `json:"name"`
	Type     discordgo.ApplicationCommandType `json:"type"`
	Options  []option                         `json:"options"`
	CustomID string                           `json:"custom_id"`
	Values   []string                         `json:"values"`
}

// option is a typed option, or a subcommand with its own.
type option struct {
	Name    string                                 `json:"name"`
	Type    discordgo.ApplicationCommandOptionType `json:"type"`
	Value   json.RawMessage                        `json:"value"`
	Options []option                               `json:"options"`
	Focused bool                                   `json:"focused"`
}

// parse reads an interaction as far as it can be understood. It needs an id and
// a token, without which nothing can be answered.
func parse(raw json.RawMessage) (i *interaction, ok bool) {
	i = &interaction{}
	if decode(raw, i) != nil {
		return nil, false
	}
	return i, i.ID != "" && i.Token != ""
}

// base is the command without what was asked.
func (i *interaction) base() bot.Command {
	who, name := i.User, i.Member.Nick
	if i.Member.User.ID != "" {
		who = i.Member.User
	}
	c := bot.Command{
		Key:   platformName + ":" + i.ID,
		Where: stories.Destination{Platform: platformName, Workspace: i.GuildID, Channel: cmp.Or(i.ChannelID, i.Channel.ID)},
		Lane:  laneName,
		User:  stories.User{Ref: platformName + ":" + who.ID, Name: cmp.Or(name, who.GlobalName, who.Username, who.ID)},
	}
	c.Asker = asker{i, c.User.Name}
	return c
}

// command turns i into what was asked. ok is false for what the bot does not
// offer; focused is the option being typed, in an autocomplete.
func (i *interaction) command() (c bot.Command, focused option, ok bool) {
	var d data
	if decode(i.Data, &d) != nil {
		return c, focused, false
	}
	c = i.base()
	switch i.Type {
	case discordgo.InteractionMessageComponent:
		action, arg := parseCustomID(d.CustomID)
		if len(d.Values) > 0 {
			arg = d.Values[0]
		}
		c.Input = bot.Press{Action: bot.Action(action), Arg: arg}
		return c, focused, true
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete:
		if d.Name == "" || d.Type > discordgo.ChatApplicationCommand {
			return c, focused, false
		}
		in := bot.Options{Name: d.Name, Values: map[string]string{}}
		options := d.Options
		for len(options) > 0 && (options[0].Type == discordgo.ApplicationCommandOptionSubCommand || options[0].Type == discordgo.ApplicationCommandOptionSubCommandGroup) {
			in.Name += " " + options[0].Name
			options = options[0].Options
		}
		for _, o := range options {
			in.Values[o.Name] = o.text()
			if o.Focused {
				focused = o
			}
		}
		c.Input = in
		return c, focused, true
	}
	return c, focused, false
}

// nameOf is the name of a command with typed options.
func nameOf(in bot.Input) string {
	options, _ := in.(bot.Options)
	return options.Name
}

// text is the option's value: a string as it is, anything else as it was
// written. A user, chosen or mentioned, becomes their stories.User.Ref.
func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		if s = string(bytes.TrimSpace(o.Value)); s == "null" {
			return ""
		}
		return s
	}
	if o.Type == discordgo.ApplicationCommandOptionUser && s != "" {
		return platformName + ":" + s
	}
	inner, found := strings.CutPrefix(strings.TrimSpace(s), "<@")
	if id := strings.TrimSuffix(strings.TrimPrefix(inner, "!"), ">"); found && isSnowflake(id) {
		return platformName + ":" + id
	}
	return s
}
