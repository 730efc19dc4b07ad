package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

func TestSendPostsWithItsKey(t *testing.T) {
	var got struct {
		Nonce   string
		Enforce bool `json:"enforce_nonce"`
		Content string
	}
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" || r.URL.Path != "/api/v9/channels/"+testChannel+"/messages" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		for name, want := range map[string]string{"Authorization": "Bot " + testToken, "User-Agent": "DiscordBot (https://storybot.example, 1.0)", "Content-Type": "application/json"} {
			if r.Header.Get(name) != want {
				t.Errorf("%s: %q", name, r.Header.Get(name))
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		w.Header().Set("X-RateLimit-Remaining", "3")
		w.Header().Set("X-RateLimit-Reset-After", "2.5")
		respond(w, 200, `{"id":"7","channel_id":"`+testChannel+`","components":[{"type":99}]}`)
	}))
	v := p.Do(t.Context(), post(testMessage(), "key-1"))
	if v.Outcome != bot.Delivered || v.MessageID != "7" || !v.Left.Known || v.Left.Remaining != 3 || v.Left.ResetAfter != 2500*time.Millisecond {
		t.Errorf("%+v", v)
	}
	if got.Nonce != "key-1" || !got.Enforce || !strings.HasPrefix(got.Content, "## Sony hack") {
		t.Errorf("%+v", got)
	}
}

func TestAnswersWithoutAMessageAreAmbiguous(t *testing.T) {
	for name, far := range map[string]http.HandlerFunc{
		"empty object": func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, `{}`) },
		"no JSON":      func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, `<html>`) },
		"no content":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"cut body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			respond(w, 200, `{"id":"7"`)
		},
		"reset":          func(w http.ResponseWriter, _ *http.Request) { reset(w) },
		"500":            func(w http.ResponseWriter, _ *http.Request) { respond(w, 500, ``) },
		"502 page":       func(w http.ResponseWriter, _ *http.Request) { respond(w, 502, `<html>`) },
		"503 overloaded": func(w http.ResponseWriter, _ *http.Request) { respond(w, 503, `{"code":130000}`) },
		"504":            func(w http.ResponseWriter, _ *http.Request) { respond(w, 504, ``) },
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := platformAt(t, far)
			if v := p.Do(t.Context(), post(testMessage(), "key")); v.Outcome != bot.Ambiguous || v.MessageID != "" || v.Reason == "" || v.Err == nil {
				t.Errorf("%+v", v)
			}
		})
	}
}

// reset breaks the connection without an answer.
func reset(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

func TestATimeoutAfterTheRequestIsAmbiguous(t *testing.T) {
	arrived := make(chan struct{})
	p, _ := platformAt(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if v := p.Do(ctx, post(testMessage(), "key")); v.Outcome != bot.Ambiguous {
		t.Errorf("%+v", v)
	}
}

func TestWithoutAConnectionNothingWasSent(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	n := newNotes()
	p, err := New(Config{Token: testToken, APIURL: srv.URL, Places: n, Memory: n, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if v := p.Do(t.Context(), post(testMessage(), "key")); v.Outcome != bot.Transient || v.Err == nil {
		t.Errorf("%+v", v)
	}
}

func TestAKeyUsedInAnotherChannelIsAFault(t *testing.T) {
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, `{"id":"7","channel_id":"99"}`) }))
	if v := p.Do(t.Context(), post(testMessage(), "key")); v.Outcome != bot.BadPayload || v.Code != "nonce_reused" {
		t.Errorf("%+v", v)
	}
}

