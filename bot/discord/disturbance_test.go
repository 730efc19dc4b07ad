package discord

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
)

// disturbance is what may happen to a connection. When end is not nil, it
// lasts until that is called.
type disturbance struct {
	name   string
	hidden bool // nobody tells: it is to be noticed within 1.5 heartbeat intervals
	begin  func(*discordtest.Server, *platformtest.MemNet)
	end    func(*platformtest.MemNet)
}

func disturbances() []disturbance {
	return []disturbance{
		{name: "drop", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.DropConnections() }},
		{name: "op 7", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.SendOp(7, nil) }},
		{name: "op 9 resumable", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.SendOp(9, true) }},
		{name: "op 9 final", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.SendOp(9, false) }},
		{name: "4000", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.CloseConnections(4000) }},
		{name: "4009", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.CloseConnections(4009) }},
		{name: "expired", begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.ForgetSessions(); s.DropConnections() }},
		{name: "silence", hidden: true, begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.Silence() }},
		{name: "no ACK", hidden: true, begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.StopAcks() }},
		{name: "half-open", hidden: true, begin: func(s *discordtest.Server, _ *platformtest.MemNet) { s.HalfOpen() }},
		{name: "next connections fail", begin: func(s *discordtest.Server, _ *platformtest.MemNet) {
			s.NextConnections(discordtest.RefuseUpgrade(503), discordtest.CloseOnIdentify(4000), discordtest.HangUp())
			s.DropConnections()
		}},
		{name: "mute", begin: func(s *discordtest.Server, _ *platformtest.MemNet) {
			s.NextConnections(discordtest.Mute())
			s.DropConnections()
		}},
		{name: "refused", begin: func(s *discordtest.Server, n *platformtest.MemNet) { n.Away.Store(true); s.DropConnections() }, end: func(n *platformtest.MemNet) { n.Away.Store(false) }},
		{name: "refused, session gone", begin: func(s *discordtest.Server, n *platformtest.MemNet) {
			n.Away.Store(true)
			s.ForgetSessions()
			s.DropConnections()
		}, end: func(n *platformtest.MemNet) { n.Away.Store(false) }},
	}
}

// step is a disturbance, how long the connection had been up, and how long it
// lasts when it is one that does.
type step struct {
	disturbance
	after, lasts time.Duration
}

const beatTime = 41250 * time.Millisecond

// survive plays steps against the bot at Discord's own times, in no time, and
// returns what took too long or too many IDENTIFYs.
func survive(t *testing.T, steps []step) (wrong []string) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.run(t)
		r.awaitUp(t)
		srv, far := r.srv, r.far
		for i, s := range steps {
			time.Sleep(s.after)
			synctest.Wait()
			for len(r.log.ups) > 0 {
				<-r.log.ups // a RESUMED nobody got is sent again before the next one
			}
			before, began := srv.GatewayStats().Identifies, time.Now()
			s.begin(srv, far)
			if s.end != nil {
				time.Sleep(s.lasts)
				s.end(far)
				began = time.Now()
			}
			limit := 30 * time.Second
			if s.hidden {
				limit += beatTime * 3 / 2
			}
			if !r.up(limit) {
				wrong = append(wrong, fmt.Sprintf("%d, %s: not over after %v: %q", i, s.name, limit, r.p.Health()[0].Detail))
				return
			}
			t.Logf("%d, %s after %v: over after %v", i, s.name, s.after, time.Since(began))
			if used := srv.GatewayStats().Identifies - before; used > 3 {
				wrong = append(wrong, fmt.Sprintf("%d, %s: %d IDENTIFYs", i, s.name, used))
			}
		}
	})
	return wrong
}

// TestTenDisturbances plays every kind of disturbance ten times in a row, each
// as soon as the last is over: none pays for those before.
func TestTenDisturbances(t *testing.T) {
	for _, d := range disturbances() {
		t.Run(d.name, func(t *testing.T) {
			var steps []step
			for range 10 {
				steps = append(steps, step{d, 0, 20 * time.Second})
			}
			for _, w := range survive(t, steps) {
				t.Error(w)
			}
		})
	}
}

// TestAnyDisturbances plays ten disturbances in any order, with any time
// between them.
func TestAnyDisturbances(t *testing.T) {
	all := disturbances()
	rapid.Check(t, func(r *rapid.T) {
		var steps []step
		for range 10 {
			steps = append(steps, step{
				rapid.SampledFrom(all).Draw(r, "disturbance"),
				rapid.SampledFrom([]time.Duration{0, 10 * time.Millisecond, 3 * time.Second, 29 * time.Second, 3 * time.Minute}).Draw(r, "after"),
				time.Duration(rapid.IntRange(0, 300).Draw(r, "lasts")) * time.Second,
			})
		}
		if wrong := survive(t, steps); len(wrong) > 0 {
			r.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// TestSilenceIsNoticedInTime: within 1.5 heartbeat intervals, whatever it is that
// no longer comes, and when in the interval it began.
func TestSilenceIsNoticedInTime(t *testing.T) {
	for _, d := range disturbances() {
		if !d.hidden {
			continue
		}
		for range 20 {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.run(t)
				r.awaitUp(t)
				time.Sleep(time.Minute + rand.N(beatTime))
				began := time.Now()
				d.begin(r.srv, r.far)
				for !r.up(5*time.Second) && time.Since(began) < 5*time.Minute {
					r.srv.Dispatch("TYPING_START", map[string]string{}) // what is not silent sends events
				}
				if took := time.Since(began); took > beatTime*3/2+2*time.Second {
					t.Errorf("%s: over after %v", d.name, took)
				}
			})
		}
	}
}
