package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"storybot/stories"
)

// RevisionLabel is the word that heads the message beside the copies of an update that
// was revised; "" for kinds of which nobody is told.
func RevisionLabel(kind stories.RevisionKind) string {
	switch kind {
	case stories.Correction:
		return wordCorrection
	case stories.Withdrawal:
		return wordWithdrawn
	case stories.Hold:
		return wordOnHold
	case stories.Release:
		return wordReleased
	}
	return ""
}

// RevisionWords is how the work of a revision stands, in one sentence: the edits of
// copies, the messages beside them, labelled as beside says, and, with again, the copies
// that were kept until then. left is as for ProgressWords. "" where there is no work.
func RevisionWords(s stories.Spread, beside stories.RevisionKind, again bool, left time.Duration) string {
	var parts []string
	if s.Edits.Total > 0 {
		copies := "copies"
		if s.Edits.Total == 1 {
			copies = "copy"
		}
		parts = append(parts, fmt.Sprintf("edited %s of %s %s", Count(s.Edits.Sent), Count(s.Edits.Total), copies)+notDone(s.Edits, "could not be edited"))
	}
	if s.Told.Total > 0 {
		label := RevisionLabel(beside)
		if label == "" {
			label = "the message about it"
		}
		parts = append(parts, "posted "+label+" to "+ofPlaces(s.Told)+notDone(s.Told, "did not get it"))
	}
	if again && s.Again.Total > 0 {
		parts = append(parts, "sent the update to "+ofPlaces(s.Again)+notDone(s.Again, "did not get it"))
	}
	if len(parts) == 0 {
		return ""
	}
	words := strings.Join(parts, "; ")
	first, size := utf8.DecodeRuneInString(words)
	words = string(unicode.ToUpper(first)) + words[size:]
	switch {
	case s.Done():
	case left > longestLeft:
		words += ", more than a day left"
	case left >= time.Second:
		words += ", about " + Roughly(left) + " left"
	}
	return words + "."
}

// ofPlaces says how many of some places have got something: "1 of 2 channels".
func ofPlaces(p stories.Progress) string {
	if p.Direct > 0 && p.Direct < p.Total {
		return fmt.Sprintf("%s of %s (%s)", Count(p.Sent), Count(p.Total), PlacesWords(p.Total, p.Direct))
	}
	return Count(p.Sent) + " of " + PlacesWords(p.Total, p.Direct)
}

// notDone is what of some work did not succeed, or not yet; failed says of several what
// became of them.
func notDone(p stories.Progress, failed string) (words string) {
	if p.Held > 0 {
		in := "in channels that are blocked"
		if p.Held == 1 {
			in = "in a channel that is blocked"
		}
		words += ", " + Count(p.Held) + " " + in
	}
	if p.Deferred > 0 {
		words += ", " + Count(p.Deferred) + " " + waitsForTime(p.Deferred)
	}
	if p.Newer > 0 {
		is := "are"
		if p.Newer == 1 {
			is = "is"
		}
		words += fmt.Sprintf(", %s %s left to a newer revision", Count(p.Newer), is)
	}
	if p.Needless > 0 {
		words += ", " + Count(p.Needless) + " needed none"
	}
	if p.Overtaken > 0 {
		words += ", " + Count(p.Overtaken) + " overtaken by newer updates"
	}
	if p.Withdrawn > 0 {
		words += ", " + Count(p.Withdrawn) + " withdrawn before it was sent"
	}
	if p.Unwanted > 0 {
		words += ", " + Count(p.Unwanted) + " not asked for any more"
	}
	if p.Kept > 0 {
		words += ", " + Count(p.Kept) + " kept until it is released"
	}
	if p.Failed > 0 {
		words += ", " + Count(p.Failed) + " " + failed
	}
	if p.Unknown > 0 {
		words += ", " + Count(p.Unknown) + " uncertain"
	}
	return words
}
