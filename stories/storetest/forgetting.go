package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// mia is who is forgotten, dm her direct message with the bot.
var (
	mia = stories.User{Ref: "discord:80351110224678955", Name: "Mia Quast"}
	dm  = stories.Destination{Platform: "discord", Channel: "4711"}
)

// lived has Mia do all that people do.
func (d *desk) lived() stories.Story {
	d.Helper()
	act := stories.Act{By: mia, At: d.now}
	_, err := d.SetRole(d.ctx, d.act(), mia, stories.Moderator)
	d.ok(err)
	_, err = d.SetRole(d.ctx, act, stories.User{Ref: "console:zoe", Name: "Zoe"}, stories.Moderator)
	d.ok(err)
	s, err := d.CreateStory(d.ctx, act, stories.Story{Slug: "flood", Headline: "H", State: stories.Developing})
	d.ok(err)
	for _, text := range []string{"First", "Second"} {
		_, _, err = d.AppendUpdate(d.ctx, act, stories.Update{StoryID: s.ID, Text: text, Level: stories.Normal, Author: mia, At: d.now})
		d.ok(err)
	}
	d.follow("flood", "a")
	d.ok(d.KeepNames(d.ctx, stories.Sighting{Places: []stories.PlaceName{{Place: dm, Form: stories.DirectForm, With: mia.Ref}}, People: []stories.User{mia}}, d.now))
	for _, to := range []stories.Destination{dm, channel("b")} {
		act.Audience = stories.Everyone
		_, _, err = d.Subscribe(d.ctx, act, stories.Subscription{Destination: to, Target: stories.Target{Kind: stories.TargetStory, Name: "flood"}, Options: stories.Options{Level: stories.Minor}}, lane)
		d.ok(err)
	}
	d.ok(d.MarkSeen(d.ctx, mia.Ref, s.ID, 2))
	d.ok(d.PutNote(d.ctx, mia.Ref, "q1", "an open question", d.now))
	_, err = d.Allow(d.ctx, mia.Ref, "share a story", 5, time.Minute, d.now)
	d.ok(err)
	d.save(stories.Draft{ID: "mias", By: mia.Ref, StoryID: s.ID, State: stories.DraftBegun})
	return s
}

