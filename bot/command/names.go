package command

import (
	"context"

	"storybot/bot"
	"storybot/stories"
)

// names puts these places, and the workspaces they are in, into words.
func (m *Mux) names(ctx context.Context, places ...stories.Destination) bot.Names {
	return bot.Names{Platforms: m.config.People, Known: m.stories.Desk.Names(ctx, places...)}
}

// near is a reply for readers of where it is shown.
func near(reply bot.Reply, here stories.Destination) bot.Reply {
	reply.Message = *bot.Near(&reply.Message, here)
	return reply
}
