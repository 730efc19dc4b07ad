package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"storybot/bot"
)

// link returns raw as an address Slack may be given, and the host it leads to.
// It is false for what is no plain web address: another scheme, a name and
// password in it, a host of other characters than a host's name has, which
// could look like another one, or like markup.
func link(raw string) (address, host string, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
		return "", "", false
	}
	if strings.ContainsFunc(raw, unicode.IsControl) || !hostForm.MatchString(u.Host) {
		return "", "", false
	}
	address = addressEscaper.Replace(u.String())
	if bot.Units(address) > maxURL {
		return "", "", false
	}
	return address, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), true
}

// hostForm is a host's name or number, and perhaps a port.
var hostForm = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$`)

// labelled is a link in mrkdwn. What is in it cannot end it, whoever wrote it.
func labelled(address, label string) string {
	return "<" + escape(addressEscaper.Replace(address)) + "|" + strings.ReplaceAll(escape(label), "|", "¦") + ">"
}

// addressEscaper percent-encodes what would end an address in mrkdwn.
var addressEscaper = strings.NewReplacer("|", "%7C", "<", "%3C", ">", "%3E", `"`, "%22", " ", "%20", "`", "%60")

// shows says whether a link's label tells where it leads: it names host and
// nothing else that looks like one.
func shows(label, host string) bool {
	found := false
	for _, word := range strings.FieldsFunc(label, func(r rune) bool {
		return r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		word = strings.Trim(word, ".-")
		if !strings.Contains(word, ".") {
			continue
		}
		if !strings.EqualFold(strings.TrimPrefix(strings.ToLower(word), "www."), host) {
			return false
		}
		found = true
	}
	return found
}

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
func utc(s bot.Span) string { return bot.PlainTime(s.Time, s.DateOnly) }

// dateToken is a time in mrkdwn.
func dateToken(s bot.Span) string {
	return fmt.Sprintf("<!date^%d^%s|%s>", s.Time.Unix(), dateFormat(s), utc(s))
}

// fallback is the top-level text: what a notification shows and a screen
// reader reads. It is escaped and holds no address.
func fallback(m *bot.Message) string {
	var lines []string
	if title := bot.OneLine(m.Title); title != "" {
		lines = append(lines, title)
	}
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
	whole := strings.Join(lines, "\n")
	text, _ := bot.Cut(whole, maxFallback)
	escaped := escape(text)
	if len(escaped) > 4*maxFallback {
		text, _ = bot.Cut(whole, maxFallback/2)
		escaped = escape(text)
	}
	if escaped == "" {
		return "Storybot"
	}
	return escaped
}
