package discordtest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxBody is the most a request may hold.
// https://docs.discord.com/developers/reference#uploading-files
const maxBody = 25 << 20

// https://docs.discord.com/developers/reference#user-agent
var userAgent = regexp.MustCompile(`^DiscordBot \([^\s,]+, [^\s,)]+\)`)

// problem is one thing wrong with a request: where in its body ("" for the
// whole, "query.limit", "header.user-agent") and what.
type problem struct{ where, what string }

func (p problem) String() string {
	if p.where == "" {
		return p.what
	}
	return p.where + ": " + p.what
}

// request is a request that was read and checked.
type request struct {
	*operation
	path     string // method and path, without tokens
	params   []string
	query    url.Values
	auth     string // the bot token, without "Bot "
	raw      []byte
	fields   map[string]json.RawMessage // of the body, or of its "data" in a callback
	body     *body                      // of a message
	nonce    string
	problems []problem
}

func (r *request) id(name string) string { return r.param(r.params, name) }

func (r *request) bad(where, format string, args ...any) {
	r.problems = append(r.problems, problem{where, fmt.Sprintf(format, args...)})
}

// read reads a request and checks all of it that does not depend on the state
// of the world. A refusal answers what is no request of the API at all.
func (s *Server) read(hr *http.Request) (*request, *reply) {
	version, rest, _ := strings.Cut(strings.TrimPrefix(hr.URL.Path, "/api/"), "/")
	segments := strings.Split(rest, "/")
	op, params, known := s.api.find(hr.Method, segments)
	if op == nil || version != "v9" && version != "v10" || !strings.HasPrefix(hr.URL.Path, "/api/") {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.violate("", hr.Method+" "+hr.URL.Path, "no such operation among those the fake knows")
		rep := apiError(http.StatusNotFound, 0, "404: Not Found")
		if known {
			rep = apiError(http.StatusMethodNotAllowed, 0, "405: Method Not Allowed")
		}
		return nil, &rep
	}
	r := &request{operation: op, params: params, path: op.method + " /" + strings.Join(op.segments, "/")}
	raw, err := readBody(hr)
	if err != nil {
		rep := reply{status: http.StatusBadRequest}
		return nil, &rep
	}
	r.raw = raw
	r.checkHeaders(hr.Header)
	r.checkPath()
	r.checkQuery(hr.URL.RawQuery)
	if op.body != nil {
		s.checkBody(r)
	} else if len(raw) > 0 && op.method == http.MethodGet {
		r.bad("", "a GET has no body")
	}
	return r, nil
}

func readBody(hr *http.Request) ([]byte, error) {
	if n := hr.ContentLength; n > 0 && n <= maxBody {
		b := make([]byte, n)
		_, err := io.ReadFull(hr.Body, b)
		return b, err
	}
	return io.ReadAll(io.LimitReader(hr.Body, maxBody+1))
}

func (r *request) checkHeaders(h http.Header) {
	auth := h.Get("Authorization")
	token, isBot := strings.CutPrefix(auth, "Bot ")
	switch {
	case auth == "" && r.needsBot:
		r.bad("header.authorization", "missing")
	case auth != "" && (!isBot || token == "" || token != strings.TrimSpace(token)):
		r.bad("header.authorization", `must be "Bot TOKEN"`)
	}
	r.auth = token
	if ua := h.Get("User-Agent"); !userAgent.MatchString(ua) {
		r.bad("header.user-agent", `must be "DiscordBot (URL, VERSION)", not %q`, ua)
	}
	if len(r.raw) > 0 && h.Get("Content-Type") != "application/json" {
		mediaType, _, err := mime.ParseMediaType(h.Get("Content-Type"))
		if err != nil || mediaType != "application/json" {
			r.bad("header.content-type", "must be application/json, not %q", h.Get("Content-Type"))
		}
	}
}

