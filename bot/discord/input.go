package discord

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// data is what was typed, pressed, submitted or chosen.
type data struct {
	Name       string          `json:"name"`
	Type       kind            `json:"type"`
	Options    []option        `json:"options"`
	CustomID   word            `json:"custom_id"`
	Component  kind            `json:"component_type"`
	Values     []word          `json:"values"`
	Components json.RawMessage `json:"components"`
	Resolved   resolved        `json:"resolved"`
	TargetID   word            `json:"target_id"`
}

// option is a typed option, or a subcommand with its own.
type option struct {
	Name    string          `json:"name"`
	Type    kind            `json:"type"`
	Value   json.RawMessage `json:"value"`
	Options []option        `json:"options"`
	Focused truth           `json:"focused"`
}

func (o option) is(t discordgo.ApplicationCommandOptionType) bool { return o.Type.is(int(t)) }

// asked is a command, and whom it mentions: its input is without them until
// their names are known.
type asked struct {
	bot.Command
	mentions reader
	focused  option // being typed, in an autocomplete
}

// command turns i into what was asked. ok is false for what the bot does not
// offer.
func (s *serving) command(i *interaction) (c asked, ok bool) {
	var d data
	if decode(i.Data, &d) != nil {
		return c, false
	}
	if c.Command, ok = s.base(i); !ok {
		return c, false
	}
	r := &c.mentions
	if i.where() == inServer {
		r.guild = string(i.GuildID)
	}
	r.resolved, r.links = d.Resolved, s.p.links
	who, _ := i.asks()
	if i.Member != nil {
		r.resolved.know(who, i.Member.Nick)
	} else {
		r.resolved.know(who, "")
	}
	switch {
	case i.is(discordgo.InteractionMessageComponent):
		c.Input = pressed(d)
	case i.is(discordgo.InteractionModalSubmit):
		c.Input = submitted(d, r)
	case i.is(discordgo.InteractionApplicationCommandAutocomplete):
		name, _ := d.leaf()
		c.Input, c.focused = bot.Options{Name: name}, focusedOf(d)
	case i.is(discordgo.InteractionApplicationCommand):
		switch {
		case d.Name == "":
			return c, false
		case d.Type.is(int(discordgo.MessageApplicationCommand)):
			chosen, ok := i.chosen(d, r)
			c.Input = bot.Menu{Name: cmp.Or(s.p.menus.names[d.Name], d.Name), Message: chosen}
			return c, ok
		case d.Type.legal && d.Type.n > int(discordgo.ChatApplicationCommand):
			return c, false
		}
		c.Input = typedOptions(d, r)
	default:
		return c, false
	}
	return c, true
}

// mentioning is in with what it mentions.
func mentioning(in bot.Input, list []bot.Mention) bot.Input {
	switch in := in.(type) {
	case bot.Options:
		in.Mentions = list
		return in
	case bot.Submission:
		in.Mentions = list
		return in
	case bot.Menu:
		if in.Message != nil {
			chosen := *in.Message
			chosen.Mentions, in.Message = list, &chosen
		}
		return in
	}
	return in
}

// pressed is the button, or what was picked in a menu: the picked value is a
// whole id of ours, or the argument of the menu's action.
func pressed(d data) bot.Press {
	id := string(d.CustomID)
	if len(d.Values) > 0 {
		picked := string(d.Values[0])
		if !strings.Contains(picked, divider) {
			action, _ := parseCustomID(id)
			return bot.Press{Action: action, Arg: picked}
		}
		id = picked
	}
	action, arg := parseCustomID(id)
	return bot.Press{Action: action, Arg: arg}
}

// leaf goes down to the subcommand that was typed.
func (d data) leaf() (name string, given []option) {
	name, given = d.Name, d.Options
	for len(given) > 0 && (given[0].is(discordgo.ApplicationCommandOptionSubCommand) || given[0].is(discordgo.ApplicationCommandOptionSubCommandGroup)) {
		name += " " + given[0].Name
		given = given[0].Options
	}
	return name, given
}

// typedOptions is a command with the values of its options.
func typedOptions(d data, r *reader) bot.Options {
	name, given := d.leaf()
	in := bot.Options{Name: name, Values: map[string]string{}}
	for _, o := range given {
		if o.Name != "" {
			in.Values[o.Name] = o.read(r)
		}
	}
	return in
}

// read is the option's value: a person, a role or a channel as a mention, other
// text as it was meant.
func (o option) read(r *reader) string {
	s := o.text()
	if s == "" {
		return ""
	}
	switch {
	case o.is(discordgo.ApplicationCommandOptionUser):
		return r.mention(bot.PersonKind, s)
	case o.is(discordgo.ApplicationCommandOptionRole):
		return r.mention(bot.RoleKind, s)
	case o.is(discordgo.ApplicationCommandOptionChannel):
		return r.mention(bot.ChannelKind, s)
	case o.is(discordgo.ApplicationCommandOptionMentionable):
		return r.either(s)
	}
	return r.value(o.Name, s)
}

// either is a person or a role.
func (r *reader) either(id string) string {
	if _, is := r.resolved.Roles[id]; is {
		return r.mention(bot.RoleKind, id)
	}
	return r.mention(bot.PersonKind, id)
}

// text is the option's value: a string as it is, anything else as it was
// written.
func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		if s = string(bytes.TrimSpace(o.Value)); s == "null" {
			return ""
		}
	}
	return s
}

// focusedOf is the option that is being typed.
func focusedOf(d data) (focused option) {
	_, given := d.leaf()
	for _, o := range given {
		if o.Focused {
			focused = o
		}
	}
	return focused
}
