package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/discord/discordtest"
)

// begun is when IDENTIFYs were sent.
func begun(r *rig, seen *[]time.Time) {
	for n := r.srv.GatewayStats().Identifies - len(*seen); n > 0; n-- {
		*seen = append(*seen, time.Now())
	}
}

// shortest is the shortest of the last n gaps.
func shortest(seen []time.Time, n int) time.Duration {
	var gaps []time.Duration
	for i := max(1, len(seen)-n); i < len(seen); i++ {
		gaps = append(gaps, seen[i].Sub(seen[i-1]))
	}
	return slices.Min(gaps)
}

// apart is how far the last n stand apart on average.
func apart(seen []time.Time, n int) time.Duration {
	return seen[len(seen)-1].Sub(seen[len(seen)-1-n]) / time.Duration(n)
}

// TestAFarSideThatTakesEachSessionAndDropsIt for a day gets ever fewer of them.
func TestAFarSideThatTakesEachSessionAndDropsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("plays two thousand connections")
	}
	for name, drop := range map[string]func(*discordtest.Server){
		"op 9":   func(s *discordtest.Server) { s.SendOp(9, false) },
		"4009":   func(s *discordtest.Server) { s.CloseConnections(4009) },
		"forgot": func(s *discordtest.Server) { s.ForgetSessions(); s.DropConnections() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.run(t)
				var seen []time.Time
				for began := time.Now(); time.Since(began) < 24*time.Hour; {
					r.awaitLong(t)
					begun(r, &seen)
					drop(r.srv)
				}
				t.Logf("%d IDENTIFYs, %v apart in the end", len(seen), apart(seen, 100))
				if len(seen) > 900 || apart(seen, 100) < 90*time.Second || shortest(seen, len(seen)) < 5*time.Second {
					t.Errorf("%d IDENTIFYs within a day, at the end %v apart, at the least %v", len(seen), apart(seen, 100), shortest(seen, len(seen)))
				}
				// A quiet day makes good for it.
				time.Sleep(24 * time.Hour)
				drop(r.srv)
				if !r.up(30 * time.Second) {
					t.Errorf("a day later: not up, %q", r.p.Health()[0].Detail)
				}
			})
		})
	}
}

func (r *rig) awaitLong(t *testing.T) {
	t.Helper()
	if !r.up(10 * time.Minute) {
		t.Fatalf("not up: %q", r.p.Health()[0].Detail)
	}
}

// TestAProcessThatKeepsDying does not spend the bot's sessions, and one that is
// started anew a hundred times waits for nothing.
func TestAProcessThatKeepsDying(t *testing.T) {
	if testing.Short() {
		t.Skip("plays a thousand processes")
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		var seen []time.Time
		began := time.Now()
		for time.Since(began) < 24*time.Hour {
			r.p = r.again(t, nil)
			stop := r.run(t)
			r.awaitLong(t)
			begun(r, &seen)
			stop()
			time.Sleep(time.Second)
			if len(seen) == 100 && time.Since(began) > 110*time.Second {
				t.Errorf("a hundred starts took %v", time.Since(began))
			}
		}
		if len(seen) > 900 || apart(seen, 50) < 90*time.Second {
			t.Errorf("%d IDENTIFYs within a day, at the end %v apart", len(seen), apart(seen, 50))
		}
	})
}

// forgetful is a Memory that is away.
type forgetful struct{ *notes }

func (forgetful) Recall(context.Context, string) (string, error) { return "", errors.New("away") }
func (forgetful) Remember(context.Context, string, string) error { return errors.New("away") }

// hung is a Memory that never answers.
type hung struct{ *notes }

