package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

var storyTests = []test{
	{"a story is found by its slug and by its id, as it was stored", func(d *desk) {
		made, err := d.CreateStory(d.ctx, d.act(), stories.Story{
			Slug: "sony-hack", Headline: "Sony Pictures attacked", Summary: "Data leaked.\nA film cancelled.",
			Topics: []string{"film", "security"}, State: stories.Developing,
		})
		d.ok(err)
		bySlug, err := d.StoryBySlug(d.ctx, "sony-hack")
		d.ok(err)
		byID, err := d.StoryByID(d.ctx, made.ID)
		d.ok(err)
		for _, s := range []stories.Story{made, bySlug, byID} {
			same(d, "story", fmt.Sprintf("%+v", s), fmt.Sprintf("%+v", made))
			same(d, "headline", s.Headline, "Sony Pictures attacked")
			same(d, "summary", s.Summary, "Data leaked.\nA film cancelled.")
			same(d, "topics", strings.Join(s.Topics, " "), "film security")
			same(d, "state", s.State, stories.Developing)
			same(d, "created", s.CreatedAt, start)
			same(d, "active", s.ActiveAt, start)
			same(d, "updates", s.Updates, 0)
		}
	}},
	{"an unknown slug and an unknown id are not found", func(d *desk) {
		_, err := d.StoryBySlug(d.ctx, "nothing")
		d.refused(err, stories.CodeNotFound)
		_, err = d.StoryByID(d.ctx, 99)
		d.refused(err, stories.CodeNotFound)
	}},
	{"a slug is given once", func(d *desk) {
		d.track("sony")
		_, err := d.CreateStory(d.ctx, d.act(), stories.Story{Slug: "sony", Headline: "Another"})
		d.refused(err, stories.CodeExists)
		found, total, err := d.Search(d.ctx, "", 0, 10)
		d.ok(err)
		same(d, "stories", len(found), 1)
		same(d, "total", total, 1)
	}},
	{"closing and reopening tell whether anything changed, and move the story to the front", func(d *desk) {
		s := d.track("sony")
		d.later(time.Hour)
		for _, step := range []struct {
			to      stories.State
			changed bool
		}{{stories.Closed, true}, {stories.Closed, false}, {stories.Developing, true}, {stories.Developing, false}} {
			got, changed, err := d.SetStoryState(d.ctx, d.act(), s.ID, step.to)
			d.ok(err)
			same(d, "changed", changed, step.changed)
			same(d, "state", got.State, step.to)
			same(d, "active", got.ActiveAt, d.now)
		}
		_, _, err := d.SetStoryState(d.ctx, d.act(), 99, stories.Closed)
		d.refused(err, stories.CodeNotFound)
	}},
}

func slugs(found []stories.Story) string {
	var out []string
	for _, s := range found {
		out = append(out, s.Slug)
	}
	return strings.Join(out, " ")
}

