package discordtest

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// SetApplication changes fields of the application, as its pages in the Developer
// Portal do: "bot_public", "flags", "interactions_endpoint_url".
// https://docs.discord.com/developers/resources/application#application-object
func (s *Server) SetApplication(fields map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.application == nil {
		s.world.application = map[string]any{}
	}
	maps.Copy(s.world.application, fields)
}

// SetGuildPermissions changes what the bot may do in a guild. What its channels let
// it do stays as AddChannel said.
func (s *Server) SetGuildPermissions(guildID string, perms int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.guilds[guildID].permissions = perms
}

// SetDate makes the Date of answers differ from this machine's clock.
func (s *Server) SetDate(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.date = ahead
}

// guildList is the guilds the bot is in, by id, as far as one answer tells of them.
// https://docs.discord.com/developers/resources/user#get-current-user-guilds
func (s *Server) guildList(r *request) []any {
	limit := 200
	if n, err := strconv.Atoi(r.query.Get("limit")); err == nil {
		limit = n
	}
	list := []any{}
	for _, id := range slices.Sorted(maps.Keys(s.world.guilds)) {
		g := s.world.guilds[id]
		if g.left || len(list) == limit {
			continue
		}
		list = append(list, map[string]any{
			"id": id, "name": "guild-" + id, "icon": nil, "banner": nil, "owner": false, "permissions": bits(g.permissions), "features": []any{},
		})
	}
	return list
}

func (s *Server) dated() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.date
}

// KnowCommands makes raw the commands that Discord knows, as another program or
// another version would have registered them.
func (s *Server) KnowCommands(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setCommands([]byte(raw))
}
