package bot

import (
	"testing"
	"time"

	"storybot/stories"
)

// Edits are counted as copies and messages as the places they go to, never together.
func TestRevisionWords(t *testing.T) {
	for want, c := range map[string]struct {
		s      stories.Spread
		beside stories.RevisionKind
		again  bool
		left   time.Duration
	}{
		"":                      {beside: stories.Fix},
		"Edited 1 of 1 copy.":   {s: stories.Spread{Edits: stories.Progress{Total: 1, Sent: 1}}, beside: stories.Fix},
		"Edited 0 of 2 copies.": {s: stories.Spread{Edits: stories.Progress{Total: 2, Waiting: 2}}},
		"Edited 1,204 of 1,204 copies; posted CORRECTION to 1,203 of 1,204 channels, 1 in a channel that is blocked.": {
			s:      stories.Spread{Edits: stories.Progress{Total: 1204, Sent: 1204}, Told: stories.Progress{Total: 1204, Sent: 1203, Held: 1}},
			beside: stories.Correction, left: time.Minute},
		"Edited 4 of 4 copies; posted WITHDRAWN to 4 of 4 (3 channels and 1 direct message).": {
			s:      stories.Spread{Edits: stories.Progress{Total: 4, Sent: 4}, Told: stories.Progress{Total: 4, Sent: 4, Direct: 1}},
			beside: stories.Withdrawal},
		"Posted RELEASED to 1 of 1 direct message; sent the update to 0 of 2 direct messages, about 95 s left.": {
			s:      stories.Spread{Told: stories.Progress{Total: 1, Sent: 1, Direct: 1}, Again: stories.Progress{Total: 2, Direct: 2, Waiting: 2}},
			beside: stories.Release, again: true, left: 95 * time.Second},
		"Edited 1 of 6 copies, 2 in channels that are blocked, 1 is left to a newer revision, 1 could not be edited, 1 uncertain.": {
			s: stories.Spread{Edits: stories.Progress{Total: 6, Sent: 1, Held: 2, Newer: 1, Failed: 1, Unknown: 1}}},
		"Edited 0 of 1 copy, 1 needed none; posted WITHDRAWN to 1 of 3 channels, 2 needed none.": {
			s:      stories.Spread{Edits: stories.Progress{Total: 1, Needless: 1}, Told: stories.Progress{Total: 3, Sent: 1, Needless: 2}},
			beside: stories.Withdrawal},
		"Edited 0 of 1 copy; posted the message about it to 0 of 1 channel, more than a day left.": {
			s:      stories.Spread{Edits: stories.Progress{Total: 1, Waiting: 1}, Told: stories.Progress{Total: 1, Waiting: 1}},
			beside: stories.Fix, left: 40 * time.Hour},
	} {
		if got := RevisionWords(c.s, c.beside, c.again, c.left); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestRevisionWordsCountWhatWaitsForItsTime(t *testing.T) {
	waits := stories.Progress{Total: 1, Deferred: 1}
	for want, s := range map[string]stories.Spread{
		"Posted WITHDRAWN to 0 of 1 channel, 1 waits for quiet hours to end, or a digest.": {Told: waits},
		"Sent the update to 1 of 3 channels, 2 wait for quiet hours to end, or a digest.":  {Again: stories.Progress{Total: 3, Sent: 1, Deferred: 2}},
	} {
		if got := RevisionWords(s, stories.Withdrawal, true, 0); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
