package slacktest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody is the longest request that is read, in bytes.
const maxBody = 16 << 20

// call is one request to a method of the Web API on its way through the checks.
// Its methods of the Web API run with mu held.
type call struct {
	*Server
	*request
	name    string // of the method
	arrived time.Time
	team    *workspace // whose bot token it carries; nil for the app's own
}

// reply is what a method answers beside "ok".
type reply map[string]any

// refusal is an answer that is not ok.
type refusal struct {
	word             string // "channel_not_found"
	messages         []string
	needed, provided string // of missing_scope
	retryAfter       int    // seconds, of a rate limit
	in200            bool   // a rate limit with status 200
}

func (r refusal) Error() string { return r.word }

// refuse returns the error that answers with a word of Slack's.
func refuse(word string, messages ...string) error { return refusal{word: word, messages: messages} }

// webMethod answers one method of the Web API: with a reply, or with the whole
// answer as encoded JSON.
type webMethod func(*call) (any, error)

var webMethods = map[string]webMethod{
	"apps.connections.open": (*call).openConnection,
	"auth.test":             (*call).authTest,
	"bots.info":             (*call).botInfo,
	"chat.delete":           (*call).deleteMessage,
	"chat.getPermalink":     (*call).permalink,
	"chat.postEphemeral":    (*call).postEphemeral,
	"chat.postMessage":      (*call).postMessage,
	"chat.update":           (*call).updateMessage,
	"conversations.history": (*call).history,
	"conversations.info":    (*call).channelInfo,
	"conversations.join":    (*call).join,
	"conversations.open":    (*call).openDirect,
	"conversations.replies": (*call).replies,
	"usergroups.list":       (*call).listGroups,
	"users.conversations":   (*call).memberships,
	"users.info":            (*call).userInfo,
	"views.open":            (*call).openView,
	"views.publish":         (*call).publishView,
	"views.update":          (*call).updateView,
}

// serveAPI takes a request to the Web API.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // the client went away, or will not stop
	}
	c := &call{Server: s, request: s.readRequest(r, string(body)), name: strings.TrimPrefix(r.URL.Path, "/api/"), arrived: arrived}
	s.mu.Lock()
	s.calls[c.name]++
	refused := c.admit()
	fault, faulty := Fault{}, false
	if refused == nil {
		fault, faulty = s.plan.next(c)
	}
	s.mu.Unlock()
	switch {
	case refused != nil:
		s.answer(nil, refused).write(w)
	case faulty:
		s.goWrong(w, r, fault, c.run)
	default:
		c.run().write(w)
	}
}

// run executes an admitted request.
func (c *call) run() response {
	c.mu.Lock()
	v, err := c.execute()
	scopes := ""
	if c.team != nil {
		scopes = c.team.granted
	}
	c.mu.Unlock()
	a := c.answer(v, err)
	a.scopes = scopes
	return a
}

// admit looks at what every request needs: a known method, a token of the right
// kind, a free place in the rate limit. The caller holds mu.
func (c *call) admit() error {
	if webMethods[c.name] == nil {
		c.violate(c.name, "no such method")
		return refuse("unknown_method")
	}
	if err := c.authenticate(); err != nil {
		return err
	}
	if wait := c.limiter.take(c); wait > 0 {
		c.limited[c.name]++
		return refusal{word: "ratelimited", retryAfter: wait, in200: c.settings.limits.In200}
	}
	return nil
}

// authenticate finds out whose token the request carries.
func (c *call) authenticate() error {
	ws, isApp := c.tokens[c.token], c.token == c.AppToken
	wantsApp := c.name == "apps.connections.open"
	switch {
	case c.token == "":
		c.violate(c.name, "no token")
		return refuse("not_authed")
	case ws == nil && !isApp:
		return refuse("invalid_auth")
	case isApp != wantsApp:
		c.violate(c.name, "called with a token of the wrong kind")
		return refuse("not_allowed_token_type")
	case ws != nil && ws.refused != "":
		return refuse(ws.refused)
	}
	c.team = ws
	return nil
}

// execute checks the arguments and calls the method. The caller holds mu.
func (c *call) execute() (any, error) {
	c.check(methods()[c.name])
	if len(c.faults) > 0 {
		messages := make([]string, len(c.faults))
		for i, f := range c.faults {
			c.violate(c.name, "%s", f)
			messages[i] = "[ERROR] " + f
		}
		return nil, refuse("invalid_arguments", messages...)
	}
	if c.team != nil {
		if err := c.need(needs[c.name]); err != nil {
			return nil, err
		}
	}
	return webMethods[c.name](c)
}

// response is an answer ready to be written.
type response struct {
	status     int
	retryAfter int
	scopes     string
	date       string
	plain      bool // text, not JSON
	body       []byte
}

// answer encodes what a method has returned.
func (s *Server) answer(v any, err error) response {
	a := response{status: http.StatusOK}
	if s.skew.Load() != 0 {
		a.date = s.now().UTC().Format(http.TimeFormat)
	}
	var no refusal
	switch {
	case errors.As(err, &no):
		if no.retryAfter > 0 {
			a.retryAfter = no.retryAfter
			if !no.in200 {
				a.status = http.StatusTooManyRequests
			}
		}
		a.body = no.encode()
	case err != nil:
		a.body = refusal{word: "internal_error"}.encode()
	default:
		if encoded, ok := v.([]byte); ok {
			a.body = encoded
			break
		}
		fields, _ := v.(reply)
		if fields == nil {
			fields = reply{}
		}
		fields["ok"] = true
		a.body, err = json.Marshal(fields)
		if err != nil {
			a.body = refusal{word: "internal_error", messages: []string{err.Error()}}.encode()
		}
	}
	return a
}

func (r refusal) encode() []byte {
	fields := reply{"ok": false, "error": r.word}
	if len(r.messages) > 0 {
		fields["response_metadata"] = reply{"messages": r.messages}
	}
	if r.needed != "" {
		fields["needed"], fields["provided"] = r.needed, r.provided
	}
	b, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings only
	}
	return b
}

// write sends the answer.
func (a response) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if a.plain {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	if a.scopes != "" {
		h.Set("X-Oauth-Scopes", a.scopes)
	}
	if a.date != "" {
		h.Set("Date", a.date)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away is its own affair
}