var updateTests = []test{
	{"updates are numbered from 1 and read newest first, in pages", func(d *desk) {
		s := d.track("sony")
		for i := 1; i <= 5; i++ {
			d.later(time.Minute)
			u, _ := d.append(s, stories.Normal)
			same(d, "number", u.Number, i)
		}
		page, err := d.Updates(d.ctx, s.ID, 0, 2)
		d.ok(err)
		same(d, "first page", numbers(page), "5 4")
		page, err = d.Updates(d.ctx, s.ID, 4, 10)
		d.ok(err)
		same(d, "the rest", numbers(page), "3 2 1")
		s, err = d.StoryByID(d.ctx, s.ID)
		d.ok(err)
		same(d, "count", s.Updates, 5)
		same(d, "active", s.ActiveAt, d.now)
	}},
	{"an update is read as it was written", func(d *desk) {
		s := d.track("sony")
		want := stories.Update{
			StoryID: s.ID, Text: "Two\nlines, “quotes”, 😀, 'x'; DROP TABLE stories;--", Level: stories.Breaking,
			Sources: []string{"https://example.org/a?b=c&d=%20", "http://example.org"}, Author: ben, At: start.Add(-time.Hour),
			Picture: stories.Picture{URL: "https://example.org/dam.jpg?a=b|c", Alt: "“Water” over the dam 😀; 'x'"},
		}
		made, p, err := d.AppendUpdate(d.ctx, d.act(), want)
		d.ok(err)
		same(d, "progress", p, stories.Progress{UpdateID: made.ID})
		want.ID, want.Number, want.CreatedAt = made.ID, 1, d.now
		read, err := d.UpdateByNumber(d.ctx, s.ID, 1)
		d.ok(err)
		same(d, "what append returned", fmt.Sprintf("%+v", made), fmt.Sprintf("%+v", want))
		same(d, "what was stored", fmt.Sprintf("%+v", read), fmt.Sprintf("%+v", want))
		content, err := d.Content(d.ctx, stories.Subject{UpdateID: made.ID}, 0)
		d.ok(err)
		same(d, "content", fmt.Sprintf("%+v", content.Update), fmt.Sprintf("%+v", want))
		same(d, "its story", content.Story.Slug, "sony")
		plain, _ := d.append(s, stories.Minor)
		page, err := d.Updates(d.ctx, s.ID, 0, 10)
		d.ok(err)
		same(d, "pictures of a page", fmt.Sprint(page[0].Picture, page[1].Picture), fmt.Sprint(stories.Picture{}, want.Picture))
		again, err := d.SameText(d.ctx, s.ID, want.Text, d.now.Add(-time.Hour))
		d.ok(err)
		same(d, "picture of the same text", again.Picture, want.Picture)
		same(d, "no picture", plain.Picture, stories.Picture{})
	}},
	{"what is not there is not found", func(d *desk) {
		s := d.track("sony")
		_, err := d.UpdateByNumber(d.ctx, s.ID, 1)
		d.refused(err, stories.CodeNotFound)
		_, err = d.Content(d.ctx, stories.Subject{UpdateID: 99}, 0)
		d.refused(err, stories.CodeNotFound)
		_, err = d.Content(d.ctx, stories.Subject{NoticeID: 99}, 1)
		d.refused(err, stories.CodeNotFound)
		u, _ := d.append(s, stories.Minor)
		_, err = d.Content(d.ctx, stories.Subject{UpdateID: u.ID}, 3)
		d.refused(err, stories.CodeNotFound)
		_, _, err = d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: 99, Text: "x", Level: stories.Minor})
		d.refused(err, stories.CodeNotFound)
	}},
	{"a closed story takes no update", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		_, _, err := d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
		d.ok(err)
		_, _, err = d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "x", Level: stories.Minor})
		d.refused(err, stories.CodeClosed)
		same(d, "deliveries", d.states(channel("a"), s), "")
	}},
	{"the same text is found within the window, in this story only", func(d *desk) {
		s, o := d.track("sony"), d.track("other")
		u, _ := d.append(s, stories.Normal)
		d.later(5 * time.Minute)
		found, err := d.SameText(d.ctx, s.ID, u.Text, d.now.Add(-10*time.Minute))
		d.ok(err)
		same(d, "number", found.Number, 1)
		for _, miss := range []struct {
			story int64
			text  string
			since time.Time
		}{{s.ID, u.Text, d.now}, {o.ID, u.Text, start}, {s.ID, u.Text + ".", start}} {
			_, err = d.SameText(d.ctx, miss.story, miss.text, miss.since)
			d.refused(err, stories.CodeNotFound)
		}
	}},
	{"a reader's place in a story only moves forward", func(d *desk) {
		s := d.track("sony")
		for _, step := range []struct{ mark, want int }{{0, 0}, {3, 3}, {2, 3}, {5, 5}} {
			d.ok(d.MarkSeen(d.ctx, ana.Ref, s.ID, step.mark))
			seen, err := d.Seen(d.ctx, ana.Ref, s.ID)
			d.ok(err)
			same(d, "seen", seen, step.want)
		}
		seen, err := d.Seen(d.ctx, ben.Ref, s.ID)
		d.ok(err)
		same(d, "somebody else's place", seen, 0)
	}},
}

func numbers(us []stories.Update) string {
	var out []string
	for _, u := range us {
		out = append(out, fmt.Sprint(u.Number))
	}
	return strings.Join(out, " ")
}
