package slack

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"storybot/bot"
)

const (
	officialAPI = "https://slack.com/api/"
	// callTimeout is longer than Slack takes for any call, and short enough for
	// a post that hangs to hold up its channel only.
	callTimeout = 10 * time.Second
	// maxAnswer is more than any answer we ask for.
	maxAnswer = 8 << 20
	formBody  = "application/x-www-form-urlencoded"
	jsonBody  = "application/json; charset=utf-8"
)

// api makes requests to Slack. It never retries and follows no redirect.
type api struct {
	base    string          // ends in /
	http    *http.Transport // itself, for it follows no redirect
	agent   string
	timeout time.Duration // of one request, its answer's body included
	clock   clock
	buffers sync.Pool // of *bytes.Buffer, for answers
}

// request is one call: a method of the Web API, or a full address in url.
type request struct {
	method string // "chat.postMessage", for errors too
	url    string // instead of the method's own address
	token  string
	body   []byte
	kind   string // content type of body
	// members are those of the answer that are wanted; nil for all.
	members []string
}

// post returns a request with a form body. Every method takes one, reads too
// (https://docs.slack.dev/apis/web-api/#methods_supporting), and Slack's own
// clients send no other.
func post(method, token string, form url.Values) request {
	return request{method: method, token: token, body: []byte(form.Encode()), kind: formBody}
}

// reach is how far a failed request is known to have come.
type reach int

const (
	// unsent: no connection was made; Slack saw nothing of it.
	unsent reach = iota
	// unknown: it was on its way and no whole answer came back.
	unknown
	// answered: a whole HTTP answer came back.
	answered
)

// failure is why a call did not succeed. It holds no token, no address and no
// text of a message.
type failure struct {
	method     string
	reach      reach
	status     int             // of HTTP, 0 without an answer
	code       string          // Slack's word, "" when it gave none
	needed     string          // the scope that was missing
	scopes     map[string]bool // those the token has; nil when Slack did not say
	limited    bool
	retryAfter time.Duration
	err        error
}

// Error says which method failed and how.
func (f *failure) Error() string {
	switch {
	case f.limited:
		return fmt.Sprintf("slack %s: rate limited for %v", f.method, f.retryAfter)
	case f.code != "" && f.needed != "":
		return fmt.Sprintf("slack %s: %s (needs %s)", f.method, f.code, f.needed)
	case f.code != "":
		return fmt.Sprintf("slack %s: %s", f.method, f.code)
	case f.err != nil:
		return fmt.Sprintf("slack %s: %v", f.method, f.err)
	}
	return fmt.Sprintf("slack %s: HTTP status %d", f.method, f.status)
}

// absent says that there is no such method where we ask.
func (f *failure) absent() bool {
	return f.code == "unknown_method" || f.code == "" && (f.status == http.StatusNotFound || f.status == http.StatusMethodNotAllowed)
}

// passing says that the failure is not about what was asked: another time the
// answer may be another.
func (f *failure) passing() bool {
	return f.limited || f.reach != answered || f.status >= 500 || f.code == "" && !f.absent()
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.err }

// status is what every answer of the Web API begins with.
type status struct {
	OK     *bool  `json:"ok"`
	Error  string `json:"error"`
	Needed string `json:"needed"`
}

func (s *status) head() *status { return s }

// result is an answer to decode: a struct that embeds status.
type result interface{ head() *status }

// call makes a request and decodes its answer into into. It returns the
// answer's headers, nil when there is none, and why the call failed.
func (a *api) call(ctx context.Context, r request, into result) (http.Header, *failure) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	connected := false
	req, err := a.newRequest(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// The transport asks for another connection only when it knows that
		// nothing was written to the one before.
		GetConn: func(string) { connected = false },
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	}), r)
	if err != nil {
		return nil, &failure{method: r.method, reach: unsent, err: plain(err)}
	}
	began := time.Now()
	resp, err := a.http.RoundTrip(req)
	if err != nil {
		f := &failure{method: r.method, reach: unsent, err: plain(err)}
		if connected {
			f.reach = unknown
		}
		return nil, f
	}
	defer resp.Body.Close()
	a.clock.observe(resp.Header.Get("Date"), time.Since(began))
	buffer, _ := a.buffers.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = new(bytes.Buffer)
	}
	buffer.Reset()
	defer a.buffers.Put(buffer)
	body, err := unpacked(resp)
	if err == nil {
		_, err = buffer.ReadFrom(io.LimitReader(body, maxAnswer))
	}
	if err != nil && resp.StatusCode != http.StatusTooManyRequests {
		return resp.Header, &failure{method: r.method, reach: unknown, status: resp.StatusCode, err: plain(err)}
	}
	return resp.Header, a.read(r, resp, buffer.Bytes(), into)
}

