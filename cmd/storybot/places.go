package main

import (
	"context"
	"log/slog"
	"time"

	"storybot/stories"
)

// places hands what platforms learn about channels to the newsroom, and to the
// queue what they learn about a whole workspace.
type places struct {
	desk interface {
		Ended(ctx context.Context, d stories.Destination, reason string) error
		Blocked(ctx context.Context, d stories.Destination, o stories.Obstacle) error
		Healed(ctx context.Context, d stories.Destination) (resumed, skipped int, err error)
		Joined(ctx context.Context, platform string, workspaces []string) (resumed, skipped int, err error)
		InOnly(ctx context.Context, platform string, workspaces []string, o stories.Obstacle) (left int, err error)
		MoveDestination(ctx context.Context, from, to stories.Destination) error
		LanesOf(ctx context.Context, d stories.Destination) ([]string, error)
	}
	// names takes in what they are called.
	names interface{ Named(stories.Sighting) }
	// resume lets a lane that stopped try again at once.
	resume func(lane string)
	log    *slog.Logger
}

// Named is bot.Places'.
func (p places) Named(told stories.Sighting) { p.names.Named(told) }

// Ended is bot.Places'.
func (p places) Ended(ctx context.Context, d stories.Destination, reason string) {
	if err := p.desk.Ended(ctx, d, reason); err != nil {
		p.log.Error("the end of a channel was not stored; its next update will find out", "destination", d.String(), "platform", d.Platform, "err", err)
		return
	}
	p.log.Info("a channel ended, and its subscriptions with it", "destination", d.String(), "platform", d.Platform, "reason", reason)
}

// Blocked is bot.Places'.
func (p places) Blocked(ctx context.Context, d stories.Destination, o stories.Obstacle) {
	if err := p.desk.Blocked(ctx, d, o); err != nil {
		p.log.Error("that a channel takes nothing for now was not stored; its next update will find out", "destination", d.String(), "platform", d.Platform, "err", err)
		return
	}
	p.log.Info("a channel takes nothing for now", "destination", d.String(), "platform", d.Platform, "reason", o.Reason)
}

// Healed is bot.Places'. A platform or a workspace that takes the bot again may
// have had its lane stopped, whose own next try can be half an hour away.
func (p places) Healed(ctx context.Context, d stories.Destination) {
	if d.Channel == "" {
		lanes, err := p.desk.LanesOf(ctx, d)
		if err != nil {
			p.log.Error("a lane that may work again was not found; it is tried again by itself", "destination", d.String(), "platform", d.Platform, "err", err)
		}
		for _, lane := range lanes {
			p.resume(lane)
		}
	}
	resumed, skipped, err := p.desk.Healed(ctx, d)
	switch {
	case err != nil:
		p.log.Error("a channel that may be reachable again stays paused", "destination", d.String(), "platform", d.Platform, "err", err)
	case resumed+skipped > 0:
		p.log.Info("a channel is reachable again", "destination", d.String(), "platform", d.Platform, "resumed", resumed, "skipped", skipped)
	}
}

// Joined is bot.Places'.
func (p places) Joined(ctx context.Context, platform string, workspaces []string) {
	resumed, skipped, err := p.desk.Joined(ctx, platform, workspaces)
	switch {
	case err != nil:
		p.log.Error("what the bot is in again stays paused until it connects anew", "platform", platform, "err", err)
	case resumed+skipped > 0:
		p.log.Info("the bot is in a workspace again that had removed it", "platform", platform, "resumed", resumed, "skipped", skipped)
	}
}

// InOnly is bot.Places'.
func (p places) InOnly(ctx context.Context, platform string, workspaces []string, o stories.Obstacle) {
	left, err := p.desk.InOnly(ctx, platform, workspaces, o)
	switch {
	case err != nil:
		p.log.Error("that the bot was removed meanwhile was not stored; the next update will find out", "platform", platform, "err", err)
	case left > 0:
		p.log.Info("the bot was removed from workspaces while it was away", "platform", platform, "workspaces", left, "reason", o.Reason)
	}
}

// Moved is bot.Places'. No platform tells twice that a channel has another
// address, and nothing reaches it under the old one: a database that is away is
// asked again until ctx ends.
func (p places) Moved(ctx context.Context, from, to stories.Destination) {
	log := p.log.With("from", from.String(), "to", to.String(), "platform", from.Platform)
	for wait := time.Second; ; wait *= 2 {
		err := p.desk.MoveDestination(ctx, from, to)
		if err == nil {
			log.Info("a channel has another address, and its subscriptions with it")
			return
		}
		if stories.CodeOf(err) != stories.CodeUnavailable || !sleep(ctx, wait) {
			log.Error("a channel has another address, which was not stored; somebody has to subscribe it again there", "err", err)
			return
		}
	}
}
