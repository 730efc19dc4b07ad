package main

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// TestStopLetsASendFinish stops the program while Discord takes its time with
// a message: it is delivered, recorded, and not repeated by the next start.
func TestStopLetsASendFinish(t *testing.T) {
	f := newFar(t)
	database := "DATABASE_URL=sqlite:" + t.TempDir() + "/news.db"
	p := f.connect(t, database)
	f.track(t)
	f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.Slow(2*time.Second))
	f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The first dykes are closed."})
	if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 2); err != nil {
		t.Fatal(err)
	}
	p.stop()
	look := exec.Command(binary, "deliveries", "--state", "sent", "--lane", "discord")
	look.Env = []string{database}
	if out, err := look.CombinedOutput(); err != nil || !strings.Contains(string(out), guildChannel) {
		t.Errorf("the answer that came during the stop is not recorded: %v\n%s", err, out)
	}
	p = f.connect(t, database)
	f.publish(t, "The water rises.", 3, 3)
	p.stop()
	if n := f.discord.Stats().Posts; n != 3 {
		t.Errorf("%d posts, want 3", n)
	}
}

// TestSecondSignalEndsAtOnce stops the program while a request hangs, so that
// a clean stop waits, and asks again.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	f := newFar(t)
	p := f.connect(t)
	f.track(t)
	f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.Hang())
	f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The first dykes are closed."})
	if err := f.discord.Wait(f.ctx, func() bool { return f.discord.Stats().Faults == 1 }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		p.waitLog("storybot is stopping")
	}
	if err := p.wait(); err == nil || !strings.Contains(err.Error(), "signal: terminated") {
		t.Errorf("ended with %v, not by the signal", err)
	}
}

// TestTeardownsRunBackwardsAndAllOfThem stops four parts, one of which fails.
func TestTeardownsRunBackwardsAndAllOfThem(t *testing.T) {
	var order []string
	var stops teardowns
	for _, name := range []string{"first", "second", "third"} {
		stops.add(name, stopNoting(&order, name))
	}
	err := stops.run()
	if got := strings.Join(order, " "); got != "third second first" {
		t.Errorf("stopped %s", got)
	}
	if err == nil || err.Error() != "stop the second: it is broken" {
		t.Errorf("error %v", err)
	}
}

func stopNoting(order *[]string, name string) func(context.Context) error {
	return func(context.Context) error {
		*order = append(*order, name)
		if name == "second" {
			return errors.New("it is broken")
		}
		return nil
	}
}
