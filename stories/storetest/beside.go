package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// refuse begins what is next and has its channel refuse the bot.
func (d *desk) refuse(l stories.Lease) stories.Delivery {
	d.Helper()
	begun := d.advance(l, 1)
	if len(begun) != 1 {
		d.Fatal("nothing is owed that could be refused")
	}
	d.advance(l, 0, d.refusal(begun[0], stories.Held, "does not let the bot post", stories.Blocked))
	return begun[0]
}

// heal reopens a channel and tells what is sent there then, and with which update
// how many are said to be missing: "a sony 2 (1)".
func (d *desk) heal(l stories.Lease, name string) string {
	d.Helper()
	_, _, err := d.ReopenDestination(d.ctx, channel(name), 5, d.now)
	d.ok(err)
	var out []string
	for _, v := range d.drain(l, 1) {
		words := d.saidOf([]stories.Delivery{v})
		if v.Missed > 0 {
			words += fmt.Sprintf(" (%d)", v.Missed)
		}
		out = append(out, words)
	}
	return strings.Join(out, ", ")
}

var besideTests = []test{
	{"what is ended while a channel is blocked takes the place of no update, and is not told", func(d *desk) {
		s := d.track("sony")
		d.follow("all", "a")
		for n := range 5 {
			d.follow(fmt.Sprint("topic:t", n), "a")
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		d.refuse(l)
		for n := range 5 {
			_, err := d.Unsubscribe(d.ctx, d.aloud(), channel("a"), stories.Target{Kind: stories.TargetTopic, Name: fmt.Sprint("t", n)})
			d.ok(err)
		}
		film := d.track("film", "sport")
		d.follow("topic:sport", "b") // not blocked
		d.ok(d.stop(d.aloud(), channel("a"), film.ID))
		by, err := d.Unstop(d.ctx, d.aloud(), channel("a"), film.ID)
		d.ok(err)
		same(d, "brought", fmt.Sprint(by.By.By, by.Untold), "all false")
		same(d, "while it is blocked", d.said(l), "")
		held, _, err := d.WaitingAt(d.ctx, channel("a"))
		d.ok(err)
		same(d, "updates that wait", held, 5)
		same(d, "healed", d.heal(l, "a"), "a sony 1, a sony 2, a sony 3, a sony 4, a sony 5")
	}},
	{"first messages that wait at a blocked channel take the place of no update, nor updates theirs", func(d *desk) {
		s := d.track("sony")
		d.follow("all", "a")
		d.append(s, stories.Normal)
		for n := range 6 {
			d.begin(d.aloud(), "a", fmt.Sprint("topic:t", n), stories.Minor)
		}
		for range 5 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		d.refuse(l)
		failing, _, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "held", failing[0].Held, 10)
		d.append(s, stories.Normal)
		same(d, "healed", d.heal(l, "a"), "a +topic:t1, a +topic:t2, a +topic:t3, a +topic:t4, a +topic:t5, a sony 3 (2), a sony 4, a sony 5, a sony 6, a sony 7")
	}},
	{"how many updates were missed stands with the first update, also behind another message", func(d *desk) {
		s := d.track("sony")
		d.follow("all", "a")
		d.begin(d.aloud(), "a", "topic:film", stories.Minor)
		for range 7 {
			d.append(s, stories.Normal)
		}
		l := d.hold(lane, "w")
		d.refuse(l)
		_, skipped, err := d.ReopenDestination(d.ctx, channel("a"), 2, d.now)
		d.ok(err)
		same(d, "skipped", skipped, 3) // beside the two that were while it was blocked
		d.refuse(l)
		same(d, "healed", d.heal(l, "a"), "a +topic:film, a sony 6 (5), a sony 7")
	}},
	{"edits that wait at a blocked channel take the place of no update, are not counted as missed and all come", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		var all []stories.Update
		for range 6 {
			u, _ := d.append(s, stories.Normal)
			all = append(all, u)
		}
		l := d.hold(lane, "w")
		d.drain(l, 1)
		d.append(s, stories.Normal)
		d.refuse(l)
		for _, u := range all {
			d.revise(u, "Corrected.")
		}
		held, _, err := d.WaitingAt(d.ctx, channel("a"))
		d.ok(err)
		same(d, "updates that wait", held, 1)
		_, _, err = d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		posts, edits := 0, 0
		for _, v := range d.drain(l, 1) {
			same(d, "missed", v.Missed, 0)
			if v.Op == stories.OpEdit {
				edits++
			} else {
				posts++
			}
		}
		same(d, "posts", posts, 1)
		same(d, "edits", edits, len(all)) // each message is mended
	}},
	{"the first message of a subscription is not sent once that has ended, nor is another's lost", func(d *desk) {
		d.track("sony", "film")
		d.track("bank")
		d.follow("topic:quiet", "a")
		topic := d.begin(d.aloud(), "a", "topic:film", stories.Minor)
		d.begin(d.aloud(), "a", "bank", stories.Minor)
		l := d.hold(lane, "w")
		d.refuse(l)
		_, err := d.Unsubscribe(d.ctx, d.aloud(), channel("a"), stories.Target{Kind: stories.TargetTopic, Name: "film"})
		d.ok(err)
		v, err := d.NoticeDelivery(d.ctx, topic.Notice, stories.OpPost)
		d.ok(err)
		same(d, "the first message", v.State.String()+": "+v.Reason, "skipped: what it tells of had ended before it was sent")
		same(d, "healed", d.heal(l, "a"), "a +bank")
	}},
	{"a first message that waits its turn is not sent once its subscription has ended", func(d *desk) {
		s := d.track("sony", "film")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		d.begin(d.aloud(), "a", "topic:film", stories.Minor)
		d.begin(d.aloud(), "b", "sony", stories.Minor)
		d.ok(d.stop(d.aloud(), channel("a"), s.ID))
		same(d, "sent", d.said(d.hold(lane, "w")), "a +topic:film sony:0, b +sony, a -sony")
	}},
	{"what a blocked desk waits for is bounded, and takes the place of no update there", func(d *desk) {
		s := d.track("sony")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.follow("sony", "desk")
		l := d.hold(lane, "w")
		d.append(s, stories.Normal)
		d.refuse(l)
		for range 4 {
			d.append(s, stories.Normal)
		}
		for range 12 {
			d.raise(l, stories.Alarm{Kind: stories.AlarmGone, At: d.now, Destination: channel("x")})
			d.tell()
		}
		failing, _, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "held", failing[0].Held, 10)
		_, _, err = d.ReopenDestination(d.ctx, channel("desk"), 5, d.now)
		d.ok(err)
		alarms, updates := 0, 0
		for _, v := range d.drain(l, 1) {
			if v.About.NoticeID != 0 {
				alarms++
			} else {
				updates++
			}
		}
		same(d, "alarms", alarms, 5)
		same(d, "updates", updates, 5)
	}},
}
