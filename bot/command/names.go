package command

import (
	"context"

	"storybot/bot"
	"storybot/stories"
)

// names puts these places, and the workspaces they are in, into words.
func (m *staffing) names(ctx context.Context, places ...stories.Destination) bot.Names {
	return bot.Names{Platforms: m.people, Known: m.desk.Names(ctx, places...)}
}

// near is a reply for readers of where it is shown.
func near(reply bot.Reply, here stories.Destination) bot.Reply {
	reply.Message = *bot.Near(&reply.Message, here)
	return reply
}
