package discord

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"storybot/bot"
)

func TestWhichAddressesOfAGatewayAreUsed(t *testing.T) {
	const official, own, plain = "https://discord.com/api", "https://Proxy.example:8443/discord/api", "http://127.0.0.1:8081/api"
	for _, c := range []struct {
		api, address string
		trusted      bool
	}{
		{official, "wss://gateway.discord.gg", true},
		{official, "wss://gateway.discord.gg/?v=9", true},
		{official, "WSS://GATEWAY.DISCORD.GG", true},
		{official, "wss://gateway-us-east1-b.discord.gg", true},
		{official, "wss://gateway.discord.gg.:443/", true},
		{official, "wss://discord.gg", true},
		{official, "wss://gateway.discord.com", true},
		{official, "wss://discord.com", true},

		{official, "ws://gateway.discord.gg", false},
		{official, "ws://discord.com", false},
		{official, "wss://gateway.example", false},
		{official, "wss://evildiscord.gg", false},
		{official, "wss://discord.gg.evil.example", false},
		{official, "wss://gateway.discord.gg@evil.example", false},
		{official, "wss://gateway.discord.gg:x@evil.example", false},
		{official, "wss://token@gateway.discord.gg", false},
		{official, "wss://evil.example/gateway.discord.gg", false},
		{official, "wss://evil.example?gateway.discord.gg", false},
		{official, "wss://evil.example#gateway.discord.gg", false},
		{official, "wss://evil.example\\.discord.gg", false},
		{official, "wss://gateway.discordapp.com", false},
		{official, "wss://127.0.0.1", false},
		{official, "wss://[::1]:8080", false},
		{official, "https://gateway.discord.gg", false},
		{official, "http://gateway.discord.gg", false},
		{official, "file:///gateway.discord.gg", false},
		{official, "wss:gateway.discord.gg", false},
		{official, "gateway.discord.gg", false},
		{official, "//gateway.discord.gg", false},
		{official, "wss://", false},
		{official, "wss://:443", false},
		{official, "wss://gateway.discord.gg\n", false},
		{official, " wss://gateway.discord.gg", false},
		{official, "", false},

		{own, "wss://proxy.example:8443/gateway", true},
		{own, "wss://proxy.example/gateway", true},
		{own, "wss://gateway.discord.gg", true},
		{own, "ws://proxy.example:8443/gateway", false},
		{own, "wss://sub.proxy.example", true},
		{own, "wss://notproxy.example", false},
		{own, "wss://example", false},
		{own, "wss://other.example", false},

		{plain, "ws://127.0.0.1:8081/gateway", true},
		{plain, "ws://elsewhere.example/gateway", true},
		{plain, "wss://gateway.discord.gg", true},
		{plain, "ws://name@127.0.0.1:8081/gateway", false},
		{plain, "http://127.0.0.1:8081/gateway", false},
		{plain, "ftp://127.0.0.1", false},
		{plain, "127.0.0.1:8081", false},
	} {
		r, err := newClient(Config{Token: testToken, APIURL: c.api})
		if err != nil {
			t.Fatal(err)
		}
		said := r.trusts(c.address)
		if (said == nil) != c.trusted {
			t.Errorf("%s: %q: %v", c.api, c.address, said)
		}
		if host := strings.Trim(c.address, " \n"); said != nil && host != "" && strings.Contains(said.Error(), host) {
			t.Errorf("people and the log are shown %q, which may hold a secret: %v", c.address, said)
		}
	}
}

