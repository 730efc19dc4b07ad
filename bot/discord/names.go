package discord

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/time/rate"

	"storybot/bot"
)

const (
	// lookupTime is how long a command waits for names. Whoever asked is told
	// before that the bot is at it.
	lookupTime = 2 * time.Second
	// maxNames is how many names are kept.
	maxNames = 2048
	// nameLife is how long a name is kept; channelLife how long a channel's is,
	// which may have become private, and what was not found.
	nameLife    = 10 * time.Minute
	channelLife = time.Minute
)

// Requests for names per second, and at once. Whoever types ids of channels
// that the bot may not see makes Discord count an invalid request each, of
// which 10,000 in ten minutes are a ban
// (https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
const (
	lookupsPerSecond = 2
	lookupsAtOnce    = 20
)

// names finds what people, roles and channels are called. What Discord does not
// tell in time is called by what it is.
type names struct {
	p     *Platform
	world *world
	limit *rate.Limiter

	mu   sync.Mutex
	kept map[nameKey]keptName
}

type nameKey struct {
	guild string
	kind  bot.MentionKind
	id    string
}

// keyOf is the key of what was mentioned in a guild.
func keyOf(guild string, m bot.Mention) nameKey {
	return nameKey{guild, m.Kind, strings.TrimPrefix(m.Ref, platformName+":")}
}

type keptName struct {
	name  string // with its sign
	until time.Time
}

func newNames(p *Platform, w *world) *names {
	return &names{p: p, world: w, limit: rate.NewLimiter(lookupsPerSecond, lookupsAtOnce), kept: map[nameKey]keptName{}}
}

// of is what r has mentioned, with names. It is the caller's alone.
func (n *names) of(ctx context.Context, r *reader) []bot.Mention {
	list := r.mentions.List()
	var missing []int
	for i := range list {
		key := keyOf(r.guild, list[i])
		name := cmp.Or(r.resolved.name(key.kind, key.id), n.recall(key))
		if name == "" {
			name = key.kind.Unnamed()
			missing = append(missing, i)
		}
		list[i].Name = name
	}
	if len(missing) == 0 {
		return list
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	var asking sync.WaitGroup
	for _, i := range missing[:min(len(missing), bot.MaxLookUps)] {
		asking.Go(func() {
			if name := n.lookUp(ctx, keyOf(r.guild, list[i])); name != "" {
				list[i].Name = name
			}
		})
	}
	asking.Wait()
	return list
}

// recall returns a kept name, or "".
func (n *names) recall(key nameKey) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if k := n.kept[key]; n.p.now().Before(k.until) {
		return k.name
	}
	return ""
}

func (n *names) keep(key nameKey, name string, life time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.kept) >= maxNames {
		clear(n.kept)
	}
	n.kept[key] = keptName{name, n.p.now().Add(life)}
}

// forgetChannels forgets what channels are called: who may see them changed.
func (n *names) forgetChannels() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for key := range n.kept {
		if key.kind == bot.ChannelKind {
			delete(n.kept, key)
		}
	}
}

// lookUp asks Discord for a name and keeps it; "" when nothing was learnt.
func (n *names) lookUp(ctx context.Context, key nameKey) string {
	if !isSnowflake(key.id) {
		return ""
	}
	var name string
	var sure bool // Discord knows that there is none to be told
	switch key.kind {
	case bot.PersonKind:
		name, sure = n.person(ctx, key)
	case bot.RoleKind:
		name, sure = n.role(ctx, key)
	case bot.ChannelKind:
		name, sure = n.channel(ctx, key)
	}
	switch {
	case name != "" && key.kind != bot.ChannelKind:
		n.keep(key, name, nameLife)
	case name != "":
		n.keep(key, name, channelLife)
	case sure:
		n.keep(key, key.kind.Unnamed(), channelLife)
	}
	return name
}

