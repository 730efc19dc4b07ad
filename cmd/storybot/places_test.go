package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/stories"
)

// calls is a newsroom that notes what it is told.
type calls struct {
	got      []string
	failures []error // of moves
}

func (c *calls) Ended(_ context.Context, d stories.Destination, reason string) error {
	c.got = append(c.got, "ended "+d.String()+" "+reason)
	return nil
}

func (c *calls) Blocked(_ context.Context, d stories.Destination, o stories.Obstacle) error {
	c.got = append(c.got, "blocked "+d.String()+" "+o.Reason)
	return nil
}

func (c *calls) Healed(_ context.Context, d stories.Destination) (resumed, skipped int, err error) {
	c.got = append(c.got, "healed "+d.String())
	return 1, 0, nil
}

func (c *calls) Joined(_ context.Context, platform string, workspaces []string) (resumed, skipped int, err error) {
	c.got = append(c.got, "joined "+platform+" "+strings.Join(workspaces, " "))
	return 1, 0, nil
}

func (c *calls) InOnly(_ context.Context, platform string, workspaces []string, o stories.Obstacle) (left int, err error) {
	c.got = append(c.got, "only "+platform+" "+strings.Join(workspaces, " ")+" "+o.Reason)
	return 1, nil
}

func (c *calls) MoveDestination(_ context.Context, from, to stories.Destination) error {
	c.got = append(c.got, "moved "+from.String()+" "+to.String())
	if len(c.failures) == 0 {
		return nil
	}
	err := c.failures[0]
	c.failures = c.failures[1:]
	return err
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
		p := places{desk, nil, func(lane string) { desk.got = append(desk.got, "resume "+lane) }, slog.New(slog.DiscardHandler)}
		p.Healed(t.Context(), c.at)
		if !slices.Equal(desk.got, c.want) {
			t.Errorf("%s: %q, want %q", c.at, desk.got, c.want)
		}
	}
}

// A channel's new address is stored as soon as the database can be reached, and
// what it refuses is not tried again.
func TestAChannelThatMovedIsStored(t *testing.T) {
	away := stories.Errorf(stories.CodeUnavailable, "away")
	refused := stories.Errorf(stories.CodeInvalid, "no")
	for _, c := range []struct {
		failures []error
		tries    int
		took     time.Duration
	}{
		{nil, 1, 0},
		{[]error{away, away}, 3, 3 * time.Second},
		{[]error{refused, refused}, 1, 0},
		{[]error{away, away, away, away, away, away, away, away}, 5, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			desk, began := &calls{failures: c.failures}, time.Now()
			places{desk: desk, log: slog.New(slog.DiscardHandler)}.Moved(ctx, stories.Destination{Platform: "p", Channel: "1"}, stories.Destination{Platform: "p", Channel: "2"})
			if len(desk.got) != c.tries || desk.got[0] != "moved p:1 p:2" || time.Since(began) != c.took {
				t.Errorf("%d failures: %q within %v, want %d tries within %v", len(c.failures), desk.got, time.Since(began), c.tries, c.took)
			}
		})
	}
}
