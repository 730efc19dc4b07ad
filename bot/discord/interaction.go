package discord

import (
	"cmp"
	"encoding/json"
	"sync/atomic"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// interaction is what the bot reads of an INTERACTION_CREATE
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object).
// The library's own type cannot be used: a component it does not know, on
// whatever message the interaction came from, costs it the id and the token.
type interaction struct {
	ID             word `json:"id"`
	ApplicationID  word `json:"application_id"`
	Type           kind `json:"type"`
	Token          word `json:"token"`
	AppPermissions word `json:"app_permissions"`
	place
	Member *member         `json:"member"` // of servers
	User   user            `json:"user"`   // of direct messages
	Data   json.RawMessage `json:"data"`
	// Message is the one that was pressed on, also before the form that is submitted.
	Message source `json:"message"`

	// invited is set once somebody was told to invite the bot.
	invited atomic.Bool
	// from is what really came, of one that is as if it had come from elsewhere.
	from *interaction
}

// source is the message that something was pressed on.
type source struct {
	ID    word `json:"id"`
	Flags kind `json:"flags"`
}

// own says that the asker alone sees it.
func (s source) own() bool { return s.ID != "" && s.Flags.legal && s.Flags.n&ephemeral != 0 }

// member is a person in a server.
type member struct {
	Nick        word `json:"nick"`
	Permissions word `json:"permissions"` // in the channel of an interaction
	User        user `json:"user"`
}

// user is a person anywhere.
type user struct {
	ID         word `json:"id"`
	Username   word `json:"username"`
	GlobalName word `json:"global_name"`
}

// name is what the person is called, or "".
func (u user) name() string { return cmp.Or(plainName(u.GlobalName), plainName(u.Username)) }

// plainName is a name as it is shown: one line, without what could be taken
// for a mark.
func plainName(w word) string {
	name, _ := bot.Cut(bot.OneLine(bot.Unmark(string(w))), maxName)
	return name
}

// maxName is how many characters of a name are shown: Discord's own limit for
// the longest of them, a channel's
// (https://discord.com/developers/docs/resources/channel#channel-object).
const maxName = 100

// parse reads an interaction as far as it can be understood. It needs an id and
// a token, without which nothing can be answered.
func parse(raw json.RawMessage) (i *interaction, ok bool) {
	i = &interaction{}
	if decode(raw, i) != nil {
		return nil, false
	}
	return i, i.ID != "" && i.Token != ""
}

// is says whether i is of a type.
func (i *interaction) is(t discordgo.InteractionType) bool { return i.Type.is(int(t)) }

// asks is who gave i, and what they are called.
func (i *interaction) asks() (who user, name string) {
	who = i.User
	if i.Member != nil && i.Member.User.ID != "" {
		who = i.Member.User
	}
	return who, cmp.Or(i.nameOf(who), bot.Someone)
}

// nameOf is what who gave i is called: in the server, else everywhere, else by the
// user name; "" when Discord does not say.
func (i *interaction) nameOf(who user) string {
	nick := ""
	if i.Member != nil && i.Member.User.ID != "" {
		nick = plainName(i.Member.Nick)
	}
	return cmp.Or(nick, who.name())
}

// base is the command without what was asked. ok is false where Discord does
// not say who asks.
func (s *serving) base(i *interaction) (c bot.Command, ok bool) {
	who, name := i.asks()
	s.p.places.Named(i.sighting(who, s.world))
	c = bot.Command{
		Key:   platformName + ":" + string(i.ID),
		Where: i.destination(), Direct: i.where() == direct,
		Lane:  laneName,
		User:  stories.User{Ref: platformName + ":" + string(who.ID), Name: name},
		Asker: asker{i: i, p: s.p, world: s.world, name: name},
	}
	return c, who.ID != ""
}
