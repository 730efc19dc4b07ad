package discord

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// messageObject is what the bot reads of a message that somebody chose
// (https://discord.com/developers/docs/resources/message#message-object).
type messageObject struct {
	ID        word   `json:"id"`
	ChannelID word   `json:"channel_id"`
	Content   string `json:"content"`
	Author    user   `json:"author"`
	Mentions  []user `json:"mentions"`
	Embeds    []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"embeds"`
	Components json.RawMessage   `json:"components"`
	Files      []json.RawMessage `json:"attachments"`
	Stickers   []json.RawMessage `json:"sticker_items"`
	Snapshots  []struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
	} `json:"message_snapshots"` // of a forwarded message
}

// chosen is the message whose menu was used; ok is false when Discord did not
// pass it on.
func (i *interaction) chosen(d data, r *reader) (c *bot.Chosen, ok bool) {
	var m messageObject
	raw := d.Resolved.Messages[string(d.TargetID)]
	if len(raw) == 0 || string(raw) == "null" || decode(raw, &m) != nil {
		return nil, false
	}
	for _, u := range m.Mentions {
		r.resolved.know(u, "")
	}
	r.resolved.know(m.Author, "")
	author := r.resolved.name(bot.PersonKind, string(m.Author.ID)) // a nickname, where there is one
	c = &bot.Chosen{
		Text:   r.unstyled(m.text()),
		Author: cmp.Or(strings.TrimPrefix(author, "@"), m.Author.name()),
		Link:   i.link(string(d.TargetID)),
		More:   len(m.Files)+len(m.Stickers) > 0,
	}
	return c, true
}

// text is what a message says: its content; where it has none, what its
// components, its embeds or the message it forwards say.
func (m messageObject) text() string {
	if strings.TrimSpace(m.Content) != "" {
		return m.Content
	}
	said := displayed(m.Components, maxNesting)
	for _, e := range m.Embeds {
		said = append(said, e.Title, e.Description)
	}
	for _, s := range m.Snapshots {
		said = append(said, s.Message.Content)
	}
	var lines []string
	for _, s := range said {
		if strings.TrimSpace(s) != "" {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n")
}

// textDisplay is a component that is text
// (https://discord.com/developers/docs/components/reference#text-display).
const textDisplay = int(discordgo.TextDisplayComponent)

// displayed are the texts that components show.
func displayed(raw json.RawMessage, depth int) (texts []string) {
	var each []json.RawMessage
	if depth == 0 || json.Unmarshal(raw, &each) != nil {
		return nil
	}
	for _, one := range each {
		var c struct {
			Type       kind            `json:"type"`
			Content    string          `json:"content"`
			Components json.RawMessage `json:"components"`
		}
		if decode(one, &c) != nil {
			continue
		}
		if c.Type.is(textDisplay) {
			texts = append(texts, c.Content)
		}
		texts = append(texts, displayed(c.Components, depth-1)...)
	}
	return texts
}

// link is the address of a message where its readers could open it: in a
// channel of a server. In a private thread they could not.
func (i *interaction) link(id string) string {
	private := i.Channel.Type.is(int(discordgo.ChannelTypeGuildPrivateThread))
	if i.where() != inServer || private || !isSnowflake(id) {
		return ""
	}
	return "https://discord.com/channels/" + string(i.GuildID) + "/" + i.channel() + "/" + id
}
