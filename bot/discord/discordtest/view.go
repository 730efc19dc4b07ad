package discordtest

import (
	"encoding/json"
	"time"
)

// Message is a message as a test sees it.
type Message struct {
	ID      string
	Channel string
	Author  string // user id
	Nonce   string
	Created time.Time
	Edited  time.Time // zero when never
	Edits   int

	Content   string
	Text      string // all that can be read: content, embeds, text displays
	Embeds    []json.RawMessage
	Buttons   []Button // and menus, in order
	Flags     int
	Ephemeral bool // only the asker sees it
	Deleted   bool
	Published bool // to the channels that follow this one
	// Mentions is allowed_mentions as it was sent last.
	Mentions json.RawMessage
	// Pings are whom it pinged when it was posted: "role:ID", "user:ID", "everyone", "here".
	Pings []string
	// Earlier is the text before each edit, oldest first.
	Earlier []string
	// Raw holds the fields as they were sent.
	Raw map[string]json.RawMessage
}

// Button is a button or a menu of a message.
type Button struct {
	CustomID string
	Label    string
	URL      string
	Style    int
	Disabled bool
	Menu     bool
	Values   []string // of a menu
	Labels   []string // of a menu, one for each value
	Most     int      // values that may be picked in a menu
}

// Messages returns the messages of a channel in order, deleted ones left out.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.must(channel).messages {
		if !m.deleted {
			all = append(all, m.view())
		}
	}
	return all
}

// Message returns a message of a channel by its id.
func (s *Server) Message(channel, id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.must(channel).find(id)
	if m == nil {
		return Message{}, false
	}
	return m.view(), true
}

func (m *message) view() Message {
	v := Message{
		ID: formatID(m.id), Channel: m.channel.ID, Author: m.author, Nonce: m.nonce,
		Created: m.created, Edited: m.edited, Edits: len(m.earlier), Deleted: m.deleted, Published: m.published,
		Flags: m.body.flags(), Raw: m.body.fields(), Mentions: m.body.get("allowed_mentions"), Pings: m.pings,
	}
	v.Ephemeral = v.Flags&flagEphemeral != 0
	var components []component
	v.Content, v.Text, components = m.body.read()
	decodeInto(m.body.get("embeds"), &v.Embeds)
	v.Buttons = buttonsOf(components)
	for _, b := range m.earlier {
		_, text, _ := b.read()
		v.Earlier = append(v.Earlier, text)
	}
	return v
}

func buttonsOf(components []component) []Button {
	var all []Button
	for _, c := range components {
		switch c.Type {
		case typeButton:
			all = append(all, Button{CustomID: c.CustomID, Label: c.Label, URL: c.URL, Style: c.Style, Disabled: c.Disabled})
		case typeSelect:
			b := Button{CustomID: c.CustomID, Menu: true, Disabled: c.Disabled, Most: 1}
			if c.MaxValues != nil {
				b.Most = *c.MaxValues
			}
			for _, o := range c.Options {
				b.Values, b.Labels = append(b.Values, o.Value), append(b.Labels, o.Label)
			}
			all = append(all, b)
		}
		all = append(all, buttonsOf(c.Components)...)
		if c.Accessory != nil {
			all = append(all, buttonsOf([]component{*c.Accessory})...)
		}
	}
	return all
}
