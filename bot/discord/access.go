package discord

import (
	"encoding/json"
	"slices"

	"github.com/bwmarrin/discordgo"

	"storybot/stories"
)

// maxSeats is how many channels and threads of a server are remembered: Discord
// lets a server have 500 channels and 1000 active threads
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json,
// 30013 and 160006), the rest is for threads that were archived since. Of a thread
// beyond it is not learnt when its channel is closed, so that it counts as private.
const maxSeats = 4096

// seat is what the gateway has told of who sees a channel or a thread.
type seat struct {
	thread  bool
	private bool   // a private thread
	parent  string // of a thread
	// views is what the channel's own permissions say of everyone, if said.
	views, said bool
}

// seatOf reads what a channel object says of who sees it; told is false when it
// says nothing of it.
func seatOf(guild string, c channelObject) (s seat, told bool) {
	switch {
	case !c.Type.legal:
		return s, false
	case isThread(c.Type):
		s = seat{thread: true, private: c.Type.is(int(discordgo.ChannelTypeGuildPrivateThread)), parent: string(c.ParentID)}
		return s, s.private || s.parent != ""
	}
	s.views, s.said = c.everyone(guild)
	return s, len(c.Overwrites) > 0 && string(c.Overwrites) != "null"
}

// seated notes what a channel object says and returns who may know of the channel.
func (w *world) seated(guild, id string, c channelObject) stories.Access {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, told := seatOf(guild, c)
	of := w.servers[guild]
	switch {
	case of == nil && told && s.private:
		return stories.PrivateAccess
	case of == nil:
		return stories.UnsaidAccess
	case !told:
		return of.access(id)
	}
	if _, known := of.seats[id]; !known && len(of.seats) >= maxSeats {
		return stories.PrivateAccess
	}
	if of.seats == nil {
		of.seats = map[string]seat{}
	}
	of.seats[id] = s
	return of.access(id)
}

// unseat forgets a channel, or with "" all of a server's: what there is was told
// anew.
func (w *world) unseat(guild, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch s := w.servers[guild]; {
	case s == nil:
	case id == "":
		clear(s.seats)
	default:
		delete(s.seats, id)
	}
}

// access says who may know of a channel. A thread may be known of by those who see
// its channel.
func (s *server) access(id string) stories.Access {
	at, known := s.seats[id]
	if known && at.private {
		return stories.PrivateAccess
	}
	if known && at.thread {
		at, known = s.seats[at.parent]
	}
	views := s.views
	if at.said {
		views = at.views
	}
	switch {
	case !known || at.thread || !at.said && !s.viewsKnown:
		return stories.UnsaidAccess
	case views:
		return stories.OpenAccess
	}
	return stories.PrivateAccess
}

// below is who may know of the threads of a channel, or with "" of whatever a server
// has: that changes with the channel, or with the role that everyone has. It holds
// no names.
func (w *world) below(guild, channel string) (told []stories.PlaceName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.servers[guild]
	if s == nil {
		return nil
	}
	for id, at := range s.seats {
		if access := s.access(id); access != stories.UnsaidAccess && (channel == "" || at.thread && at.parent == channel) {
			told = append(told, stories.PlaceName{Place: stories.Destination{Platform: platformName, Workspace: guild, Channel: id}, Access: access, Heard: true})
		}
	}
	return told
}

// threadsOf are the threads of a channel that the gateway has told of, in the order of
// their ids.
func (w *world) threadsOf(guild, channel string) (ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.servers[guild]
	if s == nil || channel == "" {
		return nil
	}
	for id, at := range s.seats {
		if at.thread && at.parent == channel {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// seen is what an event tells of a server or of one of its channels and threads.
type seen struct {
	ID word `json:"id"`
	channelObject
	Role     role   `json:"role"`     // of a GUILD_ROLE_UPDATE
	Channels []seen `json:"channels"` // of a GUILD_CREATE
	Threads  []seen `json:"threads"`
}

// heard is what an event tells of names, once the world has taken in its roles. Of a
// server's many channels most are none of ours.
func (w *world) heard(event string, raw json.RawMessage) (told stories.Sighting) {
	var s seen
	if decode(raw, &s) != nil {
		return told
	}
	channel := func(guild word, c seen) {
		if !isSnowflake(string(guild)) || !isSnowflake(string(c.ID)) {
			return
		}
		p := placeName(stories.Destination{Platform: platformName, Workspace: string(guild), Channel: string(c.ID)}, c.Type, c.Name)
		p.Heard = true
		p.Access = w.seated(string(guild), string(c.ID), c.channelObject)
		told.Places = append(told.Places, p)
	}
	switch event {
	case "CHANNEL_CREATE", "THREAD_CREATE", "THREAD_UPDATE":
		channel(s.GuildID, s)
	case "CHANNEL_UPDATE":
		channel(s.GuildID, s)
		told.Places = append(told.Places, w.below(string(s.GuildID), string(s.ID))...)
	case "CHANNEL_DELETE", "THREAD_DELETE":
		w.unseat(string(s.GuildID), string(s.ID))
	case "GUILD_ROLE_UPDATE":
		if s.Role.ID == s.GuildID { // everyone's
			told.Places = w.below(string(s.GuildID), "")
		}
	case "GUILD_CREATE", "GUILD_UPDATE":
		if isSnowflake(string(s.ID)) {
			told.Places = append(told.Places, stories.PlaceName{Place: stories.Destination{Platform: platformName, Workspace: string(s.ID)},
				Form: stories.WorkspaceForm, Name: plainName(s.Name)})
		}
		if len(s.Channels) > 0 {
			w.unseat(string(s.ID), "")
		}
		for _, list := range [][]seen{s.Channels, s.Threads} {
			for _, c := range list {
				channel(s.ID, c)
			}
		}
	}
	return told
}
