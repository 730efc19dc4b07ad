package main

import (
	"fmt"
	"strings"
	"testing"
)

// deeds is a story on a stage, and what it takes to see whether a channel gets
// its updates.
type deeds struct {
	t      *testing.T
	stage  *stage
	editor person // in the quiet channel, which gets nothing else
	slug   string
	count  int
}

// newDeeds tells a story of a topic.
func newDeeds(t *testing.T, s *stage, slug, topic string) *deeds {
	t.Helper()
	tell(t, s.editor(quiet), ask("desk track", "slug", slug, "topics", topic, "headline", "About the "+slug))
	return &deeds{t: t, stage: s, editor: s.editor(quiet), slug: slug}
}

// next are words that no other update holds.
func (d *deeds) next() string {
	d.count++
	return fmt.Sprintf("Report %s/%d is in.", d.slug, d.count)
}

// publish publishes an update and returns words that no other one holds.
func (d *deeds) publish() string {
	d.t.Helper()
	words := d.next()
	tell(d.t, d.editor, ask("update", "story", d.slug, "text", words))
	return words
}

// follow presses Follow here, and publishes what must arrive then. Updates of a
// story arrive in order, so that what was published before and is not there by
// then never comes: missed must not be there.
func (d *deeds) follow(missed ...string) seen {
	d.t.Helper()
	push(d.t, tell(d.t, d.editor, ask("story", "story", d.slug)), "Follow")
	return d.arrives(missed...)
}

// arrives publishes what must arrive, and looks that missed did not.
func (d *deeds) arrives(missed ...string) seen {
	d.t.Helper()
	s := withWords(d.t, d.editor, d.publish())
	for _, words := range missed {
		if shows(d.editor, words) {
			d.t.Errorf("%q was pushed although its answer said that it would not be", words)
		}
	}
	return s
}

// press presses the button of this label in /subscriptions of a target.
func (d *deeds) press(label, target string) seen {
	d.t.Helper()
	return push(d.t, tell(d.t, d.editor, ask("subscriptions", "target", target)), label)
}

// TestDeeds presses what changes something, and publishes to see whether the
// answer was true.
func TestDeeds(t *testing.T) {
	t.Parallel()
	for name, open := range stages() {
		for about, test := range map[string]func(*deeds){"one story": testOneStory, "a story followed thrice": testOverlap, "a story followed less than all": testAlone, "the same text twice": testAnswerOnce} {
			t.Run(name+"/"+about, func(t *testing.T) {
				t.Parallel() // most of it is waiting for what a platform allows of one channel
				test(newDeeds(t, open(t), "mill", "water"))
			})
		}
	}
}

func testOneStory(d *deeds) {
	missed := []string{d.publish()} // nobody follows yet
	d.follow(missed...)
	d.press("Pause", d.slug)
	missed = append(missed, d.publish())
	d.press("Resume", d.slug)
	shown := d.arrives(missed...)
	push(d.t, shown, "Stop")
	missed = append(missed, d.publish())
	shown = d.follow(missed...)
	if d.stage.visitor != nil {
		visitor := d.stage.visitor(quiet)
		for _, s := range visitor.read() {
			if _, err := s.named("Stop"); err == nil { // a line that tells of a stop has none
				push(d.t, s, "Stop")
			}
		}
		push(d.t, tell(d.t, visitor, ask("subscriptions")), "Pause")
		d.arrives(missed...)
	}
	tell(d.t, d.editor, ask("unsubscribe", "target", d.slug))
	missed = append(missed, d.publish())
	d.follow(missed...)
	push(d.t, shown, "Stop") // of a message from before
}

// testOverlap has a channel follow a story, a topic of it and everything: each
// update comes once, and what stops it stops it.
func testOverlap(d *deeds) {
	for _, target := range []string{d.slug, "topic:water", "all"} {
		tell(d.t, d.editor, ask("subscribe", "target", target))
	}
	shown := d.arrives()
	once := d.publish()
	withWords(d.t, d.editor, once)
	push(d.t, shown, "Stop")
	missed := d.publish()
	d.follow(missed)
	if n := times(d.editor.read(), once); n != 1 {
		d.t.Errorf("%q was pushed %d times to a channel that follows it thrice", once, n)
	}
	for _, target := range []string{d.slug, "topic:water", "all"} {
		d.pauseHonestly(target)
	}
}

