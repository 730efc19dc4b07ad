package discordtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Limits of a message that the description does not hold or holds too wide.
// https://docs.discord.com/developers/resources/message#create-message
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const (
	maxContent   = 2000
	maxNonce     = 25
	maxEmbedsAll = 6000 // characters over all embeds
	maxChoices   = 25
)

// Flags of a message.
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	flagSuppressEmbeds        = 1 << 2
	flagEphemeral             = 1 << 6
	flagSuppressNotifications = 1 << 12
	flagComponentsV2          = 1 << 15
)

// embed holds what the rules look at.
type embed struct {
	Title       string
	Description string
	URL         string
	Author      *struct{ Name, URL string }
	Footer      *struct{ Text string }
	Fields      []struct{ Name, Value string }
	Image       *struct{ URL string }
	Thumbnail   *struct{ URL string }
}

// messageProblems checks the fields of a message, below where, against the
// rules in prose.
func messageProblems(op Op, where string, fields map[string]json.RawMessage) []problem {
	c := &checker{prefix: where}
	c.mentions(fields["allowed_mentions"])
	flags := c.flags(op, fields["flags"])
	var content string
	c.decode(fields["content"], "content", &content)
	if n := length(content); n > maxContent {
		c.bad("content", "must be %d or fewer in length, not %d", maxContent, n)
	}
	if bare := bareAddress(content); bare != "" && flags&flagSuppressEmbeds == 0 {
		c.bad("content", "%.60q would unfurl: it stands in no angle brackets", bare)
	}
	c.embeds(fields["embeds"])
	c.components(fields["components"], flags&flagComponentsV2 != 0)
	if flags&flagComponentsV2 != 0 {
		for _, name := range []string{"content", "embeds", "poll", "sticker_ids"} {
			if v := string(fields[name]); v != "" && v != "null" && v != "[]" && v != `""` {
				c.bad(name, "cannot be used with IS_COMPONENTS_V2")
			}
		}
	}
	if creates := op == CreateMessage || op == CreateFollowup || op == Callback; creates && empty(fields) {
		c.bad("", "cannot send an empty message (50006)")
	}
	c.nonce(fields)
	return c.problems
}

// empty says that there is nothing to show. Discord takes white space around a
// text away.
func empty(fields map[string]json.RawMessage) bool {
	var content string
	if decodeInto(fields["content"], &content); strings.TrimSpace(content) != "" {
		return false
	}
	for _, name := range []string{"embeds", "components", "sticker_ids", "attachments", "poll", "message_reference"} {
		if v := string(fields[name]); v != "" && v != "null" && v != "[]" && v != `""` {
			return false
		}
	}
	return true
}

// monospaced is text in which nothing unfurls, and address one that does where no
// angle bracket stands before it
// (https://docs.discord.com/developers/reference#message-formatting).
var (
	monospaced = regexp.MustCompile("``[^`].*?``|`[^`]+`")
	anAddress  = regexp.MustCompile(`(?i)(^|[^<])(https?://[^\s>]+)`)
)

// bareAddress is an address in a text that Discord would show the page of, or "".
func bareAddress(content string) string {
	if m := anAddress.FindStringSubmatch(monospaced.ReplaceAllString(content, "")); m != nil {
		return m[2]
	}
	return ""
}

// checker collects what is wrong.
type checker struct {
	prefix   string
	problems []problem
}

func (c *checker) bad(where, format string, args ...any) {
	where = strings.Trim(c.prefix+"."+where, ".")
	c.problems = append(c.problems, problem{where, fmt.Sprintf(format, args...)})
}

func (c *checker) decode(raw json.RawMessage, where string, into any) {
	if len(raw) == 0 {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		c.bad(where, "%v", err)
	}
}

// mentions insists on allowed_mentions with a list to parse, on every message
// and every edit: without one, text decides who is called.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
func (c *checker) mentions(raw json.RawMessage) {
	var m struct {
		Parse        []string
		Users, Roles []string
	}
	if len(raw) == 0 || string(raw) == "null" {
		c.bad("allowed_mentions", "missing: the text would decide who is mentioned")
		return
	}
	c.decode(raw, "allowed_mentions", &m)
	if m.Parse == nil {
		c.bad("allowed_mentions.parse", "missing or null")
	}
	for _, p := range m.Parse {
		if p == "everyone" {
			c.bad("allowed_mentions.parse", "would let text mention everyone")
		}
		if p == "users" && len(m.Users) > 0 || p == "roles" && len(m.Roles) > 0 {
			c.bad("allowed_mentions", "parse %q and a list of %s exclude each other", p, p)
		}
	}
}

