package command

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// follows shows what a channel follows.
type follows struct {
	log       *slog.Logger
	now       func() time.Time
	archive   Archive
	following Following
	warning   *warning
}

// changing pauses, resumes and ends what a list of subscriptions shows.
type changing struct {
	log        *slog.Logger
	following  Following
	subscriber Subscriber
	follows    *follows
	leaving    *leaving
	warning    *warning
}

// subscriptionsPage is how many subscriptions a page of the list shows: each opens,
// and a page of the longest of them fits every platform.
const subscriptionsPage = 10

// subscriptions lists what the channel follows, or shows the one that is named.
func (m *follows) subscriptions(ctx context.Context, r request) (bot.Reply, error) {
	r, err := r.elsewhere(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := m.shown(ctx, r)
	pressable := len(reply.Message.Buttons) > 0 || slices.ContainsFunc(reply.Message.Blocks, func(b bot.Block) bool { return b.Button != nil })
	if reply = r.unpressed(reply); r.away != "" && pressable {
		reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Text("Typed in "+r.awayIn()+", this has buttons. From here "), bot.Code("/subscribe"), bot.Text(" and "), bot.Code("/unsubscribe"), bot.Text(" with channel: change it.")))
	}
	return reply, r.ofThere(err)
}

// shown is the list, or the one that is named.
func (m *follows) shown(ctx context.Context, r request) (bot.Reply, error) {
	here, err := m.listed(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	if r.get("target") == "" {
		return bot.Reply{Message: r.subscriptionList(here, 0)}, nil
	}
	target, err := r.target()
	if err != nil {
		return bot.Reply{}, err
	}
	var unknown error
	if target.Kind == stories.TargetStory { // an older slug may have been typed
		story, err := m.archive.Story(ctx, target.Name)
		if unknown = err; err == nil {
			target.Name = story.Slug
		}
	}
	i := slices.IndexFunc(here.subs, func(s stories.Subscription) bool { return s.Target == target })
	if stopped := slices.IndexFunc(here.mutes, func(s stories.Mute) bool { return target.Kind == stories.TargetStory && s.Story.Slug == target.Name }); i < 0 && stopped >= 0 {
		mute := here.mutes[stopped]
		msg := bot.Message{Buttons: againButton(target, mute.Story.ID, 0), Blocks: []bot.Block{bot.Para(
			bot.Text(fmt.Sprintf("%s not follow %s: %s stopped it here ", r.who()+r.either(" does", " do"), target.Name, r.either(bot.UserName(mute.By), "you"))), ago(mute.At, here.now), bot.Text("."))}}
		if here.warning != nil {
			msg = headed(*here.warning, msg)
		}
		return bot.Reply{Message: msg}, nil
	}
	if i < 0 {
		reply := refused(fmt.Sprintf("%s not follow %s. /subscriptions lists what is followed here.", r.who()+r.either(" does", " do"), clip(targetWords(target))))
		for _, near := range nearFollowed(target, here.subs, unknown) {
			label, _ := bot.Cut(near.Target.String(), maxLabel)
			reply.Message.Buttons = append(reply.Message.Buttons, bot.NewButton(label, bot.ActionChoose, near.ID))
		}
		if len(reply.Message.Buttons) > 0 {
			reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("Did you mean:")))
		}
		return reply, nil
	}
	return bot.Reply{Message: r.oneSubscription(here, here.subs[i])}, nil
}

// following is what a channel follows and what was stopped there all the same, under
// a warning, if there is one.
type following struct {
	warning *bot.Block
	subs    []stories.Subscription
	mutes   []stories.Mute
	now     time.Time
}

func (m *follows) listed(ctx context.Context, r request) (following, error) {
	subs, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil {
		return following{}, err
	}
	return following{m.warning.blockedWarning(ctx, r.Command, subs), subs, m.mutes(ctx, r, subs), m.now()}, nil
}

