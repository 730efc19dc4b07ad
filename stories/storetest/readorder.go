package storetest

import "storybot/stories"

// reads is what messages of updates a lane owes, in the order in which they are read: a
// sender whose memory holds one publication, or one that has just taken the lane over, sends
// them so.
func (d *desk) reads(l stories.Lease) string {
	d.Helper()
	found, err := d.Publications(d.ctx, l.Name, nil, 10_000)
	d.ok(err)
	var read []stories.Delivery
	for _, p := range found {
		loaded, err := d.Load(d.ctx, p.ID, stories.Ref{}, 10_000)
		d.ok(err)
		for _, o := range loaded.Rows {
			if of := loaded.Origins[o.Origin]; of.UpdateID > 0 && of.Op.Says() {
				read = append(read, stories.Delivery{Destination: o.Destination, About: stories.About{StoryID: of.StoryID, Number: of.Number}})
			}
		}
	}
	return d.labels(read)
}

// readOrderTests are about a story's updates where some are owed again: whatever else of it
// waits for a channel is read in the story's order.
var readOrderTests = []test{
	{"what is released comes behind what waited for quiet hours, which stands in the queue", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", quietly(inThread), "a")
		d.sets("sony", quietly(stories.Options{}), "b")
		b := d.board()
		d.until("21:00")
		d.publish(s, stories.Normal, "First")
		b.works()
		d.until("23:00")
		d.publish(s, stories.Normal, "Second")
		u := d.publish(s, stories.Normal, "Third")
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.sets("sony", inThread, "a")
		d.sets("sony", stories.Options{}, "b")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "read", d.reads(b.lease), "a sony 2, a sony 3, b sony 2, b sony 3")
		d.queueAgrees()
		same(d, "sent", b.works(), "b 1 First; a card of sony 3:Third 2:Second 1:First; a in thread: 1 First; b 2 Second; a in thread: 2 Second; b 3 Third; a in thread: 3 Third")
		d.queueAgrees()
	}},
	{"what waited for quiet hours comes in front of what was released before and waits still", func(d *desk) {
		s := d.track("sony")
		d.sets("sony", stories.Options{Quiet: nights}, "a", "b")
		d.follow("sony", "c")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(s, stories.Normal)
		u, _ := d.append(s, stories.Breaking)
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		same(d, "by night", d.sends(l), "c sony 1")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		d.until("07:00")
		d.endWaits()
		same(d, "read", d.reads(l), "c sony 2, a sony 1, a sony 2, b sony 1, b sony 2")
		d.queueAgrees()
		same(d, "sent", d.labels(saying(d.drain(l, 10))), "a sony 1, b sony 1, c sony 2, a sony 2, b sony 2")
		d.queueAgrees()
	}},
	{"what is breaking comes behind what of its story waited, and before that of others", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		d.sets("all", stories.Options{Quiet: nights}, "a")
		l := d.hold(lane, "w")
		d.until("23:00")
		d.append(other, stories.Normal)
		d.append(s, stories.Normal)
		d.until("07:00")
		d.endWaits()
		d.append(s, stories.Breaking)
		same(d, "read", d.reads(l), "a sony 1, a sony 2, a fire 1")
		same(d, "sent", d.sends(l), "a sony 1, a sony 2, a fire 1")
		d.queueAgrees()
	}},
	{"what is released comes in front of newer updates that wait, and behind what is breaking of other stories", func(d *desk) {
		s, other := d.track("sony"), d.track("fire")
		d.follow("all", "a", "b")
		l := d.hold(lane, "w")
		d.append(s, stories.Minor)
		u, _ := d.append(s, stories.Normal)
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.append(s, stories.Minor)
		d.append(other, stories.Breaking)
		v := d.claim(l, 1)[0] // on its way
		same(d, "on its way", d.labels([]stories.Delivery{v}), "a fire 1")
		d.advance(l, 0, d.sent(v))
		d.reword(u, stories.Rewording{Kind: stories.Release})
		same(d, "read", d.reads(l), "b fire 1, a sony 1, a sony 2, a sony 3, b sony 1, b sony 2, b sony 3")
		d.queueAgrees()
		d.drain(l, 10)
		d.queueAgrees()
	}},
	{"what is on its way is not taken along by what is released", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		l := d.hold(lane, "w")
		u, _ := d.append(s, stories.Normal)
		d.reword(u, stories.Rewording{Kind: stories.Hold})
		d.append(s, stories.Normal)
		d.append(s, stories.Normal)
		v := saying(d.claim(l, 1))
		same(d, "on its way", d.labels(v), "a sony 2")
		d.reword(u, stories.Rewording{Kind: stories.Release})
		d.advance(l, 0, d.sent(v[0]))
		same(d, "read", d.reads(l), "a sony 1, a sony 3")
		d.queueAgrees()
		same(d, "sent", d.labels(saying(d.drain(l, 10))), "a sony 1, a sony 3")
		d.queueAgrees()
	}},
}

// saying are those of deliveries that are messages of updates.
func saying(all []stories.Delivery) (found []stories.Delivery) {
	for _, v := range all {
		if v.About.UpdateID > 0 && v.Op.Says() {
			found = append(found, v)
		}
	}
	return found
}
