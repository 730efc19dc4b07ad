package stories

import (
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Level is how urgent an update is. A subscription names the least level that
// comes through; the zero value is not a level.
type Level int

// The levels, least urgent first.
const (
	Minor    Level = 1
	Normal   Level = 2
	Breaking Level = 3
)

var levelNames = map[Level]string{Minor: "minor", Normal: "normal", Breaking: "breaking"}

// String returns the level's name as it is written in a command.
func (l Level) String() string { return levelNames[l] }

// ParseLevel reads a level's name in any case. Error: CodeInvalid.
func ParseLevel(s string) (Level, error) {
	for l, name := range levelNames {
		if strings.EqualFold(s, name) {
			return l, nil
		}
	}
	return 0, Errorf(CodeInvalid, "%q is no level. Use level:breaking, level:normal or level:minor.", s)
}

// Update is one numbered entry of a story. Its words are those of its newest
// Revision.
type Update struct {
	ID       int64
	StoryID  int64
	Number   int // 1, 2, … within the story; never changes
	Revision int // 0 for the first wording
	Text     string
	Sources  []string // http and https links
	Level    Level
	Author   User
	// At is when it happened or was published, as the newsroom says.
	At time.Time
	// CreatedAt is when it was stored.
	CreatedAt time.Time
}

// RevisionKind says why an update reads differently from before.
type RevisionKind string

// The kinds of revision. The first wording is Original.
const (
	Original   RevisionKind = "original"
	Correction RevisionKind = "correction" // the meaning changed
	Fix        RevisionKind = "fix"        // a slip of the pen
	Withdrawal RevisionKind = "withdrawal"
	Hold       RevisionKind = "hold"
	Release    RevisionKind = "release"
)

// Revision is one wording an update has had.
type Revision struct {
	UpdateID int64
	Revision int
	Kind     RevisionKind
	Text     string
	Sources  []string
	Reason   string
	Author   User
	At       time.Time
}

// Limits of an update.
const (
	MaxUpdateText = 8000 // characters (code points)
	MaxSources    = 5
	MaxSourceURL  = 512 // bytes; Discord's link buttons hold no more
)

// DuplicateWindow is how long the same text in the same story is taken for a
// second paste of the first, which is confirmed before it is posted again.
const DuplicateWindow = 10 * time.Minute

// CheckUpdateText says whether s can be an update's text. Error: CodeInvalid.
func CheckUpdateText(s string) error { return checkText("text", s, MaxUpdateText) }

// CheckSource says whether s can be a source link: an http or https address
// of an ASCII host, without a user name in it. Error: CodeInvalid.
func CheckSource(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		return Errorf(CodeInvalid, "A source is a whole link that begins with https:// or http://. Example: source:https://example.org/report.")
	case u.User != nil:
		return Errorf(CodeInvalid, "A source link may not hold a user name or a password. Remove the part before the @.")
	case len(s) > MaxSourceURL:
		return Errorf(CodeInvalid, "A source link has at most %d characters; this one has %d. Use a shorter link to the same page.", MaxSourceURL, len(s))
	case strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) || unicode.IsSpace(r) }):
		return Errorf(CodeInvalid, "A source link is written in ASCII without spaces: percent-encode the rest, write the host in its xn-- form.")
	}
	return nil
}
