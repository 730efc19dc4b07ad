package discord

import (
	"context"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// asker is who asked i. Discord says all there is to know with the interaction,
// and of the servers the bot is in over the gateway; what it did not say cannot
// be checked, and then nothing is allowed.
type asker struct {
	i     *interaction
	p     *Platform
	world *world
	name  string
	// far says that i is as if it had come from a channel that was picked: what the bot may
	// do there Discord does not say.
	far bool
	// above says that i is as if it had come from the channel above its thread, whose kind
	// is not known: what is not possible there the post shows.
	above bool
}

var _ bot.Asker = asker{}

// errUnclear is for an interaction that does not say where it came from.
var errUnclear = stories.Errorf(stories.CodeUnavailable, "Discord did not say which channel this came from, so who may change what it follows could not be checked.")

// errElsewhere is for a conversation the bot cannot write to by itself.
var errElsewhere = stories.Errorf(stories.CodeForbidden, "The bot is no part of this conversation and cannot post here by itself; nothing was changed. "+
	"Use the command in a direct message with the bot, or in a channel of a server that the bot was added to.")

// Name is the nickname in the server, or what the person calls themselves.
func (a asker) Name(context.Context) string { return a.name }

// Manages is bot.Asker's.
func (a asker) Manages(context.Context) error {
	switch a.i.where() {
	case direct:
		return nil
	case elsewhere:
		return errElsewhere
	case unclear:
		return errUnclear
	}
	if a.i.Member == nil {
		return errUnclear
	}
	bits, ok := allowed(a.i.Member.Permissions)
	switch {
	case !ok:
		return stories.Errorf(stories.CodeUnavailable, "Discord did not say what you may do in this channel, so it could not be checked.")
	case bits&discordgo.PermissionManageChannels == 0:
		return stories.Errorf(stories.CodeForbidden, "Only people who manage this channel can change what it follows. "+
			"Ask somebody with the Manage Channels permission in this channel to do it, or to give it to you in the channel's permissions.")
	}
	return nil
}

// Posts is bot.Asker's.
func (a asker) Posts(_ context.Context, needs ...bot.Need) error {
	switch a.i.where() {
	case elsewhere:
		return errElsewhere
	case unclear:
		return errUnclear
	}
	for _, n := range needs {
		if err := a.i.takes(n); err != nil && !a.above {
			return err
		}
	}
	if a.i.where() == direct {
		return nil
	}
	if err := a.i.kindly(); err != nil {
		return err
	}
	bits, ok := allowed(a.i.AppPermissions)
	if a.absent(bits, ok) {
		a.i.invite()
		return stories.Errorf(stories.CodeForbidden, "This server has the bot's commands but not the bot itself, so it cannot post here; nothing was changed. "+
			"Somebody with the Manage Server permission can add it: %s", a.i.invitation(a.world))
	}
	if a.far {
		return nil // the first message there shows it
	}
	if !ok {
		return stories.Errorf(stories.CodeUnavailable, "Discord did not say what the bot may do in this channel, so it could not be checked.")
	}
	names := strings.Join(lacks(bits, a.i.inThread(), needs...), ", ")
	if names == "" {
		return nil
	}
	return stories.Errorf(stories.CodeForbidden, "The bot lacks %s in this channel; nothing was changed. "+
		"Somebody who manages this channel can allow the bot %s under Edit Channel, Permissions.", names, names)
}

// absent says that the bot is not in the server of i, though its commands are.
// The servers the gateway announced decide. Where that cannot be read, neither a
// server's installation nor a single permission is left to tell of a bot there.
func (a asker) absent(bits int64, ok bool) bool {
	if in, known := a.world.in(string(a.i.GuildID)); known {
		return !in
	}
	return a.i.byUserAlone() || ok && bits == 0
}

// invitation is where the bot of i is invited. Of a bot of today, the user has
// the application's id.
func (i *interaction) invitation(w *world) string {
	app := string(i.ApplicationID)
	if !isSnowflake(app) {
		app = w.application()
	}
	return invitation(app)
}

// invite notes that somebody was told to invite the bot.
func (i *interaction) invite() {
	for at := i; at != nil; at = at.from {
		at.invited.Store(true)
	}
}

// help adds what only Discord can offer to an answer: the invitation as a
// button, since an address in a text is none to click.
func (i *interaction) help(m bot.Message, w *world) bot.Message {
	if i.invited.Load() && len(m.Buttons) < maxButtons {
		m.Buttons = append(m.Buttons[:len(m.Buttons):len(m.Buttons)], bot.Button{Label: "Add the bot to this server", URL: i.invitation(w)})
	}
	return m
}
