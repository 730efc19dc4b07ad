package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// scheduleSoon schedules an update from Discord for a moment that is ahead, and
// returns that.
func (n *newsDesk) scheduleSoon(t *testing.T, text string) (due time.Time) {
	t.Helper()
	due = time.Now().Add(2 * time.Second).Truncate(time.Second)
	answer, err := n.discord.Command(n.ctx, discordtest.Interaction{Channel: deskChannel, Name: "update",
		Options: map[string]string{"story": "flood", "at": due.UTC().Format(time.RFC3339), "text": text}})
	if err != nil {
		t.Fatal(err)
	}
	said := plain(answer.Message.Text)
	if !strings.Contains(said, "Scheduled for") {
		t.Fatalf("it is not scheduled: %s", said)
	}
	return due
}

// TestAScheduledUpdateComesAtItsTime has an update wait for its time while the
// program runs, is killed before, and is down over the moment: it is published once,
// and not before.
func TestAScheduledUpdateComesAtItsTime(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		for when, disturb := range map[string]func(n *newsDesk, p *process, due time.Time, again func() *process) *process{
			"running": func(_ *newsDesk, p *process, _ time.Time, _ func() *process) *process { return p },
			"killed before": func(_ *newsDesk, p *process, _ time.Time, again func() *process) *process {
				p.kill()
				return again()
			},
			"killed at the moment": func(_ *newsDesk, p *process, due time.Time, again func() *process) *process {
				<-time.After(time.Until(due)) // and a while, in which it is published, sent and told of
				<-time.After(time.Duration(rand.IntN(300)) * time.Millisecond)
				p.kill()
				return again()
			},
			"down over the moment": func(_ *newsDesk, p *process, due time.Time, again func() *process) *process {
				p.stop()
				<-time.After(time.Until(due) + time.Second)
				return again()
			},
			"two replicas": func(_ *newsDesk, p *process, _ time.Time, again func() *process) *process {
				if name != "PostgreSQL" {
					return p
				}
				again()
				return p
			},
		} {
			t.Run(name+"/"+when, func(t *testing.T) {
				t.Parallel()
				n := newNewsDesk(t)
				database := "DATABASE_URL=" + url(t)
				p := n.connect(t, database)
				n.name(t)
				due := n.scheduleSoon(t, "The mayor speaks.")
				p = disturb(n, p, due, func() *process { return n.connect(t, database) })
				const told = "flood, update 1, normal: " + allOfTwo
				n.waitDiscord(t, told)
				n.waitSlack(t, told)
				if early := time.Until(due); early > 0 {
					t.Errorf("it came %v too early", early)
				}
				if got := n.discord.Messages(guildChannel); len(got) == 0 || !strings.HasPrefix(got[len(got)-1].Text, "The mayor speaks.") {
					t.Errorf("the channel shows %v", got)
				}
				n.update(t, "It is over.")
				n.waitDiscord(t, "flood, update 2, normal: "+allOfTwo)
				n.waitSlack(t, "flood, update 2, normal: "+allOfTwo)
				n.once(t, told)
				p.stop()
			})
		}
	}
}
