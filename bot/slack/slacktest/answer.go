package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// How long what comes with an interaction can be used
// (https://docs.slack.dev/interactivity/handling-user-interaction).
const (
	triggerLives     = 3 * time.Second
	responseURLLives = 30 * time.Minute
	responseURLUses  = 5
)

// Answer is something a person gets to see for what they did.
type Answer struct {
	// Message is what is shown. It is zero for a view.
	Message
	// Via says how it came: "ack", "response_url", "chat.postEphemeral",
	// "chat.postMessage", "chat.update", "view", "home", "errors" (of a submitted
	// view), "closed" (a submitted view closed) or "url" (of a button).
	Via string
	// Latency is from the moment the envelope left to the moment the answer
	// arrived.
	Latency time.Duration
	// View is the modal that opened, Errors what a submitted one complained
	// of, by block_id.
	View   *View
	Errors map[string]string
	// Typed is what stands in the inputs of a view with errors, by block_id.
	Typed map[string]string
	// Replaces says that it took the place of an earlier message, Deletes that
	// it removed one.
	Replaces, Deletes bool

	server   *Server
	exchange *exchange
	index    int
}

// Next waits for the next answer to the same deed.
func (a *Answer) Next(ctx context.Context) (*Answer, error) {
	return a.server.awaitAnswer(ctx, a.exchange, a.index+1)
}

// All returns all answers to the same deed so far, this one and earlier ones
// included.
func (a *Answer) All() []*Answer {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return slices.Clone(a.exchange.answers)
}

// exchange is one deed of a person with all answers to it.
type exchange struct {
	server  *Server
	ws      *workspace
	ch      *channel
	user    string
	issued  time.Time // by the server's clock
	trigger string
	url     string // the last part of the response URL
	uses    int
	spent   bool     // the trigger
	source  *message // that was pressed
	view    *View    // that was submitted
	sent    envelope // for Replay
	began   time.Time
	answers []*Answer
	wait    waiters
}

// exchanges are the deeds by what apps answer them with. Guarded by mu.
type exchanges struct {
	triggers map[string]*exchange
	urls     map[string]*exchange
	latest   map[place]*exchange
	views    map[string]*View
	homes    map[place]*home
}

// place is where a person does something.
type place struct{ team, channel, user string }

func newExchanges() exchanges {
	return exchanges{map[string]*exchange{}, map[string]*exchange{}, map[place]*exchange{}, map[string]*View{}, map[place]*home{}}
}

// begin makes the exchange of a new deed. The caller holds mu.
func (s *Server) begin(ws *workspace, ch *channel, user string) *exchange {
	e := &exchange{
		server: s, ws: ws, ch: ch, user: user, issued: s.now(),
		trigger: fmt.Sprintf("%d.%d.%016x", s.now().UnixMilli(), len(s.exchanges.urls)+1, s.random.Uint64()),
		url:     fmt.Sprintf("%s/%d/%016x", ws.team, len(s.exchanges.urls)+1, s.random.Uint64()),
	}
	s.exchanges.triggers[e.trigger] = e
	s.exchanges.urls[e.url] = e
	s.exchanges.latest[place{ws.team, ch.id, user}] = e
	return e
}

// responseURL is the address for answers.
func (e *exchange) responseURL() string { return e.server.base + "/response/" + e.url }

// show adds an answer that arrived at a time. The caller holds mu.
func (x *exchanges) show(e *exchange, a *Answer, at time.Time) {
	a.server, a.exchange, a.index, a.Latency = e.server, e, len(e.answers), at.Sub(e.began)
	e.answers = append(e.answers, a)
	e.wait.wake()
}

// showUser adds an answer to the last deed of a person in a channel, if there
// is one. The caller holds mu.
func (x *exchanges) showUser(team, channel, user string, a *Answer, at time.Time) {
	if e := x.latest[place{team, channel, user}]; e != nil {
		x.show(e, a, at)
	}
}

func (s *Server) awaitAnswer(ctx context.Context, e *exchange, index int) (*Answer, error) {
	err := s.await(ctx, &e.wait, fmt.Sprintf("answer %d", index+1), func() bool { return len(e.answers) > index })
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.answers[index], nil
}

// responseMethod describes what an ack's payload and a response URL take
// (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses).
var responseMethod = &method{Verb: "POST", Consumes: []string{jsonType}, byName: map[string]param{
	"text": {Type: "string"}, "blocks": {Type: "object"}, "attachments": {Type: "object"}, "mrkdwn": {Type: "boolean"},
	"response_type": {Type: "string"}, "replace_original": {Type: "boolean"}, "delete_original": {Type: "boolean"},
	"thread_ts": {Type: "timestamp"}, "unfurl_links": {Type: "boolean"}, "unfurl_media": {Type: "boolean"}, "parse": {Name: "parse", Type: "string"},
	"link_names": {Type: "boolean"}, "metadata": {Type: "object"},
}}

