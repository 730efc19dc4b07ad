package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// requestTime bounds one request, its answer included.
	requestTime = 10 * time.Second
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 8 << 20
	// homepage is named in the User-Agent, whose form Discord prescribes
	// (https://discord.com/developers/docs/reference#user-agent).
	homepage = "https://storybot.example"
)

// client makes requests to Discord's HTTP API. It never retries, follows no
// redirect, and its errors hold neither the bot's token nor an address, since
// the address of an answer to an interaction holds that one's token.
type client struct {
	base    *url.URL    // the version included
	header  http.Header // shared by all requests with a body, never changed
	token   string
	posts   *http.Transport
	answers *http.Transport // of interactions: their own connections, so that no push is before them
	now     func() time.Time
	skew    atomic.Int64 // Discord's clock minus ours, in nanoseconds
	dated   atomic.Pointer[dated]
	account *account
}

func newClient(c Config) (*client, error) {
	if strings.TrimSpace(c.Token) == "" || strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("discord: the bot token is empty or holds a space or a line break. Copy it from the Bot page of your application at https://discord.com/developers/applications")
	}
	address := c.APIURL
	if address == "" {
		address = official
	}
	base, err := url.Parse(strings.TrimRight(address, "/") + "/v" + apiVersion)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("discord: %q is no address of an API. Example: http://127.0.0.1:8081/api", address)
	}
	version := c.Version
	if version == "" {
		version = "0"
	}
	r := &client{
		base:  base,
		token: c.Token,
		now:   c.Now,
		header: http.Header{
			"Authorization": {"Bot " + c.Token},
			"User-Agent":    {fmt.Sprintf("DiscordBot (%s, %s)", homepage, version)},
			"Content-Type":  {"application/json"},
		},
		posts:   newTransport(),
		answers: newTransport(),
		account: newAccount(),
	}
	return r, nil
}

// newTransport returns connections to Discord. Requests are made by the
// transport itself, which follows no redirect. Answers come as they are:
// unpacking the short answer to a post costs more than its network.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true,
		MaxIdleConns:        128,
		MaxIdleConnsPerHost: 64,
		MaxConnsPerHost:     64,
		IdleConnTimeout:     90 * time.Second,
	}
}

// close lets go of connections nobody uses.
func (c *client) close() {
	c.posts.CloseIdleConnections()
	c.answers.CloseIdleConnections()
}

// request is one call. what names it in errors instead of its address.
type request struct {
	what   string
	method string
	path   string // escaped, below the base
	query  url.Values
	body   []byte
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ok says that the request was carried out.
func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// lostError is a request without a whole answer. reached says that it may have
// been carried out.
type lostError struct {
	what    string
	reached bool
	err     error
}

func (e *lostError) Error() string { return e.what + ": " + e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// do makes one request through t. An error is a *lostError; when only the
// body was lost, the answer holds status and header all the same.
func (c *client) do(ctx context.Context, t *http.Transport, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// The transport asks for another connection only when it knows that
		// nothing was written to the one before.
		GetConn: func(string) { connected = false },
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	})
	lost := func(err error) error {
		return &lostError{r.what, connected, c.redacted(err)}
	}
	req, err := c.newRequest(ctx, r)
	if err != nil {
		return answer{}, &lostError{what: r.what, err: errors.New("this request cannot be made")}
	}
	began := time.Now()
	resp, err := t.RoundTrip(req)
	if err != nil {
		return answer{}, lost(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	c.learnClock(resp.Header, began)
	c.account.answered(r.path, a.status)
	if a.body, err = readBody(resp); err != nil {
		return a, lost(err)
	}
	return a, nil
}

// newRequest is http.NewRequestWithContext, which would parse the address of
// every request.
func (c *client) newRequest(ctx context.Context, r request) (*http.Request, error) {
	path, err := url.PathUnescape(r.path)
	if err != nil {
		return nil, err
	}
	target := *c.base
	target.Path, target.RawPath = c.base.Path+path, c.base.EscapedPath()+r.path
	target.RawQuery = r.query.Encode()
	req := (&http.Request{Method: r.method, URL: &target, Header: c.header}).WithContext(ctx)
	if r.body == nil {
		req.Header = http.Header{"Authorization": c.header["Authorization"], "User-Agent": c.header["User-Agent"]}
		return req, nil
	}
	body := r.body
	req.ContentLength = int64(len(body))
	// When a kept connection turns out to be closed before anything was
	// written, the transport takes another one and the body once more.
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, err = req.GetBody()
	return req, err
}

// readBody reads at most maxAnswer bytes of an answer. A short one, whose
// length is said, is read into just as much memory.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.ContentLength < 0 || resp.ContentLength > 64<<10 {
		return io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	}
	body := make([]byte, resp.ContentLength)
	n, err := io.ReadFull(resp.Body, body)
	return body[:n], err
}

// dated is a Date header with its time. It is the same in all answers of a
// second, so that few have to be parsed.
type dated struct {
	header string
	at     time.Time
}

// learnClock compares our clock with the Date of an answer, where it matters:
// a difference below two seconds is Date's own coarseness.
func (c *client) learnClock(h http.Header, began time.Time) {
	date := c.dated.Load()
	if header := h.Get("Date"); date == nil || date.header != header {
		at, err := http.ParseTime(header)
		if err != nil {
			return
		}
		date = &dated{header, at}
		c.dated.Store(date)
	}
	ours := c.now().Add(-time.Since(began) / 2)
	skew := date.at.Add(500 * time.Millisecond).Sub(ours.Round(0))
	if skew.Abs() < 2*time.Second {
		skew = 0
	}
	c.skew.Store(int64(skew))
}

// redacted is err without the token, which a proxy or a far side may echo.
func (c *client) redacted(err error) error {
	if s := err.Error(); strings.Contains(s, c.token) {
		return errors.New(c.redact(s))
	}
	return err
}

func (c *client) redact(s string) string { return strings.ReplaceAll(s, c.token, "[token]") }

// seconds reads a header such as Retry-After, which Discord writes in seconds
// with a fraction; 0 when it is missing or unreadable.
func seconds(h http.Header, name string) time.Duration {
	f, err := strconv.ParseFloat(h.Get(name), 64)
	if err != nil {
		return 0
	}
	return duration(f)
}

// duration is so many seconds; 0 when that makes no sense.
func duration(seconds float64) time.Duration {
	if !(seconds > 0) || seconds > 1e7 {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// isSnowflake says whether s can be an id of Discord's
// (https://discord.com/developers/docs/reference#snowflakes).
func isSnowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0 && s[0] != '0' && s[0] != '+'
}

// ahead is how far Discord's clock is ahead of ours; 0 for less than two seconds.
func (c *client) ahead() time.Duration { return time.Duration(c.skew.Load()) }
