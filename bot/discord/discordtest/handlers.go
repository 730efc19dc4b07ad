package discordtest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// handle does what a right request asks. s.mu is held.
func (s *Server) handle(r *request) reply {
	switch r.op {
	case GetGateway:
		return ok(map[string]any{"url": s.gatewayURL()})
	case GetGatewayBot:
		return ok(s.gatewayBot())
	case GetApplication, GetOAuthApplication:
		return ok(s.applicationJSON())
	case GetMe:
		return ok(botUser())
	case ListGuilds:
		return ok(s.guildList(r))
	case GetUser:
		return ok(userJSON(r.id("user_id"), "user-"+r.id("user_id")))
	case CreateDM:
		return s.createDM(r)
	case ListCommands, SetCommands:
		return s.handleCommands(r)
	case Callback:
		return s.callback(r)
	case CreateFollowup, GetOriginal, EditOriginal, DeleteOriginal, GetFollowup, EditFollowup, DeleteFollowup:
		return s.webhook(r)
	case GetGuild, ListRoles, ListChannels, GetMember, ActiveThreads:
		return s.handleGuild(r)
	}
	return s.handleChannel(r)
}

func (s *Server) handleGuild(r *request) reply {
	g := s.world.guilds[r.id("guild_id")]
	if g == nil || g.left {
		return apiError(http.StatusNotFound, 10004, "Unknown Guild")
	}
	switch r.op {
	case GetGuild:
		return ok(guildJSON(g))
	case ListRoles:
		return ok(rolesJSON(g))
	case ActiveThreads:
		return activeThreads(g)
	case GetMember:
		user := r.id("user_id")
		if user == BotUserID {
			return ok(memberJSON(g, botUser()))
		}
		return ok(memberJSON(g, userJSON(user, "user-"+user)))
	}
	list := []any{}
	for _, c := range g.channels {
		if !c.thread() {
			list = append(list, channelJSON(c))
		}
	}
	return ok(list)
}

func (s *Server) createDM(r *request) reply {
	var ask struct {
		RecipientID string `json:"recipient_id"`
	}
	if json.Unmarshal(r.raw, &ask) != nil || ask.RecipientID == "" {
		return invalidForm([]problem{{"recipient_id", "this field is required"}})
	}
	return ok(channelJSON(s.dm(ask.RecipientID)))
}

func (s *Server) handleChannel(r *request) reply {
	c := s.world.channels[r.id("channel_id")]
	switch {
	case c == nil:
		return apiError(http.StatusNotFound, 10003, "Unknown Channel")
	case c.guild != nil && c.guild.outage:
		return apiError(http.StatusServiceUnavailable, 0, "503: Service Unavailable")
	case c.guild != nil && c.guild.left || !c.may(ViewChannel):
		return apiError(http.StatusForbidden, 50001, "Missing Access")
	}
	switch r.op {
	case GetChannel:
		return ok(channelJSON(c))
	case ListMessages:
		return s.listMessages(c, r)
	case CreateMessage:
		return s.createMessage(c, r)
	case CreateForumPost:
		return s.createForumPost(c, r)
	case ChangeThread:
		return s.changeThread(c, r)
	case ArchivedThreads:
		return archivedThreads(c, r)
	}
	m := c.find(r.id("message_id"))
	if m == nil {
		return apiError(http.StatusNotFound, 10008, "Unknown Message")
	}
	switch r.op {
	case GetMessage:
		if !c.may(ReadMessageHistory) {
			return missingPermissions()
		}
		return reply{status: http.StatusOK, body: m.json(false)}
	case EditMessage:
		return s.editMessage(m, r.fields)
	case PublishMessage:
		return s.publish(m)
	case DeleteMessage:
		if m.author != BotUserID && !c.may(ManageMessages) {
			return missingPermissions()
		}
		m.deleted = true
		return reply{status: http.StatusNoContent}
	}
	return s.createThread(m, r)
}

func missingPermissions() reply {
	return apiError(http.StatusForbidden, 50013, "Missing Permissions")
}

// listMessages answers with an empty list, not with an error, when history may
// not be read.
func (s *Server) listMessages(c *channel, r *request) reply {
	limit := 50
	if l := r.query.Get("limit"); l != "" {
		if n, err := strconv.Atoi(l); err == nil {
			limit = n
		}
	}
	if !c.may(ReadMessageHistory) {
		return reply{status: http.StatusOK, body: []byte("[]")}
	}
	q := r.query.Get
	return reply{status: http.StatusOK, body: listJSON(c.page(q("before"), q("after"), q("around"), limit))}
}

