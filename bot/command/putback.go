package command

import (
	"context"
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// What the desk can do about a database that was put back.
const (
	settleLabel  = "Settle against history"
	releaseLabel = "Release by hand"
)

// putBackButtons decide about what a database holds that was put back.
func putBackButtons(back stories.PutBack) []bot.Button {
	return []bot.Button{
		bot.NewButton(settleLabel, bot.ActionSettle, back.Generation),
		bot.NewButton(releaseLabel, bot.ActionRelease, back.Generation, 0),
	}
}

// putBackWays says what they do.
func putBackWays() bot.Block {
	return bot.Para(bot.Text(settleLabel + " looks for each in its channel: what is there counts as sent, what is not there is sent, and what nobody can say waits on. " +
		releaseLabel + " sends all of it: it may be there twice then."))
}

// pressSettle looks for what waits.
func (m *running) pressSettle(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	n, err := m.putBacks.SettlePutBack(ctx, r.act(), args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	if n == 0 {
		return nothingWaits(), nil
	}
	return done(fmt.Sprintf("%s: being looked for in %s. What is not there is sent; what nobody can say waits on.", plural(n, "message"), theirChannels(n)),
		bot.Para(bot.Code("/desk status"), bot.Text(" tells how far that is."))), nil
}

// pressRelease sends what waits, once it was asked whether that is meant: what
// was sent cannot be taken back.
func (m *running) pressRelease(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	generation := args.Number(0)
	if args.Number(1) == 0 {
		back, err := m.putBacks.PutBack(ctx, r.User)
		switch {
		case err != nil:
			return bot.Reply{}, err
		case back.Generation != generation:
			return bot.Reply{}, bot.ErrOldButton
		case back.Waiting == 0:
			return nothingWaits(), nil
		}
		reply := bot.Reply{Message: bot.Plainly(fmt.Sprintf("Send %s to %s, although %s may be there twice then? That cannot be undone. %s looks first whether %s there.",
			plural(back.Waiting, "message"), plural(back.Channels, "channel"), oneOr(back.Waiting, "it", "they"), settleLabel, oneOr(back.Waiting, "it is", "they are")))}
		release := bot.NewButton("Send all of it", bot.ActionRelease, generation, 1)
		release.Style = bot.Danger
		reply.Message.Buttons = []bot.Button{
			release,
			bot.NewButton(settleLabel, bot.ActionSettle, generation),
		}
		return reply, nil
	}
	n, err := m.putBacks.ReleasePutBack(ctx, r.act(), generation)
	if err != nil {
		return bot.Reply{}, err
	}
	if n == 0 {
		return nothingWaits(), nil
	}
	return done(fmt.Sprintf("Released %s: %s being sent, and may be there twice.", plural(n, "message"), oneOr(n, "it is", "they are"))), nil
}

// theirChannels are those of n messages.
func theirChannels(n int) string { return oneOr(n, "its channel", "their channels") }

// nothingWaits is the answer of a button that has nothing left to do.
func nothingWaits() bot.Reply {
	return bot.Reply{Message: bot.Plainly("Nothing of a database that was put back waits any more.")}
}
