package command

import (
	"context"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// trying tests subscriptions.
type trying struct {
	now        func() time.Time
	notes      Notes
	following  Following
	subscriber Subscriber
	changing   *changing
}

// testsAMinute is how many tests a person may have posted in a minute.
const testsAMinute = 5

// stateButtons are what can be done about a subscription but to end it.
func stateButtons(sub stories.Subscription) []bot.Button {
	buttons := []bot.Button{subscriptionButton(sub)}
	if sub.DestinationState != stories.Blocked { // which Try again tries
		buttons = append(buttons, bot.NewButton("Test", bot.ActionTest, sub.ID))
	}
	return buttons
}

// pressTest has a test message posted where the button is pressed, and taken away again.
func (m *trying) pressTest(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if err := mayPost(ctx, r); err != nil {
		return bot.Reply{}, err
	}
	return m.changing.ofSubscription(ctx, r, args, func(a stories.Act) (bot.Reply, error) {
		subs, err := m.following.Subscriptions(ctx, r.Where)
		if err != nil {
			return bot.Reply{}, err
		}
		for _, sub := range subs { // what its options need is tested too
			if sub.ID != a.Subscription {
				continue
			}
			if err := r.Asker.Posts(ctx, bot.NeedsOf(sub.Options)...); err != nil {
				return bot.Reply{}, err
			}
		}
		if err := m.notes.Allow(ctx, r.User, "test a subscription", testsAMinute, time.Minute); err != nil {
			return bot.Reply{}, err
		}
		trial, err := m.subscriber.Test(ctx, a, r.follow(stories.Target{}))
		if err != nil {
			return bot.Reply{}, err
		}
		if trial.Notice == 0 {
			reply := refused(fmt.Sprintf("Nothing was tested: the bot could not write here last time. %s Press Try again once that is mended.", reasonSentence(trial.Reason, r.Direct)))
			reply.Message.Buttons = []bot.Button{subscriptionButton(trial.Subscription)}
			return reply, nil
		}
		reply := bot.Reply{Message: bot.Plainly(fmt.Sprintf("Testing %s: a message is posted here.", targetWords(trial.Target)))}
		reply.Live = m.tried(r, trial, reply.Message)
		return reply, nil
	})
}

// tried follows the message of a test; said is the answer until it is over.
func (m *trying) tried(r request, trial stories.Trial, said bot.Message) func(context.Context) (bot.Message, bool, error) {
	until := m.now().Add(postedFor)
	return func(ctx context.Context) (bot.Message, bool, error) {
		post, err := m.following.Posted(ctx, trial.Notice, stories.OpPost)
		if stories.CodeOf(err) == stories.CodeNotFound {
			return said, true, nil // so long ago that it is forgotten
		}
		if err != nil {
			return bot.Message{}, false, err
		}
		late := !m.now().Before(until)
		switch post.State {
		case stories.Pending, stories.Sending:
			if late {
				return r.untested(trial, "It has not been posted yet, and is still tried. A moderator sees in /desk status what holds it up."), true, nil
			}
			return said, false, nil
		case stories.Sent, stories.Unknown:
		default:
			return r.untested(trial, reasonSentence(post.Reason, r.Direct)), true, nil
		}
		removal, err := m.following.Posted(ctx, trial.Notice, stories.OpDelete)
		if err != nil && stories.CodeOf(err) != stories.CodeNotFound {
			return bot.Message{}, false, err
		}
		switch {
		case err != nil || removal.State == stories.Sent:
			return r.tested(trial, "a message was posted here and taken away again."), true, nil
		case removal.State == stories.Skipped || removal.State == stories.Failed || removal.State == stories.Unknown || removal.State == stories.Held:
			return r.tested(trial, "a message was posted here, and says that it was the test. It could not be taken away: "+lowerSentence(reasonSentence(removal.Reason, r.Direct))), true, nil
		}
		if !late { // whether it can be taken away is not known yet
			return said, false, nil
		}
		return r.tested(trial, "a message was posted here, and is being taken away."), true, nil
	}
}

// tested says what a test has proven, and how what is followed arrives.
func (r request) tested(trial stories.Trial, proven string) bot.Message {
	sub := trial.Subscription
	m := bot.Message{Tone: bot.Success, Blocks: []bot.Block{bot.Para(bot.Bold("Test passed: "), bot.Text(proven)),
		bot.Para(bot.Text(fmt.Sprintf("%s %s %s: %s.", r.who(), r.verb(), targetWords(sub.Target), optionsWords(sub))))}}
	if sub.State == stories.Paused {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text("It is paused: nothing comes until it is resumed.")))
		m.Buttons = []bot.Button{subscriptionButton(sub)}
	}
	return m
}

// untested says that a test message did not arrive, and why.
func (r request) untested(trial stories.Trial, why string) bot.Message {
	return bot.Message{Tone: bot.Refusal, Blocks: []bot.Block{bot.Para(bot.Bold("Test failed: "), bot.Text("nothing of "+targetWords(trial.Target)+" can be posted here now. "+why))},
		Buttons: []bot.Button{bot.NewButton("Subscriptions", bot.ActionList, 0)}}
}
