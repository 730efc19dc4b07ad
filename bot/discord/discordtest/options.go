package discordtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// send makes the event of an interaction and dispatches it. s.mu is held.
func (s *Server) send(kind int, i Interaction, data map[string]any, source *message) *interaction {
	c := s.must(i.Channel)
	id := s.newID()
	in := &interaction{
		id: formatID(id), token: fmt.Sprintf("aW50ZXJhY3Rpb24%x", id*0x9e3779b97f4a7c15),
		kind: kind, channel: c, user: cmp.Or(i.User, DefaultUser), source: source, created: s.now(),
	}
	in.event = in.eventFor(i, data)
	if i.Change != nil {
		i.Change(in.event)
	}
	s.people.byID[in.id] = in
	s.people.byToken[in.token] = in
	s.people.inOrder = append(s.people.inOrder, in)
	s.dispatch("INTERACTION_CREATE", c.Guild, in.event, in)
	return in
}

// eventFor returns the interaction as the gateway sends it.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
func (in *interaction) eventFor(i Interaction, data map[string]any) map[string]any {
	c := in.channel
	user := userJSON(in.user, cmp.Or(i.UserName, "user-"+in.user))
	m := map[string]any{
		"id": in.id, "application_id": ApplicationID, "type": in.kind, "token": in.token, "version": 1,
		"channel_id": c.ID, "channel": channelJSON(c), "data": data, "locale": "en-GB",
		"app_permissions": bits(c.Permissions), "entitlements": []any{}, "attachment_size_limit": 10485760,
	}
	if in.source != nil {
		m["message"] = json.RawMessage(in.source.json(false))
	}
	if c.guild == nil {
		m["user"], m["context"] = user, 1
		m["authorizing_integration_owners"] = map[string]any{"0": "0"}
		return m
	}
	member := memberJSON(c.guild, user)
	member["permissions"] = bits(cmp.Or(i.Permissions, DefaultPermissions))
	m["member"], m["context"] = member, 0
	m["guild_id"], m["guild_locale"] = c.Guild, "en-US"
	m["guild"] = map[string]any{"id": c.Guild, "locale": "en-US", "features": []any{}}
	m["authorizing_integration_owners"] = map[string]any{"0": c.Guild}
	return m
}

func (s *Server) command(name string, kind int) *commandDef {
	for i, d := range s.world.commands {
		if d.Name == name && d.Type == kind {
			return &s.world.commands[i]
		}
	}
	return nil
}

// commandData turns what a person typed into the data of an interaction, by the
// commands as they are registered. focused is the option being typed, "" for a
// command that is sent.
func (s *Server) commandData(i Interaction, focused string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := strings.Fields(i.Name)
	if len(words) == 0 || s.world.channels[i.Channel] == nil {
		return nil, fmt.Errorf("no command %q or no channel %q", i.Name, i.Channel)
	}
	def := s.command(words[0], kindSlash)
	if def == nil {
		return nil, fmt.Errorf("/%s is not registered", words[0])
	}
	where := 0
	if s.world.channels[i.Channel].Type == DMChannel {
		where = 1
	}
	if len(def.Contexts) > 0 && !slices.Contains(def.Contexts, where) {
		return nil, fmt.Errorf("/%s is not offered here (contexts %v)", words[0], def.Contexts)
	}
	resolved := map[string]any{}
	options, err := typed(def.Options, words[1:], i, focused, resolved)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", i.Name, err)
	}
	for id := range rolesIn(resolved) {
		role, ok := s.world.channels[i.Channel].resolvedRole(id)
		if !ok {
			return nil, fmt.Errorf("/%s: there is no role %s to pick", i.Name, id)
		}
		rolesIn(resolved)[id] = role
	}
	if users, ok := resolved["users"].(map[string]any); ok {
		resolved["members"] = s.membersOf(i.Channel, users)
	}
	data := map[string]any{"id": def.ID, "name": def.Name, "type": kindSlash}
	if len(options) > 0 {
		data["options"] = options
	}
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	return data, nil
}

// rolesIn are the roles that resolved names.
func rolesIn(resolved map[string]any) map[string]any {
	roles, _ := resolved["roles"].(map[string]any)
	return roles
}

