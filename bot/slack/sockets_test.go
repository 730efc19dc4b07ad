package slack

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// While one connection is replaced, commands go on being answered.
func TestAnnouncedEndLeavesNoGap(t *testing.T) {
	r := startRig(t, setup{})
	for i := range 5 {
		r.slack.Disconnect("warning", 300*time.Millisecond)
		for range 10 {
			r.slash("C1", "U1", "/story", "x")
		}
		eventually(t, "the successors", func() bool { return r.platform.sockets.health().Reconnects == connections*(i+1) })
		if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLostConnectionsComeBack(t *testing.T) {
	for name, lose := range map[string]func(*slacktest.Server){
		"dropped":   (*slacktest.Server).Drop,
		"half-open": (*slacktest.Server).Freeze,
		"refreshed": func(s *slacktest.Server) { s.Disconnect("refresh_requested", 0) },
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, setup{})
			opens := len(r.slack.Opens())
			lose(r.slack)
			if err := r.slack.WaitOpens(r.ctx(), opens+connections); err != nil {
				t.Fatal(err)
			}
			eventually(t, "a connection", func() bool { return r.platform.sockets.health().Reconnects >= connections })
			if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
				t.Fatal(err)
			}
			r.slash("C1", "U1", "/story", "x")
			if h := r.platform.Health()[0]; !h.Up {
				t.Errorf("health %+v", h)
			}
		})
	}
}

// Slack that ends every connection at once is asked for ever fewer.
func TestDisconnectLoop(t *testing.T) {
	for _, reason := range []string{"link_disabled", "too_many_websockets", "refresh_requested", "warning"} {
		t.Run(reason, func(t *testing.T) {
			began, least := time.Now(), time.Duration(0)
			r := startRig(t, setup{idle: true, before: func(s *slacktest.Server) { s.SetSocket(slacktest.Socket{Disconnect: reason}) },
				timing: func(g *timing) { g.retryLeast, g.retryMost = 10*time.Millisecond, time.Hour }})
			if err := r.slack.WaitOpens(r.ctx(), 5); err != nil {
				t.Fatal(err)
			}
			opens := r.slack.Opens()
			for i := 2; i < len(opens); i++ {
				// All pauses together: of a single one, an opening that was late on
				// its way takes a part.
				if least += 10 * time.Millisecond << (i - 1); opens[i].Sub(began) < least {
					t.Errorf("opening %d came after %v, want %v at least", i+1, opens[i].Sub(began), least)
				}
			}
			eventually(t, "the reason", func() bool { return strings.Contains(r.platform.Health()[0].Detail, reason) })
		})
	}
}

func TestOpeningFails(t *testing.T) {
	for name, break1 := range map[string]func(*slacktest.Server){
		"no hello":            func(s *slacktest.Server) { s.SetSocket(slacktest.Socket{NoHello: true}) },
		"handshake refused":   func(s *slacktest.Server) { s.SetSocket(slacktest.Socket{Refuse: http.StatusServiceUnavailable}) },
		"dropped after hello": func(s *slacktest.Server) { s.SetSocket(slacktest.Socket{Drop: true}) },
		"hang":                func(s *slacktest.Server) { s.Fail(open, 3, slacktest.Hangs) },
		"500":                 func(s *slacktest.Server) { s.Fail(open, 3, slacktest.Error500Before) },
		"429":                 func(s *slacktest.Server) { s.Fail(open, 2, slacktest.Fault{Status: 429, RetryAfter: "0.2"}) },
		"429 of text": func(s *slacktest.Server) {
			s.Fail(open, 2, slacktest.Fault{Status: 429, Body: "slow down", RetryAfter: "0.3"})
		},
		"ratelimited": func(s *slacktest.Server) { s.Fail(open, 1, slacktest.APIError("ratelimited")) },
		"500 in JSON": func(s *slacktest.Server) {
			s.Fail(open, 3, slacktest.Fault{Status: 500, Body: `{"ok":false,"error":"invalid_auth"}`})
		},
		"invalid_auth":   func(s *slacktest.Server) { s.Fail(open, 3, slacktest.APIError("invalid_auth")) },
		"html":           func(s *slacktest.Server) { s.Fail(open, 3, slacktest.HTML200) },
		"reset":          func(s *slacktest.Server) { s.Fail(open, 3, slacktest.ResetBefore) },
		"internal_error": func(s *slacktest.Server) { s.Fail(open, 3, slacktest.APIError("internal_error")) },
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, setup{idle: true, before: break1, timing: func(g *timing) { g.hello = 50 * time.Millisecond }, patience: 50 * time.Millisecond})
			eventually(t, "a complaint", func() bool { return r.platform.Health()[0].Detail != "" && !r.platform.Health()[0].Up })
			eventually(t, "three tries", func() bool { return r.slack.Calls("apps.connections.open") >= 3 })
			r.slack.SetSocket(slacktest.Socket{})
			if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
				t.Fatal(err)
			}
			r.slash("C1", "U1", "/story", "x")
		})
	}
}

var open = slacktest.Match{Method: "apps.connections.open"}