// encrypted returns a platform whose API is served over TLS and gives the
// addresses in turn, the last one again and again.
func encrypted(t *testing.T, addresses ...string) (p *Platform, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(asked.Add(1)) - 1
		respond(w, 200, fmt.Sprintf(`{"url":%q}`, addresses[min(n, len(addresses)-1)]))
	}))
	t.Cleanup(srv.Close)
	n := newNotes()
	p, err := New(Config{Token: testToken, APIURL: srv.URL + "/api", Places: n, Memory: n, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quickly()
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	p.rest.posts.TLSClientConfig = &tls.Config{RootCAs: roots}
	t.Cleanup(p.rest.close)
	return p, asked
}

func TestAnAddressOutsideTLSIsAskedForAgain(t *testing.T) {
	p, _ := encrypted(t, "ws://gateway.discord.gg", "wss://elsewhere.example", "wss://gateway.discord.gg")
	g := &gateway{p: p}
	for _, said := range []string{"not encrypted", "neither the platform's nor the API's own"} {
		err := g.serve(t.Context())
		g.tell(err, g.pause(err))
		if h := p.Health()[0]; h.Up || !strings.Contains(h.Detail, said) || !strings.Contains(h.Detail, "DISCORD_API_URL") {
			t.Errorf("%+v", h)
		}
	}
	if address, err := g.admission(t.Context()); err != nil || address != "wss://gateway.discord.gg" {
		t.Errorf("%q %v", address, err)
	}
}

// TestAnAddressForResumingOutsideTLS is not used; the session goes on at the
// one Discord is asked for.
func TestAnAddressForResumingOutsideTLS(t *testing.T) {
	for address, trusted := range map[string]bool{
		"wss://gateway-1.discord.gg": true, "": true, "ws://gateway.discord.gg": false, "wss://elsewhere.example": false, "nonsense": false,
	} {
		p, asked := encrypted(t, "wss://gateway.discord.gg")
		g := &gateway{p: p, dispatch: func(event) {}}
		c := &conn{g: g, address: "wss://gateway-0.discord.gg"}
		raw, err := json.Marshal(map[string]string{"session_id": "S", "resume_gateway_url": address})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.take(event{Operation: opDispatch, Type: "READY", Sequence: 1, RawData: raw}); err != nil {
			t.Fatal(err)
		}
		if h := p.Health()[0]; !h.Up || (h.Detail == "Connected.") != trusted {
			t.Errorf("%q: %+v", address, h)
		}
		if g.session.id != "S" || (g.session.address != "") != trusted {
			t.Errorf("%q: %+v", address, g.session)
		}
		if trusted {
			continue
		}
		if got, err := g.admission(t.Context()); err != nil || got != "wss://gateway.discord.gg" || asked.Load() != 1 {
			t.Errorf("%q: resumed at %q %v", address, got, err)
		}
	}
}

// TestASessionOutlivesItsAddress: where its address cannot be reached, it is
// resumed at another.
func TestASessionOutlivesItsAddress(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	f, p, _ := newFar(t, func(l *line) {
		l.greet("ws" + strings.TrimPrefix(gone.URL, "http"))
		l.close(4000)
	})
	start(t, p, handler{})
	f.awaitLive()
	if got := fmt.Sprint(f.ops()); got != "[2 6]" {
		t.Errorf("the bot sent %s", got)
	}
}

// TestRefusalsOfTheGatewaysAddress that no token mends are not taken for one.
func TestRefusalsOfTheGatewaysAddress(t *testing.T) {
	for body, cure := range map[string]string{
		`401 {"code":0,"message":"401: Unauthorized"}`:  "DISCORD_TOKEN",
		`403 {"code":40001,"message":"Unauthorized"}`:   "DISCORD_TOKEN",
		`403 {"code":50014,"message":"Invalid"}`:        "DISCORD_TOKEN",
		`403 {"code":40002,"message":"Verify"}`:         "verif",
		`403 {"code":40333,"message":"internal"}`:       "",
		`403 <html>error code: 1020</html>`:             "",
		`429 error code: 1015`:                          "",
		`403 {"code":50001,"message":"Missing Access"}`: "",
		`500 {}`: "",
		`200 {}`: "",
	} {
		p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			var status int
			fmt.Sscan(body, &status)
			respond(w, status, body[4:])
		}))
		p.timing.refused = usualTiming().refused
		g := &gateway{p: p}
		_, err := g.admission(t.Context())
		refused, is := errors.AsType[*bot.Refused](err)
		switch {
		case err == nil:
			t.Errorf("%s: no error", body)
		case is != (cure != "") || is && !strings.Contains(refused.Cure, cure):
			t.Errorf("%s: %v", body, err)
		}
		if strings.HasPrefix(body, "429") || strings.Contains(body, "1020") || strings.Contains(body, "40333") {
			if wait := g.pause(err); wait < usualTiming().refused[1] {
				t.Errorf("%s: tried again after %v", body, wait)
			}
		}
	}
}
