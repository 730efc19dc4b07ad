package command

import (
	"regexp"
	"strings"
)

// tagForm is a tag of HTML, as it is pasted from pages and editors.
var tagForm = regexp.MustCompile(`^</?[A-Za-z][A-Za-z0-9]{0,10}(?:\s[^<>\n]{0,60})?/?>`)

// tagSize is the size of the tag that s begins with, 0 when it begins with none.
// An option in brackets, <level:breaking>, is no tag.
func tagSize(s string) int {
	if !strings.HasPrefix(s, "<") {
		return 0
	}
	return len(tagForm.FindString(s))
}

// untilTag is where the first tag or the end of a link's name begins in the word
// that s begins with, the end of s when it has neither.
func untilTag(s string) int {
	word := s[:wordEnd(s, 0)]
	opened := false
	for i := range word {
		opened = opened || word[i] == '['
		if i > 0 && (strings.HasPrefix(word[i:], "</") && tagSize(word[i:]) > 0 || !opened && strings.HasPrefix(word[i:], "](")) {
			return i
		}
	}
	return len(s)
}

// maxTime is how many bytes a time has at most with what is around it.
const maxTime = 100

// beforeTag is s up to the tag that closes what stands around a time.
func beforeTag(s string) string {
	i := strings.Index(s[:min(len(s), maxTime)], "</")
	if i > 0 && tagSize(s[i:]) > 0 {
		return s[:i]
	}
	return s
}

// linkTail is the rest of a link with a name: [level:breaking](an address).
var linkTail = regexp.MustCompile(`^[*_~` + "`" + `]*\]\([^\s()]{0,200}\)`)

// closingMarks is the size of what s begins with that only ends what stands
// around an option: tags, the rest of a link.
func closingMarks(s string) int {
	size := len(linkTail.FindString(s))
	for {
		marks := len(s[size:]) - len(strings.TrimLeft(s[size:], "*_~`"))
		tag := tagSize(s[size+marks:])
		if tag == 0 || !strings.HasPrefix(s[size+marks:], "</") {
			return size
		}
		size += marks + tag
	}
}
