package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// TestCrawl looks at every answer the bot gives and every message it posts,
// and follows each button and each option of a menu in them to its end: first
// as somebody who may change nothing, then as somebody who may.
func TestCrawl(t *testing.T) {
	t.Parallel()
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			newsroom(t, s)
			goBack(t, s)
			followAll(t, s)
			catchUp(t, s)
			if s.visitor != nil {
				before := state(t, s)
				c := newCrawl(t, s, s.visitor(busy))
				c.run()
				if after := state(t, s); after != before {
					t.Errorf("somebody without the right has changed something (-before +after):\n%s", cmp.Diff(before, after))
				}
				t.Logf("a visitor pressed %d things", c.pressed)
			}
			c := newCrawl(t, s, s.editor(busy))
			c.check = c.checkDeed
			c.run()
			t.Logf("an editor pressed %d things", c.pressed)
			for way, who := range s.elsewhere {
				before := c.shared
				c := newCrawl(t, s, who)
				c.check, c.shared = c.checkDeed, before
				c.say(questions(s))
				c.follow()
				t.Logf("an editor pressed %d things in a %s", c.pressed, way)
			}
			administer(t, s)
			undo(t, s)
			inForms(t, s)
			reviseInForms(t, s)
			pressRest(t, s)
			everyOfferIsPressed(t, name)
			for _, spec := range bot.Actions() {
				if spec.Action == bot.ActionHome { // stands on a page of its own: TestHomeTab
					continue
				}
				// A button of some answer or message led to it.
				s.process.waitLog(fmt.Sprintf("msg=asked what=%q", "button "+string(spec.Action)))
			}
		})
	}
}

// catchUp turns a page of what is new: what a catch-up showed is new no more, so that no
// way leads there a second time.
func catchUp(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	caught := tell(t, who, ask("catchup"))
	if s.types && s.visitor == nil {
		tell(t, who, typed("1")) // a console would go the way to it once more
		return
	}
	push(t, caught, "Older")
}

// administer presses what only admins are asked, and what cannot be undone.
func administer(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	tell(t, who, ask("desk track", "slug", "mistaken", "headline", "Nothing of the kind"))
	push(t, tell(t, who, ask("desk remove", "story", "mistaken")), "Remove it")
	tell(t, who, ask("desk moderators", "action", "add", "user", s.colleague))
	push(t, tell(t, who, ask("desk forget", "user", s.colleague)), "Forget them")
	tell(t, s.editor(quiet), ask("desk here"))
	push(t, tell(t, who, ask("desk here", "action", "off")), "Switch that desk off")
}

// state is what commands tell of the newsroom, to somebody who may ask all.
func state(t *testing.T, s *stage) string {
	t.Helper()
	var all []string
	tell(t, s.editor(busy), ask("story", "story", rhine)) // the next look says that nothing is new
	for _, l := range []line{
		ask("subscriptions"), ask("stories"), ask("stories", "words", "tide"), ask("desk log"), ask("desk moderators"),
		ask("why", "story", bridge), ask("story", "story", rhine),
	} {
		all = append(all, tell(t, s.editor(busy), l).text)
	}
	return strings.Join(all, "\n")
}

// crawl follows everything that one person is offered.
type crawl struct {
	t       *testing.T
	stage   *stage
	who     person
	queue   []found
	known   map[string]bool
	pressed int
	dead    int
	shared  int               // answers that the channel could see
	check   func(found, seen) // of what a pressed button claims
}

// found is an offer, and the way there.
type found struct {
	offer
	way string
}

// A crawl ends early when it is offered ever new things, and when it is waiting
// for answers that do not come.
const (
	mostPresses = 800
	mostDead    = 8
)

func newCrawl(t *testing.T, s *stage, who person) *crawl {
	return &crawl{t: t, stage: s, who: who, known: map[string]bool{}, check: func(found, seen) {}}
}

func (c *crawl) run() {
	c.say(news(c.stage))
	c.follow()
	c.say(questions(c.stage))
	c.follow()
	for _, s := range c.who.read() {
		c.add(unasked, s)
	}
	c.follow()
}

