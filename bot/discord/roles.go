package discord

import (
	"regexp"
	"sync"

	"storybot/bot"
	"storybot/stories"
)

// roleForm is how a role is written that is pinged
// (https://discord.com/developers/docs/reference#message-formatting-formats).
var roleForm = regexp.MustCompile(`^<@&([1-9][0-9]{0,19})>$`)

func roleMention(id string) string { return "<@&" + id + ">" }

// roleOf is the role that a ping at d is of, "" for none. The role that everyone in a
// server has bears its server's id, and is never pinged
// (https://discord.com/developers/docs/topics/permissions#role-object).
func roleOf(p stories.Ping, d stories.Destination) string {
	m := roleForm.FindStringSubmatch(p.Mention)
	if m == nil || d.Workspace == "" || m[1] == d.Workspace {
		return ""
	}
	return m[1]
}

// outright is true where that and nothing else was said: rights are given by it.
type outright bool

// UnmarshalJSON never fails.
func (p *outright) UnmarshalJSON(raw []byte) error {
	*p = string(raw) == "true"
	return nil
}

// roles are those of the servers the gateway has told of, and which of them everyone may
// ping. The zero value knows no server.
type roles struct {
	mu      sync.Mutex
	servers map[string]map[string]bool
}

// begin notes all roles of a server. There is always one, so none were not told.
func (r *roles) begin(guild string, list []role) {
	if len(list) == 0 || !isSnowflake(guild) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.servers == nil {
		r.servers = map[string]map[string]bool{}
	}
	known := make(map[string]bool, len(list))
	for _, one := range list {
		known[string(one.ID)] = bool(one.Mentionable)
	}
	r.servers[guild] = known
}

// know notes one more role of a server that is known, or how it is now.
func (r *roles) know(guild string, one role) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.servers[guild]; known != nil && one.ID != "" {
		known[string(one.ID)] = bool(one.Mentionable)
	}
}

// drop notes that a role was deleted.
func (r *roles) drop(guild, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.servers[guild], id)
}

// forget forgets a server.
func (r *roles) forget(guild string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.servers, guild)
}

// gone says that a server has no such role.
func (r *roles) gone(guild, id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.servers[guild]
	_, is := known[id]
	return known != nil && !is
}

// mentionable says whether everyone may ping a role; known is false where it is not known.
func (r *roles) mentionable(guild, id string) (yes, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	yes, known = r.servers[guild][id]
	return yes, known
}

// mentionable is o without a ping of a role that is not there any more: Discord would
// show it as a role that was deleted.
func (p *Platform) mentionable(o bot.Operation) bot.Operation {
	d := o.Delivery.Destination
	role := roleOf(o.Ping, d)
	switch {
	case role == "":
		o.Ping = stories.Ping{}
	case p.roles.gone(d.Workspace, role):
		o.Ping = stories.Ping{}
		p.roleGone(d.Workspace, role)
	}
	return o
}

// rolePlace is where it is kept what a role is called.
func rolePlace(guild, id string) stories.Destination {
	return stories.Destination{Platform: platformName, Workspace: guild, Channel: roleMention(id)}
}

// roleNamed tells what a role is called; heard says that nobody asked for it.
func (p *Platform) roleNamed(guild string, r role, heard bool) {
	if name := plainName(r.Name); isSnowflake(guild) && isSnowflake(string(r.ID)) && name != "" {
		p.places.Named(stories.Sighting{Places: []stories.PlaceName{{
			Place: rolePlace(guild, string(r.ID)), Form: stories.GroupForm, Name: name, Access: stories.OpenAccess, Heard: heard}}})
	}
}

// rolesListed tells what all roles of a server are called, as Discord lists them whenever
// the bot connects: what else is kept was deleted meanwhile. There is always one role, so
// an empty list tells nothing.
func (p *Platform) rolesListed(guild string, list []role) {
	if len(list) == 0 || !isSnowflake(guild) {
		return
	}
	all := stories.AllGroups{In: stories.Destination{Platform: platformName, Workspace: guild}, Called: map[string]string{}}
	for _, r := range list {
		all.Called[roleMention(string(r.ID))] = plainName(r.Name)
	}
	p.places.Named(stories.Sighting{Groups: []stories.AllGroups{all}})
}

// roleGone tells that there is no such role any more.
func (p *Platform) roleGone(guild, id string) {
	p.roles.drop(guild, id)
	if isSnowflake(guild) && isSnowflake(id) {
		p.places.Named(stories.Sighting{Places: []stories.PlaceName{{
			Place: rolePlace(guild, id), Form: stories.GroupForm, Access: stories.GoneAccess, Heard: true}}})
	}
}
