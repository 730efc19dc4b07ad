package command

import (
	"strings"
	"testing"

	"storybot/stories"
)

// What a revision will do is said of each copy as it is known: edited now, later,
// perhaps, or not at all; and direct messages are none of the channels.
func TestReachWords(t *testing.T) {
	told := func(kind stories.RevisionKind, channels, direct int) stories.Tells {
		return stories.Tells{Kind: kind, Channels: channels, Direct: direct}
	}
	for _, tt := range []struct {
		kind  stories.RevisionKind
		reach stories.Reach
		tells []stories.Tells
		want  string
	}{
		{stories.Fix, stories.Reach{}, nil, "No channel has a copy of it."},
		{stories.Fix, stories.Reach{Cards: 1}, nil, "Only 1 posted card shows it, and is edited."},
		{stories.Withdrawal, stories.Reach{Cards: 2}, nil, "Only 2 posted cards show it, and are edited."},
		{stories.Fix, stories.Reach{Cards: 1, Digests: 1}, nil, "Only 1 digest shows it, and is edited."},
		{stories.Fix, stories.Reach{Cards: 3, Digests: 1}, nil, "Only 2 posted cards and 1 digest show it, and are edited."},
		{stories.Fix, stories.Reach{Cards: 1, Old: 1}, nil, "1 copy is too old to be reached. 1 posted card that shows it is edited too."},
		{stories.Fix, stories.Reach{Edits: 1}, nil, "This edits 1 copy."},
		{stories.Correction, stories.Reach{Edits: 1204, Cards: 2}, []stories.Tells{told(stories.Correction, 1204, 4)},
			"This edits 1,204 copies and posts CORRECTION to 1,200 channels and 4 direct messages. 2 posted cards that show it are edited too."},
		{stories.Withdrawal, stories.Reach{Edits: 1}, []stories.Tells{told(stories.Withdrawal, 1, 1)}, "This edits 1 copy and posts WITHDRAWN to 1 direct message."},
		{stories.Correction, stories.Reach{Edits: 3, Held: 1, Doubtful: 1, Gone: 1, Old: 1}, []stories.Tells{told(stories.Correction, 3, 0)},
			"This edits 1 copy and posts CORRECTION to 3 channels. 1 copy is in a channel that the bot cannot write to: what is owed there comes once it can again. " +
				"1 copy could not be edited the last time, so perhaps not now either: it was deleted, or its platform does not allow it any more. " +
				"1 copy is in a channel that is gone, and stays as it is. 1 copy is too old to be reached."},
		{stories.Hold, stories.Reach{Edits: 6, Held: 2, Doubtful: 2, Gone: 2, Old: 2, Waiting: 2}, nil,
			"This edits 2 copies. 2 copies are in channels that the bot cannot write to: what is owed there comes once it can again. " +
				"2 copies could not be edited the last time, so perhaps not now either: they were deleted, or their platform does not allow it any more. " +
				"2 copies are in channels that are gone, and stay as they are. 2 copies are too old to be reached. 2 copies that were not sent yet are kept until it is released."},
		{stories.Fix, stories.Reach{Edits: 1, Doubtful: 1}, nil,
			"1 copy could not be edited the last time, so perhaps not now either: it was deleted, or its platform does not allow it any more."},
		{stories.Release, stories.Reach{Again: 1}, nil, "This sends 1 copy that was kept back."},
	} {
		if got := reachWords(tt.kind, stories.Revised{Reach: tt.reach, Tells: tt.tells}); got != tt.want {
			t.Errorf("%+v:\n%s\nwant\n%s", tt.reach, got, tt.want)
		}
	}
}

// What becomes of copies that were not sent yet depends on what is done, and on how the
// update stands.
func TestWhatBecomesOfWaitingCopies(t *testing.T) {
	for _, tt := range []struct {
		kind     stories.RevisionKind
		standing stories.Standing
		one, two string
	}{
		{stories.Fix, "", "1 copy that was not sent yet goes out as it reads then.", "2 copies that were not sent yet go out as it reads then."},
		{stories.Correction, stories.Unverified, "1 copy that was not sent yet goes out as it reads then.", "2 copies that were not sent yet go out as it reads then."},
		{stories.Fix, stories.OnHold, "1 copy that was not sent yet is kept until it is released, and goes out as it reads then.", "2 copies that were not sent yet are kept until it is released, and go out as it reads then."},
		{stories.Correction, stories.OnHold, "1 copy that was not sent yet is kept until it is released, and goes out as it reads then.", "2 copies that were not sent yet are kept until it is released, and go out as it reads then."},
		{stories.Hold, stories.OnHold, "1 copy that was not sent yet is kept until it is released.", "2 copies that were not sent yet are kept until it is released."},
		{stories.Withdrawal, stories.Withdrawn, "1 copy that was not sent yet is not sent at all.", "2 copies that were not sent yet are not sent at all."},
		{stories.Release, "", "1 copy that was not sent yet goes out as it reads then.", "2 copies that were not sent yet go out as it reads then."},
	} {
		would := stories.Revised{Update: stories.Update{Marks: stories.Marks{Standing: tt.standing}}}
		for n, want := range map[int]string{0: "No channel has a copy of it.", 1: tt.one, 2: tt.two} {
			would.Reach.Waiting = n
			if got := reachWords(tt.kind, would); got != want {
				t.Errorf("%s of %q: %s, want %s", tt.kind, tt.standing, got, want)
			}
		}
	}
}

// A copy that somebody deleted is not counted among those that are edited, once that is
// known, and what a preview says is what happens.
func TestADeletedCopyIsNotCounted(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "news", "/subscribe sony-hack"))
	n.must(n.ask("ria", "sport", "/subscribe sony-hack"))
	n.work(n.reading(new(strings.Builder)))
	n.must(n.ask("mo", "desk", "/update sony-hack One"))
	n.work(n.reading(new(strings.Builder)))
	n.must(n.ask("mo", "desk", "/desk correct sony-hack 2 Two"))
	n.must(n.press("mo", "desk", "Correct it"))
	n.work(func(d stories.Delivery) stories.Result {
		if d.Op == stories.OpEdit && d.Destination == channel("sport") {
			return stories.Result{State: stories.Skipped, Reason: "no longer has the message"}
		}
		return delivered(d)
	})
	const words = "edits 1 copy and posts WITHDRAWN to 2 channels. 1 copy could not be edited the last time"
	has(t, "asked", n.ask("mo", "desk", "/desk withdraw sony-hack 2 Not so"), words)
	has(t, "done", n.press("mo", "desk", "Withdraw it"), words)
}
