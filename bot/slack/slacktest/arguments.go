package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// arguments are what a request says, as text; JSON arrays and objects are kept
// as JSON.
type arguments map[string]string

// flag says whether a boolean argument is true.
func (a arguments) flag(name string) bool { return a[name] == "true" || a[name] == "1" }

// request is a request to the Web API, read but not yet judged.
type request struct {
	verb, contentType string
	token             string
	args              arguments
	faults            []string // what is wrong with the form of it
}

func (q *request) fault(format string, args ...any) {
	q.faults = append(q.faults, fmt.Sprintf(format, args...))
}

// readRequest takes a request apart. What it cannot read it notes as faults.
func (s *Server) readRequest(r *http.Request, body string) *request {
	q := &request{verb: r.Method, args: arguments{}}
	if header := r.Header.Get("Authorization"); header != "" {
		var ok bool
		if q.token, ok = strings.CutPrefix(header, "Bearer "); !ok {
			q.fault("the Authorization header is not a Bearer token")
		}
	}
	s.readForm(q, r.URL.RawQuery, "query")
	if header := r.Header.Get("Content-Type"); header != "" {
		var err error
		if q.contentType, _, err = mime.ParseMediaType(header); err != nil {
			q.fault("Content-Type %q: %v", header, err)
		}
	}
	switch {
	case r.Method == http.MethodGet && body != "":
		q.fault("a GET with a body")
	case body == "":
	case q.contentType == formType:
		s.readForm(q, body, "body")
	case q.contentType == jsonType:
		readJSON(q, body)
	default:
		q.fault("a body of Content-Type %q", q.contentType)
	}
	return q
}

// readForm reads arguments that are encoded as in a query.
func (s *Server) readForm(q *request, encoded, where string) {
	for encoded != "" {
		var pair string
		pair, encoded, _ = strings.Cut(encoded, "&")
		name, value, _ := strings.Cut(pair, "=")
		decoded, err := s.content.unescape(value)
		if err != nil {
			q.fault("argument %s: %v", name, err)
			continue
		}
		if name == "token" {
			q.readToken(decoded, where)
			continue
		}
		if _, twice := q.args[name]; twice {
			q.fault("argument %s is given twice", name)
		}
		q.args[strings.Clone(name)] = decoded
	}
}

func (q *request) readToken(token, where string) {
	if where == "query" {
		q.fault("the token stands in the query, where apps made after February 2021 may not put it")
	}
	if q.token != "" && q.token != token {
		q.fault("the token of the header differs from the token of the %s", where)
	}
	q.token = token
}

// readJSON reads a JSON body. The token must stand in the header then.
func readJSON(q *request, body string) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		q.fault("the body is not a JSON object: %v", err)
		return
	}
	for name, raw := range fields {
		switch {
		case name == "token":
			q.fault("the token of a JSON request stands in the body, not in the Authorization header")
		case bytes.Equal(raw, []byte("null")):
		case raw[0] == '"':
			var text string
			_ = json.Unmarshal(raw, &text)
			q.args[name] = text
		default:
			q.args[name] = string(raw)
		}
	}
}

// check notes what the request says that the method does not take.
func (q *request) check(m *method) {
	if !m.allows(q.verb) {
		q.fault("%s is called with %s, not %s", "it", q.verb, m.Verb)
	}
	if q.contentType != "" && !m.accepts(q.contentType) {
		q.fault("Content-Type %s is not one it takes", q.contentType)
	}
	for name, value := range q.args {
		p, known := m.byName[name]
		if !known {
			q.fault("unknown argument %s", name)
		} else if err := p.check(value); err != nil {
			q.fault("argument %s: %v", name, err)
		}
	}
	for name, p := range m.byName {
		if p.Required && q.args[name] == "" {
			q.fault("missing required field: %s", name)
		}
	}
}

var timestampForm = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,6})?$`)

// check says what is wrong with the value of an argument.
func (p param) check(value string) error {
	var ok bool
	switch p.Type {
	case "boolean":
		ok = value == "true" || value == "false" || value == "1" || value == "0"
	case "integer", "number":
		_, err := strconv.Atoi(value)
		ok = err == nil
	case "timestamp":
		ok = timestampForm.MatchString(value)
	case "object":
		ok = true // read, with an error of its own, by the method
	default:
		ok = p.Name != "parse" || value == "" || value == "none" || value == "full"
	}
	if !ok {
		return fmt.Errorf("%.40q is not a %s it takes", value, p.Type)
	}
	return nil
}

// unescape decodes the value of a form. Long ones, which many requests of a push
// share, are decoded once.
func (c *contentCache) unescape(value string) (string, error) {
	if len(value) < longValue {
		v, err := url.QueryUnescape(value)
		return strings.Clone(v), err // v may keep the whole body alive
	}
	if v, ok := c.decoded.get(value); ok {
		return v, nil
	}
	v, err := url.QueryUnescape(value)
	if err == nil {
		v = strings.Clone(v)
		c.decoded.put(strings.Clone(value), v)
	}
	return v, err
}
