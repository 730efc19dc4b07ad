package command

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// closers are the quotes that may end a value, by the quote that began it, its
// own partner first; chat clients turn straight quotes into curly ones, and
// languages pair them differently.
var closers = map[rune]string{
	'"': `"`, '“': `”“"`, '”': `”"`, '„': `“”"`, '‟': `”"`, '＂': `＂`, '〝': `〞〟`,
	'«': `»`, '»': `«`, '‹': `›`, '›': `‹`,
	'\'': `'`, '‘': `’'`, '’': `’`, '‚': `‘’'`, '`': "`",
	'「': `」`, '『': `』`, '《': `》`, '〈': `〉`,
}

// What can be wrong with a quoted value.
var (
	errUnclosed = errors.New("quote not closed")
	errInner    = errors.New("quote closed in the middle")
)

// maxQuotes is how many further quotes of its kind are looked at for the end of
// a value: what has more of them is no value. It keeps the work of reading a text
// that begins a quote at every word in proportion to its length.
const maxQuotes = 8

// quoted reads the quoted value that s begins with, and how long it is with its
// quotes. ok is false when s begins with no quote. Where it ends must be beyond
// doubt: a quote that closes in the middle of words is errInner.
func quoted(s string) (value string, size int, ok bool, err error) {
	value, size, _, ok, err = scanQuoted(s)
	return value, size, ok, err
}

// scanQuoted is quoted, and tells how many bytes of s it looked at.
func scanQuoted(s string) (value string, size, looked int, ok bool, err error) {
	open, begin := utf8.DecodeRuneInString(s)
	ends, ok := closers[open]
	if !ok {
		return "", 0, 0, false, nil
	}
	partner, _ := utf8.DecodeRuneInString(ends)
	depth, opened := 0, 0
	for i := begin; i < len(s); {
		r, width := utf8.DecodeRuneInString(s[i:])
		before, after := around(s, i, width)
		if r == open && r != partner {
			if opened++; opened > maxQuotes {
				return "", 0, i, true, errInner
			}
		}
		switch {
		case isApostrophe(r) && isWordRune(before) && isWordRune(after):
		case r == open && r != partner && !isBlank(after) && (opensAfter(before) || i == begin):
			depth++
		case strings.ContainsRune(ends, r) && depth > 0:
			if r == partner {
				depth--
			}
		case strings.ContainsRune(ends, r):
			value = s[begin:i]
			// Behind white space it ends the value only where no other quote can.
			if !endsWord(after) || isBlank(before) && strings.TrimSpace(value) != "" && strings.ContainsAny(s[i+width:], ends+string(open)) {
				return "", 0, i, true, errInner
			}
			return value, i + width, i, true, nil
		}
		i += width
	}
	return "", 0, len(s), true, errUnclosed
}

// quotedText is quoted for a value that may be any words: a quote that is closed
// only after the value's end, "Two big" words", leaves in doubt where it is.
func quotedText(s string) (value string, size int, ok bool, err error) {
	value, size, ok, err = quoted(s)
	if ok && err == nil {
		open, _ := utf8.DecodeRuneInString(s)
		if found, _ := orphan(s[size:], open, closers[open]); found {
			return "", 0, true, errInner
		}
	}
	return value, size, ok, err
}

// around returns the runes beside the one at i; 0 at an end.
func around(s string, i, width int) (before, after rune) {
	if i > 0 {
		before, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	if i+width < len(s) {
		after, _ = utf8.DecodeRuneInString(s[i+width:])
	}
	return before, after
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' }

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func isBlank(r rune) bool { return r == 0 || unicode.IsSpace(r) }

// endsWord says that a closing quote may stand before r.
func endsWord(r rune) bool { return isBlank(r) || strings.ContainsRune(".,;:!?)]}…。，、", r) }

// opensAfter says that a quote after r can be an opening one.
func opensAfter(r rune) bool { return isBlank(r) || strings.ContainsRune(":=([{-–—/", r) }

// orphan says that a quote is closed in rest that was not opened there, among the
// next maxQuotes: the value may have been meant to go on to it. Inches and seconds
// are no quotes. looked is how many bytes it took to say so.
func orphan(rest string, open rune, ends string) (found bool, looked int) {
	inside, quotes := false, 0
	for i, r := range rest {
		if r != open && !strings.ContainsRune(ends, r) {
			continue
		}
		before, after := around(rest, i, utf8.RuneLen(r))
		if isApostrophe(r) && isWordRune(before) && isWordRune(after) {
			continue
		}
		if quotes++; quotes > maxQuotes {
			return false, i
		}
		switch {
		case opensAfter(before) && !isBlank(after):
			inside = true
		case unicode.IsDigit(before) && !inside:
		case !isBlank(before) && endsWord(after):
			if !inside {
				return true, i
			}
			inside = false
		}
	}
	return false, len(rest)
}
