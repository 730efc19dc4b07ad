package main

import (
	"strings"
	"testing"
	"time"
)

// TestWhatWaitsForQuietHoursComesOnce has an update wait for the end of quiet hours, which
// are over at the next full minute: while the program runs, is killed just then, or is
// down over it. It is posted once, and says when it was published; what was breaking has
// come at once.
func TestWhatWaitsForQuietHoursComesOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for a full minute")
	}
	t.Parallel()
	for name, url := range databases {
		for when, disturb := range map[string]func(p *process, end time.Time, again func() *process) *process{
			"running": func(p *process, _ time.Time, _ func() *process) *process { return p },
			"killed at the moment": func(p *process, end time.Time, again func() *process) *process {
				<-time.After(time.Until(end) + 50*time.Millisecond)
				p.kill()
				return again()
			},
			"down over it": func(p *process, end time.Time, again func() *process) *process {
				p.kill()
				<-time.After(time.Until(end) + time.Second)
				return again()
			},
		} {
			t.Run(name+"/"+when, func(t *testing.T) {
				t.Parallel()
				n := newNewsDesk(t)
				database := "DATABASE_URL=" + url(t)
				p := n.connect(t, database)
				n.track(t)
				n.onDiscord(t, "desk here", nil)
				end := time.Now().UTC().Add(20 * time.Second).Truncate(time.Minute).Add(time.Minute)
				quiet := end.Add(-3*time.Hour).Format("15:04") + "-" + end.Format("15:04")
				n.onDiscord(t, "subscribe", map[string]string{"target": "flood", "quiet": quiet, "tz": "UTC"})
				n.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The water rises."})
				if got := n.onDiscord(t, "why", map[string]string{"story": "flood", "number": "1"}); !strings.Contains(got, "waits until") || !strings.Contains(got, "quiet hours") {
					t.Errorf("/why says %s", got)
				}
				n.onDiscord(t, "update", map[string]string{"story": "flood", "level": "breaking", "text": "The dyke breaks."})
				count := func(text string) (found int) {
					for _, m := range n.discord.Messages(guildChannel) {
						if strings.Contains(m.Text, text) {
							found++
						}
					}
					return found
				}
				n.wait(t, func() bool { return count("The dyke breaks.") == 1 })
				if count("The water rises.") > 0 && time.Now().Before(end) {
					t.Error("what is not breaking came in quiet hours")
				}
				p = disturb(p, end, func() *process { return n.connect(t, database) })
				n.wait(t, func() bool { return count("The water rises.") > 0 })
				if early := time.Until(end); early > 0 {
					t.Errorf("it came %v too early", early)
				}
				n.onDiscord(t, "update", map[string]string{"story": "flood", "text": "It falls."})
				n.wait(t, func() bool { return count("It falls.") == 1 })
				if a, b := count("The water rises."), count("published"); a != 1 || b != 1 {
					t.Errorf("it was posted %d times, and said %d times when it was published", a, b)
				}
				// The desk's line of it ends, whoever was killed meanwhile.
				n.wait(t, func() bool { return count("Delivered to both channels.") >= 3 && count("waits for quiet hours") == 0 })
				p.stop()
			})
		}
	}
}

// wait waits until it is so.
func (n *newsDesk) wait(t *testing.T, so func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-n.ctx.Done():
			t.Fatal(n.ctx.Err())
		case <-tick.C:
		}
	}
}
