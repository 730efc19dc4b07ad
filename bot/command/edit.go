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
	story, changed, err := m.stories.Edit(ctx, r.act(), r.get("story"), e)
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed {
		return bot.Reply{Message: bot.Plainly(story.Slug + " reads so already; nothing was changed.")}, nil
	}
	reply := done(fmt.Sprintf("Changed %s. It reads so from now on:", story.Slug), followed(story)...)
	if e.Topics != nil && len(story.Topics) > 0 {
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

// lastWord reads what is published with a change of a story's state; ok is false for
// nothing. It was typed for this moment, so nobody asks whether it was said before.
func (r request) lastWord() (a stories.Append, ok bool) {
	a = stories.Append{Slug: r.get("story"), Text: r.get("text"), Again: true}
	return a, a.Text != ""
}

// verifyLastWord refuses a text that no update can have.
func (m *Mux) verifyLastWord(_ context.Context, r request) error {
	if a, ok := r.lastWord(); ok {
		return stories.CheckUpdateText(a.Text)
	}
	return nil
}

// close ends a story, after a last update if there is one.
func (m *Mux) close(ctx context.Context, r request) (bot.Reply, error) {
	var reply bot.Reply
	last, said := r.lastWord()
	if said {
		var err error
		if reply, err = m.publish(ctx, r.act(), last); err != nil {
			return bot.Reply{}, err
		}
	}
	story, changed, err := m.stories.Close(ctx, r.act(), r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed && !said {
		return bot.Reply{Message: bot.Plainly(story.Slug + " is closed already.")}, nil
	}
	return with(reply, fmt.Sprintf("Closed %s. It stays readable, and takes no more updates until /desk reopen %s.", story.Slug, story.Slug)), nil
}

// reopen takes up a closed story again, with an update if there is one.
func (m *Mux) reopen(ctx context.Context, r request) (bot.Reply, error) {
	first, said := r.lastWord()
	if said {
		if err := stories.CheckUpdateText(first.Text); err != nil {
			return bot.Reply{}, err
		}
	}
	story, changed, err := m.stories.Reopen(ctx, r.act(), r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed && !said {
		return bot.Reply{Message: bot.Plainly(story.Slug + " is not closed; it takes updates.")}, nil
	}
	if !said {
		return done(fmt.Sprintf("Reopened %s. It takes updates again: /update %s …", story.Slug, story.Slug)), nil
	}
	reply, err := m.publish(ctx, r.act(), first)
	if err != nil {
		return bot.Reply{}, err
	}
	return with(reply, fmt.Sprintf("Reopened %s.", story.Slug)), nil
}

// with is a reply below a sentence that stays while the reply follows its deliveries.
func with(reply bot.Reply, said string) bot.Reply {
	head := done(said)
	if len(reply.Message.Blocks) == 0 {
		return head
	}
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
