package command

import (
	"context"
	"fmt"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// How many subscriptions a list shows, and how many of them have a button.
const (
	subscriptionLines   = 12
	subscriptionButtons = maxButtons
)

// subscriptions lists what the channel follows, or the one that is named.
func (m *Mux) subscriptions(ctx context.Context, r request) (bot.Reply, error) {
	subs, err := m.stories.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	if r.get("target") != "" {
		target, err := r.target()
		if err != nil {
			return bot.Reply{}, err
		}
		subs = slices.DeleteFunc(slices.Clone(subs), func(s stories.Subscription) bool { return s.Target != target })
		if len(subs) == 0 {
			return refused(fmt.Sprintf("This channel does not follow %s. /subscriptions lists what it follows.", clip(targetWords(target)))), nil
		}
	}
	if len(subs) == 0 {
		return bot.Reply{Message: bot.Plainly("This channel follows nothing. /stories lists what there is; /subscribe and a slug brings its updates here.")}, nil
	}
	return bot.Reply{Message: renderSubscriptions(subs)}, nil
}

func renderSubscriptions(subs []stories.Subscription) bot.Message {
	m := bot.Message{Title: "This channel follows"}
	blocked := blockedNote(subs)
	for i, sub := range subs[:min(len(subs), subscriptionLines)] {
		m.Blocks = append(m.Blocks, item(bot.Code(sub.Target.String()), bot.Text(" · "+levelWords(sub.Level)+" · "+stateWords(sub))))
		if i < subscriptionButtons {
			m.Buttons = append(m.Buttons, subscriptionButton(sub))
		}
	}
	if more := len(subs) - subscriptionLines; more > 0 {
		m.Blocks = append(m.Blocks, small(bot.Text(fmt.Sprintf("and %s more", bot.Count(more)))))
	}
	if len(subs) > subscriptionButtons {
		m.Blocks = append(m.Blocks, small(bot.Text("Buttons for one of the others: "), bot.Code("/subscriptions "+subs[subscriptionButtons].Target.String())))
	}
	if blocked != nil {
		m.Blocks = append(m.Blocks, *blocked)
	}
	return m
}

// stateWords says whether a subscription is served.
func stateWords(sub stories.Subscription) string {
	switch {
	case sub.State == stories.Paused:
		return "paused"
	case sub.DestinationState == stories.Blocked:
		return "blocked"
	}
	return "active"
}

// subscriptionButton changes a subscription's state: it names the target and
// bears the subscription's number.
func subscriptionButton(sub stories.Subscription) bot.Button {
	verb, action := "Pause", bot.ActionPause
	switch {
	case sub.DestinationState == stories.Blocked:
		verb, action = "Try again", bot.ActionResume
	case sub.State == stories.Paused:
		verb, action = "Resume", bot.ActionResume
	}
	label, _ := bot.Cut(verb+" "+sub.Target.String(), maxLabel)
	return bot.NewButton(label, action, sub.ID)
}

// maxLabel is how long a button's label may be.
const maxLabel = 75

func (m *Mux) pressPause(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	sub, err := m.buttonSubscription(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	if sub, err = m.stories.Pause(ctx, r.act(), r.follow(sub.Target)); err != nil {
		return bot.Reply{}, err
	}
	others, err := m.otherwise(ctx, sub)
	if err != nil {
		m.log.Debug("what else brings a paused story was not found out", "err", err) // it is paused all the same
	}
	reply := done(fmt.Sprintf("Paused: updates of %s do not come to this channel until it is resumed%s. What is published meanwhile is not sent later; the timeline has it.%s", targetWords(sub.Target), others, m.straggler(ctx, r)))
	reply.Message.Buttons = []bot.Button{subscriptionButton(sub)}
	return reply, nil
}

func (m *Mux) pressResume(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	sub, err := m.buttonSubscription(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	if err := mayPost(ctx, r); err != nil {
		return bot.Reply{}, err
	}
	resumed := m.resumed(ctx, r, sub.DestinationState == stories.Blocked)
	if sub, err = m.stories.Resume(ctx, r.act(), r.follow(sub.Target)); err != nil {
		return bot.Reply{}, err
	}
	reply := done(fmt.Sprintf("Updates of %s come to this channel again.", targetWords(sub.Target)))
	reply.Message.Blocks = append(reply.Message.Blocks, resumed...)
	return reply, nil
}

// buttonSubscription finds the subscription a button is about, among those of
// the channel it was pressed in. Error: bot.ErrOldButton.
func (m *Mux) buttonSubscription(ctx context.Context, r request, args bot.Args) (stories.Subscription, error) {
	subs, err := m.stories.Subscriptions(ctx, r.Where)
	if err != nil {
		return stories.Subscription{}, err
	}
	i := slices.IndexFunc(subs, func(s stories.Subscription) bool { return s.ID == args.Number(0) })
	if i < 0 {
		return stories.Subscription{}, bot.ErrOldButton
	}
	return subs[i], nil
}
