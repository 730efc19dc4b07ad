package command

import (
	"cmp"
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// mentionOf is whom the typed value of mention: means, once the person may have them
// pinged and the bot can. Errors are the Asker's.
func mentionOf(ctx context.Context, r request, typed string) (stories.Setting, error) {
	whom := bot.Mention{Kind: bot.RoleKind, Name: strings.Trim(strings.TrimSpace(typed), wraps+",;")}
	for _, m := range mentionsIn(r.Input) {
		if m.Ref != "" && m.Ref == typed {
			whom = m
		}
	}
	if whom.Ref == "" && isReference(typed) { // of an earlier command, whose mentions are not at hand
		whom = bot.Mention{Kind: bot.RoleKind, Ref: typed}
	}
	ping, err := r.Asker.Pings(ctx, whom)
	return stories.Setting{Option: stories.OptionMention, Value: ping.Mention, Name: ping.Name}, err
}

// isReference says that typed is a reference as programs write it, platform:id, and
// nothing that people type to name somebody.
func isReference(typed string) bool {
	platform, id, ok := strings.Cut(typed, ":")
	return ok && platform != "" && id != "" && !strings.ContainsAny(typed, " @<>")
}

// mentionsIn are those that a command came with.
func mentionsIn(in bot.Input) []bot.Mention {
	switch in := in.(type) {
	case bot.Typed:
		return in.Mentions
	case bot.Options:
		return in.Mentions
	}
	return nil
}

// groupWords is what those are called whom a subscription pings.
func groupWords(g stories.Group) string {
	name := bot.OneLine(bot.Unmark(cmp.Or(g.Name, bot.RoleKind.Unnamed())))
	if g.Gone {
		return name + " (which is not there any more, so that nobody is pinged)"
	}
	return name
}

// goneWords says of the subscription that brings a story that those whom it pings are not
// there any more; "" where they are.
func (r request) goneWords(by stories.Subscription) string {
	if by.Mention == "" || !by.Pings.Gone {
		return ""
	}
	return " It pings nobody: " + bot.OneLine(bot.Unmark(cmp.Or(by.Pings.Name, bot.RoleKind.Unnamed()))) + ", whom it was to ping, is not there any more. " +
		"Name another with /subscribe " + by.Target.String() + " mention:, or take it away with mention:off."
}
