package command

import (
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// gatheredWhy says of what was collected for a digest in which one it came, and how that
// stands. name begins the sentence.
func gatheredWhy(name string, d stories.Delivery, direct bool) []bot.Span {
	in := d.Digest
	if in == nil {
		return []bot.Span{bot.Text(name + "came in a digest.")}
	}
	where := []bot.Span{bot.Text(name + "is in the digest of "), bot.At(in.Period.Until)}
	switch in.Delivery.State {
	case stories.Sent:
		if in.Shown {
			where[0] = bot.Text(name + "came in the digest of ")
			return append(where, bot.Text("."))
		}
		where[0] = bot.Text(name + "was counted in the digest of ")
		return append(where, bot.Text(", which had more than it shows."))
	case stories.Pending, stories.Sending:
		return append(where, bot.Text(", which is on its way."))
	case stories.Held:
		return append(where, bot.Text(", which is held until the bot can write here again."))
	case stories.Unknown:
		return append(where, bot.Text(", which may have arrived; that could not be found out."))
	}
	words := ", which was not sent"
	if why := reasonSentence(in.Delivery.Reason, direct); why != "" {
		words += ". " + why
	}
	return append(where, bot.Text(strings.TrimSuffix(words, ".")+"."))
}
