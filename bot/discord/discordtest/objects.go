package discordtest

import (
	"encoding/json"
	"maps"
	"strconv"
)

// The shapes of Discord's objects, as far as bots look at them.

func userJSON(id, name string) map[string]any {
	u := map[string]any{
		"id": id, "username": name, "global_name": name, "discriminator": "0",
		"avatar": nil, "public_flags": 0, "bot": id == BotUserID, "system": false,
	}
	if id == BotUserID {
		u["global_name"] = nil
	}
	return u
}

func botUser() map[string]any { return userJSON(BotUserID, "storybot") }

func channelJSON(c *channel) map[string]any {
	m := map[string]any{
		"id": c.ID, "type": c.Type, "flags": 0, "last_message_id": c.lastID(),
	}
	if c.Type == DMChannel {
		m["recipients"] = []any{userJSON(c.user, "user-"+c.user)}
		return m
	}
	m["guild_id"] = c.Guild
	m["name"] = c.Name
	m["nsfw"] = false
	m["rate_limit_per_user"] = 0
	m["parent_id"] = nil
	if c.Parent != "" {
		m["parent_id"] = c.Parent
	}
	if c.thread() {
		m["owner_id"] = BotUserID
		m["applied_tags"] = append([]string{}, c.Applied...)
		m["message_count"] = len(c.messages)
		m["member_count"] = 1
		m["thread_metadata"] = map[string]any{
			"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": 4320,
			"archive_timestamp": stamp(IDTime(c.ID)),
		}
		return m
	}
	if c.Type == ForumChannel {
		tags := []any{}
		for _, t := range c.Tags {
			tags = append(tags, map[string]any{"id": t.ID, "name": t.Name, "moderated": false, "emoji_id": nil, "emoji_name": nil})
		}
		m["available_tags"] = tags
		if c.TagRequired { // https://docs.discord.com/developers/resources/channel#channel-object-channel-flags
			m["flags"] = 1 << 4
		}
	}
	m["position"] = 0
	m["topic"] = nil
	m["permission_overwrites"] = overwrites(c)
	return m
}

// overwrites says as one overwrite for the bot what it may do in the channel.
func overwrites(c *channel) []any {
	if c.Permissions == DefaultPermissions {
		return []any{}
	}
	return []any{map[string]any{
		"id": BotUserID, "type": 1,
		"allow": bits(c.Permissions),
		"deny":  bits(DefaultPermissions &^ c.Permissions),
	}}
}

func bits(p int64) string { return strconv.FormatInt(p, 10) }

// botRole is the role Discord makes for the bot: one more than the guild's id.
func botRole(g *guild) string { return formatID(parseID(g.id) + 1) }

func rolesJSON(g *guild) []any {
	list := []any{
		roleJSON(g.id, "@everyone", DefaultPermissions, false, false),
		roleJSON(botRole(g), "storybot", 0, true, false),
	}
	for _, r := range g.roles {
		list = append(list, roleJSON(r.ID, r.Name, 0, false, r.Mentionable))
	}
	return list
}

func roleJSON(id, name string, perms int64, managed, mentionable bool) map[string]any {
	return map[string]any{
		"id": id, "name": name, "permissions": bits(perms), "managed": managed, "position": 0, "color": 0,
		"colors": map[string]any{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
		"hoist":  false, "mentionable": mentionable, "flags": 0, "icon": nil, "unicode_emoji": nil,
	}
}

func memberJSON(g *guild, user map[string]any) map[string]any {
	roles := []string{}
	if user["id"] == BotUserID {
		roles = append(roles, botRole(g))
	}
	return map[string]any{
		"user": user, "roles": roles, "nick": nil, "avatar": nil, "banner": nil, "flags": 0,
		"joined_at": stamp(IDTime(g.id)), "premium_since": nil, "deaf": false, "mute": false,
		"pending": false, "communication_disabled_until": nil,
	}
}

func guildJSON(g *guild) map[string]any {
	return map[string]any{
		"id": g.id, "name": "guild-" + g.id, "icon": nil, "owner_id": "80351110224678912",
		"roles": rolesJSON(g), "emojis": []any{}, "stickers": []any{}, "features": []any{},
		"preferred_locale": "en-US", "verification_level": 0, "mfa_level": 0, "nsfw_level": 0,
		"afk_channel_id": nil, "system_channel_id": nil, "rules_channel_id": nil,
	}
}

func guildCreate(g *guild) map[string]any {
	m := guildJSON(g)
	channels, threads := []any{}, []any{}
	for _, c := range g.channels {
		if !c.may(ViewChannel) {
			continue
		}
		if c.thread() {
			threads = append(threads, channelJSON(c))
		} else {
			channels = append(channels, channelJSON(c))
		}
	}
	m["joined_at"] = stamp(IDTime(g.id))
	m["large"] = false
	m["unavailable"] = false
	m["member_count"] = 2
	m["members"] = []any{memberJSON(g, botUser())}
	m["channels"] = channels
	m["threads"] = threads
	m["presences"], m["voice_states"], m["stage_instances"] = []any{}, []any{}, []any{}
	m["guild_scheduled_events"], m["soundboard_sounds"] = []any{}, []any{}
	return m
}

func (s *Server) applicationJSON() map[string]any {
	app := map[string]any{
		"id": ApplicationID, "name": "storybot", "icon": nil, "description": "", "bot_public": true,
		"bot_require_code_grant": false, "verify_key": "", "flags": 0, "bot": botUser(),
		"owner": userJSON("80351110224678912", "nelly"), "team": nil,
		"integration_types_config": map[string]any{"0": map[string]any{}}, "interactions_endpoint_url": nil,
	}
	maps.Copy(app, s.world.application)
	return app
}

// encode returns v as JSON. All that comes here can be encoded.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
