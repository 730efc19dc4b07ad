package stories

import "strings"

// Telling is what a channel is told of revisions it has not been told of, in one
// message beside its copy: from the wording it last showed to the newest.
type Telling struct {
	// Kind is what the message is labelled: Correction, Withdrawal, Hold or Release;
	// "" where nothing is to be told.
	Kind RevisionKind
	// Corrected says that the wording changed in a way that is to be told, whatever
	// the label is; Released that it was on hold and is no longer.
	Corrected, Released bool
	Reason              string // for Kind; may be ""
	Wrong               string // what was wrong where it was Corrected; may be ""
	Before, Now         Revision
}

// Tell is what is to be told of some revisions, in their order: the first is the one
// that was last shown, the last is the newest. Fixes are not told, and what was
// taken back is not either.
func Tell(since []Revision) Telling {
	if len(since) < 2 {
		return Telling{}
	}
	t := Telling{Before: since[0], Now: since[len(since)-1]}
	before, now := t.Before.Marks.Standing, t.Now.Marks.Standing
	t.Released = now == Stands && before != Stands
	var wrong []string
	for _, r := range since[1:] {
		if r.Kind != Correction {
			continue
		}
		t.Corrected = true
		if r.Reason != "" {
			wrong = append(wrong, r.Reason)
		}
	}
	was, is := Update{}.Worded(t.Before), Update{}.Worded(t.Now)
	if t.Corrected = t.Corrected && !was.sameWords(is); t.Corrected {
		t.Wrong = sentences(wrong)
	}
	switch {
	case now == Withdrawn && before != Withdrawn:
		t.Kind, t.Reason = Withdrawal, t.Now.Marks.Reason
	case now == OnHold && before != OnHold:
		t.Kind, t.Reason = Hold, t.Now.Marks.Reason
	case t.Corrected:
		t.Kind, t.Reason = Correction, t.Wrong
	case t.Released:
		t.Kind, t.Reason = Release, t.Now.Reason
	}
	return t
}

// sentences puts reasons one after the other.
func sentences(reasons []string) string {
	for i, r := range reasons[:max(0, len(reasons)-1)] {
		if !strings.ContainsAny(r[len(r)-1:], ".!?") {
			reasons[i] = r + "."
		}
	}
	return strings.Join(reasons, " ")
}

// Reach is how many channels a revision reaches, and how.
type Reach struct {
	Edits int // copies that are edited
	// Of Edits: Held are in channels that refuse the bot, and wait until it can write
	// there again; Doubtful are others, which could not be edited the last time.
	Held, Doubtful int
	Gone           int // copies in channels that are gone, which stay as they are
	Cards          int // posted cards that show the update, and are edited too
	Digests        int // those of Cards that are digests
	Told           int // channels and direct messages that get the message labelled Kind
	Kind           RevisionKind
	// Waiting is how many copies were not sent yet: they go out as the update reads
	// now, are not sent at all, or are kept until it is released.
	Waiting int
	Again   int // copies that were kept, and are sent now
	Old     int // copies of which it is not known any more which messages they are
}

// Spread is how the work of a revision stands: the edits of copies, the messages
// beside them and the copies that were kept until then.
type Spread struct {
	Edits, Told, Again Progress
}

// Sum is all of it, but for the copies unless they are sent again.
func (s Spread) Sum(again bool) Progress {
	sum := Progress{UpdateID: s.Edits.UpdateID}
	parts := []Progress{s.Edits, s.Told}
	if again {
		parts = append(parts, s.Again)
	}
	for _, p := range parts {
		sum.Total += p.Total
		sum.Sent += p.Sent
		sum.Waiting += p.Waiting
		sum.Held += p.Held
		sum.Failed += p.Failed
		sum.Newer += p.Newer
		sum.Needless += p.Needless
		sum.Unknown += p.Unknown
		sum.Kept += p.Kept
		sum.Deferred += p.Deferred
		sum.Overtaken += p.Overtaken
		sum.Withdrawn += p.Withdrawn
		sum.Unwanted += p.Unwanted
	}
	return sum
}

// Without is p but for others that it counts too. What of those was on its way then
// is taken to arrive.
func (p Progress) Without(others Progress) Progress {
	p.Total = max(0, p.Total-others.Total)
	left := p.Total
	for _, part := range []struct {
		of     *int
		others int
	}{{&p.Sent, others.Sent + others.Waiting}, {&p.Held, others.Held}, {&p.Failed, others.Failed}, {&p.Unknown, others.Unknown}, {&p.Kept, others.Kept}, {&p.Deferred, others.Deferred}, {&p.Overtaken, others.Overtaken}, {&p.Withdrawn, others.Withdrawn}, {&p.Unwanted, others.Unwanted}} {
		*part.of = min(left, max(0, *part.of-part.others))
		left -= *part.of
	}
	p.Waiting = left
	return p
}

// Done says that nothing of it is on its way any more.
func (s Spread) Done() bool { return s.Edits.Done() && s.Told.Done() && s.Again.Done() }

// Waiting counts what is on its way.
func (s Spread) Waiting() int { return s.Edits.Waiting + s.Told.Waiting + s.Again.Waiting }

// Tells is what one message beside the copies tells so many channels.
type Tells struct {
	Kind     RevisionKind // as of Telling
	Since    int          // the revision that they were told of, or shown, last
	Late     RevisionKind // what they are still owed of earlier revisions, as of Telling; "" for nothing
	Channels int
	Direct   int // those of Channels that are direct messages, as far as they are known to be
}

// Revised is an update that was revised, or would be.
type Revised struct {
	Story  Story
	Before Update
	Update Update
	Reach  Reach
	Tells  []Tells // whom Reach.Told counts; those of the most channels first
}
