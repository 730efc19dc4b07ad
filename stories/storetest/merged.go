package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// merge makes one story of two, a minute later.
func (d *desk) merge(from, into stories.Story) stories.Merging {
	d.Helper()
	d.later(time.Minute)
	m, err := d.MergeStories(d.ctx, d.act(), from.ID, into.ID)
	d.ok(err)
	return m
}

// tells publishes an update of this text, a minute later.
func (d *desk) tells(s stories.Story, text string) stories.Update {
	d.Helper()
	d.later(time.Minute)
	u, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: text, Level: stories.Normal, Author: ana, At: d.now})
	d.ok(err)
	return u
}

// timeline tells a story's updates, the newest first: "3 late, 1 early".
func (d *desk) timeline(id int64) string {
	d.Helper()
	found, err := d.Updates(d.ctx, id, 0, 1000)
	d.ok(err)
	var out []string
	for _, u := range found {
		out = append(out, fmt.Sprintf("%d %s", u.Number, u.Text))
	}
	return strings.Join(out, ", ")
}

// follows tells what a channel follows: "sony breaking paused".
func (d *desk) follows(name string) string {
	d.Helper()
	subs, err := d.Subscriptions(d.ctx, channel(name))
	d.ok(err)
	var out []string
	for _, s := range subs {
		out = append(out, fmt.Sprintf("%s %s %s", s.Target, s.Level, s.State))
	}
	return strings.Join(out, ", ")
}

// numbered tells what a slug and a number lead to: "5 late", with what it was where
// that was said.
func (d *desk) numbered(slug string, number int) string {
	d.Helper()
	u, was, err := d.UpdateBySlug(d.ctx, slug, number)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return "none"
	}
	d.ok(err)
	said := fmt.Sprintf("%d %s", u.Number, u.Text)
	if was != (stories.Former{}) {
		said += fmt.Sprintf(" (%s %d)", was.Slug, was.Number)
	}
	return said
}
