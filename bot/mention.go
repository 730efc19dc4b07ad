package bot

import (
	"slices"
	"strings"

	"storybot/stories"
)

// Mention is a person, a role or a channel that somebody named by the
// platform's own mention.
type Mention struct {
	Kind MentionKind
	// Ref names it for programs and is never shown: a person's
	// stories.User.Ref; of a role or a channel a reference of that form, which
	// means something to its platform alone. "" where there is none.
	Ref string
	// Name is how readers see it, with its sign: "@mia", "#general". It must
	// not tell what its readers may not know, such as a private channel's name.
	Name string
}

// MentionKind is what is mentioned.
type MentionKind int

// What can be mentioned. A group of people is a role, whatever its platform
// calls it.
const (
	PersonKind MentionKind = iota
	RoleKind
	ChannelKind
)

// Someone is what a person is called whose name nobody tells.
const Someone = "someone"

// PrivateChannel is what a channel is called that not everybody may know of, or
// of which that cannot be found out.
const PrivateChannel = "#private-channel"

// Unnamed is how readers see what has no name that may be told.
func (k MentionKind) Unnamed() string {
	switch k {
	case RoleKind:
		return "@role"
	case ChannelKind:
		return PrivateChannel
	}
	return "@" + Someone
}

// User is the person who is mentioned; a zero User when it is none.
func (m Mention) User() stories.User {
	if m.Ref == "" || m.Kind != PersonKind {
		return stories.User{}
	}
	return stories.User{Ref: m.Ref, Name: strings.TrimPrefix(m.Name, "@")}
}

// MaxLookUps is how many names one command may have looked up; what else it
// mentions is called Unnamed. A text can hold hundreds, and each costs a request.
const MaxLookUps = 20

// Mentions collects what the texts of one command mention. The zero value is
// ready.
type Mentions struct{ list []Mention }

// Add returns what stands in a text for one: its Mark, the same for what was
// added before. Behind MaxMentions it is the name.
func (m *Mentions) Add(one Mention) string {
	i := slices.Index(m.list, one)
	switch {
	case i >= 0:
		return Mark(i)
	case len(m.list) == MaxMentions && one.Name == "":
		return one.Kind.Unnamed()
	case len(m.list) == MaxMentions:
		return one.Name
	}
	m.list = append(m.list, one)
	return Mark(len(m.list) - 1)
}

// List is what was added, in the order of its marks.
func (m *Mentions) List() []Mention { return slices.Clone(m.list) }

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
