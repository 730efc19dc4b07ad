package delivery

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// outageDetector keeps an outage from being taken for the end of many channels.
// When a platform or an installation is broken, every channel answers that it
// does not exist or must not be written to. So such an answer is not believed
// at once. It is believed when another channel of the same workspace takes a
// message, or when nothing alike has followed for a moment. When several
// channels of one workspace, or more of the whole lane, refuse alike with no
// delivery between, it is taken for an outage: nothing is ended or blocked, the
// rows are tried again, one at a time, until one gets through or a day has passed.
type outageDetector struct {
	suspects []suspect
	failing  map[workspace]*failing
	// doubted are destinations whose refusal was taken for an outage, and that
	// have taken nothing since. When they refuse again, while others are
	// delivered, it is true.
	doubted map[stories.Destination]bool
}

// workspace is one of a platform.
type workspace struct{ platform, name string }

func workspaceOf(d stories.Destination) workspace { return workspace{d.Platform, d.Workspace} }

// suspect is a refusal not believed yet. Its row stays Sending meanwhile.
type suspect struct {
	job     *job
	verdict bot.Verdict
	since   time.Duration
	// alone is set once the lane has delivered something since.
	alone bool
}

// failing is a workspace that is taken to be broken.
type failing struct {
	since   time.Duration
	next    time.Duration // the next probe
	tries   int
	told    bool // people know
	probing int  // probes on their way
}

// finding is what became of suspects.
type finding struct {
	believed []suspect
	doubted  []suspect
	// outage says what the doubted ones have shown just now: noOutage when it
	// was known.
	outage outage
	// serious says that the workspace has failed for a while, tell that people
	// should know now.
	serious, tell bool
}

type outage int

const (
	noOutage outage = iota
	workspaceOutage
	laneOutage
)

// refused notes that j's destination refuses us.
func (s *outageDetector) refused(j *job, v bot.Verdict, now time.Duration, random float64) finding {
	at := workspaceOf(j.d.Destination)
	sus := suspect{job: j, verdict: v, since: now}
	if f := s.failing[at]; f != nil {
		r := finding{doubted: []suspect{sus}}
		s.remember(r.doubted)
		if j.request.started > f.since { // else it was on its way already
			r.tell = f.refused(now, random)
		}
		r.serious = f.told
		return r
	}
	if s.doubted[j.d.Destination] {
		return finding{believed: []suspect{sus}}
	}
	s.suspects = append(s.suspects, sus)
	if at.name != "" && s.count(func(o suspect) bool { return o.like(sus) && workspaceOf(o.job.d.Destination) == at }) >= alikeWorkspace {
		if s.failing == nil {
			s.failing = map[workspace]*failing{}
		}
		f := &failing{since: now}
		s.failing[at] = f
		f.refused(now, random)
		r := s.take(func(o suspect) bool { return workspaceOf(o.job.d.Destination) == at }, sus)
		r.outage = workspaceOutage
		s.remember(r.doubted)
		return r
	}
	if s.count(func(o suspect) bool { return o.like(sus) && !o.alone }) >= alikeLane {
		r := s.take(func(suspect) bool { return true }, sus)
		r.outage = laneOutage
		s.remember(r.doubted)
		return r
	}
	return finding{}
}

// refused notes that the workspace has shown that it fails, and reports whether
// people should be told.
func (f *failing) refused(now time.Duration, random float64) (tell bool) {
	f.tries++
	f.probing = max(0, f.probing-1)
	wait, serious := probeAfter(workspaceProbe, workspaceProbeMax, f.tries, random)
	f.next = now + wait
	tell = serious && !f.told
	f.told = f.told || tell
	return tell
}

// probes returns how many may be on their way at once: the quick ones that are
// left, later one.
func (f *failing) probes() int { return max(1, quickProbes+1-f.tries) }

// remember notes whom an outage was blamed on.
func (s *outageDetector) remember(doubted []suspect) {
	if s.doubted == nil || len(s.doubted) > maxDoubted {
		s.doubted = map[stories.Destination]bool{}
	}
	for _, o := range doubted {
		s.doubted[o.job.d.Destination] = true
	}
}

// delivered notes that d took a message: what its workspace refused is
// believed. recovered says that the workspace was failing until now, as people
// were told.
func (s *outageDetector) delivered(d stories.Destination) (believed []suspect, recovered bool) {
	at := workspaceOf(d)
	delete(s.doubted, d)
	if f := s.failing[at]; f != nil {
		delete(s.failing, at)
		recovered = f.told
	}
	if len(s.suspects) == 0 {
		return nil, recovered
	}
	for i := range s.suspects {
		s.suspects[i].alone = true
	}
	return s.take(func(o suspect) bool { return workspaceOf(o.job.d.Destination) == at }, suspect{}).believed, recovered
}

// expire believes what has waited long enough; all of it when the lane has
// nothing else to do.
func (s *outageDetector) expire(now time.Duration, drained bool) []suspect {
	if len(s.suspects) == 0 {
		return nil
	}
	return s.take(func(o suspect) bool { return drained || now-o.since >= suspectFor }, suspect{}).believed
}

// next returns when expire has something to do; 0 for never.
func (s *outageDetector) next() (at time.Duration) {
	if len(s.suspects) == 0 {
		return 0
	}
	return s.suspects[0].since + suspectFor
}

// probe says whether a row of d may be sent: not while its workspace fails and
// it is not time for a probe. next is when that is.
func (s *outageDetector) probe(d stories.Destination, now time.Duration) (next time.Duration, ok bool) {
	f := s.failing[workspaceOf(d)]
	if f != nil && (f.probing >= f.probes() || now < f.next) {
		return max(f.next, now+askAgain), false
	}
	return 0, true
}

// probing notes that a row of d leaves.
func (s *outageDetector) probing(d stories.Destination) {
	if f := s.failing[workspaceOf(d)]; f != nil {
		f.probing++
	}
}

// undecided notes that a probe of d's workspace has told nothing.
func (s *outageDetector) undecided(d stories.Destination, now time.Duration) {
	if f := s.failing[workspaceOf(d)]; f != nil && f.probing > 0 {
		f.probing--
		f.next = now + undecidedWait
	}
}

// like says that two destinations refuse alike.
func (s suspect) like(o suspect) bool { return s.verdict.Code == o.verdict.Code }

func (s *outageDetector) count(match func(suspect) bool) (n int) {
	for _, o := range s.suspects {
		if match(o) {
			n++
		}
	}
	return n
}

// take removes the suspects that match: those like the given one are doubted,
// the others believed. Without one all are believed.
func (s *outageDetector) take(match func(suspect) bool, like suspect) (r finding) {
	kept := s.suspects[:0]
	for _, o := range s.suspects {
		switch {
		case !match(o):
			kept = append(kept, o)
		case like.job != nil && o.like(like):
			r.doubted = append(r.doubted, o)
		default:
			r.believed = append(r.believed, o)
		}
	}
	clear(s.suspects[len(kept):])
	s.suspects = kept
	return r
}
