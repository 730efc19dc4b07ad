package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gorilla/websocket"

	"storybot/bot"
)

// admission asks where to connect and, when a new session is to begin, whether
// it may.
func (g *gateway) admission(ctx context.Context) (address string, err error) {
	a, err := g.ask(ctx, "/gateway/bot")
	if err == nil && (a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotImplemented) {
		a, err = g.ask(ctx, "/gateway") // the address alone
	}
	const said = "Discord could not be asked for its gateway"
	if err != nil {
		return "", &setback{said, err}
	}
	if !a.ok() {
		v := g.p.verdict(a)
		switch {
		case v.Reason == cloudflare.reason:
			return "", &waitError{max(v.RetryAfter, g.p.timing.refused[1]), "Cloudflare, which stands before Discord, refuses this machine's requests"}
		case v.Reason == readings[codeUnverified].reason:
			return "", &bot.Refused{Cure: "Discord wants the bot's account verified. " + v.Cure, Err: v.Err}
		case v.Outcome == bot.BadAccount:
			return "", &bot.Refused{Cure: closeRules[closeBadToken].cure, Err: v.Err}
		case v.RetryAfter > 0:
			return "", &waitError{v.RetryAfter, "Discord's rate limit holds back the gateway's address"}
		}
		return "", &setback{said, v.Err}
	}
	var d struct {
		URL   string `json:"url"`
		Limit struct {
			Remaining  *number `json:"remaining"`
			ResetAfter number  `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := decode(a.body, &d); err != nil || d.URL == "" {
		return "", &setback{said, errors.New("an answer without an address")}
	}
	if err := g.p.rest.trusts(d.URL); err != nil {
		return "", err
	}
	if g.session.id != "" {
		return d.URL, nil
	}
	if left := d.Limit.Remaining; left != nil && *left < 1 {
		return "", &waitError{
			min(max(duration(float64(d.Limit.ResetAfter)/1000), leastWait), longestWait),
			"Discord allows no further session of this bot today",
		}
	}
	return d.URL, g.brake(ctx)
}

func (g *gateway) ask(ctx context.Context, path string) (answer, error) {
	return g.p.rest.do(ctx, g.p.rest.posts, request{what: "ask for the gateway", method: http.MethodGet, path: path})
}

// codeUnverified is answered to a bot whose account has to be verified first
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
const codeUnverified = 40002

// farHosts are the hosts of Discord's gateways, which are below them
// (https://discord.com/developers/docs/events/gateway#get-gateway-bot,
// https://discord.com/developers/docs/reference#api-reference).
var farHosts = []string{"discord.gg", "discord.com"}

// trusts returns why the bot does not connect to address, or nil when it does.
// What is sent there first is the token.
func (c *client) trusts(address string) *setback {
	why := bot.Distrust(c.base.String(), address, farHosts...)
	if why == "" {
		return nil
	}
	return &setback{
		"The address of a gateway that Discord's API gave is not used, because it " + why +
			"; whoever runs the bot should check DISCORD_API_URL and what stands between the bot and Discord",
		errors.New("an address that is not trusted"),
	}
}

// resumeAt is the address to resume a session at, "" when the one Discord gave
// is not trusted: then Discord is asked again.
func (g *gateway) resumeAt(address string) string {
	err := g.p.rest.trusts(address)
	if err == nil {
		g.p.health.note(noteAddress, "")
		return address
	}
	g.p.health.note(noteAddress, err.said+".")
	g.p.log.Warn("the address for resuming is not used", "err", err)
	return ""
}

// dial opens the websocket at address, which is trusted.
func (g *gateway) dial(ctx context.Context, address string) (*conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of the gateway cannot be read")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	q := u.Query()
	q.Set("v", apiVersion)
	q.Set("encoding", "json")
	u.RawQuery = q.Encode()
	// The gateway is reached the way the API is.
	dialer := websocket.Dialer{
		Proxy: g.p.rest.posts.Proxy, NetDialContext: g.p.rest.posts.DialContext,
		HandshakeTimeout: g.p.timing.hello,
	}
	ws, resp, err := dialer.DialContext(ctx, u.String(), nil)
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("%w (status %d)", err, resp.StatusCode)
		}
		return nil, err
	}
	ws.SetReadLimit(maxPacket)
	c := &conn{g: g, ws: ws, address: address, ended: make(chan struct{})}
	c.seq.Store(g.session.seq)
	return c, nil
}
