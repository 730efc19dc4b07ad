package storetest

import (
	"fmt"

	"storybot/stories"
)

// isDirect has these channels known as direct messages.
func (d *desk) isDirect(names ...string) {
	d.Helper()
	var places []stories.PlaceName
	for _, name := range names {
		places = append(places, stories.PlaceName{Place: channel(name), Form: stories.DirectForm, With: ben.Ref})
	}
	d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: places}, d.now))
}

// answers ends what a lane owes, one row after the other, as to says; what that has no
// answer for arrives.
func (d *desk) answers(l stories.Lease, to func(stories.Delivery) (stories.Result, bool)) {
	d.Helper()
	var results []stories.Result
	for {
		begun := d.advance(l, 1, results...)
		if len(begun) == 0 {
			return
		}
		results = results[:0]
		for _, v := range begun {
			r, ok := to(v)
			if !ok {
				r = d.sent(v)
			}
			results = append(results, r)
		}
	}
}

// atEdit ends the edits in one channel so.
func (d *desk) atEdit(l stories.Lease, name string, state stories.DeliveryState, reason string, becomes stories.DestinationState) {
	d.Helper()
	d.answers(l, func(v stories.Delivery) (stories.Result, bool) {
		return d.refusal(v, state, reason, becomes), v.Op == stories.OpEdit && v.Destination == channel(name)
	})
}

// reaches is what a revision would reach beside channels that take it now.
func (d *desk) reaches(u stories.Update, w stories.Rewording) string {
	d.Helper()
	d.later(1)
	would, err := d.WouldRevise(d.ctx, d.act(), u.ID, w)
	d.ok(err)
	done := d.reword(u, w).Reach
	same(d, "what was said before", would.Reach, done)
	return fmt.Sprintf("%d edits: %d held, %d doubtful; %d gone, %d cards", done.Edits, done.Held, done.Doubtful, done.Gone, done.Cards)
}

