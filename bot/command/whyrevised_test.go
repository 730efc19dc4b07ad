package command

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// What is told of a message beside a copy names it as it was labelled in the channel:
// by all that it tells there, not by the revision that it was posted with.
func TestWhyNamesTheMessageThatWasPosted(t *testing.T) {
	for name, c := range map[string]struct {
		steps    []string // while nothing can be posted
		want     []string
		neverSay string
	}{
		"a hold, a correction, its end": {[]string{"hold sony-hack 2", "correct sony-hack 2 4,700 people are affected.", "release sony-hack 2"},
			[]string{"The message CORRECTION was posted ", "The message ON HOLD was not posted. There was a newer revision before it was sent."}, "RELEASED was posted"},
		"a correction and a fix": {[]string{"correct sony-hack 2 4,700 peple are affected.", "fix sony-hack 2 4,700 people are affected."},
			[]string{"The message CORRECTION was posted ", "The message CORRECTION was not posted. There was a newer revision before it was sent."}, "about it"},
		"a correction and a withdrawal": {[]string{"correct sony-hack 2 4,700 people are affected.", "withdraw sony-hack 2 Nobody is."},
			[]string{"The message WITHDRAWN was posted ", "The message CORRECTION was not posted."}, "CORRECTION was posted"},
	} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("ria", "news", "/subscribe sony-hack"))
			n.must(n.ask("mo", "desk", "/update sony-hack 47,000 people are affected."))
			n.work(n.reading(new(strings.Builder)))
			for _, step := range c.steps {
				n.must(n.ask("mo", "desk", "/desk "+step))
				n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
			}
			var said strings.Builder
			n.work(n.reading(&said))
			label, _, _ := strings.Cut(strings.TrimPrefix(c.want[0], "The message "), " was")
			if !strings.Contains(said.String(), label+"\n") {
				t.Errorf("the channel reads %s", said.String())
			}
			why := n.ask("ria", "news", "/why sony-hack 2")
			has(t, "/why", why, c.want...)
			has(t, "/why", why, "There was a newer wording before it was done.")
			if strings.Contains(text(why), c.neverSay) {
				t.Errorf("/why says %q: %s", c.neverSay, text(why))
			}
		})
	}
}

// How an edit stands is said in a plain sentence, of every kind in every state.
func TestEditsAreToldPlainly(t *testing.T) {
	n := openTracked(t)
	var all []stories.Revision
	var said []string
	for i, kind := range []stories.RevisionKind{stories.Original, stories.Correction, stories.Fix, stories.Withdrawal, stories.Hold, stories.Release} {
		all = append(all, stories.Revision{Revision: i, Kind: kind})
		if i == 0 {
			continue
		}
		for _, state := range []stories.DeliveryState{stories.Pending, stories.Sending, stories.Sent, stories.Failed, stories.Unknown, stories.Held, stories.Skipped} {
			d := stories.Delivery{Op: stories.OpEdit, Revision: i, State: state, FinishedAt: n.now}
			if state == stories.Failed {
				d.Reason = "does not let the bot post"
			}
			var words string
			for _, s := range editWhy(whyCopy{Delivery: d}, all, false, n.now) {
				words += s.Text
			}
			if said = append(said, words); !strings.HasSuffix(words, ".") && state != stories.Skipped {
				t.Errorf("%s, %s: %q", kind, state, words)
			}
			if state == stories.Failed && !strings.HasSuffix(words, "did not work. This channel does not let the bot post.") {
				t.Errorf("%s: %q", kind, words)
			}
		}
	}
	slices.Sort(said)
	if len(slices.Compact(said)) != 5*7 {
		t.Errorf("two are told alike: %q", said)
	}
}

// Work that a newer revision took over is not told as failed: not to the author of the
// earlier one, nor at the desk.
func TestWorkLeftToANewerRevisionDidNotFail(t *testing.T) {
	for name, c := range map[string]struct{ first, second, want string }{
		"a correction of a correction": {"correct sony-hack 2 Two", "correct sony-hack 2 Three", "posted CORRECTION to 0 of 2 channels, 2 are left to a newer revision"},
		"a hold and its release":       {"hold sony-hack 2", "release sony-hack 2", "posted ON HOLD to 0 of 2 channels, 2 are left to a newer revision"},
		"a correction, then withdrawn": {"correct sony-hack 2 Two", "withdraw sony-hack 2 Not so", "Edited 0 of 2 copies, 2 are left to a newer revision"},
	} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("ria", "news", "/subscribe sony-hack"))
			n.must(n.ask("ria", "sport", "/subscribe sony-hack"))
			n.must(n.ask("mo", "desk", "/update sony-hack One"))
			n.work(n.reading(new(strings.Builder)))
			n.must(n.ask("mo", "desk", "/desk "+c.first))
			first := n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg)
			n.must(n.ask("mo", "desk", "/desk "+c.second))
			n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
			n.work(n.reading(new(strings.Builder)))
			m, done, err := first.Live(t.Context())
			if err != nil || !done {
				t.Fatal(done, err)
			}
			if said := bot.PlainText(m); !strings.Contains(said, c.want) || strings.Contains(said, "could not") || strings.Contains(said, "did not get") {
				t.Errorf("its author is told %s", said)
			}
			spread, err := n.service.Reviser.Spread(t.Context(), n.updateOf("sony-hack", 2).ID, 1)
			if err != nil || spread.Edits.Newer != 2 || spread.Edits.Failed != 0 {
				t.Errorf("%+v, %v", spread, err)
			}
			if said := bot.RevisionWords(spread, stories.Correction, false, 0); !strings.Contains(said, "left to a newer revision") || strings.Contains(said, "could not") {
				t.Errorf("the desk is told %s", said)
			}
		})
	}
}
