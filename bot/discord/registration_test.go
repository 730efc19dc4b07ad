package discord

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
)

var registering = discordtest.Match{Op: discordtest.SetCommands}

// sets is how often the commands were set, and tried to be.
func (r *rig) sets() (done, tried int) {
	_, done = r.srv.Commands()
	return done, r.srv.Stats().ByOp[discordtest.SetCommands]
}

func TestCommandsAreRegisteredOnceUntilTheyChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, table)
		life := func(specs []bot.Spec) {
			r.p = r.again(t, specs)
			stop := r.run(t)
			r.awaitUp(t)
			synctest.Wait()
			if h := r.p.Health()[0]; h.Detail != "Connected." {
				t.Errorf("%+v", h)
			}
			stop()
		}
		life(table)
		life(table)
		life(table)
		if _, tried := r.sets(); tried != 1 {
			t.Errorf("an unchanged table was sent %d times", tried)
		}
		life(table[:2])
		life(table[:2])
		if defs, sets := r.srv.Commands(); sets != 2 || len(defs) != 2 {
			t.Errorf("%d commands after a change, set %d times", len(defs), sets)
		}
		clear(r.n.kept) // another database
		life(table[:2])
		if _, tried := r.sets(); tried != 2 {
			t.Errorf("what Discord lists was sent again: %d times", tried)
		}
	})
}

// TestCommandsOthersChangedAreNoticed: another process or a person registered
// others since, which the remembered hash does not tell.
func TestCommandsOthersChangedAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, table)
		r.run(t)
		r.awaitUp(t)
		synctest.Wait()
		other := r.again(t, table[:1])
		if n := newRegistrar(other).try(t.Context(), discordtest.ApplicationID); n != nil {
			t.Fatalf("%+v", n)
		}
		r.srv.CloseConnections(4009)
		r.awaitUp(t)
		synctest.Wait()
		if defs, sets := r.srv.Commands(); sets != 3 || len(defs) != 3 {
			t.Errorf("%d commands, set %d times", len(defs), sets)
		}
	})
}

// TestAServerThatWritesCommandsOtherwise: it lists what it was sent in other
// words, and is not sent it again at each start.
func TestAServerThatWritesCommandsOtherwise(t *testing.T) {
	var kept []map[string]any
	puts := 0
	p, _ := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			puts++
			raw, _ := io.ReadAll(r.Body)
			if err := json.Unmarshal(raw, &kept); err != nil {
				t.Error(err)
			}
			for _, c := range kept {
				c["id"], c["version"], c["nsfw"], c["contexts"] = "1", "2", false, nil
				c["description"] = strings.TrimSuffix(c["description"].(string), ".")
			}
			slices.Reverse(kept)
		}
		raw, _ := json.Marshal(kept)
		respond(w, 200, string(raw))
	}))
	p.commands, _ = define(table, nil)
	for range 3 {
		newRegistrar(p).register(t.Context(), testApp)
	}
	if puts != 1 {
		t.Errorf("sent %d times", puts)
	}
	kept = kept[1:]
	newRegistrar(p).register(t.Context(), testApp)
	if puts != 2 {
		t.Errorf("after a change there: sent %d times", puts)
	}
}

// TestARegistrationThatFailsIsTriedAgain: whatever the reason, ever more rarely;
// Health says so while the connection is up, and the log once.
func TestARegistrationThatFailsIsTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fault discordtest.Fault
		said  string
	}{
		"refused":       {discordtest.APIError(400, 50035, "Invalid Form Body"), "fault of the bot"},
		"not allowed":   {discordtest.APIError(403, 20012, "You are not authorized"), "DISCORD_TOKEN"},
		"fault":         {discordtest.StatusBeforeStore(502), "fault of its own"},
		"reset":         {discordtest.ResetBeforeStore(), "cannot be reached"},
		"hang":          {discordtest.Hang(), "cannot be reached"},
		"proxy":         {discordtest.StatusBeforeStore(404), "DISCORD_API_URL"},
		"token":         {discordtest.Unauthorized(), "refuses the bot's token"},
		"cloudflare":    {discordtest.CloudflareBan(), "Cloudflare"},
		"limited":       {discordtest.RateLimited("user", time.Second), "rate limit"},
		"limited, long": {discordtest.RateLimited("global", 20*time.Minute), "rate limit"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, table)
				heal := r.srv.Fail(registering, c.fault)
				r.run(t)
				r.awaitUp(t)
				time.Sleep(15 * time.Second)
				_, first := r.sets()
				if first < 1 || first > 6 {
					t.Errorf("%d tries in 15 seconds", first)
				}
				if h := r.p.Health()[0]; !h.Up || !strings.HasPrefix(h.Detail, "Connected. ") || !strings.Contains(h.Detail, "commands are not registered") || !strings.Contains(h.Detail, c.said) {
					t.Errorf("%+v", h)
				}
				time.Sleep(4 * time.Hour)
				_, tried := r.sets()
				if tried < 4 || tried > 80 {
					t.Errorf("%d tries in four hours", tried)
				}
				if told := r.log.errors.Load(); told != 1 && name != "token" {
					t.Errorf("the log has %d errors", told)
				}
				heal()
				time.Sleep(61 * time.Minute)
				if done, _ := r.sets(); done != 1 {
					t.Errorf("set %d times", done)
				}
				if h := r.p.Health()[0]; h.Detail != "Connected." {
					t.Errorf("%+v", h)
				}
			})
		})
	}
}

