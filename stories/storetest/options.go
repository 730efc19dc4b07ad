package storetest

import (
	"strings"
	"sync"

	"storybot/stories"
)

// choose subscribes a channel to a target and changes the options named, as in
// "quiet=22:00-07:00 tz=Europe/Berlin".
func (d *desk) choose(act stories.Act, name, target, changes string) (stories.Subscription, stories.Made, error) {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	named := stories.Changes{} // not nil: what names nothing changes nothing
	for _, word := range strings.Fields(changes) {
		option, value, _ := strings.Cut(word, "=")
		named = append(named, stories.Setting{Option: stories.Option(option), Value: value})
	}
	return d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel(name), Target: t, CreatedBy: ana}, lane, named...)
}

// chosen are the options of what a channel follows, one subscription after the other.
func (d *desk) chosen(name string) string {
	d.Helper()
	return d.chosenAt(channel(name))
}

func (d *desk) chosenAt(at stories.Destination) string {
	d.Helper()
	subs, err := d.Subscriptions(d.ctx, at)
	d.ok(err)
	var said []string
	for _, sub := range subs {
		said = append(said, sub.Target.String()+": "+inWords(sub.Options))
	}
	return strings.Join(said, "; ")
}

func inWords(o stories.Options) string {
	var words []string
	for _, option := range stories.OptionNames() {
		if value := o.Value(option); value != "" {
			words = append(words, string(option)+"="+value)
		}
	}
	return strings.Join(words, " ")
}

const allOptions = "level=normal mode=thread quiet=22:00-07:00 digest=weekdays@09:00 tz=Europe/Berlin mention=p:7 mention-level=minor publish=yes"

var optionTests = []test{
	{"options are changed one at a time, and who changes them hears what they were", func(d *desk) {
		d.track("sony")
		sub, made, err := d.choose(d.aloud(), "a", "sony", "quiet=22:00-7:00")
		d.ok(err)
		same(d, "begins with", inWords(sub.Options), "quiet=22:00-07:00")
		same(d, "created", made.Created, true)
		same(d, "before", made.Before, stories.Options{})
		sub, made, err = d.choose(d.aloud(), "a", "sony", "tz=Europe/Berlin level=normal")
		d.ok(err)
		same(d, "then", inWords(sub.Options), "level=normal quiet=22:00-07:00 tz=Europe/Berlin")
		same(d, "before that", inWords(made.Before), "quiet=22:00-07:00")
		sub, made, err = d.choose(d.aloud(), "a", "sony", "")
		d.ok(err)
		same(d, "naming nothing", sub.Options, made.Before)
		sub, made, err = d.choose(d.aloud(), "a", "sony", "quiet=off")
		d.ok(err)
		same(d, "taking away", inWords(sub.Options), "level=normal tz=Europe/Berlin")
		same(d, "before it was", inWords(made.Before), "level=normal quiet=22:00-07:00 tz=Europe/Berlin")
		sub, _, err = d.choose(d.aloud(), "a", "sony", allOptions)
		d.ok(err)
		same(d, "all of them", inWords(sub.Options), allOptions)
		same(d, "listed", d.chosen("a"), "sony: "+allOptions)
	}},
	{"a command that comes again changes nothing, and answers as the first time", func(d *desk) {
		d.track("sony")
		act := d.aloud()
		act.Key = "k1"
		first, made, err := d.choose(act, "a", "sony", "level=normal")
		d.ok(err)
		_, _, err = d.choose(d.aloud(), "a", "sony", "level=breaking mode=card")
		d.ok(err)
		again, remade, err := d.choose(act, "a", "sony", "level=normal")
		d.ok(err)
		same(d, "the answer", inWords(again.Options), inWords(first.Options))
		same(d, "what it made", remade, made)
		same(d, "now", d.chosen("a"), "sony: level=breaking mode=card")
	}},
	{"what is named at the same time by several is all kept", func(d *desk) {
		d.track("sony")
		d.follow("sony", "a")
		words := strings.Fields(allOptions)
		words = append(words[:4:4], words[5], words[7]) // those that need no other
		errs := make([]error, len(words))
		var all sync.WaitGroup
		for i, word := range words {
			all.Go(func() { _, _, errs[i] = d.choose(d.act(), "a", "sony", word) })
		}
		all.Wait()
		for _, err := range errs {
			d.ok(err)
		}
		same(d, "all", d.chosen("a"), "sony: level=normal mode=thread quiet=22:00-07:00 digest=weekdays@09:00 mention=p:7 publish=yes")
	}},
	{"what cannot be is refused and changes nothing", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("topic:film", "a")
		d.ok(d.stop(d.act(), channel("a"), s.ID))
		for _, changes := range []string{"tz=Europe/Berlin", "mention-level=normal", "mode=loud", "digest=daily", "volume=3", "level=normal level=breaking"} {
			if _, _, err := d.choose(d.aloud(), "a", "sony", changes); stories.CodeOf(err) != stories.CodeInvalid {
				d.Errorf("%s: %v", changes, err)
			}
		}
		same(d, "followed", d.chosen("a"), "topic:film: ")
		muted, err := d.Mutes(d.ctx, channel("a"), 10)
		d.ok(err)
		same(d, "stopped", len(muted), 1)
		_, made, err := d.choose(d.aloud(), "a", "sony", "quiet=22:00-07:00")
		d.ok(err)
		same(d, "created", made.Created, true)
		if _, _, err := d.choose(d.aloud(), "a", "sony", "quiet=off tz=Asia/Tokyo"); stories.CodeOf(err) != stories.CodeInvalid {
			d.Errorf("a zone of no hours: %v", err)
		}
		same(d, "kept", d.chosen("a"), "sony: quiet=22:00-07:00; topic:film: ")
	}},
	{"options outlive a pause, a move and a merge, in which the target's win", func(d *desk) {
		from, into := d.track("leak"), d.track("sony")
		for _, name := range []string{"a", "b"} {
			_, _, err := d.choose(d.act(), name, "leak", allOptions)
			d.ok(err)
		}
		_, _, err := d.choose(d.act(), "b", "sony", "mode=card")
		d.ok(err)
		for _, state := range []stories.SubscriptionState{stories.Paused, stories.Active} {
			_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), story(from), state)
			d.ok(err)
			same(d, string(state), d.chosen("a"), "leak: "+allOptions)
		}
		d.merge(from, into)
		same(d, "of whom followed one", d.chosen("a"), "sony: "+allOptions)
		same(d, "of whom followed both", d.chosen("b"), "sony: mode=card")
		d.ok(d.MoveDestination(d.ctx, channel("a"), channel("z")))
		same(d, "at the new address", d.chosen("z"), "sony: "+allOptions)
	}},
}
