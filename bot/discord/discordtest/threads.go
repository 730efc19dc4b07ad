package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Tag is a tag of a forum.
// https://docs.discord.com/developers/resources/channel#forum-tag-object
type Tag struct {
	ID   string
	Name string
}

// maxActiveThreads is how many threads a guild may have that are not archived.
// https://docs.discord.com/developers/topics/threads
const maxActiveThreads = 1000

// oldMessage is from when on edits of a message have the budget of old ones.
const oldMessage = time.Hour

func (s *Server) createThread(m *message, r *request) reply {
	var ask struct{ Name string }
	if err := json.Unmarshal(r.raw, &ask); err != nil {
		return invalidForm([]problem{{"name", err.Error()}})
	}
	parent := m.channel
	id := formatID(m.id) // https://docs.discord.com/developers/resources/channel#start-thread-from-message
	switch {
	case !parent.may(CreatePublicThreads):
		return missingPermissions()
	case parent.Type != TextChannel && parent.Type != AnnouncementChannel:
		return apiError(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case s.world.channels[id] != nil:
		return apiError(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	case parent.guild.active() >= maxActiveThreads:
		return apiError(http.StatusBadRequest, 160006, "Maximum number of active threads has been reached")
	}
	thread := &channel{Channel: Channel{ID: id, Guild: parent.Guild, Name: ask.Name, Type: PublicThread, Parent: parent.ID, Permissions: parent.Permissions}}
	s.add(thread)
	rep := ok(channelJSON(thread))
	rep.status = http.StatusCreated
	return rep
}

// active counts the threads that are not archived.
func (g *guild) active() (n int) {
	for _, c := range g.channels {
		if c.thread() && !c.Archived {
			n++
		}
	}
	return n
}

// createForumPost opens a thread with its first message, which has its id.
// https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
func (s *Server) createForumPost(c *channel, r *request) reply {
	var ask struct {
		Name    string
		Tags    []string `json:"applied_tags"`
		Message json.RawMessage
	}
	if err := json.Unmarshal(r.raw, &ask); err != nil {
		return invalidForm([]problem{{"", err.Error()}})
	}
	switch {
	case c.Type != ForumChannel:
		return apiError(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case !c.may(SendMessages), !c.may(EmbedLinks) && len(field(ask.Message, "embeds")) > 2:
		return missingPermissions()
	case c.TagRequired && len(ask.Tags) == 0:
		return apiError(http.StatusBadRequest, 40067, "A tag is required to create a forum post in this channel")
	case slices.ContainsFunc(ask.Tags, func(id string) bool { return !slices.ContainsFunc(c.Tags, func(t Tag) bool { return t.ID == id }) }):
		return apiError(http.StatusNotFound, 10087, "Unknown Tag")
	}
	m := &message{author: BotUserID, body: newBody(decodeFields(ask.Message)), created: s.now()}
	m.id = s.newID()
	thread := &channel{Channel: Channel{ID: formatID(m.id), Guild: c.Guild, Name: ask.Name, Type: PublicThread, Parent: c.ID, Permissions: c.Permissions, Applied: ask.Tags}}
	m.channel, thread.messages = thread, []*message{m}
	s.add(thread)
	m.pings = m.pinged()
	s.stats.Posts++
	made := channelJSON(thread)
	made["message"] = json.RawMessage(m.json(false))
	rep := ok(made)
	rep.status = http.StatusCreated
	return rep
}

// changeThread archives a thread or opens it again, names and tags it. A locked one is opened by
// moderators only. https://docs.discord.com/developers/topics/threads#permissions
func (s *Server) changeThread(c *channel, r *request) reply {
	var ask struct {
		Name     *string
		Archived *bool
		Tags     []string `json:"applied_tags"`
	}
	switch err := json.Unmarshal(r.raw, &ask); {
	case err != nil:
		return invalidForm([]problem{{"", err.Error()}})
	case !c.thread():
		return apiError(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case !c.may(SendMessagesInThread) || c.Locked:
		return missingPermissions()
	case ask.Name != nil && c.Archived && ask.Archived == nil:
		return apiError(http.StatusBadRequest, 50083, "Thread is archived")
	}
	if ask.Name != nil {
		c.Name = *ask.Name
	}
	if ask.Archived != nil {
		c.Archived = *ask.Archived
	}
	if ask.Tags != nil {
		parent := s.world.channels[c.Parent]
		switch {
		case parent == nil || parent.Type != ForumChannel:
			return apiError(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
		case len(ask.Tags) == 0 && parent.TagRequired:
			return apiError(http.StatusBadRequest, 40067, "A tag is required to create a forum post in this channel")
		case slices.ContainsFunc(ask.Tags, func(id string) bool { return !slices.ContainsFunc(parent.Tags, func(t Tag) bool { return t.ID == id }) }):
			return apiError(http.StatusNotFound, 10087, "Unknown Tag")
		}
		c.Applied = ask.Tags
	}
	return ok(channelJSON(c))
}

// activeThreads lists a guild's threads that are not archived.
// https://docs.discord.com/developers/resources/guild#list-active-guild-threads
func activeThreads(g *guild) reply {
	list := []any{}
	for _, c := range g.channels {
		if c.thread() && !c.Archived && c.may(ViewChannel) {
			list = append(list, channelJSON(c))
		}
	}
	return ok(map[string]any{"threads": list, "members": []any{}})
}

// archivedThreads lists a channel's public threads that are archived, the ones
// archived last first. https://docs.discord.com/developers/resources/channel#list-public-archived-threads
func archivedThreads(parent *channel, r *request) reply {
	if !parent.may(ReadMessageHistory) {
		return missingPermissions()
	}
	limit := 100
	if n, err := strconv.Atoi(r.query.Get("limit")); err == nil {
		limit = n
	}
	list, more := []any{}, false
	for _, c := range slices.Backward(parent.guild.channels) {
		// Its own time stands for when it was archived: see channelJSON.
		if c.Parent != parent.ID || c.Type != PublicThread || !c.Archived {
			continue
		}
		if at, err := time.Parse(time.RFC3339, r.query.Get("before")); err == nil && !IDTime(c.ID).Before(at) {
			continue
		}
		if more = len(list) == limit; more {
			break
		}
		list = append(list, channelJSON(c))
	}
	return ok(map[string]any{"threads": list, "members": []any{}, "has_more": more})
}

// publish crossposts a message of an announcement channel.
// https://docs.discord.com/developers/resources/message#crosspost-message
func (s *Server) publish(m *message) reply {
	switch {
	case m.channel.Type != AnnouncementChannel:
		return apiError(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case !m.channel.may(SendMessages) || m.author != BotUserID && !m.channel.may(ManageMessages):
		return missingPermissions()
	case m.published:
		return apiError(http.StatusBadRequest, 40033, "This message has already been crossposted.")
	}
	m.published = true
	return reply{status: http.StatusOK, body: m.json(false)}
}

// oldEdit lets an edit of an old message pass or answers it with 30046.
func (s *Server) oldEdit(m *message) (reply, bool) {
	b, now := s.limiter.limits.OldEdits, s.now()
	if b.Limit == 0 || now.Sub(m.created) < oldMessage {
		return reply{}, false
	}
	w := s.limiter.window(bucketKey{"old", m.channel.ID}, b, now)
	if w.left > 0 {
		w.left--
		return reply{}, false
	}
	wait := w.ends.Sub(now)
	rep := ok(map[string]any{"message": "Maximum number of edits to messages older than 1 hour reached. Try again later.", "code": 30046, "retry_after": round(wait), "global": false})
	rep.status = http.StatusTooManyRequests
	rep.header = map[string]string{"Retry-After": wholeSeconds(wait), "X-RateLimit-Scope": "user"}
	return rep, true
}
