package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/term"

	"storybot/bot/command"
	"storybot/bot/console"
)

// bot runs the bot until a signal, or until the console's input ends. Without a
// token it is tried out: on the console, or in a demo where nothing can be typed.
func (p *program) bot(ctx context.Context, withConsole bool) error {
	cfg, err := p.botSettings()
	if err != nil {
		return err
	}
	there := isThere(p.stdin)
	if cfg.emptyTokens() && !cfg.hasPlatform() && !withConsole && !there {
		return wrongSettings{what: "Nothing connects: no token is set, and there is no terminal and no input to chat with. Put a token in", warnings: cfg.warnings}
	}
	switch cfg.useTryOutFile(); {
	case cfg.hasPlatform() && !withConsole:
		_, err = p.serve(ctx, cfg, nil)
		return err
	case !cfg.hasPlatform() && !there:
		return p.demo(ctx, cfg)
	}
	typed, err := p.serve(ctx, cfg, p.console(cfg))
	if err == nil && ctx.Err() == nil && !cfg.hasPlatform() && !typed {
		return p.demo(ctx, cfg) // a pipe or a file with nothing in it
	}
	return err
}

// service runs the bot on the platforms, of which there must be one.
func (p *program) service(ctx context.Context, withConsole bool) error {
	cfg, err := p.botSettings()
	if err != nil {
		return err
	}
	if !cfg.hasPlatform() {
		return nothingToRun(cfg)
	}
	var talk *console.Config
	if withConsole {
		talk = p.console(cfg)
	}
	_, err = p.serve(ctx, cfg, talk)
	return err
}

// serve runs the bot, with a console made of talk where that is not nil. typed says
// whether somebody was at it or it was given a line.
func (p *program) serve(ctx context.Context, cfg *config, talk *console.Config) (typed bool, err error) {
	began := time.Now()
	r := &running{config: cfg, ended: make(chan error, 8)}
	level, logTo := cfg.logLevel, p.stderr
	var chat *console.Console
	if talk != nil {
		talk.Specs, talk.Settled, talk.Leaving, talk.Private = command.Specs(), r.settled, r.leaving, r.isPrivate
		chat = console.New(*talk)
		logTo = chat.LogWriter(p.stderr)
		if chat.Interactive() && !cfg.given("LOG_LEVEL") {
			level = levelWhenTalking
		}
	}
	r.log = newLog(cfg, level, logTo)
	r.starts = newStarts()
	for _, warning := range cfg.warnings {
		r.log.Warn(warning)
	}
	err = r.start(ctx, chat)
	if err == nil {
		r.log.Info("storybot is ready", "version", version(), "took", time.Since(began).Round(time.Millisecond))
		err = r.wait(ctx)
	}
	if errors.Is(err, errGivenUp) {
		err = nil // as a stop that comes later
	}
	if err = errors.Join(err, r.stops.run()); err == nil {
		r.log.Info(haveStopped, "ran", time.Since(began).Round(time.Millisecond))
	}
	return chat != nil && (chat.Interactive() || chat.Heard()), err
}

// isThere says whether anything can be read from stdin: services are started
// with a device that holds nothing.
func isThere(stdin io.Reader) bool {
	f, ok := stdin.(*os.File)
	if !ok || term.IsTerminal(int(f.Fd())) {
		return true
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice == 0
}
