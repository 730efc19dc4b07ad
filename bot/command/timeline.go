package command

import (
	"context"
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// timelinePage is how many updates a page of the timeline shows.
const timelinePage = 5

// timeline shows a story's updates with numbers below before, newest first; 0
// is the newest page.
func (m *Mux) timeline(ctx context.Context, reader stories.User, story stories.Story, before int) (bot.Reply, error) {
	updates, err := m.stories.Timeline(ctx, story.ID, before, timelinePage)
	if err != nil {
		return bot.Reply{}, err
	}
	if before == 0 && len(updates) > 0 {
		m.markSeen(ctx, reader, story)
	}
	return bot.Reply{Message: renderTimeline(story, updates)}, nil
}

// renderTimeline is one page of the timeline, newest first. Where it spans
// several days each day has a heading.
func renderTimeline(story stories.Story, updates []stories.Update) bot.Message {
	m := bot.Message{Title: bot.Headline(story)}
	if len(updates) == 0 {
		m.Blocks = []bot.Block{small(bot.Text(standing(story))), bot.Para(bot.Text("No updates here."))}
		return m
	}
	newest, oldest := updates[0], updates[len(updates)-1]
	line := standing(story)
	if len(updates) < story.Updates {
		line += " · " + shownRange(newest.Number, oldest.Number)
	}
	m.Blocks = []bot.Block{small(bot.Text(line))}
	days := day(newest) != day(oldest)
	var cut []stories.Update
	for i, u := range updates {
		if days && (i == 0 || day(u) != day(updates[i-1])) {
			m.Blocks = append(m.Blocks, heading(day(u)))
		}
		blocks := updateBlocks(story, u, answerText/timelinePage)
		m.Blocks = append(m.Blocks, blocks...)
		if _, was := bot.CutToRoom(bot.Clean(u.Text), mostText); was {
			cut = append(cut, u)
		}
	}
	if newest.Number < story.Updates {
		m.Buttons = append(m.Buttons, bot.NewButton("Newer", bot.ActionTimeline, story.ID, int64(newest.Number+timelinePage+1)))
	}
	if oldest.Number > 1 {
		m.Buttons = append(m.Buttons, bot.NewButton("Older", bot.ActionTimeline, story.ID, int64(oldest.Number)))
	}
	for _, u := range cut[:min(len(cut), maxButtons-len(m.Buttons))] {
		m.Buttons = append(m.Buttons, bot.ReadButton(fmt.Sprintf("Read update %d", u.Number), u))
	}
	return m
}

// maxButtons is how many buttons a message has room for.
const maxButtons = 5

// day is the day of an update as a heading. The day is UTC's, and says so: the
// reader's own is shown beside each update.
func day(u stories.Update) string { return u.At.UTC().Format("2 January 2006") + " (UTC)" }

func shownRange(newest, oldest int) string {
	if newest == oldest {
		return fmt.Sprintf("this is %d", newest)
	}
	return fmt.Sprintf("these are %d to %d", newest, oldest)
}
