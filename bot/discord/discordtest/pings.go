package discordtest

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Role is a role of a guild, beside everyone's and the bot's own.
type Role struct {
	ID, Name    string
	Mentionable bool // by everyone
}

// SetRole adds a role to a guild, or changes it, and tells the bot.
func (s *Server) SetRole(guildID string, r Role) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guildID]
	event := "GUILD_ROLE_CREATE"
	if i := slices.IndexFunc(g.roles, func(o Role) bool { return o.ID == r.ID }); i >= 0 {
		g.roles[i], event = r, "GUILD_ROLE_UPDATE"
	} else {
		g.roles = append(g.roles, r)
	}
	s.dispatch(event, guildID, map[string]any{"guild_id": guildID, "role": roleJSON(r.ID, r.Name, 0, false, r.Mentionable)}, nil)
}

// DeleteRole takes a role away, and tells the bot.
func (s *Server) DeleteRole(guildID, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guildID]
	g.roles = slices.DeleteFunc(g.roles, func(o Role) bool { return o.ID == id })
	s.dispatch("GUILD_ROLE_DELETE", guildID, map[string]any{"guild_id": guildID, "role_id": id}, nil)
}

// resolvedRole is what an interaction tells of a role of a channel's guild.
func (c *channel) resolvedRole(id string) (map[string]any, bool) {
	if c.guild == nil {
		return nil, false
	}
	for _, r := range rolesJSON(c.guild) {
		if role := r.(map[string]any); role["id"] == id {
			return role, true
		}
	}
	return nil, false
}

var mentionInText = regexp.MustCompile(`<@([!&]?)(\d+)>|@everyone|@here`)

// pinged is whom a message pings as it is created: "everyone", "here", "role:ID",
// "user:ID". Discord reads the text, also that of components, and lets through what
// allowed_mentions names; a role only one that is mentionable, or where the bot may
// mention everyone. An edit pings nobody.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
func (m *message) pinged() (whom []string) {
	if !bytes.ContainsRune(m.body.get("content"), '@') && !bytes.ContainsRune(m.body.get("components"), '@') {
		return nil // as with most of a push
	}
	content, _, components := m.body.read()
	var allowed struct {
		Parse, Users, Roles []string
	}
	raw := m.body.get("allowed_mentions")
	if len(raw) == 0 || json.Unmarshal(raw, &allowed) != nil {
		allowed.Parse = []string{"everyone", "users", "roles"}
	}
	all := m.channel.may(MentionEveryone)
	for _, found := range mentionInText.FindAllStringSubmatch(shownText(content, nil, components), -1) {
		one, ok := "", false
		switch {
		case found[2] == "":
			one, ok = strings.TrimPrefix(found[0], "@"), all && slices.Contains(allowed.Parse, "everyone")
		case found[1] == "&":
			role, is := m.channel.resolvedRole(found[2])
			one = "role:" + found[2]
			ok = is && (all || role["mentionable"] == true) && (slices.Contains(allowed.Parse, "roles") || slices.Contains(allowed.Roles, found[2]))
		default:
			one, ok = "user:"+found[2], slices.Contains(allowed.Parse, "users") || slices.Contains(allowed.Users, found[2])
		}
		if ok && !slices.Contains(whom, one) {
			whom = append(whom, one)
		}
	}
	return whom
}
