package command

import (
	"context"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// mayPost refuses a person who does not manage the channel, and a channel the bot
// cannot post to. What was held back there goes out only with what is asked, in
// one transaction: a refusal releases nothing. Errors are the Asker's.
func mayPost(ctx context.Context, r request) error {
	if err := r.Asker.Manages(ctx); err != nil {
		return err
	}
	return r.Asker.Posts(ctx)
}

// errPosts is for a mode that a forum has no room for.
var errPosts = stories.Errorf(stories.CodeInvalid, "A forum has a post for each story, with its updates in it; nothing was changed. Leave mode: out.")

// mayTake refuses a channel where the bot cannot do what is asked for by changes of a
// subscription of it; what it had before is not asked about, and changes that cannot be
// are refused when they are made. Those whom it pings are pinged more often only by who may
// have them pinged: taken says so too. Errors are the Asker's, and CodeInvalid.
func mayTake(ctx context.Context, r request, subs []stories.Subscription, target stories.Target, changes stories.Changes) (taken stories.Changes, err error) {
	var was stories.Subscription
	for _, sub := range subs {
		if sub.Target == target {
			was = sub
		}
	}
	var needs []bot.Need
	if with, err := was.Options.With(changes); err == nil {
		named, _ := stories.Options{}.With(changes) // which may lack what only the others complete
		for _, n := range bot.Needs {
			if slices.Contains(bot.NeedsOf(named), n) || slices.Contains(bot.NeedsOf(with), n) && !slices.Contains(bot.NeedsOf(was.Options), n) {
				needs = append(needs, n)
			}
		}
		if at, is := r.Asker.(bot.Forums); is && at.Forum() && with.Mode != was.Mode && with.Mode != stories.ModeChannel && with.Mode != "" {
			return nil, errPosts
		}
		if with.Mention == was.Mention && was.Mention != "" && with.MentionLevel < was.MentionLevel {
			ping, err := r.Asker.Pings(ctx, bot.Mention{Kind: bot.RoleKind, Ref: was.Mention, Name: was.Pings.Name})
			if err != nil {
				return nil, err
			}
			changes = append(slices.Clip(changes), stories.Setting{Option: stories.OptionMention, Value: ping.Mention, Name: ping.Name})
		}
	}
	return changes, r.Asker.Posts(ctx, needs...)
}