func (hung) Recall(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func (hung) Remember(ctx context.Context, _, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestIdentifiesAreCountedWithoutTheDatabase: while it is away, or hangs, the
// process counts by itself, and connects.
func TestIdentifiesAreCountedWithoutTheDatabase(t *testing.T) {
	for name, away := range map[string]func(*notes) Memory{
		"away": func(n *notes) Memory { return forgetful{n} },
		"hung": func(n *notes) Memory { return hung{n} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.p.memory = away(r.n)
				r.run(t)
				for range 40 {
					r.awaitUp(t)
					r.srv.CloseConnections(4009)
				}
				r.awaitUp(t)
				g := &gateway{p: r.p}
				g.starts.known = identifies{Since: time.Now().Unix(), Count: identifyLimit}
				var w *waitError
				if err := g.brake(t.Context()); !errors.As(err, &w) {
					t.Errorf("no brake: %v", err)
				}
				var seen []time.Time
				for range 3 {
					began := time.Now()
					r.srv.CloseConnections(4009)
					r.awaitUp(t)
					seen = append(seen, began)
				}
				if shortest(seen, 2) < 10*time.Second {
					t.Errorf("after forty IDENTIFYs the next come %v apart", shortest(seen, 2))
				}
			})
		})
	}
}

func TestIdentifiesFade(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		pressure float64
		age      time.Duration
		want     time.Duration
	}{
		{0, 0, 5 * time.Second},
		{10, 0, 5 * time.Second},
		{11, 0, 10 * time.Second},
		{11, 2 * time.Minute, 5 * time.Second},
		{30, 0, 10 * time.Second},
		{31, 0, 20 * time.Second},
		{61, 0, 40 * time.Second},
		{101, 0, 2 * time.Minute},
		{800, 0, 2 * time.Minute},
		{800, 27 * time.Hour, 5 * time.Second},
		{101, -time.Hour, 2 * time.Minute}, // the clock was set back
	} {
		n := identifies{Pressure: c.pressure, Last: now.Add(-c.age).Unix()}
		if got := n.apart(now, 5*time.Second); got != c.want {
			t.Errorf("%v, %v ago: %v apart, want %v", c.pressure, c.age, got, c.want)
		}
	}
}

// TestTheCountIsKeptWhateverTheClock says: a count of the future, or one that is
// older than the process's, is not begun anew.
func TestTheCountIsKeptWhateverTheClock(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		kept  string
		known identifies
		want  int
	}{
		"none":                {"", identifies{}, 0},
		"broken":              {"{", identifies{Since: now.Unix(), Count: 7}, 7},
		"of before":           {fmt.Sprintf(`{"since":%d,"count":40}`, now.Add(-time.Hour).Unix()), identifies{}, 40},
		"of the future":       {fmt.Sprintf(`{"since":%d,"count":40}`, now.Add(time.Hour).Unix()), identifies{}, 40},
		"of two days ago":     {fmt.Sprintf(`{"since":%d,"count":40}`, now.Add(-48*time.Hour).Unix()), identifies{}, 0},
		"less than is known":  {fmt.Sprintf(`{"since":%d,"count":40}`, now.Add(-time.Hour).Unix()), identifies{Since: now.Add(-time.Hour).Unix(), Count: 50}, 50},
		"another process's":   {fmt.Sprintf(`{"since":%d,"count":60}`, now.Add(-time.Hour).Unix()), identifies{Since: now.Add(-time.Hour).Unix(), Count: 50}, 60},
		"another's, next day": {fmt.Sprintf(`{"since":%d,"count":3}`, now.Add(-time.Hour).Unix()), identifies{Since: now.Add(-23 * time.Hour).Unix(), Count: 50}, 3},
	} {
		_, p, n := newFar(t)
		n.kept[identifyKey] = c.kept
		g := &gateway{p: p, starts: starts{known: c.known}}
		if got := g.recalled(t.Context()); got.Count != c.want {
			t.Errorf("%s: %d, want %d", name, got.Count, c.want)
		}
		if err := g.countIdentify(t.Context()); err != nil {
			t.Fatal(err)
		}
		var kept identifies
		if json.Unmarshal([]byte(n.kept[identifyKey]), &kept); kept.Count != c.want+1 || kept.Pressure < 1 {
			t.Errorf("%s: kept %+v", name, kept)
		}
	}
}
