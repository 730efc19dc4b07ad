package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	// identifyKey is where Memory keeps the IDENTIFYs of the last day.
	identifyKey = "discord:identifies"
	// identifyLimit is our own brake within identifyDay. Discord allows 1,000,
	// then ends all sessions and takes the token away
	// (https://discord.com/developers/docs/events/gateway#rate-limiting).
	identifyLimit = 950
	identifyDay   = 24 * time.Hour
	// leastWait is for a budget that is spent with no word on when it returns.
	leastWait = time.Minute
)

// admission asks where to connect and whether a new session may begin.
func (g *gateway) admission(ctx context.Context) (address string, err error) {
	if wait := g.p.timing.identify - time.Since(g.identified); !g.identified.IsZero() && wait > 0 {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(wait):
		}
	}
	a, err := g.ask(ctx, "/gateway/bot")
	if err == nil && (a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotImplemented) {
		a, err = g.ask(ctx, "/gateway") // the address alone
	}
	if err != nil {
		return "", err
	}
	if !a.ok() {
		v := g.p.verdict(a)
		switch {
		case a.status == http.StatusUnauthorized:
			return "", &fatalError{closeRules[4004].cure, v.Err}
		case v.RetryAfter > 0:
			return "", &waitError{v.RetryAfter, "Discord's rate limit holds back the gateway's address"}
		}
		return "", fmt.Errorf("ask for the gateway: %w", v.Err)
	}
	var d struct {
		URL   string `json:"url"`
		Limit struct {
			Remaining  *number `json:"remaining"`
			ResetAfter number  `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := decode(a.body, &d); err != nil || d.URL == "" {
		return "", errors.New("ask for the gateway: an answer without an address")
	}
	if left := d.Limit.Remaining; left != nil && *left < 1 {
		return "", &waitError{
			max(duration(float64(d.Limit.ResetAfter)/1000), leastWait),
			"Discord allows no further session of this bot today",
		}
	}
	return d.URL, g.brake(ctx)
}

func (g *gateway) ask(ctx context.Context, path string) (answer, error) {
	return g.p.rest.do(ctx, g.p.rest.posts, request{what: "ask for the gateway", method: http.MethodGet, path: path})
}

// identifies counts the sessions begun since Since.
type identifies struct {
	Since int64 `json:"since"` // Unix seconds
	Count int   `json:"count"`
}

// recalled returns the count of the running day.
func (g *gateway) recalled(ctx context.Context) identifies {
	now := g.p.now()
	var n identifies
	kept, err := g.p.memory.Recall(ctx, identifyKey)
	if err != nil {
		g.p.log.Warn("the count of sessions cannot be recalled", "err", err)
	}
	if json.Unmarshal([]byte(kept), &n) != nil || n.Since > now.Unix() || now.Unix()-n.Since >= int64(identifyDay/time.Second) {
		return identifies{Since: now.Unix()}
	}
	return n
}

// brake refuses a session when our own count says that too many were begun,
// whatever Discord answered.
func (g *gateway) brake(ctx context.Context) error {
	n := g.recalled(ctx)
	if n.Count < identifyLimit {
		return nil
	}
	until := time.Unix(n.Since, 0).Add(identifyDay)
	return &waitError{until.Sub(g.p.now()), fmt.Sprintf("the bot began %d sessions within a day and keeps the rest of Discord's 1,000 back", n.Count)}
}

// countIdentify notes an IDENTIFY before it is sent.
func (g *gateway) countIdentify(ctx context.Context) error {
	n := g.recalled(ctx)
	n.Count++
	kept, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if err := g.p.memory.Remember(ctx, identifyKey, string(kept)); err != nil {
		g.p.log.Warn("the count of sessions cannot be kept", "err", err)
	}
	g.identified = time.Now()
	return nil
}
