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

// post is a delivery's first attempt, begun now.
func post(d stories.Destination, id int64, m *bot.Message) bot.Operation {
	now := time.Now()
	return bot.Operation{
		Delivery: stories.Delivery{
			ID: id, Key: fmt.Sprintf("suite-%d", id), About: stories.About{UpdateID: id, Number: int(id)},
			Destination: d, Level: stories.Normal, State: stories.Sending, Tries: stories.Tries{Count: 1,
				First: now, Last: now}, CreatedAt: now,
		},
		Message: m,
	}
}

func (r *run) mustSend(t *testing.T, p bot.Operation) bot.Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		v := r.Platform.Do(ctx, p)
		if v.Outcome == bot.Delivered {
			return v
		}
		// A platform may still be learning who it is.
		if v.Outcome != bot.Transient || ctx.Err() != nil {
			t.Fatalf("Do = %+v", v)
		}
		r.mustAsk(t, aStory)
	}
}

func testSend(t *testing.T, r *run) {
	m := bot.Plainly("It happened")
	v := r.mustSend(t, post(r.Channel, 1, &m))
	if v.MessageID == "" {
		t.Error("delivered without a message id")
	}
	if got := r.Visible(r.Channel); len(got) != 1 || !strings.Contains(got[0], "It happened") {
		t.Errorf("visible = %q", got)
	}
	if got := r.Visible(r.Other); len(got) != 0 {
		t.Errorf("visible elsewhere = %q", got)
	}
}

func testSettleSent(t *testing.T, r *run) {
	m := bot.Plainly("It happened")
	p := post(r.Channel, 1, &m)
	sent := r.mustSend(t, p)
	v := r.settle(t, p)
	if v.Outcome != bot.Delivered || v.MessageID != sent.MessageID {
		t.Errorf("Settle = %+v, sent as %q", v, sent.MessageID)
	}
	if got := r.Visible(r.Channel); len(got) != 1 {
		t.Errorf("visible = %q", got)
	}
}

// settle asks as long as the platform's own waits stay short.
func (r *run) settle(t *testing.T, p bot.Operation) bot.Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		v := r.Platform.Settle(ctx, p)
		if v.Outcome != bot.Transient || ctx.Err() != nil {
			return v
		}
		wait := time.NewTimer(min(v.RetryAfter, time.Second))
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

func testOrder(t *testing.T, r *run) {
	for i := range 5 {
		m := bot.Plainly(fmt.Sprintf("message %d", i))
		r.mustSend(t, post(r.Channel, int64(i+1), &m))
	}
	got := r.Visible(r.Channel)
	if len(got) != 5 {
		t.Fatalf("visible = %q", got)
	}
	for i, text := range got {
		if !strings.Contains(text, fmt.Sprintf("message %d", i)) {
			t.Errorf("message %d is %q", i, text)
		}
	}
}

// verdicts is what each fault must be read as, and whether the message can be
// seen although it failed.
var verdicts = map[Fault]struct {
	outcome bot.Outcome
	visible bool
	check   func(bot.Verdict) string
}{
	ResetAfterStore:  {outcome: bot.Ambiguous, visible: true},
	ResetBeforeStore: {outcome: bot.Ambiguous},
	BadGatewayStored: {outcome: bot.Ambiguous, visible: true},
	EmptyAnswer:      {outcome: bot.Ambiguous, visible: true},
	CutAnswer:        {outcome: bot.Ambiguous, visible: true},
	ChannelLimit:     {outcome: bot.Transient, check: limited(bot.ScopeChannel)},
	LaneLimit:        {outcome: bot.Transient, check: limited(bot.ScopeLane)},
	BlockedChannel:   {outcome: bot.Blocked, check: explained},
	BadToken:         {outcome: bot.BadAccount, check: explained},
	BadPayload:       {outcome: bot.BadPayload},
}

func limited(scope bot.Scope) func(bot.Verdict) string {
	return func(v bot.Verdict) string {
		if v.Limited != scope || v.RetryAfter <= 0 {
			return fmt.Sprintf("limited scope %v for %v, want scope %v for some time", v.Limited, v.RetryAfter, scope)
		}
		return ""
	}
}

func explained(v bot.Verdict) string {
	if v.Reason == "" || v.Cure == "" || v.Code == "" {
		return fmt.Sprintf("no reason, cure or code: %+v", v)
	}
	return ""
}

func testFaults(t *testing.T, r *run) {
	warm := bot.Plainly("first")
	r.mustSend(t, post(r.Other, 1000, &warm))
	for i, fault := range r.Faults {
		t.Run(string(fault), func(t *testing.T) {
			want, known := verdicts[fault]
			if !known {
				t.Fatalf("unknown fault %q", fault)
			}
			m := bot.Plainly("message under " + string(fault))
			p := post(r.Channel, int64(i+1), &m)
			before := len(r.Visible(r.Channel))
			r.Fail(stories.OpPost, fault)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			v := r.Platform.Do(ctx, p)
			if v.Outcome != want.outcome {
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
			if !want.visible {
				return
			}
			if settled := r.settle(t, p); settled.Outcome != bot.Delivered || settled.MessageID == "" {
				t.Errorf("settled as %+v", settled)
			}
			if after := len(r.Visible(r.Channel)); after != before+1 {
				t.Errorf("%d messages became visible", after-before)
			}
		})
	}
}

// Nasty is text that breaks careless bots.
var Nasty = []string{
	"@everyone @here <@1> <@!1> <@&1> <#1> <!channel> <!here> <!everyone> <!subteam^S1> <@U1>",
	"[trust](https://evil.example) <https://evil.example|bank.example> <t:0:R> <!date^0^{date}|x> </story:1> <id:guide> <:x:1>",
	"# big\n> quote\n>>> more\n- list\n1. one\n-# small\n```code``` ~~s~~ ||spoiler|| *b* _i_ `c`",
	"\u202Ereversed\u202C \u2066x\u2069 zero\u200Bwidth \u00AD \U000E0041 nul\x00 bell\x07 \x1b[31mred",
	"Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308a l g o",
	strings.Repeat("long ", 3000),
	strings.Repeat("👩‍👩‍👧‍👦", 700),
	strings.Repeat("\\*_~`|>#", 600),
	"& < > &amp; &lt;script&gt;",
	"שלום عربى mixed",
}

func testUntrusted(t *testing.T, r *run) {
	for i, s := range Nasty {
		title, _ := bot.Cut(bot.OneLine(s), 150)
		m := &bot.Message{Title: title, Blocks: []bot.Block{
			bot.Para(bot.Text(s)),
			{Kind: bot.Quote, Spans: []bot.Span{{Text: s, Italic: true}}},
			{Kind: bot.Item, Spans: []bot.Span{{Text: "A page", URL: "https://example.org/a_(b)?c=d&e=|f"}}},
			{Kind: bot.Small, Spans: []bot.Span{bot.Text(s), bot.At(time.Unix(1419087600, 0))}},
		}, Buttons: []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "1"}}}
		r.mustSend(t, post(r.Channel, int64(i+1), m))
		r.handler.set(func(context.Context, bot.Command) bot.Reply { return bot.Reply{Message: *m} })
		r.mustAsk(t, aStory)
		r.handler.set(nil)
	}
	if got := r.Visible(r.Channel); len(got) != len(Nasty) {
		t.Errorf("%d messages visible, want %d", len(got), len(Nasty))
	}
	if pinged := r.Pings(); len(pinged) > 0 {
		t.Errorf("notified %q", pinged)
	}
}