var reachTests = []test{
	{"a revision tells which copies are in channels that refuse the bot, or are gone, or could not be edited before", func(d *desk) {
		u, l := d.copied("a", "b", "c", "e")
		same(d, "at first", d.reaches(u, corrected("Second")), "4 edits: 0 held, 0 doubtful; 0 gone, 0 cards")
		d.atEdit(l, "b", stories.Skipped, "no longer has the message", "")
		same(d, "one was deleted", d.reaches(u, corrected("Third")), "4 edits: 0 held, 1 doubtful; 0 gone, 0 cards")
		same(d, "which a newer wording does not hide", d.reaches(u, corrected("Fourth")), "4 edits: 0 held, 1 doubtful; 0 gone, 0 cards")
		d.atEdit(l, "a", stories.Held, "does not let the bot post", stories.Blocked)
		same(d, "one that refuses", d.reaches(u, corrected("Fifth")), "4 edits: 1 held, 0 doubtful; 0 gone, 0 cards") // b took the one before
		d.atEdit(l, "c", stories.Failed, "was deleted", stories.Gone)
		same(d, "one that is gone", d.reaches(u, corrected("Sixth")), "3 edits: 1 held, 0 doubtful; 1 gone, 0 cards")
		d.atEdit(l, "e", stories.Failed, "does not let the bot edit this message", "")
		_, _, err := d.ReopenDestination(d.ctx, channel("a"), 5, d.now)
		d.ok(err)
		d.drain(l, 10)
		same(d, "one that is not edited", d.reaches(u, corrected("Seventh")), "3 edits: 0 held, 1 doubtful; 1 gone, 0 cards")
	}},
	{"a revision tells which of those it tells are direct messages", func(d *desk) {
		d.isDirect("b", "z")
		u, l := d.copied("a", "b", "c")
		done := d.reword(u, corrected("Second"))
		same(d, "tells", fmt.Sprint(len(done.Tells), done.Tells[0].Channels, done.Tells[0].Direct), "1 3 1")
		spread := func(what string, revision, told, direct int) {
			d.Helper()
			s, err := d.SpreadOf(d.ctx, u.ID, revision)
			d.ok(err)
			same(d, what, fmt.Sprint(s.Told.Total, s.Told.Direct), fmt.Sprint(told, direct))
		}
		spread("owed", 1, 3, 1)
		d.drain(l, 10)
		spread("arrived", 1, 3, 1)
		d.reword(u, stories.Rewording{Kind: stories.Fix, Text: "Third"})
		spread("of a fix", 2, 0, 0)
	}},
	{"what changes a story tells how many posted cards follow", func(d *desk) {
		s := d.track("sony")
		u := d.tells(s, "First")
		d.begin(d.aloud(), "a", "sony", stories.Minor)
		d.begin(d.aloud(), "b", "all", stories.Minor)
		w := d.wall()
		w.shows()
		headline, topics := "Another", []string{"film"}
		would := func(what string, e stories.StoryEdit, changed bool, cards int) {
			told, err := d.WouldEdit(d.ctx, s.ID, e)
			d.ok(err)
			same(d, what, fmt.Sprint(told.Changed, told.Cards, told.Story.Headline == e.Apply(s).Headline), fmt.Sprint(changed, cards, true))
		}
		would("would be edited", stories.StoryEdit{Headline: &headline}, true, 2)
		would("with topics", stories.StoryEdit{Topics: &topics}, true, 0)
		would("as it is", stories.StoryEdit{Headline: &s.Headline}, false, 0)
		_, err := d.WouldEdit(d.ctx, 4711, stories.StoryEdit{Headline: &headline})
		same(d, "of none", stories.CodeOf(err), stories.CodeNotFound)
		told, err := d.EditStory(d.ctx, d.act(), s.ID, stories.StoryEdit{Headline: &headline})
		d.ok(err)
		same(d, "edited", told.Cards, 2)
		told, err = d.EditStory(d.ctx, d.act(), s.ID, stories.StoryEdit{Topics: &topics})
		d.ok(err)
		same(d, "topics, which no card shows", told.Cards, 0)
		told, err = d.RenameStory(d.ctx, d.act(), s.ID, "sony-hack") // while the first edits wait
		d.ok(err)
		same(d, "renamed", told.Cards, 2)
		w.shows()
		told, err = d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "closed", told.Cards, 2)
		told, err = d.BeginStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "reopened", told.Cards, 2)
		w.shows()
		same(d, "revised", d.reaches(u, corrected("Second")), "0 edits: 0 held, 0 doubtful; 0 gone, 2 cards")
		w.shows()
		into := d.track("river")
		plan, err := d.PlanMerge(d.ctx, s.ID, into.ID)
		d.ok(err)
		same(d, "planned", plan.Cards, 2)
		same(d, "merged", d.merge(s, into).Cards, 2)
	}},
	{"a merge tells which followers are direct messages", func(d *desk) {
		d.isDirect("dm", "own", "stopped", "z")
		leak, sony := d.track("leak"), d.track("sony")
		d.follow("leak", "a", "dm", "own", "b")
		d.follow("sony", "own")
		d.follow("topic:film", "stopped", "c")
		d.follow("leak", "stopped")
		d.ok(d.stop(d.act(), channel("stopped"), leak.ID))
		plan, err := d.PlanMerge(d.ctx, leak.ID, sony.ID)
		d.ok(err)
		same(d, "planned", fmt.Sprint(plan.DirectFollowers, " ", plan.DirectOwn, " ", plan.DirectStopped), fmt.Sprint("2 1 ", plan.Stopped))
		done := d.merge(leak, sony)
		same(d, "merged", fmt.Sprint(done.DirectFollowers, done.DirectOwn, done.DirectStopped), fmt.Sprint(plan.DirectFollowers, plan.DirectOwn, plan.DirectStopped))
	}},
}
