package command

import (
	"context"
	"errors"
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// removing removes stories that nobody was sent anything of.
type removing struct {
	editor Editor
}

// remove asks before it removes a story.
func (m *removing) remove(ctx context.Context, r request) (bot.Reply, error) {
	plan, err := m.editor.PlanRemove(ctx, r.User, r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	headline, _ := bot.CutToRoom(bot.Headline(plan.Story), mergeRoom)
	msg := bot.Message{Blocks: []bot.Block{
		bot.Para(bot.Bold("Remove " + plan.Story.Slug + "?")),
		bot.Para(bot.Text(headline + "\n" + plan.Story.Slug + " · " + string(plan.Story.State) + " · " + updatesWords(plan.Story.Updates))),
	}}
	for _, line := range removalLines(plan, false) {
		msg.Blocks = append(msg.Blocks, item(bot.Text(line)))
	}
	msg.Blocks = append(msg.Blocks, bot.Para(bot.Text("Nothing of it was delivered. It goes with its updates, and its slug is free then. This cannot be undone.")))
	yes := bot.NewButton("Remove it", bot.ActionRemove, plan.Story.ID)
	yes.Style = bot.Danger
	msg.Buttons = []bot.Button{yes}
	return bot.Reply{Message: msg}, nil
}

// removalLines say what goes with a story, or has gone.
func removalLines(r stories.Removal, gone bool) (lines []string) {
	follow, ends := oneOr(r.Followers, "follows", "follow"), oneOr(r.Followers, "ends", "end")
	if gone {
		follow, ends = "followed", oneOr(r.Followers, "has ended", "have ended")
	}
	if n := r.Followers; n > 0 {
		lines = append(lines, fmt.Sprintf("%s %s it: %s subscription%s %s.", bot.PlacesWords(n, r.Direct), follow, oneOr(n, "that", "these"), oneOr(n, "", "s"), ends))
	}
	if n := r.Scheduled; n > 0 {
		lines = append(lines, fmt.Sprintf("%s of it that %s scheduled will not be published.", plural(n, "update"), oneOr(n, "is", "are")))
	}
	return lines
}

// pressRemove removes a story, once its question was answered.
func (m *removing) pressRemove(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	done, err := m.editor.Remove(ctx, r.act(), args.Number(0))
	if stories.CodeOf(err) == stories.CodeNotFound {
		return bot.Reply{}, errors.Join(bot.ErrOldButton, err)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if !done.Changed {
		return bot.Reply{Message: bot.Plainly(done.Story.Slug + " was removed already; nothing was changed.")}, nil
	}
	reply := bot.Reply{Message: bot.Message{Tone: bot.Success, Blocks: []bot.Block{
		bot.Para(bot.Text("Removed " + done.Story.Slug + ". The slug is free."))}}}
	for _, line := range removalLines(done, true) {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Text(line)))
	}
	return reply, nil
}