// membersOf says who of users is a member of a channel's server, as far as
// resolved data does: without the user.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-resolved-data-structure
func (s *Server) membersOf(channel string, users map[string]any) map[string]any {
	members := map[string]any{}
	c := s.must(channel)
	if c.guild == nil {
		return members
	}
	for id := range users {
		m := memberJSON(c.guild, userJSON(id, "user-"+id))
		delete(m, "user")
		delete(m, "deaf")
		delete(m, "mute")
		m["permissions"] = bits(DefaultPermissions)
		members[id] = m
	}
	return members
}

// typed returns the options of a command or subcommand; words are the
// subcommands still to go down.
func typed(defs []optionDef, words []string, i Interaction, focused string, resolved map[string]any) ([]any, error) {
	if len(words) > 0 {
		n := slices.IndexFunc(defs, func(d optionDef) bool { return d.Name == words[0] && d.Type <= optGroup })
		if n < 0 {
			return nil, fmt.Errorf("no subcommand %q", words[0])
		}
		inner, err := typed(defs[n].Options, words[1:], i, focused, resolved)
		if err != nil {
			return nil, err
		}
		return []any{map[string]any{"name": words[0], "type": defs[n].Type, "options": append([]any{}, inner...)}}, nil
	}
	if len(defs) > 0 && defs[0].Type <= optGroup {
		return nil, fmt.Errorf("a subcommand is missing")
	}
	options := []any{}
	for _, d := range defs {
		value, given := i.Options[d.Name]
		if !given {
			if d.Required && focused == "" {
				return nil, fmt.Errorf("the required option %s is missing", d.Name)
			}
			continue
		}
		option, err := d.option(value, d.Name == focused, focused != "", resolved)
		if err != nil {
			return nil, fmt.Errorf("option %s: %w", d.Name, err)
		}
		options = append(options, option)
	}
	for name := range i.Options {
		if !slices.ContainsFunc(defs, func(d optionDef) bool { return d.Name == name }) {
			return nil, fmt.Errorf("no option %q", name)
		}
	}
	return options, checkFocus(defs, focused, i)
}

func checkFocus(defs []optionDef, focused string, i Interaction) error {
	if focused == "" {
		return nil
	}
	if _, given := i.Options[focused]; !given {
		return fmt.Errorf("nothing is typed into %q", focused)
	}
	if !slices.ContainsFunc(defs, func(d optionDef) bool { return d.Name == focused && d.Autocomplete }) {
		return fmt.Errorf("option %q has no autocomplete", focused)
	}
	return nil
}

// option turns a typed value into an option, as strictly as Discord's client.
// While something is being typed, values are not complete.
func (d optionDef) option(value string, focused, typing bool, resolved map[string]any) (map[string]any, error) {
	o := map[string]any{"name": d.Name, "type": d.Type, "value": value}
	if focused {
		o["focused"] = true
	}
	if typing {
		return o, nil
	}
	switch d.Type {
	case optString:
		if n := length(value); d.MaxLength != nil && n > *d.MaxLength || d.MinLength != nil && n < *d.MinLength || n > 6000 {
			return nil, fmt.Errorf("%d characters are too few or too many", n)
		}
	case optInteger, optNumber:
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || d.Type == optInteger && n != float64(int64(n)) {
			return nil, fmt.Errorf("%q is no number of this kind", value)
		}
		if d.MinValue != nil && n < *d.MinValue || d.MaxValue != nil && n > *d.MaxValue {
			return nil, fmt.Errorf("%v is out of range", n)
		}
		o["value"] = n
	case optBoolean:
		o["value"] = value == "true"
	case optUser, optChannel, optRole:
		if !isSnowflake(value) {
			return nil, fmt.Errorf("%q is no id", value)
		}
		if d.Type == optUser {
			resolved["users"] = map[string]any{value: userJSON(value, "user-"+value)}
		}
		if d.Type == optRole {
			resolved["roles"] = map[string]any{value: nil}
		}
	}
	if len(d.Choices) > 0 && !slices.ContainsFunc(d.Choices, func(c choiceDef) bool { return fmt.Sprint(c.Value) == value }) {
		return nil, fmt.Errorf("%q is none of the choices", value)
	}
	return o, nil
}
