package delivery

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// land takes in the answer to a request.
func (s *shift) land(j *job) {
	now := s.engine.clock.mono()
	last := s.aloft[len(s.aloft)-1]
	s.aloft[j.place], last.place = last, j.place
	s.aloft[len(s.aloft)-1] = nil
	s.aloft = s.aloft[:len(s.aloft)-1]
	if j.settle {
		s.settles--
	}
	s.counted++
	v := j.verdict
	s.count.count(v, j.settle)
	s.charge(j, now)
	s.noteLimits(j, now)
	s.noteHealth(j, now)
	switch {
	case j.settle:
		s.settled(j, now)
	case v.Outcome == bot.Ambiguous, v.Outcome == bot.Unsettled:
		s.doubt(j, now)
	default:
		s.conclude(j, v)
	}
}

// charge notes what a look has cost: as much is taken from the limits when the
// next one leaves. When it made several requests they left later than they were
// counted, and whichever second the platform counts them in holds one more.
func (s *shift) charge(j *job, now time.Duration) {
	if !j.settle {
		return
	}
	s.lookCost = max(1, j.verdict.Requests)
	if s.lookCost > 1 {
		s.looks.take(now)
	}
}

// noteLimits takes from an answer what it says about limits.
func (s *shift) noteLimits(j *job, now time.Duration) {
	v := j.verdict
	if v.Invalid {
		s.countInvalid(now)
	}
	limits := s.limits(j)
	if v.Limited != bot.ScopeNone {
		limits.mark(false)
	}
	if v.Limited != bot.ScopeLane {
		if v.Outcome != bot.Transient && v.Outcome != bot.Ambiguous {
			limits.accepted(now)
		}
		if v.Outcome == bot.Delivered {
			limits.mark(v.Unlimited)
		}
		return
	}
	s.limited++
	jitter := time.Duration(s.random() * float64(20*time.Millisecond))
	limits.refused(j.started, now, v.RetryAfter, jitter)
}

// noteHealth takes from an answer what it says about the lane and the workspace.
func (s *shift) noteHealth(j *job, now time.Duration) {
	v := j.verdict
	old := s.brake.old(j.started)
	switch v.Outcome {
	case bot.Delivered, bot.Gone, bot.Blocked:
	default:
		s.suspicion.undecided(j.d.Destination, now)
	}
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous:
		if v.Limited == bot.ScopeNone {
			if !old && j.ctx.Err() == nil && (!j.settle || s.brake.probing()) { // a look at what was silent before is no news
				s.brake.silent(j.d.Destination, now, s.random())
			}
			return
		}
	case bot.BadAccount:
		if !old {
			s.stop(account, v, now)
		}
		return
	case bot.Delivered:
		s.delivered = now
		believed, recovered := s.suspicion.delivered(j.d.Destination)
		s.judge(believed)
		if recovered {
			s.tell(Alarm{Kind: WorkspaceRecovered, Destination: j.d.Destination})
		}
	}
	// One delivery shows that not all refuse, whenever its request left.
	proof := s.brake.kind == refusing && v.Outcome == bot.Delivered
	if (!old || proof) && s.brake.answered(v.Outcome) {
		s.tell(Alarm{Kind: LaneResumed})
	}
}

// conclude writes what v means for j, once it is believed.
func (s *shift) conclude(j *job, v bot.Verdict) {
	now := s.engine.clock.mono()
	key := edition{j.d.UpdateID, j.d.Revision}
	switch v.Outcome {
	case bot.Gone, bot.Blocked:
		if !s.tired(j, now) {
			s.refused(j, v, now)
			return
		}
	case bot.NotSent:
		if s.faults.lost(j.d.ID, now) && s.payload.accepted(key) {
			v = bot.Verdict{Outcome: bot.BadPayload, Code: v.Code, Reason: "did not get this message: the platform fails at it each time, though not for others"}
		}
	case bot.Delivered:
		s.payload.delivered(key)
	case bot.BadPayload:
		if s.payload.stopped(key) == nil && s.payload.refused(key, v) {
			s.tell(Alarm{Kind: PushStopped, UpdateID: j.d.UpdateID, StoryID: j.d.StoryID, Number: j.d.Number,
				Destination: j.d.Destination, Code: v.Code, Reason: reasonOf(v), Cure: v.Cure})
		}
	}
	s.settleAs(j, v)
}

