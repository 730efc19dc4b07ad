package discord

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// callback types (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type)
// are the library's: 4 a message, 5 a message to come, 7 another text of the message
// whose button was pressed, 8 suggestions, 9 a form.

// answered is the callback that answers i with r: with a form, which answers anything
// but a form, or with a message, which takes the place of the one whose button was
// pressed where the asker alone sees that.
func answered(i *interaction, r bot.Reply) []byte {
	if r.Form != nil && !i.is(discordgo.InteractionModalSubmit) {
		return modal(r.Form)
	}
	c := contentOf(r.Message)
	if r.InPlace && !r.Public && i.Message.own() {
		return mustEncode(map[string]any{"type": discordgo.InteractionResponseUpdateMessage, "data": c})
	}
	if !r.Public {
		c.Flags = ephemeral
	}
	return mustEncode(map[string]any{"type": discordgo.InteractionResponseChannelMessageWithSource, "data": c})
}

// deferred is the callback that promises a private answer. It takes nothing but
// the flag.
func deferred() []byte {
	return mustEncode(map[string]any{
		"type": discordgo.InteractionResponseDeferredChannelMessageWithSource,
		"data": map[string]any{"flags": ephemeral},
	})
}

// encodeEdit is the body that makes m of an answer.
func encodeEdit(m bot.Message) []byte { return mustEncode(contentOf(m)) }

// encodeCopy is the body that makes o's message of one that was posted under o's mark,
// which its first button or menu keeps carrying: without it Settle would not know the
// message again, and post it once more. Whom it pinged it names and allows no ping of,
// for an edit rebuilds the mentions
// (https://discord.com/developers/docs/resources/message#edit-message).
func encodeCopy(o bot.Operation) []byte {
	c := contentNaming(*o.Message, roleOf(o.Ping, o.Delivery.Destination))
	if isNonce(o.Mark) {
		markFirst(c.Components, o.Mark)
	}
	return mustEncode(c)
}

// suggestion is a choice as Discord names its parts.
type suggestion struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// suggestions is the callback that offers list. A value that is too long is
// left out, since a shorter one would mean something else.
func suggestions(list []bot.Choice) []byte {
	choices := []suggestion{}
	for _, c := range list {
		if c.Value == "" || bot.Units(c.Value) > maxChoice || len(choices) == maxOptions {
			continue
		}
		name, _ := bot.Cut(bot.OneLine(c.Label), maxChoice)
		if name == "" {
			name = c.Value
		}
		choices = append(choices, suggestion{name, c.Value})
	}
	return mustEncode(map[string]any{
		"type": discordgo.InteractionApplicationCommandAutocompleteResult,
		"data": map[string]any{"choices": choices},
	})
}

// mustEncode encodes what is made of strings and numbers only, which cannot
// fail.
func mustEncode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// redactedFor is the cause for the log, without the interaction's token.
func (p *Platform) redactedFor(i *interaction, a answer, r refusal) error {
	return errors.New(strings.ReplaceAll(p.refusalError(a, r).Error(), string(i.Token), "[token]"))
}

// webhook is the path under which an answer is edited and followed up.
func (i *interaction) webhook() string {
	return "/webhooks/" + url.PathEscape(string(i.ApplicationID)) + "/" + url.PathEscape(string(i.Token))
}
