package delivery

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// answers is the part of a shift that takes in what platforms answer:
//
//	land ─▶ limits, health ─▶ conclude (is it believed?) ─▶ write (policy) ─▶ journal
//	                  └─ may have been sent ─▶ settler
type answers struct{ loop *loop }

// land takes in the answer to a request.
func (a answers) land(j *job) {
	s := a.loop
	now, l := s.now(), s.lane
	s.workers.land(j)
	l.speed.counted++
	v := j.verdict
	l.count.count(v, j.request.settle)
	l.limits.charge(j, now)
	if v.Invalid {
		brakes{s}.countInvalid(now)
	}
	l.limits.note(j, now, s.random())
	if v.Limited == bot.ScopeLane && v.RetryAfter >= journalFrom {
		s.journal.pause(l.limits.name(j.d.Op, j.request.settle), now+v.RetryAfter, "")
	}
	a.noteHealth(j, now)
	switch {
	case j.request.settle:
		a.settled(j, now)
	case v.Outcome == bot.Ambiguous, v.Outcome == bot.Unsettled:
		a.doubt(j, now)
	default:
		a.conclude(j, v)
	}
}

// doubt takes j among what may have been sent.
func (a answers) doubt(j *job, now time.Duration) {
	s := a.loop
	v := j.verdict
	wait := v.RetryAfter
	if v.Outcome == bot.Ambiguous && j.request.ctx.Err() != nil {
		wait = settleBase // we gave it up ourselves
	}
	a.settle(j, now, wait)
	if v.Err != nil {
		s.lane.log.Info("a delivery may have been made; finding out", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Tries.Count, "code", v.Code, "err", v.Err)
	}
}

// settle has what became of j found out, first after wait. Its destination waits.
func (a answers) settle(j *job, now, wait time.Duration) {
	a.loop.scheduler.stall(j.row, now)
	a.loop.settler.doubt(j, now, wait)
}

// settled takes in what was found out about j. A row that was surely not sent
// goes back to the queue and is begun like any other: its next request is
// recorded before it leaves, as the first one was.
func (a answers) settled(j *job, now time.Duration) {
	s := a.loop
	v := j.verdict
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous, bot.Unsettled, bot.BadAccount:
		if s.settler.endless(j, now, s.lane.health.delivered) {
			a.conclude(j, bot.Verdict{Outcome: bot.Unreadable, Code: v.Code, Err: v.Err,
				Reason: "could not be looked at for too long, so nobody knows whether the message arrived"})
			return
		}
		s.settler.again(j, now, s.settler.wait(j, s.random()))
	default:
		a.conclude(j, v)
	}
}

// noteHealth takes from an answer what it says about the lane and the workspace.
func (a answers) noteHealth(j *job, now time.Duration) {
	s := a.loop
	v, h := j.verdict, &s.lane.health
	old := h.breaker.old(j.request.started)
	switch v.Outcome {
	case bot.Delivered, bot.Gone, bot.Blocked:
	default:
		h.outages.undecided(j.d.Destination, now)
	}
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous:
		if v.Limited == bot.ScopeNone {
			// A look at what was silent before is no news.
			if !old && j.request.ctx.Err() == nil && (!j.request.settle || h.breaker.probing()) {
				h.breaker.silent(j.d.Destination, now, s.random())
			}
			return
		}
	case bot.BadAccount:
		if !old {
			brakes{s}.stop(account, v, now)
		}
		return
	case bot.Delivered:
		h.delivered = now
		believed, recovered := h.outages.delivered(j.d.Destination)
		a.believe(believed)
		if recovered {
			s.tell(Alarm{Kind: WorkspaceRecovered, Destination: j.d.Destination})
		}
	}
	// One delivery shows that not all refuse, whenever its request left.
	before := h.breaker.kind
	proof := before == refusing && v.Outcome == bot.Delivered
	if (!old || proof) && h.breaker.answered(v.Outcome) {
		s.tell(Alarm{Kind: LaneResumed})
	}
	if v.Outcome == bot.Delivered {
		for _, over := range h.troubles.over(j.d.Destination, !h.breaker.probing()) {
			s.tell(over)
		}
	}
	if h.breaker.kind == going && (before == account || before == recovering) {
		s.journal.pause(waitAccount, 0, "")
	}
}

// conclude writes what v means for j, once it is believed.
func (a answers) conclude(j *job, v bot.Verdict) {
	s := a.loop
	now, h := s.now(), &s.lane.health
	key := j.push()
	switch v.Outcome {
	case bot.Transient:
		if v.Fades > 0 && h.fading.since(j.d.ID, now)+v.RetryAfter >= v.Fades {
			v.Outcome = bot.Unable
		}
	case bot.Gone, bot.Blocked:
		tired := tiredOf(j.d, s.lane.engine.clock.now()) || j.request.settle && now-j.doubt.since >= giveUp
		if !tired {
			a.refused(j, v, now)
			return
		}
	case bot.NotSent:
		if h.faults.lost(j.d.ID, now) && h.poison.accepted(key) {
			v = bot.Verdict{Outcome: bot.BadPayload, Code: v.Code, Reason: "did not get this message: the platform fails at it each time, though not for others"}
		}
	case bot.Delivered:
		h.poison.delivered(key)
	case bot.BadPayload:
		if v.Code == "panic" && h.poison.stopped(key) == nil { // a stopped push was told of once
			a.failed(DeliveryFailed, j, v)
		}
		if h.poison.stopped(key) == nil && h.poison.refused(key, v) {
			a.failed(PushStopped, j, v)
		}
	}
	a.write(j, v)
}

