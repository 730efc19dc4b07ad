package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// joining has a channel follow something.
type joining struct {
	now        func() time.Time
	archive    Archive
	following  Following
	subscriber Subscriber
	completing *completing
	finding    *finding
	follows    *follows
	questions  *questions
	warning    *warning
}

// subscribe makes the channel follow a story, a topic or everything.
func (m *joining) subscribe(ctx context.Context, r request) (bot.Reply, error) {
	r, err := r.elsewhere(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	target, err := r.target()
	if err != nil {
		return bot.Reply{}, err
	}
	if r.get(placeMeant) == channelIts {
		if r, _ = r.above(); !r.fromThread {
			return bot.Reply{}, bot.ErrOldButton
		}
	}
	changes, err := m.changes(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	if asked, ok, err := m.comesTwice(ctx, r, target); ok || err != nil {
		return asked, err
	}
	if asked, ok, err := m.topicDoubt(ctx, r, target); ok || err != nil {
		return asked, err
	}
	a := r.act()
	if a.Subscription, err = meantIn(r); err != nil {
		return bot.Reply{}, err
	}
	reply, err := m.followHere(ctx, r, a, target, changes)
	err = r.ofThere(err)
	if offer, ok := m.offerFollow(ctx, r, err); ok {
		return offer, nil
	}
	return reply, err
}

// verifyTarget refuses what nothing can follow, and options that cannot be.
func (m *joining) verifyTarget(ctx context.Context, r request) error {
	if _, err := r.target(); err != nil {
		return err
	}
	r, err := r.elsewhere(ctx)
	if err != nil {
		return err
	}
	_, err = m.changes(ctx, r)
	return err
}

// target is what the request names. Error: CodeInvalid; a word that is no slug
// is left to the search for stories, which offers the nearest.
func (r request) target() (stories.Target, error) {
	typed := strings.ToLower(strings.TrimSpace(r.get("target")))
	if sign := topicSign.FindString(typed); sign != "" {
		typed = "topic:" + typed[len(sign):]
	}
	if topic, ok := strings.CutPrefix(typed, "topic:"); ok {
		if topic = topicOf(topic); strings.Trim(topic, wraps+",;:") == "" {
			return stories.Target{}, stories.Errorf(stories.CodeInvalid, "The topic's name is missing. Write it right behind the colon, in quotes when it holds spaces: topic:security.")
		}
		if err := checkTopic(topic); err != nil {
			return stories.Target{}, err
		}
		typed = "topic:" + topic
	}
	target, err := stories.ParseTarget(typed)
	if err != nil && target.Kind == stories.TargetStory {
		return stories.Target{Kind: stories.TargetStory, Name: typed}, nil
	}
	return target, err
}

// followHere subscribes the channel, unless the bot could not post there. The
// answer is one line; what is new is shown in the channel, and that it could be.
// a may say which subscription is meant; of one there is, changes alone are made.
func (m *joining) followHere(ctx context.Context, r request, a stories.Act, target stories.Target, changes stories.Changes) (bot.Reply, error) {
	follow := r.follow(target)
	if err := r.Asker.Manages(ctx); err != nil {
		return bot.Reply{}, err
	}
	subs, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	if changes, err = mayTake(ctx, r, subs, target, changes); err != nil {
		return bot.Reply{}, err
	}
	follow.Changes = changes
	resumed := m.warning.resumed(ctx, r, isBlocked(subs))
	sub, story, made, err := m.subscriber.Subscribe(ctx, a, follow)
	if stories.CodeOf(err) == stories.CodeReplaced {
		return m.follows.replaced(ctx, r)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	sentence := r.followSentence(sub, made)
	if made.Created || made.Resumed || made.Before != sub.Options { // else nothing is otherwise than before
		sentence += besides(sub, story, subs)
	}
	sentence += r.untold(made.Untold) + r.stillClosed(subs, sub)
	switch {
	case story.State == stories.Closed:
		sentence += " The story is closed: no more updates are expected."
	case made.Created && target.Kind == stories.TargetTopic && !slices.Contains(m.completing.topics(ctx), target.Name):
		sentence += " No story has this topic yet; updates come once one has."
	}
	reply := done(sentence)
	reply.Message.Blocks = append(resumed, reply.Message.Blocks...)
	if sub.State == stories.Paused {
		reply.Message.Buttons = []bot.Button{subscriptionButton(sub)}
	}
	reply.Message = r.offThere(reply.Message)
	if made.Notice != 0 {
		reply.Live = m.posted(r, made.Notice, sub, reply.Message)
	}
	return reply, nil
}

// stillClosed says of a subscription that was there before, and brings its updates into
// threads still, that these take none; "" where they do.
func (r request) stillClosed(before []stories.Subscription, sub stories.Subscription) string {
	i := slices.IndexFunc(before, func(s stories.Subscription) bool { return s.ID == sub.ID })
	if i < 0 || before[i].Closed == "" || sub.Mode != stories.ModeThread && !sub.Forum {
		return ""
	}
	return " " + r.closedWords(before[i])
}

// isBlocked says that the channel that follows subs could not be written to.
func isBlocked(subs []stories.Subscription) bool {
	return len(subs) > 0 && subs[0].DestinationState == stories.Blocked
}

// followSentence says what the channel follows now, and what that changed.
func (r request) followSentence(sub stories.Subscription, made stories.Made) string {
	what, how := targetWords(sub.Target), optionsWords(sub)
	channel, follows := r.who(), r.verb()
	changed := changedWords(sub, made)
	switch {
	case made.Created:
		return fmt.Sprintf("%s now %s %s: %s.", channel, follows, what, how)
	case changed != "" && made.Resumed:
		return fmt.Sprintf("%s %s %s again, which was paused: %s.", channel, follows, what, changed)
	case made.Resumed:
		return fmt.Sprintf("%s %s %s again, which was paused: %s.", channel, follows, what, how)
	case changed != "":
		return fmt.Sprintf("%s %s %s: %s.", channel, follows, what, changed)
	}
	if sub.State == stories.Paused {
		return fmt.Sprintf("%s %s %s already, which is paused; nothing was changed.", channel, follows, what)
	}
	return fmt.Sprintf("%s %s %s already; %s %s.", channel, follows, what, r.either("it gets", "you get"), how)
}

// targetWords is a target in a sentence.
func targetWords(t stories.Target) string { return bot.TargetWords(t) }

// levelWords says what comes through from l on.
func levelWords(l stories.Level) string { return bot.LevelWords(l) }

// followed tells a newcomer what the story is that they now follow.
func followed(story stories.Story) []bot.Block {
	if story.ID == 0 {
		return nil
	}
	blocks := []bot.Block{{Kind: bot.Heading, Spans: []bot.Span{bot.Text(bot.Headline(story))}}}
	if story.Summary != "" {
		blocks = append(blocks, bot.Para(bot.Text(bot.Clean(story.Summary))))
	}
	line := standing(story)
	if story.State == stories.Closed {
		line += " (no more updates are expected)"
	}
	return append(blocks, small(bot.Text(line)))
}

// resumed is what a person is told who has a blocked channel written to again. It
// is asked before that is done: afterwards nothing is held any more.
func (m *warning) resumed(ctx context.Context, r request, blocked bool) []bot.Block {
	if !blocked {
		return nil
	}
	held, undecided, err := m.putBacks.WaitingAt(ctx, r.Where)
	if err != nil { // what was asked is done all the same
		m.log.Debug("what waits for a channel was not found out", "err", err)
		held, undecided = 0, 0
	}
	return []bot.Block{bot.Para(bot.Text(resumedWords(held, undecided)))}
}

func resumedWords(held, undecided int) string {
	words := "The bot can write here again"
	if held > 0 {
		words += oneOr(held, "; the update that waited comes now", fmt.Sprintf("; the %s updates that waited come now", bot.Count(held)))
	}
	words += "."
	if undecided > 0 {
		words += fmt.Sprintf(" %s from before the database was put back may be here already: a moderator decides in /desk status whether to send what waits.", plural(undecided, "message"))
	}
	return words
}

// pressFollow subscribes to a story from a level on.
func (m *joining) pressFollow(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	level, err := levelIn(args.Number(1))
	if err != nil {
		return bot.Reply{}, err
	}
	target := stories.Target{Kind: stories.TargetStory, Name: story.Slug}
	doubted := r
	doubted.command = m.questions.manual.named(subscribeName)
	if doubted.values = (values{}).with(targetArg.Name, story.Slug); level != 0 {
		doubted.values = doubted.values.with(string(stories.OptionLevel), level.String())
	}
	if asked, ok, err := m.comesTwice(ctx, doubted, target); ok || err != nil {
		return asked, err
	}
	a := r.act()
	if level != 0 { // of the subscription that was there when the button was made, or of none
		a.Subscription = cmp.Or(args.Number(2), stories.NewOnly)
	}
	return m.followHere(ctx, r, a, target, fromLevel(level))
}

// fromLevel is the change that a button asks for which names a level; none for 0.
func fromLevel(level stories.Level) stories.Changes {
	if level == 0 {
		return nil
	}
	return stories.Changes{{Option: stories.OptionLevel, Value: level.String()}}
}

// levelIn is the level in a button, 0 where it names none. Error: bot.ErrOldButton.
func levelIn(n int64) (stories.Level, error) {
	switch level := stories.Level(n); level {
	case 0, stories.Minor, stories.Normal, stories.Breaking:
		return level, nil
	}
	return 0, bot.ErrOldButton
}

// ofThis is what the answer to a question adds to what was typed: which subscription is
// to be changed, or stories.NewOnly. What was made since is another.
const ofThis = "this"

// meantIn is which subscription a question was asked about; 0 where none was. Error:
// bot.ErrOldButton.
func meantIn(r request) (int64, error) {
	meant := r.get(ofThis)
	if meant == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(meant, 10, 64)
	if err != nil {
		return 0, bot.ErrOldButton
	}
	return id, nil
}

// offerFollow answers who wanted to follow a story there is not with those that may
// have been meant; ok is false when none may. What was named beside it is kept.
func (m *joining) offerFollow(ctx context.Context, r request, err error) (reply bot.Reply, ok bool) {
	refusal := (*stories.Error)(nil)
	if !errors.As(err, &refusal) || refusal.Code != stories.CodeNotFound {
		return reply, false
	}
	if target, err := r.target(); err == nil && target.Kind == stories.TargetStory && slices.Contains(m.completing.topics(ctx), target.Name) {
		topic := stories.Target{Kind: stories.TargetTopic, Name: target.Name}.String()
		label, _ := bot.Cut("Follow "+topic, maxLabel)
		asked := fmt.Sprintf("No story is called %s, but a topic is. Did you mean %s? Nothing was changed yet.", target.Name, topic)
		reply, err = m.questions.question(ctx, r, asked, answer{label, r.values.with(targetArg.Name, topic)})
		return reply, err == nil
	}
	if refusal.Newest {
		return reply, false
	}
	ask := " Did you mean one of these?"
	if len(refusal.Near) == 1 {
		ask = " Did you mean " + refusal.Near[0] + "?"
	}
	subs, failed := m.following.Subscriptions(ctx, r.Where)
	if failed != nil {
		return reply, false
	}
	var answers []answer
	for _, slug := range refusal.Near[:min(len(refusal.Near), maxNear)] {
		story, err := m.archive.Story(ctx, slug)
		if err != nil {
			continue
		}
		meant := stories.NewOnly
		if i := slices.IndexFunc(subs, func(s stories.Subscription) bool { return s.StoryID == story.ID }); i >= 0 {
			meant = subs[i].ID
		}
		label, _ := bot.Cut("Follow "+story.Slug, maxLabel)
		answers = append(answers, answer{label, r.values.with(targetArg.Name, story.Slug).with(ofThis, strconv.FormatInt(meant, 10))})
	}
	if len(answers) == 0 {
		return reply, false
	}
	reply, err = m.questions.question(ctx, r, refusal.Message+ask, answers...)
	return reply, err == nil
}
