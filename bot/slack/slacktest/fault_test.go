package slacktest

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name   string
		fault  Fault
		stored bool
		fails  bool // the client gets no whole answer
		status int
		body   string
	}{
		{"reset before", ResetBefore, false, true, 0, ""},
		{"reset after", ResetAfterStore, true, true, 0, ""},
		{"500 before", Error500Before, false, false, 500, ""},
		{"502 after", Error502AfterStore, true, false, 502, ""},
		{"503", Unavailable, false, false, 503, ""},
		{"cut", CutBody, true, true, 0, ""},
		{"{}", EmptyObject, true, false, 200, "{}"},
		{"not ok", NotOK, false, false, 200, `{"ok":false}`},
		{"internal_error", InternalAfterStore, true, false, 200, `{"error":"internal_error","ok":false}`},
		{"fatal_error", FatalAfterStore, true, false, 200, `{"error":"fatal_error","ok":false}`},
		{"html", HTML200, false, false, 200, ""},
		{"redirect", Redirect, false, false, 302, ""},
		{"429 without Retry-After", NoRetryAfter, false, false, 429, ""},
		{"word", APIError("is_archived"), false, false, 200, `{"error":"is_archived","ok":false}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := start(t)
			s.Fail(Match{Method: "chat.postMessage"}, 1, tc.fault)
			r, err := c.try("chat.postMessage", "channel", "C1", "text", "hi")
			switch {
			case tc.fails && err == nil:
				t.Errorf("the client got %d %s", r.status, r.body)
			case !tc.fails && (err != nil || r.status != tc.status || tc.body != "" && r.body != tc.body):
				t.Errorf("the client got %d %s, %v", r.status, r.body, err)
			}
			if got := len(s.Messages("T1", "C1")) == 1; got != tc.stored {
				t.Errorf("stored: %v", got)
			}
			if n := s.Faults()[tc.fault]; n != 1 {
				t.Errorf("counted %d times", n)
			}
			c.mustPost("C1", "again")
		})
	}
}

func TestHang(t *testing.T) {
	for _, f := range []Fault{Hangs, HangsAfterStore} {
		s, c := start(t)
		s.Fail(Match{Channel: "C1"}, 1, f)
		c.http.Timeout = 50 * time.Millisecond
		if r, err := c.try("chat.postMessage", "channel", "C1", "text", "hi"); err == nil {
			t.Errorf("the client got %s", r.body)
		}
		if got := len(s.Messages("T1", "C1")) == 1; got != f.Stored {
			t.Errorf("stored: %v, want %v", got, f.Stored)
		}
	}
}

func TestSlow(t *testing.T) {
	s, c := start(t)
	s.Fail(Match{}, 1, Slow(50*time.Millisecond))
	began := time.Now()
	c.mustPost("C1", "hi")
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("took %v", took)
	}
	if m := s.Messages("T1", "C1")[0]; m.At.Sub(began) > 40*time.Millisecond {
		t.Errorf("stored only after %v", m.At.Sub(began))
	}
}

func TestLateEffect(t *testing.T) {
	s, c := start(t)
	s.Fail(Match{}, 1, Fault{Reset: true, Late: 50 * time.Millisecond})
	began := time.Now()
	if r, err := c.try("chat.postMessage", "channel", "C1", "text", "hi"); err == nil {
		t.Errorf("the client got %s", r.body)
	}
	list, err := s.WaitMessages(ctx(t), "T1", "C1", 1)
	if err != nil {
		t.Fatal(err)
	}
	if after := list[0].At.Sub(began); after < 50*time.Millisecond {
		t.Errorf("stored after %v", after)
	}
}

func TestFaultsOfSomeRequests(t *testing.T) {
	s, c := start(t)
	s.AddChannel("T1", "C2", Public, true)
	s.Fail(Match{Channel: "C2"}, -1, APIError("restricted_action"))
	for range 3 {
		c.mustPost("C1", "hi")
		if r := c.call("chat.postMessage", "channel", "C2", "text", "hi"); r.Error != "restricted_action" {
			t.Errorf("got %s", r.body)
		}
	}
	s.Heal()
	c.mustPost("C2", "hi")
}

func TestFaultsOfResponseURLs(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	got := slash(t, s, "x")
	e := sc.next()
	sc.ack(e, nil)
	s.Fail(Match{Method: "response_url"}, 1, Unavailable)
	address := field(e, "payload", "response_url")
	if status, _ := c.respond(address, `{"text":"x"}`); status != 503 {
		t.Errorf("status %d", status)
	}
	if status, _ := c.respond(address, `{"text":"x"}`); status != 200 {
		t.Errorf("status %d", status)
	}
	if a := <-got; a.err != nil {
		t.Error(a.err)
	}
}

func TestChancesFollowTheSeed(t *testing.T) {
	run := func(seed uint64) (outcomes string) {
		s, c := start(t, WithFaults(seed, Chance{Fault: Error502AfterStore, P: 0.2}, Chance{Fault: Error500Before, P: 0.2}))
		for i := range 60 {
			outcomes += fmt.Sprint(c.call("chat.postMessage", "channel", "C1", "text", strconv.Itoa(i)).status, " ")
		}
		n := s.Faults()
		if stored := len(s.Messages("T1", "C1")); stored != 60-n[Error500Before] || n[Error500Before] == 0 || n[Error502AfterStore] == 0 {
			t.Errorf("%d stored after the faults %v", stored, n)
		}
		return outcomes
	}
	if one, same, other := run(1), run(1), run(2); one != same || one == other {
		t.Errorf("seeds 1, 1, 2 give\n%s\n%s\n%s", one, same, other)
	}
}

// TestLimits drives the limiter with a clock of its own.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{PerChannel: time.Second, ChannelBurst: 2, PerMinute: map[string]int{"chat.postMessage": 120, "": 60}}, false)
		one, two := &workspace{team: "T1"}, &workspace{team: "T2"}
		take := func(ws *workspace, method, channel string) int {
			return l.take(&call{name: method, team: ws, request: &request{args: arguments{"channel": channel}}})
		}
		expect := func(what string, got, want int) {
			t.Helper()
			if got != want {
				t.Errorf("%s: wait %d s, want %d", what, got, want)
			}
		}
		expect("first", take(one, "chat.postMessage", "C1"), 0)
		expect("burst", take(one, "chat.postMessage", "C1"), 0)
		expect("the workspace's third in one second", take(one, "chat.postMessage", "C2"), 1)
		expect("another workspace", take(two, "chat.postMessage", "C1"), 0)
		expect("another method", take(one, "chat.update", "C1"), 0)
		expect("another method again", take(one, "chat.update", "C1"), 1)
		time.Sleep(500 * time.Millisecond)
		expect("before Retry-After is over", take(one, "chat.postMessage", "C2"), 1)
		time.Sleep(500 * time.Millisecond)
		expect("after Retry-After", take(one, "chat.postMessage", "C2"), 0)
		expect("the channel's next", take(one, "chat.postMessage", "C1"), 0)
		time.Sleep(500 * time.Millisecond)
		expect("the channel is used up", take(one, "chat.postMessage", "C1"), 1)
		expect("not so another", take(one, "chat.postMessage", "C3"), 0)
	})
}

// TestPacedPush: 180 posts at ten a second, after a second's worth at once, meet
// no limit, and one more at any point does.
func TestPacedPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(SlackLimits(), false)
		ws, began := &workspace{team: "T1"}, time.Now()
		post := func(i int) int {
			return l.take(&call{name: "chat.postMessage", team: ws, request: &request{args: arguments{"channel": strconv.Itoa(i % 60)}}})
		}
		for i := range 180 {
			if i >= 10 {
				time.Sleep(100 * time.Millisecond)
			}
			if wait := post(i); wait != 0 {
				t.Fatalf("post %d has to wait %d s", i, wait)
			}
		}
		if took := time.Since(began); took != 17*time.Second {
			t.Errorf("took %v", took)
		}
		if post(0) == 0 {
			t.Error("one more is not limited")
		}
	})
}

func TestLimitedAnswers(t *testing.T) {
	s, c := start(t, WithLimits(Limits{PerChannel: time.Minute}))
	c.mustPost("C1", "hi")
	r := c.call("chat.postMessage", "channel", "C1", "text", "hi")
	if r.status != 429 || r.header.Get("Retry-After") != "60" || r.Error != "ratelimited" || s.Limited() != 1 || len(s.Messages("T1", "C1")) != 1 {
		t.Errorf("%d %s, Retry-After %q, %d limited", r.status, r.body, r.header.Get("Retry-After"), s.Limited())
	}
	_, c = start(t, WithLimits(Limits{PerChannel: time.Minute, In200: true}))
	c.mustPost("C1", "hi")
	if r := c.call("chat.postMessage", "channel", "C1", "text", "hi"); r.status != 200 || r.Error != "ratelimited" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	s, _ := start(t)
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.WaitMessages(soon, "T1", "C1", 1); err == nil || err.Error() != "waiting for 1 messages in C1: context deadline exceeded" {
		t.Errorf("got %v", err)
	}
}
