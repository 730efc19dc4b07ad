// Command storybot is a chat bot for developing news stories: it answers on
// Discord, Slack and a local console, and pushes every update of a story into
// the channels that follow it.
//
// This folder is the only one that knows all parts. commands.go is the table of
// subcommands, program.go reads it, start.go how the bot is started, bot.go the bot: what is opened, in
// which order, and how it is stopped (stop.go). settings.go is the table of settings,
// config.go reads it, environment.go is where from, addresses.go
// checks what was found, nearmiss.go finds names that were meant otherwise.
// platforms.go is the list of platforms, kits.go what their settings are to the
// program. setup.go asks an operator for the tokens (prompter.go, envfile.go), doctor.go
// looks whether all works (checkup.go); backup.go and transfer.go copy and move what is
// stored. Beside them stand what the parts need of the process: the log
// without secrets (log.go, secret.go), turns between replicas (turns.go), health and metrics (http.go), housekeeping
// (retention.go), the first admin (claim.go), the sample story (sample.go) and what
// happens without a token (tryout.go).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := context.WithCancel(context.Background())
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored, and so it stays
		ends = append(ends, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, ends...)
	// The first signal asks for a clean stop. A second one ends the process at
	// once, as the system does it: so it must before anybody hears of the first.
	go func() {
		<-signals
		signal.Reset(ends...)
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
