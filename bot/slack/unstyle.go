package slack

import (
	"regexp"

	"storybot/bot/markup"
)

// What people style a message with
// (https://docs.slack.dev/messaging/formatting-message-text#basic-formatting).
var (
	// asIs is code, which stands as it is.
	asIs = regexp.MustCompile("(?s)```\\n?(.*?)```|`([^`\\n]+)`")
	// opaque is what Slack writes in angle brackets, and the name of an emoji: signs in
	// them are no marks.
	opaque = regexp.MustCompile(`<[^<>\n]+>|:[a-z0-9_+'-]+:`)
	quoted = regexp.MustCompile(`(?m)^(?:[ \t]*(?:&gt;|>)[ \t]?)+`)
	styles = []markup.Style{styled(`\*`), styled(`_`), styled(`~`)}
)

// styled is a style whose sign stands at the edge of words on both sides.
func styled(sign string) markup.Style {
	return markup.Style{
		Form: regexp.MustCompile(`(^|[^\p{L}\p{N}` + sign + `])` + sign + `([^\s` + sign + `](?:[^` + sign + `\n]*[^\s` + sign + `])?)` + sign + `([^\p{L}\p{N}` + sign + `]|$)`),
		Kept: "$1$2$3",
	}
}

// unstyled reads a message as people read it: the marks of its styles are taken out, and
// code stands as it is.
func (r *reader) unstyled(s string) string {
	var aside markup.Pieces
	s = aside.Set(markup.Bare(s), asIs, func(found []string) string { return r.text(found[1] + found[2]) })
	s = quoted.ReplaceAllString(s, "")
	literal := aside.Count()
	s = aside.Set(s, opaque, func(found []string) string { return found[0] })
	s = aside.Back(markup.Strip(s, styles), literal)
	return aside.Back(r.text(s), 0)
}
