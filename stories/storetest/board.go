package storetest

import (
	"fmt"
	"slices"
	"strings"

	"storybot/stories"
)

// board is what is in the channels of a lane where updates come in modes: messages in the
// order they were posted, those of a thread behind its card.
type board struct {
	*desk
	lease stories.Lease
	said  []*said
	edits int // of live cards
	// wrong is what the next operation of a kind meets.
	wrong map[stories.Op]stories.Lost
}

// said is a message.
type said struct {
	id, on int64
	place  string
	text   string
	passed bool // it went on to the channels that follow this one
}

func (d *desk) board() *board {
	return &board{desk: d, lease: d.hold(lane, "w"), wrong: map[stories.Op]stories.Lost{}}
}

// mode subscribes a channel to a target in a mode.
func (d *desk) mode(act stories.Act, name, target string, o stories.Options) stories.Subscription {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	if o.Level == 0 {
		o.Level = stories.Minor
	}
	sub, _, err := d.Subscribe(d.ctx, act, stories.Subscription{Destination: channel(name), Target: t, Options: o, CreatedBy: ana}, lane)
	d.ok(err)
	return sub
}

// publish publishes an update of a level, a minute later.
func (d *desk) publish(s stories.Story, level stories.Level, text string) stories.Update {
	d.Helper()
	d.later(60e9)
	u, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: text, Level: level, Author: ana, At: d.now})
	d.ok(err)
	return u
}

// works works the lane to its end and tells what is in all channels then.
func (b *board) works() string {
	b.Helper()
	var results []stories.Result
	for {
		begun := b.advance(b.lease, 10, results...)
		if len(begun) == 0 && len(results) == 0 {
			return b.now()
		}
		results = nil
		for _, v := range begun {
			results = append(results, b.takes(v))
		}
	}
}

// takes is the answer to one delivery.
func (b *board) takes(v stories.Delivery) stories.Result {
	b.Helper()
	found, err := b.Deliveries(b.ctx, stories.DeliveryFilter{}, 10_000)
	b.ok(err)
	i := slices.IndexFunc(found, func(d stories.Delivery) bool { return d.ID == v.ID })
	v.On = found[i].On
	if lost, is := b.wrong[v.Op]; is {
		delete(b.wrong, v.Op)
		r := b.result(v, stories.Skipped, "has nothing there")
		r.Lost = lost
		return r
	}
	if v.Op == stories.OpThread {
		return b.sent(v)
	}
	if v.Op == stories.OpPublish {
		for _, s := range b.said {
			if s.id == v.On {
				s.passed = true
			}
		}
		return b.sent(v)
	}
	text := b.text(v)
	if v.Op == stories.OpEdit || v.Op == stories.OpShow {
		if v.Op == stories.OpShow {
			b.edits++
		}
		for _, s := range b.said {
			if s.id == v.On {
				s.text = text
			}
		}
		return b.sent(v)
	}
	if v.Op == stories.OpReply {
		text = "in thread: " + text
	} else if v.Op == stories.OpBroadcast {
		text = "in thread and channel: " + text
	}
	b.said = append(b.said, &said{id: v.ID, on: v.On, place: v.Destination.Channel[1:], text: text})
	return b.sent(v)
}

// text is what a delivery says: of an update its number and text, of a card the updates
// that it shows.
func (b *board) text(v stories.Delivery) string {
	b.Helper()
	c, err := b.Content(b.ctx, stories.SubjectOf(v.About, v.Op, v.ID), v.Revision)
	b.ok(err)
	switch {
	case c.Live:
		out := "card of " + c.Story.Slug
		if c.Was.Slug != "" {
			out = "card of " + c.Was.Slug + ", now " + c.Story.Slug
		}
		if c.Story.State == stories.Closed {
			out += ", closed"
		}
		for _, n := range c.Newest {
			out += fmt.Sprintf(" %d:%s%s", n.Update.Number, n.Update.Marks.Standing, n.Update.Text)
		}
		return out
	case c.Notice.Kind == stories.RevisionNotice:
		return fmt.Sprintf("%s %d", c.Told[len(c.Told)-1].Kind, c.Update.Number)
	case c.Notice.Kind == stories.FollowNotice:
		return "first message"
	case c.Notice.Kind != "":
		return string(c.Notice.Body.Change.Kind)
	}
	return fmt.Sprintf("%d %s", c.Update.Number, c.Update.Text)
}

func (b *board) now() string {
	var out []string
	for _, s := range b.said {
		text := s.place + " " + s.text
		if s.passed {
			text += ", published"
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}
