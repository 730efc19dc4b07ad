package discordtest

import (
	"fmt"
	"maps"
	"slices"
)

// Permissions, as Discord numbers their bits.
// https://docs.discord.com/developers/topics/permissions
const (
	Administrator        int64 = 1 << 3
	ManageChannels       int64 = 1 << 4
	ManageGuild          int64 = 1 << 5
	ViewChannel          int64 = 1 << 10
	SendMessages         int64 = 1 << 11
	ManageMessages       int64 = 1 << 13
	EmbedLinks           int64 = 1 << 14
	ReadMessageHistory   int64 = 1 << 16
	MentionEveryone      int64 = 1 << 17
	UseCommands          int64 = 1 << 31
	CreatePublicThreads  int64 = 1 << 35
	SendMessagesInThread int64 = 1 << 38

	// DefaultPermissions is what everyone has in a new guild here.
	DefaultPermissions = ViewChannel | SendMessages | EmbedLinks | ReadMessageHistory |
		UseCommands | CreatePublicThreads | SendMessagesInThread
)

// Types of channel.
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
const (
	TextChannel         = 0
	DMChannel           = 1
	AnnouncementChannel = 5
	PublicThread        = 11
	ForumChannel        = 15
)

// Channel is what may be changed of a channel.
type Channel struct {
	ID    string
	Guild string // "" for a DM
	Name  string
	Type  int
	// Permissions is what the bot may do there.
	Permissions int64
	Parent      string   // of a thread
	Archived    bool     // of a thread
	Locked      bool     // of a thread
	Tags        []Tag    // of a forum
	TagRequired bool     // of a forum
	Applied     []string // ids of a thread's tags
}

type channel struct {
	Channel
	guild    *guild
	user     string     // of a DM
	messages []*message // by id; deleted ones keep their place
}

func (c *channel) thread() bool { return c.Type >= 10 && c.Type <= 12 }

func (c *channel) may(p int64) bool {
	return c.Permissions&Administrator != 0 || c.Permissions&p == p
}

type guild struct {
	id       string
	channels []*channel
	outage   bool
	left     bool // the bot was removed
	// permissions is what the bot may do in all of it, less what its channels say.
	permissions int64
	roles       []Role // beside everyone's and the bot's
}

type world struct {
	guilds   map[string]*guild
	channels map[string]*channel
	gone     map[string]bool     // ids of channels that were deleted
	nonces   map[string]*message // the last of each nonce
	window   nonceWindow
	commands []commandDef
	rawDefs  []map[string]any
	sets     int // how often commands were set
	// application is what the application is that it is not usually.
	application map[string]any
}

func newWorld() world {
	return world{
		guilds:   map[string]*guild{},
		channels: map[string]*channel{},
		gone:     map[string]bool{},
		nonces:   map[string]*message{},
		window:   defaultNonceWindow,
	}
}

// AddChannel adds a text channel to a guild, which is added when it is new. perms
// is what the bot may do there, DefaultPermissions when none are given. It
// panics for ids that are no snowflakes or that exist.
func (s *Server) AddChannel(guildID, channelID string, perms ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{Channel: Channel{ID: channelID, Guild: guildID, Name: "channel-" + channelID, Permissions: DefaultPermissions}}
	if len(perms) > 0 {
		c.Permissions = 0
		for _, p := range perms {
			c.Permissions |= p
		}
	}
	s.add(c)
}

// add puts a channel into its guild and tells the bot. s.mu is held.
func (s *Server) add(c *channel) {
	if !isSnowflake(c.ID) || c.Guild != "" && !isSnowflake(c.Guild) {
		panic(fmt.Sprintf("discordtest: %q or %q is no snowflake", c.Guild, c.ID))
	}
	if s.world.channels[c.ID] != nil {
		panic("discordtest: channel " + c.ID + " exists")
	}
	s.world.channels[c.ID] = c
	if c.Guild == "" {
		return
	}
	g := s.world.guilds[c.Guild]
	isNew := g == nil
	if isNew {
		g = &guild{id: c.Guild, permissions: DefaultPermissions}
		s.world.guilds[c.Guild] = g
	}
	c.guild = g
	g.channels = append(g.channels, c)
	switch {
	case len(s.gateway.sessions) == 0: // nobody to tell
	case isNew:
		s.dispatch("GUILD_CREATE", g.id, guildCreate(g), nil)
	case c.thread():
		s.dispatch("THREAD_CREATE", g.id, channelJSON(c), nil)
	default:
		s.dispatch("CHANNEL_CREATE", g.id, channelJSON(c), nil)
	}
}

