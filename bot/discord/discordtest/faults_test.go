package discordtest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		fault  Fault
		stored bool
		check  func(response) bool
	}{
		{ResetBeforeStore(), false, func(r response) bool { return errors.Is(r.err, syscall.ECONNRESET) }},
		{ResetAfterStore(), true, func(r response) bool { return errors.Is(r.err, syscall.ECONNRESET) }},
		{StatusBeforeStore(500), false, func(r response) bool { return r.status == 500 && strings.HasPrefix(r.body, "<html>") }},
		{StatusAfterStore(502), true, func(r response) bool { return r.status == 502 }},
		{CutBody(), true, func(r response) bool { return r.status == 200 && errors.Is(r.err, io.ErrUnexpectedEOF) }},
		{CutHeaders(), true, func(r response) bool { return r.err != nil }},
		{EmptyJSON(), true, func(r response) bool { return r.status == 200 && r.body == "{}" }},
		{NoContent(), true, func(r response) bool { return r.status == 204 && r.body == "" }},
		{UnknownComponent(), true, func(r response) bool { return r.status == 200 && strings.Contains(r.body, `[{"type":99`) }},
		{BadLimitHeaders(), true, func(r response) bool { return r.header.Get("X-RateLimit-Remaining") == "some" }},
		{Slow(time.Millisecond), true, func(r response) bool { return r.status == 200 }},
		{APIError(400, 200000, "Message was blocked by automatic moderation"), false, func(r response) bool { return r.field("code") == "200000" }},
		{MissingAccess(), false, func(r response) bool { return r.status == 403 && r.field("code") == "50001" }},
		{Unauthorized(), false, func(r response) bool { return r.status == 401 }},
		{CloudflareBan(), false, func(r response) bool {
			return r.status == 429 && r.header.Get("Via") == "" && strings.Contains(r.body, "1015")
		}},
		{RateLimited("shared", 1500*time.Millisecond), false, func(r response) bool {
			return r.status == 429 && r.header.Get("Retry-After") == "2" && r.field("retry_after") == "1.5" && r.header.Get("X-RateLimit-Scope") == "shared"
		}},
		{RateLimited("global", time.Second), false, func(r response) bool {
			return r.field("global") == "true" && r.header.Get("X-RateLimit-Global") == "true" && r.header.Get("X-RateLimit-Reset-After") == ""
		}},
		{RateLimitedWith(20028, 1163, "1"), false, func(r response) bool { return r.field("retry_after") == "1163" && r.header.Get("Retry-After") == "1" }},
	} {
		t.Run(tc.fault.String(), func(t *testing.T) {
			s := started(t)
			s.FailNext(Match{Op: CreateMessage, Channel: testChannel}, tc.fault)
			if r := call(t, s, "POST", posts, messageBody("x", "n")); !tc.check(r) {
				t.Errorf("answer: %+v", r)
			}
			if stored := len(s.Messages(testChannel)) == 1; stored != tc.stored {
				t.Errorf("stored %t, want %t", stored, tc.stored)
			}
			if r := call(t, s, "POST", posts, messageBody("x", "n")); r.status != 200 {
				t.Errorf("the next request: %+v", r)
			}
			if n := len(s.Messages(testChannel)); n != 1 {
				t.Errorf("%d messages after the repeat", n)
			}
			if s.Stats().Faults != 1 {
				t.Errorf("stats: %+v", s.Stats())
			}
		})
	}
}

