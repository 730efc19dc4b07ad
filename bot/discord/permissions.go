package discord

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// allowed reads the permissions Discord computed for a place, a decimal
// number. Administrators have all
// (https://discord.com/developers/docs/topics/permissions#permission-hierarchy).
// ok is false when nothing legible was said.
func allowed(permissions word) (bits int64, ok bool) {
	n, err := strconv.ParseUint(string(permissions), 10, 64)
	if err != nil {
		return 0, false
	}
	if n&discordgo.PermissionAdministrator != 0 {
		return -1, true
	}
	return int64(n), true
}

// permission is one of Discord's, and what its settings call it
// (https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags).
type permission struct {
	bit  int64
	name string
}

var (
	sendMessages = permission{discordgo.PermissionSendMessages, "Send Messages"}
	// sendInThreads is needed instead in a thread.
	sendInThreads   = permission{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"}
	createThreads   = permission{discordgo.PermissionCreatePublicThreads, "Create Public Threads"}
	mentionEveryone = permission{discordgo.PermissionMentionEveryone, "Mention Everyone"}
)

// needed are the bot's own permissions, whatever it is to do.
var needed = []permission{{discordgo.PermissionViewChannel, "View Channel"}, sendMessages, {discordgo.PermissionReadMessageHistory, "Read Message History"}}

// neededFor are those for more than messages, and in which types of channel it can be. A
// message of one's own is published with Send Messages alone
// (https://discord.com/developers/docs/resources/channel#start-thread-from-message,
// https://discord.com/developers/docs/resources/message#crosspost-message).
var neededFor = map[bot.Need]struct {
	permissions []permission
	types       []discordgo.ChannelType
	elsewhere   string
}{
	bot.NeedThreads: {
		[]permission{createThreads, sendInThreads}, []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews},
		"A story has a thread of its own only in a text or an announcement channel; nothing was changed. Leave mode: out for a message per update, or take mode:card.",
	},
	bot.NeedPublish: {
		nil, []discordgo.ChannelType{discordgo.ChannelTypeGuildNews},
		"Only messages in an announcement channel can be passed on to other channels; nothing was changed. Leave publish: out, or use the command in an announcement channel.",
	},
}

// takes returns why something is not possible in the place of i; nil where it is.
func (i *interaction) takes(n bot.Need) error {
	need, at := neededFor[n], i.Channel.Type
	switch {
	case i.where() != direct && !at.legal:
		return errUnclear
	case i.where() == direct || !slices.Contains(need.types, discordgo.ChannelType(at.n)):
		return stories.Errorf(stories.CodeInvalid, "%s", need.elsewhere)
	}
	return nil
}

// lacks names what is missing of bits in a channel, or in a thread.
func lacks(bits int64, thread bool, needs ...bot.Need) (names []string) {
	lists := [][]permission{needed}
	for _, n := range needs {
		lists = append(lists, neededFor[n].permissions)
	}
	for _, p := range slices.Concat(lists...) {
		if p == sendMessages && thread {
			p = sendInThreads
		}
		if bits&p.bit == 0 && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// invitation is the address under which a server takes the bot of application
// app in, with the permissions it needs and no other
// (https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow).
func invitation(app string) string {
	bits := sendInThreads.bit
	for _, n := range needed {
		bits |= n.bit
	}
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", app, bits)
}
