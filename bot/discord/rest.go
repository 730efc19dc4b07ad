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
	base    string      // the version included
	header  http.Header // shared by all requests with a body, never changed
	token   string
	posts   *http.Client
	answers *http.Client // of interactions: their own connections, so that no push is before them
	skew    atomic.Int64 // Discord's clock minus ours, in nanoseconds
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
		base:  base.String(),
		token: c.Token,
		header: http.Header{
			"Authorization": {"Bot " + c.Token},
			"User-Agent":    {fmt.Sprintf("DiscordBot (%s, %s)", homepage, version)},
			"Content-Type":  {"application/json"},
		},
		posts:   c.HTTP,
		answers: c.HTTP,
	}
	if c.HTTP == nil {
		r.posts, r.answers = newHTTP(), newHTTP()
	}
	return r, nil
}

func newHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         dialer.DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        128,
			MaxIdleConnsPerHost: 64,
			MaxConnsPerHost:     64,
			IdleConnTimeout:     90 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
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

// do makes one request through h. An error is a *lostError; when only the
// body was lost, the answer holds status and header all the same.
func (c *client) do(ctx context.Context, h *http.Client, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	lost := func(err error) error {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // u itself prints the address
		}
		return &lostError{r.what, connected, c.redacted(err)}
	}
	target := c.base + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, &lostError{what: r.what, err: errors.New("this request cannot be made")}
	}
	if req.Header = c.header; r.body == nil {
		req.Header = http.Header{"Authorization": c.header["Authorization"], "User-Agent": c.header["User-Agent"]}
	}
	began := time.Now()
	resp, err := h.Do(req)
	if err != nil {
		return answer{}, lost(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	c.learnClock(resp.Header, began)
	if a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return a, lost(err)
	}
	return a, nil
}

// learnClock compares our clock with the Date of an answer, where it matters:
// a difference below two seconds is Date's own coarseness.
func (c *client) learnClock(h http.Header, began time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ours := began.Add(time.Since(began) / 2)
	skew := date.Add(500 * time.Millisecond).Sub(ours.Round(0))
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
	return duration(h.Get(name))
}

func duration(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0) || f > 1e7 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// isSnowflake says whether s can be an id of Discord's
// (https://discord.com/developers/docs/reference#snowflakes).
func isSnowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0 && s[0] != '0' && s[0] != '+'
}
