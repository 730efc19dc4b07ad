package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"storybot/bot"
	"storybot/bot/lease"
)

// platformRun is one platform of this process, run when it is its turn.
type platformRun struct {
	bot.Platform
	turns *turns // nil for a platform every process may run
}

// newPlatformRun returns a run of p. leases is nil where no other process can
// be: then a platform need not be given up while the database is away.
func newPlatformRun(p bot.Platform, leases lease.Granter, owner string, log *slog.Logger) *platformRun {
	run := &platformRun{Platform: p}
	if e, ok := p.(exclusive); ok && leases != nil {
		run.turns = &turns{platform: e, leases: leases, owner: owner, ttl: leaseTTL, log: log}
	}
	return run
}

// run serves until ctx ends. A platform that cannot go on, or panics, says so
// here and takes no other with it.
func (p *platformRun) run(ctx context.Context, h bot.Handler, log *slog.Logger) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			log.Error("a platform panicked and is off until the next start", "platform", p.Name(), "panic", cause, "stack", string(debug.Stack()))
			err = fmt.Errorf("%s panicked", p.Name())
		}
	}()
	if p.turns != nil {
		err = p.turns.run(ctx, h)
	} else {
		err = p.Platform.Run(ctx, h)
	}
	if err != nil {
		log.Error("a platform is off until the next start; the others go on", "platform", p.Name(), "err", err)
	}
	return err
}

// health is the platform's, or says that it waits for its turn.
func (p *platformRun) health() []bot.Health {
	if p.turns != nil {
		return p.turns.health()
	}
	return p.Platform.Health()
}