// TestRetryAfterIsObeyed when commands are registered.
func TestRetryAfterIsObeyed(t *testing.T) {
	for _, op := range []discordtest.Op{discordtest.SetCommands, discordtest.ListCommands} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, table)
			r.srv.FailNext(discordtest.Match{Op: op}, discordtest.RateLimited("user", 25*time.Minute))
			r.run(t)
			r.awaitUp(t)
			time.Sleep(24 * time.Minute)
			if asked := r.srv.Stats().ByOp[op]; asked != 1 {
				t.Errorf("%s was asked for %d times within 25 minutes", op, asked)
			}
			time.Sleep(2 * time.Minute)
			if done, _ := r.sets(); done != 1 {
				t.Errorf("%s: set %d times", op, done)
			}
		})
	}
}

// TestRegistrationWaitsForTheToken and then goes on soon.
func TestRegistrationWaitsForTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, table)
		r.srv.FailNext(discordtest.Match{Op: discordtest.ListCommands}, discordtest.Unauthorized())
		r.run(t)
		r.awaitUp(t)
		synctest.Wait()
		r.srv.RevokeToken()
		time.Sleep(3 * time.Hour)
		asked := r.srv.Stats().ByOp[discordtest.ListCommands]
		if asked != 1 {
			t.Errorf("asked %d times with a refused token", asked)
		}
		r.srv.AcceptToken(discordtest.Token)
		time.Sleep(12 * time.Minute)
		if done, _ := r.sets(); done != 1 {
			t.Errorf("set %d times", done)
		}
	})
}

// TestCommandsThatCannotBeListed are sent once and not again, but Discord is
// asked for them until it tells, and Health says so.
func TestCommandsThatCannotBeListed(t *testing.T) {
	for name, fault := range map[string]discordtest.Fault{
		"fault": discordtest.StatusBeforeStore(500), "no such thing": discordtest.APIError(404, 0, "404: Not Found"),
		"cut": discordtest.CutBody(), "no list": discordtest.EmptyJSON(), "reset": discordtest.ResetAfterStore(),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, table)
				heal := r.srv.Fail(discordtest.Match{Op: discordtest.ListCommands}, fault)
				registrar := newRegistrar(r.p)
				if n := registrar.try(t.Context(), discordtest.ApplicationID); n != nil {
					t.Fatalf("at first: %+v", n)
				}
				if n := registrar.try(t.Context(), discordtest.ApplicationID); n == nil || !n.unsure {
					t.Fatalf("then: %+v", n)
				}
				if done, tried := r.sets(); done != 1 || tried != 1 {
					t.Errorf("set %d times in %d tries", done, tried)
				}
				r.run(t)
				r.awaitUp(t)
				time.Sleep(4 * time.Hour)
				if h := r.p.Health()[0]; !h.Up || !strings.Contains(h.Detail, "does not say whether it still has the commands") {
					t.Errorf("%+v", h)
				}
				if asked := r.srv.Stats().ByOp[discordtest.ListCommands]; asked < 6 || asked > 80 {
					t.Errorf("asked %d times in four hours", asked)
				}
				heal()
				time.Sleep(61 * time.Minute)
				if h := r.p.Health()[0]; h.Detail != "Connected." {
					t.Errorf("%+v", h)
				}
				if done, tried := r.sets(); done != 1 || tried != 1 {
					t.Errorf("in the end set %d times in %d tries", done, tried)
				}
			})
		})
	}
}
