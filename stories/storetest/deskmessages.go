package storetest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// DeskMessages keeps the messages that tell the desk of progress.
type DeskMessages interface {
	DeskMessages(ctx context.Context, before time.Time, newest int) ([]stories.DeskMessage, error)
	SaveDeskMessage(ctx context.Context, m stories.DeskMessage) error
}

// shown are the desk's messages at a moment, for updates that were published
// before it, in short: "sony 1 desk".
func (d *desk) shown(newest int) (string, []stories.DeskMessage) {
	d.Helper()
	found, err := d.DeskMessages(d.ctx, d.now, newest)
	d.ok(err)
	var out []string
	for _, m := range found {
		out = append(out, fmt.Sprintf("%s %d %s", m.Slug, m.Number, strings.TrimPrefix(m.Destination.Channel, "#")))
	}
	return strings.Join(out, ", "), found
}

func (d *desk) sees(what, want string, newest int) []stories.DeskMessage {
	d.Helper()
	got, found := d.shown(newest)
	same(d, what, got, want)
	return found
}

var deskMessageTests = []test{
	{"an update with deliveries on their way has a message in each desk's channel", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Breaking)
		d.sees("without a desk", "", 10)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		d.append(d.track("quiet"), stories.Normal) // nobody follows it
		found := d.sees("in the making", "sony 1 desk, sony 1 2", 10)
		same(d, "update", found[0].UpdateID, u.ID)
		same(d, "story", found[0].StoryID, s.ID)
		same(d, "level", found[0].Level, stories.Breaking)
		same(d, "channel", found[1].Destination, other)
		same(d, "lanes", found[0].Lane+" "+found[1].Lane, lane+" elsewhere")
		same(d, "ids and times", found[0].MessageID+found[0].FirstAttemptAt.String(), time.Time{}.String())
		if found[0].Key == found[1].Key || len(found[0].Key) > 25 || found[0].Key == "" {
			d.Errorf("keys are %q and %q", found[0].Key, found[1].Key)
		}
		d.drain(d.hold(lane, "w"), 10)
		d.sees("once all is sent", "", 10)
	}},
	{"only updates that are older than a moment and among the newest are told of", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.append(s, stories.Normal)
		d.later(time.Second)
		d.append(s, stories.Normal)
		d.sees("both", "sony 1 desk, sony 2 desk", 10)
		d.sees("the newest", "sony 2 desk", 1)
		d.later(-time.Second)
		d.sees("a second ago", "sony 1 desk", 10)
	}},
	{"a desk's message stays until it is done, under the same key", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.append(s, stories.Normal)
		m := d.sees("before", "sony 1 desk", 10)[0]
		begun := m
		begun.FirstAttemptAt, begun.LastAttemptAt = d.now, d.now.Add(time.Second)
		d.ok(d.SaveDeskMessage(d.ctx, begun))
		same(d, "begun", d.sees("begun", "sony 1 desk", 10)[0], begun)
		posted := begun
		posted.MessageID = "77"
		d.ok(d.SaveDeskMessage(d.ctx, posted))
		d.drain(d.hold(lane, "w"), 10)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("new"), lane))
		same(d, "posted, all sent, the desk moved", d.sees("posted", "sony 1 desk", 1)[0], posted)
		d.ok(d.SaveDeskMessage(d.ctx, begun)) // by a process that was frozen
		same(d, "after old news", d.sees("posted", "sony 1 desk", 1)[0].MessageID, "77")
		posted.Done = true
		d.ok(d.SaveDeskMessage(d.ctx, posted))
		posted.Done = false
		d.ok(d.SaveDeskMessage(d.ctx, posted))
		d.sees("done", "", 10)
	}},
	{"a desk's message that was done comes back for no late delivery", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.append(s, stories.Normal)
		m := d.sees("before", "sony 1 desk", 10)[0]
		l := d.hold(lane, "w")
		blocked(d, l, "a")
		d.drain(l, 10)
		m.Done = true
		d.ok(d.SaveDeskMessage(d.ctx, m))
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		d.sees("resumed", "", 10)
	}},
	{"desk messages that were done long ago are pruned", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		d.append(s, stories.Normal)
		m := d.sees("before", "sony 1 desk", 10)[0]
		m.Done = true
		d.ok(d.SaveDeskMessage(d.ctx, m))
		d.ok(d.Prune(d.ctx, time.Now()))
		d.sees("kept", "", 10)
		d.ok(d.Prune(d.ctx, time.Now().Add(200*24*time.Hour)))
		d.sees("forgotten", "sony 1 desk", 10)
	}},
}
