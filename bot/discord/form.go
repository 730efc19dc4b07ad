package discord

import (
	"encoding/json"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// field is a part of a submitted form: a row or a label with what it holds, or
// an input
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure).
// The library knows rows and text inputs only.
type field struct {
	Type       kind            `json:"type"`
	CustomID   string          `json:"custom_id"`
	Value      json.RawMessage `json:"value"`
	Values     []word          `json:"values"`
	Component  json.RawMessage `json:"component"`
	Components json.RawMessage `json:"components"`
}

func (f field) is(t discordgo.ComponentType) bool { return f.Type.is(int(t)) }

// maxNesting is how deep a form is read. Discord's are two deep.
const maxNesting = 6

// submitted reads a form: all inputs that have a name and a value, whatever
// they are inside of.
func submitted(d data, r *reader) bot.Submission {
	form := bot.Submission{ID: string(d.CustomID), Values: map[string]string{}}
	for _, part := range parts(d.Components) {
		part.fill(form.Values, r, maxNesting)
	}
	return form
}

// parts reads a list of components; one that is none is left out.
func parts(raw json.RawMessage) (list []field) {
	var each []json.RawMessage
	if json.Unmarshal(raw, &each) != nil {
		return nil
	}
	for _, one := range each {
		var f field
		if decode(one, &f) == nil {
			list = append(list, f)
		}
	}
	return list
}

// fill adds f and what it holds to values.
func (f field) fill(values map[string]string, r *reader, depth int) {
	if depth == 0 {
		return
	}
	if f.CustomID != "" && (len(f.Value) > 0 || f.Values != nil) {
		values[f.CustomID] = f.read(r)
	}
	inner := parts(f.Components)
	var one field
	if len(f.Component) > 0 && decode(f.Component, &one) == nil {
		inner = append(inner, one)
	}
	for _, part := range inner {
		part.fill(values, r, depth-1)
	}
}

// read is the input's value: what was picked where there are several values.
func (f field) read(r *reader) string {
	if f.Values == nil {
		return r.value(f.CustomID, option{Value: f.Value}.text())
	}
	var picked []string
	for _, v := range f.Values {
		id := string(v)
		switch {
		case id == "":
		case f.is(discordgo.UserSelectMenuComponent):
			picked = append(picked, r.mention(bot.PersonKind, id))
		case f.is(discordgo.RoleSelectMenuComponent):
			picked = append(picked, r.mention(bot.RoleKind, id))
		case f.is(discordgo.ChannelSelectMenuComponent):
			picked = append(picked, r.mention(bot.ChannelKind, id))
		case f.is(discordgo.MentionableSelectMenuComponent):
			picked = append(picked, r.either(id))
		default:
			picked = append(picked, bot.Unmark(id))
		}
	}
	return strings.Join(picked, " ")
}
