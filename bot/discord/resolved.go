package discord

import (
	"encoding/json"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// resolved is what Discord tells with an interaction of those it names
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-resolved-data-structure).
type resolved struct {
	Users    map[string]user            `json:"users"`
	Members  map[string]member          `json:"members"` // without their user
	Roles    map[string]role            `json:"roles"`
	Messages map[string]json.RawMessage `json:"messages"`
}

// role is a role of a server.
type role struct {
	ID          word `json:"id"`
	Name        word `json:"name"`
	Permissions word `json:"permissions"` // in the whole server
	// Mentionable says that everyone may ping it.
	Mentionable outright `json:"mentionable"`
}

func (r role) called() string { return sign("@", plainName(r.Name)) }

// name is what Discord told of somebody or something, with its sign, or "". Of a channel it does
// not tell whether everyone may see it.
func (r resolved) name(kind bot.MentionKind, id string) string {
	switch kind {
	case bot.PersonKind:
		return called(r.Users[id], r.Members[id].Nick)
	case bot.RoleKind:
		return r.Roles[id].called()
	}
	return ""
}

// know adds a person that is known from elsewhere.
func (r *resolved) know(u user, nick word) {
	id := string(u.ID)
	if _, known := r.Users[id]; known || id == "" {
		return
	}
	if r.Users == nil {
		r.Users = map[string]user{}
	}
	r.Users[id] = u
	if nick == "" {
		return
	}
	if r.Members == nil {
		r.Members = map[string]member{}
	}
	r.Members[id] = member{Nick: nick}
}

// channelObject is what the bot reads of a channel
// (https://discord.com/developers/docs/resources/channel#channel-object).
type channelObject struct {
	GuildID    word            `json:"guild_id"`
	ParentID   word            `json:"parent_id"`
	Name       word            `json:"name"`
	Type       kind            `json:"type"`
	Overwrites json.RawMessage `json:"permission_overwrites"`
}

// everyone says whether the channel's own permissions let everyone in its
// server see it; known is false when they say nothing of it. What is illegible
// hides it.
func (c channelObject) everyone(guild string) (views, known bool) {
	var overwrites []struct {
		ID    word `json:"id"`
		Allow word `json:"allow"`
		Deny  word `json:"deny"`
	}
	if len(c.Overwrites) > 0 && json.Unmarshal(c.Overwrites, &overwrites) != nil {
		return false, true
	}
	for _, o := range overwrites {
		if string(o.ID) != guild {
			continue
		}
		allow, legible := allowed(o.Allow)
		deny, alsoLegible := allowed(o.Deny)
		switch {
		case !legible || !alsoLegible:
			return false, true
		case allow&discordgo.PermissionViewChannel != 0:
			return true, true
		case deny&discordgo.PermissionViewChannel != 0:
			return false, true
		}
	}
	return false, false
}
