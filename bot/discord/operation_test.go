package discord

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// letters are the outcomes as the table below writes them.
var letters = map[byte]bot.Outcome{
	'D': bot.Delivered, 'G': bot.Gone, 'B': bot.Blocked, 'P': bot.BadPayload, 'A': bot.BadAccount, 'T': bot.Transient,
	'?': bot.Ambiguous, 'M': bot.MessageGone, 'H': bot.ThreadGone, 'U': bot.Unable,
}

// Every code of Discord's pages, by what it means for a post, a reply, a thread, a
// forum post, an edit, an edit in a thread, a publication and a deletion
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
var operationVerdicts = map[string]string{
	"10003":             "G H G G G H G G",
	"10004 50278 40007": "G G G G G G G G",
	"50001 50007 50009 20009 50008 40058 40067 220001": "B B B B B B B B",
	"50013":       "B U U B B U U B",
	"50024":       "B B U B B B U B",
	"160005":      "B H H B B H H H",
	"50083":       "B H H B B H H H",
	"10008":       "D D M D M M M D",
	"40033 40060": "D D D D D D D D",
	"50005":       "P P M P M M M M",
	"50021":       "P M M P M M M M",
	"50035 50006 50109 200000 200001 240000 160002": "P P P P P P P P",
	"20016 20022 20028 20029 30046 40003 40004":     "T T T T T T T T",
	"40006 40062 110000 130000":                     "T T T T T T T T",
	"40001 50014 40002 40333":                       "A A A A A A A A",
	"160004":                                        "P P D P P P P P",
	"160006":                                        "P U U B U U U U",
	"160007":                                        "P U U P U U U U",
	"50068":                                         "P P P P P P U P",
}

// limitCodes come with 429 as well as with what else codes come with.
const limitCodes = " 20016 20022 20028 20029 30046 40003 40062 "

// What an unknown code means under each status. Only a post and a forum post show
// that a channel is closed.
var unknownVerdicts = map[string]string{
	"400 413 422":     "P P P P P P P P",
	"401":             "A A A A A A A A",
	"403":             "B U U B U U U U",
	"302 404 405 409": "T T T T T T T T",
	"429":             "T T T T T T T T",
	"408 500 502 503": "? ? T ? T T T T",
}

// counting returns a platform that talks to far, and how often it did.
func counting(t *testing.T, far http.HandlerFunc) (*Platform, *atomic.Int32) {
	var n atomic.Int32
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		far(w, r)
	}))
	return p, &n
}

// doing does o. What a forum's tags are was asked just now, so that the answer is to o itself.
func doing(t *testing.T, p *Platform, o bot.Operation) bot.Verdict {
	p.posts.forums.keep(testChannel, forum{at: p.now(), asked: true})
	return p.Do(t.Context(), o)
}

// operations are those of the table's columns.
func operations() []bot.Operation {
	p := post(testMessage(), "key")
	return []bot.Operation{p, on(p, stories.OpReply, "7"), on(p, stories.OpThread, "7"), on(p, stories.OpForum, ""), on(p, stories.OpEdit, "7"),
		on(p, stories.OpEdit, "8/9"), on(p, stories.OpPublish, "7"), on(p, stories.OpDelete, "7")}
}

// answering returns a platform whose far side answers what say was called with.
func answering(t *testing.T) (p *Platform, say func(status int, body string)) {
	var body atomic.Pointer[string]
	var status atomic.Int32
	p, _ = counting(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, int(status.Load()), *body.Load()) })
	return p, func(code int, text string) {
		status.Store(int32(code))
		body.Store(&text)
	}
}

// A code means the same under every status that Discord may give it: its pages
// name none for most codes.
func TestEveryCodeForEveryOperation(t *testing.T) {
	p, say := answering(t)
	for codes, row := range operationVerdicts {
		for code := range strings.FieldsSeq(codes) {
			statuses := []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}
			if strings.Contains(limitCodes, " "+code+" ") {
				statuses = append(statuses, http.StatusTooManyRequests)
			}
			for _, status := range statuses {
				say(status, fmt.Sprintf(`{"code":%s,"message":"x"}`, code))
				for i, want := range strings.Fields(row) {
					o := operations()[i]
					v := doing(t, p, o)
					want := letters[want[0]]
					if _, known := readings[numbered(code)]; !known && want == bot.BadPayload && status != http.StatusBadRequest {
						continue // as an unknown code: see below
					}
					if v.Outcome != want || v.Reason == "" || v.Code != code && v.Code != "cloudflare" {
						t.Errorf("%d with %s of %v on %q: %+v, want %v", status, code, o.Delivery.Op, o.Target, v, want)
					}
					if o.Delivery.Op.Repeatable() && v.Outcome == bot.Delivered && v.MessageID != o.Target {
						t.Errorf("%s of %v: done to %q", code, o.Delivery.Op, v.MessageID)
					}
					if v.Outcome == bot.Unable && v.Cure == "" && code != "50024" && code != "50068" {
						t.Errorf("%s of %v: nobody is named who can mend it", code, o.Delivery.Op)
					}
				}
			}
		}
	}
}

