package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

func TestThePolicyOnEveryAnswer(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	type result = stories.Result
	for name, c := range map[string]struct {
		change  func(*stories.Delivery)
		verdict bot.Verdict
		pace    time.Duration
		want    result
		wait    time.Duration
	}{
		"delivered": {
			verdict: bot.Verdict{Outcome: bot.Delivered, MessageID: "m"},
			want:    result{State: stories.Sent, MessageID: "m"},
		},
		"delivered, the channel has a pace": {
			verdict: bot.Verdict{Outcome: bot.Delivered, MessageID: "m"}, pace: time.Second,
			want: result{State: stories.Sent, MessageID: "m"}, wait: time.Second,
		},
		"delivered, the channel's budget is used up": {
			verdict: bot.Verdict{Outcome: bot.Delivered, MessageID: "m", Left: bot.Left{Known: true, ResetAfter: 3 * time.Second}}, pace: time.Second,
			want: result{State: stories.Sent, MessageID: "m"}, wait: 3*time.Second + resetMargin,
		},
		"delivered, there is budget left": {
			verdict: bot.Verdict{Outcome: bot.Delivered, MessageID: "m", Left: bot.Left{Known: true, Remaining: 1, ResetAfter: 3 * time.Second}},
			want:    result{State: stories.Sent, MessageID: "m"},
		},
		"gone": {
			verdict: bot.Verdict{Outcome: bot.Gone, Code: "10003", Reason: "no longer exists"},
			want:    result{State: stories.Failed, Reason: "no longer exists", Destination: stories.Gone},
		},
		"blocked": {
			verdict: bot.Verdict{Outcome: bot.Blocked, Reason: "does not let Storybot post.", Cure: "Grant Send Messages."},
			want:    result{State: stories.Held, Reason: "does not let Storybot post. Grant Send Messages.", Destination: stories.Blocked},
		},
		"payload": {
			verdict: bot.Verdict{Outcome: bot.BadPayload, Code: "50035"},
			want:    result{State: stories.Failed, Reason: "was answered with 50035"},
		},
		"drawn otherwise": {
			verdict: bot.Verdict{Outcome: bot.Redrawn, Code: "picture_refused", Reason: "goes again without its picture"},
			want:    result{State: stories.Pending, Reason: "goes again without its picture"},
		},
		"drawn otherwise, after many tries of a day": {
			change:  func(d *stories.Delivery) { d.Tries.Count, d.Tries.First = leastTries, now.Add(-giveUp) },
			verdict: bot.Verdict{Outcome: bot.Redrawn, Reason: "goes again without its picture"}, pace: time.Second,
			want: result{Flight: stories.Flight{Attempt: leastTries}, State: stories.Pending, Reason: "goes again without its picture"}, wait: time.Second,
		},
		"account": {
			verdict: bot.Verdict{Outcome: bot.BadAccount, Reason: "token revoked"},
			want:    result{State: stories.Pending, Reason: "token revoked"},
		},
		"limit of the lane": {
			verdict: bot.Verdict{Limited: bot.ScopeLane, RetryAfter: time.Minute, Reason: "limit"},
			want:    result{State: stories.Pending, Reason: "limit"},
		},
		"limit of the channel": {
			verdict: bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: time.Minute, Reason: "limit"},
			want:    result{State: stories.Pending, Reason: "limit", Pause: time.Minute}, wait: time.Minute + resetMargin,
		},
		"transient": {
			change:  func(d *stories.Delivery) { d.Tries.Count = 3 },
			verdict: bot.Verdict{},
			want:    result{Flight: stories.Flight{Attempt: 3}, State: stories.Pending, Reason: "could not be reached"}, wait: 4 * time.Second,
		},
		"transient, told when": {
			verdict: bot.Verdict{RetryAfter: time.Hour, Reason: "busy"},
			want:    result{State: stories.Pending, Reason: "busy", Pause: time.Hour}, wait: time.Hour,
		},
		"transient for nearly a day": {
			change:  func(d *stories.Delivery) { d.Tries.Count, d.Tries.First = leastTries, now.Add(time.Minute-giveUp) },
			verdict: bot.Verdict{Reason: "busy"},
			want:    result{Flight: stories.Flight{Attempt: leastTries}, State: stories.Pending, Reason: "busy"}, wait: retryMax,
		},
		"transient for days by a clock that was set": {
			change:  func(d *stories.Delivery) { d.Tries.First = now.Add(-3 * giveUp) },
			verdict: bot.Verdict{Reason: "busy"},
			want:    result{State: stories.Pending, Reason: "busy"}, wait: time.Second,
		},
		"transient for a day": {
			change:  func(d *stories.Delivery) { d.Tries.Count, d.Tries.First = leastTries, now.Add(-giveUp) },
			verdict: bot.Verdict{Reason: "was busy"},
			want:    result{Flight: stories.Flight{Attempt: leastTries}, State: stories.Failed, Reason: "could not be reached for 24 hours: it was busy"},
		},
		"not sent": {
			verdict: bot.Verdict{Outcome: bot.NotSent},
			want:    result{State: stories.Pending, Reason: "the first request was lost on its way; it is sent again"},
		},
		"not sent again and again": {
			change:  func(d *stories.Delivery) { d.Tries.Count = 4 },
			verdict: bot.Verdict{Outcome: bot.NotSent, Reason: "server error"},
			want:    result{Flight: stories.Flight{Attempt: 4}, State: stories.Pending, Reason: "server error"}, wait: 8 * time.Second,
		},
		"cannot be found out": {
			verdict: bot.Verdict{Outcome: bot.Unreadable, Reason: "its history cannot be read"},
			want:    result{State: stories.Pending, Reason: "its history cannot be read", Unknown: true},
		},
		"cannot be found out twice": {
			change:  func(d *stories.Delivery) { d.Tries.Unknowns = 1 },
			verdict: bot.Verdict{Outcome: bot.Unreadable, Reason: "its history cannot be read"},
			want:    result{State: stories.Unknown, Reason: "its history cannot be read", Unknown: true},
		},
		"the message is gone": {
			verdict: bot.Verdict{Outcome: bot.MessageGone, Reason: "no longer has the message"},
			want:    result{State: stories.Skipped, Reason: "no longer has the message", Lost: stories.MessageLost},
		},
		"the message is closed": {
			verdict: bot.Verdict{Outcome: bot.MessageGone, Reason: "takes no edits", There: true},
			want:    result{State: stories.Skipped, Reason: "takes no edits", Lost: stories.MessageClosed},
		},
		"the thread is gone": {
			verdict: bot.Verdict{Outcome: bot.ThreadGone, Reason: "has its thread locked", Cure: "Unlock it."},
			want:    result{State: stories.Skipped, Reason: "has its thread locked. Unlock it.", Lost: stories.ThreadLost},
		},
		"the thread is locked": {
			verdict: bot.Verdict{Outcome: bot.ThreadGone, Reason: "has its thread locked", There: true},
			want:    result{State: stories.Skipped, Reason: "has its thread locked", Lost: stories.ThreadClosed},
		},
		"no thread can be opened": {
			change:  func(d *stories.Delivery) { d.Op = stories.OpThread },
			verdict: bot.Verdict{Outcome: bot.Unable, Reason: "lets no threads be opened"},
			want:    result{State: stories.Skipped, Reason: "lets no threads be opened", Lost: stories.ThreadClosed},
		},
		"a card was shown": {
			change:  func(d *stories.Delivery) { d.Op = stories.OpShow },
			verdict: bot.Verdict{Outcome: bot.Delivered, MessageID: "m"},
			want:    result{State: stories.Sent, MessageID: "m", Shows: true}, wait: showEvery,
		},
		"not possible": {
			verdict: bot.Verdict{Outcome: bot.Unable, Reason: "is no announcement channel"},
			want:    result{State: stories.Skipped, Reason: "is no announcement channel"},
		},
		"an edit's limit is no pause of the channel": {
			change:  func(d *stories.Delivery) { d.Op = stories.OpEdit },
			verdict: bot.Verdict{Limited: bot.ScopeChannel, RetryAfter: time.Minute, Reason: "limit"},
			want:    result{State: stories.Pending, Reason: "limit"}, wait: time.Minute + resetMargin,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := stories.Delivery{ID: 7, Tries: stories.Tries{Count: 1, First: now.Add(-time.Second)}}
			if c.change != nil {
				c.change(&d)
			}
			c.want.Delivery, c.want.At, c.want.First = 7, now, d.Tries.First
			c.want.Attempt = max(1, c.want.Attempt)
			got := decide(d, c.verdict, now, c.pace, 0)
			if diff := cmp.Diff(c.want, got.result); diff != "" {
				t.Error(diff)
			}
			if got.wait != c.wait {
				t.Errorf("waits %v, want %v", got.wait, c.wait)
			}
		})
	}
}

// A reason is made of sentences, with or without a cure.
func TestAReasonOfAPutBackRowIsMadeOfSentences(t *testing.T) {
	for want, v := range map[string]bot.Verdict{
		"may have got it: too many came since. The database was put back;":                {Reason: "may have got it: too many came since"},
		"cannot be read. Give the bot the right to. The database was put back;":           {Reason: "cannot be read", Cure: "Give the bot the right to."},
		"cannot be read. Give the bot the right to: https://a.example. The database was ": {Reason: "cannot be read.", Cure: "Give the bot the right to: https://a.example"},
	} {
		v.Outcome = bot.Unreadable
		if got := decide(stories.Delivery{Tries: stories.Tries{PutBack: true}}, v, time.Now(), 0, 0).result.Reason; !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