var forgetTests = []test{
	{"what is of a person goes, what the record needs stays as one former member's", func(d *desk) {
		s := d.lived()
		plan, err := d.PlanForget(d.ctx, mia.Ref)
		d.ok(err)
		done, err := d.Forget(d.ctx, d.act(), mia.Ref, false)
		d.ok(err)
		plan.Changed = true
		same(d, "done", done, plan)
		same(d, "goes", fmt.Sprint(done.Role, done.Names, done.Marks, done.Drafts, done.Direct, done.Subscriptions), "moderator 2 1 1 1 1")
		same(d, "stays", fmt.Sprint(done.Wordings, done.Chosen), "2 3")
		updates, err := d.Updates(d.ctx, s.ID, 0, 10)
		d.ok(err)
		same(d, "one author", updates[0].Author, updates[1].Author)
		same(d, "their name", updates[0].Author.Name, stories.FormerName)
		same(d, "numbers", fmt.Sprint(updates[1].Number, updates[1].Text, updates[0].Number, updates[0].Text), "1First2Second")
		if author := updates[0].Author; !author.IsFormer() || strings.Contains(author.Ref, "80351110224678955") {
			d.Errorf("the author is %+v", author)
		}
		log, err := d.Log(d.ctx, 0, 0, 100)
		d.ok(err)
		same(d, "told", fmt.Sprint(log[0].Verb, " ", log[0].By.Name, " ", log[0].Whom == updates[0].Author), "forgot Ana true")
		for _, e := range log {
			if e.By.Name == mia.Name || e.Whom.Name == mia.Name || e.By.Ref == mia.Ref || e.Whom.Ref == mia.Ref || strings.Contains(e.Place.Channel, dm.Channel) {
				d.Errorf("the log has %+v", e)
			}
		}
		role, err := d.RoleOf(d.ctx, mia.Ref)
		d.ok(err)
		same(d, "role", role, stories.Reader)
		name, err := d.NameOf(d.ctx, mia.Ref)
		d.ok(err)
		same(d, "name", name, "")
		subs, err := d.Subscriptions(d.ctx, dm)
		d.ok(err)
		same(d, "her direct message follows", len(subs), 0)
		subs, err = d.Subscriptions(d.ctx, channel("b"))
		d.ok(err)
		same(d, "what she had a channel follow", fmt.Sprint(len(subs), subs[0].CreatedBy == updates[0].Author), "1 true")
		drafts, err := d.Drafts(d.ctx, mia.Ref, d.now)
		d.ok(err)
		same(d, "drafts", len(drafts), 0)
		d.queueAgrees()
		again, err := d.Forget(d.ctx, d.act(), mia.Ref, false)
		d.ok(err)
		same(d, "again", again, stories.Forgotten{})
	}},
	{"nothing goes to their direct message any more, and to no channel of others less", func(d *desk) {
		s := d.lived()
		_, err := d.Forget(d.ctx, d.act(), mia.Ref, false)
		d.ok(err)
		d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		for _, v := range d.drain(l, 10) {
			if v.Destination == dm || strings.HasPrefix(v.Destination.Channel, "former") {
				d.Errorf("%+v was sent", v)
			}
		}
		same(d, "others", d.states(channel("a"), s), "sent")
		d.queueAgrees()
	}},
	{"what was told of them before does not bring them back, and what they do later is new", func(d *desk) {
		d.lived()
		_, err := d.Forget(d.ctx, d.act(), mia.Ref, false)
		d.ok(err)
		told := stories.Sighting{Places: []stories.PlaceName{{Place: dm, Form: stories.DirectForm, With: mia.Ref}}, People: []stories.User{mia, ben}}
		d.ok(d.KeepNames(d.ctx, told, d.now))
		for ref, want := range map[string]string{mia.Ref: "", ben.Ref: ben.Name} {
			name, err := d.NameOf(d.ctx, ref)
			d.ok(err)
			same(d, "name of "+ref, name, want)
		}
		d.later(8 * 24 * time.Hour)
		d.ok(d.Prune(d.ctx, d.now))
		d.ok(d.KeepNames(d.ctx, told, d.now))
		name, err := d.NameOf(d.ctx, mia.Ref)
		d.ok(err)
		same(d, "told a week later", name, mia.Name)
	}},
	{"the last admin is not forgotten, another one is", func(d *desk) {
		_, err := d.SetRole(d.ctx, d.act(), mia, stories.Admin)
		d.ok(err)
		_, err = d.Forget(d.ctx, d.act(), mia.Ref, false)
		d.refused(err, stories.CodeInvalid)
		role, err := d.RoleOf(d.ctx, mia.Ref)
		d.ok(err)
		same(d, "role", role, stories.Admin)
		_, err = d.SetRole(d.ctx, d.act(), ben, stories.Admin)
		d.ok(err)
		done, err := d.Forget(d.ctx, d.act(), mia.Ref, false)
		d.ok(err)
		same(d, "role that ended", done.Role, stories.Admin)
	}},
	{"two who are forgotten stay two", func(d *desk) {
		s := d.track("flood")
		for _, who := range []stories.User{mia, ben} {
			_, _, err := d.AppendUpdate(d.ctx, stories.Act{By: who, At: d.now}, stories.Update{StoryID: s.ID, Text: who.Name, Level: stories.Normal, Author: who, At: d.now})
			d.ok(err)
			_, err = d.Forget(d.ctx, d.act(), who.Ref, true)
			d.ok(err)
		}
		updates, err := d.Updates(d.ctx, s.ID, 0, 10)
		d.ok(err)
		if updates[0].Author == updates[1].Author {
			d.Errorf("both are %+v", updates[0].Author)
		}
	}},
	{"somebody of whom nothing is kept changes nothing", func(d *desk) {
		d.track("flood")
		done, err := d.Forget(d.ctx, d.act(), "discord:1", false)
		d.ok(err)
		same(d, "done", done, stories.Forgotten{})
		log, err := d.Log(d.ctx, 0, 0, 10)
		d.ok(err)
		same(d, "lines of the log", len(log), 1)
	}},
}
