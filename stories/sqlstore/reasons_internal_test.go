package sqlstore

import (
	"slices"
	"strings"
	"testing"
)

// A sentence is read behind "This channel", unless it says itself what it is about.
func TestReasonsAreReadBehindAChannel(t *testing.T) {
	own := []string{"the", "this", "all", "it", "there"} // bot.Reason
	does := []string{"could", "waited", "may", "came"}
	for c := inWords + 1; c < codes; c++ {
		if first, _, _ := strings.Cut(c.sentence(), " "); !slices.Contains(append(own, does...), first) && c != endedFirst {
			t.Errorf("code %d reads: This channel %s", c, c.sentence())
		}
	}
}

// Each code has a sentence of its own, which is shown with what it names.
func TestEachReasonHasASentence(t *testing.T) {
	seen := map[string]code{}
	for c := inWords + 1; c < codes; c++ {
		text := c.sentence()
		if was, twice := seen[text]; twice || text == "" {
			t.Errorf("code %d says %q, as code %d does", c, text, was)
		}
		seen[text] = c
		shown := keeping(c, 5).String()
		if strings.Contains(shown, "#") || strings.Contains(text, "#") != strings.Contains(shown, "5") {
			t.Errorf("code %d is shown as %q", c, shown)
		}
	}
	for r, want := range map[reason]string{
		{}:                           "",
		inTheWords("no access"):      "no access",
		keeping(tooLate, 12):         "waited while nothing could be sent; only the newest 12 updates of the story were sent afterwards",
		because(unfollowed):          "the channel does not follow it any more",
		{codes, "a newer program's"}: "a newer program's",
		{code(-1), ""}:               "",
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v is shown as %q, want %q", r, got, want)
		}
	}
}

// The numbers are stored: one that is given to another reason makes old rows say that.
func TestReasonsKeepTheirNumbers(t *testing.T) {
	for i, c := range []code{inWords, replaced, retold, needless, noMessage, unfollowed, pausedNow, tooMinor, endedFirst, takenBack, takenAway, keptForCheck, wasWithdrawn,
		channelGone, unwritable, underOther, underOld, mergedAway, tooOld, tooOldNotice, tooLate, putBackWhy, oldNews, inDigest, emptyDigest, crowdedOut, wentAbove, waitedOver, madeAnew, cardShut, lostTwice, waitEnded} {
		if int(c) != i {
			t.Errorf("%q is %d, and was %d", c.sentence(), c, i)
		}
	}
}
