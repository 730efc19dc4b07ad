package bot

import (
	"strings"

	"storybot/stories"
)

// Mention is a person, a role or a channel that somebody named by the
// platform's own mention.
type Mention struct {
	// Ref is a person's stories.User.Ref; "" for what is no person.
	Ref string
	// Name is how readers see it, with its sign: "@mia", "#general". It must
	// not tell what its readers may not know, such as a private channel's name.
	Name string
}

// User is the person who is mentioned; a zero User when it is none.
func (m Mention) User() stories.User {
	if m.Ref == "" {
		return stories.User{}
	}
	return stories.User{Ref: m.Ref, Name: strings.TrimPrefix(m.Name, "@")}
}

// A mention travels inside a text as one private-use character, whatever its
// name holds: it cannot be divided at a space, and no text can fake one, since
// platforms pass what they were given through Unmark first.
const (
	firstMark = '\U000F0000'
	lastMark  = '\U000FFFFD'
)

// MaxMentions is how many mentions a text can hold.
const MaxMentions = 1000

// Mark is what stands in a text for the mention number i, below MaxMentions.
func Mark(i int) string { return string(firstMark + rune(i)) }

// Unmark takes out of a text that nobody vouches for what could be a Mark.
func Unmark(s string) string {
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, s)
}

func isMark(r rune) bool { return r >= firstMark && r <= lastMark }

// Unfold writes the names of mentions in the place of their marks.
func Unfold(s string, mentions []Mention) string {
	if !strings.ContainsFunc(s, isMark) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch i := int(r - firstMark); {
		case !isMark(r):
			b.WriteRune(r)
		case i < len(mentions):
			b.WriteString(mentions[i].Name)
		}
	}
	return b.String()
}

// Mentioned is the one mention that s consists of, but for white space.
func Mentioned(s string, mentions []Mention) (Mention, bool) {
	runes := []rune(strings.TrimSpace(s))
	if len(runes) != 1 || !isMark(runes[0]) {
		return Mention{}, false
	}
	i := int(runes[0] - firstMark)
	if i >= len(mentions) {
		return Mention{}, false
	}
	return mentions[i], true
}
