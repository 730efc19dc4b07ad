package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// editing starts, changes and ends stories.
type editing struct {
	schedule   Schedule
	undo       time.Duration
	zone       *time.Location
	archive    Archive
	editor     Editor
	completing *completing
	finding    *finding
	guard      *guard
	publishing *publishing
	questions  *questions
}

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
		if err := checkTopics(topics, "To take its topics away: clear:topics."); err != nil {
			return e, err
		}
		e.Topics = &topics
	}
	switch strings.ToLower(r.get("clear")) {
	case "summary":
		if e.Summary != nil {
			return e, clearsAndGives("summary")
		}
		e.Summary = new(string)
	case "topics":
		if e.Topics != nil {
			return e, clearsAndGives("topics")
		}
		e.Topics = new([]string)
	}
	return e, nil
}

// verifyEdit refuses an edit that would be refused whatever is there.
func (m *editing) verifyEdit(_ context.Context, r request) error {
	e, err := r.readEdit()
	if err != nil {
		return err
	}
	return e.Check()
}

// edit changes a story's own words.
func (m *editing) edit(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	e, err := r.readEdit()
	if err != nil {
		return bot.Reply{}, err
	}
	return m.editStory(ctx, r.act(), r.get("story"), e)
}

// editStory changes a story and shows how it reads.
func (m *editing) editStory(ctx context.Context, act stories.Act, slug string, e stories.StoryEdit) (bot.Reply, error) {
	known := m.completing.topics(ctx)
	told, err := m.editor.Edit(ctx, act, slug, e)
	if err != nil {
		return bot.Reply{}, err
	}
	story := told.Story
	if !told.Changed {
		return bot.Reply{Message: bot.Plainly(story.Slug + " reads so already; nothing was changed.")}, nil
	}
	reply := done(fmt.Sprintf("Changed %s.%s It reads so from now on:", story.Slug, cardsFollow(told.Cards)), followed(story)...)
	if e.Topics != nil && len(story.Topics) > 0 {
		if said := newTopics(story.Topics, others(m.completing.topics(ctx), story.Topics, known)); said != "" {
			reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text(strings.TrimSpace(said))))
		}
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("Its next updates go to whoever follows "+oneOr(len(story.Topics), "this topic", "one of these topics")+" then.")))
	}
	return reply, nil
}

