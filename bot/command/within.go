package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// piece is a candidate and where it stands in a text.
type piece struct {
	candidate
	start, end int
}

// without returns the text without the options it seems to hold, and takes
// those. Error: *misuse when they contradict each other.
func (p *parser) without(text string) (string, error) { return p.leaveOut(text, p.pieces(text)) }

// withoutBehind is without for a text that was named as such: what it begins with
// stays.
func (p *parser) withoutBehind(text string) (string, error) {
	pieces, begun := p.pieces(text), 0
	for len(pieces) > 0 && isJunk(text[begun:pieces[0].start]) {
		begun, pieces = pieces[0].end, pieces[1:]
	}
	return p.leaveOut(text, pieces)
}

func (p *parser) leaveOut(text string, pieces []piece) (string, error) {
	if len(pieces) == 0 {
		return text, nil
	}
	left, end := "", 0
	for _, at := range pieces {
		if err := p.take(at.candidate); err != nil {
			return "", err
		}
		left, end = joined(left, text[end:at.start]), at.end
	}
	return strings.TrimSpace(joined(left, text[end:])), nil
}

// joined is before and after when an option between them was taken out: of
// white space on both sides one is left, and of full stops one.
func joined(before, after string) string {
	if strings.TrimSpace(before) == "" {
		return strings.TrimLeft(after, ",; \t")
	}
	last, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(before))
	if signs := strings.Trim(after, " \t\n,;|"); strings.Trim(signs, ".!") == "" { // nothing but the end of a sentence
		if strings.ContainsRune(".!?…。:", last) {
			signs = ""
		}
		return strings.TrimRightFunc(before, unicode.IsSpace) + signs + after[len(strings.TrimRightFunc(after, unicode.IsSpace)):]
	}
	switch end, _ := utf8.DecodeLastRuneInString(before); {
	case end == '\n' && strings.HasPrefix(after, "\n"):
		return before + strings.TrimLeft(after, "\n")
	case unicode.IsSpace(end):
		return before + strings.TrimLeftFunc(after, isGap)
	}
	return before + after
}

// pieces are the options that a text seems to hold, from its beginning to its
// end: those that are whole wherever they stand, the others before or after the
// text or alone on a line.
func (p *parser) pieces(text string) []piece {
	if utf8.RuneCountInString(text) > maxCommand {
		return nil // will be refused, and is not worth the search
	}
	var all []piece
	next := -1 // behind a comma between two options
	for _, start := range starts(text) {
		for at := start; at >= 0; at = next {
			next = -1
			c, ok := p.resembling(text[at:], true)
			if !ok || c.err != nil || c.place == before && !beginsSentence(text[:at]) {
				break
			}
			end := at + len(c.source)
			all = append(all, piece{c, at, end})
			if end+1 < len(text) && strings.IndexByte(",;|", text[end]) >= 0 && !isBlank(rune(text[end+1])) {
				next = end + 1
			}
		}
	}
	slices.SortFunc(all, func(a, b piece) int { return a.start - b.start })
	// With the marks before it rather than without.
	all = slices.DeleteFunc(all, func(at piece) bool {
		return slices.ContainsFunc(all, func(b piece) bool { return !b.open && b.end == at.end && b.start < at.start })
	})
	var kept []piece
	tail, atEnd := len(text), true
	for _, at := range slices.Backward(all) {
		if at.end > tail && !at.open {
			continue // begins before the next one and reaches into it
		}
		last := !at.open && atEnd && isJunk(text[at.end:tail])
		if at.open { // it goes on to where the next option begins
			end := min(at.start+lineEnd(text[at.start:]), tail)
			if last = atEnd && isJunk(text[end:tail]); !last || isJunk(text[:at.start]) {
				continue
			}
			at.end, at.source = end, strings.TrimRightFunc(text[at.start:end], unicode.IsSpace)
			at.values = []string{strings.TrimRight(strings.TrimSpace(text[at.start+at.lead:at.end]), wraps+",;")}
		}
		if !last && (at.place == before || at.place == atAnEdge && !aloneOnLine(text, at)) {
			continue
		}
		tail, atEnd = at.start, last
		kept = append([]piece{at}, kept...)
	}
	return kept
}

// starts are the places where an option may begin: at words, and behind the
// punctuation of a sentence inside one that is no link.
func starts(text string) []int {
	var found []int
	link, fresh := false, true
	for i, r := range text {
		switch {
		case unicode.IsSpace(r):
			fresh = true
			continue
		case fresh:
			end := wordEnd(text, i)
			link = strings.Contains(text[i:end], "://")
			found = append(found, i)
		case !link && strings.ContainsRune(".!?…,;。！？，；)", r):
			found = append(found, i+utf8.RuneLen(r))
		case !link && strings.ContainsRune("—–([{|*_`“\"<", r):
			found = append(found, i)
		}
		fresh = false
	}
	return found
}

// isJunk says that nothing can be read in s.
func isJunk(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return isWordRune(r) || unicode.Is(unicode.Co, r) })
}

// beginsSentence says that a line or a sentence has ended where text ends.
func beginsSentence(text string) bool {
	line := strings.TrimRightFunc(text, isGap)
	last, _ := utf8.DecodeLastRuneInString(line)
	return line == "" || strings.ContainsRune("\n\r.!?…。！？", last)
}

func aloneOnLine(text string, at piece) bool {
	begin := strings.LastIndexAny(text[:at.start], "\n\r") + 1
	end := len(text)
	if i := strings.IndexAny(text[at.end:], "\n\r"); i >= 0 {
		end = at.end + i
	}
	return isJunk(text[begin:at.start]) && isJunk(text[at.end:end])
}
