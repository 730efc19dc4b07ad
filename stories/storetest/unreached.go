package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// removed is what a platform tells of the channels of a workspace that removed the bot.
var removed = stories.Obstacle{Reason: "is in a server the bot was removed from", Cure: "Someone can invite the bot again.", Heals: true, Left: true}

// within is a channel of the workspace w.
func within(name string) stories.Destination {
	return stories.Destination{Platform: "console", Workspace: "w", Channel: "#" + name}
}

// unreachedTests are what becomes of what follows and waits where nothing can be sent, and
// how that ends.
var unreachedTests = []test{
	{"a digest that falls due at a blocked channel is told of, and is made once that heals", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		d.sets("sony", stories.Options{Digest: "hourly"}, "a")
		d.follow("sony", "b")
		for _, name := range []string{"a", "b"} {
			d.ok(d.BlockDestination(d.ctx, channel(name), barred, d.now))
		}
		d.append(s, stories.Normal)
		since := d.now
		for range 30 {
			d.later(time.Hour)
			d.endWaits()
		}
		failing, _, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "it is held", failing[0].Held, 0)
		due := failing[0].DigestDue
		same(d, "it fell due within the hour", due.After(since) && !due.After(since.Add(time.Hour)), true)
		same(d, "another channel collects nothing", failing[1].DigestDue.IsZero(), true)
		same(d, "meanwhile", d.arrives(l), "")
		_, _, err = d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		d.endWaits()
		same(d, "healed", strings.HasPrefix(d.arrives(l), "a digest"), true)
		same(d, "its update", d.states(channel("a"), s), "gathered")
		d.queueAgrees()
	}},
	{"what a workspace follows that removed the bot ends after thirty days, unless that is back", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
		s := d.track("sony")
		l := d.hold("elsewhere", "w")
		follow := func(places ...stories.Destination) {
			for _, at := range places {
				_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: at, Target: stories.Target{Kind: stories.TargetStory, Name: "sony"}, Options: stories.Options{Level: stories.Minor}, CreatedBy: ana}, lane)
				d.ok(err)
			}
		}
		follow(within("open"), within("barred before"), within("back"), channel("barred"), within("ended"))
		stays := func() string {
			workspaces, err := d.Workspaces(d.ctx, "console", false)
			d.ok(err)
			return strings.Join(workspaces, " ")
		}
		same(d, "still in", stays(), "w") // a channel without a workspace has none to leave
		d.ok(d.BlockDestination(d.ctx, within("barred before"), barred, d.now))
		d.ok(d.BlockDestination(d.ctx, channel("barred"), barred, d.now))
		d.ok(d.EndDestination(d.ctx, within("ended"), "was deleted", d.now))
		d.later(time.Hour)
		for _, name := range []string{"open", "barred before", "back", "ended"} {
			d.ok(d.BlockDestination(d.ctx, within(name), removed, d.now))
			d.ok(d.BlockDestination(d.ctx, within(name), removed, d.now.Add(time.Minute))) // told twice
		}
		failing, total, err := d.Failing(d.ctx, 10)
		d.ok(err)
		same(d, "fail", total, 4)
		same(d, "those where it is not any more come last", failing[0].Destination, channel("barred"))
		for _, f := range failing {
			same(d, f.Destination.String()+" was left", f.Left, f.Destination.Workspace == "w")
		}
		same(d, "reason", failing[1].Reason, removed.Reason)
		left := func() string {
			workspaces, err := d.Workspaces(d.ctx, "console", true)
			d.ok(err)
			return strings.Join(workspaces, " ")
		}
		same(d, "left", left(), "w")
		elsewhere, err := d.Workspaces(d.ctx, "discord", true)
		d.ok(err)
		same(d, "left of another platform", len(elsewhere), 0)
		same(d, "still in, once it has left", stays(), "")
		d.append(s, stories.Normal)
		_, _, err = d.ReopenDestination(d.ctx, within("back"), 5, d.now)
		d.ok(err)
		d.ok(d.BlockDestination(d.ctx, within("back"), barred, d.now)) // for another reason
		d.alarmsTold(l)
		d.later(stories.KeepLeft - time.Minute)
		d.ok(d.Prune(d.ctx, d.now))
		same(d, "before", len(d.alarmsTold(l)), 0)
		d.later(time.Minute)
		d.ok(d.Prune(d.ctx, d.now))
		gone := "destination_gone is in a server the bot was removed from, and was not invited again within 30 days "
		same(d, "told", strings.Join(d.alarmsTold(l), ", "), gone+", "+gone)
		for name, follows := range map[string]int{"open": 0, "barred before": 0, "back": 1} {
			subs, err := d.Subscriptions(d.ctx, within(name))
			d.ok(err)
			same(d, name+" follows", len(subs), follows)
		}
		same(d, "its row", d.states(within("open"), s), "skipped")
		same(d, "left at last", left(), "")
		d.queueAgrees()
	}},
	{"what newer updates overtook on a card, or while it waited for the morning, has not failed", func(d *desk) {
		s := d.track("sony")
		for i := range 10 {
			d.mode(d.aloud(), fmt.Sprint("c", i), "sony", stories.Options{Mode: stories.ModeCard})
		}
		b := d.board()
		b.works()
		var us []stories.Update
		for i := range 5 {
			us = append(us, d.publish(s, stories.Normal, fmt.Sprint("Text ", i+1)))
		}
		b.works()
		for i, want := range []stories.Progress{{Overtaken: 10}, {Overtaken: 10}, {Sent: 10}, {Sent: 10}, {Sent: 10}} {
			want.UpdateID, want.Total = us[i].ID, 10
			same(d, fmt.Sprintf("update %d", i+1), d.progressOf(us[i].ID), want)
		}
		d.ok(d.ReleaseLease(d.ctx, b.lease))
		night := d.track("night")
		l := d.hold(lane, "night")
		d.sets("night", stories.Options{Quiet: nights}, "a")
		d.until("23:00")
		us = nil
		for range 7 {
			u, _ := d.append(night, stories.Normal)
			us = append(us, u)
		}
		d.until("07:00")
		d.endWaits()
		same(d, "in the morning", len(d.drain(l, 10)), 5)
		for i, u := range us {
			want := stories.Progress{UpdateID: u.ID, Total: 1, Sent: 1}
			if i < 2 {
				want.Sent, want.Overtaken = 0, 1
			}
			same(d, fmt.Sprintf("update %d of the night", i+1), d.progressOf(u.ID), want)
		}
		d.queueAgrees()
	}},
	{"what comes back from a channel that was blocked meanwhile is held, and the newest few of it", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		for name, end := range map[string]func(v stories.Delivery) []stories.Result{
			"tried":      func(v stories.Delivery) []stories.Result { return []stories.Result{d.retry(v)} },
			"never left": func(v stories.Delivery) []stories.Result { delete(d.worker(l).flying, v.ID); return nil },
			"doubtful": func(v stories.Delivery) []stories.Result {
				r := d.retry(v)
				r.Doubtful = true
				return []stories.Result{r}
			},
		} {
			d.follow("sony", name)
			u, _ := d.append(s, stories.Normal)
			v := d.claim(l, 1)[0]
			d.ok(d.BlockDestination(d.ctx, channel(name), barred, d.now))
			d.advance(l, 0, end(v)...)
			same(d, name, d.states(channel(name), s), "held")
			d.later(time.Hour)
			same(d, name+": goes out while it is blocked", d.sends(l), "")
			found, err := d.DeliveriesTo(d.ctx, channel(name), s.ID, u.Number, 1)
			d.ok(err)
			same(d, name+": why", found[0].Reason, barred.Reason)
			for range 6 {
				d.append(s, stories.Normal)
			}
			d.queueAgrees()
			_, _, err = d.ReopenDestination(d.ctx, channel(name), 5, d.now)
			d.ok(err)
			want := "skipped skipped sent sent sent sent sent"
			if name == "doubtful" { // it is looked for, however old it is
				want = "sent skipped sent sent sent sent sent"
			}
			d.drain(l, 10)
			same(d, name+": once it heals", d.states(channel(name), s), want)
			_, err = d.Unsubscribe(d.ctx, d.act(), channel(name), stories.Target{Kind: stories.TargetStory, Name: "sony"})
			d.ok(err)
			d.queueAgrees()
		}
	}},
	{"a message that arrives lifts a block, but no edit, and nothing where the bot was removed", func(d *desk) {
		s := d.track("sony")
		l := d.hold(lane, "w")
		for name, c := range map[string]struct {
			news stories.Obstacle
			edit bool
			want string
		}{"barred": {barred, false, "sent pending"}, "removed": {removed, false, "sent held"}, "an edit": {barred, true, "sent held"}} {
			d.follow("sony", name)
			u, _ := d.append(s, stories.Normal)
			v := d.claim(l, 1)[0]
			if c.edit {
				d.advance(l, 0, d.sent(v))
				d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Mended"})
				v = d.claim(l, 1)[0]
			}
			d.ok(d.BlockDestination(d.ctx, channel(name), c.news, d.now))
			d.append(s, stories.Normal)
			d.later(time.Second)
			d.advance(l, 0, d.sent(v))
			same(d, name, d.states(channel(name), s), c.want)
			_, err := d.Unsubscribe(d.ctx, d.act(), channel(name), stories.Target{Kind: stories.TargetStory, Name: "sony"})
			d.ok(err)
			d.queueAgrees()
		}
	}},
}
