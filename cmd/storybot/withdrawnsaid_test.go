package main

import (
	"strings"
	"testing"
	"time"
)

// TestWhatWasWithdrawnInTimeHasNotFailed withdraws an update that waits for quiet hours to
// end on both platforms: the desks' line of it, /why and /desk status say so, none of them
// that something failed, also once the program was killed and started anew.
func TestWhatWasWithdrawnInTimeHasNotFailed(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsDesk(t)
			database := "DATABASE_URL=" + url(t)
			p := n.connect(t, database)
			n.name(t)
			now := time.Now().UTC()
			quiet := now.Add(-3*time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
			n.onDiscord(t, "subscribe", map[string]string{"target": "flood", "quiet": quiet, "tz": "UTC"})
			n.onSlack(t, "/subscribe", "flood quiet:"+quiet+" tz:UTC")
			n.update(t, "The dykes break.")
			n.waitDiscord(t, "Delivered 0 of 2, 2 wait for quiet hours to end, or a digest.")
			n.withdraw(t, "flood", "They hold")
			const said = "Delivered 0 of 2, 2 withdrawn before it was sent."
			n.waitDiscord(t, said)
			n.waitSlack(t, said)
			p.kill()
			p = n.connect(t, database)
			if got := n.onDiscord(t, "why", map[string]string{"story": "flood", "number": "1"}); !strings.Contains(got, "withdrawn before") {
				t.Errorf("/why says %s", got)
			}
			for { // what was on its way is looked for first
				got := n.deskOnDiscord(t, "desk status")
				if strings.Contains(got, "All is well") {
					break
				}
				if strings.Contains(got, "failed") || n.ctx.Err() != nil {
					t.Fatalf("/desk status says %s", got)
				}
			}
			p.stop()
			left, right := n.shown()
			if shown := strings.Join(append(left, right...), "\n"); strings.Contains(shown, "failed") || strings.Contains(shown, "wait for quiet") {
				t.Errorf("the desks show %s", shown)
			}
		})
	}
}
