package platformtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// news is a message that can be found again and may begin a thread.
func news(text string) *bot.Message {
	return &bot.Message{Title: "The title", Blocks: []bot.Block{bot.Para(bot.Text(text))}, Buttons: []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "1"}},
		Thread: "North Korea denies the attack " + strings.Repeat("@everyone ", 20), Tags: []string{"developing"}}
}

// operation is a first attempt at an operation, begun now, under a key of its own.
func operation(d stories.Destination, id int64, op stories.Op, target, text string) bot.Operation {
	o := post(d, id, news(text))
	o.Delivery.Op, o.Target = op, target
	return o
}

// do makes one attempt.
func (r *run) do(t *testing.T, o bot.Operation) bot.Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return r.Platform.Do(ctx, o)
}

// must does an operation that must succeed, and returns what it is called.
func (r *run) must(t *testing.T, o bot.Operation) string {
	t.Helper()
	v := r.do(t, o)
	if v.Outcome != bot.Delivered || v.MessageID == "" {
		t.Fatalf("%v of %q = %+v", o.Delivery.Op, o.Target, v)
	}
	return v.MessageID
}

// head posts the message that the others act on, under a key of its channel's.
func (r *run) head(t *testing.T, d stories.Destination) string {
	t.Helper()
	id := int64(100 + len(d.Channel))
	for _, c := range d.Channel {
		id = 31*id%1_000_003 + int64(c)
	}
	return r.mustSend(t, operation(d, id, stories.OpPost, "", "The head")).MessageID
}

// shows compares what stands somewhere, each by a word of it.
func shows(t *testing.T, where string, got []string, want ...string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range want {
		ok = ok && strings.Contains(got[i], want[i])
	}
	if !ok {
		t.Errorf("%s shows %q, want %q", where, got, want)
	}
}

func testUnknown(t *testing.T, r *run) {
	id := r.head(t, r.Channel)
	for i, op := range stories.Ops {
		if r.Platform.Knows(op) {
			continue
		}
		o := operation(r.Channel, int64(10+i), op, id, "Never seen")
		for name, v := range map[string]bot.Verdict{"Do": r.do(t, o), "Settle": r.settle(t, o)} {
			if v.Outcome != bot.Unable || v.Reason == "" || v.Code == "" {
				t.Errorf("%s of %v = %+v", name, op, v)
			}
		}
	}
	shows(t, "the channel", r.Visible(r.Channel), "The head")
}

func testThread(t *testing.T, r *run) {
	if !r.Platform.Knows(stories.OpThread) || r.Platform.Pace("").Reprints { // a terminal says so over what is in it
		return
	}
	head := r.head(t, r.Channel)
	thread := r.must(t, operation(r.Channel, 2, stories.OpThread, head, "x"))
	if again := r.must(t, operation(r.Channel, 2, stories.OpThread, head, "x")); again != thread {
		t.Errorf("opened as %q and as %q", thread, again)
	}
	reply := operation(r.Channel, 3, stories.OpReply, thread, "First reply")
	id := r.must(t, reply)
	r.must(t, operation(r.Channel, 4, stories.OpReply, head, "Second reply"))
	if v := r.settle(t, reply); v.Outcome != bot.Delivered || v.MessageID != id {
		t.Errorf("settled as %+v, sent as %q", v, id)
	}
	edit := operation(r.Channel, 5, stories.OpEdit, id, "The first one, corrected")
	edit.Mark = reply.Delivery.Key
	r.must(t, edit)
	if v := r.settle(t, forgotten(reply)); v.Outcome != bot.Delivered || v.MessageID != id {
		t.Errorf("once edited settled as %+v, sent as %q", v, id)
	}
	shows(t, "the thread", r.Threads.Visible(r.Channel, head), "corrected", "Second reply")
	shows(t, "the channel", r.Visible(r.Channel), "The head")
	if r.Platform.Knows(stories.OpBroadcast) {
		r.must(t, operation(r.Channel, 6, stories.OpBroadcast, head, "Breaking"))
		shows(t, "the thread", r.Threads.Visible(r.Channel, head), "corrected", "Second reply", "Breaking")
		shows(t, "the channel", r.Visible(r.Channel), "The head", "Breaking")
	}
	r.must(t, operation(r.Channel, 7, stories.OpDelete, id, "x"))
	if got := r.Threads.Visible(r.Channel, head); len(got) == 0 || !strings.Contains(got[0], "Second reply") {
		t.Errorf("the thread shows %q", got)
	}
	if pinged := r.Pings(); len(pinged) > 0 {
		t.Errorf("notified %q", pinged)
	}
}

