package discord

import (
	"context"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/stories"
)

// manageCure is said to somebody who may not manage a channel.
const manageCure = "Ask somebody with the Manage Channels permission in this channel to do it, or to give it to you in the channel's permissions."

// allowed reads the permissions Discord computed for a place, a decimal
// number. Administrators have all
// (https://discord.com/developers/docs/topics/permissions#permission-hierarchy).
// ok is false when nothing legible was said.
func allowed(permissions string) (bits int64, ok bool) {
	n, err := strconv.ParseUint(permissions, 10, 64)
	if err != nil {
		return 0, false
	}
	if n&discordgo.PermissionAdministrator != 0 {
		return -1, true
	}
	return int64(n), true
}

// needed are the bot's own permissions, as Discord's settings call them.
var needed = []struct {
	bit  int64
	name string
}{
	{discordgo.PermissionViewChannel, "View Channel"},
	{discordgo.PermissionSendMessages, "Send Messages"},
	{discordgo.PermissionEmbedLinks, "Embed Links"},
	{discordgo.PermissionReadMessageHistory, "Read Message History"},
}

// lacks names what the bot may not do in the place of i, and how to mend it.
// In a direct message there are no permissions.
func (i *interaction) lacks() (names []string, cure string) {
	bits, ok := allowed(string(i.AppPermissions))
	if i.GuildID == "" || !ok {
		return nil, ""
	}
	for _, n := range needed {
		if n.bit == discordgo.PermissionSendMessages && i.inThread() {
			n.bit, n.name = discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"
		}
		if bits&n.bit == 0 {
			names = append(names, n.name)
		}
	}
	if names == nil {
		return nil, ""
	}
	return names, "Somebody who manages this channel can allow the bot " + strings.Join(names, ", ") + " under Edit Channel, Permissions."
}

// inThread says whether i came from a thread.
func (i *interaction) inThread() bool {
	switch i.Channel.Type {
	case discordgo.ChannelTypeGuildNewsThread, discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread:
		return true
	}
	return false
}

// asker is who asked i. Discord says all there is to know with the interaction.
type asker struct {
	i    *interaction
	name string
}

// Name is the nickname in the server, or what the person calls themselves.
func (a asker) Name(context.Context) string { return a.name }

// Manages is bot.Asker's.
func (a asker) Manages(context.Context) error {
	bits, _ := allowed(string(a.i.Member.Permissions))
	if a.i.GuildID == "" || bits&discordgo.PermissionManageChannels != 0 {
		return nil
	}
	return stories.Errorf(stories.CodeForbidden, "Only people who manage this channel can change what it follows. %s", manageCure)
}

// Posts is bot.Asker's.
func (a asker) Posts(context.Context) error {
	names, cure := a.i.lacks()
	if len(names) == 0 {
		return nil
	}
	return stories.Errorf(stories.CodeForbidden, "The bot lacks %s in this channel; nothing was changed. %s", strings.Join(names, ", "), cure)
}
