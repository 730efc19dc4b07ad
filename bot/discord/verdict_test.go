package discord

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

func verdictOf(t *testing.T, status int, header map[string]string, body string) bot.Verdict {
	t.Helper()
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		respond(w, status, body)
	}))
	return p.Do(t.Context(), post(testMessage(), "key"))
}

func TestEveryCodeHasItsVerdict(t *testing.T) {
	type codes = []int
	for _, c := range []struct {
		status  int
		outcome bot.Outcome
		codes   codes
	}{
		{404, bot.Gone, codes{10003, 10004}},
		{403, bot.Gone, codes{50278, 40007}},
		{403, bot.Blocked, codes{50001, 50013, 50007, 50009, 160005, 20009}},
		{400, bot.Blocked, codes{50008, 50024, 40058, 40067, 220001, 50083}},
		{404, bot.Delivered, codes{10008}},
		{400, bot.Delivered, codes{40033, 40060}},
		{403, bot.BadPayload, codes{50005}},
		{400, bot.BadPayload, codes{50035, 50006, 50109, 200000, 200001, 240000, 160002}},
		{429, bot.Transient, codes{20016, 20022, 20028, 20029, 30046, 40003, 40062}},
		{400, bot.Transient, codes{40004, 40006, 110000}},
		{503, bot.Ambiguous, codes{130000}},
		{401, bot.BadAccount, codes{40001, 50014, 0}},
		{403, bot.BadAccount, codes{40002, 40333}},
	} {
		for _, code := range c.codes {
			t.Run(fmt.Sprint(code), func(t *testing.T) {
				v := verdictOf(t, c.status, nil, fmt.Sprintf(`{"code":%d,"message":"no"}`, code))
				if v.Outcome != c.outcome {
					t.Errorf("outcome %s, want %s", v.Outcome, c.outcome)
				}
				if want := fmt.Sprint(code); v.Code != want && code != 0 {
					t.Errorf("code %q", v.Code)
				}
				if v.Reason == "" || v.Err == nil {
					t.Errorf("no reason or no cause: %+v", v)
				}
				if (v.Outcome == bot.Blocked || v.Outcome == bot.BadAccount) && v.Cure == "" {
					t.Error("no cure")
				}
				if want := c.status == 401 || c.status == 403 || c.status == 429; v.Invalid != want {
					t.Errorf("invalid: %v", v.Invalid)
				}
			})
		}
	}
}

func TestStatusesWithoutACode(t *testing.T) {
	for _, c := range []struct {
		status  int
		body    string
		outcome bot.Outcome
	}{
		{403, `{"code":123,"message":"x"}`, bot.Blocked},
		{403, ``, bot.Blocked},
		{400, `{"code":0}`, bot.BadPayload},
		{413, ``, bot.BadPayload},
		{404, `{"code":0,"message":"404: Not Found"}`, bot.Transient},
		{407, `<html>proxy`, bot.Transient},
		{302, ``, bot.Transient},
		{408, ``, bot.Ambiguous},
		{403, `<html>error code: 40333`, bot.BadAccount},
		{429, `<html>error code: 1015`, bot.BadAccount},
		{429, `error code: 1015`, bot.BadAccount},
		{403, "Error code: 1020\n", bot.BadAccount},
		{429, `Too Many Requests`, bot.Transient},
		{429, `null`, bot.Transient},
		{429, `"slow down"`, bot.Transient},
		{403, `Forbidden`, bot.Blocked},
		{404, `{"code":"10003"}`, bot.Gone},
		{403, `{"code":50001,"errors":7,"message":[]}`, bot.Blocked},
		{401, `{"message":"401: Unauthorized","code":0}`, bot.BadAccount},
	} {
		if v := verdictOf(t, c.status, nil, c.body); v.Outcome != c.outcome {
			t.Errorf("%d %s: %s", c.status, c.body, v.Outcome)
		}
	}
}

