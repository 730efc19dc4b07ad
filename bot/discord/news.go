package discord

import (
	"context"
	"log/slog"

	"storybot/bot"
	"storybot/stories"
)

// maxNews is how many events about places may wait for the store.
const maxNews = 4096

// teller hands news of places on, in the order they came and without holding up
// the gateway.
type teller struct {
	places bot.Places
	log    *slog.Logger
	queue  chan func(context.Context)
}

func newTeller(p *Platform) *teller {
	return &teller{places: p.places, log: p.log, queue: make(chan func(context.Context), maxNews)}
}

// run tells until end is called and all is told.
func (t *teller) run(ctx context.Context) {
	for f := range t.queue {
		guard(t.log, "news of a place", func() { f(ctx) })
	}
}

// end is called once, after the last news.
func (t *teller) end() { close(t.queue) }

func (t *teller) ended(d stories.Destination, reason string) {
	t.inform(d, func(ctx context.Context) { t.places.Ended(ctx, d, reason) })
}

func (t *teller) blocked(d stories.Destination, o stories.Obstacle) {
	t.inform(d, func(ctx context.Context) { t.places.Blocked(ctx, d, o) })
}

func (t *teller) healed(d stories.Destination) {
	t.inform(d, func(ctx context.Context) { t.places.Healed(ctx, d) })
}

// joined tells that the bot is in these servers.
func (t *teller) joined(servers []string) {
	if len(servers) > 0 {
		t.inform(stories.Destination{Platform: platformName, Workspace: servers[0]}, func(ctx context.Context) { t.places.Joined(ctx, platformName, servers) })
	}
}

// inOnly tells that the bot is in no other servers.
func (t *teller) inOnly(servers []string) {
	t.inform(stories.Destination{Platform: platformName, Workspace: "READY"}, func(ctx context.Context) { t.places.InOnly(ctx, platformName, servers, removed) })
}

// inform queues news of d. When too much waits it is left out: the next post to
// d finds out the same.
func (t *teller) inform(d stories.Destination, f func(context.Context)) {
	if d.Workspace == "" && d.Channel == "" {
		return
	}
	select {
	case t.queue <- f:
	default:
		t.log.Warn("too much news of places at once, some is left out", "destination", d.String())
	}
}
