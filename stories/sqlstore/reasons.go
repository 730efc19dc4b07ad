package sqlstore

import (
	"strconv"
	"strings"

	"storybot/stories"
)

// reason is why a delivery waits or was not sent. Of what the store itself decides it is a
// code, which is what statements and programs compare; its sentence is made where it is
// shown. Of what a platform answered it is the words that came from there.
type reason struct {
	code  code
	words string // with a code what its sentence names
}

// code is a reason of the store's own; the numbers are stored.
type code int

const (
	inWords code = 0 // what words say, or nothing

	replaced     code = 1 // an edit: a newer one is owed
	retold       code = 2 // what tells of a revision: the same
	needless     code = 3 // the same: its copy reads so from the first, or is not there
	noMessage    code = 4 // what acts on a message that will never be there
	unfollowed   code = 5
	pausedNow    code = 6
	tooMinor     code = 7
	endedFirst   code = 8 // the first message of a subscription
	takenBack    code = 9
	takenAway    code = 10 // what acts on a message that is taken away
	keptForCheck code = 11
	wasWithdrawn code = 12
	channelGone  code = 13
	unwritable   code = 14
	underOther   code = 15
	underOld     code = 16
	mergedAway   code = 17
	tooOld       code = 18 // of updates; words are how many were kept
	tooOldNotice code = 19 // of notices; the same
	tooLate      code = 20 // the same
	putBackWhy   code = 21
	oldNews      code = 22
	inDigest     code = 23 // words are when its period ended
	emptyDigest  code = 24
	crowdedOut   code = 25 // of an update that a head was to show
	wentAbove    code = 26 // of what was to stand in a thread
	waitedOver   code = 27 // of what waited for quiet hours to end; words are how many went
	madeAnew     code = 28 // of what was to be done with a head or thread that was deleted, or goes another way now
	cardShut     code = 29 // of what a card was to show that can be changed no more
	lostTwice    code = 30 // of what found that a head or thread was deleted the second time
	waitEnded    code = 31 // of what waited because of a subscription that ended; words are which
)

// sentence is what people read of a code, with # for what it names.
func (c code) sentence() string {
	return [...]string{
		inWords:      "",
		replaced:     "there was a newer wording before it was done",
		retold:       "there was a newer revision before it was sent",
		needless:     "the channel has the update as it reads now, or not at all",
		noMessage:    "there is no message to do it to",
		unfollowed:   "the channel does not follow it any more",
		pausedNow:    "the channel was paused before it was sent",
		tooMinor:     "the channel asked for more urgent updates only before it was sent",
		endedFirst:   stories.EndedFirst,
		takenBack:    "it was taken back before it was sent",
		takenAway:    "the message it was for is taken away",
		keptForCheck: "it is on hold while it is checked. It comes once it is released",
		wasWithdrawn: "it was withdrawn before it was sent",
		channelGone:  "the channel is gone",
		unwritable:   "the channel cannot be written to",
		underOther:   "the channel gets it under its new id",
		underOld:     "the channel got it, or may get it, under its old id",
		mergedAway:   "the story was merged into one of which less was asked for here, or nothing",
		tooOld:       "could not be written to for a while; of the updates that were held only the newest # were sent afterwards",
		tooOldNotice: "could not be written to for a while; of the other messages that were held only the newest # were sent afterwards",
		tooLate:      "waited while nothing could be sent; only the newest # updates of the story were sent afterwards",
		putBackWhy:   "may have got it already: the database was put back, and a moderator decides in /desk status",
		oldNews:      "it was no news any more: the database was put back",
		inDigest:     "came in the digest of #",
		emptyDigest:  "there was nothing left of what it was to say",
		crowdedOut:   "the story's card had newer updates before it could show this one",
		wentAbove:    "the story's thread takes no messages; it went to the channel",
		waitedOver:   "waited for quiet hours to end, and then only the newest # updates of the story were sent",
		madeAnew:     "it was done in another way instead",
		cardShut:     "the story's card could not be changed any more; it went to the channel",
		lostTwice:    "the story's card or thread was deleted here a second time, so what brings the story was paused",
		waitEnded:    "it waited for quiet hours or the digest of #, which was unsubscribed before",
	}[c]
}

// codes is how many there are.
const codes = waitEnded + 1

// because is a reason of the store's own.
func because(c code) reason { return reason{code: c} }

// keeping is because of what bounds how much is kept.
func keeping(c code, n int) reason { return reason{c, strconv.Itoa(n)} }

// inTheWords is a reason that somebody else gave.
func inTheWords(words string) reason { return reason{words: clean(words)} }

// String is what people read. Of a code that only a newer program knows that is nothing.
func (r reason) String() string {
	if r.code <= inWords || r.code >= codes {
		return r.words
	}
	return strings.Replace(r.code.sentence(), "#", r.words, 1)
}

// overtaken says that newer updates of the story were there first: by design, not by a
// fault that somebody could mend.
func (c code) overtaken() bool {
	switch c {
	case crowdedOut, waitedOver, tooOld, tooLate:
		return true
	}
	return false
}

// unwanted says that the channel did not ask for it any more when its turn came.
func (c code) unwanted() bool {
	switch c {
	case unfollowed, pausedNow, tooMinor, mergedAway, waitEnded:
		return true
	}
	return false
}

// Of a revision's work these say that nothing was to be done after all: no message is there
// to be edited, the channel reads it in its copy from the first, or follows no more.
func needlessEdits() []int64 { return []int64{int64(noMessage)} }
func needlessTellings() []int64 {
	return []int64{int64(needless), int64(noMessage), int64(unfollowed), int64(pausedNow), int64(tooMinor), int64(mergedAway)}
}

// undone says of an edit that was skipped that nothing was tried.
func undone() []int64 { return append(needlessEdits(), int64(replaced), int64(takenAway)) }
