package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

var unreadTests = []test{
	{"what is new to a reader in a channel is of the stories it follows, paused or not, and were not stopped there", func(d *desk) {
		for _, s := range []struct{ slug, topics string }{{"own", ""}, {"topical", "asia"}, {"paused", ""}, {"muted", "asia"}, {"other", "europe"}, {"silent", "asia"}} {
			story := d.track(s.slug, strings.Fields(s.topics)...)
			if s.slug != "silent" {
				d.later(time.Minute)
				d.tells(story, "one")
			}
		}
		d.begin(d.act(), "a", "own", stories.Breaking)
		d.begin(d.act(), "a", "topic:asia", stories.Minor)
		d.begin(d.act(), "a", "paused", stories.Minor)
		paused, err := stories.ParseTarget("paused")
		d.ok(err)
		_, err = d.SetSubscriptionState(d.ctx, d.act(), channel("a"), paused, stories.Paused)
		d.ok(err)
		d.ok(d.stop(d.act(), channel("a"), d.story("muted").ID))
		same(d, "a", d.unread("a", ana), "3: paused 1+0, topical 1+0, own 1+0")
		same(d, "a page", d.unreadSome("a", ana, 1), "3: paused 1+0")
		same(d, "a channel that follows nothing", d.unread("b", ana), "0: ")
		d.begin(d.act(), "b", "all", stories.Minor)
		same(d, "all", d.unread("b", ana), "5: other 1+0, muted 1+0, paused 1+0, topical 1+0, own 1+0")
		d.later(time.Minute)
		d.tells(d.story("own"), "two")
		d.tells(d.story("own"), "three")
		d.tells(d.story("own"), "four")
		d.tells(d.story("own"), "five")
		d.ok(d.MarkSeen(d.ctx, ana.Ref, d.story("own").ID, 2))
		d.ok(d.MarkSeen(d.ctx, ana.Ref, d.story("topical").ID, 1))
		same(d, "one who looked", d.unread("a", ana), "2: own 3+2, paused 1+0")
		same(d, "another", d.unread("a", ben), "3: own 5+0, paused 1+0, topical 1+0")
	}},
	{"what is new of a story comes in pages, also what was before a mark", func(d *desk) {
		s := d.track("own")
		d.tells(s, "one")
		d.tells(s, "two")
		d.tells(s, "three")
		d.tells(s, "four")
		d.tells(s, "five")
		d.ok(d.MarkSeen(d.ctx, ana.Ref, s.ID, 1))
		same(d, "now", d.unreadOf(ana, s, -1, 0, 3), "4+1: five four three")
		same(d, "the next page", d.unreadOf(ana, s, -1, 3, 3), "4+1: two")
		d.ok(d.MarkSeen(d.ctx, ana.Ref, s.ID, 5))
		same(d, "after it was shown", d.unreadOf(ana, s, -1, 0, 3), "0+5: ")
		same(d, "as it was before", d.unreadOf(ana, s, 1, 3, 3), "4+1: two")
		same(d, "one who never looked", d.unreadOf(ben, s, -1, 0, 2), "5+0: five four")
	}},
	{"what was withdrawn is not new to anybody", func(d *desk) {
		sony, leak := d.track("sony"), d.track("leak")
		d.begin(d.act(), "a", "sony", stories.Minor)
		d.begin(d.act(), "a", "leak", stories.Minor)
		d.tells(sony, "one")
		two, _ := d.append(sony, stories.Normal)
		only, _ := d.append(leak, stories.Normal)
		same(d, "before", d.unread("a", ben), "2: leak 1+0, sony 2+0")
		d.reword(two, stories.Rewording{Kind: stories.Withdrawal, Reason: "A hoax"})
		d.reword(only, stories.Rewording{Kind: stories.Withdrawal, Reason: "A hoax"})
		same(d, "after", d.unread("a", ben), "1: sony 1+0")
		same(d, "which", d.unreadOf(ben, sony, -1, 0, 5), "1+0: one")
		same(d, "of the other", d.unreadOf(ben, leak, -1, 0, 5), "0+0: ")
	}},
	{"what was seen of a story that was merged is not new in the other", func(d *desk) {
		leak, sony := d.track("leak"), d.track("sony")
		d.tells(leak, "l1")
		d.tells(leak, "l2")
		d.tells(sony, "s1")
		d.tells(sony, "s2")
		d.begin(d.act(), "a", "sony", stories.Minor)
		d.ok(d.MarkSeen(d.ctx, ana.Ref, leak.ID, 1))
		d.ok(d.MarkSeen(d.ctx, ana.Ref, sony.ID, 2))
		d.ok(d.MarkSeen(d.ctx, ben.Ref, sony.ID, 2))
		d.ok(d.MarkSeen(d.ctx, ben.Ref, leak.ID, 2))
		d.merge(leak, sony)
		same(d, "ana", d.unread("a", ana), "1: sony 1+2")
		same(d, "which", d.unreadOf(ana, sony, -1, 0, 5), "1+2: l2")
		same(d, "ben", d.unread("a", ben), "0: ")
		d.ok(d.MarkSeen(d.ctx, ana.Ref, sony.ID, 4))
		same(d, "ana later", d.unread("a", ana), "0: ")
		same(d, "as it was before", d.unreadOf(ana, sony, 2, 0, 5), "1+2: l2")
	}},
}

// unread is what is new to a reader in a channel: how many stories, and of each how many
// updates beyond which number.
func (d *desk) unread(name string, reader stories.User) string { return d.unreadSome(name, reader, 10) }

func (d *desk) unreadSome(name string, reader stories.User, limit int) string {
	d.Helper()
	found, total, err := d.Unread(d.ctx, reader.Ref, channel(name), limit, 2)
	d.ok(err)
	var said []string
	for _, u := range found {
		said = append(said, fmt.Sprintf("%s %d+%d", u.Story.Slug, u.New, u.Since))
		same(d, "shown of "+u.Story.Slug, len(u.Updates), min(2, u.New))
		if newest := u.Updates[0].Number; newest > u.Story.Updates || newest <= u.Since { // those behind it were withdrawn
			d.Errorf("the newest of %s is %d, of %d", u.Story.Slug, newest, u.Story.Updates)
		}
	}
	return fmt.Sprintf("%d: %s", total, strings.Join(said, ", "))
}

func (d *desk) unreadOf(reader stories.User, s stories.Story, since, offset, limit int) string {
	d.Helper()
	u, err := d.UnreadOf(d.ctx, reader.Ref, s.ID, since, offset, limit)
	d.ok(err)
	var texts []string
	for _, update := range u.Updates {
		texts = append(texts, update.Text)
	}
	return fmt.Sprintf("%d+%d: %s", u.New, u.Since, strings.Join(texts, " "))
}
