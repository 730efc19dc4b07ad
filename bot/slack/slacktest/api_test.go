package slacktest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRequestsThatSlackRefuses(t *testing.T) {
	form := "application/x-www-form-urlencoded"
	json := "application/json; charset=utf-8"
	const token = "xoxb-T1-fake-0123456789"
	for _, tc := range []struct {
		name, verb, method, contentType, token, body string
		want, violation                              string // violation "" for what is no mistake of the app's
	}{
		{"unknown method", "POST", "chat.shout", form, token, "", "unknown_method", "no such method"},
		{"no token", "POST", "auth.test", form, "", "", "not_authed", "no token"},
		{"wrong token", "POST", "auth.test", form, "xoxb-nobody", "", "invalid_auth", ""},
		{"bot token for a socket", "POST", "apps.connections.open", form, token, "", "not_allowed_token_type", "wrong kind"},
		{"app token for a post", "POST", "auth.test", form, "xapp-1-A0STORYBOT-1-00000000000000000000000000000000", "", "not_allowed_token_type", "wrong kind"},
		{"token in the query", "GET", "auth.test?token=" + token, "", "", "", "invalid_arguments", "the token stands in the query"},
		{"token in a JSON body", "POST", "auth.test", json, token, `{"token":"` + token + `"}`, "invalid_arguments", "in the body"},
		{"post by GET", "GET", "chat.postMessage?channel=C1&text=hi", "", token, "", "invalid_arguments", "called with GET"},
		{"history in JSON", "POST", "conversations.history", json, token, `{"channel":"C1"}`, "invalid_arguments", "Content-Type application/json"},
		{"XML", "POST", "chat.postMessage", "text/xml", token, `<channel/>`, "invalid_arguments", "text/xml"},
		{"broken JSON", "POST", "chat.postMessage", json, token, `{"channel":`, "invalid_arguments", "not a JSON object"},
		{"no channel", "POST", "chat.postMessage", form, token, "text=hi", "invalid_arguments", "missing required field: channel"},
		{"unknown argument", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&colour=red", "invalid_arguments", "unknown argument colour"},
		{"argument twice", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&text=ho", "invalid_arguments", "given twice"},
		{"not a boolean", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&unfurl_links=no", "invalid_arguments", "unfurl_links"},
		{"not a timestamp", "POST", "chat.update", form, token, "channel=C1&text=hi&ts=yesterday", "invalid_arguments", "argument ts"},
		{"unfurling an update", "POST", "chat.update", form, token, "channel=C1&text=hi&ts=1.1&unfurl_links=false", "invalid_arguments", "unknown argument unfurl_links"},
		{"unknown parse mode", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&parse=all", "invalid_arguments", "argument parse"},
		{"no text", "POST", "chat.postMessage", form, token, "channel=C1", "no_text", "no_text"},
		{"empty text", "POST", "chat.postMessage", form, token, "channel=C1&text=%20", "no_text", "no_text"},
		{"long text", "POST", "chat.postMessage", form, token, "channel=C1&text=" + strings.Repeat("x", 40001), "msg_too_long", "msg_too_long"},
		{"blocks are no array", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&blocks={}", "invalid_blocks_format", "invalid_blocks_format"},
		{"markdown beside text", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&markdown_text=hi", "markdown_text_conflict", "markdown_text_conflict"},
		{"metadata without payload", "POST", "chat.postMessage", form, token, `channel=C1&text=hi&metadata={"event_type":"x"}`, "invalid_metadata_schema", "event_payload"},
		{"metadata no JSON", "POST", "chat.postMessage", form, token, `channel=C1&text=hi&metadata=x`, "invalid_metadata_format", "invalid_metadata_format"},
		{"unknown channel", "POST", "chat.postMessage", form, token, "channel=C9&text=hi", "channel_not_found", ""},
		{"unknown person", "POST", "chat.postMessage", form, token, "channel=U9&text=hi", "channel_not_found", ""},
		{"unknown thread", "POST", "chat.postMessage", form, token, "channel=C1&text=hi&thread_ts=1.000001", "thread_not_found", ""},
		{"unknown message", "POST", "chat.update", form, token, "channel=C1&text=hi&ts=1.000001", "message_not_found", ""},
		{"limit over 999", "GET", "conversations.history?channel=C1&limit=1000", "", token, "", "invalid_limit", "limit 1000"},
		{"broken cursor", "GET", "conversations.history?channel=C1&cursor=x", "", token, "", "invalid_cursor", ""},
		{"unknown trigger", "POST", "views.open", form, token, "trigger_id=1.2.x&view={}", "invalid_trigger_id", "unknown trigger_id"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := start(t)
			r, err := c.do(tc.verb, tc.method, tc.contentType, tc.token, tc.body)
			if err != nil {
				t.Fatal(err)
			}
			if r.OK || r.Error != tc.want || r.status != http.StatusOK {
				t.Errorf("status %d, %s, want error %s", r.status, r.body, tc.want)
			}
			got := s.TakeViolations()
			if tc.violation == "" && len(got) > 0 || tc.violation != "" && (len(got) == 0 || !strings.Contains(got[0].Detail, tc.violation)) {
				t.Errorf("violations %q, want one that says %q", got, tc.violation)
			}
			if len(s.Messages("T1", "C1")) > 0 {
				t.Error("it was posted nonetheless")
			}
		})
	}
}

func TestRequestsThatSlackTakes(t *testing.T) {
	s, c := start(t)
	s.Grant("T1", "im:read", true)
	for _, tc := range []struct{ verb, method, contentType, token, body string }{
		{"GET", "auth.test", "", c.token, ""},
		{"POST", "auth.test", formType, "", "token=" + c.token},
		{"POST", "auth.test", jsonType, c.token, ""},
		{"POST", "apps.connections.open", jsonType, s.AppToken, ""},
		{"POST", "chat.postMessage", formType, "", "channel=C1&text=hi&token=" + c.token},
		{"POST", "chat.postMessage", jsonType, c.token, `{"channel":"C1","text":"hi","unfurl_links":false,"blocks":[{"type":"divider"}],"metadata":{"event_type":"e","event_payload":{"id":"1"}},"thread_ts":null}`},
		{"POST", "conversations.history", formType, "", "channel=C1&inclusive=0&token=" + c.token},
		{"GET", "conversations.history?channel=C1&limit=999&oldest=0", "", c.token, ""},
		{"GET", "users.conversations?types=public_channel,private_channel,im", "", c.token, ""},
		{"GET", "users.info?user=U1", "", c.token, ""},
		{"GET", "bots.info?bot=BBOTT1", "", c.token, ""},
		{"GET", "conversations.info?channel=C1", "", c.token, ""},
		{"POST", "conversations.join", formType, c.token, "channel=C1"},
		{"POST", "conversations.open", formType, c.token, "users=U1"},
		{"POST", "chat.postMessage", formType, c.token, "channel=U1&text=psst"},
	} {
		r, err := c.do(tc.verb, tc.method, tc.contentType, tc.token, tc.body)
		if err != nil || !r.OK {
			t.Errorf("%s %s: %v %s", tc.verb, tc.method, err, r.body)
		}
	}
}

func TestViolationsFailTheTest(t *testing.T) {
	outer := &recorder{TB: t}
	s := Start(outer)
	newClient(t, s, "").call("auth.test")
	for _, f := range outer.cleanups {
		f()
	}
	if len(outer.errors) != 1 || !strings.Contains(outer.errors[0], "auth.test: no token") {
		t.Errorf("the test saw the errors %q", outer.errors)
	}
}

func TestViolationsHideTokens(t *testing.T) {
	s, c := start(t)
	c.call("chat.postMessage", "channel", "C1", "text", "hi", "parse", c.token)
	got := s.TakeViolations()
	if len(got) != 1 || strings.Contains(got[0].String(), c.token) {
		t.Errorf("violations %q", got)
	}
}

// recorder keeps what would have failed a test.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func TestScopes(t *testing.T) {
	s, c := start(t, WithoutScopes("channels:history", "users:read", "chat:write.public"))
	s.AddChannel("T1", "C2", Public, false)
	s.AddChannel("T1", "G1", Private, true)
	r := c.call("conversations.history", "channel", "C1")
	if r.Error != "missing_scope" || r.Needed != "channels:history" {
		t.Errorf("history: %s", r.body)
	}
	if r := c.call("conversations.history", "channel", "G1"); !r.OK {
		t.Errorf("history of a private channel: %s", r.body)
	}
	if r := c.call("users.info", "user", "U1"); r.Error != "missing_scope" {
		t.Errorf("users.info: %s", r.body)
	}
	if r := c.call("chat.postMessage", "channel", "C2", "text", "hi"); r.Error != "not_in_channel" {
		t.Errorf("post without membership: %s", r.body)
	}
	s.Grant("T1", "chat:write.public", true)
	r = c.call("chat.postMessage", "channel", "C2", "text", "hi")
	if scopes := r.header.Get("X-Oauth-Scopes"); !r.OK || !strings.Contains(scopes, "chat:write.public") || strings.Contains(scopes, "users:read") {
		t.Errorf("post after the grant: %s, scopes %q", r.body, scopes)
	}
	if r := c.call("conversations.history", "channel", "C2"); r.Error != "missing_scope" {
		t.Errorf("history: %s", r.body)
	}
	s.Grant("T1", "channels:history", true)
	if r := c.call("conversations.history", "channel", "C2"); r.Error != "not_in_channel" {
		t.Errorf("history without membership: %s", r.body)
	}
	if r := c.call("conversations.join", "channel", "C2"); !r.OK {
		t.Errorf("join: %s", r.body)
	}
	if r := c.call("conversations.history", "channel", "C2"); !r.OK {
		t.Errorf("history after joining: %s", r.body)
	}
}

func TestRefusedToken(t *testing.T) {
	s, c := start(t)
	other := newClient(t, s, s.AddWorkspace("T2"))
	s.AddChannel("T2", "C1", Public, true)
	s.Refuse("T1", "token_revoked")
	if r := c.call("chat.postMessage", "channel", "C1", "text", "hi"); r.Error != "token_revoked" {
		t.Errorf("got %s", r.body)
	}
	other.mustPost("C1", "hi")
	s.Refuse("T1", "")
	c.mustPost("C1", "hi again")
	if got := len(s.Messages("T1", "C1")); got != 1 {
		t.Errorf("T1 has %d messages", got)
	}
}

func TestSkewedClock(t *testing.T) {
	s, c := start(t)
	s.SetSkew(time.Hour)
	r := c.call("chat.postMessage", "channel", "C1", "text", "hi")
	date, err := http.ParseTime(r.header.Get("Date"))
	if ahead := time.Until(date); err != nil || ahead < 59*time.Minute || ahead > 61*time.Minute {
		t.Errorf("Date is %v ahead (%v)", ahead, err)
	}
	if at := time.UnixMicro(micros(r.TS)); time.Until(at) < 59*time.Minute {
		t.Errorf("the message is of %v", at)
	}
}
