package discord

import (
	"cmp"
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// Pings is bot.Asker's. A role may be pinged by everybody where it is mentionable, else by
// who may mention everyone: that holds for the person and for the bot
// (https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags).
func (a asker) Pings(_ context.Context, whom bot.Mention) (stories.Ping, error) {
	switch a.i.where() {
	case direct:
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "In a direct message there is nobody else to ping; nothing was changed. Use mention: in a channel of a server.")
	case elsewhere:
		return stories.Ping{}, errElsewhere
	case unclear:
		return stories.Ping{}, errUnclear
	}
	guild := string(a.i.GuildID)
	id, ok := strings.CutPrefix(whom.Ref, platformName+":")
	if written := roleForm.FindStringSubmatch(whom.Ref); written != nil {
		id, ok = written[1], true
	}
	switch {
	case id == guild:
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "Storybot never pings everyone in a server; nothing was changed. Pick a role that only those have who want to be pinged.")
	case !ok || whom.Kind != bot.RoleKind || !isSnowflake(id):
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "mention: takes a role of this server; nothing was changed. Pick one from the list that Discord shows at mention:.")
	}
	role, ok := a.role(guild, id)
	if !ok {
		return stories.Ping{}, stories.Errorf(stories.CodeUnavailable, "Discord did not say who may ping this role, so it could not be checked.")
	}
	name := cmp.Or(role.called(), plainName(word(whom.Name)), bot.RoleKind.Unnamed())
	if !role.Mentionable {
		if err := a.pingsAll(name); err != nil {
			return stories.Ping{}, err
		}
	}
	a.p.roles.know(guild, role)
	a.p.roleNamed(guild, role, false)
	return stories.Ping{Mention: roleMention(id), Name: name}, nil
}

// role is what Discord told of a role with the interaction, or over the gateway.
func (a asker) role(guild, id string) (role, bool) {
	var d data
	if decode(a.i.Data, &d) == nil {
		if r, is := d.Resolved.Roles[id]; is && (r.ID == "" || string(r.ID) == id) {
			r.ID = word(id)
			return r, true
		}
	}
	mentionable, known := a.p.roles.mentionable(guild, id)
	return role{ID: word(id), Mentionable: outright(mentionable)}, known
}

// pingsAll refuses a person, or a bot, that may not ping the role called name, which not
// everyone may.
func (a asker) pingsAll(name string) error {
	if a.i.Member == nil {
		return errUnclear
	}
	mine, known := allowed(a.i.Member.Permissions)
	bots, told := allowed(a.i.AppPermissions)
	switch {
	case !known:
		return stories.Errorf(stories.CodeUnavailable, "Discord did not say what you may do in this channel, so it could not be checked.")
	case !told && !a.far: // of another channel the post shows it: it pings nobody then
		return stories.Errorf(stories.CodeUnavailable, "Discord did not say what the bot may do in this channel, so it could not be checked.")
	case mine&mentionEveryone.bit == 0:
		return stories.Errorf(stories.CodeForbidden, "You may not have %s pinged: that needs the %s permission in this channel, or a role that anyone may mention; nothing was changed. "+
			"Ask somebody with that permission to run the command, or somebody with Manage Roles to let anyone mention the role under Server Settings, Roles.", name, mentionEveryone.name)
	case told && bots&mentionEveryone.bit == 0:
		return stories.Errorf(stories.CodeForbidden, "The bot may not ping %s: it lacks %s in this channel, and not anyone may mention the role; nothing was changed. "+
			"Somebody who manages this channel can allow the bot %[2]s under Edit Channel, Permissions, or somebody with Manage Roles can let anyone mention the role under Server Settings, Roles.", name, mentionEveryone.name)
	}
	return nil
}
