// Command storybot is a chat bot for developing news stories: it answers on
// Discord, Slack and a local console, and pushes every update of a story into
// the channels that follow it.
//
// This folder is the only one that knows all parts. In the order of a start:
// config.go reads the settings, serve.go opens the database, the delivery
// engine and the platforms and stops them in reverse, platforms.go is the list
// of platforms, program.go the table of subcommands. Beside them stand what
// the parts need of the process: the log (log.go), metrics and health over
// HTTP (http.go, metrics.go), leases between replicas (lease.go), the desk's
// alarms (desk.go), housekeeping (retention.go) and the sample story
// (sample.go).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for a clean stop; from then on a second one ends
	// the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}