// tired says that j has been tried, or looked at, for long enough.
func (s *shift) tired(j *job, now time.Duration) bool {
	return tiredOf(j.d, s.engine.clock.now()) || j.settle && now-j.doubted >= giveUp
}

// settleAs queues the result of j for writing, and what people are told then.
func (s *shift) settleAs(j *job, v bot.Verdict) {
	now := s.engine.clock.now()
	r := resultOf(j.d, v, now, s.pace.PerChannel, s.random())
	if v.Outcome == bot.Blocked {
		r.Doubtful = j.settle || j.d.Unknowns > 0 // an earlier request may have got through
	}
	if r.State != stories.Pending {
		s.faults.over(j.d.ID)
	}
	s.write(r)
	switch r.Destination {
	case stories.Blocked:
		s.told = append(s.told, s.about(DestinationBlocked, j, v))
	case stories.Gone:
		s.told = append(s.told, s.about(DestinationGone, j, v))
	}
	if r.State == stories.Sent {
		s.count.lag.Observe(max(0, now.Sub(j.d.CreatedAt).Seconds()))
	}
	if v.Err != nil {
		s.log.Info("a delivery met an error", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Attempt, "outcome", v.Outcome.String(), "code", v.Code, "err", v.Err)
	}
}

// write queues a result.
func (s *shift) write(r stories.Result) {
	if len(s.results) == 0 {
		s.resultsSince = s.engine.clock.mono()
	}
	s.results = append(s.results, r)
}

// about returns an alarm about j's destination.
func (s *shift) about(kind AlarmKind, j *job, v bot.Verdict) Alarm {
	return Alarm{Kind: kind, Lane: s.name, Destination: j.d.Destination, UpdateID: j.d.UpdateID, StoryID: j.d.StoryID,
		Number: j.d.Number, Code: v.Code, Reason: reasonOf(v), Cure: v.Cure}
}

// refused takes in that j's destination refuses us or is gone.
func (s *shift) refused(j *job, v bot.Verdict, now time.Duration) {
	sus := suspect{job: j, verdict: v}
	if s.brake.kind == refusing { // a probe has shown that it still does
		s.suspicion.remember([]suspect{sus})
		if !s.brake.old(j.started) {
			s.refuseAll(v, now)
		}
		s.putOff(sus, now, s.brake.told)
		return
	}
	s.rule(s.suspicion.refused(j, v, now, s.random()), now)
}

// rule does what a ruling says: what is believed is written, what is taken for
// an outage is tried again.
func (s *shift) rule(r ruling, now time.Duration) {
	s.judge(r.believed)
	for _, d := range r.doubted {
		s.putOff(d, now, r.serious)
	}
	switch {
	case r.tell:
		s.told = append(s.told, s.about(WorkspaceFailing, r.doubted[0].job, r.doubted[0].verdict))
	case r.outage == laneOutage:
		s.refuseAll(r.doubted[0].verdict, now)
	}
}

// judge writes refusals that are believed.
func (s *shift) judge(believed []suspect) {
	for _, b := range believed {
		s.settleAs(b.job, b.verdict)
	}
}

// putOff has a refusal that is not believed tried again: once other channels
// have been tried, or later when that has shown a serious outage.
func (s *shift) putOff(d suspect, now time.Duration, serious bool) {
	wait := 5 * time.Second
	if serious {
		wait = 30 * time.Second
	}
	if d.job.settle {
		s.settleAgain(d.job, now, wait)
		return
	}
	s.write(putBack(d.job.d, s.engine.clock.now(), wait))
	s.asking = true
}

// refuseAll brakes the lane: all channels refuse alike.
func (s *shift) refuseAll(v bot.Verdict, now time.Duration) {
	v.Reason = "all channels refuse alike, as in an outage: " + reasonOf(v)
	s.stop(refusing, v, now)
}