// respond shows what an app says in an ack or at a response URL. The caller
// holds mu.
func (s *Server) respond(e *exchange, via string, q *request, at time.Time) error {
	q.check(responseMethod)
	for _, f := range q.faults {
		s.violate(via, "%s", f)
	}
	if len(q.faults) > 0 {
		return refuse("invalid_payload", q.faults...)
	}
	// The original is the message whose button was pressed. Beside one, as in the answer
	// to a command, nothing is replaced or deleted: Slack posts one more message
	// (https://docs.slack.dev/interactivity/handling-user-interaction#updating_message_response,
	// https://github.com/slackapi/bolt-js/issues/2287).
	old := e.source
	for _, flag := range []string{"replace_original", "delete_original"} {
		if old == nil && q.args.flag(flag) {
			s.violate(via, "%s beside a pressed button: there is no original", flag)
		}
	}
	if old != nil && q.args.flag("delete_original") {
		s.unsay(old)
		s.exchanges.show(e, &Answer{Via: via, Deletes: true}, at)
		return nil
	}
	said, err := s.readContent(via, q.args, maxText)
	if err != nil {
		return err
	}
	replace := old != nil && (q.args.flag("replace_original") || q.args["replace_original"] == "")
	if replace {
		old.edit(said.text, said.blocks)
		s.exchanges.show(e, &Answer{Message: old.Message, Via: via, Replaces: true}, at)
		return nil
	}
	m := &message{content: said.blocks, Message: Message{
		User: e.ws.botUser, Bot: true, To: e.user, Text: said.text, Blocks: said.blocks.sent(), Metadata: said.metadata,
		ThreadTS: q.args["thread_ts"], Via: via,
	}}
	switch kind := q.args["response_type"]; kind {
	case "", "ephemeral":
	case "in_channel":
		m.To = ""
	default:
		s.violate(via, "response_type %q", kind)
		return refuse("invalid_payload")
	}
	s.store(e.ws, e.ch, m)
	s.exchanges.show(e, &Answer{Message: m.Message, Via: via}, at)
	return nil
}

// unsay removes a message. The caller holds mu.
func (s *Server) unsay(m *message) {
	if m == nil {
		return
	}
	if m.To == "" {
		m.ch.remove(m)
		return
	}
	ws := s.workspace(m.Team)
	for i, o := range ws.ephemeral {
		if o == m {
			ws.ephemeral = append(ws.ephemeral[:i], ws.ephemeral[i+1:]...)
			return
		}
	}
}

// serveResponseURL takes an answer at a response URL.
func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // the client went away
	}
	q := &request{verb: r.Method, args: arguments{}, contentType: jsonType}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != jsonType {
		q.fault("Content-Type %q", kind)
	}
	if r.Header.Get("Authorization") != "" {
		q.fault("a token, which a response URL does not need")
	}
	readJSON(q, string(body))
	id := strings.TrimPrefix(r.URL.Path, "/response/")
	run := func() response {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.useResponseURL(id, q, arrived)
	}
	s.mu.Lock()
	s.calls["response_url"]++
	c := &call{Server: s, request: q, name: "response_url"}
	if e := s.exchanges.urls[id]; e != nil {
		c.team = e.ws
	}
	fault, faulty := s.plan.next(c)
	s.mu.Unlock()
	if faulty {
		s.goWrong(w, r, fault, run)
		return
	}
	run().write(w)
}

// useResponseURL shows an answer given at a response URL. The caller holds mu.
func (s *Server) useResponseURL(id string, q *request, at time.Time) response {
	no := func(status int, err error) response {
		a := s.answer(nil, err)
		a.status = status
		return a
	}
	e := s.exchanges.urls[id]
	switch {
	case e == nil:
		s.violate("response_url", "no such address")
		return no(http.StatusNotFound, refuse("no_service"))
	case e.uses >= responseURLUses:
		s.violate("response_url", "used more than %d times", responseURLUses)
		return no(http.StatusNotFound, refuse("used_url"))
	case s.now().Sub(e.issued) > responseURLLives:
		s.violate("response_url", "used after %v", responseURLLives)
		return no(http.StatusNotFound, refuse("expired_url"))
	}
	e.uses++
	if err := s.respond(e, "response_url", q, at); err != nil {
		return no(http.StatusBadRequest, err)
	}
	return response{status: http.StatusOK, plain: true, body: []byte("ok")}
}

// readAck makes a request of the payload of an ack.
func readAck(response json.RawMessage) *request {
	q := &request{verb: "POST", args: arguments{}, contentType: jsonType}
	readJSON(q, string(response))
	return q
}
