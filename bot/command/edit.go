package command

import (
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// readEdit reads what is to change of a story. Errors: CodeInvalid.
func (r request) readEdit() (e stories.StoryEdit, err error) {
	if headline := r.get("headline"); headline != "" {
		e.Headline = &headline
	}
	if summary := r.get("summary"); summary != "" {
		e.Summary = &summary
	}
	if given := r.values["topics"]; len(given) > 0 {
		topics := topicsOf(given)
		for _, topic := range topics {
			if err := checkTopic(topic); err != nil {
				return e, err
			}
		}
		e.Topics = &topics
	}
	both := func(what string) error {
		return stories.Errorf(stories.CodeInvalid, "clear:%s takes away what %s: gives. Use one of the two.", what, what)
	}
	switch strings.ToLower(r.get("clear")) {
	case "summary":
		if e.Summary != nil {
			return e, both("summary")
		}
		e.Summary = new(string)
	case "topics":
		if e.Topics != nil {
			return e, both("topics")
		}
		e.Topics = new([]string)
	}
	return e, nil
}

// verifyEdit refuses an edit that would be refused whatever is there.
func (m *Mux) verifyEdit(_ context.Context, r request) error {
	e, err := r.readEdit()
	if err != nil {
		return err
	}
	return e.Check()
}

// edit changes a story's own words.
func (m *Mux) edit(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	e, err := r.readEdit()
	if err != nil {
		return bot.Reply{}, err
	}
	return m.editStory(ctx, r.act(), r.get("story"), e)
}

// editStory changes a story and shows how it reads.
func (m *Mux) editStory(ctx context.Context, act stories.Act, slug string, e stories.StoryEdit) (bot.Reply, error) {
	known := m.topics(ctx)
	story, changed, err := m.stories.Edit(ctx, act, slug, e)
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed {
		return bot.Reply{Message: bot.Plainly(story.Slug + " reads so already; nothing was changed.")}, nil
	}
	reply := done(fmt.Sprintf("Changed %s. It reads so from now on:", story.Slug), followed(story)...)
	if e.Topics != nil && len(story.Topics) > 0 {
		if said := newTopics(story.Topics, others(m.topics(ctx), story.Topics, known)); said != "" {
			reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text(strings.TrimSpace(said))))
		}
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("Its next updates go to whoever follows "+oneOr(len(story.Topics), "this topic", "one of these topics")+" then.")))
	}
	return reply, nil
}

// rename gives a story another slug.
func (m *Mux) rename(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	to := strings.ToLower(r.get("slug"))
	if err := checkTypedSlug(to); err != nil {
		return bot.Reply{}, err
	}
	before, err := m.stories.Story(ctx, r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	story, changed, err := m.stories.Rename(ctx, r.act(), before.Slug, to)
	if stories.CodeOf(err) == stories.CodeExists {
		if owner, failed := m.stories.Story(ctx, to); failed == nil && owner.ID == before.ID {
			return bot.Reply{}, err // it has it already, from a story that was merged into it
		}
		return bot.Reply{}, m.taken(ctx, to)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed {
		return bot.Reply{Message: bot.Plainly(fmt.Sprintf("%s is called so already.", story.Slug))}, nil
	}
	older := story.Aliases[len(story.Aliases)-1]
	return done(fmt.Sprintf("%s is called %s now. %s still leads to it, in commands and searches.", older, story.Slug, older)), nil
}

// close ends a story, after a last update if there is one.
func (m *Mux) close(ctx context.Context, r request) (bot.Reply, error) {
	if asked, ok, err := m.lastWordDoubt(ctx, r); ok || err != nil {
		return asked, err
	}
	told, err := m.stories.End(ctx, r.act(), r.get("story"), r.get("text"))
	if err != nil {
		return bot.Reply{}, err
	}
	story := told.Story
	if !told.Changed && told.Update.ID == 0 {
		return bot.Reply{Message: bot.Plainly(story.Slug + " is closed already.")}, nil
	}
	said := fmt.Sprintf("Closed %s. It stays readable, and takes no more updates until /desk reopen %s.", story.Slug, story.Slug)
	if n := told.Waiting; n > 0 {
		said += fmt.Sprintf(" %s of it %s scheduled: when the story is still closed at %s time, the desk is asked. /desk scheduled lists what waits.", plural(n, "update"), oneOr(n, "is", "are"), oneOr(n, "its", "their"))
	}
	return m.with(told, said), nil
}

// reopen takes up a closed story again, with an update if there is one.
func (m *Mux) reopen(ctx context.Context, r request) (bot.Reply, error) {
	if asked, ok, err := m.lastWordDoubt(ctx, r); ok || err != nil {
		return asked, err
	}
	told, err := m.stories.Begin(ctx, r.act(), r.get("story"), r.get("text"))
	if err != nil {
		return bot.Reply{}, err
	}
	slug := told.Story.Slug
	switch {
	case !told.Changed && told.Update.ID == 0:
		return bot.Reply{Message: bot.Plainly(slug + " is not closed; it takes updates.")}, nil
	case !told.Changed:
		return m.with(told, slug+" was not closed."), nil
	case told.Update.ID == 0:
		return done(fmt.Sprintf("Reopened %s. It takes updates again: /update %s …", slug, slug)), nil
	}
	return m.with(told, fmt.Sprintf("Reopened %s.", slug)), nil
}

// with is a sentence about a story, and the answer about the update that was published
// with it below, if there is one; the sentence stays while that follows its deliveries.
func (m *Mux) with(told stories.Told, said string) bot.Reply {
	head := done(said)
	if told.Update.ID == 0 {
		return head
	}
	reply := m.progress(published{story: told.Story, update: told.Update, zone: m.config.Zone}, told.Progress)
	add := func(m bot.Message) bot.Message {
		m.Blocks = append(head.Message.Blocks[:len(head.Message.Blocks):len(head.Message.Blocks)], m.Blocks...)
		return m
	}
	live := reply.Live
	reply.Message = add(reply.Message)
	if live != nil {
		reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
			m, ended, err := live(ctx)
			return add(m), ended, err
		}
	}
	return reply
}
