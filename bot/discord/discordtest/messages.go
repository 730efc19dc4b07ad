package discordtest

import (
	"bytes"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// nonceWindow is how long a nonce is remembered.
type nonceWindow = time.Duration

// defaultNonceWindow: the documentation says "the past few minutes".
// https://docs.discord.com/developers/resources/message#create-message
const defaultNonceWindow = 3 * time.Minute

// WithNonceWindow sets how long enforce_nonce recognises a repeat.
func WithNonceWindow(d time.Duration) Option { return func(s *Server) { s.world.window = d } }

// message is a stored message.
type message struct {
	id      uint64
	channel *channel
	author  string // user id
	nonce   string
	body    *body
	earlier []*body // before each edit
	created time.Time
	edited  time.Time
	deleted bool
	// published says that it was crossposted.
	published bool
	reply     *interaction // it answers
	pings     []string     // whom it pinged: see pinged
}

// json returns the message as the API shows it; the nonce is shown to who just
// posted it only.
func (m *message) json(withNonce bool) []byte {
	b := make([]byte, 0, 1024+len(m.body.get("embeds")))
	b = append(b, `{"type":0,"id":"`...)
	b = strconv.AppendUint(b, m.id, 10)
	b = append(b, `","channel_id":"`...)
	b = append(b, m.channel.ID...)
	b = append(b, `","author":`...)
	if m.author == BotUserID {
		b = append(b, botJSON...)
	} else {
		b = append(b, encode(userJSON(m.author, "user-"+m.author))...)
	}
	b = append(b, `,"timestamp":"`...)
	b = append(b, stamp(m.created)...)
	b = append(b, `","edited_timestamp":`...)
	if m.edited.IsZero() {
		b = append(b, "null"...)
	} else {
		b = append(b, `"`+stamp(m.edited)+`"`...)
	}
	if withNonce && m.nonce != "" {
		b = append(b, `,"nonce":`...)
		b = append(b, encode(m.nonce)...)
	}
	if m.author == BotUserID && m.reply != nil {
		b = append(b, `,"application_id":"`+ApplicationID+`","webhook_id":"`+ApplicationID+`"`...)
	}
	if m.author != BotUserID && m.channel.Type != DMChannel {
		return hiddenBody.appendJSON(b)
	}
	return m.body.appendJSON(b)
}

var (
	botJSON = encode(botUser())
	// hiddenBody is what a bot without the MESSAGE_CONTENT intent sees of what
	// others wrote in guilds.
	hiddenBody = newBody(nil)
)

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// put appends a message to its channel, unless only its reader sees it.
func (s *Server) put(m *message) {
	m.id, m.created = s.newID(), s.now()
	if m.author == BotUserID {
		m.pings = m.pinged()
	}
	if m.body.flags()&flagEphemeral == 0 {
		m.channel.messages = append(m.channel.messages, m)
	}
}

func (c *channel) find(id string) *message {
	n := parseID(id)
	i := sort.Search(len(c.messages), func(i int) bool { return c.messages[i].id >= n })
	if i < len(c.messages) && c.messages[i].id == n && !c.messages[i].deleted {
		return c.messages[i]
	}
	return nil
}

func (c *channel) lastID() any {
	if len(c.messages) == 0 {
		return nil // Discord keeps the id of a deleted message too
	}
	return formatID(c.messages[len(c.messages)-1].id)
}

// page returns messages newest first, as List Messages does: those before, after
// or around an id, or the newest.
// https://docs.discord.com/developers/resources/message#get-channel-messages
func (c *channel) page(before, after, around string, limit int) []*message {
	live := c.messages
	if slices.ContainsFunc(live, func(m *message) bool { return m.deleted }) {
		live = slices.DeleteFunc(slices.Clone(live), func(m *message) bool { return m.deleted })
	}
	at := func(id uint64) int { return sort.Search(len(live), func(i int) bool { return live[i].id >= id }) }
	lo, hi := 0, len(live)
	switch {
	case before != "":
		hi = at(parseID(before))
		lo = hi - limit
	case after != "":
		lo = at(parseID(after) + 1)
		hi = lo + limit
	case around != "":
		lo = at(parseID(around)) - limit/2
		hi = lo + limit
	default:
		lo = hi - limit
	}
	lo, hi = max(lo, 0), min(hi, len(live))
	found := slices.Clone(live[lo:hi])
	slices.Reverse(found)
	return found
}

func listJSON(messages []*message) []byte {
	parts := make([][]byte, len(messages))
	for i, m := range messages {
		parts[i] = m.json(false)
	}
	return append(append([]byte{'['}, bytes.Join(parts, []byte{','})...), ']')
}

// DeleteMessage deletes a message, as a moderator would.
func (s *Server) DeleteMessage(channel, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.must(channel).find(id); m != nil {
		m.deleted = true
	}
	s.notify()
}

// Say posts a message by somebody else and returns its id.
func (s *Server) Say(channel, user, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &message{channel: s.must(channel), author: user, body: newBody(map[string]json.RawMessage{"content": encode(text)})}
	s.put(m)
	s.notify()
	return formatID(m.id)
}

// shownText joins all text of embeds, content and text displays.
func shownText(content string, embeds []embed, components []component) string {
	var parts []string
	add := func(text ...string) {
		for _, t := range text {
			if t != "" {
				parts = append(parts, t)
			}
		}
	}
	add(content)
	for _, e := range embeds {
		if e.Author != nil {
			add(e.Author.Name)
		}
		add(e.Title, e.Description)
		for _, f := range e.Fields {
			add(f.Name, f.Value)
		}
		if e.Footer != nil {
			add(e.Footer.Text)
		}
	}
	var walk func([]component)
	walk = func(cs []component) {
		for _, c := range cs {
			add(c.Content)
			walk(c.Components)
		}
	}
	walk(components)
	return strings.Join(parts, "\n")
}
