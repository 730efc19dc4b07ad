package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// TestClockJumps sets the clock of the bot in the middle of a push through lost
// and failed answers, and between a kill and the next start: an hour forward,
// two back, three days forward, and right again. Every channel shows each
// update once and in order, and nothing waits until the clock has caught up.
func TestClockJumps(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute")
	}
	t.Parallel()
	program := buildWithClock(t)
	jumps := []time.Duration{time.Hour, -time.Hour, 72 * time.Hour, 0}
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const bound = 6 * time.Minute // less than any jump
			c := newCrowd(t, crowdSize, bound, url(t), spoiled(*killSeed))
			clock := filepath.Join(t.TempDir(), "clock")
			c.env = append(c.env, "CLOCK_FILE="+clock)
			start := func() *process { return startProgram(t, program, t.TempDir(), c.env) }
			p := start()
			c.gather(t)
			c.spoil(*killSeed)
			for _, jump := range jumps {
				c.reports(t, 2)
				c.waitPosts(t, c.posts()+10)
				setClock(t, clock, jump)
			}
			for _, said := range []string{"the clock was set forward", "the clock was set back"} {
				p.waitLog(said)
			}
			for _, jump := range jumps {
				c.reports(t, 2)
				c.waitPosts(t, c.posts()+10)
				p.kill()
				setClock(t, clock, jump)
				p = start()
			}
			c.discord.SetFaults(discordtest.Faults{})
			c.slack.Heal()
			began := time.Now()
			c.reports(t, 1)
			c.waitSettled(t)
			c.check(t)
			t.Logf("%d updates to %d channels, settled after %v", len(c.published), 2*crowdSize, time.Since(began).Round(time.Second))
			p.stop()
		})
	}
}

// buildWithClock builds the program with a clock that can be set. The one that
// is shipped has nothing of it.
func buildWithClock(t *testing.T) (program string) {
	t.Helper()
	dir := t.TempDir()
	absolute := func(path string) string {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	overlay, err := json.Marshal(map[string]map[string]string{
		"Replace": {absolute("clock.go"): absolute("testdata/clock_jump.go.txt")},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "storybot")
	build := exec.Command("go", "build", "-overlay", file, "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// setClock makes the clock wrong by so much, at one instant.
func setClock(t *testing.T, file string, wrong time.Duration) {
	t.Helper()
	next := file + ".next"
	if err := os.WriteFile(next, []byte(wrong.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
}
