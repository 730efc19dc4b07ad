package console

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// Times are shown in the console's zone, which is the reader's too: over a change of its
// clocks each says which of the two half past twos it is.
func TestTimesAreShownInTheConsolesZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	first, second := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)
	shown := func(zone *time.Location) string {
		h := &echo{reply: func(c bot.Command) bot.Reply {
			of := c.Asker.(bot.Zoned).Zone(context.Background())
			return bot.Reply{Message: bot.Message{Blocks: []bot.Block{
				bot.Para(bot.Text(of.String()+": "), bot.At(first), bot.Text(", "), bot.At(second)),
				bot.Para(bot.Span{Time: time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC), DateOnly: true})}}}
		}}
		var out bytes.Buffer
		c := New(Config{In: strings.NewReader("/story x\n"), Out: &out, Specs: specs(), Zone: zone, Settled: func(context.Context, bool) error { return nil }})
		if err := c.Run(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got, want := shown(berlin), "Europe/Berlin: 2026-10-25 02:30 CEST, 2026-10-25 02:30 CET\n\n2026-10-25\n\n"; got != want {
		t.Errorf("in Berlin:\n%s", got)
	}
	if got, want := shown(nil), "UTC: 2026-10-25 00:30 UTC, 2026-10-25 01:30 UTC\n\n2026-10-24\n\n"; got != want {
		t.Errorf("where no zone is said:\n%s", got)
	}
}