func (s *Server) createMessage(c *channel, r *request) reply {
	send := SendMessages
	if c.thread() {
		send = SendMessagesInThread
	}
	switch {
	case c.Type == ForumChannel:
		return apiError(http.StatusBadRequest, 50008, "Cannot send messages in a non-text channel")
	case !c.may(send), !c.may(EmbedLinks) && len(r.body.get("embeds")) > 2:
		return missingPermissions()
	case c.Locked:
		return apiError(http.StatusBadRequest, 160005, "Thread is locked")
	case r.body.get("message_reference") != nil && !c.may(ReadMessageHistory):
		return apiError(http.StatusBadRequest, 160002, "Cannot reply without permission to read message history")
	}
	if earlier := s.repeated(c, r); earlier != nil {
		if earlier.deleted {
			return apiError(http.StatusNotFound, 10008, "Unknown Message")
		}
		s.stats.Duplicates++
		return reply{status: http.StatusOK, body: earlier.json(true)}
	}
	c.Archived = false
	m := &message{channel: c, author: BotUserID, nonce: r.nonce, body: r.body}
	s.put(m)
	s.stats.Posts++
	if m.nonce != "" {
		s.world.nonces[m.nonce] = m
	}
	return reply{status: http.StatusOK, body: m.json(true)}
}

// repeated returns the message that has the nonce of r, when it is recent and r
// wants to know. The nonce belongs to the author, not to the channel: one that is
// used in two channels would swallow a message, now or at another speed.
func (s *Server) repeated(c *channel, r *request) *message {
	earlier := s.world.nonces[r.nonce]
	if earlier == nil {
		return nil
	}
	if earlier.channel != c {
		s.violate(r.op, r.path, "the nonce %s was used in channel %s before and is used in %s now", r.nonce, earlier.channel.ID, c.ID)
	}
	if string(r.fields["enforce_nonce"]) != "true" || s.now().Sub(earlier.created) > s.world.window {
		return nil
	}
	return earlier
}

func (s *Server) editMessage(m *message, fields map[string]json.RawMessage) reply {
	switch {
	case m.author != BotUserID:
		return apiError(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
	case m.channel.Archived:
		return apiError(http.StatusBadRequest, 50083, "Thread is archived")
	case !m.channel.may(EmbedLinks) && len(fields["embeds"]) > 2:
		return missingPermissions()
	}
	if limit, hit := s.oldEdit(m); hit {
		return limit
	}
	s.stats.Edits++
	return s.edit(m, fields)
}

// edit changes a message in place.
func (s *Server) edit(m *message, fields map[string]json.RawMessage) reply {
	next := m.body.merge(fields)
	if len(fields["flags"]) > 0 { // of which an edit changes one
		kept := m.body.flags()&^flagSuppressEmbeds | next.flags()&flagSuppressEmbeds
		next = next.merge(map[string]json.RawMessage{"flags": encode(kept | next.flags()&flagComponentsV2)})
	}
	if m.body.flags()&flagComponentsV2 != 0 && next.flags()&flagComponentsV2 == 0 {
		return invalidForm([]problem{{"flags", "IS_COMPONENTS_V2 cannot be removed"}})
	}
	if empty(next.fields()) {
		return apiError(http.StatusBadRequest, 50006, "Cannot send an empty message")
	}
	m.earlier = append(m.earlier, m.body)
	m.body, m.edited = next, s.now()
	return reply{status: http.StatusOK, body: m.json(false)}
}

// handleCommands lists or replaces the commands of the application.
func (s *Server) handleCommands(r *request) reply {
	if r.id("application_id") != ApplicationID {
		return apiError(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	if r.op == SetCommands {
		s.setCommands(r.raw)
	}
	return ok(s.world.rawDefs)
}

func (s *Server) setCommands(raw []byte) {
	var defs []map[string]any
	if err := json.Unmarshal(raw, &defs); err != nil || defs == nil {
		defs = []map[string]any{}
	}
	ids := map[string]any{}
	for _, old := range s.world.rawDefs {
		ids[commandKey(old)] = old["id"]
	}
	for _, d := range defs {
		if d["type"] == nil {
			d["type"] = float64(kindSlash)
		}
		if d["id"] = ids[commandKey(d)]; d["id"] == nil {
			d["id"] = formatID(s.newID())
		}
		d["application_id"] = ApplicationID
		d["version"] = formatID(s.newID())
		if d["description"] == nil {
			d["description"] = ""
		}
	}
	s.world.rawDefs = defs
	s.world.commands = nil
	decodeInto(encode(defs), &s.world.commands)
	s.world.sets++
}

func commandKey(d map[string]any) string {
	kind, is := d["type"].(float64)
	if !is {
		kind = kindSlash
	}
	return strconv.Itoa(int(kind)) + " " + d["name"].(string)
}

// Commands returns the commands as the bot registered them and how often it
// did.
func (s *Server) Commands() (defs []json.RawMessage, sets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	decodeInto(encode(s.world.rawDefs), &defs)
	return defs, s.world.sets
}
