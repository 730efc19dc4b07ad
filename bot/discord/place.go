package discord

import (
	"cmp"

	"github.com/bwmarrin/discordgo"

	"storybot/stories"
)

// place is where an interaction came from, as it says itself.
type place struct {
	GuildID   word `json:"guild_id"`
	ChannelID word `json:"channel_id"`
	Context   kind `json:"context"`
	Channel   struct {
		ID word `json:"id"`
		channelObject
	} `json:"channel"`
	// Owners says by whose installation the command is there: "0" a server's,
	// "1" a person's.
	Owners map[string]word `json:"authorizing_integration_owners"`
}

// placeKind is what kind of place that is.
type placeKind int

const (
	unclear placeKind = iota // nothing may be changed there
	inServer
	direct    // a conversation of one person with the bot
	elsewhere // a conversation that the bot is no part of
)

// Contexts of an interaction
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-context-types).
const (
	contextBotDM   = int(discordgo.InteractionContextBotDM)
	contextPrivate = int(discordgo.InteractionContextPrivateChannel)
)

// Keys of authorizing_integration_owners
// (https://discord.com/developers/docs/resources/application#application-object-application-integration-types).
const (
	ownedByServer = "0"
	ownedByUser   = "1"
)

// where tells what kind of place i came from. Only what Discord says to be a
// direct message is one: a server's id that is missing or garbled must not give
// everybody the rights of somebody alone with the bot.
func (i *interaction) where() placeKind {
	channel := isSnowflake(i.channel())
	switch {
	case isSnowflake(string(i.GuildID)):
		if channel {
			return inServer
		}
	case i.Member != nil || i.GuildID != "" || !channel:
	case i.Channel.Type.legal && !i.Channel.Type.is(int(discordgo.ChannelTypeDM)) && !i.Channel.Type.is(int(discordgo.ChannelTypeGroupDM)):
		// A server's channel, whatever the context says.
	case i.Context.is(contextPrivate):
		return elsewhere
	case i.Context.is(contextBotDM):
		return direct
	case i.byUserAlone():
		return elsewhere
	case i.Context.legal: // a server, says it
	case i.Channel.Type.is(int(discordgo.ChannelTypeDM)) && i.User.ID != "":
		return direct
	}
	return unclear
}

func (p place) channel() string { return string(cmp.Or(p.ChannelID, p.Channel.ID)) }

// byUserAlone says that the command is there because a person installed it for
// themselves, and not because the bot is.
func (p place) byUserAlone() bool {
	_, server := p.Owners[ownedByServer]
	_, person := p.Owners[ownedByUser]
	return person && !server
}

func (p place) destination() stories.Destination {
	d := stories.Destination{Platform: platformName, Channel: p.channel()}
	if isSnowflake(string(p.GuildID)) {
		d.Workspace = string(p.GuildID)
	}
	return d
}

// inThread says whether i came from a thread.
func (p place) inThread() bool { return isThread(p.Channel.Type) }

func isThread(t kind) bool {
	switch discordgo.ChannelType(t.n) { // 0 for what is illegible, which is none
	case discordgo.ChannelTypeGuildNewsThread, discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread:
		return true
	}
	return false
}