func (r *request) checkPath() {
	n := 0
	for _, s := range r.segments {
		if s[0] != '{' {
			continue
		}
		if strings.HasSuffix(s, "_id}") && !isSnowflake(r.params[n]) {
			r.bad("path."+s[1:len(s)-1], "%q is no snowflake", r.params[n])
		}
		n++
	}
}

func (r *request) checkQuery(raw string) {
	if raw == "" {
		return
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		r.bad("query", "%v", err)
	}
	r.query = q
	for name, values := range q {
		schema, known := r.operation.query[name]
		switch {
		case !known:
			r.bad("query."+name, "unknown")
		case len(values) > 1:
			r.bad("query."+name, "given twice")
		default:
			if what := schema.check(values[0]); what != "" {
				r.bad("query."+name, "%s", what)
			}
		}
	}
	anchors := 0
	for _, name := range []string{"around", "before", "after"} {
		if q.Has(name) {
			anchors++
		}
	}
	if anchors > 1 {
		r.bad("query", "around, before and after exclude each other")
	}
}

func (q querySchema) check(v string) string {
	if q.Pattern == "snowflake" {
		if v != "0" && !isSnowflake(v) {
			return fmt.Sprintf("%q is no snowflake", v)
		}
		return ""
	}
	switch fmt.Sprint(q.Type) {
	case "integer":
		n, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Sprintf("%q is no number", v)
		}
		if q.Minimum != nil && n < *q.Minimum || q.Maximum != nil && n > *q.Maximum {
			return fmt.Sprintf("%d is out of range", n)
		}
	case "boolean":
		if v != "true" && v != "false" && v != "1" && v != "0" {
			return fmt.Sprintf("%q is neither true nor false", v)
		}
	}
	return ""
}

// checkBody checks the body against the description and the rules in prose. A
// message that differs from a right one in nothing but its nonce is right.
func (s *Server) checkBody(r *request) {
	switch {
	case len(r.raw) > maxBody:
		r.bad("", "the body is longer than 25 MiB")
		return
	case !utf8.Valid(r.raw):
		r.bad("", "the body is not UTF-8")
		return
	case !json.Valid(r.raw):
		r.bad("", "the body is not JSON")
		return
	}
	if r.op == CreateMessage && s.checkNewMessage(r) {
		return
	}
	before := len(r.problems)
	r.problems = append(r.problems, validate(r.operation.body, r.raw)...)
	if len(r.problems) > before {
		return // the prose rules rest on the right types
	}
	r.checkProse()
}

// checkProse applies the rules that stand in the documentation only.
func (r *request) checkProse() {
	switch r.op {
	case SetCommands:
		r.problems = append(r.problems, commandProblems(r.raw)...)
	case CreateMessage, EditMessage, EditOriginal, EditFollowup, CreateFollowup:
		r.fields = decodeFields(r.raw)
		r.problems = append(r.problems, messageProblems(r.op, "", r.fields)...)
	case ChangeThread:
		r.fields = decodeFields(r.raw)
	case CreateForumPost:
		var c struct{ Message json.RawMessage }
		if err := json.Unmarshal(r.raw, &c); err != nil {
			r.bad("", "%v", err)
			return
		}
		r.problems = append(r.problems, messageProblems(CreateMessage, "message", decodeFields(c.Message))...)
	case Callback:
		var c struct {
			Type int
			Data json.RawMessage
		}
		if err := json.Unmarshal(r.raw, &c); err != nil {
			r.bad("", "%v", err)
			return
		}
		r.fields = decodeFields(c.Data)
		r.problems = append(r.problems, callbackProblems(c.Type, r.fields)...)
	}
}

// isSnowflake says whether id is one: a number without a leading zero.
func isSnowflake(id string) bool { return parseID(id) != 0 && id[0] >= '1' && id[0] <= '9' }

// parseID returns the number of a snowflake, 0 for what is none.
func parseID(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func formatID(id uint64) string { return strconv.FormatUint(id, 10) }
