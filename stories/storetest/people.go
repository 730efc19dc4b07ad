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
	{"the log tells of channels and people without an id in its words, and knows both", func(d *desk) {
		s := d.track("sony", "security")
		far := stories.Destination{Platform: "slack", Workspace: "T012", Channel: "C345"}
		rita := stories.User{Ref: "slack:T012/U678"}
		d.followFrom("sony", far, stories.Minor)
		d.followFrom("topic:security", far, stories.Minor)
		for _, state := range []stories.SubscriptionState{stories.Paused, stories.Active} {
			_, err := d.SetSubscriptionState(d.ctx, d.act(), far, story(s), state)
			d.ok(err)
		}
		d.ok(d.stop(d.act(), far, s.ID))
		_, err := d.Unsubscribe(d.ctx, d.act(), far, stories.Target{Kind: stories.TargetTopic, Name: "security"})
		d.ok(err)
		d.ok(d.SetDesk(d.ctx, d.act(), far, lane))
		placed := 0
		entries, err := d.Log(d.ctx, 0, 0, 100)
		d.ok(err)
		for _, e := range entries {
			if e.Verb == "tracked" {
				continue
			}
			placed++
			same(d, "where "+e.Verb, e.Place, far)
		}
		same(d, "lines about the channel", placed, 8)
		for _, role := range []stories.Role{stories.Moderator, stories.Reader} {
			_, err = d.SetRole(d.ctx, d.act(), rita, role)
			d.ok(err)
		}
		d.ok(d.ClaimAdmin(d.ctx, stories.Act{By: rita, At: d.now}, d.code()))
		entries, err = d.Log(d.ctx, 0, 0, 100)
		d.ok(err)
		for i, e := range entries {
			if i < 3 {
				same(d, "whom "+e.Verb, e.Whom, rita)
			}
			for _, id := range []string{"slack", "T012", "C345", "U678"} {
				if strings.Contains(e.Detail, id) {
					d.Errorf("%s: %q", e.Verb, e.Detail)
				}
			}
		}
		name, err := d.NameOf(d.ctx, rita.Ref)
		d.ok(err)
		same(d, "a name nobody knows", name, "")
		// What she is called is known once she does something, for what was before as well.
		rita.Name = "Rita Klein"
		_, err = d.SetRole(d.ctx, stories.Act{By: rita, At: d.now}, ben, stories.Moderator)
		d.ok(err)
		entries, err = d.Log(d.ctx, 0, 0, 4)
		d.ok(err)
		for _, e := range entries[1:] {
			same(d, "whom "+e.Verb, e.Whom, rita)
		}
		members, err := d.Members(d.ctx)
		d.ok(err)
		same(d, "a member", members[0].User, rita)
		for ref, want := range map[string]string{rita.Ref: "Rita Klein", ben.Ref: "Ben", ana.Ref: "Ana", "": "", "x:y": ""} {
			name, err := d.NameOf(d.ctx, ref)
			d.ok(err)
			same(d, "name of "+ref, name, want)
		}
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
