package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Limits of components.
// https://docs.discord.com/developers/components/reference
const (
	maxRows       = 5    // legacy messages
	maxComponents = 40   // with IS_COMPONENTS_V2, nested ones included
	maxTextV2     = 4000 // characters over all text displays
)

// Types of component.
const (
	typeRow           = 1
	typeButton        = 2
	typeSelect        = 3
	typeInput         = 4
	typeUserSelect    = 5 // role, mentionable and channel follow
	typeChannelSelect = 8
	typeTextDisplay   = 10
	typeLabel         = 18
)

// styleShort is a text input of one line.
const styleShort = 1

// Styles of button.
const (
	styleLink    = 5
	stylePremium = 6
)

// component holds what the rules look at, of every type.
type component struct {
	Type       int             `json:"type"`
	CustomID   string          `json:"custom_id"`
	Label      string          `json:"label"`
	Style      int             `json:"style"`
	URL        string          `json:"url"`
	Disabled   bool            `json:"disabled"`
	Emoji      json.RawMessage `json:"emoji"`
	Content    string          `json:"content"`
	Options    []selectOption  `json:"options"`
	MinValues  *int            `json:"min_values"`
	MaxValues  *int            `json:"max_values"`
	MinLength  *int            `json:"min_length"`
	MaxLength  *int            `json:"max_length"`
	Required   *bool           `json:"required"` // of an input of a form: true when it is left out
	Value      string          `json:"value"`
	Components []component     `json:"components"`
	Accessory  *component      `json:"accessory"`
	Component  *component      `json:"component"` // of a label
}

type selectOption struct {
	Label, Value string
	Default      bool
}

// components checks the tree of components of a message.
func (c *checker) components(raw json.RawMessage, v2 bool) {
	var rows []component
	c.decode(raw, "components", &rows)
	w := &treeWalk{checker: c, v2: v2, ids: map[string]bool{}}
	for i, row := range rows {
		if !v2 && row.Type != typeRow {
			c.bad(fmt.Sprintf("components.%d.type", i), "%d needs IS_COMPONENTS_V2", row.Type)
		}
		w.visit(fmt.Sprintf("components.%d", i), row)
	}
	if !v2 && len(rows) > maxRows {
		c.bad("components", "%d rows, at most %d", len(rows), maxRows)
	}
	if w.count > maxComponents {
		c.bad("components", "%d components, at most %d", w.count, maxComponents)
	}
	if w.text > maxTextV2 {
		c.bad("components", "%d characters of text, at most %d", w.text, maxTextV2)
	}
}

// treeWalk goes through a tree of components.
type treeWalk struct {
	*checker
	v2          bool
	ids         map[string]bool
	count, text int
}

func (w *treeWalk) visit(at string, c component) {
	w.count++
	w.text += length(c.Content)
	if c.CustomID != "" {
		if w.ids[c.CustomID] {
			w.bad(at+".custom_id", "%q stands twice in the message", c.CustomID)
		}
		w.ids[c.CustomID] = true
		if length(c.CustomID) > 100 {
			w.bad(at+".custom_id", "must be 1 to 100 in length")
		}
	}
	switch c.Type {
	case typeRow:
		w.row(at, c.Components)
	case typeButton:
		w.button(at, c)
	case typeSelect:
		w.selectMenu(at, c)
	case typeTextDisplay:
		w.filled(at+".content", c.Content)
	}
	for i, child := range c.Components {
		w.visit(fmt.Sprintf("%s.components.%d", at, i), child)
	}
	if c.Accessory != nil {
		w.visit(at+".accessory", *c.Accessory)
	}
}

// row: five buttons, or one menu.
func (w *treeWalk) row(at string, children []component) {
	for _, c := range children {
		if c.Type != typeButton && len(children) > 1 {
			w.bad(at+".components", "a menu shares its row with nothing")
			return
		}
	}
}