// rename gives a story another slug.
func (m *editing) rename(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	to := strings.ToLower(r.get("slug"))
	if err := checkTypedSlug(to); err != nil {
		return bot.Reply{}, unnamed(err)
	}
	before, err := m.archive.Story(ctx, r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	told, err := m.editor.Rename(ctx, r.act(), before.Slug, to)
	story := told.Story
	if stories.CodeOf(err) == stories.CodeExists {
		if owner, failed := m.archive.Story(ctx, to); failed == nil && owner.ID == before.ID {
			return bot.Reply{}, err // it has it already, from a story that was merged into it
		}
		return bot.Reply{}, unnamed(m.finding.taken(ctx, to))
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if !told.Changed {
		return bot.Reply{Message: bot.Plainly(fmt.Sprintf("%s is called so already.", story.Slug))}, nil
	}
	older := story.Aliases[len(story.Aliases)-1]
	return done(fmt.Sprintf("%s is called %s now. %s still leads to it, in commands and searches.%s", older, story.Slug, older, cardsFollow(told.Cards))), nil
}

// unnamed is a refusal of a slug in the words of a command where no name stands before it.
func unnamed(err error) error {
	if refusal, ok := err.(*stories.Error); ok {
		return stories.Errorf(refusal.Code, "%s", strings.ReplaceAll(refusal.Message, " "+slugArg+":", " "))
	}
	return err
}

// close ends a story, after a last update if there is one.
func (m *editing) close(ctx context.Context, r request) (bot.Reply, error) {
	told, err := m.editor.End(ctx, r.act(), r.get("story"), r.get("text"))
	if err != nil {
		return bot.Reply{}, err
	}
	story := told.Story
	if !told.Changed && told.Update.ID == 0 {
		return bot.Reply{Message: bot.Plainly(story.Slug + " is closed already.")}, nil
	}
	said := m.atOnce(told) + fmt.Sprintf("Closed %s. It stays readable, and takes no more updates until /desk reopen %s.%s", story.Slug, story.Slug, cardsFollow(told.Cards))
	return m.with(told, said+stillPlanned(told)), nil
}

// stillPlanned says, as sentences behind others, which updates of a story that was closed
// are not published yet; "" for none.
func stillPlanned(told stories.Told) (said string) {
	if n := told.Waiting; n > 0 {
		said += fmt.Sprintf(" %s of it %s scheduled: when the story is still closed at %s time, the desk is asked.", plural(n, "update"), oneOr(n, "is", "are"), oneOr(n, "its", "their"))
	}
	if n := told.Asked; n > 0 {
		said += fmt.Sprintf(" %s of it %s for a decision: %s time is over.", plural(n, "update"), oneOr(n, "waits", "wait"), oneOr(n, "its", "their"))
	}
	if said != "" {
		said += " /desk scheduled lists what waits."
	}
	return said
}

// reopen takes up a closed story again, with an update if there is one.
func (m *editing) reopen(ctx context.Context, r request) (bot.Reply, error) {
	if asked, ok, err := m.openDoubt(ctx, r); ok || err != nil {
		return asked, err
	}
	told, err := m.editor.Begin(ctx, r.act(), r.get("story"), r.get("text"))
	if err != nil {
		return bot.Reply{}, err
	}
	slug := told.Story.Slug
	switch {
	case !told.Changed && told.Update.ID == 0:
		return bot.Reply{Message: bot.Plainly(slug + " is not closed; it takes updates.")}, nil
	case !told.Changed:
		return m.with(told, m.atOnce(told)+slug+" was open already."), nil
	case told.Update.ID == 0:
		return done(fmt.Sprintf("Reopened %s.%s It takes updates again: /update %s …", slug, cardsFollow(told.Cards), slug)), nil
	}
	return m.with(told, m.atOnce(told)+fmt.Sprintf("Reopened %s.%s", slug, cardsFollow(told.Cards))), nil
}

// atOnce says, where updates can be undone for a while, that what a story ends or begins
// again with cannot: the two are one act.
func (m *editing) atOnce(told stories.Told) string {
	if m.undo == 0 || told.Update.ID == 0 {
		return ""
	}
	return fmt.Sprintf("It went out at once, with no time to undo it. If it is wrong: /desk withdraw %s %d. ", told.Story.Slug, told.Update.Number)
}

// openDoubt asks what becomes of the text that is to be published as a story is taken up
// again that is open. ok is false when there is nothing to ask.
func (m *editing) openDoubt(ctx context.Context, r request) (reply bot.Reply, ok bool, err error) {
	if r.get("text") == "" || r.get(whileOpen) != "" {
		return reply, false, nil
	}
	story, err := m.archive.Story(ctx, r.get("story"))
	if err != nil || story.State == stories.Closed {
		return reply, false, err
	}
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return reply, false, err
	}
	if _, _, done, err := m.schedule.Added(ctx, r.Key); done || err != nil {
		return reply, false, err // it comes again, and opened it then
	}
	reply, err = m.questions.question(ctx, r, story.Slug+" is open already, so there is nothing to reopen. Nothing was published yet. Publish the text as its next update?", answer{"Publish it", r.values.with(whileOpen, "yes")})
	reply.Message.Blocks = append(reply.Message.Blocks, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(excerpt(r.get("text")))}})
	return reply, true, err
}

// whileOpen is what the answer to that adds to what was typed, as anyway is.
const whileOpen = "open"

// with is the answer about the update that was published with a change of a story, if
// there is one, and a sentence about the story below: what was published comes first.
func (m *editing) with(told stories.Told, said string) bot.Reply {
	head := done(said)
	if told.Update.ID == 0 {
		return head
	}
	reply := m.publishing.progress(published{story: told.Story, update: told.Update, zone: m.zone}, told.Progress)
	return below(reply, head.Message.Blocks...)
}

// below is an answer about an update with more below what was published, also while it
// follows the deliveries.
func below(reply bot.Reply, more ...bot.Block) bot.Reply {
	add := func(m bot.Message) bot.Message {
		m.Blocks = slices.Insert(slices.Clone(m.Blocks), min(2, len(m.Blocks)), more...) // its progress comes last
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

// verifyLastWord refuses a text that no update can have.
func (m *editing) verifyLastWord(_ context.Context, r request) error {
	if text := r.get("text"); text != "" {
		return stories.CheckUpdateText(text)
	}
	return nil
}
