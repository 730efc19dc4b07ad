package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// bench is a judge without a lane: nothing that it says is carried out.
type bench struct {
	judge
	jobs int64
}

func newBench() *bench {
	log, zero := slog.New(slog.DiscardHandler), func() float64 { return 0 }
	return &bench{judge: judge{health: &health{random: zero, most: 3, troubles: troubles{}}, clock: newClock(time.Now, log), random: zero, log: log}}
}

// job returns a job of a channel whose request has left.
func (b *bench) job(channelNumber int) *job {
	b.jobs++
	d := channel("p", "w", channelNumber)
	r := &row{Ref: stories.Ref{Delivery: b.jobs}, queue: &queue{destination: d}, origin: newOrigin(stories.Publication{UpdateID: 1, StoryID: 1, Number: 1}, 0)}
	j := newJob(r, stories.Flight{Ref: r.Ref, Attempt: 1, First: time.Now(), Last: time.Now()}, "p", b.clock.read())
	j.request.ctx = context.Background()
	return j
}

// said is what a ruling says, in short.
func (r *ruling) said() string {
	var parts []string
	for _, c := range r.decisions {
		part := c.result.State.String()
		switch {
		case c.doubt:
			part = "doubt"
		case c.wait > 0:
			part += " for " + c.wait.String()
		}
		if c.result.Destination != "" {
			part += " and " + string(c.result.Destination)
		}
		parts = append(parts, part)
	}
	for _, a := range r.alarms {
		parts = append(parts, string(a.Kind))
	}
	for _, w := range r.waits {
		parts = append(parts, "wait "+w.name)
	}
	if r.invalid > 0 {
		parts = append(parts, fmt.Sprint("invalid ", r.invalid))
	}
	if r.stopped {
		parts = append(parts, "stopped")
	}
	return strings.Join(parts, ", ")
}

// What an answer means is told without a database, a clock that runs or a lane.
func TestTheJudgeAlone(t *testing.T) {
	blocked := bot.Verdict{Outcome: bot.Blocked, Code: "50013"}
	for name, c := range map[string]struct {
		answers []bot.Verdict // to the posts of channels 1, 2, 3
		want    []string      // what each means
	}{
		"it was sent": {
			[]bot.Verdict{{Outcome: bot.Delivered, MessageID: "m"}}, []string{"sent"}},
		"the channel's limit is met": {
			[]bot.Verdict{{Outcome: bot.Transient, Limited: bot.ScopeChannel, RetryAfter: 2 * time.Second}}, []string{"pending for 2.025s"}},
		"the lane's limit is met": {
			[]bot.Verdict{{Outcome: bot.Transient, Limited: bot.ScopeLane, RetryAfter: 2 * time.Second}}, []string{"pending"}},
		"the answer is lost": {
			[]bot.Verdict{{Outcome: bot.Ambiguous, Err: errors.New("reset")}}, []string{"doubt"}},
		"it surely was not sent": {
			[]bot.Verdict{{Outcome: bot.NotSent}}, []string{"pending"}},
		"a refusal is believed once another channel takes the message": {
			[]bot.Verdict{blocked, {Outcome: bot.Delivered}}, []string{"", "held and blocked, sent, destination_blocked"}},
		"the token is refused": {
			[]bot.Verdict{{Outcome: bot.BadAccount, Code: "401"}}, []string{"pending, lane_stopped, wait account, stopped"}},
		"the same message is refused thrice": {
			[]bot.Verdict{{Outcome: bot.BadPayload, Code: "50035"}, {Outcome: bot.BadPayload, Code: "50035"}, {Outcome: bot.BadPayload, Code: "50035"}},
			[]string{"failed", "failed", "failed, push_stopped"}},
		"too many requests are invalid": {
			[]bot.Verdict{{Outcome: bot.BadPayload, Code: "a", Invalid: true}, {Outcome: bot.BadPayload, Code: "b", Invalid: true}, {Outcome: bot.BadPayload, Code: "c", Invalid: true}},
			[]string{"failed, invalid 1", "failed, invalid 1", "failed, lane_stopped, invalid 1, stopped"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			for i, v := range c.answers {
				j := b.job(i + 1)
				j.verdict = v
				if got := b.answer(j, time.Second).said(); got != c.want[i] {
					t.Errorf("answer %d means %q, want %q", i+1, got, c.want[i])
				}
			}
		})
	}
}

// What may have been sent is with the settler until a look tells, and a look that
// tells nothing means nothing.
func TestTheJudgeKeepsWhatIsInDoubt(t *testing.T) {
	b := newBench()
	j := b.job(1)
	j.verdict = bot.Verdict{Outcome: bot.Ambiguous}
	b.answer(j, 0)
	for _, c := range []struct {
		look bot.Outcome
		want string
	}{{bot.Unsettled, ""}, {bot.Transient, ""}, {bot.Delivered, "sent"}} {
		i, _, ok := b.settler.due()
		if !ok || b.settler.take(i) != j || len(b.settler.list) != 0 {
			t.Fatalf("before the look that told %v it is not with the settler", c.look)
		}
		j.verdict = bot.Verdict{Outcome: c.look}
		if got := b.answer(j, time.Second).said(); got != c.want {
			t.Errorf("a look that told %v means %q, want %q", c.look, got, c.want)
		}
	}
	if len(b.settler.list) != 0 {
		t.Error("it is looked at although it is known to have been sent")
	}
}

// A refusal nothing alike follows is believed after a moment, or at once when the
// lane has nothing else to do.
func TestTheJudgeBelievesInTime(t *testing.T) {
	for name, c := range map[string]struct {
		now     time.Duration
		drained bool
		want    string
	}{
		"a moment later":           {suspectFor - 1, false, ""},
		"in time":                  {suspectFor, false, "failed and gone, destination_gone"},
		"as nothing else is to do": {1, true, "failed and gone, destination_gone"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			j := b.job(1)
			j.verdict = bot.Verdict{Outcome: bot.Gone, Code: "10003"}
			if got := b.answer(j, 0).said(); got != "" {
				t.Fatalf("a first refusal means %q already", got)
			}
			if got := b.pass(c.now, c.drained).said(); got != c.want {
				t.Errorf("it means %q, want %q", got, c.want)
			}
		})
	}
}

// The desk is told of what was not passed on: the message itself counts as delivered.
func TestTheJudgeTellsWhatWasNotPassedOn(t *testing.T) {
	for _, c := range []struct {
		op   stories.Op
		v    bot.Verdict
		want string
	}{
		{stories.OpPublish, bot.Verdict{Outcome: bot.Unable, Code: "50013"}, "skipped, not_passed_on"},
		{stories.OpPublish, bot.Verdict{Outcome: bot.Transient, Limited: bot.ScopeChannel, RetryAfter: 20 * time.Minute, Fades: time.Minute}, "skipped, not_passed_on"},
		{stories.OpPublish, bot.Verdict{Outcome: bot.Delivered, MessageID: "m"}, "sent"},
		{stories.OpEdit, bot.Verdict{Outcome: bot.Unable, Code: "50013"}, "skipped"},
	} {
		b := newBench()
		j := b.job(1)
		j.d.Op = c.op
		r := b.open()
		b.conclude(r, j, c.v, b.clock.read().mono)
		if got := r.said(); got != c.want {
			t.Errorf("%v %v: %q, want %q", c.op, c.v.Outcome, got, c.want)
		}
	}
}
