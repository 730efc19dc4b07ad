package command

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// leaving has a channel follow something no longer.
type leaving struct {
	log        *slog.Logger
	archive    Archive
	following  Following
	subscriber Subscriber
	finding    *finding
	joining    *joining
	questions  *questions
	warning    *warning
}

// unsubscribe ends a subscription.
func (m *leaving) unsubscribe(ctx context.Context, r request) (bot.Reply, error) {
	r, err := r.elsewhere(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	target, err := r.target()
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := m.leave(ctx, r, target)
	return r.unpressed(reply), r.ofThere(err)
}

// leave ends the subscription to a target, or tells what was meant instead.
func (m *leaving) leave(ctx context.Context, r request, target stories.Target) (bot.Reply, error) {
	reply, err := m.end(ctx, r, r.act(), target)
	if stories.CodeOf(err) == stories.CodeNotFound && target.Kind == stories.TargetStory {
		if other, ok := m.broughtAnyway(ctx, r, target.Name); ok {
			return other, nil
		}
	}
	if offer, ok := m.offerEnd(ctx, r, target, err); ok {
		return offer, nil
	}
	return reply, err
}

// end ends a subscription, that of target or the one that a means, and says what
// brings the same now.
func (m *leaving) end(ctx context.Context, r request, a stories.Act, target stories.Target) (bot.Reply, error) {
	warn := m.warning.warning(ctx, r)
	left, err := m.subscriber.Unsubscribe(ctx, a, r.follow(target))
	if err != nil {
		return bot.Reply{}, err
	}
	sub := left.Subscription
	sentence, stop := m.ended(ctx, r, left)
	reply := done(sentence + m.straggler(ctx, r) + r.untold(left.Untold))
	if stop {
		reply.Message.Buttons = append(reply.Message.Buttons, r.stopHere(stories.Story{ID: sub.StoryID, Slug: sub.Target.Name}))
	}
	reply.Message.Buttons = append(reply.Message.Buttons, m.again(ctx, r, sub)...)
	return warn(reply), nil
}

// ended says what a channel does not follow any more, and what of the same comes all the
// same; stop says that there is a story to be stopped by itself. What was asked is done;
// the rest is courtesy.
func (m *leaving) ended(ctx context.Context, r request, ended stories.Left) (sentence string, stop bool) {
	sub, by := ended.Subscription, ended.By
	what := targetWords(sub.Target)
	over := fmt.Sprintf("%s no longer %s %s", r.who(), r.verb(), what)
	if sub.StoryID == 0 {
		left, err := m.following.Subscriptions(ctx, r.Where)
		if err != nil {
			m.log.Debug("what else is followed was not found out", "err", err)
		}
		return over + "." + r.leftWords(sub, left), false
	}
	switch {
	case by.Serves():
		return fmt.Sprintf("%s own subscription to %s has ended; its updates now come by %s. To end those, stop this one story here.", r.whose(), what, byWords(by)), true
	case by.By.Kind != "" && !by.Muted:
		return fmt.Sprintf("%s; nothing of it comes while %s is paused. To keep it away after that too, stop this one story here.", over, by.By), true
	}
	return over + ".", false
}

// mostLeft is how many of what is still followed are named; more are counted.
const mostLeft = 3

// leftWords says what is left once a topic or all has ended, in sentences, and what that
// brings of the same; "" where nothing is left.
func (r request) leftWords(ended stories.Subscription, left []stories.Subscription) string {
	words := ""
	for _, sub := range left {
		if ended.Target.Kind == stories.TargetTopic && sub.Target.Kind == stories.TargetAll && sub.State == stories.Active {
			words = fmt.Sprintf(" Its stories now come by all: %s. To end one of them, press Stop here under it.", optionsWords(sub))
		}
	}
	if len(left) == 0 {
		return words
	}
	return fmt.Sprintf("%s %s still %s %s.", words, r.who(), r.verb(), namesLeft(left))
}

// namesLeft names subscriptions, the first of many.
func namesLeft(left []stories.Subscription) string {
	var names []string
	for _, sub := range left[:min(len(left), mostLeft)] {
		names = append(names, sub.Target.String())
	}
	switch n := len(left); {
	case n > mostLeft:
		return fmt.Sprintf("%s and %s more; /subscriptions lists them", strings.Join(names, ", "), bot.Count(n-mostLeft))
	case n > 1:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// broughtAnyway answers who wants to end a subscription that there is not, while
// something else brings the same story.
func (m *leaving) broughtAnyway(ctx context.Context, r request, slug string) (reply bot.Reply, ok bool) {
	story, err := m.archive.Story(ctx, slug)
	if err != nil {
		return reply, false
	}
	by, err := m.following.Brings(ctx, r.Where, story.ID)
	if err != nil || !by.Serves() {
		return reply, false
	}
	reply = refused(fmt.Sprintf("%s to %s, but its updates come by %s. To end those, stop this one story here.",
		r.who()+r.either(" has no subscription of its own", " have no subscription of your own"), story.Slug, byWords(by)))
	reply.Message.Buttons = []bot.Button{r.stopHere(story)}
	return reply, true
}

// stopHere stops one story, whatever brings it.
func (r request) stopHere(story stories.Story) bot.Button {
	b := bot.StopButton(story)
	if r.Direct {
		b.Confirm = ""
	}
	b.Label, _ = bot.Cut("Stop "+story.Slug+" here", maxLabel)
	return b
}

// pressStop is the Stop button of a push: the story no longer comes, whatever
// subscription brought it.
func (m *leaving) pressStop(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if _, err := m.finding.storyByID(ctx, args.Number(0)); err != nil {
		return bot.Reply{}, err
	}
	warn := m.warning.warning(ctx, r)
	story, ended, err := m.subscriber.Stop(ctx, r.act(), r.follow(stories.Target{}), args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	target := stories.Target{Kind: stories.TargetStory, Name: story.Slug}
	untold := r.untold(ended.Untold)
	var reply bot.Reply
	switch {
	case ended.Changed && ended.Muted:
		reply = done(fmt.Sprintf("Updates of %s no longer come to %s; %s.%s", story.Slug, r.here(), r.either("what else it follows does", "what else you follow does"), m.straggler(ctx, r)+untold))
	case ended.Changed:
		reply = done(fmt.Sprintf("Updates of %s no longer come to %s.%s", story.Slug, r.here(), m.straggler(ctx, r)+untold))
	case ended.Muted:
		reply = done(fmt.Sprintf("Updates of %s were stopped here before; nothing was changed.", story.Slug))
	default: // the level it had is not known any more
		reply = done(fmt.Sprintf("Updates of %s do not come to %s any more; nothing was changed.", story.Slug, r.here()))
		ended.Level = stories.Minor
	}
	switch {
	case ended.Own.ID != 0:
		reply.Message.Buttons = m.again(ctx, r, ended.Own)
	case ended.Changed || ended.Muted || !r.inThread(): // else it is not known which of the two places it is about
		reply.Message.Buttons = m.again(ctx, r, stories.Subscription{Target: target, StoryID: story.ID, Options: stories.Options{Level: ended.Level}})
	}
	return warn(reply), nil
}

// What is followed again, in the word of a button: a story by its number, for its
// slug may change meanwhile, a topic by its name, or all.
const (
	againStory = "s"
	againTopic = "t"
	againAll   = "a"
	maxArg     = 60 // see bot.Button
)

// wordOf is a target in the word of a button.
func wordOf(t stories.Target, storyID int64) string {
	switch t.Kind {
	case stories.TargetStory:
		return againStory + strconv.FormatInt(storyID, 10)
	case stories.TargetTopic:
		return againTopic + t.Name
	}
	return againAll
}

// targetIn reads what wordOf wrote; of a story it is the one it is called now.
// Error: bot.ErrOldButton.
func (m *leaving) targetIn(ctx context.Context, word string) (stories.Target, stories.Story, error) {
	number, isStory := strings.CutPrefix(word, againStory)
	topic, isTopic := strings.CutPrefix(word, againTopic)
	switch {
	case isTopic && stories.CheckTopic(topic) == nil:
		return stories.Target{Kind: stories.TargetTopic, Name: topic}, stories.Story{}, nil
	case word == againAll:
		return stories.Target{Kind: stories.TargetAll}, stories.Story{}, nil
	case !isStory:
		return stories.Target{}, stories.Story{}, bot.ErrOldButton
	}
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return stories.Target{}, stories.Story{}, bot.ErrOldButton
	}
	story, err := m.finding.storyByID(ctx, id)
	return stories.Target{Kind: stories.TargetStory, Name: story.Slug}, story, err
}

// againButton puts back what ended: a subscription from its level on or, for level
// 0, a story that was muted. A topic whose name is too long for a button has none.
func againButton(t stories.Target, storyID int64, level stories.Level) []bot.Button {
	b := bot.NewWordButton("Follow again", bot.ActionAgain, int64(level), wordOf(t, storyID))
	if len(b.Arg) > maxArg {
		return nil
	}
	return []bot.Button{b}
}

// unstop lets a story come again by what else brings it.
func (m *leaving) unstop(ctx context.Context, r request, story stories.Story) (bot.Reply, error) {
	if err := mayPost(ctx, r); err != nil {
		return bot.Reply{}, err
	}
	story, by, err := m.subscriber.Unstop(ctx, r.act(), r.follow(stories.Target{}), story.ID)
	if err != nil {
		return bot.Reply{}, err
	}
	switch {
	case by.By.Serves():
		return done(fmt.Sprintf("Updates of %s come to %s again, by %s.%s", story.Slug, r.here(), byWords(by.By), r.untold(by.Untold))), nil
	case by.By.By.Kind != "":
		return done(fmt.Sprintf("%s is not stopped here any more, but nothing of it comes while %s is paused. /subscriptions has a button to resume it.", story.Slug, by.By.By)), nil
	}
	reply := refused(fmt.Sprintf("What brought %s is not followed here any more, so none of its updates come.", story.Slug))
	label, _ := bot.Cut("Follow "+story.Slug, maxLabel)
	reply.Message.Buttons = []bot.Button{bot.NewButton(label, bot.ActionFollow, story.ID)}
	return reply, nil
}

// straggler is what a person who stopped something is told when a message may
// still come that was on its way; "" when none can.
func (m *leaving) straggler(ctx context.Context, r request) string {
	if m.following.Settled(ctx, r.Where) {
		return ""
	}
	return " One more message may still arrive: it was on its way already."
}
