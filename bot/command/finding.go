package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"storybot/bot"
	"storybot/stories"
	"strings"
)

// finding finds what a command or button names.
type finding struct {
	log      *slog.Logger
	archive  Archive
	merger   Merger
	refusing *refusing
}

// storyByID finds the story a button is about. Error: bot.ErrOldButton when it
// is gone.
func (m *finding) storyByID(ctx context.Context, id int64) (stories.Story, error) {
	story, err := m.archive.StoryByID(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return story, bot.ErrOldButton
	}
	return story, err
}

// taken is the refusal of a slug that a story has, with one that is free.
func (m *finding) taken(ctx context.Context, slug string) error {
	story, err := m.archive.Story(ctx, slug)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("%s is the slug of “%s” already.", slug, bot.Headline(story))
	if story.Slug != slug {
		message = fmt.Sprintf("%s is an older slug of %s, “%s”, and leads to that.", slug, story.Slug, bot.Headline(story))
	}
	for n := 2; n < 100; n++ {
		free := fmt.Sprintf("%s-%d", slug[:min(len(slug), stories.MaxSlug-3)], n)
		if _, err := m.archive.Story(ctx, free); stories.CodeOf(err) == stories.CodeNotFound {
			message += fmt.Sprintf(" Free is, for example, slug:%s.", free)
			break
		} else if err != nil {
			return err
		}
	}
	return stories.Errorf(stories.CodeExists, "%s", message)
}

// openStory finds a story that takes updates. Errors as of Story, and CodeClosed.
func (m *finding) openStory(ctx context.Context, slug string) (stories.Story, error) {
	story, err := m.archive.Story(ctx, slug)
	if err == nil && story.State == stories.Closed {
		err = stories.Errorf(stories.CodeClosed, "%s is closed. Take it up again first: /desk reopen %s.", story.Slug, story.Slug)
	}
	return story, err
}

// leadsTo says, above what is shown of a story, that the slug by which it was asked for
// is an older one of it, or one of a story that was merged into it; none otherwise.
func (m *finding) leadsTo(ctx context.Context, typed string, story stories.Story) []bot.Block {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if !slices.Contains(story.Aliases, typed) {
		return nil
	}
	said := fmt.Sprintf("%s is called %s now.", typed, story.Slug)
	switch _, merged, err := m.merger.Formerly(ctx, typed); {
	case err != nil:
		m.log.Debug("whether a slug is of a merged story was not found out", "slug", typed, "err", err)
		said = fmt.Sprintf("%s leads to %s now.", typed, story.Slug)
	case merged:
		said = fmt.Sprintf("%s was merged into %s.", typed, story.Slug)
	}
	return []bot.Block{small(bot.Text(said))}
}

// updateOf finds an update as somebody names it.
func (m *finding) updateOf(ctx context.Context, slug string, number int) (stories.Story, stories.Update, stories.Former, error) {
	story, u, was, err := m.archive.UpdateOf(ctx, slug, number)
	if stories.CodeOf(err) == stories.CodeNotFound && story.ID != 0 {
		err = noUpdate(story, number)
	}
	return story, u, was, err
}

// nearUpdate answers who asks for an update of a story there is not, which err says:
// the rows of the stories that may have been meant open that update, where they have it.
func (m *finding) nearUpdate(ctx context.Context, r request, err error) (bot.Reply, error) {
	refusal := (*stories.Error)(nil)
	number, wrong := r.number()
	if !errors.As(err, &refusal) || refusal.Code != stories.CodeNotFound || refusal.Newest || wrong != nil {
		return bot.Reply{}, err
	}
	reply := m.refusing.refuseNear(ctx, err, refusal)
	for i, b := range reply.Message.Blocks {
		if b.Button == nil {
			continue
		}
		opens, err := bot.Press{Action: b.Button.Action, Arg: b.Button.Arg}.Args()
		if err != nil {
			return bot.Reply{}, err
		}
		story, err := m.storyByID(ctx, opens.Number(0))
		if err != nil || number > story.Updates {
			continue // it opens the story
		}
		label, _ := bot.Cut(story.Slug, bot.RowLabel-len(fmt.Sprintf(" %d", number)))
		open := bot.ReadButton(fmt.Sprintf("%s %d", label, number), stories.Update{StoryID: story.ID, Number: number})
		reply.Message.Blocks[i].Button = &open
	}
	return reply, nil
}
