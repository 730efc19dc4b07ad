package command

import (
	"storybot/bot"
	"storybot/stories"
)

// waitingSpans says of a subscription how much waits because of it, and until when;
// nothing where nothing does.
func waitingSpans(sub stories.Subscription) []bot.Span {
	n := sub.Waits.Updates
	if n == 0 {
		return nil
	}
	if sub.Waits.Until.IsZero() {
		return []bot.Span{bot.Text(" · " + plural(n, "update") + oneOr(n, " waits", " wait"))}
	}
	return []bot.Span{bot.Text(" · " + plural(n, "update") + oneOr(n, " waits until ", " wait until ")), bot.At(sub.Waits.Until)}
}

// waitsUntil says until when something waits, and for what.
func waitsUntil(name string, d stories.Delivery) []bot.Span {
	if d.Tries.DueAt.IsZero() {
		return []bot.Span{bot.Text(name + "waits for its time.")}
	}
	return []bot.Span{bot.Text(name + "waits until "), bot.At(d.Tries.DueAt), bot.Text(" (" + d.Reason + ").")}
}
