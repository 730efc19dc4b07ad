package discord

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// breaker is a zero-width space of our own: bot.Clean has taken out all that
// came with a text. It stands where two marks would otherwise run together, and
// inside "@everyone".
const breaker = "\u200b"

// escape writes s so that Discord shows it as it stands: no heading, list,
// quote, style, spoiler, link, mention, time or emoji. atStart says that s
// begins a line. next is what begins every following line.
func escape(s string, atStart bool, next string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	start, digits := atStart, false
	for i, r := range s {
		rest := s[i+utf8.RuneLen(r):]
		switch {
		case strings.ContainsRune("\\*_~`|[]<", r),
			start && strings.ContainsRune("#-+>", r),
			digits && (r == '.' || r == ')'),
			r == ':' && colonSpeaks(s[:i], rest),
			r == '.' && invites(s[:i], rest):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		switch {
		case r == '\n':
			b.WriteString(next)
		case r == '@' && (rest == "" || hasFold(rest, "everyone") || hasFold(rest, "here")):
			b.WriteString(breaker)
		}
		digits = (start || digits) && '0' <= r && r <= '9'
		start = r == '\n' || start && unicode.IsSpace(r)
	}
	return b.String()
}

// colonSpeaks says whether a colon between before and rest would make an
// address or an emoji (":fire:").
func colonSpeaks(before, rest string) bool {
	if rest == "" {
		for _, scheme := range [...]string{"http", "https", "discord"} {
			if len(before) >= len(scheme) && strings.EqualFold(before[len(before)-len(scheme):], scheme) {
				return true
			}
		}
		return false
	}
	if rest[0] == '/' {
		return true
	}
	name, _, found := strings.Cut(rest, ":")
	return found && name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && r != '-' && r != '+' && r != '~' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// invites says whether a full stop between before and rest stands in an address
// that clients show as an invitation or a gift, even without its scheme.
func invites(before, rest string) bool {
	named, leads := false, false
	for _, name := range [...]string{"discord", "discordapp"} {
		named = named || len(before) >= len(name) && strings.EqualFold(before[len(before)-len(name):], name)
	}
	for _, to := range [...]string{"gg", "new", "gift", "com/invite", "com/gifts", "com/template"} {
		leads = leads || hasFold(rest, to)
	}
	return named && leads
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// code writes s monospaced. Backticks inside are kept apart, so that a fence of
// two always holds them.
func code(s string) string {
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	s = strings.ReplaceAll(s, "`", "`"+breaker)
	if s[0] == '`' {
		s = " " + s // Discord takes a space before a backtick away
	}
	return "``" + s + "``"
}

// link writes a link that shows its label, and its host where the label does
// not. The angle brackets keep it from unfurling
// (https://discord.com/developers/docs/reference#message-formatting).
func link(label string, l bot.Link) string {
	shown, rest := l.Label(strings.ReplaceAll(label, "\n", " "))
	return "[" + escape(shown+rest, false, "") + "](<" + address(l) + ">)"
}

// safeLink is the link at s; ok is false for what is none, and for one that
// takes more than limit bytes.
func safeLink(s string, limit int) (l bot.Link, ok bool) {
	l, ok = bot.ParseLink(s)
	return l, ok && len(s) <= limit && len(address(l)) <= limit
}

// address writes l without a character that could end a link early, and without
// what pings wherever it stands.
func address(l bot.Link) string {
	var b strings.Builder
	whole := l.String()
	for i, c := range []byte(whole) {
		if rest := whole[i+1:]; c == '@' && (hasFold(rest, "everyone") || hasFold(rest, "here")) {
			b.WriteString("%40")
			continue
		}
		if c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte("()<>\"\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// styled writes text in the span's style, line by line, because a style does
// not reach over the marks that begin a line. Monospaced text takes no other
// style, for marks inside it would end that; struck out, it is not monospaced.
func styled(s bot.Span, text string, atStart bool, next string) string {
	marks := marksOf(s)
	if marks == "" && !isCode(s) {
		return escape(text, atStart, next)
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		bare := strings.TrimSpace(line)
		if bare == "" {
			continue
		}
		inner := escape(bare, atStart || i > 0, "")
		if isCode(s) {
			inner = code(bare)
		}
		head, tail, _ := strings.Cut(line, bare)
		lines[i] = head + marks + inner + reverse(marks) + tail
	}
	return strings.Join(lines, "\n"+next)
}

func isCode(s bot.Span) bool { return s.Code && !s.Strike && s.URL == "" }

// marksOf returns what opens the span's style; reversed, it closes it.
func marksOf(s bot.Span) string {
	marks := ""
	if isCode(s) {
		return marks
	}
	if s.Strike {
		marks += "~~"
	}
	if s.Bold {
		marks += "**"
	}
	if s.Italic {
		marks += "*"
	}
	return marks
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