// changed is what stands in a way that went over the button that makes a draft of a
// scheduled update.
const changed = " > Change"

// unasked is the way to what was not asked for.
const unasked = "a message"

// say gives commands, and puts on the list what the answers offer.
func (c *crawl) say(lines []line) {
	for _, l := range lines {
		s, err := c.who.say(l)
		if err != nil {
			c.t.Errorf("%s: %v", l.short(), err)
			continue
		}
		c.judge(l.short(), s)
		c.add(l.short(), s)
	}
}

// follow presses what is on the list, and what is offered for that, until
// nothing is new.
func (c *crawl) follow() {
	for len(c.queue) > 0 && c.pressed < mostPresses {
		next := c.next()
		s, err := next.press()
		if errors.Is(err, errStale) && (next.changed() || strings.HasPrefix(next.way, unasked) || answering.MatchString(next.label)) {
			continue // another button has done it meanwhile, or it, or what leads to it, was pushed once and for all
		}
		c.pressed++
		presses(c.t, next.label)
		if err != nil {
			if c.t.Errorf("%s: %v", next.way, err); c.dead == mostDead {
				c.t.Fatal("that many got no answer; the rest is not pressed")
			}
			c.dead++
			continue
		}
		c.judge(next.way, s)
		c.check(next, s)
		c.add(next.way, s)
	}
	if len(c.queue) > 0 {
		c.t.Errorf("after %d presses there is still something new: %s", c.pressed, c.queue[0].way)
	}
}

// add puts what a message offers on the list of what to press.
func (c *crawl) add(way string, s seen) {
	for _, o := range s.offers {
		if strings.Count(way, changed) > 1 {
			continue // a scheduled update that is changed is another one, which can be changed again
		}
		if !c.known[o.key] {
			c.known[o.key] = true
			c.queue = append(c.queue, found{o, fmt.Sprintf("%s > %s", way, o.label)})
		}
	}
}

// next takes the first of those that change least: what it changes may be what
// others are about.
func (c *crawl) next() found {
	best := 0
	for i, f := range c.queue {
		if rank(f.label) < rank(c.queue[best].label) {
			best = i
		}
	}
	f := c.queue[best]
	c.queue = slices.Delete(c.queue, best, best+1)
	return f
}

// changing are the labels of what changes what others are about, in the order in which
// they are pressed.
var changing = []string{"Release by hand", "Settle against history", "Send all of it", "Pause", "Resume", "Try again", "Follow", "Stop", "Remove as", "Post it to", "Change", "Post", "Discard", "Publish", "Cancel",
	"Correct it", "Fix it", "Put it on hold", "Withdraw it", "Release it", "Close", "Reopen", "Merge"}

// answering are the labels under a question, which turns into its answer.
var answering = regexp.MustCompile(`^(Show update \d|As typed|Use |Without it)`)

// rank is 0 for a label of what changes nothing that a button is about.
func rank(label string) int {
	return 1 + slices.IndexFunc(changing, func(begin string) bool { return strings.HasPrefix(label, begin) })
}

// changed says that f is, or came out of, what changes what others are about: gone the
// same way again, that is done already.
func (f found) changed() bool {
	return slices.ContainsFunc(strings.Split(f.way, " > "), func(label string) bool { return rank(label) > 0 })
}

// dead are answers that lead nowhere.
var dead = regexp.MustCompile(`(?i)older message|no longer works|does not know|went wrong|failed on our side|took too long|changed\. Try again|panic|%!`)

// limited is the answer to what one person may do a few times a minute.
var limited = regexp.MustCompile(`at most \d+ times in`)

// judge says what is wrong with any answer.
func (c *crawl) judge(way string, s seen) {
	c.t.Helper()
	share := strings.HasSuffix(way, "> Share")
	if share && s.public {
		c.shared++
	}
	switch {
	case strings.TrimSpace(s.text) == "":
		c.t.Errorf("%s: an empty answer", way)
	case dead.MatchString(s.text):
		c.t.Errorf("%s: %s", way, s.text)
	case s.public && !share:
		c.t.Errorf("%s: all of the channel see the answer: %s", way, s.text)
	case !s.public && share && (c.shared == 0 || !limited.MatchString(s.text)):
		c.t.Errorf("%s: the channel does not see it: %s", way, s.text)
	}
}

