package discord

import (
	"fmt"
	"strconv"

	"github.com/bwmarrin/discordgo"
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

// needed are the bot's own permissions, as Discord's settings call them
// (https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags).
var needed = []struct {
	bit  int64
	name string
}{
	{discordgo.PermissionViewChannel, "View Channel"},
	{discordgo.PermissionSendMessages, "Send Messages"},
	{discordgo.PermissionReadMessageHistory, "Read Message History"},
}

// sendInThreads is needed instead of Send Messages in a thread.
const sendInThreads = discordgo.PermissionSendMessagesInThreads

// lacks names what is missing of bits in a channel, or in a thread.
func lacks(bits int64, thread bool) (names []string) {
	for _, n := range needed {
		if n.bit == discordgo.PermissionSendMessages && thread {
			n.bit, n.name = sendInThreads, "Send Messages in Threads"
		}
		if bits&n.bit == 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// invitation is the address under which a server takes the bot of application
// app in, with the permissions it needs and no other
// (https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow).
func invitation(app string) string {
	bits := int64(sendInThreads)
	for _, n := range needed {
		bits |= n.bit
	}
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", app, bits)
}
