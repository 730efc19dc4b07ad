package discord

import (
	"cmp"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// Limits of a form
// (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal,
// https://discord.com/developers/docs/components/reference#label,
// https://discord.com/developers/docs/components/reference#text-input,
// https://discord.com/developers/docs/components/reference#string-select).
const (
	maxFormTitle   = 45
	maxFields      = 5
	maxFieldLabel  = 45
	maxDescription = 100
	maxInput       = 4000
)

// labelComponent is a label, which the library does not know: a field with its name
// and a line below it. An input in a row of its own, which the library has, is
// deprecated since screen readers do not connect the two.
const labelComponent discordgo.ComponentType = 18

// Styles of a text input.
const (
	oneLine   = int(discordgo.TextInputShort)
	manyLines = int(discordgo.TextInputParagraph)
)

type modalLabel struct {
	Type        discordgo.ComponentType `json:"type"`
	Label       string                  `json:"label"`
	Description string                  `json:"description,omitempty"`
	Component   modalInput              `json:"component"`
}

// modalInput is a text input or a menu.
type modalInput struct {
	Type      discordgo.ComponentType `json:"type"`
	CustomID  string                  `json:"custom_id"`
	Required  bool                    `json:"required"`
	Style     int                     `json:"style,omitempty"`
	MaxLength int                     `json:"max_length,omitempty"`
	Value     string                  `json:"value,omitempty"`
	Options   []modalOption           `json:"options,omitempty"`
}

type modalOption struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// modal is the callback that opens a form. It can only be the first answer, and not
// one to a form.
func modal(f *bot.Form) []byte {
	title, _ := bot.Cut(bot.OneLine(f.Title), maxFormTitle)
	var fields []modalLabel
	for _, field := range f.LaidOut(bot.FormRoom{Fields: maxFields, Text: maxInput}) {
		if field.Kind == bot.TextField && f.Note != "" { // a text of its own would take the room of a field
			field.Hint, f = f.Note, &bot.Form{ID: f.ID}
		}
		fields = append(fields, labelOf(field))
	}
	return mustEncode(map[string]any{
		"type": discordgo.InteractionResponseModal,
		"data": map[string]any{"custom_id": f.ID, "title": title, "components": fields},
	})
}

// labelOf is a field of a form. Why it was refused stands where its hint does.
func labelOf(field bot.Field) modalLabel {
	l := modalLabel{Type: labelComponent}
	l.Label, _ = bot.Cut(bot.OneLine(field.Label), maxFieldLabel)
	l.Description, _ = bot.Cut(bot.OneLine(cmp.Or(bot.OneLine(field.Problem), field.Hint)), maxDescription)
	in := modalInput{Type: discordgo.TextInputComponent, CustomID: field.Name, Required: field.Required, Style: oneLine, MaxLength: field.Limit, Value: field.Value}
	switch field.Kind {
	case bot.TextField:
		in.Style = manyLines
	case bot.ChoiceField:
		in = modalInput{Type: discordgo.SelectMenuComponent, CustomID: field.Name, Required: field.Required}
		for _, c := range field.Choices[:min(len(field.Choices), maxOptions)] {
			label, _ := bot.Cut(bot.OneLine(c.Label), maxChoice)
			in.Options = append(in.Options, modalOption{cmp.Or(label, c.Value), c.Value, c.Value == field.Value})
		}
	}
	l.Component = in
	return l
}

// opens says that what was asked may be answered with a form.
func (p *Platform) opens(in bot.Input) bool {
	switch in := in.(type) {
	case bot.Menu:
		return true
	case bot.Options:
		return p.menus.opening[in.Name]
	case bot.Press:
		spec, _ := bot.SpecOf(in.Action)
		return spec.Opens
	}
	return false
}

// menus are what the bot's commands and entries in the menu of a message are called.
type menus struct {
	opening map[string]bool   // commands whose answer may be a form
	names   map[string]string // entries by what people read
}

func menusOf(specs []bot.Spec, entries []bot.MenuSpec) menus {
	m := menus{map[string]bool{}, map[string]string{}}
	for _, s := range specs {
		m.opening[s.Name] = s.Opens
	}
	for _, e := range entries {
		m.names[e.Label] = e.Name
	}
	return m
}