// claims are what the answer to a changing button says that it has done, and
// what /subscriptions must say of its target then.
var claims = []struct {
	label  string
	claim  *regexp.Regexp
	stands string
}{
	{"Follow", regexp.MustCompile(`(?:This channel|You) (?:now )?follows? (.+?)(?: already| again, which was paused)?[:;]`), "active"},
	{"Follow", regexp.MustCompile(`Updates of (.+?) come to (?:this channel|you) again, by`), "not follow"}, // what else is followed does
	{"Follow", regexp.MustCompile(`(.+?) is not stopped here any more`), "not follow"},                      // what would bring it is paused
	{"Follow", regexp.MustCompile(`What brought (.+?) is not followed here any more`), "not follow"},
	{"Pause", regexp.MustCompile(`Paused: updates of (.+?) do not come to (?:this channel|you)`), "paused"},
	{"Resume", regexp.MustCompile(`Updates of (.+?) come to (?:this channel|you) again`), "active"},
	{"Stop", regexp.MustCompile(`Updates of (.+?) (?:no longer come to (?:this channel|you)|do not come to (?:this channel|you) any more|were stopped here before)`), "not follow"},
	{"Stop", regexp.MustCompile(`(?:This channel|You) no longer follows? (.+?)[.;]`), "not follow"},
	{"Stop", regexp.MustCompile(`(?:This channel's|Your) own subscription to (.+?) has ended`), "not follow"},
}

// checkDeed compares what an answer claims with what the bot says when asked.
func (c *crawl) checkDeed(f found, s seen) {
	c.t.Helper()
	if strings.Contains(s.text, "what this button was for has ended since") {
		return // another button has ended it meanwhile
	}
	changes := false
	for _, claim := range claims {
		if !strings.HasPrefix(f.label, claim.label) {
			continue
		}
		changes = true
		claimed := claim.claim.FindStringSubmatch(s.text)
		if claimed == nil {
			continue
		}
		target := claimed[1]
		if topic, ok := strings.CutPrefix(target, "the topic "); ok {
			target = "topic:" + topic
		} else if target == "all stories" {
			target = "all"
		}
		got, err := c.who.say(ask("subscriptions", "target", target))
		if err != nil || !strings.Contains(got.text, claim.stands) {
			c.t.Errorf("%s: %s\nbut then /subscriptions %s: %s (%v)", f.way, claimed[0], target, got.text, err)
		}
		return
	}
	if changes {
		c.t.Errorf("%s: the answer does not say what was done: %s", f.way, s.text)
	}
}

// followAll begins to follow all once more, and presses what is offered below the message
// that shows it: a crawl changes so much that the channel is not told of all of it.
func followAll(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	tell(t, who, ask("unsubscribe", "target", "all"))
	tell(t, who, ask("subscribe", "target", "all"))
	push(t, withWords(t, who, told+"all stories"), "Subscriptions")
}

// undo cancels and publishes what is scheduled, whose buttons go with the one that changes it
// where an answer takes the place of a message; and it stops a story and takes it back: on a
// console only what was said last can be pressed.
func undo(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	for _, label := range []string{"Cancel", "Publish now"} {
		push(t, tell(t, who, ask("update", "story", bridge, "at", "tomorrow 09:00", "text", "The bridge is closed for the night.", "again", "yes")), label)
	}
	tell(t, who, ask("subscribe", "target", rhine))
	tell(t, who, ask("subscribe", "target", "all"))
	stopped := push(t, tell(t, who, ask("unsubscribe", "target", rhine)), "Stop "+rhine)
	if s.types && s.visitor == nil {
		tell(t, who, typed("1")) // a console would go the way to it once more
		return
	}
	push(t, stopped, "Follow again")
}
