package command

import (
	"context"
	"time"

	"storybot/bot"
)

// asItStands is a live answer as it stands: where it is not done it says what keeps it true
// once nobody brings it up to date, be it that the bot is stopped or is killed. left is
// how long it says that the rest takes.
func asItStands(ctx context.Context, m bot.Message, done bool, left time.Duration, now time.Time) bot.Message {
	why := bot.PartingOf(ctx)
	switch {
	case done:
		return m
	case why != bot.NotParting:
		return m.Parted(why)
	case left >= time.Second:
		return m.CountedAt(now)
	}
	return m
}

// timeLeft is how long what is left takes, as bot.TimeLeft has it; 0 in an answer that
// nobody brings up to date any more.
func timeLeft(ctx context.Context, finished, waiting int, elapsed time.Duration) time.Duration {
	if bot.PartingOf(ctx) != bot.NotParting {
		return 0
	}
	return bot.TimeLeft(finished, waiting, elapsed)
}
