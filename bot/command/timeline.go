package command

import (
	"context"
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// timelinePage is how many updates a page of the timeline shows.
const timelinePage = 5

// timeline shows a story's updates in the places below before, newest first; 0
// is the newest page.
func (m *showing) timeline(ctx context.Context, r request, story stories.Story, before int) (bot.Reply, error) {
	top := story.Updates
	if before > 0 {
		top = before - 1
	}
	updates, err := m.archive.Timeline(ctx, story.ID, top+1, timelinePage)
	if err != nil {
		return bot.Reply{}, err
	}
	if before == 0 && len(updates) > 0 {
		m.markSeen(ctx, r.User, story)
	}
	return bot.Reply{Message: renderTimeline(story, updates, min(top, story.Updates), calendarOf(ctx, r, m.now()))}, nil
}

// renderTimeline is one page of the timeline, newest first, the first in place top.
// Places follow each other; the numbers of a story that another was merged into may not.
func renderTimeline(story stories.Story, updates []stories.Update, top int, days calendar) bot.Message {
	if len(updates) == 0 {
		none := noUpdates(story)
		if story.Updates > 0 {
			none = "nothing older than this"
		}
		return bot.Message{Blocks: []bot.Block{bot.Para(bot.Bold(story.Slug), bot.Text(" · "+string(story.State)+" · "+none))}}
	}
	bottom := top - len(updates) + 1
	first := bot.Para(bot.Bold("Timeline of "+story.Slug), bot.Text(fmt.Sprintf(" · %s · %s", whichOf(story, updates, top), story.State)))
	m := bot.Message{Blocks: append([]bot.Block{first}, days.rows(updates, answerRoom-roomOf(first))...)}
	m.Buttons = historyButtons(updates)
	if top < story.Updates {
		m.Buttons = append(m.Buttons, bot.NewButton("Newer", bot.ActionTimeline, story.ID, int64(top+timelinePage+1)))
	}
	if bottom > 1 {
		m.Buttons = append(m.Buttons, bot.NewButton("Older", bot.ActionTimeline, story.ID, int64(bottom)))
	}
	return m
}

// whichOf tells which of a story's updates a page shows, the first of them in place top.
// Where a story was merged into it places are no numbers: then they are counted from the
// newest, so that nobody takes the one for the other.
func whichOf(story stories.Story, updates []stories.Update, top int) string {
	for i, u := range updates {
		if u.Number == top-i {
			continue
		}
		if top == story.Updates {
			return fmt.Sprintf("newest %s of %s", bot.Count(len(updates)), bot.Count(story.Updates))
		}
		newer := story.Updates - top
		return fmt.Sprintf("%s behind the newest %s, of %s", bot.Count(len(updates)), bot.Count(newer), bot.Count(story.Updates))
	}
	return rangeWords(top, top-len(updates)+1, story.Updates)
}
