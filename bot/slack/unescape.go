package slack

import "strings"

// entities are the only characters Slack escapes
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
var (
	entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	escaper  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// escape writes plain text so that Slack shows it as it is: no mention, link
// or date can come of it.
func escape(s string) string { return escaper.Replace(s) }

// unescape reads text as Slack sends it and returns what a person meant: a
// mentioned person becomes slack:TEAM/USER, which names them in a command, a
// channel #name, a link its address.
func unescape(s, team string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		length := strings.IndexAny(s[open+1:], "<>")
		if length < 0 || s[open+1+length] != '>' {
			b.WriteString(entities.Replace(s[:open+1]))
			s = s[open+1:]
			continue
		}
		b.WriteString(entities.Replace(s[:open]))
		b.WriteString(meant(s[open+1:open+1+length], team))
		s = s[open+length+2:]
	}
	b.WriteString(entities.Replace(s))
	return b.String()
}

// meant is what the inside of <…> stands for.
// https://docs.slack.dev/messaging/formatting-message-text#advanced
func meant(token, team string) string {
	target, label, labelled := strings.Cut(token, "|")
	label = entities.Replace(label)
	switch {
	case strings.HasPrefix(target, "@"):
		return userRef(team, target[1:])
	case strings.HasPrefix(target, "#"):
		if labelled && label != "" {
			return "#" + strings.TrimPrefix(label, "#")
		}
		return target
	case strings.HasPrefix(target, "!"):
		if labelled && label != "" {
			return label
		}
		name, _, _ := strings.Cut(target[1:], "^")
		return "@" + name
	case strings.HasPrefix(target, "mailto:"):
		return entities.Replace(strings.TrimPrefix(target, "mailto:"))
	}
	return entities.Replace(target)
}

// cutMention splits raw text around the first mention of a user.
func cutMention(s, user string) (before, after string, found bool) {
	for at := 0; user != ""; {
		i := strings.Index(s[at:], "<@"+user)
		if i < 0 {
			break
		}
		end := at + i + len("<@"+user)
		if strings.HasPrefix(s[end:], ">") {
			return s[:at+i], s[end+1:], true
		}
		if strings.HasPrefix(s[end:], "|") {
			if close := strings.IndexByte(s[end:], '>'); close >= 0 {
				return s[:at+i], s[end+close+1:], true
			}
		}
		at = end
	}
	return s, "", false
}
