package discord

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
)

// TestWhatDiscordRefusesIsTriedAgain: for two hours, ever more rarely, told
// once, with what to mend; then it is mended.
func TestWhatDiscordRefusesIsTriedAgain(t *testing.T) {
	refusals := map[string]struct {
		begin, end func(*rig)
		cure       string
	}{
		"GET /gateway/bot": {
			func(r *rig) { r.srv.RevokeToken() }, func(r *rig) { r.srv.AcceptToken(discordtest.Token) }, "DISCORD_TOKEN",
		},
	}
	for code, cure := range map[int]string{4004: "DISCORD_TOKEN", 4010: "update", 4011: "too many servers", 4012: "Update the bot", 4013: "Update the bot", 4014: "Bot page"} {
		again := make([]discordtest.GatewayFault, 500)
		for i := range again {
			again[i] = discordtest.CloseOnIdentify(code)
		}
		refusals[fmt.Sprint("closed ", code)] = struct {
			begin, end func(*rig)
			cure       string
		}{func(r *rig) { r.srv.NextConnections(again...) }, func(r *rig) { r.srv.ForgetFaults() }, cure}
	}
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				c.begin(r)
				stop := r.run(t)
				refused, is := errors.AsType[*bot.Refused](<-r.started)
				if !is || !strings.Contains(refused.Cure, c.cure) || refused.Err == nil || strings.Contains(refused.Err.Error(), discordtest.Token) {
					t.Errorf("started with %+v", refused)
				}
				time.Sleep(50 * time.Second)
				if asked := r.srv.Stats().ByOp[discordtest.GetGatewayBot]; asked != 1 {
					t.Errorf("tried %d times within a minute", asked)
				}
				time.Sleep(2 * time.Hour)
				if asked := r.srv.Stats().ByOp[discordtest.GetGatewayBot]; asked < 10 || asked > 30 {
					t.Errorf("tried %d times in two hours", asked)
				}
				if h := r.p.Health()[0]; h.Up || !strings.Contains(h.Detail, c.cure) || !strings.Contains(h.Detail, "Next try in") {
					t.Errorf("%+v", h)
				}
				if told := r.log.errors.Load(); told != 1 {
					t.Errorf("the log has %d errors", told)
				}
				c.end(r)
				if !r.up(12 * time.Minute) {
					t.Fatalf("not up again: %q", r.p.Health()[0].Detail)
				}
				synctest.Wait()
				healed := c.cure != "DISCORD_TOKEN" // what else is refused keeps no message back
				for len(r.n.places) > 0 {
					healed = healed || <-r.n.places == "healed discord:"
				}
				if h := r.p.Health()[0]; !healed || !h.Up || h.Detail != "Connected." {
					t.Errorf("healed %v, %+v", healed, h)
				}
				stop()
				if len(r.started) != 0 {
					t.Errorf("started once more: %v", <-r.started)
				}
			})
		})
	}
}

func TestStartedIsToldOnceOfTheFirstOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.srv.FailNext(discordtest.Match{Op: discordtest.GetGatewayBot}, discordtest.StatusBeforeStore(503), discordtest.MissingAccess(), discordtest.CloudflareBan(), discordtest.RateLimited("user", time.Minute))
		r.srv.NextConnections(discordtest.HangUp(), discordtest.CloseOnIdentify(4000), discordtest.Mute())
		r.far.Away.Store(true)
		stop := r.run(t)
		time.Sleep(time.Hour)
		if len(r.started) != 0 {
			t.Errorf("told of what is tried again: %v", <-r.started)
		}
		r.far.Away.Store(false)
		if err := <-r.started; err != nil {
			t.Errorf("told %v of READY", err)
		}
		r.srv.RevokeToken()
		r.srv.CloseConnections(4004)
		time.Sleep(time.Hour)
		r.srv.AcceptToken(discordtest.Token)
		time.Sleep(time.Hour)
		stop()
		if len(r.started) != 0 {
			t.Errorf("told again: %v", <-r.started)
		}
	})
}

// TestATokenRefusedForSending: the gateway goes on, the lane stops, and goes on
// when the token is taken again.
func TestATokenRefusedForSending(t *testing.T) {
	for name, revoke := range map[string]func(*rig) (restore func()){
		"everywhere": func(r *rig) func() {
			r.srv.RevokeToken()
			return func() { r.srv.AcceptToken(discordtest.Token) }
		},
		"once, by mistake": func(r *rig) func() {
			r.srv.FailNext(posting, discordtest.Unauthorized())
			return func() {}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.run(t)
				r.awaitUp(t)
				restore := revoke(r)
				if v := r.p.Do(t.Context(), post(testMessage(), "key-1")); v.Outcome != bot.BadAccount {
					t.Fatalf("%+v", v)
				}
				synctest.Wait()
				if h := r.p.Health()[0]; !h.Up || !strings.HasPrefix(h.Detail, "Connected. ") || !strings.Contains(h.Detail, "DISCORD_TOKEN") {
					t.Errorf("%+v", h)
				}
				if name == "everywhere" {
					time.Sleep(2 * time.Hour)
					if asked := r.srv.Stats().ByOp[discordtest.GetGatewayBot]; asked < 10 || asked > 30 {
						t.Errorf("asked %d times in two hours", asked)
					}
					if told := r.log.errors.Load(); told != 1 {
						t.Errorf("the log has %d errors", told)
					}
				}
				restore()
				for healed := ""; healed != "healed discord:"; {
					select {
					case healed = <-r.n.places:
					case <-time.After(12 * time.Minute):
						t.Fatal("nobody is told that the token is taken again")
					}
				}
				if h := r.p.Health()[0]; !h.Up || h.Detail != "Connected." {
					t.Errorf("%+v", h)
				}
				if v := r.p.Do(t.Context(), post(testMessage(), "key-2")); v.Outcome != bot.Delivered {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

// TestWhatTellsOfTheToken: a refusal is believed of requests that hold the
// bot's token, an answer only of those that need it.
func TestWhatTellsOfTheToken(t *testing.T) {
	for _, c := range []struct {
		path          string
		status        int
		before, after bool
	}{
		{"/channels/1/messages", 401, false, true},
		{"/channels/1/messages", 401, true, true},
		{"/channels/1/messages", 200, true, false},
		{"/channels/1/messages", 403, true, true},
		{"/channels/1/messages", 500, true, true},
		{"/gateway/bot", 200, true, false},
		{"/gateway/bot", 401, false, true},
		{"/gateway", 200, true, true},
		{"/gateway", 401, false, false},
		{"/interactions/1/token/callback", 401, false, false},
		{"/interactions/1/token/callback", 204, true, true},
		{"/webhooks/1/token/messages/@original", 401, false, false},
		{"/webhooks/1/token/messages/@original", 200, true, true},
	} {
		a := newAccount()
		a.set(byAPI, c.before)
		a.answered(c.path, c.status)
		if refused, _, _ := a.state(); refused != c.after {
			t.Errorf("%s %d after %v: %v", c.path, c.status, c.before, refused)
		}
	}
}
