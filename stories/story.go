package stories

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// State says whether a story still develops.
type State string

// The states of a story.
const (
	Developing State = "developing"
	Closed     State = "closed"
)

// Story is a developing event under one slug.
type Story struct {
	ID       int64
	Slug     string
	Aliases  []string // older slugs that still lead here
	Headline string
	Summary  string
	Topics   []string // in the form of slugs, sorted
	State    State
	// Updates is how many updates the story has; the newest has this number.
	Updates   int
	CreatedAt time.Time
	// ActiveAt is when the story last changed in a way readers see.
	ActiveAt time.Time
}

// Limits of a story's texts, in characters (code points).
const (
	MinSlug     = 2
	MaxSlug     = 64
	MaxHeadline = 150 // Slack's header block holds no more, and a headline should not either
	MaxSummary  = 2000
	MaxTopics   = 10
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// reserved are words that commands use where a slug could stand.
var reserved = []string{"help", "all"}

// CheckSlug says whether s can be a story's slug. Error: CodeInvalid.
func CheckSlug(s string) error {
	switch {
	case slices.Contains(reserved, s):
		return Errorf(CodeInvalid, "%q is a word of the bot itself. Choose another slug, for example %q.", s, s+"-story")
	case len(s) < MinSlug || len(s) > MaxSlug || !slugForm.MatchString(s) || !strings.ContainsFunc(s, unicode.IsLetter):
		return Errorf(CodeInvalid, "A slug has %d to %d characters: small letters, digits and single hyphens, at least one letter. Example: sony-hack.", MinSlug, MaxSlug)
	}
	return nil
}

// CheckTopic says whether s can be a topic. Error: CodeInvalid.
func CheckTopic(s string) error {
	if len(s) < MinSlug || len(s) > MaxSlug || !slugForm.MatchString(s) {
		return Errorf(CodeInvalid, "A topic has %d to %d characters: small letters, digits and single hyphens. Example: security.", MinSlug, MaxSlug)
	}
	return nil
}

// CheckHeadline says whether s can be a headline. Error: CodeInvalid.
func CheckHeadline(s string) error {
	if err := checkText("headline", s, MaxHeadline); err != nil {
		return err
	}
	if strings.ContainsAny(s, "\n\r") {
		return Errorf(CodeInvalid, "A headline is one line. Put the rest into summary: or into an update.")
	}
	return nil
}

// CheckSummary says whether s can be a summary; it may be empty. Error: CodeInvalid.
func CheckSummary(s string) error {
	if s == "" {
		return nil
	}
	return checkText("summary", s, MaxSummary)
}

// checkText refuses what no field of a story may hold: nothing to read,
// characters that cannot be stored, more than limit characters.
func checkText(field, s string, limit int) error {
	n := utf8.RuneCountInString(s)
	something, readable := visible(s)
	switch {
	case strings.TrimSpace(s) == "":
		return Errorf(CodeInvalid, "The %s is empty. Write it.", field)
	case !utf8.ValidString(s):
		return Errorf(CodeInvalid, "The %s is not valid UTF-8 text. Paste it again as plain text.", field)
	case strings.ContainsRune(s, 0):
		return Errorf(CodeInvalid, "The %s holds a NUL character, which cannot be shown. Paste it again as plain text.", field)
	case n > limit:
		return Errorf(CodeInvalid, "The %s has %d characters; at most %d fit. Shorten it by %d.", field, n, limit, n-limit)
	case !something:
		return Errorf(CodeInvalid, "The %s is empty: it has only characters that nobody can see. Write it again instead of pasting it.", field)
	case !readable:
		return Errorf(CodeInvalid, "The %s has no letter and no digit in it. Say it in words.", field)
	}
	return nil
}
