package storetest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"storybot/stories"
)

// doubted says that nobody knows whether v arrived, and that its channel refuses the bot
// by now.
func (d *desk) doubted(v stories.Delivery) stories.Result {
	r := d.refusal(v, stories.Held, "no", stories.Blocked)
	r.Doubtful = true
	return r
}

// reopen lets a channel be written to again.
func (d *desk) reopen(name string) {
	d.Helper()
	_, _, err := d.ReopenDestination(d.ctx, channel(name), 5, d.now)
	d.ok(err)
}

// killed has the holder of a lane die, and another take over what it left on its way.
func (d *desk) killed(l stories.Lease) (stories.Lease, []stories.Delivery) {
	d.Helper()
	d.ok(d.ReleaseLease(d.ctx, l))
	l = d.hold(lane, "next")
	return l, d.recovered(l)
}

// shows sends all that is owed, and tells in short what a channel that has a copy in the
// wording began shows in the end, and which messages were posted there: "1, a 0>1".
func (d *desk) shows(l stories.Lease, u stories.Update, began int) string {
	d.Helper()
	wording, told := began, ""
	for _, v := range d.drain(l, 1) {
		switch {
		case v.About.NoticeID != 0:
			told += ", " + d.telling(v.Destination, v.About.NoticeID)
		case v.Op == stories.OpEdit && v.About.UpdateID == u.ID:
			wording = v.Revision
		case v.About.UpdateID == u.ID:
			wording = v.Revision
			told += ", post"
		}
	}
	return fmt.Sprint(wording, told)
}

var wordingTests = []test{
	{"what was begun twice, and revised before each time, is recovered in the wording of the second", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.reword(u, corrected("Second"))
		d.advance(l, 0, d.retry(v)) // it surely did not arrive
		d.reword(u, corrected("Third"))
		v = d.claim(l, 1)[0]
		same(d, "begun in", v.Revision, 2)
		l, found := d.killed(l)
		same(d, "recovered in", found[0].Revision, 2)
		same(d, "as one that was begun in an earlier wording", len(d.worker(l).earlier), 0)
		d.reword(u, corrected("Fourth"))
		l, found = d.killed(l)
		same(d, "recovered once more in", found[0].Revision, 2)
		d.advance(l, 0, d.sent(found[0]))
		same(d, "shown at last", d.shows(l, u, 2), "3, a 2>3")
	}},
	{"one that is in doubt since it was begun the second time is looked for in the wording of that", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		v := d.claim(l, 1)[0]
		d.reword(u, corrected("Second"))
		d.advance(l, 0, d.retry(v))
		d.reword(u, corrected("Third"))
		d.advance(l, 0, d.doubted(d.claim(l, 1)[0]))
		d.reopen("a")
		d.reword(u, corrected("Fourth"))
		v = d.claim(l, 1)[0]
		same(d, "looked for as", d.worker(l).earlier[v.ID], stories.Earlier{Began: 2, Shows: 2})
		l, found := d.killed(l)
		same(d, "recovered as", d.worker(l).earlier[v.ID], stories.Earlier{Began: 2, Shows: 2})
		d.advance(l, 0, d.sent(found[0]))
		same(d, "shown at last", d.shows(l, u, 2), "3, a 2>3")
	}},
	{"one that was looked for and had not arrived is sent as it reads now", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.advance(l, 0, d.doubted(d.claim(l, 1)[0]))
		d.reopen("a")
		d.reword(u, corrected("Second"))
		v := d.claim(l, 1)[0]
		same(d, "looked for in", v.Revision, 0)
		d.advance(l, 0, d.retry(v))
		v = d.claim(l, 1)[0]
		same(d, "begun in", v.Revision, 1)
		l, found := d.killed(l)
		same(d, "recovered in", found[0].Revision, 1)
		d.advance(l, 0, d.sent(found[0]))
		same(d, "shown at last", d.shows(l, u, 1), "1")
	}},
	{"what was on its way when the database was put back is looked for in the wording of that", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a", "b")
		u, _ := d.append(s, stories.Normal)
		d.reword(u, corrected("Second"))
		l := d.hold(lane, "w")
		d.claim(l, 1) // a's, in the second
		d.reword(u, corrected("Third"))
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(0)
		d.reword(u, corrected("Fourth"))
		_, err := d.SettlePutBack(d.ctx, d.act(), 1)
		d.ok(err)
		l = d.hold(lane, "next")
		begun := d.claim(l, 2)
		same(d, "begun", d.labels(begun), "a sony 1, b sony 1")
		for i, began := range []int{1, 2} {
			same(d, "looked for as", d.worker(l).earlier[begun[i].ID], stories.Earlier{Began: began, Shows: began})
		}
		d.advance(l, 0, d.sent(begun[0]), d.sent(begun[1]))
		same(d, "edits", d.edits(l), "a 3, b 3, ")
		d.drain(l, 1)
		same(d, "left", d.edits(l), "")
		d.queueAgrees()
	}},
	{"what is looked for in a blocked channel once that heals is edited there", func(d *desk) {
		s := d.track("sony")
		d.follow("sony", "a")
		u, _ := d.append(s, stories.Normal)
		l := d.hold(lane, "w")
		d.advance(l, 0, d.refusal(d.claim(l, 1)[0], stories.Held, "no", stories.Blocked))
		d.ok(d.ReleaseLease(d.ctx, l))
		d.putBack(1)
		d.reword(u, corrected("Second"))
		for range 2 {
			_, err := d.SettlePutBack(d.ctx, d.act(), 1)
			d.ok(err)
		}
		l = d.hold(lane, "next")
		same(d, "owed while it is blocked", d.owed(l), "")
		d.queueAgrees()
		d.reopen("a")
		v := d.claim(l, 1)[0]
		same(d, "looked for in", v.Revision, 0)
		d.advance(l, 0, d.sent(v))
		same(d, "edits", d.edits(l), "a 1, ")
		d.queueAgrees()
	}},
	{"whatever becomes of requests and wordings, a copy is known in the wording that it was begun in", func(d *desk) { copyAnything(d) }},
}

