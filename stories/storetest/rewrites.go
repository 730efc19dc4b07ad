package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// edit changes a story's words.
func (d *desk) edit(s stories.Story, e stories.StoryEdit) (stories.Story, bool) {
	d.Helper()
	d.later(time.Minute)
	told, err := d.EditStory(d.ctx, d.act(), s.ID, e)
	d.ok(err)
	return told.Story, told.Changed
}

// finds says which slug a search finds, "" for none.
func (d *desk) finds(query string) string {
	d.Helper()
	found, _, err := d.Search(d.ctx, query, 0, 1)
	d.ok(err)
	if len(found) == 0 {
		return ""
	}
	return found[0].Slug
}

func to[T any](v T) *T { return &v }

var rewriteTests = []test{
	{"a story's words change, and it is found by the new ones alone", func(d *desk) {
		s := d.track("sony", "film")
		now, changed := d.edit(s, stories.StoryEdit{Headline: to("The studio speaks"), Summary: to("Who did it?"), Topics: to([]string{"security"})})
		same(d, "changed", changed, true)
		got, err := d.StoryBySlug(d.ctx, "sony")
		d.ok(err)
		same(d, "headline", got.Headline, "The studio speaks")
		same(d, "summary", got.Summary, "Who did it?")
		same(d, "topics", strings.Join(got.Topics, " "), "security")
		same(d, "active", got.ActiveAt, d.now)
		same(d, "returned", now.Headline, got.Headline)
		same(d, "by a new word", d.finds("studio"), "sony")
		same(d, "by an old word", d.finds("about"), "")
		same(d, "by its slug", d.finds("sony"), "sony")
		suggested, err := d.Suggest(d.ctx, "studio", 5)
		d.ok(err)
		same(d, "suggested", len(suggested), 1)
		topics, err := d.Topics(d.ctx)
		d.ok(err)
		same(d, "all topics", strings.Join(topics, " "), "security")
	}},
	{"what somebody else changed since it was seen is not overwritten", func(d *desk) {
		seen := d.track("sony", "film")
		now, _ := d.edit(seen, stories.StoryEdit{Headline: to("Theirs"), Topics: to([]string{"cinema"})})
		for what, e := range map[string]stories.StoryEdit{
			"headline": {Headline: to("Mine")}, "topics": {Topics: to([]string{"security"})}, "one of two": {Headline: to("Mine"), Summary: to("Mine")},
		} {
			e.Seen = &seen
			_, err := d.EditStory(d.ctx, d.act(), seen.ID, e)
			same(d, what, stories.CodeOf(err), stories.CodeExists)
		}
		got, err := d.StoryByID(d.ctx, seen.ID)
		d.ok(err)
		same(d, "it reads", got.Headline+"/"+got.Summary+"/"+strings.Join(got.Topics, " "), "Theirs//cinema")
		// What stands as it was seen is changed, and what says the same is no quarrel.
		told, err := d.EditStory(d.ctx, d.act(), seen.ID, stories.StoryEdit{Headline: to("Theirs"), Summary: to("Mine"), Seen: &seen})
		d.ok(err)
		same(d, "changed", told.Story.Headline+"/"+told.Story.Summary, "Theirs/Mine")
		now.Summary = "Mine"
		told, err = d.EditStory(d.ctx, d.act(), seen.ID, stories.StoryEdit{Headline: to("Mine"), Seen: &now})
		d.ok(err)
		same(d, "once it was seen", told.Story.Headline, "Mine")
		// Nor is what it was merged into since.
		into := d.track("other")
		_, err = d.MergeStories(d.ctx, d.act(), seen.ID, into.ID)
		d.ok(err)
		_, err = d.EditStory(d.ctx, d.act(), seen.ID, stories.StoryEdit{Summary: to("Of the one"), Seen: &told.Story})
		same(d, "merged", stories.CodeOf(err), stories.CodeExists)
	}},
	{"what is not named stays, and the same words again change nothing", func(d *desk) {
		s := d.track("sony", "film")
		d.edit(s, stories.StoryEdit{Summary: to("Who did it?")})
		got, err := d.StoryByID(d.ctx, s.ID)
		d.ok(err)
		same(d, "headline", got.Headline, "About sony")
		same(d, "topics", strings.Join(got.Topics, " "), "film")
		before := got.ActiveAt
		_, changed := d.edit(s, stories.StoryEdit{Summary: to("Who did it?"), Headline: to("About sony")})
		same(d, "changed", changed, false)
		got, err = d.StoryByID(d.ctx, s.ID)
		d.ok(err)
		same(d, "active", got.ActiveAt, before)
		_, changed = d.edit(s, stories.StoryEdit{Summary: to(""), Topics: to([]string(nil))})
		same(d, "taken away", changed, true)
	}},
	{"topics that change decide who follows from then on", func(d *desk) {
		s := d.track("sony", "film")
		d.follow("topic:film", "a")
		d.follow("topic:security", "b")
		d.append(s, stories.Normal)
		d.edit(s, stories.StoryEdit{Topics: to([]string{"security"})})
		d.append(s, stories.Normal)
		same(d, "a", d.states(channel("a"), s), "pending")
		same(d, "b", d.states(channel("b"), s), "pending")
	}},
	{"an older slug leads to its story for good, and can be taken back", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		for _, slug := range []string{"sony-hack", "the-interview", "sony"} {
			d.later(time.Minute)
			told, err := d.RenameStory(d.ctx, d.act(), s.ID, slug)
			d.ok(err)
			same(d, "changed", told.Changed, true)
			same(d, "slug", told.Story.Slug, slug)
		}
		for _, slug := range []string{"sony", "sony-hack", "the-interview"} {
			got, err := d.StoryBySlug(d.ctx, slug)
			d.ok(err)
			same(d, "story", got.ID, s.ID)
			same(d, "is called", got.Slug, "sony")
			same(d, "was called", strings.Join(got.Aliases, " "), "sony-hack the-interview")
			same(d, "found by "+slug, d.finds(slug), "sony")
		}
		told, err := d.RenameStory(d.ctx, d.act(), s.ID, "sony")
		d.ok(err)
		same(d, "the same again", told.Changed, false)
		subs, err := d.Subscriptions(d.ctx, channel("a"))
		d.ok(err)
		same(d, "follows", subs[0].Target.Name, "sony")
		d.append(s, stories.Normal)
		same(d, "owed", d.states(channel("a"), s), "pending")
	}},
	{"no story takes a slug that another has or had", func(d *desk) {
		s, other := d.track("sony"), d.track("flood")
		_, err := d.RenameStory(d.ctx, d.act(), other.ID, "river")
		d.ok(err)
		for _, slug := range []string{"river", "flood"} {
			_, err := d.RenameStory(d.ctx, d.act(), s.ID, slug)
			d.refused(err, stories.CodeExists)
			_, err = d.CreateStory(d.ctx, d.act(), stories.Story{Slug: slug, Headline: "x"})
			d.refused(err, stories.CodeExists)
		}
		same(d, "sony", d.finds("sony"), "sony")
	}},
	{"a closed story that is renamed is suggested as a closed one", func(d *desk) {
		s := d.track("river")
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		_, err = d.RenameStory(d.ctx, d.act(), s.ID, "flood-2014")
		d.ok(err)
		d.track("flood-2015")
		suggested, err := d.Suggest(d.ctx, "flood", 5)
		d.ok(err)
		same(d, "first", suggested[0].Slug, "flood-2015")
		same(d, "second", suggested[1].Slug, "flood-2014")
	}},
	{"a story ends with its last update and begins with its first, each in one act", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		act := d.act()
		act.Key = "end"
		u := stories.Update{StoryID: s.ID, Text: "It is over.", Level: stories.Normal, Author: ana, At: d.now}
		for range 2 {
			told, err := d.EndStory(d.ctx, act, u)
			d.ok(err)
			same(d, "number", told.Update.Number, 1)
			same(d, "changed", told.Changed, true)
			same(d, "to", told.Progress.Total, 1)
			same(d, "state", told.Story.State, stories.Closed)
		}
		_, err := d.EndStory(d.ctx, d.act(), u)
		d.refused(err, stories.CodeClosed)
		now, err := d.StoryByID(d.ctx, s.ID)
		d.ok(err)
		same(d, "closed", now.State, stories.Closed)
		same(d, "updates", now.Updates, 1)
		u.Text = "It goes on."
		act.Key = "begin"
		for range 2 {
			told, err := d.BeginStory(d.ctx, act, u)
			d.ok(err)
			same(d, "number", told.Update.Number, 2)
			same(d, "changed", told.Changed, true)
		}
		told, err := d.BeginStory(d.ctx, d.act(), u)
		d.ok(err)
		same(d, "open already", told.Changed, false)
		same(d, "owed", d.states(channel("a"), s), "pending pending pending")
	}},
	{"only so many slugs lead to a story", func(d *desk) {
		s := d.track("sony")
		for i := range stories.MaxAliases {
			_, err := d.RenameStory(d.ctx, d.act(), s.ID, fmt.Sprintf("sony-%d", i))
			d.ok(err)
		}
		_, err := d.RenameStory(d.ctx, d.act(), s.ID, "one-more")
		d.refused(err, stories.CodeLimited)
		_, err = d.RenameStory(d.ctx, d.act(), s.ID, "sony")
		d.ok(err)
	}},
	{"edits and renames are in the log, once under a key", func(d *desk) {
		s := d.track("sony")
		act := d.act()
		act.Key = "typed"
		for range 2 {
			told, err := d.RenameStory(d.ctx, act, s.ID, "sony-hack")
			d.ok(err)
			same(d, "changed", told.Changed, true)
		}
		d.edit(s, stories.StoryEdit{Headline: to("x y"), Topics: to([]string{"film"})})
		entries, err := d.Log(d.ctx, s.ID, 0, 10)
		d.ok(err)
		got := ""
		for _, e := range entries {
			got += e.Verb + " " + e.Detail + "; "
		}
		same(d, "log", got, "edited headline, topics\nheadline About sony\ntopics ; renamed sony sony-hack; tracked About sony; ")
		_, err = d.EditStory(d.ctx, d.act(), 4711, stories.StoryEdit{Headline: to("x")})
		d.refused(err, stories.CodeNotFound)
	}},
}