// A refused app token is said once, and asked about until it is taken; posts
// go on meanwhile.
func TestRefusedAppToken(t *testing.T) {
	for _, word := range []string{"invalid_auth", "token_revoked", "missing_scope", "not_allowed_token_type", "account_inactive"} {
		t.Run(word, func(t *testing.T) {
			r := startRig(t, setup{idle: true, before: func(s *slacktest.Server) { s.Fail(open, -1, slacktest.APIError(word)) }})
			eventually(t, "three tries", func() bool { return r.slack.Calls("apps.connections.open") >= 3 })
			if h := r.platform.Health()[0]; h.Up || !strings.Contains(h.Detail, "SLACK_APP_TOKEN") || !strings.Contains(h.Detail, word) {
				t.Errorf("health %+v", h)
			}
			if v := r.send("C1", "k1"); v.Outcome != bot.Delivered {
				t.Errorf("post: %+v", v)
			}
			if n := strings.Count(r.log.String(), "slack app token refused"); n != 1 {
				t.Errorf("it was said %d times", n)
			}
			r.slack.Heal()
			if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
				t.Fatal(err)
			}
			r.slash("C1", "U1", "/story", "x")
		})
	}
}

// A bot token that is refused stops its workspace and no other.
func TestRefusedBotToken(t *testing.T) {
	r := startRig(t, setup{config: func(c *Config) { c.BotTokens = append(c.BotTokens, "xoxb-unknown") }})
	eventually(t, "a refusal", func() bool {
		return len(r.platform.Health()) == 3 && r.platform.Health()[2].Detail != "asking Slack which workspace the token is for"
	})
	h := r.platform.Health()
	if !h[1].Up || h[2].Up || !strings.Contains(h[2].Detail, "SLACK_BOT_TOKEN") {
		t.Errorf("health %+v", h)
	}
	r.slash("C1", "U1", "/story", "x")
	if v := r.send("C1", "k1"); v.Outcome != bot.Delivered {
		t.Errorf("post: %+v", v)
	}
}

// A token that is refused at first, or for a while, is taken up again.
func TestRefusedBotTokenComesBack(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) { s.Refuse("T1", "account_inactive") }})
	eventually(t, "three tries", func() bool { return r.slack.Calls("auth.test") >= 3 })
	if h := r.platform.Health()[1]; h.Up || !strings.Contains(h.Detail, "SLACK_BOT_TOKEN") {
		t.Errorf("health %+v", h)
	}
	if v := r.send("C1", "k1"); v.Outcome != bot.BadAccount {
		t.Errorf("post: %+v", v)
	}
	if n := strings.Count(r.log.String(), "slack bot token refused"); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	r.slack.Refuse("T1", "")
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	if v := r.send("C1", "k1"); v.Outcome != bot.Delivered {
		t.Errorf("post: %+v", v)
	}
	if got := <-r.places.told; got != "healed "+destination("T1", "").String() {
		t.Errorf("told %q", got)
	}
	r.slack.Refuse("T1", "token_revoked")
	if err := r.slack.Event(r.ctx(), "T1", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{"UBOTT1"}}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end", func() bool { return strings.Contains(r.platform.Health()[1].Detail, "token_revoked") })
	r.slack.Refuse("T1", "")
	eventually(t, "the workspace again", func() bool { return r.platform.Health()[1].Up })
}

// Where auth.test says nothing, the only token is used for every workspace.
func TestWorkspaceWithoutAuthTest(t *testing.T) {
	for name, c := range map[string]struct {
		fault  slacktest.Fault
		tokens int
		want   bot.Outcome
	}{
		"unknown":            {slacktest.APIError("unknown_method"), 1, bot.Delivered},
		"404":                {slacktest.Fault{Status: 404}, 1, bot.Delivered},
		"no team_id":         {slacktest.Fault{Status: 200, Body: `{"ok":true}`}, 1, bot.Delivered},
		"no team_id of two":  {slacktest.Fault{Status: 200, Body: `{"ok":true}`}, 2, bot.Transient},
		"not for the moment": {slacktest.Unavailable, 1, bot.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, setup{
				before: func(s *slacktest.Server) { s.Fail(slacktest.Match{Method: "auth.test"}, -1, c.fault) },
				config: func(g *Config) {
					if c.tokens == 2 {
						g.BotTokens = append(g.BotTokens, "xoxb-another")
					}
				},
				timing: func(g *timing) { g.learn = 100 * time.Millisecond },
			})
			if v := r.send("C1", "k1"); v.Outcome != c.want {
				t.Errorf("%+v", v)
			}
			r.slash("C1", "U1", "/story", "x")
		})
	}
}

// What holds up auth.test holds up nothing else, and passes.
func TestWorkspaceIsLearntAgainAndAgain(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.Fail(slacktest.Match{Method: "auth.test"}, 3, slacktest.Error500Before)
	}})
	r.slash("C1", "U1", "/story", "x")
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	if h := r.platform.Health()[1]; h.Connection != "slack workspace T1 (T1)" && !strings.HasPrefix(h.Connection, "slack workspace T1") {
		t.Errorf("health %+v", h)
	}
}

// What is read before Slack has said whose the token is waits for that a little: its
// author, its channels and its address are not lost.
func TestNamesWaitForTheWorkspace(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.Fail(slacktest.Match{Method: "auth.test"}, 3, slacktest.Error500Before)
	}})
	m := r.slack.Say("T1", "C1", "U1", "in #c-c1")
	a := must[*slacktest.Answer](t)(r.slack.Shortcut(r.ctx(), m, "open", "U1"))
	if want := `menu open: "in #c-c1" by Ada Lovelace at "https://`; !strings.HasPrefix(a.Visible(), want) {
		t.Errorf("answer %q, want %q", a.Visible(), want)
	}
}