func (c *checker) flags(op Op, raw json.RawMessage) int {
	var flags int
	c.decode(raw, "flags", &flags)
	allowed := flagSuppressEmbeds | flagComponentsV2
	switch op {
	case CreateMessage:
		allowed |= flagSuppressNotifications
	case Callback, CreateFollowup:
		allowed |= flagSuppressNotifications | flagEphemeral
	}
	if extra := flags &^ allowed; extra != 0 {
		c.bad("flags", "%d cannot be set here", extra)
	}
	return flags
}

func (c *checker) nonce(fields map[string]json.RawMessage) {
	raw := fields["nonce"]
	var enforce bool
	c.decode(fields["enforce_nonce"], "enforce_nonce", &enforce)
	var s string
	if len(raw) > 0 && raw[0] == '"' {
		c.decode(raw, "nonce", &s)
		if len(s) > maxNonce {
			c.bad("nonce", "must be %d or fewer in length, not %d", maxNonce, len(s))
		}
	}
	if enforce && (len(raw) == 0 || string(raw) == "null" || string(raw) == `""`) {
		c.bad("nonce", "enforce_nonce needs one")
	}
}

func (c *checker) embeds(raw json.RawMessage) {
	var all []embed
	c.decode(raw, "embeds", &all)
	total := 0
	for i, e := range all {
		at := fmt.Sprintf("embeds.%d", i)
		total += c.embed(at, e)
	}
	if total > maxEmbedsAll {
		c.bad("embeds", "hold %d characters in all, at most %d", total, maxEmbedsAll)
	}
}

// embed checks one embed and returns how many characters it counts.
func (c *checker) embed(at string, e embed) int {
	n := length(e.Title) + length(e.Description)
	shown := e.Title != "" || e.Description != "" || len(e.Fields) > 0 || e.Image != nil || e.Thumbnail != nil
	c.url(at+".url", e.URL)
	for name, shown := range map[string]*struct{ URL string }{"image": e.Image, "thumbnail": e.Thumbnail} {
		if shown != nil {
			c.picture(at+"."+name+".url", shown.URL)
		}
	}
	if e.Author != nil {
		n += length(e.Author.Name)
		c.url(at+".author.url", e.Author.URL)
		c.filled(at+".author.name", e.Author.Name)
		shown = true
	}
	if e.Footer != nil {
		n += length(e.Footer.Text)
		c.filled(at+".footer.text", e.Footer.Text)
		shown = true
	}
	for i, f := range e.Fields {
		n += length(f.Name) + length(f.Value)
		c.filled(fmt.Sprintf("%s.fields.%d.name", at, i), f.Name)
		c.filled(fmt.Sprintf("%s.fields.%d.value", at, i), f.Value)
	}
	if !shown {
		c.bad(at, "an embed without anything to show")
	}
	return n
}

func (c *checker) filled(where, text string) {
	if strings.TrimSpace(text) == "" {
		c.bad(where, "this field is required")
	}
}

// url refuses what Discord calls "not a well formed URL".
func (c *checker) url(where, raw string) {
	if raw == "" {
		return
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		c.bad(where, "not a well formed http or https URL: %q", raw)
	}
}

// callbackProblems checks the data of an interaction's callback.
// https://docs.discord.com/developers/interactions/receiving-and-responding
func callbackProblems(kind int, data map[string]json.RawMessage) []problem {
	c := &checker{prefix: "data"}
	switch kind {
	case callbackMessage, callbackUpdate:
		op := Callback
		if kind == callbackUpdate {
			op = EditOriginal
		}
		return messageProblems(op, "data", data)
	case callbackDefer:
		var flags int
		c.decode(data["flags"], "flags", &flags)
		if flags&^flagEphemeral != 0 {
			c.bad("flags", "a deferral takes EPHEMERAL only, not %d", flags)
		}
		for name := range data {
			if v := string(data[name]); name != "flags" && v != "null" && v != `""` && v != "[]" {
				c.bad(name, "a deferral takes nothing but flags")
			}
		}
	case callbackChoices:
		var choices []struct{ Name, Value any }
		c.decode(data["choices"], "choices", &choices)
		for i, ch := range choices {
			c.choiceText(fmt.Sprintf("choices.%d.name", i), ch.Name)
			c.choiceText(fmt.Sprintf("choices.%d.value", i), ch.Value)
		}
		if data["choices"] == nil || string(data["choices"]) == "null" {
			c.bad("choices", "missing")
		}
	case callbackModal:
		c.modal(data)
	}
	return c.problems
}

// choiceText checks a name or a value: 1 to 100 characters, where the
// description allows longer values.
func (c *checker) choiceText(where string, v any) {
	if s, is := v.(string); is && (s == "" || length(s) > 100) {
		c.bad(where, "must be 1 to 100 in length")
	}
}

// length counts text in UTF-16 units, which no way of counting exceeds but
// bytes.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