func testForum(t *testing.T, r *run) {
	if !r.Platform.Knows(stories.OpForum) {
		return
	}
	r.head(t, r.Channel)
	forum := r.Threads.Forum
	opened := operation(forum, 2, stories.OpForum, "", "The forum post")
	id := r.must(t, opened)
	if v := r.settle(t, aged(opened)); v.Outcome != bot.Delivered || v.MessageID != id {
		t.Errorf("settled as %+v, sent as %q", v, id)
	}
	r.must(t, operation(forum, 3, stories.OpReply, id, "A reply"))
	edit := operation(forum, 4, stories.OpEdit, id, "Corrected")
	edit.Mark = opened.Delivery.Key
	r.must(t, edit)
	if v := r.settle(t, forgotten(opened)); v.Outcome != bot.Delivered || v.MessageID != id {
		t.Errorf("once edited settled as %+v, sent as %q", v, id)
	}
	shows(t, "the thread", r.Threads.Visible(forum, id), "A reply")
	closed := operation(forum, 5, stories.OpForum, "", "Closed at once")
	id = r.must(t, closed)
	r.Threads.Lock(forum, id)
	if v := r.settle(t, aged(closed)); v.Outcome != bot.Delivered || v.MessageID != id {
		t.Errorf("closed at once: settled as %+v, sent as %q", v, id)
	}
}

// aged is an operation that was begun a while ago.
func aged(o bot.Operation) bot.Operation {
	o.Delivery.Tries.First = o.Delivery.Tries.First.Add(-patience)
	o.Delivery.Tries.Last = o.Delivery.Tries.First
	return o
}

// forgotten is o so long after its attempt that no platform knows its key by itself.
func forgotten(o bot.Operation) bot.Operation {
	o.Delivery.Tries.First = o.Delivery.Tries.First.Add(-10 * time.Minute)
	o.Delivery.Tries.Last = o.Delivery.Tries.First
	return o
}

func testPublish(t *testing.T, r *run) {
	if !r.Platform.Knows(stories.OpPublish) {
		return
	}
	d := r.Threads.Announcements
	id := r.head(t, d)
	for range 2 {
		if got := r.must(t, operation(d, 2, stories.OpPublish, id, "x")); got != id {
			t.Errorf("published %q, not %q", got, id)
		}
	}
	if !r.Threads.Published(d, id) {
		t.Error("it is not published")
	}
	other := r.head(t, r.Channel)
	if v := r.do(t, operation(r.Channel, 3, stories.OpPublish, other, "x")); v.Outcome != bot.Unable || v.Reason == "" {
		t.Errorf("where nothing can be published: %+v", v)
	}
}

func testDelete(t *testing.T, r *run) {
	if !r.Platform.Knows(stories.OpDelete) {
		return
	}
	id := r.head(t, r.Channel)
	r.mustSend(t, operation(r.Channel, 2, stories.OpPost, "", "Another"))
	for range 2 {
		r.must(t, operation(r.Channel, 3, stories.OpDelete, id, "x"))
	}
	shows(t, "the channel", r.Visible(r.Channel), "Another")
}

func testMessageGone(t *testing.T, r *run) {
	if !r.Platform.Knows(stories.OpDelete) {
		return
	}
	id := r.head(t, r.Channel)
	r.must(t, operation(r.Channel, 2, stories.OpDelete, id, "x"))
	for _, op := range []stories.Op{stories.OpEdit, stories.OpPublish} {
		if !r.Platform.Knows(op) {
			continue
		}
		if v := r.do(t, operation(r.Channel, 3, op, id, "x")); v.Outcome != bot.MessageGone || v.Reason == "" {
			t.Errorf("%v = %+v", op, v)
		}
	}
	if v := r.do(t, operation(r.Channel, 4, stories.OpReply, id, "x")); v.Outcome != bot.ThreadGone || v.Reason == "" {
		t.Errorf("a reply = %+v", v)
	}
	r.mustSend(t, operation(r.Channel, 5, stories.OpPost, "", "The channel is fine"))
}

