package slack

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// link returns the address that Slack may be given for raw; false for what is no
// link, or a longer one than Slack takes.
func link(raw string) (l bot.Link, address string, ok bool) {
	l, ok = bot.ParseLink(raw)
	if !ok {
		return l, "", false
	}
	address = addressEscaper.Replace(l.String())
	return l, address, bot.Units(address) <= maxURL
}

// labelled is a link in mrkdwn. What is in it cannot end it, whoever wrote it.
func labelled(address, label string) string {
	return "<" + escape(addressEscaper.Replace(address)) + "|" + strings.ReplaceAll(escape(label), "|", "¦") + ">"
}

// addressEscaper percent-encodes what would end an address in mrkdwn.
var addressEscaper = strings.NewReplacer("|", "%7C", "<", "%3C", ">", "%3E", `"`, "%22", " ", "%20", "`", "%60")

// dateFormat is how Slack shows a time in the reader's own zone.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func dateFormat(s bot.Span) string {
	switch {
	case s.Relative:
		return "{ago}"
	case s.DateOnly:
		return "{date_short_pretty}"
	}
	return "{date_short_pretty} {time}"
}

// utc is what is shown where Slack cannot show the reader's own time.
func utc(s bot.Span) string { return bot.PlainMoment(s) }

// dateToken is a time in mrkdwn.
func dateToken(s bot.Span) string {
	return fmt.Sprintf("<!date^%d^%s|%s>", s.Time.Unix(), dateFormat(s), utc(s))
}

// fallback is the top-level text: what a notification shows and a screen
// reader reads. It says what the blocks say, in their order and the title on the
// line of the first of them, so that it begins with the news. It is escaped and
// holds no address.
func fallback(m *bot.Message) string { return fallbackPinging(m, nobody) }

// fallbackPinging is fallback of what pings somebody, in a line of its own behind what m
// says and before its small print.
func fallbackPinging(m *bot.Message, who pinged) string {
	if who == nobody {
		return cmp.Or(summary(m, maxFallback), "Storybot")
	}
	said, rest := *m, bot.Message{Image: m.Image}
	said.Image = nil
	said.Blocks, rest.Blocks = m.SmallPrint()
	below := summary(&rest, maxFallback/2)
	text := strings.TrimSuffix(summary(&said, maxFallback-bot.Units(below)-len(who))+"\n"+string(who)+"\n"+below, "\n")
	return strings.TrimPrefix(text, "\n")
}

// summary is what m says in at most so many UTF-16 units; "" where it says nothing.
func summary(m *bot.Message, limit int) string {
	title := bot.OneLine(m.Title)
	var lines []string
	for _, b := range m.Blocks {
		var line strings.Builder
		for _, s := range b.Spans {
			if s.Time.IsZero() {
				line.WriteString(bot.Clean(s.Text))
			} else {
				line.WriteString(utc(s))
			}
		}
		if text := strings.TrimSpace(line.String()); text != "" {
			lines = append(lines, text)
		}
	}
	switch {
	case title == "":
	case len(lines) == 0:
		lines = []string{title}
	default:
		if last, _ := utf8.DecodeLastRuneInString(title); unicode.IsLetter(last) || unicode.IsDigit(last) {
			title += ":"
		}
		lines[0] = title + " " + lines[0]
	}
	if m.Image != nil {
		lines = append(lines, bot.Clean(m.Image.Described().Spans[0].Text))
	}
	whole := strings.Join(lines, "\n")
	text, _ := bot.Cut(whole, limit)
	escaped := escape(text)
	if len(escaped) > 4*limit {
		text, _ = bot.Cut(whole, limit/2)
		escaped = escape(text)
	}
	return escaped
}