// unpacked is the body of an answer. We ask for none that is packed, but some
// servers and proxies pack all they say.
func unpacked(resp *http.Response) (io.Reader, error) {
	if resp.Header.Get("Content-Encoding") != "gzip" {
		return resp.Body, nil
	}
	return gzip.NewReader(resp.Body)
}

// scalar is a string that some servers write as a number: its digits stay as
// they stand. Anything else is "".
type scalar string

// UnmarshalJSON never fails.
func (s *scalar) UnmarshalJSON(b []byte) error {
	var text string
	var number json.Number
	switch {
	case json.Unmarshal(b, &text) == nil:
		*s = scalar(text)
	case json.Unmarshal(b, &number) == nil:
		*s = scalar(number)
	default:
		*s = ""
	}
	return nil
}

// read judges a whole answer.
func (a *api) read(r request, resp *http.Response, body []byte, into result) *failure {
	f := &failure{method: r.method, reach: answered, status: resp.StatusCode}
	if resp.StatusCode == http.StatusTooManyRequests {
		f.limited, f.retryAfter = true, retryAfter(resp.Header)
		return f
	}
	if r.url != "" && resp.StatusCode/100 == 2 && !isRefusal(body) {
		return nil // a response_url answers "ok" or JSON
	}
	if r.members != nil {
		body = bot.Members(body, r.members...)
	}
	err := json.Unmarshal(body, into)
	s := into.head()
	switch {
	case s.OK == nil:
		f.err = fmt.Errorf("HTTP status %d with an answer that is not Slack's", resp.StatusCode)
	case !*s.OK && s.Error != "":
		f.code, f.needed, f.scopes = word(s.Error), word(s.Needed), scopesOf(resp.Header)
		if f.code == "ratelimited" || f.code == "rate_limited" {
			f.limited, f.retryAfter = true, retryAfter(resp.Header)
		}
	case !*s.OK:
		f.err = errors.New("a refusal without a reason")
	case resp.StatusCode/100 != 2:
		f.err = fmt.Errorf("HTTP status %d", resp.StatusCode)
	case err != nil:
		f.err = errors.New("an answer that is cut short or has other types than documented")
	default:
		return nil
	}
	return f
}

// isRefusal says that an answer says of itself that it is one. A response_url may
// answer so with a status of success.
func isRefusal(body []byte) bool {
	var s status
	return json.Unmarshal(body, &s) == nil && s.OK != nil && !*s.OK && s.Error != ""
}

func (a *api) newRequest(ctx context.Context, r request) (*http.Request, error) {
	target := a.base + r.method
	if r.url != "" {
		target = r.url
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	req.Header.Set("User-Agent", a.agent)
	return req, nil
}

// plain strips the address from an error of net/http or net/url: the path of a
// response_url and the query of a websocket's address are secrets.
func plain(err error) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}

// word lets only a word of Slack's through, so that nothing an answer echoes
// reaches a log.
func word(s string) string {
	if len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != ':' && r != '.' && r != ','
	}) {
		return "unreadable_error"
	}
	return s
}

const (
	// retryDefault is how long a limit without a usable Retry-After lasts.
	retryDefault = 2 * time.Second
	// retryMost bounds Retry-After: one request an hour harms nobody.
	retryMost = time.Hour
)

// retryAfter reads the seconds of a Retry-After header.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After")), 64)
	if err != nil || !(seconds > 0) {
		return retryDefault
	}
	if seconds > retryMost.Seconds() {
		return retryMost
	}
	return max(time.Duration(seconds*float64(time.Second)), 100*time.Millisecond)
}
