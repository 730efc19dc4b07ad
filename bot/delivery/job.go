package delivery

import (
	"context"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// job is a row that was begun: in flight, by the journal.
type job struct {
	row     *row
	d       stories.Delivery
	msg     *bot.Message
	target  string // the message acted on
	mark    string // the key of the delivery that made it
	ping    stories.Ping
	begunAt time.Duration // when the journal was asked to begin it
	takenIn time.Duration // when it had: how long that takes is the database's affair
	first   time.Duration // the first request, when it was begun
	last    time.Duration // and the newest
	request request
	doubt   doubt
	verdict bot.Verdict
}

// request is a job's newest request.
type request struct {
	ctx     context.Context
	started time.Duration
	settle  bool // it asks what became of an earlier one
	index   int  // among those on their way
}

// doubt is what is known of a job that may have been sent.
type doubt struct {
	tries  int // of settling
	since  time.Duration
	worked time.Duration // settler.working then
	next   time.Duration
	// inherited says that an earlier holder of the lane left it.
	inherited bool
}

// newJob makes a job of a row that was begun as f.
func newJob(r *row, f stories.Flight, lane string, now reading) *job {
	o := r.origin
	j := &job{row: r, d: stories.Delivery{
		ID: r.Delivery, Key: stories.DeliveryKey(o.Seed, r.Place, o.Op), About: stories.About{UpdateID: o.UpdateID, NoticeID: o.NoticeID, StoryID: o.StoryID, Number: o.Number},
		Revision: o.Revision, Op: o.Op.In(r.forum), Destination: r.queue.destination, Lane: lane, Level: o.Level, State: stories.Sending,
		Tries: stories.Tries{Count: f.Attempt, First: f.First, Last: f.Last, Unknowns: r.tries.unknowns, Doubtful: r.tries.doubtful, PutBack: r.tries.putBack && r.tries.doubtful}, Missed: r.missed,
		CreatedAt: o.CreatedAt}}
	j.request.settle = r.tries.doubtful && !o.Op.Repeatable()
	j.begun(now)
	return j
}

// flight is j as the journal knows it.
func (j *job) flight() stories.Flight {
	return stories.Flight{Ref: j.row.Ref, Attempt: j.d.Tries.Count, First: j.d.Tries.First, Last: j.d.Tries.Last}
}

// edition is the wording the job shows.
func (j *job) edition() edition {
	return edition{Subject: stories.SubjectOf(j.d.About, j.d.Op, j.d.ID), revision: j.d.Revision}
}

// push is what refusals of a message are counted by: refused edits say nothing of
// the posts.
func (j *job) push() edition {
	e := j.edition()
	e.method, e.Edit = bot.MethodOf(j.d.Op), 0
	return e
}

// begun notes when the requests for j were begun, by the clock nobody sets. Its
// row may tell a time of the future: the clock has been set back since. Then
// its first request may have left at any time of the last hours, its last one a
// moment ago. A time an earlier request has stored may be wrong by as much as the
// clock has been set since.
func (j *job) begun(now reading) {
	j.last, j.first = now.mono, now.mono
	if j.request.settle {
		j.last -= max(0, now.wall.Sub(j.d.Tries.Last))
	}
	if j.request.settle || j.d.Tries.Count > 1 {
		age := now.wall.Sub(j.d.Tries.First)
		if age < 0 {
			age = longAgo
		}
		j.first = min(j.last, now.mono-age-now.jumped)
	}
}

// dated is j's row with the times of its requests as the wall clock calls them
// now: senders compare them with it.
func (j *job) dated(now reading) stories.Delivery {
	d := j.d
	d.Tries.First = now.wall.Add(j.first - now.mono)
	d.Tries.Last = now.wall.Add(j.last - now.mono)
	return d
}

// stale says that a begun row has waited too long for its request. How long the
// database took does not count, where it always takes that long, but for what was
// asked of it again and again: then the recorded time is older than a settling look
// allows for.
func (j *job) stale(now, took time.Duration) bool {
	return now-j.takenIn > max(staleAfter, 2*took) || now-j.begunAt > storeTimeout+staleAfter
}