// An answer that has no body is whole when it is cut: the client must not take the
// connection, which ends, for one it can use again.
func TestCutAnswersEndTheirConnection(t *testing.T) {
	s := started(t)
	made := call(t, s, "POST", posts, messageBody("x", "n"))
	s.FailNext(Match{Op: DeleteMessage}, CutBody())
	r := call(t, s, "DELETE", posts+"/"+made.field("id"), "")
	if r.err != nil || r.status != http.StatusNoContent || !r.closed {
		t.Errorf("%+v", r)
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	s := started(t)
	s.FailNext(Match{}, Hang(), HangAfterStore())
	for range 2 {
		client := &http.Client{Timeout: 30 * time.Millisecond}
		hr, err := http.NewRequest("POST", s.URL()+"/v9"+posts, strings.NewReader(messageBody("x", "n")))
		if err != nil {
			t.Fatal(err)
		}
		hr.Header = http.Header{"Authorization": {"Bot " + Token}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
		if _, err := client.Do(hr); err == nil {
			t.Error("the request was answered")
		}
	}
	if n := len(s.Messages(testChannel)); n != 1 {
		t.Errorf("%d messages, want that of the second request", n)
	}
}

func TestFailUntilHealed(t *testing.T) {
	s := started(t)
	heal := s.Fail(Match{Channel: testChannel}, MissingAccess())
	for range 3 {
		if r := call(t, s, "GET", posts, ""); r.status != 403 {
			t.Errorf("%+v", r)
		}
	}
	heal()
	if r := call(t, s, "GET", posts, ""); r.status != 200 {
		t.Errorf("healed: %+v", r)
	}
}

// TestSeededFaults: the same seed gives the same channels the same faults in
// whatever order they come, and about as many as asked for.
func TestSeededFaults(t *testing.T) {
	run := func(seed uint64, reverse bool) (failed map[string]bool) {
		s := Start(t)
		base := uint64(155101607195836416)
		for i := range 400 {
			s.AddChannel(testGuild, formatID(base+uint64(i)))
		}
		s.SetFaults(Faults{Seed: seed, Status502After: 0.1, Status500Before: 0.1})
		failed = map[string]bool{}
		for i := range 400 {
			if reverse {
				i = 399 - i
			}
			id := formatID(base + uint64(i))
			r := call(t, s, "POST", "/channels/"+id+"/messages", messageBody("x", "n"+id))
			failed[id] = r.status != 200
		}
		return failed
	}
	first, again, other := run(1, false), run(1, true), run(2, false)
	n, differ := 0, 0
	for id, f := range first {
		if f != again[id] {
			t.Errorf("channel %s fails in one order only", id)
		}
		if f != other[id] {
			differ++
		}
		if f {
			n++
		}
	}
	if n < 50 || n > 110 {
		t.Errorf("%d of 400 failed, want about 80", n)
	}
	if differ == 0 {
		t.Error("another seed gives the same faults")
	}
}

func TestChannelLimit(t *testing.T) {
	s := started(t, WithLimits(DocumentedLimits()))
	var last response
	for i := range 5 {
		last = call(t, s, "POST", posts, messageBody("x", fmt.Sprint(i)))
		if want := fmt.Sprint(4 - i); last.status != 200 || last.header.Get("X-RateLimit-Remaining") != want {
			t.Errorf("post %d: %+v, want %s remaining", i, last, want)
		}
	}
	r := call(t, s, "POST", posts, messageBody("x", "5"))
	if r.status != 429 || r.header.Get("X-RateLimit-Scope") != "user" || r.field("global") != "false" ||
		r.header.Get("X-RateLimit-Bucket") != last.header.Get("X-RateLimit-Bucket") || r.header.Get("Retry-After") != "5" {
		t.Errorf("the sixth: %+v", r)
	}
	if r := call(t, s, "GET", posts, ""); r.status != 200 {
		t.Errorf("reading has its own budget: %+v", r)
	}
	s.Advance(5 * time.Second)
	if r := call(t, s, "POST", posts, messageBody("x", "5")); r.status != 200 {
		t.Errorf("after the window: %+v", r)
	}
	if st := s.Stats(); st.RateLimited != 1 || st.Invalid != 1 || st.Posts != 6 {
		t.Errorf("stats: %+v", st)
	}
}

func TestGlobalLimit(t *testing.T) {
	s := started(t, WithLimits(Limits{Global: 10}))
	for i := range 10 {
		if r := call(t, s, "GET", posts, ""); r.status != 200 {
			t.Fatalf("request %d: %+v", i, r)
		}
	}
	r := call(t, s, "GET", posts, "")
	if r.status != 429 || r.field("global") != "true" || r.header.Get("X-RateLimit-Reset-After") != "" || r.header.Get("X-RateLimit-Scope") != "global" {
		t.Errorf("the eleventh: %+v", r)
	}
	if r := call(t, s, "POST", "/interactions/1/t/callback", `{"type":5}`); r.status != 404 {
		t.Errorf("callbacks are exempt: %+v", r)
	}
	s.Advance(time.Second)
	if r := call(t, s, "GET", posts, ""); r.status != 200 {
		t.Errorf("a second later: %+v", r)
	}
}

func TestInvalidRequestsBringABan(t *testing.T) {
	s := started(t, WithLimits(Limits{Invalid: 3}))
	s.Fail(Match{Op: GetMe}, MissingAccess())
	s.FailNext(Match{Op: GetChannel}, RateLimited("shared", time.Second))
	call(t, s, "GET", "/channels/"+testChannel, "")
	for range 3 {
		call(t, s, "GET", "/users/@me", "")
	}
	if r := call(t, s, "GET", posts, ""); r.status != 429 || r.header.Get("Via") != "" {
		t.Errorf("after three invalid requests: %+v", r)
	}
	s.Advance(11 * time.Minute)
	if r := call(t, s, "GET", posts, ""); r.status != 200 {
		t.Errorf("the ban ends: %+v", r)
	}
}

func TestWaitPosts(t *testing.T) {
	s := started(t)
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 20 {
		wg.Go(func() { call(t, s, "POST", posts, messageBody("x", fmt.Sprint(i))) })
	}
	if err := s.WaitPosts(testContext(t), 20); err != nil {
		t.Error(err)
	}
	if all, err := s.WaitMessages(testContext(t), testChannel, 20); err != nil || len(all) != 20 {
		t.Errorf("%d messages, %v", len(all), err)
	}
	if err := s.Wait(testContext(t), func() bool { return s.Stats().Posts == 20 }); err != nil {
		t.Error(err)
	}
}
