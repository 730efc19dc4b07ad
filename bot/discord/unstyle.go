package discord

import (
	"regexp"

	"storybot/bot/markup"
)

// What people style a message with
// (https://support.discord.com/hc/en-us/articles/210298617-Markdown-Text-101-Chat-Formatting-Bold-Italic-Underline).
var (
	// asIs stands as it is: code, fenced or in the line, and a sign behind a backslash. They
	// are one form, since which of them begins first decides what the others are.
	asIs = regexp.MustCompile("(?s)```(?:[A-Za-z0-9_+.#-]*\n)?(.*?)```|``([^`\n](?:[^\n]*?[^`\n])?)``|`([^`\n]+)`|\\\\([!-/:-@\\[-`{-~])")
	// opaque is what may hold signs that are no marks: an address, the target of a
	// masked link, and what stands in angle brackets.
	opaque = regexp.MustCompile(`\]\(\s*<?(?i:https?)://(?:\([^\s()<>]*\)|[^\s()<>])+>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)|<[^<>\n]+>|(?i:https?)://[^\s<>|]+`)
	// lineMarks begin a line: headings, small print, quotes. A list keeps its sign.
	lineMarks = regexp.MustCompile(`(?m)^(?:[ \t]*(?:#{1,3}|-#|>>>|>)[ \t]+)+`)
	starList  = regexp.MustCompile(`(?m)^([ \t]*)\*[ \t]+`)
	// hidden is a spoiler. An update hides nothing from anybody, so what its author hid
	// is not carried over: who adds the message may write it.
	hidden = regexp.MustCompile(`(?s)\|\|(.+?)\|\|`)
	styles = []markup.Style{
		{Form: regexp.MustCompile(`(?s)\*\*(.+?)(\**)\*\*`), Kept: "$1$2"},
		{Form: regexp.MustCompile(`(?s)__(.+?)(_*)__`), Kept: "$1$2"},
		{Form: regexp.MustCompile(`(?s)~~(.+?)~~`), Kept: "$1"},
		{Form: regexp.MustCompile(`\*([^\s*](?:[^*]*[^\s*])?)\*`), Kept: "$1"},
		{Form: regexp.MustCompile(`(^|[^\p{L}\p{N}_])_([^_]+)_([^\p{L}\p{N}_]|$)`), Kept: "$1$2$3"},
	}
)

// hiddenWords stand where a message hides some.
const hiddenWords = "[hidden as a spoiler]"

// unstyled reads a message as people read it: the marks of its styles are taken out, and
// code and escaped signs stand as they are.
func (r *reader) unstyled(s string) string {
	var aside markup.Pieces
	s = aside.Set(markup.Bare(s), asIs, func(found []string) string { return r.text(found[1]+found[2]+found[3]) + found[4] })
	s = hidden.ReplaceAllString(s, hiddenWords)
	s = lineMarks.ReplaceAllString(s, "")
	literal := aside.Count()
	s = aside.Set(s, opaque, func(found []string) string { return found[0] })
	s = starList.ReplaceAllString(s, "$1- ")
	s = aside.Back(markup.Strip(s, styles), literal)
	return aside.Back(r.text(s), 0)
}
