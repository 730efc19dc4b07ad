package slack

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
)

// entities are the only characters Slack escapes
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
var (
	entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	escaper  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// escape writes plain text so that Slack shows it as it is: no mention, link
// or date can come of it.
func escape(s string) string { return escaper.Replace(s) }

// names is who knows what people and channels are called.
type names interface {
	// personName is what a person is called; "" when that cannot be found out.
	personName(ctx context.Context, team, user string) string
	// channelName is what everybody may read of a channel's name, with its sign.
	channelName(ctx context.Context, team, channel string) string
}

// reader makes of what people write in Slack what they mean by it: plain text
// with a bot.Mark for each mention, which it collects over all texts it reads.
type reader struct {
	ctx   context.Context
	names names
	team  string
	// links are the names of the options that take links: behind one of them, a
	// link is an address and nothing else. In words it keeps its label.
	links    map[string]bool
	mentions bot.Mentions
}

// control is what Slack writes in angle brackets. Anything else in them was
// typed so. https://docs.slack.dev/messaging/formatting-message-text#advanced
var control = regexp.MustCompile(`<(?:` +
	`@([A-Z0-9]+)|#([A-Z0-9]+)|(![a-z][^<>|]*)|` + // a person, a channel, something special
	`([A-Za-z][A-Za-z0-9+.-]*:[^<>|\s]+)` + // a link
	`)(?:\|([^<>]*))?>`)

// text reads a text as Slack sends it.
func (r *reader) text(s string) string {
	s = bot.Unmark(s)
	decode := decoder(s)
	var b strings.Builder
	end := 0
	for _, m := range control.FindAllStringSubmatchIndex(s, -1) {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return s[m[2*i]:m[2*i+1]]
		}
		b.WriteString(emojify(decode(s[end:m[0]])))
		end = m[1]
		switch label := bot.OneLine(decode(part(5))); {
		case part(1) != "":
			b.WriteString(r.person(part(1), label))
		case part(2) != "":
			b.WriteString(r.channel(part(2)))
		case part(3) != "":
			b.WriteString(r.special(part(0), part(3), label))
		default:
			b.WriteString(r.link(b.String(), decode(part(4)), emojify(label)))
		}
	}
	b.WriteString(emojify(decode(s[end:])))
	return b.String()
}

// decoder undoes Slack's escaping, which not every text has been through: in one
// with a loose bracket or ampersand, &lt; is what somebody typed.
func decoder(s string) func(string) string {
	rest := entityForm.ReplaceAllString(control.ReplaceAllString(s, ""), "")
	if strings.ContainsAny(rest, "<>&") {
		return func(s string) string { return s }
	}
	return entities.Replace
}

var entityForm = regexp.MustCompile(`&(?:lt|gt|amp);`)

// idForm is an id of a person or a channel.
var idForm = regexp.MustCompile(`^[A-Z0-9]+$`)

func (r *reader) person(id, label string) string {
	if !idForm.MatchString(id) {
		return bot.PersonKind.Unnamed()
	}
	name := strings.TrimLeft(label, "@")
	if name == "" {
		name = r.names.personName(r.ctx, r.team, id)
	}
	if name == "" {
		name = bot.Someone
	}
	return r.mentions.Add(bot.Mention{Ref: userRef(r.team, id), Name: "@" + name})
}

// channel does not go by the label: it names private channels too.
func (r *reader) channel(id string) string {
	if !idForm.MatchString(id) {
		return bot.PrivateChannel
	}
	return r.mentions.Add(bot.Mention{Kind: bot.ChannelKind, Ref: userRef(r.team, id), Name: r.names.channelName(r.ctx, r.team, id)})
}

// unnamedGroup is what a user group is called whose name nobody told.
const unnamedGroup = "group"

// group is a user group, whose name only a label tells.
func (r *reader) group(id, label string) string {
	name := "@" + strings.TrimLeft(label, "@")
	if name == "@" {
		name = "@" + unnamedGroup
	}
	if !idForm.MatchString(id) {
		return name
	}
	return r.mentions.Add(bot.Mention{Kind: bot.RoleKind, Ref: userRef(r.team, id), Name: name})
}

// special is what <!…> stands for: a group of people or a time. whole is what
// was written when it is neither.
// https://docs.slack.dev/messaging/formatting-message-text#special-mentions
func (r *reader) special(whole, target, label string) string {
	kind, rest, _ := strings.Cut(target[1:], "^")
	switch kind {
	case "here", "channel", "everyone":
		return "@" + kind
	case "subteam":
		return r.group(rest, label)
	case "date":
		if label != "" {
			return label
		}
		seconds, _, _ := strings.Cut(rest, "^")
		if n, err := strconv.ParseInt(seconds, 10, 64); err == nil && n > 0 && n < maxUnix {
			return bot.PlainTime(time.Unix(n, 0), false)
		}
	}
	if label != "" {
		return label
	}
	return whole
}

// maxUnix is the last second of the year 9999.
const maxUnix = 253402300800

// link is an address with its label in words: as typed where Slack found an
// address in the text, and the address alone where the label says no more than
// a part of it, or where an option takes addresses. before is what stands
// before it.
func (r *reader) link(before, address, label string) string {
	scheme, bare, _ := strings.Cut(address, ":")
	if scheme == "mailto" || scheme == "tel" {
		if label == "" || label == bare {
			return bare
		}
		return label + " (" + bare + ")"
	}
	switch {
	case scheme == "http" && label != "" && strings.EqualFold(strings.TrimSuffix(label, "/"), strings.TrimSuffix(strings.TrimPrefix(bare, "//"), "/")):
		return label
	case bot.Shortens(label, address) || r.inOption(before):
		return address
	}
	return label + " (" + address + ")"
}

// optionForm is the beginning of an option's value at the end of a text, with
// the links of a list that stand before.
var optionForm = regexp.MustCompile(`(?:^|\s)[^\sA-Za-z]*([A-Za-z-]+)\s?[:=](?:[^\sA-Za-z]*(?:https?://\S+[,;]\s+)+[^\sA-Za-z]*|\S*)$`)

// maxOption is how much of a text is looked at for the option a link stands in.
const maxOption = 2000

func (r *reader) inOption(before string) bool {
	m := optionForm.FindStringSubmatch(before[max(0, len(before)-maxOption):])
	return m != nil && r.links[strings.ToLower(strings.Trim(m[1], "-"))]
}