func TestWhatCannotBeAChannelOrAKeyCostsNoRequest(t *testing.T) {
	p, _ := platformAt(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was made") }))
	q := post(testMessage(), "key")
	q.Delivery.Destination.Channel = ""
	if v := p.Do(t.Context(), q); v.Outcome != bot.Blocked || v.Cure == "" {
		t.Errorf("%+v", v)
	}
	for _, key := range []string{"", strings.Repeat("k", 26), "a b", `a"b`, "ä", "a~b"} {
		if v := p.Do(t.Context(), post(testMessage(), key)); v.Outcome != bot.BadPayload {
			t.Errorf("%q: %+v", key, v)
		}
	}
}

// TestIdsMayLookLikeAnything: what an id means is Discord's affair.
func TestIdsMayLookLikeAnything(t *testing.T) {
	for channel, path := range map[string]string{"c12": "c12", "0": "0", "1/../2": "1%2F..%2F2", "a b?c": "a%20b%3Fc"} {
		var asked string
		p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.EscapedPath()
			respond(w, 200, fmt.Sprintf(`{"id":"m1","channel_id":%q}`, channel))
		}))
		q := post(testMessage(), "key")
		q.Delivery.Destination.Channel = channel
		if v := p.Do(t.Context(), q); v.Outcome != bot.Delivered || v.MessageID != "m1" || asked != "/api/v9/channels/"+path+"/messages" {
			t.Errorf("%q: %s %+v", channel, asked, v)
		}
		if v := p.Do(t.Context(), on(q, stories.OpEdit, "m1")); v.Outcome != bot.Delivered || asked != "/api/v9/channels/"+path+"/messages/m1" {
			t.Errorf("%q: %s %+v", channel, asked, v)
		}
	}
}

// TestNoSecretIsLoggedOrReturned lets a far side that echoes everything fail in
// every way.
func TestNoSecretIsLoggedOrReturned(t *testing.T) {
	const secret = "aW50ZXJhY3Rpb246secret"
	var log bytes.Buffer
	for name, far := range map[string]http.HandlerFunc{
		"reset": func(w http.ResponseWriter, _ *http.Request) { reset(w) },
		"echo": func(w http.ResponseWriter, r *http.Request) {
			respond(w, 400, fmt.Sprintf(`{"code":50035,"message":%q,"errors":{"x":%q}}`, r.URL.Path+r.Header.Get("Authorization"), r.URL.Path))
		},
		"page":     func(w http.ResponseWriter, r *http.Request) { respond(w, 403, "<html>"+r.Header.Get("Authorization")) },
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/"+testToken, http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			p, n := platformAt(t, far)
			p.log = slog.New(slog.NewTextHandler(&log, nil))
			v := p.Do(t.Context(), post(testMessage(), "key"))
			s := newServing(p, handler{})
			i := &interaction{ID: "1", ApplicationID: testApp, Token: secret}
			p.reply(t.Context(), i, time.Now(), bot.Reply{Message: faulty})
			p.edit(t.Context(), i, encodeEdit(faulty))
			p.publish(t.Context(), i, bot.Reply{Message: faulty})
			s.wait()
			g := &gateway{p: p}
			_, err := g.admission(t.Context())
			for _, said := range []string{fmt.Sprintf("%+v", v), errText(v.Err), errText(err), log.String(), fmt.Sprint(p.Health()), fmt.Sprint(n.kept)} {
				if strings.Contains(said, testToken) || strings.Contains(said, secret) {
					t.Errorf("a secret is told: %s", said)
				}
			}
			if log.Len() == 0 {
				t.Error("nothing was logged")
			}
		})
	}
}

func errText(err error) string {
	text := ""
	for ; err != nil; err = errors.Unwrap(err) {
		text += err.Error() + fmt.Sprintf("%+v", err)
	}
	return text
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	n := newNotes()
	ok := Config{Token: testToken, Places: n, Memory: n, Log: slog.New(slog.DiscardHandler)}
	if _, err := New(ok); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no token":      func(c *Config) { c.Token = "" },
		"token + line":  func(c *Config) { c.Token = testToken + "\n" },
		"no address":    func(c *Config) { c.APIURL = "127.0.0.1:80/api" },
		"other scheme":  func(c *Config) { c.APIURL = "ws://127.0.0.1/api" },
		"no memory":     func(c *Config) { c.Memory = nil },
		"bad command":   func(c *Config) { c.Specs = []bot.Spec{{Name: "Story", Summary: "x"}} },
		"no summary":    func(c *Config) { c.Specs = []bot.Spec{{Name: "story"}} },
		"twice":         func(c *Config) { c.Specs = []bot.Spec{{Name: "story", Summary: "x"}, {Name: "story", Summary: "x"}} },
		"base and subs": func(c *Config) { c.Specs = []bot.Spec{{Name: "desk", Summary: "x"}, {Name: "desk log", Summary: "x"}} },
	} {
		c := ok
		change(&c)
		if _, err := New(c); err == nil || strings.Contains(err.Error(), testToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
