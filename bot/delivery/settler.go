package delivery

import (
	"time"

	"storybot/bot"
)

// settler keeps the jobs that may have been sent, until it is known. They stay in
// flight, so that their destinations wait and a crash settles them too.
type settler struct {
	list []*job
	// working is how long the lane has worked undisturbed until turned; see note.
	working time.Duration
	turned  time.Duration
}

// doubt takes j in, to be looked at first after wait.
func (s *settler) doubt(j *job, now, wait time.Duration) {
	j.request.settle, j.doubt = true, doubt{since: now, worked: s.working, inherited: j.doubt.inherited}
	s.again(j, now, wait)
}

// again has j looked at after wait.
func (s *settler) again(j *job, now, wait time.Duration) {
	j.doubt.next = now + wait
	s.list = append(s.list, j)
}

// answer takes in what a look at j told, and returns the verdict on it: Unsettled
// while nothing is known, and j is looked at again. A row that was surely not sent
// goes back to its queue and is begun like any other: its next request is written
// down before it leaves, as the first one was. delivered is when the lane last
// delivered something.
func (s *settler) answer(j *job, now, delivered time.Duration, random func() float64) bot.Verdict {
	v := j.verdict
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous, bot.Unsettled, bot.BadAccount:
		if s.endless(j, now, delivered) {
			return bot.Verdict{Outcome: bot.Unreadable, Code: v.Code, Err: v.Err,
				Reason: "could not be looked at for too long, so nobody knows whether the message arrived"}
		}
		s.again(j, now, s.wait(j, random()))
		return bot.Verdict{Outcome: bot.Unsettled}
	}
	return v
}

// due returns the index of the job to look at next, and when; ok is false when there
// is none.
func (s *settler) due() (i int, at time.Duration, ok bool) {
	if len(s.list) == 0 {
		return 0, 0, false
	}
	for k, j := range s.list {
		if j.doubt.next < s.list[i].doubt.next {
			i = k
		}
	}
	return i, s.list[i].doubt.next, true
}

// take removes the job of an index, to be looked at.
func (s *settler) take(i int) *job {
	j, last := s.list[i], len(s.list)-1
	s.list[i], s.list[last] = s.list[last], nil
	s.list = s.list[:last]
	return j
}

// wait returns how long to wait with the next look at j, which told nothing.
func (s *settler) wait(j *job, random float64) time.Duration {
	v := j.verdict
	j.doubt.tries++
	if v.Outcome == bot.Unsettled && v.Err == nil && v.RetryAfter > 0 {
		return v.RetryAfter // it was looked at, and the sender knows how long that stands
	}
	return max(backoff(settleBase, settleMax, j.doubt.tries, random), v.RetryAfter)
}

// endless says that looking at j leads nowhere: for ten minutes in which the
// platform answered here or took messages elsewhere, or for a day.
func (s *settler) endless(j *job, now, delivered time.Duration) bool {
	v := j.verdict
	answered := v.Limited != bot.ScopeNone || v.Outcome == bot.Unsettled && v.Err == nil
	if answered || delivered > j.doubt.since {
		return s.working-j.doubt.worked >= settleWithin
	}
	return now-j.doubt.since >= giveUp
}

// note counts the time in which nothing but a row's own channel can have kept it
// from being settled: no stop, no pause, no outage of the database.
func (s *settler) note(now time.Duration, undisturbed bool) {
	if undisturbed {
		s.working += now - s.turned
	}
	s.turned = now
}

// crowded says that too many rows are in doubt for more to be sent. What an
// earlier holder left says nothing about how requests fare now.
func (s *settler) crowded(now time.Duration) bool {
	if len(s.list) < maxSettling {
		return false
	}
	young := 0
	for _, j := range s.list {
		if now-j.doubt.since < youngDoubt && !j.doubt.inherited {
			young++
		}
	}
	return young >= maxSettling || len(s.list) >= mostSettling
}

// putBack is how many more rows of a database put back may be looked for: those
// of no crash have no hurry, and leave room for those that have.
func (s *settler) putBack(aloft []*job) int {
	free := mostPutBack
	for _, jobs := range [][]*job{s.list, aloft} {
		for _, j := range jobs {
			if j.d.Tries.PutBack {
				free--
			}
		}
	}
	return free
}
