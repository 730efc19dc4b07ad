package storetest

import (
	"fmt"

	"storybot/stories"
)

// inDoubt leaves an update's copy for a channel in doubt, in its first wording, and the
// channel blocked.
func (d *desk) inDoubt(name string, marks stories.Marks) (stories.Update, stories.Lease) {
	d.Helper()
	s := d.track("story-" + name)
	d.follow(s.Slug, name)
	u, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "News of sony", Level: stories.Normal, Author: ana, At: d.now, Marks: marks})
	d.ok(err)
	l := d.hold(lane, "w")
	d.advance(l, 0, d.doubted(d.claim(l, 1)[0]))
	same(d, "the copy", d.states(channel(name), s), "held")
	return u, l
}

// doubtedTests say what becomes of a copy that may have arrived in a channel that then
// blocked the bot, once that heals.
var doubtedTests = []test{
	{"a copy in doubt in a channel that then blocks the bot is edited when it heals, and its channel is told", func(d *desk) {
		unverified := stories.Marks{Standing: stories.Unverified, Since: d.now}
		for name, c := range map[string]struct {
			marks  stories.Marks
			reword []stories.Rewording
			edits  int
			told   string
		}{
			"correct":            {stories.Marks{}, []stories.Rewording{corrected("Newer")}, 1, "0>1"},
			"fix":                {stories.Marks{}, []stories.Rewording{{Kind: stories.Fix, Text: "Newer"}}, 1, ""},
			"withdraw":           {stories.Marks{}, []stories.Rewording{{Kind: stories.Withdrawal, Reason: "Not so"}}, 1, "0>1"},
			"hold":               {stories.Marks{}, []stories.Rewording{{Kind: stories.Hold}}, 1, "0>1"},
			"hold-and-release":   {stories.Marks{}, []stories.Rewording{{Kind: stories.Hold}, {Kind: stories.Release}}, 2, ""},
			"release":            {unverified, []stories.Rewording{{Kind: stories.Release}}, 1, "0>1"},
			"correct-and-hold":   {stories.Marks{}, []stories.Rewording{corrected("Newer"), {Kind: stories.Hold}}, 2, "0>2"},
			"correct-after-that": {stories.Marks{}, []stories.Rewording{{Kind: stories.Fix, Text: "Newer"}, corrected("Newest")}, 2, "0>2"},
		} {
			if c.told != "" {
				c.told = name + " " + c.told
			}
			u, l := d.inDoubt(name, c.marks)
			for _, w := range c.reword {
				reach := d.reword(u, w).Reach
				same(d, "edits, and those that wait for the channel", fmt.Sprint(reach.Edits, reach.Held), "1 1")
			}
			same(d, "owed while it is blocked", d.owed(l), "")
			d.queueAgrees()
			d.reopen(name)
			same(d, "edits", d.edits(l), fmt.Sprintf("%s %d, ", name, c.edits))
			same(d, "told", d.tellings(l), c.told)
			v := d.claim(l, 1)[0]
			same(d, "looked for in", v.Revision, 0)
			d.advance(l, 0, d.sent(v))
			want := fmt.Sprint(c.edits)
			if c.told != "" {
				want += ", " + c.told
			}
			same(d, "shown at last", d.shows(l, u, 0), want)
			d.queueAgrees()
		}
	}},
	{"one that had not arrived is sent as it reads when its channel heals, and nothing else", func(d *desk) {
		u, l := d.inDoubt("a", stories.Marks{})
		d.reword(u, corrected("Newer"))
		d.reopen("a")
		d.advance(l, 0, d.retry(d.claim(l, 1)[0]))
		same(d, "shown at last", d.shows(l, u, 0), "1, post")
		d.queueAgrees()
	}},
	{"one that had not arrived and is withdrawn is not sent when its channel heals", func(d *desk) {
		u, l := d.inDoubt("a", stories.Marks{})
		d.reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "Not so"})
		d.reopen("a")
		d.advance(l, 0, d.retry(d.claim(l, 1)[0]))
		for range 4 { // each is found to be needless when it is begun
			same(d, "begun", len(d.claim(l, 10)), 0)
		}
		same(d, "owed", d.owed(l), "")
		d.queueAgrees()
	}},
	{"a card in doubt in a channel that then blocks the bot follows its story when it heals", func(d *desk) {
		s := d.track("sony")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		l := d.hold(lane, "w")
		d.advance(l, 0, d.doubted(d.claim(l, 1)[0]))
		d.edit(s, stories.StoryEdit{Headline: words("Sony hacked")})
		same(d, "edits while it is blocked", d.cardEdits(l), 0)
		d.reopen("a")
		same(d, "edits", d.cardEdits(l), 1)
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.sent(v))
		edits := d.drain(l, 1)
		same(d, "begun", len(edits), 1)
		same(d, "it says", d.card(edits[0]), "a sony/Sony hacked//developing")
		d.queueAgrees()
	}},
	{"a message of progress in doubt is edited once it is found", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.follow("sony", "a")
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.drain(l, 1)
		p := d.say(d.sees("before", "sony 1 1/1")[0], false)
		d.advance(l, 0, d.doubted(d.claim(l, 1)[0]))
		d.say(p, true)
		d.reopen("desk")
		v := d.claim(l, 1)[0]
		d.advance(l, 0, d.sent(v))
		same(d, "left", d.told(l), "edit desk 2")
		d.queueAgrees()
	}},
	{"what may have arrived is not skipped for newer updates, nor for its age", func(d *desk) {
		u, l := d.inDoubt("a", stories.Marks{})
		s, err := d.StoryByID(d.ctx, u.StoryID)
		d.ok(err)
		for range 7 {
			d.append(s, stories.Normal)
		}
		d.reopen("a")
		skipped, err := d.SkipOlder(d.ctx, l, 1, d.now)
		d.ok(err)
		same(d, "skipped", skipped, 4)
		v := d.claim(l, 1)[0]
		same(d, "looked for", v.About.UpdateID, u.ID)
		d.advance(l, 0, d.sent(v))
		d.reword(u, corrected("Newer"))
		same(d, "edits", d.edits(l), "a 1, ")
		d.queueAgrees()
	}},
	{"what may have arrived and is taken back is taken away once it is found", func(d *desk) {
		u, l := d.inDoubt("a", stories.Marks{})
		s, err := d.StoryByID(d.ctx, u.StoryID)
		d.ok(err)
		d.owe(u, stories.OpDelete, "a", d.toChannel("a", s)[0].ID)
		d.reopen("a")
		d.advance(l, 0, d.sent(d.claim(l, 1)[0]))
		same(d, "left", d.owed(l), "delete a 0, ")
		d.queueAgrees()
	}},
}
