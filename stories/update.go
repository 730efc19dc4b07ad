package stories

import (
	"strings"
	"time"
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
func (l Level) String() string {
	if l == ForDesk {
		return "desk"
	}
	return levelNames[l]
}

// ParseLevel reads a level's name in any case. Error: CodeInvalid.
func ParseLevel(s string) (Level, error) {
	for l, name := range levelNames {
		if strings.EqualFold(s, name) {
			return l, nil
		}
	}
	return 0, Errorf(CodeInvalid, "%q is no level. Use level:breaking, level:normal or level:minor.", s)
}

// checkLevel refuses a number that is no level. Error: CodeInvalid.
func checkLevel(l Level) error {
	if _, ok := levelNames[l]; !ok {
		return Errorf(CodeInvalid, "That is no level. Use level:breaking, level:normal or level:minor.")
	}
	return nil
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
	Picture  Picture
	Marks    Marks
	Level    Level
	Author   User // of the first wording
	// At is when it happened or was published, as the newsroom says.
	At time.Time
	// CreatedAt is when it was stored.
	CreatedAt time.Time
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
