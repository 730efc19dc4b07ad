package slack

import (
	"errors"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// outcomes collects what Started is told.
type outcomes chan error

func (o outcomes) in(c *Config) { c.Started = func(err error) { o <- err } }

// next is the one outcome of a rig.
func (o outcomes) next(r *rig) error {
	r.t.Helper()
	select {
	case err := <-o:
		return err
	case <-r.ctx().Done():
		r.t.Fatal("Started was never called")
		return nil
	}
}

func TestStarted(t *testing.T) {
	auth := slacktest.Match{Method: "auth.test"}
	for name, c := range map[string]struct {
		before func(*slacktest.Server)
		tokens int // unknown ones beside the good one
		heal   bool
		cures  []string // nil for a connection
	}{
		"connected":                    {},
		"connected after some tries":   {before: func(s *slacktest.Server) { s.Fail(open, 3, slacktest.Error500Before) }},
		"a workspace not reached":      {before: func(s *slacktest.Server) { s.Fail(auth, -1, slacktest.Error500Before) }},
		"one bot token of two refused": {tokens: 1},
		"the app token refused": {before: func(s *slacktest.Server) { s.Fail(open, -1, slacktest.APIError("invalid_auth")) },
			cures: []string{"SLACK_APP_TOKEN"}},
		"the app token refused at first": {before: func(s *slacktest.Server) { s.Fail(open, -1, slacktest.APIError("not_allowed_token_type")) },
			heal: true, cures: []string{"SLACK_APP_TOKEN"}},
		"the bot token refused":  {before: func(s *slacktest.Server) { s.Refuse("T1", "token_revoked") }, cures: []string{"SLACK_BOT_TOKEN", "bot token 1"}},
		"all bot tokens refused": {before: func(s *slacktest.Server) { s.Refuse("T1", "token_revoked") }, tokens: 2, cures: []string{"bot token 1", "bot token 2", "bot token 3"}},
		"refused after a while": {before: func(s *slacktest.Server) {
			s.Fail(open, -1, slacktest.Error500Before)
			s.Fail(auth, 2, slacktest.Error500Before)
			s.Refuse("T1", "account_inactive")
		}, cures: []string{"SLACK_BOT_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			told := make(outcomes, 10)
			r := startRig(t, setup{idle: true, before: c.before, config: func(g *Config) {
				told.in(g)
				for range c.tokens {
					g.BotTokens = append(g.BotTokens, "xoxb-unknown")
				}
			}})
			err := told.next(r)
			refused, is := errors.AsType[*bot.Refused](err)
			if is != (c.cures != nil) || err != nil && !is {
				t.Fatalf("told %v", err)
			}
			for _, cure := range c.cures {
				if !strings.Contains(refused.Cure, cure) || refused.Err == nil || strings.Contains(err.Error()+refused.Err.Error(), "xoxb-") {
					t.Errorf("told %q (%v), want %q in it", refused.Cure, refused.Err, cure)
				}
			}
			if c.heal {
				r.slack.Heal()
				if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
					t.Fatal(err)
				}
			}
			eventually(t, "more tries", func() bool { // of which nothing is told
				r.slack.Drop()
				return r.slack.Calls("apps.connections.open") >= 4
			})
			if err := r.halt(); err != nil {
				t.Errorf("Run = %v", err)
			}
			if len(told) > 0 {
				t.Errorf("told again: %v", <-told)
			}
		})
	}
}

// Each token has its own name from the start, whatever becomes of it.
func TestHealthIDs(t *testing.T) {
	r := startRig(t, setup{config: func(c *Config) { c.BotTokens = append(c.BotTokens, "xoxb-unknown", "xoxb-other") }})
	ids := func() string {
		var all []string
		for _, h := range r.platform.Health() {
			all = append(all, h.ID)
		}
		return strings.Join(all, ", ")
	}
	const want = "slack socket, slack token 1, slack token 2, slack token 3"
	if got := ids(); got != want {
		t.Errorf("ids %s", got)
	}
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	if got := ids(); got != want {
		t.Errorf("ids %s once the workspace is known", got)
	}
}

// An address that is not dialled is said in words without its ticket, and asked
// for again.
func TestAddressIsAskedForAgain(t *testing.T) {
	r := startRig(t, setup{idle: true, before: func(s *slacktest.Server) {
		s.Fail(open, 3, slacktest.Fault{Status: 200, Body: `{"ok":true,"url":"gopher://slack.com/?ticket=secret"}`})
	}, timing: func(g *timing) { g.retryLeast = 100 * time.Millisecond }})
	eventually(t, "a complaint", func() bool { return strings.Contains(r.platform.Health()[0].Detail, "does not begin with wss://") })
	if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.log.String(), "secret") {
		t.Error("the log holds the ticket")
	}
}