func (w *treeWalk) button(at string, c component) {
	switch c.Style {
	case styleLink:
		if c.URL == "" || c.CustomID != "" {
			w.bad(at, "a link button has a url and no custom_id")
		}
		w.url(at+".url", c.URL)
	case stylePremium:
		w.bad(at+".style", "no SKU is for sale here")
	default:
		if c.CustomID == "" || c.URL != "" {
			w.bad(at, "a button that is no link has a custom_id and no url")
		}
	}
	if c.Label == "" && (len(c.Emoji) == 0 || string(c.Emoji) == "null") {
		w.bad(at+".label", "a button needs a label or an emoji")
	}
	if length(c.Label) > 80 {
		w.bad(at+".label", "must be 80 or fewer in length")
	}
}

func (w *treeWalk) selectMenu(at string, c component) {
	if len(c.Options) == 0 || len(c.Options) > 25 {
		w.bad(at+".options", "must be 1 to 25")
	}
	values := map[string]bool{}
	for i, o := range c.Options {
		if values[o.Value] {
			w.bad(fmt.Sprintf("%s.options.%d.value", at, i), "%q stands twice", o.Value)
		}
		values[o.Value] = true
		w.filled(fmt.Sprintf("%s.options.%d.label", at, i), o.Label)
	}
	least, most := 1, 1
	if c.MinValues != nil {
		least = *c.MinValues
	}
	if c.MaxValues != nil {
		most = *c.MaxValues
	}
	if most > len(c.Options) {
		w.bad(at+".max_values", "more than there are options")
	}
	if least > most {
		w.bad(at+".min_values", "more than max_values")
	}
}

// modal checks a form.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
func (c *checker) modal(data map[string]json.RawMessage) {
	var title, id string
	var parts []component
	c.decode(data["title"], "title", &title)
	c.decode(data["custom_id"], "custom_id", &id)
	c.decode(data["components"], "components", &parts)
	if title == "" || length(title) > 45 {
		c.bad("title", "must be 1 to 45 in length")
	}
	if id == "" || length(id) > 100 {
		c.bad("custom_id", "must be 1 to 100 in length")
	}
	if len(parts) == 0 || len(parts) > 5 {
		c.bad("components", "a form has 1 to 5 components, not %d", len(parts))
	}
	ids := map[string]bool{}
	for i, p := range parts {
		at := fmt.Sprintf("components.%d", i)
		inputs := p.Components
		if p.Component != nil {
			inputs = append(inputs, *p.Component)
		}
		if p.Type == typeRow { // https://docs.discord.com/developers/change-log, 2025-08-25
			c.bad(at+".type", "a row in a form is deprecated: its input has no label of its own for screen readers")
		}
		for _, in := range inputs {
			if ids[in.CustomID] {
				c.bad(at, "custom_id %q stands twice", in.CustomID)
			}
			ids[in.CustomID] = true
			if p.Component != nil {
				c.formInput(at+".component", in)
			}
		}
	}
}

// formInput checks an input of a form against what the description does not hold.
// https://docs.discord.com/developers/components/reference#text-input
// https://docs.discord.com/developers/components/reference#string-select
func (c *checker) formInput(at string, in component) {
	switch in.Type {
	case typeInput:
		switch {
		case in.Label != "":
			c.bad(at+".label", "an input in a label has none of its own")
		case in.MaxLength != nil && length(in.Value) > *in.MaxLength:
			c.bad(at+".value", "%d characters, more than its max_length", length(in.Value))
		case in.MinLength != nil && in.MaxLength != nil && *in.MinLength > *in.MaxLength:
			c.bad(at+".min_length", "more than max_length")
		case in.Style == styleShort && strings.ContainsAny(in.Value, "\n\r"):
			c.bad(at+".value", "more than one line in a short input")
		}
	case typeSelect:
		if in.Disabled {
			c.bad(at+".disabled", "a menu in a form cannot be disabled")
		}
		(&treeWalk{checker: c}).selectMenu(at, in)
		most, picked := 1, 0
		if in.MaxValues != nil {
			most = *in.MaxValues
		}
		for _, o := range in.Options {
			if o.Default {
				picked++
			}
		}
		if picked > most {
			c.bad(at+".options", "%d are picked already, at most %d may be", picked, most)
		}
	}
}
