package main

import (
	"context"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// TestTenDisturbancesOfTheProgram: whatever happens to Discord's gateway, and
// however soon after the last time, the program is back within 30 seconds of the
// moment it can notice it, with at most three new sessions, and answers.
func TestTenDisturbancesOfTheProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute")
	}
	t.Parallel()
	const beat = 2 * time.Second
	srv := discordtest.Start(t, discordtest.WithHeartbeat(beat))
	srv.AddChannel(guild, guildChannel)
	p := startProcess(t, t.TempDir(), []string{"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + srv.URL(), "STORYBOT_ADMINS=discord:" + discordtest.DefaultUser})
	p.waitReady()
	within := func(d time.Duration) context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		t.Cleanup(cancel)
		return ctx
	}
	if err := srv.WaitReady(within(patience)); err != nil {
		t.Fatal(err)
	}
	for _, d := range []struct {
		name   string
		hidden time.Duration // nobody tells of it
		begin  func()
	}{
		{"op 9, final", 0, func() { srv.SendOp(9, false) }},
		{"silence", beat * 3 / 2, srv.Silence},
		{"expired", 0, func() { srv.ForgetSessions(); srv.DropConnections() }},
		{"drop", 0, srv.DropConnections},
		{"4009", 0, func() { srv.CloseConnections(4009) }},
		{"half-open", beat * 3 / 2, srv.HalfOpen},
		{"op 7", 0, func() { srv.SendOp(7, nil) }},
		{"refused", 0, func() {
			srv.NextConnections(discordtest.RefuseUpgrade(503), discordtest.HangUp())
			srv.DropConnections()
		}},
		{"op 9, resumable", 0, func() { srv.SendOp(9, true) }},
		{"4000", 0, func() { srv.CloseConnections(4000) }},
	} {
		before, began := srv.GatewayStats(), time.Now()
		d.begin()
		up := func() bool {
			now := srv.GatewayStats()
			return now.Sessions+now.Resumed > before.Sessions+before.Resumed
		}
		limit := within(30*time.Second + d.hidden)
		if err := srv.Wait(limit, up); err != nil {
			t.Fatalf("%s: not over: %v", d.name, err)
		}
		if err := srv.WaitConnected(limit, 1); err != nil {
			t.Fatalf("%s: not over: %v", d.name, err)
		}
		used := srv.GatewayStats().Identifies - before.Identifies
		t.Logf("%s: over after %v and %d IDENTIFYs", d.name, time.Since(began).Round(time.Millisecond), used)
		if used > 3 {
			t.Errorf("%s: %d IDENTIFYs", d.name, used)
		}
		answer, err := srv.Command(within(patience), discordtest.Interaction{Channel: guildChannel, Name: "stories"})
		if err != nil || answer.Message.Text == "" {
			t.Errorf("%s: /stories afterwards: %+v %v", d.name, answer, err)
		}
	}
	p.stop()
}