func numbered(code string) int {
	n, _ := strconv.Atoi(code)
	return n
}

// What Discord says in a code nobody knows, or in none, is read by its status, and
// closes no channel on account of one message.
func TestUnknownCodesForEveryOperation(t *testing.T) {
	p, say := answering(t)
	for statuses, row := range unknownVerdicts {
		for status := range strings.FieldsSeq(statuses) {
			for _, body := range []string{`{"code":99999,"message":"x"}`, `{"code":0,"message":"x"}`, `{}`, `Refused`} {
				say(numbered(status), body)
				for i, want := range strings.Fields(row) {
					o := operations()[i]
					v := doing(t, p, o)
					if v.Outcome != letters[want[0]] || v.Reason == "" || v.Outcome == bot.Unable && v.Cure == "" {
						t.Errorf("%s %s of %v on %q: %+v, want %v", status, body, o.Delivery.Op, o.Target, v, letters[want[0]])
					}
				}
			}
		}
	}
}

// A refusal of the token says nothing of the message, whatever code it holds.
func TestRefusedTokensEndNoMessage(t *testing.T) {
	p, say := answering(t)
	for _, code := range []string{"10003", "10008", "50013", "160004", "40033"} {
		say(http.StatusUnauthorized, fmt.Sprintf(`{"code":%s,"message":"x"}`, code))
		for _, o := range operations() {
			if v := doing(t, p, o); v.Outcome != bot.BadAccount {
				t.Errorf("%s of %v: %+v", code, o.Delivery.Op, v)
			}
		}
	}
}

// Every code of readings has its place in the table.
func TestTheTableHoldsEveryCode(t *testing.T) {
	var all string
	for codes := range operationVerdicts {
		all += " " + codes + " "
	}
	check := func(code string) {
		if !strings.Contains(all, " "+code+" ") {
			t.Errorf("code %s is not in the table", code)
		}
	}
	for code := range readings {
		check(fmt.Sprint(code))
	}
	for code := range ofTarget {
		check(code)
	}
	for _, codes := range opReadings {
		for code := range codes {
			check(code)
		}
	}
}

// Limits of old messages and of publications are not worth waiting a day for, and
// say nothing of the lane.
func TestLimitsThatFade(t *testing.T) {
	p, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		code := 30046
		if strings.HasSuffix(r.URL.Path, "/crosspost") {
			code = 20022
		}
		respond(w, http.StatusTooManyRequests, fmt.Sprintf(`{"code":%d,"message":"x","retry_after":1163.5}`, code))
	})
	for _, o := range operations() {
		want := map[stories.Op]time.Duration{stories.OpEdit: editFades, stories.OpPublish: publishFades}[o.Delivery.Op]
		v := doing(t, p, o)
		if v.Outcome != bot.Transient || v.Limited != bot.ScopeChannel || v.Fades != want || v.RetryAfter != 1163500*time.Millisecond {
			t.Errorf("%v: %+v, want to fade after %v", o.Delivery.Op, v, want)
		}
		if o.Delivery.Op == stories.OpPublish && !strings.HasSuffix(v.Reason, "; it takes the next one 19 min later") { // Discord's own time
			t.Errorf("it says %q", v.Reason)
		}
	}
}

// What is repeatable is made again when its answer was lost or Discord failed;
// what is not is in doubt, whatever code a fault holds.
func TestLostAnswersOfEveryOperation(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"reset": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"502":   func(w http.ResponseWriter, _ *http.Request) { respond(w, 502, "") },
		"500 with a code": func(w http.ResponseWriter, _ *http.Request) {
			respond(w, 500, `{"code":10008,"message":"x"}`)
		},
	} {
		p, _ := counting(t, answer)
		for _, o := range operations() {
			want := bot.Ambiguous
			if o.Delivery.Op.Repeatable() {
				want = bot.Transient
			}
			if v := doing(t, p, o); v.Outcome != want || v.Reason == "" {
				t.Errorf("%s of %v: %+v, want %v", name, o.Delivery.Op, v, want)
			}
		}
	}
}

// What is no id of a message's is not asked for.
func TestTargetsThatAreNone(t *testing.T) {
	p, n := counting(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, `{"id":"1"}`) })
	for _, target := range []string{"", "a b", "/", "1/", "/1", "1/2/3", "\n"} {
		for _, op := range []stories.Op{stories.OpThread, stories.OpEdit, stories.OpPublish, stories.OpDelete} {
			if v := p.Do(t.Context(), on(post(testMessage(), "key"), op, target)); v.Outcome != bot.MessageGone {
				t.Errorf("%v of %q: %+v", op, target, v)
			}
		}
	}
	if v := p.Do(t.Context(), on(post(testMessage(), "key"), stories.OpReply, "")); v.Outcome != bot.MessageGone {
		t.Errorf("a reply to nothing: %+v", v)
	}
	if n.Load() != 0 {
		t.Errorf("%d requests", n.Load())
	}
}
