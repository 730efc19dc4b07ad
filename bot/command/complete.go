package command

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// completing suggests what is being typed.
type completing struct {
	log   *slog.Logger
	index Index
}

// Limits of suggestions: what every platform takes.
const (
	maxChoices     = 25
	maxChoiceLabel = 100
)

// Complete suggests values for the argument named arg of a command.
func (m *Mux) Complete(ctx context.Context, name, arg, typed string) (choices []bot.Choice) {
	defer func() {
		if cause := recover(); cause != nil {
			m.common.refusing.refusePanic(bot.Command{Input: bot.Options{Name: name}}, cause)
			choices = nil
		}
	}()
	entry := m.common.manual.named(strings.ToLower(strings.Trim(name, "/ ")))
	if entry == nil {
		return nil
	}
	i := slices.IndexFunc(entry.Args, func(a bot.Arg) bool { return a.Name == arg })
	if i < 0 {
		return nil
	}
	switch a := entry.Args[i]; {
	case len(a.Choices) > 0:
		return beginning(a.Choices, typed)
	case arg == targetArg.Name:
		return m.common.completing.completeTarget(ctx, typed)
	case entry.Name == subscribeName && a.Completes:
		return completeOption(arg, typed)
	case a.Completes:
		return m.common.completing.completeStory(ctx, typed, maxChoices)
	}
	return nil
}

// beginning are the choices that begin with typed.
func beginning(choices []bot.Choice, typed string) []bot.Choice {
	return slices.DeleteFunc(slices.Clone(choices), func(c bot.Choice) bool {
		return !strings.HasPrefix(c.Value, strings.ToLower(strings.TrimSpace(typed)))
	})
}

func (m *completing) completeStory(ctx context.Context, typed string, limit int) []bot.Choice {
	found, err := m.index.Suggest(ctx, typed, limit)
	if err != nil {
		m.log.Warn("no suggestions", "err", err)
		return nil
	}
	var choices []bot.Choice
	for _, story := range found {
		label, _ := bot.Cut(story.Slug+" — "+bot.Headline(story), maxChoiceLabel)
		choices = append(choices, bot.Choice{Value: story.Slug, Label: label})
	}
	return choices
}

// completeTarget suggests stories, topics and all.
func (m *completing) completeTarget(ctx context.Context, typed string) []bot.Choice {
	typed = strings.ToLower(strings.TrimSpace(typed))
	all := beginning([]bot.Choice{{Value: "all", Label: "all — every story"}}, typed)
	topics := beginning(topicTargets(m.topics(ctx)), typed)
	if strings.HasPrefix(typed, "topic:") {
		return topics[:min(len(topics), maxChoices)]
	}
	choices := m.completeStory(ctx, typed, maxChoices-len(all))
	topics = topics[:min(len(topics), maxChoices-len(all)-len(choices))]
	return slices.Concat(choices, topics, all)
}

// topics are all topics there are.
func (m *completing) topics(ctx context.Context) []string {
	known, err := m.index.Topics(ctx)
	if err != nil {
		m.log.Warn("topics were not looked up", "err", err)
	}
	return known
}

// topicTargets are topics as targets to choose from.
func topicTargets(topics []string) []bot.Choice {
	choices := make([]bot.Choice, 0, len(topics))
	for _, topic := range topics {
		target := stories.Target{Kind: stories.TargetTopic, Name: topic}.String()
		choices = append(choices, bot.Choice{Value: target, Label: target + " — every story on it"})
	}
	return choices
}
