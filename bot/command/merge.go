package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// merging makes one story of two.
type merging struct {
	archive   Archive
	merger    Merger
	guard     *guard
	questions *questions
	refusing  *refusing
}

// merge asks before it makes one story of two.
func (m *merging) merge(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	if _, err := m.archive.Story(ctx, r.get("story")); err != nil {
		return bot.Reply{}, err
	}
	if _, err := m.archive.Story(ctx, r.get(intoArg)); err != nil {
		return m.nearTarget(ctx, r, err)
	}
	plan, err := m.merger.PlanMerge(ctx, r.User, r.get("story"), r.get(intoArg))
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: mergeQuestion(plan)}, nil
}

// nearTarget answers who names a story to merge into that is not there with those that
// may have been meant.
func (m *merging) nearTarget(ctx context.Context, r request, err error) (bot.Reply, error) {
	refusal := (*stories.Error)(nil)
	if !errors.As(err, &refusal) || refusal.Newest || len(refusal.Near) == 0 {
		return bot.Reply{}, err
	}
	var answers []answer
	for _, slug := range refusal.Near[:min(len(refusal.Near), maxNear)] {
		label, _ := bot.Cut("Merge into "+slug, maxLabel)
		answers = append(answers, answer{label, r.values.with(intoArg, slug)})
	}
	reply, failed := m.questions.question(ctx, r, refusal.Message+" Nothing was changed yet.", answers...)
	if failed != nil {
		return bot.Reply{}, err // what was not understood is said all the same
	}
	return m.refusing.withNear(ctx, reply, refusal), nil
}

// intoArg names the story that another goes on as.
const intoArg = "into"

// noun is an argument's name as a sentence takes it.
func noun(arg string) string {
	if arg == intoArg {
		return "story that it goes on as"
	}
	return arg
}

// mergeQuestion asks whether one story is to be made of two, and says what that does.
func mergeQuestion(plan stories.Merging) bot.Message {
	from, into := plan.From, plan.Into
	msg := bot.Message{Blocks: []bot.Block{
		bot.Para(bot.Bold(fmt.Sprintf("Merge %s into %s?", from.Slug, into.Slug))),
		mergeRow("From", from), mergeRow("Into", into),
	}}
	for _, line := range mergeLines(plan, false) {
		msg.Blocks = append(msg.Blocks, item(bot.Text(line)))
	}
	msg.Blocks = append(msg.Blocks,
		bot.Para(bot.Text(fmt.Sprintf("Nothing is posted again. %s and the numbers of its updates still lead to them. The headline, the summary and the topics are those of %s. This cannot be undone.", from.Slug, into.Slug))))
	label, _ := bot.Cut("Merge into "+into.Slug, maxLabel)
	yes := bot.NewButton(label, bot.ActionMerge, from.ID, into.ID)
	yes.Style = bot.Danger
	msg.Buttons = []bot.Button{yes}
	return msg
}

// mergeRoom is what a headline may take of the question, in Room units.
const mergeRoom = 200

// mergeRow is one of the two stories, by what it is about.
func mergeRow(side string, story stories.Story) bot.Block {
	headline, _ := bot.CutToRoom(bot.Headline(story), mergeRoom)
	return bot.Para(bot.Bold(side+": "), bot.Text(headline), bot.Text("\n"+story.Slug+" · "+string(story.State)+" · "+updatesWords(story.Updates)))
}

