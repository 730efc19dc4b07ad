package command

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/stories"
)

// linkStart is how a link begins that is meant as one.
var linkStart = regexp.MustCompile(`^(?i)(https?://|www\.)`)

// furtherLink is how a further link begins, with what may be around it.
var furtherLink = regexp.MustCompile("^(?i)[" + regexp.QuoteMeta(wraps) + `]*(https?://|www\.)|^\[[^\[\]\n]*\]\(`)

// wraps are the marks that people and chat clients put around a link or a word.
const wraps = "\"“”„‟'‘’‚«»‹›`*_~<>()[]{}「」『』《》＂"

// sourceSize is how much of s, where a source: has its value, belongs to it: one
// link however it is wrapped, and further ones after commas.
func sourceSize(s string) int {
	size := 0
	for {
		size += oneSource(s[size:])
		end := strings.TrimRight(s[:size], wraps)
		rest := strings.TrimLeftFunc(s[size:], isGap)
		begun := strings.HasSuffix(end, ",") || strings.HasSuffix(end, ";")
		if trimmed := strings.TrimLeft(rest, ",;，；"); trimmed != rest {
			begun, rest = true, strings.TrimLeftFunc(trimmed, isGap)
		}
		if !begun || size == 0 || !furtherLink.MatchString(rest) {
			return size
		}
		size = len(s) - len(rest)
	}
}

// isGap is white space within a line.
func isGap(r rune) bool { return r != '\n' && r != '\r' && unicode.IsSpace(r) }

// oneSource is the size of a link with all that is around it: a word, or
// [its name](and address), or <its address|and name>.
func oneSource(s string) int {
	line := s[:min(len(s), maxNamedLink)]
	line = line[:lineEnd(line)]
	end := 0
	if strings.HasPrefix(line, "[") {
		end = markdownSize(line)
	} else if strings.HasPrefix(line, "<") {
		end = strings.IndexByte(line, '>') + 1
	}
	if end == 0 {
		return wordEnd(s, 0)
	}
	return afterWord(s, end)
}

// maxNamedLink is how many bytes a link and its name have at most together.
const maxNamedLink = 4 * stories.MaxSourceURL

// afterWord is where the punctuation ends that stands between the end of a word
// and white space.
func afterWord(s string, end int) int {
	rest := strings.TrimLeft(s[end:], wraps+".,;:!?")
	if first, _ := utf8.DecodeRuneInString(rest); rest == "" || unicode.IsSpace(first) {
		return len(s) - len(rest)
	}
	return end
}

// markdownSize is the size of the [name](address) that line begins with, whose
// address may have brackets in it; 0 when it begins with none.
func markdownSize(line string) int {
	name, _, ok := strings.Cut(line, "](")
	if !ok || strings.Contains(name[1:], "[") {
		return 0
	}
	depth := 0
	for i := len(name) + 1; i < len(line); i++ {
		switch line[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// wordEnd is where the word that goes on at from ends.
func wordEnd(s string, from int) int {
	if i := strings.IndexFunc(s[from:], unicode.IsSpace); i >= 0 {
		return from + i
	}
	return len(s)
}

// linksIn takes the links out of a source: value: several are divided by white
// space, or by commas before a further link; a comma inside a link stays. What
// wraps a link and the punctuation of a sentence after it is not part of it.
// What is no link stays a word, for others to refuse.
func linksIn(value string) []string {
	var links []string
	for s := value; ; {
		s = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；", r) })
		if s == "" {
			return links
		}
		size := oneSource(s)
		piece := s[:size]
		s = s[size:]
		if _, address, ok := strings.Cut(piece, "]("); ok && strings.HasPrefix(piece, "[") {
			piece = address
		} else if strings.HasPrefix(piece, "<") {
			piece, _, _ = strings.Cut(piece, "|")
		}
		for _, word := range strings.Fields(piece) {
			for _, one := range atLinks(word) {
				if link := bareLink(one); link != "" {
					links = append(links, link)
				}
			}
		}
	}
}

// nextLink is a further link behind a comma or a semicolon.
var nextLink = regexp.MustCompile("[,;，；][" + regexp.QuoteMeta(wraps) + `]*((?i)https?://|www\.)`)

// atLinks divides a word where a further link begins behind a comma.
func atLinks(word string) []string {
	var parts []string
	for {
		at := nextLink.FindStringIndex(word)
		if at == nil {
			return append(parts, word)
		}
		_, comma := utf8.DecodeRuneInString(word[at[0]:])
		parts, word = append(parts, word[:at[0]]), word[at[0]+comma:]
	}
}

// bareLink takes away what wraps a link, and the punctuation after it.
func bareLink(s string) string {
	inner := strings.TrimLeft(s, wraps)
	opened := s[:len(s)-len(inner)]
	for {
		r, size := utf8.DecodeLastRuneInString(inner)
		switch {
		case inner == "":
			return ""
		case strings.ContainsRune(".,;:!?…。，、；", r):
		case r == ')' && strings.Count(inner, "(") >= strings.Count(inner, ")"),
			r == ']' && strings.Count(inner, "[") >= strings.Count(inner, "]"):
			return inner
		case strings.ContainsRune("*_~'", r) && !strings.ContainsRune(opened, r):
			return inner // these may end a link
		case !strings.ContainsRune(wraps, r):
			return inner
		}
		inner = inner[:len(inner)-size]
	}
}

// hostForm is what begins like a link without its scheme.
var hostForm = regexp.MustCompile(`^(?i)([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?(/|$|\?|#)`)

// sources are the links that the request gives. Error: CodeInvalid for one
// without its scheme, which is not guessed.
func (r request) sources() ([]string, error) {
	all := r.links("source")
	for _, link := range all {
		if hostForm.MatchString(link) {
			return nil, stories.Errorf(stories.CodeInvalid, "The source has no https:// before it. Write source:https://%s, or http:// where the page has no other.", clip(link))
		}
	}
	return all, nil
}

// links are those in the values of an option.
func (r request) links(name string) (all []string) {
	for _, value := range r.values[name] {
		all = append(all, linksIn(value)...)
	}
	return all
}

// picture is the one that the request gives, none when it names neither its address
// nor its description. Error: CodeInvalid for several, and for one without its
// scheme.
func (r request) picture() (stories.Picture, error) {
	all := r.links("image")
	switch {
	case len(all) > 1:
		return stories.Picture{}, stories.Errorf(stories.CodeInvalid, "An update carries one picture; image: names %d. Put the others into further updates.", len(all))
	case len(all) == 0:
		return stories.Picture{URL: r.get("image"), Alt: r.get("alt")}, nil // of an address without a letter nothing is left
	case hostForm.MatchString(all[0]):
		return stories.Picture{}, stories.Errorf(stories.CodeInvalid, "The address of the picture has no https:// before it. Write image:https://%s.", clip(all[0]))
	}
	return stories.Picture{URL: all[0], Alt: r.get("alt")}, nil
}
