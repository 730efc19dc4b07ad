package discord

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// kinds are the types of channel that messages can be posted to as such, by what people
// call them
// (https://discord.com/developers/docs/resources/channel#channel-object-channel-types).
var kinds = map[discordgo.ChannelType]string{
	discordgo.ChannelTypeGuildText:          "a text channel",
	discordgo.ChannelTypeGuildVoice:         "a voice channel",
	discordgo.ChannelTypeGuildNews:          "an announcement channel",
	discordgo.ChannelTypeGuildNewsThread:    "a thread",
	discordgo.ChannelTypeGuildPublicThread:  "a thread",
	discordgo.ChannelTypeGuildPrivateThread: "a thread",
	discordgo.ChannelTypeGuildStageVoice:    "a stage channel",
	discordgo.ChannelTypeGuildForum:         "a forum",
}

// notKinds are what is said of the other types.
var notKinds = map[discordgo.ChannelType]string{
	discordgo.ChannelTypeGuildMedia:    "That is a media channel: each of its posts shows a picture or a film, and most updates have none; nothing was changed. Pick a forum or a text channel, or use the command in one of the posts, which then gets the updates.",
	discordgo.ChannelTypeGuildCategory: "That is a category, which holds channels and no messages; nothing was changed. Pick one of its channels.",
}

// unknownKind is said of a type that Discord made up since, and of one that nobody can
// write in.
const unknownKind = "Storybot cannot post to a channel of this kind; nothing was changed. Use the command in a text channel."

// offered are the types that can be picked: those that can be posted to. Discord's
// description of its API knows no media channels here.
func offered() []discordgo.ChannelType {
	return slices.Sorted(maps.Keys(kinds))
}

// kindly refuses a place of i of a type that cannot be posted to. A type that is not said
// is left to the post.
func (i *interaction) kindly() error {
	if i.where() == direct || !i.Channel.Type.legal {
		return nil
	}
	at := discordgo.ChannelType(i.Channel.Type.n)
	if kinds[at] != "" {
		return nil
	}
	if why := notKinds[at]; why != "" {
		return stories.Errorf(stories.CodeInvalid, "%s", why)
	}
	return stories.Errorf(stories.CodeInvalid, "%s", unknownKind)
}

var (
	_ bot.Elsewhere = asker{}
	_ bot.Forums    = asker{}
	_ bot.InThread  = asker{}
)

// Above is bot.InThread's. A thread has the permissions of its channel
// (https://discord.com/developers/docs/topics/threads#permissions), of which Discord does
// not say with the thread what kind it is.
func (a asker) Above() (channel stories.Destination, there bot.Asker, ok bool) {
	if a.i.where() != inServer || !a.i.inThread() || !isSnowflake(string(a.i.Channel.ParentID)) {
		return channel, nil, false
	}
	i := a.i.elsewhere(a.i.Channel.ParentID, channelObject{})
	return i.destination(), asker{i: i, p: a.p, world: a.world, name: a.name, above: true}, true
}

// elsewhere is the interaction as if it had come from another channel of its server.
func (i *interaction) elsewhere(channel word, is channelObject) *interaction {
	there := &interaction{ID: i.ID, ApplicationID: i.ApplicationID, Type: i.Type, Token: i.Token, Data: i.Data, Member: i.Member, AppPermissions: i.AppPermissions, place: i.place, from: i}
	there.ChannelID, there.Channel.ID, there.Channel.channelObject = channel, channel, is
	return there
}

// Forum is bot.Forums'. Commands cannot be given in a forum itself, but it can be picked.
func (a asker) Forum() bool {
	return a.i.where() == inServer && a.i.Channel.Type.is(int(discordgo.ChannelTypeGuildForum))
}

// notPicked is said of a channel: that Discord said nothing of.
var notPicked = stories.Errorf(stories.CodeInvalid, "channel: takes a channel of this server; nothing was changed. Pick one from the list that Discord shows at channel:.")

// AtLater is bot.Elsewhere's.
func (asker) AtLater() bool { return false }

// At is bot.Elsewhere's. Discord tells with a picked channel what the person may do there.
func (a asker) At(_ context.Context, channel string) (where stories.Destination, name string, there bot.Asker, err error) {
	switch a.i.where() {
	case direct:
		return where, "", nil, stories.Errorf(stories.CodeInvalid, "In a direct message there is no other channel to name; nothing was changed. Use the command in the server.")
	case elsewhere:
		return where, "", nil, errElsewhere
	case unclear:
		return where, "", nil, errUnclear
	}
	id, ok := strings.CutPrefix(channel, platformName+":")
	if !ok || !isSnowflake(id) {
		return where, "", nil, notPicked
	}
	var d data
	_ = decode(a.i.Data, &d)
	picked, ok := d.Resolved.Channels[id]
	switch {
	case !ok:
		return where, "", nil, stories.Errorf(stories.CodeUnavailable, "Discord did not say what you may do in that channel, so it could not be checked. Give the command once more.")
	case picked.GuildID != "" && picked.GuildID != a.i.GuildID, !picked.Type.legal:
		return where, "", nil, notPicked
	}
	far := a.i.elsewhere(word(id), picked.channelObject)
	far.AppPermissions = word("") // which are those of where the command was given
	if a.i.Member != nil {
		in := *a.i.Member
		in.Permissions = picked.Permissions
		far.Member = &in
	}
	if name = sign("#", plainName(picked.Name)); name == "" {
		name = "that channel"
	}
	return far.destination(), name, asker{i: far, p: a.p, world: a.world, name: a.name, far: true}, nil
}
