package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// testContext bounds a test that waits.
func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// response is what the test client got.
type response struct {
	status int
	header http.Header
	body   string
	err    error
	closed bool // the connection takes no other request
}

func (r response) field(name string) string {
	return strings.Trim(string(field([]byte(r.body), name)), `"`)
}

// call makes a right request; edit may break it.
func call(t *testing.T, s *Server, method, path, body string, edit ...func(*http.Request)) response {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	hr, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/v10"+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	hr.Header.Set("Authorization", "Bot "+Token)
	hr.Header.Set("User-Agent", "DiscordBot (https://example.org, 1.0)")
	if body != "" {
		hr.Header.Set("Content-Type", "application/json")
	}
	for _, e := range edit {
		e(hr)
	}
	resp, err := s.http.Client().Do(hr)
	if err != nil {
		return response{err: err}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return response{resp.StatusCode, resp.Header, string(raw), err, resp.Close}
}

const (
	testGuild   = "81384788765712384"
	testChannel = "155101607195836416"
	posts       = "/channels/" + testChannel + "/messages"
	quiet       = `"allowed_mentions":{"parse":[]}`
)

// started returns a server with one channel.
func started(t *testing.T, opts ...Option) *Server {
	s := Start(t, opts...)
	s.AddChannel(testGuild, testChannel)
	return s
}

func messageBody(content, nonce string) string {
	return fmt.Sprintf(`{"content":%q,"nonce":%q,"enforce_nonce":true,%s}`, content, nonce, quiet)
}

// testBot is a small bot: it answers every interaction with what answer says.
type testBot struct {
	t      *testing.T
	s      *Server
	ws     *websocket.Conn
	events chan packet // all but interactions when answer is set; closed at the end
	closed chan error
}

// dial opens a gateway connection and reads the first packet.
func dial(t *testing.T, s *Server) (*testBot, packet) {
	t.Helper()
	url := call(t, s, "GET", "/gateway/bot", "").field("url")
	ws, _, err := websocket.DefaultDialer.Dial(url+"/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &testBot{t: t, s: s, ws: ws, events: make(chan packet, 1000), closed: make(chan error, 1)}
	t.Cleanup(func() { ws.Close(); <-b.closed })
	go func() {
		defer close(b.closed)
		defer close(b.events)
		for {
			var p packet
			if err := ws.ReadJSON(&p); err != nil {
				b.closed <- err
				return
			}
			b.events <- p
		}
	}()
	return b, b.next()
}

// next returns the next packet; Op -1 when the connection ended.
func (b *testBot) next() packet {
	b.t.Helper()
	select {
	case p, ok := <-b.events:
		if !ok {
			return packet{Op: -1}
		}
		return p
	case <-testContext(b.t).Done():
		b.t.Fatal("no packet came")
		return packet{}
	}
}

// event waits for a dispatched event of this name.
func (b *testBot) event(name string) packet {
	b.t.Helper()
	for {
		p := b.next()
		if p.T == name {
			return p
		}
		if p.Op == -1 {
			b.t.Fatalf("the connection ended before %s came", name)
		}
	}
}

func (b *testBot) send(op int, d any) {
	b.t.Helper()
	if err := b.ws.WriteJSON(packet{Op: op, D: encode(d)}); err != nil {
		b.t.Fatal(err)
	}
}

func identity() map[string]any {
	return map[string]any{"token": Token, "intents": 1, "properties": map[string]any{"os": "linux"}}
}

// connected returns a bot that has identified.
func connected(t *testing.T, s *Server) *testBot {
	t.Helper()
	b, hello := dial(t, s)
	if hello.Op != opHello {
		t.Fatalf("first packet %+v, want HELLO", hello)
	}
	b.send(opIdentify, identity())
	b.event("READY")
	return b
}

// closeCode waits for the end of the connection.
func (b *testBot) closeCode() int {
	b.t.Helper()
	select {
	case err := <-b.closed:
		if c, is := err.(*websocket.CloseError); is {
			return c.Code
		}
		return websocket.CloseAbnormalClosure
	case <-testContext(b.t).Done():
		b.t.Fatal("the connection did not end")
		return 0
	}
}

// interactionEvent is what the test bot reads of an interaction.
type interactionEvent struct {
	ID    string
	Token string
	Type  int
	Data  json.RawMessage
}

// answer answers the next interaction with a callback and returns it.
func (b *testBot) answer(callback string) (interactionEvent, response) {
	b.t.Helper()
	var in interactionEvent
	decodeInto(b.event("INTERACTION_CREATE").D, &in)
	return in, b.callback(in, callback)
}

func (b *testBot) callback(in interactionEvent, callback string) response {
	return call(b.t, b.s, "POST", "/interactions/"+in.ID+"/"+in.Token+"/callback", callback,
		func(hr *http.Request) { hr.Header.Del("Authorization") })
}

// register sets commands.
func register(t *testing.T, s *Server, defs string) response {
	t.Helper()
	return call(t, s, "PUT", "/applications/"+ApplicationID+"/commands", defs)
}

const storyCommands = `[
 {"name":"story","description":"Shows a story","type":1,"contexts":[0,1],"options":[
  {"type":3,"name":"slug","description":"Which story","autocomplete":true}]},
 {"name":"subscribe","description":"Follow","contexts":[0],"default_member_permissions":"16","options":[
  {"type":3,"name":"what","description":"What","required":true},
  {"type":3,"name":"level","description":"Level","choices":[{"name":"breaking","value":"breaking"}]}]},
 {"name":"desk","description":"The desk","options":[
  {"type":1,"name":"track","description":"Start a story","options":[
   {"type":3,"name":"headline","description":"Its headline","required":true,"max_length":100}]}]},
 {"name":"Add to story","type":3}]`

func contains(b []byte, text string) bool { return bytes.Contains(b, []byte(text)) }
