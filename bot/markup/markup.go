// Package markup takes the marks of a chat's styles out of what somebody wrote there,
// where it is carried on as plain text. What the marks are a platform says.
package markup

import (
	"regexp"
	"strings"
)

// first begins the private characters of Unicode's last plane, which stand for what was
// set aside: no client writes them. most is how many of them are used.
const (
	first = '\U00100000'
	most  = 0xFF00
)

// Pieces are parts of a text that are set aside while its marks are taken out.
type Pieces struct{ kept []string }

// Bare is s without the characters that stand for pieces.
func Bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= first {
			return -1
		}
		return r
	}, s)
}

// Set sets aside what form finds in s, as shown says it is to read.
func (p *Pieces) Set(s string, form *regexp.Regexp, shown func(found []string) string) string {
	return form.ReplaceAllStringFunc(s, func(whole string) string {
		if len(p.kept) == most {
			return whole
		}
		p.kept = append(p.kept, shown(form.FindStringSubmatch(whole)))
		return string(rune(first + len(p.kept) - 1))
	})
}

// Count is how many pieces are set aside.
func (p *Pieces) Count() int { return len(p.kept) }

// Back is s with what was set aside after the first so many pieces.
func (p *Pieces) Back(s string, after int) string {
	ours := func(r rune) bool { return r >= first+rune(after) && int(r-first) < len(p.kept) }
	for strings.ContainsFunc(s, ours) {
		var b strings.Builder
		for _, r := range s {
			if n := int(r - first); ours(r) {
				b.WriteString(p.kept[n])
				continue
			}
			b.WriteRune(r)
		}
		s = b.String()
	}
	return s
}

// Style is how a style is written, and what of a match is kept: "$1".
type Style struct {
	Form *regexp.Regexp
	Kept string
}

// Strip takes the marks of styles out of s, also of one within another. A style has to
// keep less than it matches.
func Strip(s string, styles []Style) string {
	for {
		before := s
		for _, style := range styles {
			s = style.Form.ReplaceAllString(s, style.Kept)
		}
		if s == before {
			return s
		}
	}
}