// person asks for a member of the server, and then for anybody
// (https://discord.com/developers/docs/resources/guild#get-guild-member,
// https://discord.com/developers/docs/resources/user#get-user).
func (n *names) person(ctx context.Context, key nameKey) (name string, sure bool) {
	if key.guild != "" {
		var m member
		status := n.get(ctx, "/guilds/"+key.guild+"/members/"+key.id, &m)
		if found := called(m.User, m.Nick); found != "" || status != http.StatusNotFound && status != http.StatusForbidden {
			return found, false
		}
	}
	var u user
	status := n.get(ctx, "/users/"+key.id, &u)
	return called(u, ""), status == http.StatusOK || status == http.StatusNotFound
}

// role asks for the roles of the server
// (https://discord.com/developers/docs/resources/guild#get-guild-roles).
func (n *names) role(ctx context.Context, key nameKey) (name string, sure bool) {
	if key.guild == "" {
		return "", true
	}
	var roles []role
	status := n.get(ctx, "/guilds/"+key.guild+"/roles", &roles)
	for _, r := range roles {
		if string(r.ID) == key.id {
			return r.called(), true
		}
	}
	return "", status == http.StatusOK || status == http.StatusNotFound
}

// channel asks for a channel of the server. Its name is told where everyone in
// the server may see it, and nowhere else
// (https://discord.com/developers/docs/resources/channel#get-channel).
func (n *names) channel(ctx context.Context, key nameKey) (name string, sure bool) {
	if key.guild == "" {
		return "", true
	}
	c, status := n.channelOf(ctx, key)
	if status != http.StatusOK {
		return "", status == http.StatusNotFound || status == http.StatusForbidden
	}
	if name = plainName(c.Name); name == "" || c.Type.is(int(discordgo.ChannelTypeGuildPrivateThread)) {
		return "", true
	}
	if isThread(c.Type) {
		key.id = string(c.ParentID)
		if c, status = n.channelOf(ctx, key); status != http.StatusOK {
			return "", false
		}
	}
	if views, known := n.open(ctx, key.guild, c); !views {
		return "", known
	}
	return "#" + name, true
}

// channelOf asks for a channel; of another server it is as good as none.
func (n *names) channelOf(ctx context.Context, key nameKey) (c channelObject, status int) {
	if !isSnowflake(key.id) {
		return c, http.StatusNotFound
	}
	status = n.get(ctx, "/channels/"+key.id, &c)
	if status == http.StatusOK && string(c.GuildID) != key.guild {
		status = http.StatusNotFound
	}
	return c, status
}

// open says whether everyone in a server may see c; known is false when that
// cannot be found out.
func (n *names) open(ctx context.Context, guild string, c channelObject) (views, known bool) {
	if views, known = c.everyone(guild); known {
		return views, true
	}
	if views, known = n.world.everyoneViews(guild); known {
		return views, true
	}
	var roles []role
	n.get(ctx, "/guilds/"+guild+"/roles", &roles)
	n.world.changed(guild, roles...)
	for _, r := range roles {
		if bits, ok := allowed(r.Permissions); ok && string(r.ID) == guild {
			return bits&discordgo.PermissionViewChannel != 0, true
		}
	}
	return false, false
}

// get asks for something and reads it into into. status is 0 when it was not
// asked for, or no answer that can be read came.
func (n *names) get(ctx context.Context, path string, into any) (status int) {
	if !n.limit.Allow() {
		return 0
	}
	a, err := n.p.rest.do(ctx, n.p.rest.answers, request{what: "look up a name", method: http.MethodGet, path: path})
	if err != nil {
		n.p.log.Warn("a name cannot be looked up", "err", err)
		return 0
	}
	if a.ok() && decode(a.body, into) != nil {
		return 0
	}
	return a.status
}

// called is a person's name with its sign, or "".
func called(u user, nick word) string {
	name := plainName(nick)
	if name == "" {
		name = u.name()
	}
	return sign("@", name)
}

// sign puts a sign before a name that does not begin with it already, as
// @everyone's does.
func sign(s, name string) string {
	if name == "" || name[:1] == s {
		return name
	}
	return s + name
}
