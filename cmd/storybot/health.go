package main

import (
	"context"
	"errors"
	"fmt"
)

type healthCommand struct{}

// Help shows how it is called.
func (*healthCommand) Help() string {
	return `It asks the bot that serves HTTP_ADDR on this machine, and ends with status 0 when that
is ready: for the health checks of containers, which have no other program.

  storybot health`
}

// Run asks /readyz and prints what it says.
func (*healthCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	if cfg.httpAddr == "" {
		return wrongSettings{what: "HTTP_ADDR is not set, so the bot does not tell how it is. Set it for the bot and for this, to 127.0.0.1:8080 for instance"}
	}
	ready, text, err := askReady(ctx, cfg.httpAddr)
	if err != nil {
		return errors.New(cfg.hidden.unaddressed("no bot answers at HTTP_ADDR: " + err.Error()))
	}
	if _, err := fmt.Fprint(p.hidden.writer(p.stdout), text); err != nil {
		return err
	}
	if !ready {
		return errNotWell
	}
	return nil
}
