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

// noteLimits takes from an answer what it says about limits.
func (s *shift) noteLimits(j *job, now time.Duration) {
	v := j.verdict
	if v.Invalid {
		s.countInvalid(now)
	}
	if v.Limited != bot.ScopeLane {
		if v.Outcome != bot.Transient && v.Outcome != bot.Ambiguous {
			s.limiter.accepted(now)
		}
		if v.Outcome == bot.Delivered {
			s.limiter.mark(v.Unlimited)
		}
		return
	}
	s.limited++
	jitter := time.Duration(s.random() * float64(20*time.Millisecond))
	if j.settle && s.pace.Learns {
		// Where budgets are per method, looking has its own.
		s.settlePause = max(s.settlePause, now+max(v.RetryAfter, minPause)+jitter)
		return
	}
	s.limiter.refused(j.started, now, v.RetryAfter, jitter)
}

// noteHealth takes from an answer what it says about the lane and the workspace.
func (s *shift) noteHealth(j *job, now time.Duration) {
	v := j.verdict
	old := s.brake.old(j.started)
	switch v.Outcome {
	case bot.Transient, bot.Ambiguous:
		s.suspicion.undecided(j.d.Destination, now)
		if v.Limited == bot.ScopeNone {
			if !old && j.ctx.Err() == nil {
				s.brake.silent(j.d.Destination, now, s.random())
			}
			return
		}
	case bot.BadAccount:
		s.suspicion.undecided(j.d.Destination, now)
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
	if !old && s.brake.answered(v.Outcome) {
		s.tell(Alarm{Kind: LaneResumed})
	}
}

// conclude writes what v means for j, once it is believed.
func (s *shift) conclude(j *job, v bot.Verdict) {
	now := s.engine.clock.mono()
	if v.Outcome == bot.NotSent && j.d.Attempt >= hopeless && s.delivered > 0 && now-s.delivered < time.Minute {
		v = bot.Verdict{Outcome: bot.BadPayload, Code: v.Code, Reason: "did not get this message: the platform fails at it each time, but not at others"}
	}
	key := edition{j.d.UpdateID, j.d.Revision}
	switch v.Outcome {
	case bot.Gone, bot.Blocked:
		if !tiredOf(j.d, s.engine.clock.now()) {
			s.refused(j, v, now)
			return
		}
	case bot.Delivered:
		s.payload.delivered(key)
	case bot.BadPayload:
		if s.payload.stopped(key) == nil && s.payload.refused(key, v) {
			s.tell(Alarm{Kind: PushStopped, UpdateID: j.d.UpdateID, StoryID: j.d.StoryID, Number: j.d.Number,
				Destination: j.d.Destination, Code: v.Code, Reason: why(bot.Verdict{Code: v.Code, Reason: v.Reason}), Cure: v.Cure})
		}
	}
	s.settleAs(j, v)
}

// hopeless attempts that all ended in a fault of the platform, while others
// succeed, show that it is the message.
const hopeless = 5

// settleAs queues the result of j for writing, and what people are told then.
func (s *shift) settleAs(j *job, v bot.Verdict) {
	now := s.engine.clock.now()
	r := conclude(j.d, v, now, s.pace.PerChannel, s.random())
	if j.settle && v.Outcome == bot.Blocked {
		r.Unknown = true // an earlier request may have got through
	}
	s.write(r)
	switch r.Destination {
	case stories.Blocked:
		s.told = append(s.told, s.about(DestinationBlocked, j, v))
	case stories.Gone:
		s.told = append(s.told, s.about(DestinationGone, j, v))
	}
	if r.State == stories.Sent {
		s.count.lag.Update(max(0, now.Sub(j.d.CreatedAt).Seconds()))
	}
	if v.Err != nil {
		s.log.Info("a delivery met an error", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Attempt, "outcome", v.Outcome.String(), "code", v.Code, "error", v.Err)
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
		Number: j.d.Number, Code: v.Code, Reason: why(bot.Verdict{Code: v.Code, Reason: v.Reason}), Cure: v.Cure}
}

// refused takes in that j's destination refuses us or is gone.
func (s *shift) refused(j *job, v bot.Verdict, now time.Duration) {
	if s.brake.kind == refusing { // a probe has shown that it still does
		s.disbelieve(ruling{doubted: []suspect{{job: j, verdict: v}}}, now)
		if !s.brake.old(j.started) {
			s.brake.stop(refusing, s.brake.reason, now, s.random())
		}
		return
	}
	r := s.suspicion.refused(j, v, now, s.random())
	s.judge(r.believed)
	s.disbelieve(r, now)
}

// judge writes refusals that are believed.
func (s *shift) judge(believed []suspect) {
	for _, b := range believed {
		s.settleAs(b.job, b.verdict)
	}
}

// disbelieve puts rows back whose refusals are taken for an outage.
func (s *shift) disbelieve(r ruling, now time.Duration) {
	for _, d := range r.doubted {
		if d.job.settle {
			s.settleAgain(d.job, now, 30*time.Second)
			continue
		}
		s.giveBack(d.job, 30*time.Second)
	}
	if r.outage == noOutage {
		return
	}
	last := r.doubted[len(r.doubted)-1]
	if r.outage == workspaceOutage {
		s.told = append(s.told, s.about(WorkspaceFailing, last.job, last.verdict))
		return
	}
	v := last.verdict
	v.Reason = "all channels refuse alike, as in an outage: " + why(bot.Verdict{Code: v.Code, Reason: v.Reason})
	s.stop(refusing, v, now)
}
