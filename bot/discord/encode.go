package discord

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// ephemeral shows an answer to the asker only
// (https://discord.com/developers/docs/resources/message#message-object-message-flags).
const ephemeral = int(discordgo.MessageFlagsEphemeral)

// silent is the flag of a message that makes no sound and shows no notification
// (https://discord.com/developers/docs/resources/message#message-object-message-flags).
const silent = int(discordgo.MessageFlagsSuppressNotifications)

// content is what a message holds, in every request that carries one. Every link in
// its text stands in angle brackets, so that nothing unfurls; its one embed is its
// picture.
type content struct {
	Text            string                       `json:"content"`
	AllowedMentions mentions                     `json:"allowed_mentions"`
	Embeds          []*discordgo.MessageEmbed    `json:"embeds"`
	Components      []discordgo.MessageComponent `json:"components"`
	Flags           int                          `json:"flags,omitempty"`
}

// mentions allows none but one role. Discord's default would let every name in a text
// ping (https://discord.com/developers/docs/resources/message#allowed-mentions-object).
type mentions struct {
	Parse [0]string `json:"parse"`
	Roles []string  `json:"roles,omitempty"`
}

func contentOf(m bot.Message) content { return contentNaming(m, "") }

// contentNaming is the content of m, which names a role behind its text and does not ping it.
func contentNaming(m bot.Message, role string) content {
	m, shown := picture(m)
	return content{
		Text:       textNaming(m, role),
		Embeds:     append([]*discordgo.MessageEmbed{}, shown...),
		Components: components(m),
	}
}

// customID writes a button's action and argument as action:arg, with an empty
// marker behind an argument that could be taken to have one.
func customID(b bot.Button) string {
	id := string(b.Action) + divider + b.Arg
	if strings.Contains(id, marker) {
		id += marker
	}
	return id
}

// divider stands between an action and its argument. Neither it nor marker can
// be part of an action's name.
const divider = ":"

// marker separates a button's own id from the key of the delivery it was sent
// with. The key in a stored message is what settle looks for.
const marker = "~"

// parseCustomID undoes customID and takes off the delivery's key. What we never
// wrote comes back as well as it can.
func parseCustomID(id string) (action bot.Action, arg string) {
	if i := strings.LastIndex(id, marker); i >= 0 {
		id = id[:i]
	}
	name, arg, _ := strings.Cut(id, divider)
	return bot.Action(name), arg
}

// markedWith says whether id was sent with the delivery called key.
func markedWith(id, key string) bool {
	return key != "" && strings.HasSuffix(id, marker+key)
}

// body is a message as it is posted, but for the delivery's key: that goes into
// the nonce before it and, at mark, into a button's custom_id. mark is 0 for a
// message without a button that has room for it.
type body struct {
	rest []byte
	mark int
}

// encode renders m for posting, pinging a role, or nobody for "". What pings makes its
// sound.
func encode(m *bot.Message, role string) (body, error) {
	c := contentNaming(*m, role)
	if role != "" {
		c.AllowedMentions.Roles = []string{role}
	} else if m.Silent {
		c.Flags |= silent
	}
	id := markFirst(c.Components, "")
	raw, err := json.Marshal(c)
	if err != nil {
		return body{}, err
	}
	b := body{rest: raw[1:]} // without the opening brace
	if id != "" {
		quoted, err := json.Marshal(id)
		if err != nil {
			return body{}, err
		}
		// Nothing inside a JSON string looks like this, for its quotes are escaped.
		field := append([]byte(`"custom_id":`), quoted...)
		b.mark = bytes.Index(b.rest, field) + len(field) - 1
	}
	return b, nil
}

// markFirst gives the first button or menu with room for a key a marker and key, and
// returns its id, or "".
func markFirst(components []discordgo.MessageComponent, key string) string {
	for _, c := range components {
		row, ok := c.(discordgo.ActionsRow)
		if !ok {
			continue
		}
		for i, c := range row.Components {
			switch c := c.(type) {
			case discordgo.Button:
				if c.CustomID, ok = marked(c.CustomID); ok {
					c.CustomID += key
					row.Components[i] = c
					return c.CustomID
				}
			case discordgo.SelectMenu:
				if c.CustomID, ok = marked(c.CustomID); ok {
					c.CustomID += key
					row.Components[i] = c
					return c.CustomID
				}
			}
		}
	}
	return ""
}

// marked is a custom_id with a marker at its end; ok is false when there is no room
// for a key behind it.
func marked(id string) (out string, ok bool) {
	if id == "" || len(id)+len(marker)+maxNonce > maxCustomID {
		return id, false
	}
	return strings.TrimSuffix(id, marker) + marker, true
}

// with returns the body for the delivery called key, which is plain ASCII.
func (b body) with(key string) []byte {
	out := make([]byte, 0, len(b.rest)+2*len(key)+64)
	out = append(out, `{"nonce":"`...)
	out = append(out, key...)
	out = append(out, `","enforce_nonce":true,`...)
	return b.finish(out, key)
}

// marked is with without a nonce, where Discord takes none.
func (b body) marked(key string) []byte {
	return b.finish(append(make([]byte, 0, len(b.rest)+len(key)+1), '{'), key)
}

// finish appends the rest of the body to out.
func (b body) finish(out []byte, key string) []byte {
	if b.mark == 0 {
		return append(out, b.rest...)
	}
	out = append(out, b.rest[:b.mark]...)
	out = append(out, key...)
	return append(out, b.rest[b.mark:]...)
}

// bodies keeps the encodings of the messages in use. The zero value is ready.
type bodies struct {
	mu   sync.Mutex
	kept map[encoding]body
}

// encoding is a message with the role that it pings.
type encoding struct {
	message *bot.Message
	role    string
}

// maxBodies is how many encodings are kept: more than there are different
// messages on their way at once.
const maxBodies = 128

// of returns the encoding of o's message. Holding that keeps its pointer from being used
// for another message.
func (e *bodies) of(o bot.Operation) (body, error) {
	of := encoding{o.Message, roleOf(o.Ping, o.Delivery.Destination)}
	e.mu.Lock()
	b, ok := e.kept[of]
	e.mu.Unlock()
	if ok {
		return b, nil
	}
	b, err := encode(of.message, of.role)
	if err != nil {
		return body{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil || len(e.kept) >= maxBodies {
		e.kept = make(map[encoding]body, maxBodies)
	}
	e.kept[of] = b
	return b, nil
}
