package discord

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
)

// listen serves each connection with serve until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var tasks sync.WaitGroup
	tasks.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			tasks.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); tasks.Wait() })
	return l.Addr().String()
}

// readOne reads one request.
func readOne(c net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(c)) }

// TestWhetherARequestLeft: one that never did may be sent again at once, one
// that may have been carried out has to be settled.
func TestWhetherARequestLeft(t *testing.T) {
	nobody := func(t *testing.T) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	for name, c := range map[string]struct {
		far    func(t *testing.T) string // its host and port
		scheme string
		proxy  func(t *testing.T) string
		left   bool
	}{
		"nobody listens":            {far: nobody},
		"no such machine":           {far: func(*testing.T) string { return "nowhere.invalid:80" }},
		"no TLS there":              {scheme: "https", far: func(t *testing.T) string { return listen(t, func(c net.Conn) { c.Write([]byte("no TLS\r\n")) }) }},
		"TLS broken off":            {scheme: "https", far: func(t *testing.T) string { return listen(t, func(c net.Conn) { c.Read(make([]byte, 1)) }) }},
		"a certificate of nobody's": {scheme: "https", far: func(t *testing.T) string { return listen(t, handshake(t)) }},
		"no proxy there":            {far: nobody, proxy: nobody},
		"a proxy that refuses": {scheme: "https", far: nobody, proxy: func(t *testing.T) string {
			return listen(t, func(c net.Conn) { readOne(c); c.Write([]byte("HTTP/1.1 503 no\r\n\r\n")) })
		}},
		"a proxy that asks who it is": {scheme: "https", far: nobody, proxy: func(t *testing.T) string {
			return listen(t, func(c net.Conn) { readOne(c); c.Write([]byte("HTTP/1.1 407 who\r\n\r\n")) })
		}},
		"a proxy that hangs up":    {scheme: "https", far: nobody, proxy: func(t *testing.T) string { return listen(t, readOne) }},
		"read, no answer":          {far: func(t *testing.T) string { return listen(t, readOne) }, left: true},
		"read in part, no answer":  {far: func(t *testing.T) string { return listen(t, func(c net.Conn) { c.Read(make([]byte, 10)) }) }, left: true},
		"a plain proxy, no answer": {far: nobody, proxy: func(t *testing.T) string { return listen(t, readOne) }, left: true},
		"half an answer": {far: func(t *testing.T) string {
			return listen(t, func(c net.Conn) { readOne(c); c.Write([]byte("HTTP/1.1 200")) })
		}, left: true},
		"an answer that is none": {far: func(t *testing.T) string {
			return listen(t, func(c net.Conn) { readOne(c); c.Write([]byte("220 mail\r\n")) })
		}, left: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far, scheme := c.far(t), c.scheme
			if scheme == "" {
				scheme = "http"
			}
			p, _ := platformAt(t, nil)
			p.rest.base = &url.URL{Scheme: scheme, Host: far, Path: "/api/v9"}
			if c.proxy != nil {
				p.rest.posts.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: c.proxy(t)})
			}
			check(t, p.Do(t.Context(), post(testMessage(), "key")), c.left)
		})
	}
}

// handshake offers TLS with a certificate nobody vouches for.
func handshake(t *testing.T) func(net.Conn) {
	return func(c net.Conn) {
		srv := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}})
		_ = srv.Handshake()
	}
}

func check(t *testing.T, v bot.Verdict, left bool) {
	t.Helper()
	want := bot.Transient
	if left {
		want = bot.Ambiguous
	}
	if v.Outcome != want || v.Err == nil {
		t.Errorf("%+v, want %v", v, want)
	}
}

// TestAKeptConnectionThatIsClosed is told from the one that is dialled instead
// and not reached: nothing was written to either.
func TestAKeptConnectionThatIsClosed(t *testing.T) {
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, `{"id":"1"}`) }))
	var dials atomic.Int64
	dial := p.rest.posts.DialContext
	var kept *closing
	p.rest.posts.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			return nil, errors.New("connection refused")
		}
		c, err := dial(ctx, network, address)
		kept = &closing{Conn: c}
		return kept, err
	}
	if v := p.Do(t.Context(), post(testMessage(), "key-1")); v.Outcome != bot.Delivered {
		t.Fatalf("%+v", v)
	}
	kept.broken.Store(true)
	v := p.Do(t.Context(), post(testMessage(), "key-2"))
	if dials.Load() != 2 {
		t.Fatalf("%d connections", dials.Load())
	}
	check(t, v, false)
}

// closing is a connection that fails at the first byte written once it is
// broken.
type closing struct {
	net.Conn
	broken atomic.Bool
}

func (c *closing) Write(b []byte) (int, error) {
	if c.broken.Load() {
		return 0, errors.New("broken pipe")
	}
	return c.Conn.Write(b)
}

// TestAPostThatGotNoConnection: all connections are busy until its time is over.
func TestAPostThatGotNoConnection(t *testing.T) {
	srv, p, _ := strictly(t, nil)
	p.rest.posts.MaxConnsPerHost = 1
	heal := srv.Fail(posting, discordtest.Hang())
	defer heal()
	busy, release := context.WithCancel(t.Context())
	verdicts := make(chan bot.Verdict)
	go func() { verdicts <- p.Do(busy, post(testMessage(), "key-1")) }()
	if err := srv.WaitRequests(soon(t), discordtest.CreateMessage, 1); err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	check(t, p.Do(waiting, post(testMessage(), "key-2")), false)
	release()
	check(t, <-verdicts, true)
}

// TestErrorsHoldNoAddress: that of an answer to an interaction holds its token.
func TestErrorsHoldNoAddress(t *testing.T) {
	p, _ := platformAt(t, nil)
	p.rest.base = &url.URL{Scheme: "http", Host: "nowhere.invalid", Path: "/api/v9"}
	_, err := p.rest.do(t.Context(), p.rest.answers, request{what: "answer", method: http.MethodPost, path: "/interactions/1/secret-token/callback"})
	if err == nil || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("%v", err)
	}
}

// selfSigned is a certificate nobody vouches for.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Error(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Error(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}
