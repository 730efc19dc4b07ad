package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// tokenRight compares the token of IDENTIFY and RESUME, which may say "Bot " as
// the header does.
func (s *Server) tokenRight(token string) bool {
	return s.token != "" && strings.TrimPrefix(token, "Bot ") == s.token
}

func (s *Server) identify(c *conn, d json.RawMessage) {
	s.gateway.stats.Identifies++
	var ask struct {
		Token      string
		Intents    *int
		Properties map[string]any
		Compress   bool
		Shard      *[2]int
	}
	if err := json.Unmarshal(d, &ask); err != nil {
		s.violate("", "IDENTIFY", "%v", err)
		c.closeWith(closeDecode)
		return
	}
	switch {
	case !s.tokenRight(ask.Token):
		c.closeWith(closeBadToken)
		return
	case s.gateway.limit.Remaining <= 0:
		s.violate("", "IDENTIFY", "no session start is left (session_start_limit)")
		c.send(opInvalidSession, json.RawMessage("false"))
		return
	}
	s.gateway.limit.Remaining--
	if f := c.fault; f.closeWith != 0 {
		c.closeWith(f.closeWith)
		return
	} else if f.invalid != nil {
		c.send(opInvalidSession, encode(*f.invalid))
		return
	}
	if !s.checkIntents(c, ask.Intents) {
		return
	}
	if len(ask.Properties) == 0 {
		s.violate("", "IDENTIFY", "no properties")
	}
	e := &session{id: fmt.Sprintf("%032x", s.newID()), shard: [2]int{0, 1}, conn: c}
	if ask.Shard != nil {
		if e.shard = *ask.Shard; e.shard[1] < 1 || e.shard[0] < 0 || e.shard[0] >= e.shard[1] {
			s.violate("", "IDENTIFY", "no such shard: %v", e.shard)
			c.closeWith(closeInvalidShard)
			return
		}
	}
	if c.fault.mute {
		c.silent = true
	}
	s.forgetOldSessions()
	s.gateway.sessions = append(s.gateway.sessions, e)
	c.session, c.compress = e, ask.Compress
	s.ready(c, e)
}

// keptSessions is how many sessions without a connection can be resumed; Discord
// forgets them after some minutes.
const keptSessions = 8

func (s *Server) forgetOldSessions() {
	lost := 0
	for _, e := range slices.Backward(slices.Clone(s.gateway.sessions)) {
		if e.conn == nil {
			if lost++; lost > keptSessions {
				s.endSession(e)
			}
		}
	}
}

func (s *Server) checkIntents(c *conn, intents *int) bool {
	switch {
	case intents == nil:
		s.violate("", "IDENTIFY", "no intents")
	case *intents&privilegedIntents != 0:
		s.violate("", "IDENTIFY", "intents %d hold privileged ones", *intents)
		c.closeWith(closeNotAllowed)
		return false
	case *intents != intentGuilds:
		s.violate("", "IDENTIFY", "intents %d, and the bot needs GUILDS (1) only", *intents)
	}
	return true
}

// ready sends READY and then every guild as if it came back from an outage.
func (s *Server) ready(c *conn, e *session) {
	guilds := []any{}
	var mine []string
	for _, id := range s.guildIDs() {
		if e.gets(id) {
			mine = append(mine, id)
			guilds = append(guilds, map[string]any{"id": id, "unavailable": true})
		}
	}
	d := map[string]any{
		"v": 10, "user": botUser(), "guilds": guilds, "session_id": e.id, "shard": e.shard, "session_type": "normal",
		"resume_gateway_url": s.gatewayURL() + "/resume", "private_channels": []any{}, "relationships": []any{},
		"application": map[string]any{"id": ApplicationID, "flags": 0}, "_trace": []string{"discordtest"},
	}
	if c.fault.noSession {
		delete(d, "session_id")
	}
	s.gateway.stats.Sessions++
	e.add("READY", encode(d), nil)
	for _, id := range mine {
		if g := s.world.guilds[id]; !g.outage {
			e.add("GUILD_CREATE", encode(guildCreate(g)), nil)
		}
	}
}

func (s *Server) resume(c *conn, d json.RawMessage) {
	s.gateway.stats.Resumes++
	var ask struct {
		Token     string
		SessionID string `json:"session_id"`
		Seq       int64
	}
	if err := json.Unmarshal(d, &ask); err != nil {
		s.violate("", "RESUME", "%v", err)
		c.closeWith(closeDecode)
		return
	}
	var found *session
	for _, e := range s.gateway.sessions {
		if e.id == ask.SessionID {
			found = e
		}
	}
	switch {
	case !s.tokenRight(ask.Token):
		c.closeWith(closeBadToken)
		return
	case c.fault.closeWith != 0:
		c.closeWith(c.fault.closeWith)
		return
	case c.fault.invalid != nil:
		c.send(opInvalidSession, encode(*c.fault.invalid))
		return
	case found == nil || len(found.events) > 0 && ask.Seq < found.events[0].seq-1:
		c.send(opInvalidSession, json.RawMessage("false"))
		return
	case ask.Seq > found.seq:
		s.violate("", "RESUME", "the sequence number %d was never sent", ask.Seq)
		c.closeWith(closeInvalidSeq)
		return
	}
	if old := found.conn; old != nil {
		old.session = nil
		old.closeWith(closeTimedOut)
	}
	s.gateway.stats.Resumed++
	c.silent = c.fault.mute
	c.session, c.written, found.conn = found, ask.Seq, c
	found.add("RESUMED", encode(map[string]any{"_trace": []string{"discordtest"}}), nil)
}
