package command

import (
	"context"
	"fmt"
	"time"

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
	return bot.Reply{Message: renderTimeline(story, updates, m.stories.Now())}, nil
}

// renderTimeline is one page of the timeline, newest first.
func renderTimeline(story stories.Story, updates []stories.Update, now time.Time) bot.Message {
	if len(updates) == 0 {
		none := noUpdates(story)
		if story.Updates > 0 {
			none = "nothing older than this"
		}
		return bot.Message{Blocks: []bot.Block{bot.Para(bot.Bold(story.Slug), bot.Text(" · "+string(story.State)+" · "+none))}}
	}
	newest, oldest := updates[0], updates[len(updates)-1]
	first := bot.Para(bot.Bold("Timeline of "+story.Slug), bot.Text(fmt.Sprintf(" · %s · %s", rangeWords(newest.Number, oldest.Number, story.Updates), story.State)))
	m := bot.Message{Blocks: append([]bot.Block{first}, updateRows(updates, now, answerRoom-roomOf(first), 0)...)}
	m.Buttons = historyButtons(updates)
	if newest.Number < story.Updates {
		m.Buttons = append(m.Buttons, bot.NewButton("Newer", bot.ActionTimeline, story.ID, int64(newest.Number+timelinePage+1)))
	}
	if oldest.Number > 1 {
		m.Buttons = append(m.Buttons, bot.NewButton("Older", bot.ActionTimeline, story.ID, int64(oldest.Number)))
	}
	return m
}
