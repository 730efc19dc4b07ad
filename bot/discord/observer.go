package discord

import (
	"encoding/json"

	"storybot/stories"
)

// observer reads what the gateway tells of servers and channels.
type observer struct {
	p     *Platform
	world *world
	names *names
	news  *teller
}

// begin notes the servers a READY names: all that the bot is in, an unavailable one too,
// unless it came to one shard of several. From the others the bot was removed while it was
// not connected, of which nothing else tells
// (https://discord.com/developers/docs/events/gateway-events#ready).
func (o *observer) begin(app string, raw, shard json.RawMessage) {
	var list []struct {
		ID          word `json:"id"`
		Unavailable truth
	}
	known := json.Unmarshal(raw, &list) == nil && list != nil
	var ids []string
	for _, g := range list {
		id := string(g.ID)
		if known = known && isSnowflake(id); id == "" {
			continue
		}
		ids = append(ids, id)
		if g.Unavailable {
			o.p.outages.begin(id, o.p.now().Add(startupTime))
		} else {
			o.p.outages.end(id)
		}
	}
	o.world.begin(app, ids, known)
	o.news.joined(ids)
	if known && whole(shard) {
		o.news.inOnly(ids)
	}
}

// whole says that a READY came to a session that gets all servers: it has no shard, or the
// only one (https://discord.com/developers/docs/events/gateway#sharding).
func whole(shard json.RawMessage) bool {
	var of []int
	if len(shard) == 0 {
		return true
	}
	err := json.Unmarshal(shard, &of)
	return err == nil && (of == nil || len(of) == 2 && of[1] == 1)
}

// removed is what keeps channels of a server from getting anything that the bot was
// removed from. It may be invited again: GUILD_CREATE tells so, or the next READY.
var removed = stories.Obstacle{Reason: "is in a server the bot was removed from",
	Cure: "Someone who manages the server can invite the bot again; deliveries then go on by themselves.", Heals: true, Left: true}

// see tells what an event means for destinations.
func (o *observer) see(kind string, raw json.RawMessage) {
	var d struct {
		ID          string `json:"id"`
		GuildID     string `json:"guild_id"`
		Unavailable truth  `json:"unavailable"`
		Role        role   `json:"role"`
		Roles       []role `json:"roles"`
		RoleID      word   `json:"role_id"`
	}
	if err := decode(raw, &d); err != nil {
		o.p.log.Warn("an event that cannot be read came", "event", kind, "err", err)
		return
	}
	channel := stories.Destination{Platform: platformName, Workspace: d.GuildID, Channel: d.ID}
	switch kind {
	case "CHANNEL_DELETE", "THREAD_DELETE":
		o.news.ended(channel, "was deleted")
		// Of its threads nothing is told: they went with it.
		for _, thread := range o.world.threadsOf(d.GuildID, d.ID) {
			o.news.ended(stories.Destination{Platform: platformName, Workspace: d.GuildID, Channel: thread}, "is a thread of a channel that was deleted")
		}
	case "CHANNEL_UPDATE", "THREAD_UPDATE":
		o.names.forgetChannels() // one of them may be private now
		o.news.healed(channel)
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		o.names.forgetChannels()
		o.world.changed(d.GuildID, d.Role)
		if kind == "GUILD_ROLE_DELETE" {
			o.p.roleGone(d.GuildID, string(d.RoleID))
		} else {
			o.p.roles.know(d.GuildID, d.Role)
			o.p.roleNamed(d.GuildID, d.Role, true)
		}
		o.news.healed(stories.Destination{Platform: platformName, Workspace: d.GuildID})
	case "GUILD_DELETE":
		// An unavailable guild is an outage of Discord's, not a removal
		// (https://discord.com/developers/docs/events/gateway-events#guild-delete).
		if d.Unavailable {
			o.p.outages.begin(d.ID, o.p.now().Add(longestOutage))
		} else {
			o.p.outages.end(d.ID)
			o.world.left(d.ID)
			o.p.roles.forget(d.ID)
			o.news.blocked(stories.Destination{Platform: platformName, Workspace: d.ID}, removed)
		}
	case "GUILD_CREATE":
		starting := o.world.joined(d.ID, d.Roles)
		if d.Unavailable {
			o.p.outages.begin(d.ID, o.p.now().Add(longestOutage))
			return
		}
		o.p.outages.end(d.ID)
		o.p.roles.begin(d.ID, d.Roles)
		o.p.rolesListed(d.ID, d.Roles)
		if !starting {
			o.news.healed(stories.Destination{Platform: platformName, Workspace: d.ID})
		}
	}
}