// write applies the policy to j: what the journal says of it, and when its
// destination goes on.
func (a answers) write(j *job, v bot.Verdict) {
	s := a.loop
	now, wall, l := s.now(), s.lane.engine.clock.now(), s.lane
	c := decide(j.d, v, wall, l.pace.PerChannel, s.random())
	if v.Outcome == bot.Blocked {
		c.Doubtful = j.request.settle || j.d.Tries.Unknowns > 0 // an earlier request may have got through
		c.PutBack = j.d.Tries.PutBack
	}
	c.Ref = j.row.Ref
	s.journal.write(c.Result, j.row, now)
	if c.State == stories.Pending {
		t := &j.row.tries
		t.attempt, t.first, t.last, t.doubtful = j.d.Tries.Count, j.d.Tries.First, j.d.Tries.Last, c.Doubtful
		t.putBack = c.PutBack // it stands among the others now, or behind them
		if c.Unknown {
			t.unknowns++
		}
		s.scheduler.release(j.row, now, c.wait)
	} else {
		l.health.faults.over(j.d.ID)
		l.health.fading.over(j.d.ID)
		s.scheduler.ended(j.row, now, c.wait)
	}
	if c.Destination != "" {
		s.scheduler.close(j.row.queue, now)
		s.tell(a.about(policy[v.Outcome].told, j, v))
	}
	if c.State == stories.Sent {
		l.count.lag.Observe(max(0, wall.Sub(j.d.CreatedAt).Seconds()))
	}
	if v.Err != nil {
		l.log.Info("a delivery met an error", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Tries.Count, "outcome", v.Outcome.String(), "code", v.Code, "err", v.Err)
	}
}

// about returns an alarm about j's destination.
func (a answers) about(kind stories.AlarmKind, j *job, v bot.Verdict) Alarm {
	return Alarm{Kind: kind, Destination: j.d.Destination, UpdateID: j.d.About.UpdateID, StoryID: j.d.About.StoryID,
		Number: j.d.About.Number, Code: v.Code, Reason: reasonOf(v), Cure: v.Cure}
}

// failed tells that a message could not be made or is not sent on. Of what the
// desk itself was to be told only the log says so: the alarm would fail alike.
func (a answers) failed(kind stories.AlarmKind, j *job, v bot.Verdict) {
	s := a.loop
	if j.d.About.NoticeID == 0 {
		s.tell(a.about(kind, j, v))
		return
	}
	s.lane.log.Error("the desk is not told something", "kind", string(kind), "destination", j.d.Destination.String(), "notice", j.d.About.NoticeID,
		"code", v.Code, "reason", v.Reason, "err", v.Err)
}

// refused takes in that j's destination refuses us or is gone.
func (a answers) refused(j *job, v bot.Verdict, now time.Duration) {
	s := a.loop
	sus, h := suspect{job: j, verdict: v}, &s.lane.health
	if h.breaker.kind == refusing { // a probe has shown that it still does
		h.outages.remember([]suspect{sus})
		if !h.breaker.old(j.request.started) {
			brakes{s}.refuseAll(v, now)
		}
		a.putOff(sus, now, h.breaker.told)
		return
	}
	a.rule(h.outages.refused(j, v, now, s.random()), now)
}

// rule does what a ruling says: what is believed is written, what is taken for
// an outage is tried again.
func (a answers) rule(r ruling, now time.Duration) {
	s := a.loop
	a.believe(r.believed)
	for _, d := range r.doubted {
		a.putOff(d, now, r.serious)
	}
	switch {
	case r.tell:
		s.tell(a.about(WorkspaceFailing, r.doubted[0].job, r.doubted[0].verdict))
	case r.outage == laneOutage:
		brakes{s}.refuseAll(r.doubted[0].verdict, now)
	}
}

// believe writes refusals that are believed.
func (a answers) believe(believed []suspect) {
	for _, b := range believed {
		a.write(b.job, b.verdict)
	}
}

// putOff has a refusal that is not believed tried again: once other channels
// have been tried, or later when that has shown a serious outage.
func (a answers) putOff(d suspect, now time.Duration, serious bool) {
	s := a.loop
	wait := doubtedWait
	if serious {
		wait = doubtedLong
	}
	j := d.job
	if j.request.settle {
		s.settler.again(j, now, wait)
		return
	}
	// It was tried, and is not known to have failed.
	r := stories.Result{Ref: j.row.Ref, Attempt: j.d.Tries.Count, Revision: j.d.Revision, FirstAttemptAt: j.d.Tries.First, LastAttemptAt: j.d.Tries.Last,
		State: stories.Pending, Reason: j.d.Reason, At: s.lane.engine.clock.now()}
	s.journal.write(r, j.row, now)
	t := &j.row.tries
	t.attempt, t.first, t.last, t.doubtful = j.d.Tries.Count, j.d.Tries.First, j.d.Tries.Last, false
	s.scheduler.release(j.row, now, wait)
}
