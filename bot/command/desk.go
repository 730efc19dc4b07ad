package command

import (
	"context"
	"fmt"
	"slices"
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

// here makes the channel the desk's.
func (m *running) here(ctx context.Context, r request) (bot.Reply, error) {
	if err := r.Asker.Posts(ctx); err != nil {
		return bot.Reply{}, err
	}
	desks, err := m.desk.Desks(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	if err := m.desk.SetDesk(ctx, r.act(), r.Where, r.Lane); err != nil {
		return bot.Reply{}, err
	}
	if slices.Contains(desks, r.Where) {
		return bot.Reply{Message: bot.Plainly(r.either("This channel", "This conversation") + " is the desk already.")}, nil
	}
	return done(r.either("This channel", "This conversation") + " is the desk now: alarms, failing channels and the progress of deliveries are posted here." + m.scheduling.askedHere(ctx, r.User)), nil
}