// mergeLines say what goes over, or has gone.
func mergeLines(plan stories.Merging, gone bool) (lines []string) {
	from, into, first := plan.From.Slug, plan.Into.Slug, plan.First()
	say := func(before, after string) string {
		if gone {
			return after
		}
		return before
	}
	switch {
	case plan.Updates == 1:
		lines = append(lines, fmt.Sprintf("Its update %s update %d of %s, in its place by time.", say("becomes", "is now"), first, into))
	case plan.Updates > 1:
		lines = append(lines, fmt.Sprintf("Its %s %s updates %d–%d of %s, in their places by time.", plural(plan.Updates, "update"), say("become", "are now"), first, first+plan.Updates-1, into))
	}
	if n := plan.Followers; n > 0 {
		line := fmt.Sprintf("%s %s %s, and %s %s instead, with the same options.", bot.PlacesWords(n, plan.DirectFollowers), say(oneOr(n, "follows", "follow"), "followed"), from, say("will follow", oneOr(n, "follows", "follow")), into)
		switch own := plan.Own; {
		case own == n:
			line = fmt.Sprintf("%s %s %s, and %s what was chosen there about %s.", bot.PlacesWords(n, plan.DirectFollowers), say(oneOr(n, "follows", "follow"), "followed"), from, oneOr(n, "keeps", "keep"), into)
		case own > 0:
			line += fmt.Sprintf(" %s of them %s what was chosen there about %s.", bot.Count(own), oneOr(own, "keeps", "keep"), into)
		}
		lines = append(lines, line)
	}
	if n := plan.Stopped; n > 0 {
		lines = append(lines, fmt.Sprintf("%s stopped %s, and %s nothing of %s either, unless it is followed there by itself.", bot.PlacesWords(n, plan.DirectStopped), from, say("will get", oneOr(n, "gets", "get")), into))
	}
	if lost := slices.DeleteFunc(slices.Clone(plan.From.Topics), func(topic string) bool { return slices.Contains(plan.Into.Topics, topic) }); len(lost) > 0 {
		lines = append(lines, fmt.Sprintf("%s does not have the %s %s: who follows %s and not the story %s no more of it.",
			into, oneOr(len(lost), "topic", "topics"), strings.Join(lost, ", "), oneOr(len(lost), "that", "one of them"), say("will get", "gets")))
	}
	if n := plan.Scheduled; n > 0 {
		lines = append(lines, fmt.Sprintf("%s of it %s scheduled, and %s out as %s.", plural(n, "update"), oneOr(n, "is", "are"), oneOr(n, "goes", "go"), oneOr(n, "one of "+into, "updates of "+into)))
	}
	if n := plan.Asked; n > 0 {
		lines = append(lines, fmt.Sprintf("%s of it %s for a decision: if %s published, it is as %s.", plural(n, "update"), oneOr(n, "waits", "wait"), oneOr(n, "it is", "they are"), oneOr(n, "one of "+into, "updates of "+into)))
	}
	if n := plan.Cards; n > 0 {
		lines = append(lines, fmt.Sprintf("%s of %s %s edited: %s %s what it goes on as.", plural(n, "posted card"), from, oneOr(n, "is", "are"), oneOr(n, "it", "they"), oneOr(n, "says", "say")))
	}
	return lines
}

// pressMerge makes one story of two, once its question was answered.
func (m *merging) pressMerge(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	done, err := m.merger.Merge(ctx, r.act(), args.Number(0), args.Number(1))
	if stories.CodeOf(err) == stories.CodeNotFound {
		return bot.Reply{}, errors.Join(bot.ErrOldButton, err)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if !done.Changed {
		return bot.Reply{Message: bot.Plainly(fmt.Sprintf("%s was merged into %s already; nothing was changed.", done.From.Slug, done.Into.Slug))}, nil
	}
	reply := bot.Reply{Message: bot.Message{Tone: bot.Success, Blocks: []bot.Block{
		bot.Para(bot.Text(fmt.Sprintf("Merged %s into %s. %s leads there from now on.", done.From.Slug, done.Into.Slug, done.From.Slug)))}}}
	for _, line := range mergeLines(done, true) {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Text(line)))
	}
	reply.Message.Buttons = []bot.Button{bot.NewButton("Timeline", bot.ActionTimeline, done.Into.ID)}
	return reply, nil
}

// mergeSaid is what the log says of a merge: detail is the slug that went, and how many
// updates and followers went over.
func mergeSaid(slug, detail string) string {
	parts := strings.Fields(detail)
	if len(parts) != 3 {
		return ""
	}
	updates, err := strconv.Atoi(parts[1])
	followers, failed := strconv.Atoi(parts[2])
	if err != nil || failed != nil {
		return ""
	}
	return fmt.Sprintf("merged %s into %s, with %s and %s", parts[0], slug, plural(updates, "update"), plural(followers, "follower"))
}