func testThreadLocked(t *testing.T, r *run) {
	if r.Threads == nil {
		return
	}
	head := r.head(t, r.Channel)
	thread := r.must(t, operation(r.Channel, 2, stories.OpThread, head, "x"))
	r.must(t, operation(r.Channel, 3, stories.OpReply, thread, "Open"))
	r.Threads.Lock(r.Channel, head)
	if v := r.do(t, operation(r.Channel, 4, stories.OpReply, thread, "Locked")); v.Outcome != bot.ThreadGone || v.Reason == "" {
		t.Errorf("a reply = %+v", v)
	}
	r.mustSend(t, operation(r.Channel, 5, stories.OpPost, "", "The channel is fine"))
}

// testOperationFaults: what is repeatable is never in doubt and may be done again
// at once; a reply and a forum post in doubt are settled, and are there once.
func testOperationFaults(t *testing.T, r *run) {
	if r.Threads == nil {
		return
	}
	id := int64(1000)
	for _, op := range []stories.Op{stories.OpReply, stories.OpBroadcast, stories.OpForum, stories.OpThread, stories.OpPublish, stories.OpDelete} {
		if !r.Platform.Knows(op) || op == stories.OpThread && !r.Platform.Knows(stories.OpForum) { // Slack's threads ask for nothing
			continue
		}
		for _, fault := range r.Faults {
			t.Run(fmt.Sprint(op, ": ", fault), func(t *testing.T) {
				id += 10
				r.fault(t, op, fault, id)
			})
		}
	}
}

// fault has one operation meet one fault.
func (r *run) fault(t *testing.T, op stories.Op, fault Fault, id int64) {
	d, target := r.Channel, ""
	switch op {
	case stories.OpForum:
		d = r.Threads.Forum
	case stories.OpPublish:
		d = r.Threads.Announcements
	}
	if op.Acts() {
		target = r.mustSend(t, operation(d, id, stories.OpPost, "", "The head")).MessageID
		if op == stories.OpReply || op == stories.OpBroadcast {
			target = r.must(t, operation(d, id+1, stories.OpThread, target, "x"))
		}
	}
	want := verdicts[fault]
	if want.outcome == bot.Ambiguous && op.Repeatable() {
		want.outcome = bot.Transient
	}
	o := operation(d, id+2, op, target, "under a fault")
	r.Fail(op, fault)
	v := r.do(t, o)
	enough := (fault == EmptyAnswer || fault == CutAnswer) && op.Repeatable() && v.Outcome == bot.Delivered // it says that all went well
	refused := fault == BlockedChannel && v.Outcome == bot.Unable                                           // to publish is not to post
	if v.Outcome != want.outcome && !enough && !refused {
		t.Fatalf("verdict = %v, want %v: %+v", v.Outcome, want.outcome, v)
	}
	if want.check != nil {
		if complaint := want.check(v); complaint != "" {
			t.Error(complaint)
		}
	}
	for _, secret := range r.Secrets {
		if v.Err != nil && strings.Contains(v.Err.Error(), secret) || strings.Contains(v.Reason+v.Cure, secret) {
			t.Error("the verdict holds a secret")
		}
	}
	switch {
	case v.Outcome == bot.Transient && op.Repeatable():
		r.must(t, o)
	case want.visible && v.Outcome == bot.Ambiguous:
		if op == stories.OpForum {
			o = aged(o)
		}
		if settled := r.settle(t, o); settled.Outcome != bot.Delivered || settled.MessageID == "" {
			t.Errorf("settled as %+v", settled)
		}
		if op.Acts() {
			shows(t, "the thread", r.Threads.Visible(d, target), "under a fault")
		}
	}
}