func TestRateLimits(t *testing.T) {
	type head = map[string]string
	for _, c := range []struct {
		name   string
		header head
		body   string
		scope  bot.Scope
		wait   time.Duration
		shared bool
	}{
		{"header only", head{"Retry-After": "3"}, ``, bot.ScopeChannel, 3 * time.Second, false},
		{"body only", nil, `{"retry_after":0.25}`, bot.ScopeChannel, 250 * time.Millisecond, false},
		{"body longer", head{"Retry-After": "1"}, `{"retry_after":1163,"code":20028}`, bot.ScopeChannel, 1163 * time.Second, false},
		{"header longer", head{"Retry-After": "65"}, `{"retry_after":64.57}`, bot.ScopeChannel, 65 * time.Second, false},
		{"none", nil, `{}`, bot.ScopeChannel, time.Second, false},
		{"zero", head{"Retry-After": "0"}, `{"retry_after":0}`, bot.ScopeChannel, time.Second, false},
		{"reset only", head{"X-RateLimit-Reset-After": "4.5"}, `{}`, bot.ScopeChannel, 4500 * time.Millisecond, false},
		{"global as documented", head{"Retry-After": "65", "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, `{"retry_after":64.57,"global":true}`, bot.ScopeLane, 65 * time.Second, false},
		{"global in the body", nil, `{"retry_after":2,"global":true}`, bot.ScopeLane, 2 * time.Second, false},
		{"shared", head{"Retry-After": "1337", "X-RateLimit-Scope": "shared"}, `{"retry_after":1336.5}`, bot.ScopeChannel, 1337 * time.Second, true},
		{"plain text", head{"Retry-After": "0.5", "Content-Type": "text/plain; charset=utf-8"}, "429 Too Many Requests\n", bot.ScopeChannel, 500 * time.Millisecond, false},
		{"null", head{"Retry-After": "0.5"}, `null`, bot.ScopeChannel, 500 * time.Millisecond, false},
		{"numbers in strings", nil, `{"retry_after":"2.5","code":"0","global":true}`, bot.ScopeLane, 2500 * time.Millisecond, false},
		{"global in capitals", head{"X-RateLimit-Scope": "Global"}, `{"retry_after":2}`, bot.ScopeLane, 2 * time.Second, false},
		{"shared in capitals", head{"X-RateLimit-Scope": "Shared"}, `{"retry_after":2}`, bot.ScopeChannel, 2 * time.Second, true},
		{"a body without sense", nil, `{"retry_after":{},"global":true}`, bot.ScopeLane, time.Second, false},
		{"malformed", head{"Retry-After": "soon"}, `{"retry_after":"x"}`, bot.ScopeChannel, time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verdictOf(t, 429, c.header, c.body)
			if v.Outcome != bot.Transient || v.Limited != c.scope || v.RetryAfter != c.wait || v.Shared != c.shared || v.Invalid == c.shared {
				t.Errorf("%+v", v)
			}
		})
	}
	if v := verdictOf(t, 429, head{"Retry-After": "30"}, "<html>"); v.Limited != bot.ScopeLane || v.RetryAfter != 30*time.Second || v.Code != "cloudflare" {
		t.Errorf("Cloudflare: %+v", v)
	}
}

func TestAPageIsKnownByItsType(t *testing.T) {
	for _, c := range []struct {
		kind, body string
		page       bool
	}{
		{"text/html; charset=UTF-8", "You are being rate limited", true},
		{"text/html", `{"retry_after":1}`, false},
		{"text/html", "", false},
		{"text/plain", "error code: 1015", true},
		{"application/json", " \n<!DOCTYPE html>", true},
		{"text/plain", "Too Many Requests", false},
	} {
		a := answer{status: 429, header: http.Header{"Content-Type": {c.kind}}, body: []byte(c.body)}
		if isPage(a) != c.page {
			t.Errorf("%s %q: %v", c.kind, c.body, !c.page)
		}
	}
}

func TestBudgetsAreReadOnlyWhenLegible(t *testing.T) {
	for _, h := range []map[string]string{nil, {"X-RateLimit-Remaining": "x", "X-RateLimit-Reset-After": "1"}, {"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset-After": "1"}, {"X-RateLimit-Remaining": "1"}} {
		if v := verdictOf(t, 200, h, `{"id":"7"}`); v.Outcome != bot.Delivered || v.Left.Known {
			t.Errorf("%v: %+v", h, v)
		}
	}
}

// TestReasonsAndCuresAreReadElsewhere too: at the desk, of any platform, and by a
// reader who is in no channel.
func TestReasonsAndCuresAreReadElsewhere(t *testing.T) {
	for code, r := range readings {
		for _, here := range []string{"this server", "this channel", "here"} {
			if strings.Contains(" "+r.cure+" ", here+" ") {
				t.Errorf("%d: %s", code, r.cure)
			}
		}
		alone := slices.Contains([]int{50278, 40007, 50007}, code)
		if said := bot.Reason("this channel", r.reason); alone == strings.Contains(said, "this channel") {
			t.Errorf("%d: %s", code, said)
		}
	}
}
