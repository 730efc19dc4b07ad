package storetest

import (
	"fmt"
	"slices"
	"storybot/stories"
	"strings"
)

// wall is what is in the channels of a lane: each card as it was written last.
type wall struct {
	*desk
	lease stories.Lease
	said  map[int64]string // by the delivery that posted it
}

func (d *desk) wall() *wall {
	return &wall{desk: d, lease: d.hold(lane, "w"), said: map[int64]string{}}
}

// card is what a delivery says of a card: "a sony/About sony/developing 1:update 1" is
// its story with slug, headline and state, and the update it shows. A story that was
// merged is "old>new".
func (d *desk) card(v stories.Delivery) string {
	d.Helper()
	c, err := d.Content(d.ctx, stories.SubjectOf(v.About, v.Op, v.ID), v.Revision)
	d.ok(err)
	same(d, "kind", c.Notice.Kind, stories.FollowNotice)
	news := c.Newest
	if c.Story.ID != 0 {
		news = []stories.News{{Story: c.Story, Update: c.Update, Was: c.Was}}
	}
	out := v.Destination.Channel[1:]
	for _, n := range news {
		slug, headline := n.Story.Slug, n.Story.Headline
		if n.Was.Slug != "" {
			slug, headline = n.Was.Slug+">"+slug, n.Was.Headline
		}
		out += fmt.Sprintf(" %s/%s/%s/%s", slug, headline, n.Story.Summary, n.Story.State)
		if n.Update.ID != 0 {
			out += fmt.Sprintf(" %d:%s%s", n.Update.Number, n.Update.Marks.Standing, n.Update.Text)
		}
	}
	return out
}

// shows works the lane to its end and tells what all cards say then.
func (w *wall) shows() string {
	w.Helper()
	var results []stories.Result
	for {
		begun := w.advance(w.lease, 10, results...)
		if len(begun) == 0 {
			return w.now()
		}
		results = nil
		for _, v := range begun {
			w.take(v)
			results = append(results, w.sent(v))
		}
	}
}

// take puts up what a delivery says.
func (w *wall) take(v stories.Delivery) {
	w.Helper()
	switch {
	case v.About.NoticeID == 0: // an update
	case v.Op == stories.OpEdit:
		same(w.desk, "urgency", v.Level, stories.Minor)
		w.said[w.on(v.ID)] = w.card(v)
	default:
		w.said[v.ID] = w.card(v)
	}
}

// on is the delivery whose message an edit changes.
func (w *wall) on(edit int64) int64 {
	w.Helper()
	found, err := w.Deliveries(w.ctx, stories.DeliveryFilter{}, 10_000)
	w.ok(err)
	for _, v := range found {
		if v.ID == edit {
			return v.On
		}
	}
	w.Fatalf("no delivery %d", edit)
	return 0
}

func (w *wall) now() string {
	var all []string
	for _, text := range w.said {
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// cardEdits counts the edits of cards that wait.
func (d *desk) cardEdits(l stories.Lease) (n int) {
	d.Helper()
	rows, origins, err := d.worker(l).owed()
	d.ok(err)
	for _, r := range rows {
		if origins[r.Origin].NoticeID == stories.CardsID {
			n++
		}
	}
	return n
}

func words(s string) *string { return &s }