// subscriptionList is a page of what a channel follows, as rows that open, and of
// what was stopped there, as rows that let it come again.
func (r request) subscriptionList(here following, offset int) bot.Message {
	subs, mutes := here.subs, here.mutes
	total := len(subs) + len(mutes)
	switch {
	case len(subs) == 0 && r.away != "":
		return bot.Plainly(r.who() + " follows nothing. /stories lists what there is; /subscribe with a slug and channel: brings its updates there.")
	case len(subs) == 0:
		return bot.Plainly(r.either("This channel follows nothing. /stories lists what there is; /subscribe and a slug brings its updates here.",
			"You follow nothing. /stories lists what there is; /subscribe and a slug brings its updates to you."))
	case total == 1:
		return r.oneSubscription(here, subs[0])
	case offset >= total:
		offset = (total - 1) / subscriptionsPage * subscriptionsPage
	}
	m := bot.Message{Title: r.who() + " " + r.verb()}
	end := min(offset+subscriptionsPage, total)
	if total > subscriptionsPage {
		m.Title += " · " + rangeWords(offset+1, end, total)
	}
	if here.warning != nil {
		m = headed(*here.warning, m)
	}
	for _, sub := range subs[min(offset, len(subs)):min(end, len(subs))] {
		row := item(append(subscriptionSpans(sub), waitingSpans(sub)...)...)
		label, _ := bot.Cut(sub.Target.String(), bot.RowLabel)
		open := bot.NewButton(label, bot.ActionChoose, sub.ID)
		row.Button = &open
		m.Blocks = append(m.Blocks, row)
	}
	for _, mute := range mutes[max(0, offset-len(subs)):max(0, end-len(subs))] {
		m.Blocks = append(m.Blocks, r.muteRow(mute, here.now))
	}
	if offset > 0 {
		m.Buttons = append(m.Buttons, bot.NewButton("Back", bot.ActionList, int64(max(0, offset-subscriptionsPage))))
	}
	if end < total {
		m.Buttons = append(m.Buttons, bot.NewButton("More", bot.ActionList, int64(offset+subscriptionsPage)))
	}
	return m
}

// subscriptionSpans is a subscription in a line: what, with which options, and
// whether it is served.
func subscriptionSpans(sub stories.Subscription) []bot.Span {
	return []bot.Span{bot.Code(sub.Target.String()), bot.Text(" · " + optionsWords(sub) + " · " + stateWords(sub) + closedMark(sub))}
}

// closedMark says that a thread takes nothing of what a subscription brings; why stands where
// it is shown alone.
func closedMark(sub stories.Subscription) string {
	if sub.Closed == "" {
		return ""
	}
	return " · a thread takes no updates"
}

// closedWords says that a thread, or a post, takes nothing of what a subscription brings,
// and why.
func (r request) closedWords(sub stories.Subscription) string {
	at, why := "here", reasonSentence(sub.Closed, r.Direct)
	if r.away != "" {
		at, why = "in "+r.away, sentence(bot.Reason(r.away, sub.Closed))
	}
	if sub.Forum {
		return "A story's post takes no updates " + at + "; the next one begins another post. " + why
	}
	return "A story's thread takes no updates " + at + ", so they come in the channel. " + why
}

// oneSubscription is a subscription with what can be done about it, and what it
// would bring but was stopped here.
func (r request) oneSubscription(here following, sub stories.Subscription) bot.Message {
	var m bot.Message
	if here.warning != nil {
		m.Blocks = append(m.Blocks, *here.warning)
	}
	spans := append([]bot.Span{bot.Text(r.who() + " " + r.verb() + " ")}, append(subscriptionSpans(sub), waitingSpans(sub)...)...)
	m.Blocks = append(m.Blocks, bot.Para(spans...),
		small(bot.Text("Since "), bot.Span{Time: sub.CreatedAt, DateOnly: true}, bot.Text(", by "+bot.UserName(sub.CreatedBy))))
	if sub.Closed != "" {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(r.closedWords(sub))))
	}
	m.Buttons = append(stateButtons(sub), r.endButton(sub))
	for _, mute := range here.mutes {
		if sub.Target.Kind == stories.TargetStory || !sub.Covers(mute.Story) {
			continue
		}
		if len(m.Blocks) == subscriptionsPage {
			m.Blocks = append(m.Blocks, small(bot.Text("More was stopped here: "), bot.Code("/subscriptions"), bot.Text(" lists all of it.")))
			break
		}
		m.Blocks = append(m.Blocks, r.muteRow(mute, here.now))
	}
	return m
}

