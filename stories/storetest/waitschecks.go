package storetest

import (
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

// What the model of what waits holds against the store.

// begun sees that nothing comes in quiet hours but what may, and one digest of a period.
func (m *waitsModel) begun(v stories.Delivery) {
	name := v.Destination.Channel[1:]
	if !v.Op.Says() || v.Tries.Doubtful || m.subs[name] == nil {
		return
	}
	c, err := m.Content(m.ctx, stories.SubjectOf(v.About, v.Op, v.ID), v.Revision)
	m.ok(err)
	var of []int64
	switch {
	case (v.About.UpdateID > 0 || c.Notice.Kind == stories.RevisionNotice) && m.takenAlong(c.Update.ID, c.Update.StoryID):
	case v.About.UpdateID > 0 && c.Update.Level < stories.Breaking:
		of = []int64{c.Update.StoryID}
	case c.Notice.Kind == stories.RevisionNotice && c.Update.Level < stories.Breaking:
		of = []int64{c.Update.StoryID}
	case c.Notice.Kind == stories.DigestNotice:
		for _, in := range c.Digest.Stories {
			if len(in.Updates)+in.More > 0 {
				of = append(of, in.Story.ID)
			}
		}
		for _, r := range c.Digest.Retold {
			of = append(of, r.Story.ID)
		}
		if c.Digest.Updates()+len(c.Digest.Retold)+c.Digest.MoreRetold == 0 {
			m.t.Fatalf("%s: an empty digest", name)
		}
		if v.Tries.Count == 1 {
			period := name + c.Notice.Body.Digest.Until.String()
			if m.digests[period]++; m.digests[period] > len(m.hours[name]) {
				m.t.Fatalf("%s: digest %d of the period until %v", name, m.digests[period], c.Notice.Body.Digest.Until)
			}
		}
	}
	if c.Notice.Kind == stories.DigestNotice && v.Tries.Count > 1 { // one that a channel refused comes once that heals
		return
	}
	for _, story := range of {
		if f := m.decides(name, story); f != nil {
			if until, holds := f.Quiet.Holds(m.now, m.zone(f.Options)); holds {
				m.t.Fatalf("%s: %s %d of update %d, notice %q, in quiet hours until %v: %+v", name, v.Op, v.ID, v.About.UpdateID, c.Notice.Kind, until, f.Options)
			}
		}
	}
}

// takenAlong says that something breaking of the story is newer than an update: what stood
// before it goes out before it.
func (m *waitsModel) takenAlong(update, story int64) bool {
	return slices.ContainsFunc(m.updates, func(u *told) bool { return u.StoryID == story && u.ID > update && u.Level == stories.Breaking })
}

// end has all channels healed and all hours pass: each update has come to each channel once,
// or has not for a reason that is told.
func (m *waitsModel) end() {
	for _, name := range m.channels {
		m.heal(name)
	}
	m.pump(false)
	m.later(4 * 24 * time.Hour)
	for range 9 {
		m.later(3 * time.Hour)
		m.endWaits()
		m.pump(false)
	}
	for _, u := range m.updates {
		for _, name := range m.channels {
			m.arrived(u, name)
		}
	}
	m.queueAgrees()
	for _, name := range m.channels {
		m.ok(m.EndDestination(m.ctx, channel(name), "ended", m.now))
	}
	m.ok(m.ReleaseLease(m.ctx, m.lease))
}

func (m *waitsModel) arrived(u *told, name string) {
	found, err := m.DeliveriesTo(m.ctx, channel(name), u.StoryID, u.Number, 100)
	m.ok(err)
	copies, second, told := 0, 0, 0
	for _, v := range found {
		switch v.State {
		case stories.Sent, stories.Unknown:
			told++
			switch {
			case v.Op == stories.OpReply && u.Level == stories.Breaking: // in the thread beside the channel
				second++
			case v.Op.Says():
				copies++
			}
		case stories.Gathered:
			told++
			copies++
			if v.Digest == nil || v.Digest.Delivery.State != stories.Sent {
				m.t.Fatalf("%s: update %d of story %d came in no digest that was sent: %+v", name, u.Number, u.StoryID, v)
			}
		case stories.Skipped, stories.Failed, stories.Kept:
			told++
			if v.Reason == "" {
				m.t.Fatalf("%s: update %d of story %d did not come, and nobody says why: %+v", name, u.Number, u.StoryID, v)
			}
		default:
			m.t.Fatalf("%s: update %d of story %d waits for good: %+v", name, u.Number, u.StoryID, v)
		}
	}
	if copies > 1 || second > 1 || (told > 0) != u.owed[name] {
		m.t.Fatalf("%s: update %d of story %d (%s) came %d times; it was owed: %v; %s", name, u.Number, u.StoryID, u.Level, copies+second, u.owed[name], statesOf(found))
	}
}

func statesOf(found []stories.Delivery) (states []string) {
	for _, v := range slices.Backward(found) {
		states = append(states, fmt.Sprint(v.Op, " ", v.State, " ", v.Reason))
	}
	return states
}
