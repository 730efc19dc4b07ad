package storetest

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// forum subscribes a forum to a target.
func (d *desk) forum(name, target string, o stories.Options) stories.Subscription {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	if o.Level == 0 {
		o.Level = stories.Minor
	}
	sub, _, err := d.Subscribe(d.ctx, d.aloud(), stories.Subscription{Destination: channel(name), Forum: true, Target: t, Options: o, CreatedBy: ana}, lane)
	d.ok(err)
	same(d, "it is known as a forum", sub.Forum, true)
	return sub
}

var forumTests = []test{
	{"a story that a forum follows has a post, which its first message shows, and its updates are replies in it, breaking too", func(d *desk) {
		for i, mode := range []stories.Mode{stories.ModeChannel, stories.ModeThread} {
			slug, name := fmt.Sprint("sony", i), fmt.Sprint("f", i)
			s := d.track(slug)
			d.forum(name, slug, stories.Options{Mode: mode})
			b := d.board()
			same(d, "at first", b.works(), name+" post: card of "+slug)
			d.publish(s, stories.Normal, "First")
			u := d.publish(s, stories.Breaking, "Second")
			same(d, "progress", d.progressOf(u.ID).Total, 1)
			same(d, "replies", b.works(), fmt.Sprintf("%s post: card of %s 2:Second 1:First; %[1]s in thread: 1 First; %[1]s in thread: 2 Second", name, slug))
			same(d, "sent", d.progressOf(u.ID).Sent, 1)
		}
		d.queueAgrees()
	}},
	{"a topic's or all's stories have a post each, which comes with the first update", func(d *desk) {
		sony, fire := d.track("sony", "film"), d.track("fire", "film")
		d.forum("f", "topic:film", stories.Options{})
		b := d.board()
		same(d, "a post says what is followed", b.works(), "f post: first message")
		d.publish(sony, stories.Breaking, "One")
		d.publish(fire, stories.Normal, "Two")
		d.publish(sony, stories.Normal, "Three")
		same(d, "posts", b.works(), "f post: first message; f post: card of sony 2:Three 1:One; f in thread: 1 One; f post: card of fire 1:Two; f in thread: 1 Two; f in thread: 2 Three")
		d.queueAgrees()
	}},
	{"in mode card a forum's post shows the updates, and what is breaking is a reply in it", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", inCard)
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "First")
		same(d, "shown", b.works(), "f post: card of sony 1:First")
		d.publish(s, stories.Breaking, "Second")
		same(d, "breaking", b.works(), "f post: card of sony 2:Second 1:First; f in thread: 2 Second")
		d.queueAgrees()
	}},
	{"channels, threads, cards and a forum in two lanes get a breaking update once each", func(d *desk) {
		s := d.track("sony")
		d.mode(d.act(), "a", "all", stories.Options{})
		d.mode(d.act(), "t", "all", inThread)
		d.forum("f", "all", stories.Options{})
		_, _, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: channel("g"), Forum: true, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}, CreatedBy: ana}, "other")
		d.ok(err)
		b := d.board()
		b.works()
		u := d.publish(s, stories.Breaking, "First")
		same(d, "owed", d.progressOf(u.ID).Total, 4)
		same(d, "this lane", b.works(), "f post: first message; a 1 First; t 1 First; f post: card of sony 1:First; t card of sony 1:First; f in thread: 1 First; t in thread: 1 First")
		d.queueAgrees()
	}},
	{"a closed story's post says so, and is the same one when it develops again", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{})
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		_, err := d.EndStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		same(d, "closed", b.works(), "f post: card of sony, closed 1:First; f in thread: 1 First")
		_, err = d.BeginStory(d.ctx, d.act(), stories.Update{StoryID: s.ID})
		d.ok(err)
		d.publish(s, stories.Normal, "Second")
		same(d, "developing", b.works(), "f post: card of sony 2:Second 1:First; f in thread: 1 First; f in thread: 2 Second")
		d.queueAgrees()
	}},
	{"a revision edits replies and posts, and is told in the post", func(d *desk) {
		for i, o := range []stories.Options{{}, inCard} {
			slug, name := fmt.Sprint("sony", i), fmt.Sprint("f", i)
			s := d.track(slug)
			d.forum(name, slug, o)
			b := d.board()
			u := d.publish(s, stories.Normal, "First")
			b.works()
			done := d.reword(u, corrected("1st"))
			same(d, "told", done.Reach.Told, 1)
			want := fmt.Sprintf("%s post: card of %s 1:1st; %[1]s 1 1st; %[1]s in thread: correction 1", name, slug)
			if o.Mode == stories.ModeCard {
				want = fmt.Sprintf("%s post: card of %s 1:1st; %[1]s in thread: correction 1", name, slug)
			}
			same(d, "corrected", b.works(), want)
		}
		d.queueAgrees()
	}},
	{"a post that was deleted is made anew once, then what brings it is paused", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{})
		b := d.board()
		b.works()
		b.wrong[stories.OpReply] = stories.ThreadLost
		u := d.publish(s, stories.Normal, "First")
		same(d, "anew", b.works(), "f post: card of sony; f post: card of sony 1:First; f in thread: 1 First")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		d.publish(s, stories.Normal, "Second")
		same(d, "goes on", b.works(), "f post: card of sony; f post: card of sony 2:Second 1:First; f in thread: 1 First; f in thread: 2 Second")
		b.wrong[stories.OpReply] = stories.ThreadLost
		d.publish(s, stories.Normal, "Third")
		b.works()
		subs, err := d.Subscriptions(d.ctx, channel("f"))
		d.ok(err)
		same(d, "paused", subs[0].State, stories.Paused)
		same(d, "nothing is posted for it", strings.Contains(b.now(), string(stories.CardLost)), false)
		d.queueAgrees()
	}},
	{"a story whose post is locked goes on in one more, with all that waited, and the desk is told once", func(d *desk) {
		d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{})
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		u := d.publish(s, stories.Normal, "Second")
		d.publish(s, stories.Normal, "Third")
		b.wrong[stories.OpReply] = stories.ThreadClosed
		const old = "f post: card of sony 1:First; f in thread: 1 First; "
		same(d, "in another", b.works(), old+"f post: card of sony 3:Third 2:Second 1:First; f in thread: 2 Second; f in thread: 3 Third")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		same(d, "why", d.stood("f", s, 2), "reply sent")
		d.waits("the desk is told", true)
		d.tell()
		d.publish(s, stories.Normal, "Fourth")
		same(d, "goes on", b.works(), old+"f post: card of sony 4:Fourth 3:Third 2:Second; f in thread: 2 Second; f in thread: 3 Third; desk ; f in thread: 4 Fourth")
		d.reword(u, corrected("2nd"))
		b.works()
		d.waits("once", false)
		same(d, "open", d.closed(), "")
		d.queueAgrees()
	}},
	{"a forum is told what ended in the story's post, and nowhere else", func(d *desk) {
		sony, fire := d.track("sony", "film"), d.track("fire", "film")
		d.forum("f", "sony", stories.Options{})
		d.forum("f", "topic:film", stories.Options{})
		b := d.board()
		b.works()
		_, err := d.Unsubscribe(d.ctx, d.aloud(), channel("f"), story(sony))
		d.ok(err)
		same(d, "a story has ended", b.works(), "f post: card of sony; f post: first message; f in thread: unsubscribed")
		ended, err := d.Stop(d.ctx, d.aloud(), channel("f"), sony.ID)
		d.ok(err)
		same(d, "stopped", fmt.Sprint(ended.Changed, ended.Muted), "true true")
		want := "f post: card of sony; f post: first message; f in thread: unsubscribed; f in thread: stopped"
		same(d, "a story was stopped", b.works(), want)
		_, err = d.Stop(d.ctx, d.aloud(), channel("f"), fire.ID)
		d.ok(err)
		same(d, "one that has no post", b.works(), want)
		_, err = d.Unsubscribe(d.ctx, d.aloud(), channel("f"), stories.Target{Kind: stories.TargetTopic, Name: "film"})
		d.ok(err)
		same(d, "a topic has ended", b.works(), want)
		d.queueAgrees()
	}},
	{"a line that a locked post does not take is not posted, and nobody is told", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{})
		b := d.board()
		b.works()
		b.wrong[stories.OpReply] = stories.ThreadClosed
		_, err := d.Stop(d.ctx, d.aloud(), channel("f"), s.ID)
		d.ok(err)
		same(d, "nothing", b.works(), "f post: card of sony")
		d.waits("an alarm", false)
		d.queueAgrees()
	}},
	{"a forum's test is a reply in a post of it, which stays", func(d *desk) {
		s := d.track("sony", "film")
		d.forum("f", "topic:film", stories.Options{})
		if _, err := d.try(d.aloud(), "f", "topic:film"); stories.CodeOf(err) != stories.CodeInvalid {
			d.Errorf("where there is no post yet: %v", err)
		}
		b := d.board()
		b.works()
		d.publish(s, stories.Normal, "First")
		b.works()
		d.forum("f", "sony", stories.Options{}) // whose post is another
		b.works()
		for _, target := range []string{"sony", "topic:film"} {
			trial, err := d.try(d.aloud(), "f", target)
			d.ok(err)
			same(d, "it is a reply", trial.Op, stories.OpReply)
			same(d, "owed", d.owed(b.lease), "reply f 1, edit f 1, delete f 1, ")
			v, err := d.NoticeDelivery(d.ctx, trial.Notice, stories.OpReply)
			d.ok(err)
			for _, op := range []stories.Op{stories.OpEdit, stories.OpDelete} {
				notice := trial.Notice
				if op == stories.OpEdit {
					notice++
				}
				on, err := d.NoticeDelivery(d.ctx, notice, op)
				d.ok(err)
				same(d, op.String()+" acts on it", on.On, v.ID)
			}
			d.drain(b.lease, 10)
			v, err = d.NoticeDelivery(d.ctx, trial.Notice, stories.OpDelete)
			d.ok(err)
			same(d, "taken away", v.State, stories.Sent)
		}
		d.queueAgrees()
	}},
	{"in mode card an update that a locked post does not take has another one, which goes on", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", inCard)
		b := d.board()
		d.publish(s, stories.Normal, "First")
		b.works()
		b.wrong[stories.OpShow] = stories.ThreadClosed
		u := d.publish(s, stories.Normal, "Second")
		same(d, "anew", b.works(), "f post: card of sony 1:First; f post: card of sony 2:Second 1:First")
		p := d.progressOf(u.ID)
		same(d, "progress", fmt.Sprint(p.Total, p.Sent, p.Failed), "1 1 0")
		d.publish(s, stories.Normal, "Third")
		same(d, "goes on", b.works(), "f post: card of sony 1:First; f post: card of sony 3:Third 2:Second 1:First")
		d.queueAgrees()
	}},
	{"a breaking update pings in a forum's post", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{Mode: stories.ModeThread, Mention: "@desk", MentionLevel: stories.Breaking})
		b := d.board()
		b.works()
		d.publish(s, stories.Breaking, "First")
		begun := d.advance(b.lease, 10)
		for _, v := range begun {
			same(d, "pings "+v.Op.String(), d.worker(b.lease).pings[v.ID].Mention, map[stories.Op]string{stories.OpReply: "@desk"}[v.Op])
		}
		d.queueAgrees()
	}},
	{"a post that its process died over is known as one by the next", func(d *desk) {
		s := d.track("sony")
		d.forum("f", "sony", stories.Options{})
		b := d.board()
		d.publish(s, stories.Normal, "First")
		post := d.claim(b.lease, 1)[0]
		same(d, "begun", post.Op, stories.OpForum)
		d.ok(d.ReleaseLease(d.ctx, b.lease))
		l := d.hold(lane, "next")
		found := d.recovered(l)
		same(d, "recovered", fmt.Sprint(len(found), found[0].Op, found[0].Key == post.Key), "1 forum true")
		all, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 10)
		d.ok(err)
		for _, v := range all {
			if v.ID == post.ID {
				same(d, "listed", fmt.Sprint(v.Op, v.Key == post.Key), "forum true")
			}
		}
	}},
}
