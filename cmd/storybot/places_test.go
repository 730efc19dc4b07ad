package main

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"storybot/stories"
)

// calls is a newsroom that notes what it is told.
type calls struct{ got []string }

func (c *calls) Ended(_ context.Context, d stories.Destination, reason string) error {
	c.got = append(c.got, "ended "+d.String()+" "+reason)
	return nil
}

func (c *calls) Healed(_ context.Context, d stories.Destination) (resumed, skipped int, err error) {
	c.got = append(c.got, "healed "+d.String())
	return 1, 0, nil
}

func (c *calls) LanesOf(_ context.Context, d stories.Destination) ([]string, error) {
	return []string{"lane of " + d.String(), "another"}, nil
}

// TestWhatPlatformsLearnReachesTheRightPart of the program: blocked channels are
// the newsroom's, a stopped lane is the queue's.
func TestWhatPlatformsLearnReachesTheRightPart(t *testing.T) {
	for _, c := range []struct {
		at   stories.Destination
		want []string
	}{
		{stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, []string{"healed discord:1/2"}},
		{stories.Destination{Platform: "discord", Channel: "2"}, []string{"healed discord:2"}},
		{stories.Destination{Platform: "discord"}, []string{"resume lane of discord:", "resume another", "healed discord:"}},
		{stories.Destination{Platform: "slack", Workspace: "T1"}, []string{"resume lane of slack:T1/", "resume another", "healed slack:T1/"}},
	} {
		desk := &calls{}
		p := places{desk, func(lane string) { desk.got = append(desk.got, "resume "+lane) }, slog.New(slog.DiscardHandler)}
		p.Healed(t.Context(), c.at)
		if !slices.Equal(desk.got, c.want) {
			t.Errorf("%s: %q, want %q", c.at, desk.got, c.want)
		}
	}
}