// endButton ends a subscription.
func (r request) endButton(sub stories.Subscription) bot.Button {
	b := bot.NewButton("Stop here", bot.ActionEnd, sub.ID)
	if !r.Direct {
		b.Confirm = bot.StopQuestion(targetWords(sub.Target))
	}
	return b
}

// pressList shows a page of what the channel follows.
func (m *follows) pressList(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	here, err := m.listed(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: r.subscriptionList(here, int(min(args.Number(0), stories.MaxSubscriptions+stories.MaxMutes)))}, nil
}

// pressChoose shows one subscription.
func (m *follows) pressChoose(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	here, err := m.listed(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	i := slices.IndexFunc(here.subs, func(s stories.Subscription) bool { return s.ID == args.Number(0) })
	if i < 0 {
		return m.replaced(ctx, r)
	}
	return bot.Reply{Message: r.oneSubscription(here, here.subs[i])}, nil
}

// pressEnd ends a subscription.
func (m *changing) pressEnd(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.ofSubscription(ctx, r, args, func(a stories.Act) (bot.Reply, error) { return m.leaving.end(ctx, r, a, stories.Target{}) })
}

// ofSubscription does what a button asks for that names a subscription by its
// number. Where that has ended nothing is changed, whatever followed it, and the
// answer is how it is now.
func (m *changing) ofSubscription(ctx context.Context, r request, args bot.Args, do func(stories.Act) (bot.Reply, error)) (bot.Reply, error) {
	a := r.act()
	if a.Subscription = args.Number(0); a.Subscription == 0 {
		return bot.Reply{}, bot.ErrOldButton
	}
	reply, err := do(a)
	if stories.CodeOf(err) == stories.CodeReplaced {
		return m.follows.replaced(ctx, r)
	}
	return reply, err
}

// replaced answers who pressed a button of a subscription that has ended.
func (m *follows) replaced(ctx context.Context, r request) (bot.Reply, error) {
	here, err := m.listed(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Message: r.subscriptionList(here, 0), Failed: true}
	reply.Message = headed(bot.Para(bot.Bold("Nothing was changed:"), bot.Text(" what this button was for has ended since. It is so now:")), reply.Message)
	reply.Message.Tone = bot.Refusal
	return reply, nil
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

// subscriptionButton changes a subscription's state.
func subscriptionButton(sub stories.Subscription) bot.Button {
	switch {
	case sub.DestinationState == stories.Blocked:
		return bot.NewButton("Try again", bot.ActionResume, sub.ID)
	case sub.State == stories.Paused:
		return bot.NewButton("Resume", bot.ActionResume, sub.ID)
	}
	return bot.NewButton("Pause", bot.ActionPause, sub.ID)
}

// maxLabel is how long a button's label may be.
const maxLabel = 75

func (m *changing) pressPause(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.ofSubscription(ctx, r, args, func(a stories.Act) (bot.Reply, error) {
		sub, err := m.subscriber.Pause(ctx, a, r.follow(stories.Target{}))
		if err != nil {
			return bot.Reply{}, err
		}
		others, err := m.follows.otherwise(ctx, sub)
		if err != nil {
			m.log.Debug("what else brings a paused story was not found out", "err", err) // it is paused all the same
		}
		reply := done(fmt.Sprintf("Paused: updates of %s do not come to %s until it is resumed%s. What is published meanwhile is not sent later; the timeline has it.%s", targetWords(sub.Target), r.here(), others, m.leaving.straggler(ctx, r)))
		reply.Message.Buttons = []bot.Button{subscriptionButton(sub)}
		return reply, nil
	})
}

func (m *changing) pressResume(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if err := mayPost(ctx, r); err != nil {
		return bot.Reply{}, err
	}
	return m.ofSubscription(ctx, r, args, func(a stories.Act) (bot.Reply, error) {
		subs, err := m.following.Subscriptions(ctx, r.Where)
		if err != nil {
			return bot.Reply{}, err
		}
		resumed := m.warning.resumed(ctx, r, isBlocked(subs))
		sub, err := m.subscriber.Resume(ctx, a, r.follow(stories.Target{}))
		if err != nil {
			return bot.Reply{}, err
		}
		reply := done(fmt.Sprintf("Updates of %s come to %s again.", targetWords(sub.Target), r.here()))
		reply.Message.Blocks = append(resumed, reply.Message.Blocks...)
		return reply, nil
	})
}
