package delivery

import (
	"log/slog"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// judge says what an answer means. It knows the lane's health and what is in doubt,
// and changes nothing else: what is to be done is a ruling, which the lane's loop
// carries out.
//
//	answer ─▶ health (of lane, workspace and push) ─▶ in doubt? settler ─▶ refusal: believed? ─▶ policy ─▶ ruling
type judge struct {
	health  *health
	settler settler
	pace    bot.Pace
	clock   *clock
	random  func() float64 // in [0, 1), for jitter
	log     *slog.Logger
	ruling  ruling // the newest, kept for its memory
}

// ruling is what is to be done because of an answer, or because time has passed. It
// holds until the next one.
type ruling struct {
	decisions []decision
	alarms    []Alarm     // in the order they are told
	waits     []namedWait // of the lane, to be written down
	invalid   int         // requests that were invalid, the same
	stopped   bool        // what was begun and has not left is put back
}

// namedWait is until when a lane waits with what is called so, and why. A time that
// is over lifts that.
type namedWait struct {
	name string
	pause
}

// open returns an empty ruling.
func (g *judge) open() *ruling {
	clear(g.ruling.decisions)
	g.ruling = ruling{decisions: g.ruling.decisions[:0]}
	return &g.ruling
}

func (r *ruling) tell(a Alarm) { r.alarms = append(r.alarms, a) }

func (r *ruling) wait(name string, until time.Duration, reason string) {
	r.waits = append(r.waits, namedWait{name, pause{until, reason}})
}

// answer says what the answer to j's request means.
func (g *judge) answer(j *job, now time.Duration) *ruling {
	r, v := g.open(), j.verdict
	g.health.note(r, j, now, func(s suspect) { g.decide(r, s.job, s.verdict) })
	switch {
	case j.request.settle:
		if v = g.settler.answer(j, now, g.health.delivered, g.random); v.Outcome == bot.Unsettled {
			return r
		}
	case v.Outcome == bot.Ambiguous, v.Outcome == bot.Unsettled:
		wait := v.RetryAfter
		if v.Outcome == bot.Ambiguous && j.request.ctx.Err() != nil {
			wait = settleBase // we gave it up ourselves
		}
		g.doubt(r, j, now, wait)
		if v.Err != nil {
			g.log.Info("a delivery may have been made; finding out", "delivery", j.d.ID, "destination", j.d.Destination.String(),
				"attempt", j.d.Tries.Count, "code", v.Code, "err", v.Err)
		}
		return r
	}
	g.conclude(r, j, v, now)
	return r
}

// unsent says what it means that j is not sent at all, for the reason v.
func (g *judge) unsent(j *job, v bot.Verdict, now time.Duration) *ruling {
	r := g.open()
	g.conclude(r, j, v, now)
	return r
}

// unsure says that j may have been sent already, so that the platform is asked
// before anything else.
func (g *judge) unsure(j *job, now time.Duration) *ruling {
	r := g.open()
	g.doubt(r, j, now, 0)
	return r
}

// pass says what is to be done because time has passed. drained says that the lane
// has nothing else to do, so that no other answer will tell more.
func (g *judge) pass(now time.Duration, drained bool) *ruling {
	r := g.open()
	for _, s := range g.health.outages.expire(now, drained) {
		g.decide(r, s.job, s.verdict)
	}
	g.health.restartInvalid(r, now)
	return r
}

// doubt takes j among what may have been sent. Its destination waits.
func (g *judge) doubt(r *ruling, j *job, now, wait time.Duration) {
	g.settler.doubt(j, now, wait)
	r.decisions = append(r.decisions, decision{job: j, doubt: true})
}

// conclude takes v for j's answer, unless it is a refusal that is not believed yet.
func (g *judge) conclude(r *ruling, j *job, v bot.Verdict, now time.Duration) {
	if v.Outcome == bot.Gone || v.Outcome == bot.Blocked {
		if !g.tired(j, now) {
			g.refused(r, j, v, now)
			return
		}
	} else {
		v = g.blame(r, j, v, now)
	}
	g.decide(r, j, v)
}

// blame takes in what an answer says about the message itself, and returns what the
// answer is then taken for.
func (g *judge) blame(r *ruling, j *job, v bot.Verdict, now time.Duration) bot.Verdict {
	h, key := g.health, j.push()
	switch v.Outcome {
	case bot.Transient:
		if v.Fades > 0 && h.fading.since(j.d.ID, now)+v.RetryAfter >= v.Fades {
			v.Outcome = bot.Unable
		}
	case bot.NotSent:
		if h.faults.lost(j.d.ID, now) && h.poison.accepted(key) {
			v = bot.Verdict{Outcome: bot.BadPayload, Code: v.Code, Reason: "did not get this message: the platform fails at it each time, though not for others"}
		}
	case bot.Delivered:
		h.poison.delivered(key)
	case bot.BadPayload:
		if v.Code == "panic" && h.poison.stopped(key) == nil { // a stopped push was told of once
			g.failed(r, DeliveryFailed, j, v)
		}
		if h.poison.stopped(key) == nil && h.poison.refused(key, v) {
			g.failed(r, PushStopped, j, v)
		}
	}
	return v
}

// failed tells that a message could not be made or is not sent on. Of a notice only
// the log says so: an alarm is one too and would fail alike, and of what somebody did
// in a channel they read the end in their answer.
func (g *judge) failed(r *ruling, kind stories.AlarmKind, j *job, v bot.Verdict) {
	if j.d.About.NoticeID == 0 {
		r.tell(about(kind, j, v))
		return
	}
	g.log.Error("a notice is not told", "kind", string(kind), "destination", j.d.Destination.String(), "notice", j.d.About.NoticeID,
		"code", v.Code, "reason", v.Reason, "err", v.Err)
}

// tired says that j has been tried or looked at for so long that any refusal is
// believed.
func (g *judge) tired(j *job, now time.Duration) bool {
	return tiredOf(j.d, g.clock.now()) || j.request.settle && now-j.doubt.since >= giveUp
}

// refused takes in that j's destination refuses us or is gone: one such answer may
// be a part of an outage.
func (g *judge) refused(r *ruling, j *job, v bot.Verdict, now time.Duration) {
	h := g.health
	if h.breaker.kind == refusing { // a probe has shown that it still does
		s := suspect{job: j, verdict: v}
		h.outages.remember([]suspect{s})
		if !h.breaker.old(j.request.started) {
			h.refuseAll(r, v, now)
		}
		g.postpone(r, s, now, h.breaker.told)
		return
	}
	found := h.outages.refused(j, v, now, g.random())
	for _, s := range found.believed {
		g.decide(r, s.job, s.verdict)
	}
	for _, s := range found.doubted {
		g.postpone(r, s, now, found.serious)
	}
	switch {
	case found.tell:
		r.tell(about(WorkspaceFailing, found.doubted[0].job, found.doubted[0].verdict))
	case found.outage == laneOutage:
		h.refuseAll(r, found.doubted[0].verdict, now)
	}
}

// postpone has a refusal that is not believed tried again: once other channels
// have been tried, or later when that has shown a serious outage.
func (g *judge) postpone(r *ruling, s suspect, now time.Duration, serious bool) {
	wait := doubtedWait
	if serious {
		wait = doubtedLong
	}
	if s.job.request.settle {
		g.settler.again(s.job, now, wait)
		return
	}
	// It was tried, and is not known to have failed.
	d := s.job.d
	r.decisions = append(r.decisions, decision{job: s.job, wait: wait, result: stories.Result{Flight: s.job.flight(), Revision: d.Revision, State: stories.Pending, Reason: d.Reason, At: g.clock.now()}})
}

// decide applies the policy to j.
func (g *judge) decide(r *ruling, j *job, v bot.Verdict) {
	c := decide(j.d, v, g.clock.now(), g.pace.PerChannel, g.random())
	if v.Outcome == bot.Blocked {
		c.result.Doubtful = j.request.settle || j.d.Tries.Unknowns > 0 // an earlier request may have got through
		c.result.PutBack = j.d.Tries.PutBack
		c.result.Heals = v.Heals
	}
	c.job, c.result.Ref = j, j.row.Ref
	if c.result.State != stories.Pending {
		g.health.faults.over(j.d.ID)
		g.health.fading.over(j.d.ID)
	}
	if c.result.Destination != "" {
		r.tell(about(policy[v.Outcome].told, j, v))
	} else if j.d.Op == stories.OpPublish && (v.Outcome == bot.Unable || c.result.State == stories.Failed) {
		r.tell(about(NotPassedOn, j, v)) // what became of the message itself is told as that of any other
	}
	if v.Err != nil {
		g.log.Info("a delivery met an error", "delivery", j.d.ID, "destination", j.d.Destination.String(),
			"attempt", j.d.Tries.Count, "outcome", v.Outcome.String(), "code", v.Code, "err", v.Err)
	}
	r.decisions = append(r.decisions, c)
}
