package command

import (
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// wanted is the story that the request asks to track. Error: CodeInvalid.
func (r request) wanted() (stories.Story, error) {
	wanted := stories.Story{Headline: strings.TrimSpace(r.get("headline")), Summary: strings.TrimSpace(r.get("summary")), Slug: strings.ToLower(strings.TrimSpace(r.get("slug"))), Topics: topicsOf(r.values["topics"])}
	if err := stories.CheckHeadline(wanted.Headline); err != nil {
		return wanted, err
	}
	if wanted.Slug == "" {
		wanted.Slug = slugOf(wanted.Headline)
	} else if err := checkTypedSlug(wanted.Slug); err != nil {
		return wanted, err
	}
	return wanted, checkTopics(wanted.Topics, "For a story without topics leave topics: out.")
}

// verifyTrack refuses a story that Track would refuse.
func (m *editing) verifyTrack(ctx context.Context, r request) error {
	wanted, err := r.wanted()
	if err != nil {
		return err
	}
	if err := stories.CheckSummary(wanted.Summary); err != nil {
		return err
	}
	if _, err := stories.CheckTopics(wanted.Topics); err != nil {
		return err
	}
	_, err = m.archive.Story(ctx, wanted.Slug)
	switch stories.CodeOf(err) {
	case "":
		return m.finding.taken(ctx, wanted.Slug)
	case stories.CodeNotFound:
		return nil
	}
	return err
}

// track starts a story.
func (m *editing) track(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	wanted, err := r.wanted()
	if err != nil {
		return bot.Reply{}, err
	}
	known := m.completing.topics(ctx)
	story, err := m.editor.Track(ctx, r.act(), wanted)
	if stories.CodeOf(err) == stories.CodeExists {
		return bot.Reply{}, m.finding.taken(ctx, wanted.Slug)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	reply := done(fmt.Sprintf("Tracking %s.", story.Slug)+newTopics(story.Topics, known), followed(story)...)
	reply.Message.Blocks = append(reply.Message.Blocks,
		bot.Para(bot.Text("Its first update: "), bot.Code("/update "+story.Slug+" …")),
		bot.Para(bot.Text("To have its updates in a channel, type there: "), bot.Code("/subscribe "+story.Slug)))
	reply.Message.Buttons = []bot.Button{bot.NewButton("Follow here", bot.ActionFollow, story.ID)}
	return reply, nil
}
