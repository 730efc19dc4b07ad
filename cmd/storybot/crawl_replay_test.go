package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPressOfAnEarlierRun presses what an earlier run of the program has shown:
// messages in the channel, and answers that only one person sees.
func TestPressOfAnEarlierRun(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeeds(t, open(t), "lock", "water")
			push := d.follow()
			card := tell(t, d.editor, ask("story", "story", d.slug))
			list := tell(t, d.editor, ask("subscriptions"))
			tell(t, d.editor, ask("update", "story", d.slug, "text", "The lock is shut."))
			question := tell(t, d.editor, ask("update", "story", d.slug, "text", "The lock is shut."))
			d.stage.restart(nil)
			if d.stage.name == "console" {
				d.nothingToPress()
				return
			}
			c := newCrawl(t, d.stage, d.editor)
			c.check = c.checkDeed
			for _, s := range []seen{card, list, question, push} {
				c.add("an earlier run", s)
			}
			c.follow()
			for _, action := range []string{"share", "timeline", "follow", "stop", "pause", "resume", "answer"} {
				d.stage.process.waitLog("button " + action) // a button of an earlier run led to it
			}
		})
	}
}

// nothingToPress presses buttons on a console, where those of an earlier run
// are gone with its terminal.
func (d *deeds) nothingToPress() {
	d.t.Helper()
	if s, err := d.editor.forge("1", ""); err != nil || !strings.Contains(s.text, "There is no message with buttons yet") {
		d.t.Errorf("/press 1 after a restart: %q, %v", s.text, err)
	}
}

// TestPressDeliveredTwice lets a platform deliver presses more than once. Each
// does its deed once, whatever happened in between, also when the program was
// started anew.
func TestPressDeliveredTwice(t *testing.T) {
	for name, open := range stages() {
		if name == "console" {
			continue // a line of a pipe is read once
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeeds(t, open(t), "lock", "water")
			followed := push(t, tell(t, d.editor, ask("story", "story", d.slug)), "Follow")
			shown := d.arrives()
			stopped := push(t, shown, "Stop")
			d.deliverAgain(followed, "does not follow")
			d.follow()
			d.deliverAgain(stopped, "active")
			paused := d.press("Pause", d.slug)
			resumed := d.press("Resume", d.slug)
			d.deliverAgain(paused, "active")
			d.press("Pause", d.slug)
			d.deliverAgain(resumed, "paused")
			d.stage.restart(nil)
			d.deliverAgain(resumed, "paused")
			d.press("Resume", d.slug)
			for _, s := range []seen{paused, stopped} {
				d.deliverAgain(s, "active")
			}
			d.arrives()
			push(t, shown, "Stop")
			d.deliverAgain(followed, "does not follow")
			d.deliverAgain(resumed, "does not follow")
		})
	}
}

// deliverAgain delivers again what led to an answer, and looks that the
// channel's subscription stands as it stood.
func (d *deeds) deliverAgain(s seen, stands string) {
	d.t.Helper()
	if err := s.again(); err != nil {
		d.t.Fatal(err)
	}
	// The log tells whether a press was taken for a new one; either way an
	// answer given after it tells what became of it.
	for range 2 {
		if got := tell(d.t, d.editor, ask("subscriptions", "target", d.slug)); !strings.Contains(got.text, stands) {
			d.t.Errorf("after %q was delivered again, /subscriptions %s: %s; want %q", s.text, d.slug, got.text, stands)
		}
	}
}

// garbage are presses of what this version of the bot never wrote, or writes
// for somebody else.
func garbage() (all [][2]string) {
	for _, action := range []string{"open", "share", "timeline", "read", "page", "follow", "stop", "pause", "resume", "answer", "log", "form", "draft", "post", "discard", "merge"} {
		for _, arg := range []string{
			"", "x", "-1", "0", "01", "1.", ".1", "1.2.3.4", "999999999", "9007199254740993", "99999999999999999999", "1 ", "+1", "1e3", "٣", "1.q%zz",
			"1.n", "0.nosuchnote", "1.0.uNOSUCHDRAFT", "0.uNOSUCHDRAFT", "1.0.tx", "0.xx", "1.\u202e", "1\x00", "~1", "1#0", "1:2", strings.Repeat("9", 80), strings.Repeat("é", 40),
		} {
			all = append(all, [2]string{action, arg})
		}
	}
	for _, action := range []string{"nosuch", "OPEN", "open ", "url", "link", "désolé", "\u0000", strings.Repeat("a", 80)} {
		all = append(all, [2]string{action, "1"})
	}
	return all
}

// TestGarbagePressed presses what no answer ever offered. It is answered in
// words, and changes nothing.
func TestGarbagePressed(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			d := newDeeds(t, s, "lock", "water")
			shown := d.follow()
			before := state(t, s)
			for i, press := range garbage() {
				if s.name == "console" && i > 0 {
					break
				}
				d.garbage(press[0], press[1])
			}
			if s.name == "console" {
				for _, n := range []string{"99", "0", "-1", "x", "1.5", "", "99999999999999999999", "①"} {
					d.garbage(n, "")
				}
			}
			if after := state(t, s); after != before {
				t.Errorf("garbage has changed something (-before +after):\n%s", cmp.Diff(before, after))
			}
			push(t, shown, "Stop") // what is none works as before
		})
	}
}

// garbage presses a button nobody wrote.
func (d *deeds) garbage(action, arg string) {
	d.t.Helper()
	s, err := d.editor.forge(action, arg)
	name := fmt.Sprintf("action %q, argument %q", action, arg)
	switch {
	case err != nil:
		d.t.Errorf("%s: %v", name, err)
	case strings.TrimSpace(s.text) == "":
		d.t.Errorf("%s: an empty answer", name)
	case strings.Contains(s.text, "went wrong"):
		d.t.Errorf("%s: %s", name, s.text)
	case s.public:
		d.t.Errorf("%s: all of the channel see the answer: %s", name, s.text)
	}
}
