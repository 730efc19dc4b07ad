package command

import (
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// subscribe makes the channel follow a story, a topic or everything.
func (m *Mux) subscribe(ctx context.Context, r request) (bot.Reply, error) {
	target, err := r.target()
	if err != nil {
		return bot.Reply{}, err
	}
	var level stories.Level
	if typed := r.get("level"); typed != "" {
		if level, err = stories.ParseLevel(typed); err != nil {
			return bot.Reply{}, err
		}
	}
	return m.followHere(ctx, r, target, level)
}

// verifyTarget refuses what nothing can follow.
func (m *Mux) verifyTarget(_ context.Context, r request) error {
	_, err := r.target()
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

// followHere subscribes the channel, unless the bot could not post there.
func (m *Mux) followHere(ctx context.Context, r request, target stories.Target, level stories.Level) (bot.Reply, error) {
	follow := r.follow(target)
	if err := mayPost(ctx, r); err != nil {
		return bot.Reply{}, err
	}
	subs, err := m.stories.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	resumed := m.resumed(ctx, r, isBlocked(subs))
	if follow.Level, err = m.levelOf(ctx, subs, target, level); err != nil {
		return bot.Reply{}, err
	}
	sub, story, created, err := m.stories.Subscribe(ctx, r.act(), follow)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := done(followSentence(sub, created), followed(story)...)
	if target.Kind == stories.TargetTopic && !m.knownTopic(ctx, target) {
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("No story has this topic yet; updates come once one has.")))
	}
	reply.Message.Blocks = append(reply.Message.Blocks, resumed...)
	reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Text("To stop: "), bot.Code("/unsubscribe "+sub.Target.String())))
	return reply, nil
}

// levelOf is the level that was asked for or, when none was, the one the
// channel follows target at already: following again changes nothing unasked.
func (m *Mux) levelOf(ctx context.Context, subs []stories.Subscription, target stories.Target, asked stories.Level) (stories.Level, error) {
	if asked != 0 {
		return asked, nil
	}
	if target.Kind == stories.TargetStory {
		story, err := m.stories.Story(ctx, target.Name)
		if err != nil {
			return 0, err
		}
		target.Name = story.Slug // an older slug may have been typed
	}
	for _, sub := range subs {
		if sub.Target == target {
			return sub.Level, nil
		}
	}
	return 0, nil
}

// mayPost refuses a person who does not manage the channel, and a channel the bot
// cannot post to. What was held back there goes out only with what is asked, in
// one transaction: a refusal releases nothing. Errors are the Asker's.
func mayPost(ctx context.Context, r request) error {
	if err := r.Asker.Manages(ctx); err != nil {
		return err
	}
	return r.Asker.Posts(ctx)
}

// isBlocked says that the channel that follows subs could not be written to.
func isBlocked(subs []stories.Subscription) bool {
	return len(subs) > 0 && subs[0].DestinationState == stories.Blocked
}

func followSentence(sub stories.Subscription, created bool) string {
	what := targetWords(sub.Target)
	if created {
		return fmt.Sprintf("This channel now follows %s: %s.", what, levelWords(sub.Level))
	}
	return fmt.Sprintf("This channel follows %s already; it gets %s.", what, levelWords(sub.Level))
}

// targetWords is a target in a sentence.
func targetWords(t stories.Target) string {
	switch t.Kind {
	case stories.TargetAll:
		return "all stories"
	case stories.TargetTopic:
		return "the topic " + t.Name
	}
	return t.Name
}

// levelWords says what comes through from l on.
func levelWords(l stories.Level) string {
	switch l {
	case stories.Breaking:
		return "breaking updates only"
	case stories.Normal:
		return "normal and breaking updates"
	}
	return "every update"
}

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
func (m *Mux) resumed(ctx context.Context, r request, blocked bool) []bot.Block {
	if !blocked {
		return nil
	}
	held, undecided, err := m.stories.WaitingAt(ctx, r.Where)
	if err != nil { // what was asked is done all the same
		m.log.Debug("what waits for a channel was not found out", "err", err)
		held, undecided = 0, 0
	}
	return []bot.Block{bot.Para(bot.Text(resumedWords(held, undecided)))}
}

func resumedWords(held, undecided int) string {
	words := "The channel can be written to again"
	if held > 0 {
		words += "; the newest of what waited comes now"
	}
	words += "."
	if undecided > 0 {
		words += fmt.Sprintf(" %s from before the database was put back may be here already: a moderator decides in /desk status whether to send what waits.", plural(undecided, "message"))
	}
	return words
}

// unsubscribe ends a subscription.
func (m *Mux) unsubscribe(ctx context.Context, r request) (bot.Reply, error) {
	target, err := r.target()
	if err != nil {
		return bot.Reply{}, err
	}
	sub, err := m.stories.Unsubscribe(ctx, r.act(), r.follow(target))
	if err != nil {
		return bot.Reply{}, err
	}
	sentence := fmt.Sprintf("This channel no longer follows %s.%s", targetWords(sub.Target), m.straggler(ctx, r))
	left, err := m.stories.Subscriptions(ctx, r.Where)
	if err != nil || len(left) == 0 {
		return done(sentence), nil // what was asked is done; the rest is courtesy
	}
	return done(fmt.Sprintf("%s It still follows %s; /subscriptions lists them.", sentence, plural(len(left), "other target"))), nil
}

// straggler is what a person who stopped something is told when a message may
// still come that was on its way; "" when none can.
func (m *Mux) straggler(ctx context.Context, r request) string {
	if m.stories.Settled(ctx, r.Where) {
		return ""
	}
	return " One more message may still arrive: it was on its way already."
}

func (m *Mux) pressFollow(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.followHere(ctx, r, stories.Target{Kind: stories.TargetStory, Name: story.Slug}, 0)
}

// pressStop is the Stop button of a push: the story no longer comes, whatever
// subscription brought it.
func (m *Mux) pressStop(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if _, err := m.storyByID(ctx, args.Number(0)); err != nil {
		return bot.Reply{}, err
	}
	story, muted, err := m.stories.Stop(ctx, r.act(), r.follow(stories.Target{}), args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	late := m.straggler(ctx, r)
	if muted {
		return done(fmt.Sprintf("Updates of %s no longer come to this channel; what else it follows does.%s To have them again: /subscribe %s.", story.Slug, late, story.Slug)), nil
	}
	return done(fmt.Sprintf("Updates of %s no longer come to this channel.%s To have them again: /subscribe %s.", story.Slug, late, story.Slug)), nil
}
