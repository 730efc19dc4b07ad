package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

var overdueTests = []test{
	{"a channel that becomes the desk's later is asked once about what waits, and told how it ended", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		made := d.schedule(s, stories.Normal, time.Minute)
		gone := d.schedule(s, stories.Normal, time.Minute)
		waits := d.schedule(s, stories.Normal, 100*time.Hour)
		d.later(2 * time.Hour)
		same(d, "state", d.due(made.ID).State, stories.ScheduleLate)
		same(d, "another", d.due(gone.ID).State, stories.ScheduleLate)
		_, err := d.CancelScheduled(d.ctx, d.act(), gone.ID)
		d.ok(err)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		l := d.hold(lane, "x")
		same(d, "asked", d.asked(l), "post sony late: Later news of sony; ")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		same(d, "asked again", d.asked(l), "")
		_, err = d.RenameStory(d.ctx, d.act(), s.ID, "sony-hack")
		d.ok(err)
		d.ok(d.SetDesk(d.ctx, d.act(), channel("other"), lane))
		same(d, "asked elsewhere", d.asked(l), "post sony-hack late: Later news of sony; ")
		_, _, err = d.PublishScheduled(d.ctx, d.act(), made.ID)
		d.ok(err)
		same(d, "told", d.asked(l), "edit sony-hack published: Later news of sony; edit sony-hack published: Later news of sony; ")
		d.ok(d.SetDesk(d.ctx, d.act(), channel("third"), lane))
		same(d, "nothing waits", d.asked(l), "")
		same(d, "open", d.open(), "sony-hack waiting; ")
		_, err = d.CancelScheduled(d.ctx, d.act(), waits.ID)
		d.ok(err)
	}},
	{"the desk's log says of what was published late how late it was, and of nothing else", func(d *desk) {
		s := d.track("sony")
		soon, late := d.schedule(s, stories.Normal, time.Minute), d.schedule(s, stories.Normal, 2*time.Minute)
		d.later(time.Minute + stories.ToldLate)
		d.due(soon.ID)
		d.later(20 * time.Minute)
		d.due(late.ID)
		entries, err := d.Log(d.ctx, s.ID, 0, 2)
		d.ok(err)
		same(d, "log", fmt.Sprint(entries[0].Verb, " ", entries[0].Detail, "; ", entries[1].Verb, " ", entries[1].Detail), "late update 2, 19m15s; published update 2, normal")
	}},
	{"what is open is counted, however much it is", func(d *desk) {
		count := func(s stories.Story) string {
			p, err := d.CountScheduled(d.ctx, s.ID, d.now.Add(-time.Minute))
			d.ok(err)
			return fmt.Sprintf("%+v", p)
		}
		sony, leak := d.track("sony"), d.track("leak")
		same(d, "nothing", count(stories.Story{}), "{Asked:0 PutBack:0 HeldUp:0 Undoing:0 Ahead:0}")
		for range stories.MaxScheduled {
			d.schedule(leak, stories.Normal, time.Minute)
		}
		for i := range 7 {
			d.schedule(sony, stories.Normal, time.Duration(i)*time.Hour+time.Minute)
		}
		_, err := d.ScheduleUpdate(d.ctx, d.act(), stories.Update{StoryID: sony.ID, Text: "Later", Level: stories.Normal, Author: ana}, d.now.Add(10*time.Hour), true)
		d.ok(err)
		cancelled := d.schedule(sony, stories.Normal, time.Hour)
		_, err = d.CancelScheduled(d.ctx, d.act(), cancelled.ID)
		d.ok(err)
		same(d, "ahead", count(stories.Story{}), "{Asked:0 PutBack:0 HeldUp:0 Undoing:1 Ahead:107}")
		same(d, "of one story", count(sony), "{Asked:0 PutBack:0 HeldUp:0 Undoing:1 Ahead:7}")
		d.later(2*time.Hour + 90*time.Second)
		open, _, err := d.Scheduled(d.ctx, 0, 2)
		d.ok(err)
		for _, s := range open {
			same(d, "state", d.due(s.ID).State, stories.ScheduleLate)
		}
		same(d, "later", count(stories.Story{}), "{Asked:2 PutBack:0 HeldUp:100 Undoing:1 Ahead:5}")
		same(d, "of the other story", count(leak), "{Asked:2 PutBack:0 HeldUp:98 Undoing:0 Ahead:0}")
	}},
	{"of much that waits a new desk is asked about the newest", func(d *desk) {
		s := d.track("sony")
		for i := range stories.MostAsked + 3 {
			d.schedule(s, stories.Normal, time.Duration(i)*time.Second)
		}
		d.later(2 * time.Hour)
		open, _, err := d.Scheduled(d.ctx, 0, 100)
		d.ok(err)
		for _, made := range open {
			d.due(made.ID)
		}
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		l, asked := d.hold(lane, "x"), 0
		for range 3 {
			asked += strings.Count(d.asked(l), "post sony late")
		}
		same(d, "asked", asked, stories.MostAsked)
	}},
}