// pauseHonestly pauses one of several subscriptions that cover a story. The story's own
// decides alone: its updates stay away while it is paused, and come whatever else is.
// The answer says so.
func (d *deeds) pauseHonestly(target string) {
	d.t.Helper()
	says := "except by what else is followed here: " + d.slug
	if target == d.slug {
		says = "not even by topic:water and all"
	}
	if answer := d.press("Pause", target); !strings.Contains(answer.text, says) {
		d.t.Errorf("after Pause of %s the answer does not say %q: %s", target, says, answer.text)
	}
	words := d.publish()
	d.press("Resume", target)
	d.arrives()
	if came := shows(d.editor, words); came != (target != d.slug) {
		d.t.Errorf("while %s was paused an update came: %v", target, came)
	}
}

// testAlone has a channel follow everything, and less of one story: that alone counts
// until it ends, and then the story can be stopped with the button that is offered.
func testAlone(d *deeds) {
	says := func(what seen, words string) seen {
		d.t.Helper()
		if !strings.Contains(what.text, words) {
			d.t.Errorf("want %q in: %s", words, what.text)
		}
		return what
	}
	update := func(words string) {
		d.t.Helper()
		says(tell(d.t, d.editor, ask("update", "story", d.slug, "text", d.next())), words)
	}
	tell(d.t, d.editor, ask("subscribe", "target", "all"))
	says(tell(d.t, d.editor, ask("subscribe", "target", d.slug, "level", "breaking")), "From now on all brings no more of it: what is asked for the story itself counts.")
	update("No channel gets it: 1 follows it for breaking updates only.")
	ended := says(tell(d.t, d.editor, ask("unsubscribe", "target", d.slug)), "its updates now come by all: every update.")
	stopped := says(push(d.t, ended, "Stop "+d.slug), "Updates of "+d.slug+" no longer come to this channel")
	if d.stage.types && d.stage.visitor == nil { // a console goes the way to a button once more, which has changed
		stopped = says(tell(d.t, d.editor, ask("unsubscribe", "target", d.slug)), "does not follow "+d.slug)
	}
	update("No channel gets it: 1 has stopped it.")
	if o, err := stopped.named("Follow again"); err == nil {
		again, err := o.press()
		if err != nil {
			d.t.Fatal(err)
		}
		says(again, "come to this channel again, by all: every update.")
		d.arrives()
	}
}

// times is how many messages hold words.
func times(all []seen, words string) (n int) {
	for _, s := range all {
		if has(s, words) {
			n++
		}
	}
	return n
}

// testAnswerOnce is asked whether the same text is meant twice, and answers
// more than once: by hand, and by a platform that delivers the press again.
func testAnswerOnce(d *deeds) {
	d.follow()
	text := "The weir is open."
	tell(d.t, d.editor, ask("update", "story", d.slug, "text", text))
	withWords(d.t, d.editor, text)
	question := tell(d.t, d.editor, ask("update", "story", d.slug, "text", text))
	if d.stage.types && d.stage.visitor == nil {
		push(d.t, question, "Post it anyway") // a console asks anew for each press
	} else {
		answer := push(d.t, question, "Post it anyway")
		if err := answer.again(); err != nil {
			d.t.Fatal(err)
		}
		d.again(question)
		d.others(question)
	}
	d.arrives()
	if n := times(d.editor.read(), text); n != 2 {
		d.t.Errorf("%q was pushed %d times, want twice", text, n)
	}
}

// again has the editor answer the question once more, as from a client that still
// shows it.
func (d *deeds) again(question seen) {
	d.t.Helper()
	if _, err := d.editor.forge(d.yes(question)); err != nil {
		d.t.Errorf("answering once more: %v", err)
	}
}

// yes is what the question's first button says to the bot.
func (d *deeds) yes(question seen) (action, arg string) {
	d.t.Helper()
	o, err := question.named("Post it anyway")
	if err != nil {
		d.t.Fatal(err)
	}
	action, arg, _ = strings.Cut(strings.Replace(o.key, ":", " ", 1), " ")
	return action, arg
}

// others has somebody else answer the editor's question.
func (d *deeds) others(question seen) {
	d.t.Helper()
	s, err := d.stage.visitor(quiet).forge(d.yes(question))
	if err != nil || !strings.Contains(s.text, "Only the person who typed this command") {
		d.t.Errorf("somebody else answers: %q, %v", s.text, err)
	}
}