// channelsPerGuild is how AddChannels spreads channels: a bot sees at most
// 2,500 guilds in one connection.
const channelsPerGuild = 100

// AddChannels adds n text channels and returns their ids, a hundred to a guild.
func (s *Server) AddChannels(n int) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Channel, 0, n)
	var guildID string
	for i := range n {
		if i%channelsPerGuild == 0 {
			guildID = formatID(s.newID())
		}
		c := &channel{Channel: Channel{ID: formatID(s.newID()), Guild: guildID, Permissions: DefaultPermissions}}
		c.Name = fmt.Sprintf("channel-%d", i+1)
		s.add(c)
		all = append(all, c.Channel)
	}
	return all
}

// AddDM opens the bot's private channel with a user and returns its id.
func (s *Server) AddDM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(user).ID
}

func (s *Server) dm(user string) *channel {
	for _, c := range s.world.channels {
		if c.Type == DMChannel && c.user == user {
			return c
		}
	}
	c := &channel{Channel: Channel{ID: formatID(s.newID()), Type: DMChannel, Permissions: DefaultPermissions}, user: user}
	s.world.channels[c.ID] = c
	return c
}

// Channel returns a channel. It panics for one that does not exist.
func (s *Server) Channel(id string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.must(id).Channel
}

// ChangeChannel changes a channel and sends CHANNEL_UPDATE or THREAD_UPDATE. It
// panics for a channel that does not exist.
func (s *Server) ChangeChannel(id string, change func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.must(id)
	change(&c.Channel)
	event := "CHANNEL_UPDATE"
	if c.thread() {
		event = "THREAD_UPDATE"
	}
	s.dispatch(event, c.Guild, channelJSON(c), nil)
}

// SetPermissions changes what the bot may do in a channel.
func (s *Server) SetPermissions(channel string, perms int64) {
	s.ChangeChannel(channel, func(c *Channel) { c.Permissions = perms })
}

func (s *Server) must(channel string) *channel {
	c := s.world.channels[channel]
	if c == nil {
		panic("discordtest: no channel " + channel)
	}
	return c
}

// DeleteChannel deletes a channel and tells the bot.
func (s *Server) DeleteChannel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.must(id)
	delete(s.world.channels, id)
	s.world.gone[id] = true
	c.guild.channels = slices.DeleteFunc(c.guild.channels, func(o *channel) bool { return o == c })
	event := "CHANNEL_DELETE"
	if c.thread() {
		event = "THREAD_DELETE"
	}
	s.dispatch(event, c.Guild, channelJSON(c), nil)
}

// RemoveFromGuild removes the bot from a guild. Its channels answer 50001.
func (s *Server) RemoveFromGuild(id string) { s.guildChange(id, func(g *guild) { g.left = true }) }

// Outage makes a guild unavailable: an outage, not a removal. Recover ends it.
func (s *Server) Outage(id string) { s.guildChange(id, func(g *guild) { g.outage = true }) }

// Recover ends an outage, or invites the bot again.
func (s *Server) Recover(id string) {
	s.guildChange(id, func(g *guild) { g.outage, g.left = false, false })
}

func (s *Server) guildChange(id string, change func(*guild)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[id]
	if g == nil {
		panic("discordtest: no guild " + id)
	}
	change(g)
	switch {
	case g.left: // without "unavailable": https://docs.discord.com/developers/events/gateway-events#guild-delete
		s.dispatch("GUILD_DELETE", id, map[string]any{"id": id}, nil)
	case g.outage:
		s.dispatch("GUILD_DELETE", id, map[string]any{"id": id, "unavailable": true}, nil)
	default:
		s.dispatch("GUILD_CREATE", id, guildCreate(g), nil)
	}
}

// guildIDs returns the guilds the bot is in, in a fixed order. s.mu is held.
func (s *Server) guildIDs() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.world.guilds)), func(id string) bool { return s.world.guilds[id].left })
}