// copyModel is a copy of an update to one channel, as a model of it knows it.
type copyModel struct {
	*desk
	u       stories.Update
	name    string
	lease   stories.Lease
	v       stories.Delivery // on its way, where flies
	flies   bool
	doubt   bool // it may have been sent, in the wording began
	began   int
	wording int // of the update now
}

// copyAnything begins, revises, fails, doubts and recovers one copy in any order.
func copyAnything(d *desk) {
	round := 0
	l := d.hold(lane, "w")
	rapid.Check(d.T, func(t *rapid.T) {
		round++
		name := fmt.Sprint("c", round)
		s := d.track("story-" + name)
		d.follow(s.Slug, name)
		u, _ := d.append(s, stories.Normal)
		m := &copyModel{desk: d, u: u, name: name, lease: l}
		steps := map[string]func(){"begin": m.begin, "revise": m.revise, "fail": m.fail, "doubt": m.inDoubt, "recover": m.recover}
		var did []string
		for _, step := range rapid.SliceOfN(rapid.SampledFrom([]string{"begin", "revise", "fail", "doubt", "recover"}), 1, 12).Draw(t, "steps") {
			did = append(did, step)
			steps[step]()
		}
		m.end(strings.Join(did, " "))
		l = m.lease
		if d.Failed() {
			t.Fatalf("after %s", strings.Join(did, " "))
		}
	})
}

func (m *copyModel) begin() {
	if m.flies {
		return
	}
	for _, v := range m.claim(m.lease, 1) {
		if v.About.UpdateID != m.u.ID || v.Op != stories.OpPost { // an edit, say: it waits for its message
			m.advance(m.lease, 0, m.retry(v))
			continue
		}
		if m.v, m.flies = v, true; !m.doubt {
			m.began = m.wording
		}
		same(m.desk, "begun in", v.Revision, m.began)
	}
}

func (m *copyModel) revise() {
	m.wording++
	m.reword(m.u, corrected(fmt.Sprint("Wording ", m.wording)))
}

func (m *copyModel) fail() {
	if m.flies {
		m.advance(m.lease, 0, m.retry(m.v))
		m.flies, m.doubt = false, false
	}
}

func (m *copyModel) inDoubt() {
	if m.flies {
		m.advance(m.lease, 0, m.doubted(m.v))
		m.reopen(m.name)
		m.flies, m.doubt = false, true
	}
}

func (m *copyModel) recover() {
	var found []stories.Delivery
	m.lease, found = m.killed(m.lease)
	same(m.desk, "recovered", len(found) == 1, m.flies)
	if m.flies {
		m.v = found[0]
		same(m.desk, "recovered in", m.v.Revision, m.began)
	}
}

// end has the copy arrive: where it was begun in an older wording, its channel is told
// of all that came after, and of nothing else, and it shows the newest.
func (m *copyModel) end(steps string) {
	for range 5 {
		m.begin()
	}
	same(m.desk, steps+": begun", m.flies, true)
	m.advance(m.lease, 0, m.sent(m.v))
	want := fmt.Sprint(m.wording)
	if m.began < m.wording {
		want += fmt.Sprintf(", %s %d>%d", m.name, m.began, m.wording)
	}
	same(m.desk, steps+": shown at last", m.shows(m.lease, m.u, m.began), want)
}
