package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// client is a tiny app.
type client struct {
	t      *testing.T
	server *Server
	token  string
	http   *http.Client
}

func newClient(t *testing.T, s *Server, token string) *client {
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(c.CloseIdleConnections)
	return &client{t, s, token, c}
}

// start starts a Slack with the workspace T1 and the public channel C1, which
// the bot is in.
func start(t *testing.T, options ...Option) (*Server, *client) {
	s := Start(t, options...)
	token := s.AddWorkspace("T1")
	s.AddChannel("T1", "C1", Public, true)
	s.AddUser("T1", User{ID: "U1", Name: "ada", RealName: "Ada", TZ: "Europe/Berlin"})
	return s, newClient(t, s, token)
}

// result is an answer of the Web API with its raw body and status.
type result struct {
	OK       bool   `json:"ok"`
	Error    string `json:"error"`
	TS       string `json:"ts"`
	Channel  string `json:"channel"`
	URL      string `json:"url"`
	Needed   string `json:"needed"`
	Metadata struct {
		Messages   []string `json:"messages"`
		NextCursor string   `json:"next_cursor"`
	} `json:"response_metadata"`
	status int
	header http.Header
	body   string
}

// do sends one request.
func (c *client) do(verb, method, contentType, token, body string) (result, error) {
	q, err := http.NewRequest(verb, c.server.URL()+method, strings.NewReader(body))
	if err != nil {
		return result{}, err
	}
	if contentType != "" {
		q.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	r, err := c.http.Do(q)
	if err != nil {
		return result{}, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return result{}, err
	}
	res := result{status: r.StatusCode, header: r.Header, body: string(b)}
	_ = json.Unmarshal(b, &res) // {"channel": {…}} and HTML are looked at as body
	return res, nil
}

// call calls a method with a form.
func (c *client) call(method string, args ...string) result {
	c.t.Helper()
	r, err := c.try(method, args...)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	return r
}

func (c *client) try(method string, args ...string) (result, error) {
	v := url.Values{}
	for i := 0; i < len(args); i += 2 {
		v.Set(args[i], args[i+1])
	}
	return c.do("POST", method, formType, c.token, v.Encode())
}

// mustPost posts a text and returns its timestamp.
func (c *client) mustPost(channel, text string, more ...string) string {
	c.t.Helper()
	r := c.call("chat.postMessage", append([]string{"channel", channel, "text", text}, more...)...)
	if !r.OK || r.TS == "" {
		c.t.Fatalf("chat.postMessage: %s", r.body)
	}
	return r.TS
}

// socketClient is one connection of Socket Mode.
type socketClient struct {
	t  *testing.T
	ws *websocket.Conn
	in chan map[string]any
}

// connect opens a connection and reads its hello.
func (c *client) connect() *socketClient {
	c.t.Helper()
	before := c.server.Connections()
	sc := c.dial()
	if hello := sc.next(); hello["type"] != "hello" {
		c.t.Fatalf("got %v, want a hello", hello)
	}
	if err := c.server.WaitConnections(ctx(c.t), before+1); err != nil {
		c.t.Fatal(err)
	}
	return sc
}

func (c *client) dial() *socketClient {
	c.t.Helper()
	r, err := c.do("POST", "apps.connections.open", formType, c.server.AppToken, "")
	if err != nil || !r.OK {
		c.t.Fatalf("apps.connections.open: %v %s", err, r.body)
	}
	ws, _, err := websocket.DefaultDialer.Dial(r.URL, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	sc := &socketClient{c.t, ws, make(chan map[string]any, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(sc.in)
		for {
			var m map[string]any
			if ws.ReadJSON(&m) != nil {
				return
			}
			sc.in <- m
		}
	}()
	c.t.Cleanup(func() { _ = ws.Close(); <-done })
	return sc
}

// next returns the next message, nil at the end of the connection.
func (sc *socketClient) next() map[string]any {
	sc.t.Helper()
	select {
	case m := <-sc.in:
		return m
	case <-time.After(5 * time.Second):
		sc.t.Fatal("no message within 5 s")
		return nil
	}
}

// ack acknowledges an envelope, with a response unless that is nil.
func (sc *socketClient) ack(envelope map[string]any, response any) {
	sc.t.Helper()
	m := map[string]any{"envelope_id": envelope["envelope_id"]}
	if response != nil {
		m["payload"] = response
	}
	if err := sc.ws.WriteJSON(m); err != nil {
		sc.t.Fatal(err)
	}
}

// field looks a value up in decoded JSON: field(m, "payload", "user", "id").
func field(v any, path ...any) string {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return ""
			}
			v = l[p]
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// respond posts to a response URL.
func (c *client) respond(address, body string) (status int, text string) {
	c.t.Helper()
	r, err := c.http.Post(address, jsonType, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func ctx(t *testing.T) context.Context {
	c, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return c
}

// takeViolation expects exactly the violations that hold these words.
func takeViolation(t *testing.T, s *Server, words ...string) {
	t.Helper()
	got := s.TakeViolations()
	for _, w := range words {
		found := false
		for _, v := range got {
			found = found || strings.Contains(v.String(), w)
		}
		if !found {
			t.Errorf("no violation that says %q in %q", w, got)
		}
	}
	if len(words) == 0 && len(got) > 0 {
		t.Errorf("unexpected violations %q", got)
	}
}
