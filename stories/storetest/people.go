package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

var peopleTests = []test{
	{"a role is given, changed and taken away", func(d *desk) {
		for _, step := range []struct {
			role    stories.Role
			changed bool
		}{
			{stories.Reader, false}, {stories.Moderator, true}, {stories.Moderator, false}, {stories.Admin, true}, {stories.Reader, true}, {stories.Reader, false},
		} {
			changed, err := d.SetRole(d.ctx, d.act(), ben, step.role)
			d.ok(err)
			same(d, fmt.Sprintf("changed to %v", step.role), changed, step.changed)
			role, err := d.RoleOf(d.ctx, ben.Ref)
			d.ok(err)
			same(d, "role", role, step.role)
		}
	}},
	{"members are listed admins first, then by name", func(d *desk) {
		for _, m := range []struct {
			name string
			role stories.Role
		}{{"Zoe", stories.Moderator}, {"adam", stories.Moderator}, {"Yan", stories.Admin}, {"Bob", stories.Moderator}} {
			_, err := d.SetRole(d.ctx, d.act(), stories.User{Ref: "console:" + m.name, Name: m.name}, m.role)
			d.ok(err)
		}
		members, err := d.Members(d.ctx)
		d.ok(err)
		var names []string
		for _, m := range members {
			names = append(names, m.User.Name)
			same(d, "added by", m.AddedBy, ana)
			same(d, "added at", m.AddedAt, start)
		}
		same(d, "names", strings.Join(names, " "), "Yan adam Bob Zoe")
	}},
	{"every change is in the log, what changed nothing is not", func(d *desk) {
		s := d.track("sony", "security")
		d.follow("sony", "a")
		d.follow("topic:security", "a")
		d.append(s, stories.Breaking)
		sony := stories.Target{Kind: stories.TargetStory, Name: "sony"}
		for range 2 {
			_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), sony, stories.Paused)
			d.ok(err)
		}
		_, err := d.SetSubscriptionState(d.ctx, d.act(), channel("a"), sony, stories.Active)
		d.ok(err)
		_, err = d.Unsubscribe(d.ctx, d.act(), channel("a"), sony)
		d.ok(err)
		for range 2 {
			d.ok(d.stop(d.act(), channel("a"), s.ID))
			_, err = d.SetRole(d.ctx, d.act(), ben, stories.Moderator)
			d.ok(err)
		}
		_, err = d.SetRole(d.ctx, d.act(), ben, stories.Reader)
		d.ok(err)
		d.ok(d.ClaimAdmin(d.ctx, d.act(), d.code()))
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		for range 2 {
			_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
			d.ok(err)
		}
		_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Developing)
		d.ok(err)

		entries, err := d.Log(d.ctx, 0, 0, 100)
		d.ok(err)
		var verbs []string
		for i := len(entries) - 1; i >= 0; i-- {
			e := entries[i]
			verbs = append(verbs, e.Verb)
			same(d, "who", e.By, ana)
			same(d, "when", e.At, start)
			if e.Detail == "" || strings.Contains(e.Detail, "\n") {
				d.Errorf("%s: detail %q is not one line", e.Verb, e.Detail)
			}
		}
		same(d, "verbs", strings.Join(verbs, " "),
			"tracked subscribed subscribed published paused resumed unsubscribed muted named removed claimed desk closed reopened")
	}},
	{"the log is read newest first, in pages, of one story or of all", func(d *desk) {
		s := d.track("sony")
		d.track("other")
		d.append(s, stories.Minor)
		entries, err := d.Log(d.ctx, s.ID, 0, 10)
		d.ok(err)
		same(d, "entries of the story", len(entries), 2)
		same(d, "newest", entries[0].Verb, "published")
		same(d, "slug", entries[0].Slug, "sony")
		page, err := d.Log(d.ctx, s.ID, entries[0].ID, 10)
		d.ok(err)
		same(d, "second page", len(page), 1)
		same(d, "oldest", page[0].Verb, "tracked")
		entries, err = d.Log(d.ctx, 0, 0, 2)
		d.ok(err)
		same(d, "limit", len(entries), 2)
	}},
	{"a platform's small settings are remembered", func(d *desk) {
		value, err := d.Recall(d.ctx, "discord/commands")
		d.ok(err)
		same(d, "before", value, "")
		for _, want := range []string{"abc", "def"} {
			d.ok(d.Remember(d.ctx, "discord/commands", want))
			value, err = d.Recall(d.ctx, "discord/commands")
			d.ok(err)
			same(d, "value", value, want)
		}
	}},
	{"text no database takes is stored without what it does not take", func(d *desk) {
		odd := stories.User{Ref: "console:odd", Name: "a\x00b\xffc"}
		_, err := d.SetRole(d.ctx, d.act(), odd, stories.Moderator)
		d.ok(err)
		members, err := d.Members(d.ctx)
		d.ok(err)
		same(d, "name", members[0].User.Name, "ab\uFFFDc")
	}},
}
