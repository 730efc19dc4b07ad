package slack

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"storybot/bot"
)

// part is anything in a message's rich text, from the block to a word.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
type part struct {
	Type      string            `json:"type"`
	Text      json.RawMessage   `json:"text"` // a string; an object in blocks of other types
	URL       string            `json:"url"`
	Name      string            `json:"name"`    // of an emoji
	Unicode   string            `json:"unicode"` // of an emoji: 1f44b-1f3fc
	Range     string            `json:"range"`   // of a broadcast
	UserID    string            `json:"user_id"`
	ChannelID string            `json:"channel_id"`
	Fallback  string            `json:"fallback"` // of a time
	Value     string            `json:"value"`    // of a colour
	Style     json.RawMessage   `json:"style"`
	Elements  []json.RawMessage `json:"elements"`
}

// blocks reads the text of a message's blocks, a line or more for each.
func (r *reader) blocks(raw json.RawMessage) string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return ""
	}
	return r.lines(list, 0)
}

// maxDepth is how deep rich text is read: lists stand in blocks, words in lists.
const maxDepth = 5

// lines reads parts of which each begins on a new line.
func (r *reader) lines(list []json.RawMessage, depth int) string {
	var lines []string
	for _, raw := range list {
		if line := strings.TrimRight(r.part(raw, depth), "\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (r *reader) part(raw json.RawMessage, depth int) string {
	var p part
	if !decode(raw, &p) || depth > maxDepth {
		return ""
	}
	switch p.Type {
	case "rich_text":
		return r.lines(p.Elements, depth+1)
	case "rich_text_list":
		return r.list(p, depth)
	case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
		return r.run(p, depth)
	case "user":
		return r.person(p.UserID, "")
	case "channel":
		return r.channel(p.ChannelID)
	case "usergroup":
		return "@group"
	case "broadcast":
		return "@" + bot.Unmark(p.Range)
	case "date":
		return bot.Unmark(p.Fallback)
	case "color":
		return bot.Unmark(p.Value)
	case "emoji":
		return p.emoji()
	case "link":
		return r.link("", bot.Unmark(p.URL), emojify(bot.OneLine(p.text(r))))
	}
	return p.text(r)
}

// run reads words of one line.
func (r *reader) run(p part, depth int) string {
	var b strings.Builder
	for _, e := range p.Elements {
		b.WriteString(r.part(e, depth+1))
	}
	return b.String()
}

func (r *reader) list(p part, depth int) string {
	var lines []string
	for i, e := range p.Elements {
		sign := "•"
		if string(p.Style) == `"ordered"` {
			sign = strconv.Itoa(i+1) + "."
		}
		lines = append(lines, fmt.Sprintf("%s %s", sign, r.part(e, depth+1)))
	}
	return strings.Join(lines, "\n")
}

// text is the text of a part: a string in rich text, where Slack escapes
// nothing, and a text object in other blocks.
func (p part) text(r *reader) string {
	var plain string
	if json.Unmarshal(p.Text, &plain) == nil {
		return bot.Unmark(plain)
	}
	var object struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if len(p.Text) == 0 || !decode(p.Text, &object) {
		return ""
	}
	return r.text(object.Text)
}

// emoji is by its code points, or by its name for those of a workspace's own.
func (p part) emoji() string {
	var b strings.Builder
	for code := range strings.SplitSeq(p.Unicode, "-") {
		n, err := strconv.ParseUint(code, 16, 21)
		if err != nil {
			return emojify(":" + bot.Unmark(p.Name) + ":")
		}
		b.WriteRune(rune(n))
	}
	return bot.Unmark(b.String())
}
