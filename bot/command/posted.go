package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// postedFor is for how long an answer follows the first message of a subscription.
// A refusal comes within it; what is held up for longer shows in /desk status.
const postedFor = 20 * time.Second

// posted follows the message that shows a channel what it now follows: it is the
// proof that the bot can post there. said is the answer, and stays when it can.
func (m *joining) posted(r request, notice int64, sub stories.Subscription, said bot.Message) func(context.Context) (bot.Message, bool, error) {
	until := m.now().Add(postedFor)
	return func(ctx context.Context) (bot.Message, bool, error) {
		d, err := m.following.Posted(ctx, notice, stories.OpPost)
		if stories.CodeOf(err) == stories.CodeNotFound {
			return said, true, nil // so long ago that it is forgotten
		}
		if err != nil {
			return bot.Message{}, false, err
		}
		switch d.State {
		case stories.Held, stories.Failed:
			return r.unposted(d, sub), true, nil
		case stories.Skipped:
			return m.passed(ctx, r, d, sub, said)
		case stories.Sent, stories.Unknown:
			return said, true, nil
		}
		return said, !m.now().Before(until), nil
	}
}

// passed is the answer once the message is not to come any more.
func (m *joining) passed(ctx context.Context, r request, d stories.Delivery, sub stories.Subscription, said bot.Message) (bot.Message, bool, error) {
	if d.Reason == stories.EndedFirst {
		return said, true, nil // who ended it was answered that
	}
	subs, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Message{}, false, err
	}
	if slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.ID == sub.ID }) {
		d.State = stories.Failed // more was to be told than is held for a blocked channel
	}
	return r.unposted(d, sub), true, nil
}

// unposted says that what a channel now follows could not be shown there, why, and
// what becomes of it.
func (r request) unposted(d stories.Delivery, sub stories.Subscription) bot.Message {
	follows := r.who() + " " + r.verb()
	why := reasonSentence(d.Reason, r.Direct)
	msg := bot.Message{Tone: bot.Refusal, Blocks: []bot.Block{bot.Para(bot.Bold("It could not be posted here. "), bot.Text(why))}}
	what := targetWords(sub.Target)
	switch d.State {
	case stories.Held:
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text(fmt.Sprintf("%s %s all the same: what is held comes when that is mended. Press Try again then, or use ", follows, what)), bot.Code("/subscriptions"), bot.Text(".")))
		msg.Buttons = []bot.Button{bot.NewButton("Try again", bot.ActionResume, sub.ID)}
	case stories.Failed:
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text(fmt.Sprintf("%s %s all the same, and its updates come.", follows, what))))
	default: // the channel is gone, and what it followed with it
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text("Nothing is followed here any more. Once that is mended: "), bot.Code("/subscribe "+sub.Target.String())))
	}
	return msg
}
