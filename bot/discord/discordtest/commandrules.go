package discordtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Rules of commands.
// https://docs.discord.com/developers/interactions/application-commands
const (
	maxCommandText = 8000 // characters of names, descriptions and values of one command
	maxSlash       = 100
	maxMenu        = 15 // of each of the two kinds of menu
)

// commandName is the documented pattern; sc=Deva and sc=Thai are scripts.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Types of command and of option.
const (
	kindSlash   = 1
	kindUser    = 2
	kindMessage = 3

	optSubcommand = 1
	optGroup      = 2
	optString     = 3
	optInteger    = 4
	optBoolean    = 5
	optUser       = 6
	optChannel    = 7
	optRole       = 8
	optNumber     = 10
)

// commandDef is a registered command.
type commandDef struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Type        int         `json:"type"`
	Description string      `json:"description"`
	Options     []optionDef `json:"options"`
	Contexts    []int       `json:"contexts"`
}

// optionDef is an option, or a subcommand, of a command.
type optionDef struct {
	Type         int         `json:"type"`
	Name         string      `json:"name"`
	Description  string      `json:"description"`
	Required     bool        `json:"required"`
	Autocomplete bool        `json:"autocomplete"`
	Choices      []choiceDef `json:"choices"`
	MinLength    *int        `json:"min_length"`
	MaxLength    *int        `json:"max_length"`
	MinValue     *float64    `json:"min_value"`
	MaxValue     *float64    `json:"max_value"`
	Options      []optionDef `json:"options"`
}

type choiceDef struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

func commandProblems(raw []byte) []problem {
	var defs []commandDef
	c := &checker{}
	c.decode(raw, "", &defs)
	var fields []map[string]json.RawMessage
	c.decode(raw, "", &fields)
	seen, count := map[string]bool{}, map[int]int{}
	for i, d := range defs {
		at := fmt.Sprint(i)
		if d.Type == 0 {
			d.Type = kindSlash
		}
		key := fmt.Sprint(d.Type, d.Name)
		if seen[key] {
			c.bad(at+".name", "%q stands twice", d.Name)
		}
		seen[key] = true
		count[d.Type]++
		c.command(at, d)
	}
	if count[kindSlash] > maxSlash || count[kindUser] > maxMenu || count[kindMessage] > maxMenu {
		c.bad("", "at most %d commands, %d user and %d message menu entries", maxSlash, maxMenu, maxMenu)
	}
	return c.problems
}

func (c *checker) command(at string, d commandDef) {
	if d.Type != kindSlash {
		c.filled(at+".name", d.Name)
		if d.Description != "" || len(d.Options) > 0 {
			c.bad(at, "a menu entry has neither a description nor options")
		}
		return
	}
	c.name(at, d.Name)
	c.describe(at, d.Description)
	c.options(at, d.Options, 0)
	if n := textOf(d.Name, d.Description, d.Options); n > maxCommandText {
		c.bad(at, "%q holds %d characters, at most %d", d.Name, n, maxCommandText)
	}
}

func (c *checker) name(at, name string) {
	if !commandName.MatchString(name) || name != strings.ToLower(name) {
		c.bad(at+".name", "%q does not match the pattern of names (1 to 32, lower case, no spaces)", name)
	}
}

func (c *checker) describe(at, text string) {
	if n := length(text); n < 1 || n > 100 || strings.TrimSpace(text) == "" {
		c.bad(at+".description", "must be 1 to 100 in length, not %d", n)
	}
}

// options checks a list of options; depth counts the subcommand levels above.
func (c *checker) options(at string, opts []optionDef, depth int) {
	if len(opts) > 25 {
		c.bad(at+".options", "%d options, at most 25", len(opts))
	}
	names := map[string]bool{}
	var optional, plain, nested bool
	for i, o := range opts {
		oat := fmt.Sprintf("%s.options.%d", at, i)
		c.name(oat, o.Name)
		c.describe(oat, o.Description)
		if names[o.Name] {
			c.bad(oat+".name", "%q stands twice", o.Name)
		}
		names[o.Name] = true
		if o.Type == optSubcommand || o.Type == optGroup {
			nested = true
			if depth > 1 || o.Type == optGroup && depth > 0 {
				c.bad(oat, "nested too deep")
			}
			c.options(oat, o.Options, depth+1)
			continue
		}
		plain = true
		if o.Required && optional {
			c.bad(oat, "required options come before optional ones")
		}
		optional = optional || !o.Required
		c.option(oat, o)
	}
	if plain && nested {
		c.bad(at+".options", "subcommands and other options exclude each other")
	}
}

func (c *checker) option(at string, o optionDef) {
	if o.Autocomplete && len(o.Choices) > 0 {
		c.bad(at, "autocomplete and choices exclude each other")
	}
	if o.Autocomplete && o.Type != optString && o.Type != optInteger && o.Type != optNumber {
		c.bad(at, "this type has no autocomplete")
	}
	if len(o.Choices) > maxChoices {
		c.bad(at+".choices", "%d choices, at most %d", len(o.Choices), maxChoices)
	}
	names := map[string]bool{}
	for i, ch := range o.Choices {
		cat := fmt.Sprintf("%s.choices.%d", at, i)
		if names[ch.Name] {
			c.bad(cat+".name", "%q stands twice", ch.Name)
		}
		names[ch.Name] = true
		c.choiceText(cat+".name", ch.Name)
		c.choiceText(cat+".value", ch.Value)
	}
	if o.MinLength != nil && o.MaxLength != nil && *o.MinLength > *o.MaxLength {
		c.bad(at, "min_length is greater than max_length")
	}
}

// textOf counts the characters that the limit on a command counts.
func textOf(name, description string, opts []optionDef) int {
	n := length(name) + length(description)
	for _, o := range opts {
		n += textOf(o.Name, o.Description, o.Options)
		for _, ch := range o.Choices {
			n += length(ch.Name) + length(fmt.Sprint(ch.Value))
		}
	}
	return n
}
