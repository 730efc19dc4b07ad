package discord

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
)

// reader reads what people wrote on Discord as they meant it. Whom and what
// they mentioned is collected; the names come later (names.go).
type reader struct {
	guild    string
	resolved resolved
	links    map[string]bool // the options that take links
	mentions bot.Mentions    // without their names
}

// Markup that clients write for people
// (https://discord.com/developers/docs/reference#message-formatting). Each
// begins with an angle bracket.
var (
	mentioned   = regexp.MustCompile(`^<(@[!&]?|#)(\d{1,20})>`)
	customEmoji = regexp.MustCompile(`^<a?:(\w{1,64}):\d{1,20}>`)
	timeToken   = regexp.MustCompile(`^<t:(-?\d{1,15})(?::([A-Za-z]))?>`)
	commandLink = regexp.MustCompile(`^</([^<>:\n]{1,100}):\d{1,20}>`)
	guideLink   = regexp.MustCompile(`^<id:([a-z-]{1,20})(?::\d{1,20})?>`)
	soundToken  = regexp.MustCompile(`^<sound:\d{1,20}:\d{1,20}>`)
	angledLink  = regexp.MustCompile(`^<((?i:https?)://[^\s<>]+)>`)
)

// maskedLink is [label](address "title"), the address perhaps in angle brackets.
var maskedLink = regexp.MustCompile(`^\[((?:\[[^\[\]\n]*\]|[^\[\]\n])*)\]\(\s*<?((?i:https?)://(?:\([^\s()<>]*\)|[^\s()<>])+)>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?\s*\)`)

// guides are the places of a server that are no channels.
var guides = map[string]string{
	"guide": "#Server Guide", "browse": "#Browse Channels", "customize": "#Channels & Roles", "linked-roles": "#Linked Roles",
}

// text reads free text: markup becomes the words it stands for, a mention its
// mark.
func (r *reader) text(s string) string { return r.read(bot.Unmark(s), true) }

// value reads the value of the option or field called name. Where that takes
// links, a masked one stays as it is, for its command to find the address.
func (r *reader) value(name, s string) string {
	return r.read(bot.Unmark(s), !r.links[name])
}

func (r *reader) read(s string, links bool) string {
	if !strings.ContainsAny(s, "<[") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.IndexAny(s, "<[")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		shown, length := "", 0
		if s[0] == '<' {
			shown, length = r.angled(s)
		} else if links {
			shown, length = r.masked(s)
		}
		if length == 0 {
			shown, length = s[:1], 1
		}
		b.WriteString(shown)
		s = s[length:]
	}
}

// angled reads the markup that s begins with; length is 0 when there is none.
func (r *reader) angled(s string) (shown string, length int) {
	if m := mentioned.FindStringSubmatch(s); m != nil {
		kind := bot.PersonKind
		switch m[1] {
		case "@&":
			kind = bot.RoleKind
		case "#":
			kind = bot.ChannelKind
		}
		return r.mention(kind, m[2]), len(m[0])
	}
	if m := customEmoji.FindStringSubmatch(s); m != nil {
		return ":" + m[1] + ":", len(m[0])
	}
	if m := timeToken.FindStringSubmatch(s); m != nil {
		if words, ok := timeWords(m[1], m[2]); ok {
			return words, len(m[0])
		}
	}
	if m := commandLink.FindStringSubmatch(s); m != nil {
		return "/" + m[1], len(m[0])
	}
	if m := guideLink.FindStringSubmatch(s); m != nil && guides[m[1]] != "" {
		return guides[m[1]], len(m[0])
	}
	if m := soundToken.FindString(s); m != "" {
		return "🔊", len(m)
	}
	if m := angledLink.FindStringSubmatch(s); m != nil {
		return m[1], len(m[0])
	}
	return "", 0
}

// masked reads the masked link that s begins with.
func (r *reader) masked(s string) (shown string, length int) {
	m := maskedLink.FindStringSubmatch(s)
	if m == nil {
		return "", 0
	}
	label, address := strings.TrimSpace(r.read(m[1], false)), m[2]
	if bot.Shortens(label, address) {
		return address, len(m[0])
	}
	return label + " (" + address + ")", len(m[0])
}

// mention returns the mark of somebody or something.
func (r *reader) mention(kind bot.MentionKind, id string) string {
	return r.mentions.Add(bot.Mention{Kind: kind, Ref: platformName + ":" + id})
}

// timeStyles are Discord's, in words that need no reader's zone
// (https://discord.com/developers/docs/reference#message-formatting-timestamp-styles).
var timeStyles = map[string]string{
	"t": "15:04 UTC", "T": "15:04:05 UTC",
	"d": "2 January 2006 (UTC)", "D": "2 January 2006 (UTC)",
	"F": "Monday, 2 January 2006, 15:04 UTC", "S": "2 January 2006, 15:04:05 UTC",
}

// timeWords is a time in words; ok is false for one that Discord would not
// show either.
func timeWords(seconds, style string) (words string, ok bool) {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return "", false
	}
	at := time.Unix(n, 0).UTC()
	if at.Year() < 1 || at.Year() > 9999 {
		return "", false
	}
	layout := timeStyles[style]
	if layout == "" {
		layout = "2 January 2006, 15:04 UTC"
	}
	return at.Format(layout), true
}
