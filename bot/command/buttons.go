package command

import (
	"context"
	"errors"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// press is what pressing a button does.
type press func(m *Mux, ctx context.Context, r request, args bot.Args) (bot.Reply, error)

// presses is what every entry of bot.Actions does.
func presses() map[bot.Action]press {
	return map[bot.Action]press{
		bot.ActionOpen:      (*Mux).pressOpen,
		bot.ActionShare:     (*Mux).pressShare,
		bot.ActionTimeline:  (*Mux).pressTimeline,
		bot.ActionRead:      (*Mux).pressRead,
		bot.ActionPage:      (*Mux).pressPage,
		bot.ActionFollow:    (*Mux).pressFollow,
		bot.ActionStop:      (*Mux).pressStop,
		bot.ActionAgain:     (*Mux).pressAgain,
		bot.ActionList:      (*Mux).pressList,
		bot.ActionChoose:    (*Mux).pressChoose,
		bot.ActionEnd:       (*Mux).pressEnd,
		bot.ActionPause:     (*Mux).pressPause,
		bot.ActionResume:    (*Mux).pressResume,
		bot.ActionAnswer:    (*Mux).pressAnswer,
		bot.ActionLog:       (*Mux).pressLog,
		bot.ActionSettle:    (*Mux).pressSettle,
		bot.ActionRelease:   (*Mux).pressRelease,
		bot.ActionStatus:    (*Mux).pressStatus,
		bot.ActionMember:    (*Mux).pressMember,
		bot.ActionMembers:   (*Mux).pressMembers,
		bot.ActionHistory:   (*Mux).pressHistory,
		bot.ActionPlan:      (*Mux).pressPlan,
		bot.ActionScheduled: (*Mux).pressScheduled,
		bot.ActionPublish:   (*Mux).pressPublish,
		bot.ActionCancel:    (*Mux).pressCancel,
		bot.ActionMerge:     (*Mux).pressMerge,
		bot.ActionForm:      (*Mux).pressForm,
		bot.ActionDraft:     (*Mux).pressDraft,
		bot.ActionPost:      (*Mux).pressPost,
		bot.ActionDiscard:   (*Mux).pressDiscard,
	}
}

// press answers a pressed button.
func (m *Mux) press(ctx context.Context, c bot.Command, pressed bot.Press) (bot.Reply, error) {
	spec, _ := bot.SpecOf(pressed.Action)
	args, err := pressed.Args()
	if err == nil {
		if spec.Changes {
			c.User.Name = c.Asker.Name(ctx)
		}
		var reply bot.Reply
		if reply, err = m.presses[spec.Action](m, ctx, request{Command: c}, args); err == nil {
			return reply, nil
		}
	}
	if errors.Is(err, bot.ErrOldButton) {
		return refused("This button is from an older message and no longer works; nothing was changed. Type " + spec.Instead + " instead."), nil
	}
	return bot.Reply{}, err
}

// storyByID finds the story a button is about. Error: bot.ErrOldButton when it
// is gone.
func (m *Mux) storyByID(ctx context.Context, id int64) (stories.Story, error) {
	story, err := m.stories.StoryByID(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return story, bot.ErrOldButton
	}
	return story, err
}

// note reads what a button's question put aside. Error: bot.ErrOldButton once
// it is gone.
func (m *Mux) note(ctx context.Context, id string) (string, error) {
	text, err := m.stories.Note(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return "", bot.ErrOldButton
	}
	return text, err
}

func (m *Mux) pressOpen(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.card(ctx, r, story.Slug, false)
}

// sharesAMinute is how many stories a person may show to a channel in a minute.
const sharesAMinute = 5

func (m *Mux) pressShare(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	if err := m.stories.Allow(ctx, r.User, "share a story", sharesAMinute, time.Minute); err != nil {
		return bot.Reply{}, err
	}
	return m.card(ctx, r, story.Slug, true)
}

func (m *Mux) pressTimeline(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	before := int(args.Number(1))
	if story.ID != args.Number(0) { // it was merged since, and its pages are others now
		before = 0
	}
	return m.timeline(ctx, r.User, story, before)
}

func (m *Mux) pressRead(ctx context.Context, _ request, args bot.Args) (bot.Reply, error) {
	story, err := m.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.readUpdate(ctx, story, args.Number(0), int(args.Number(1)), int(args.Number(2)))
}

func (m *Mux) pressPage(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	query, err := m.unpackQuery(ctx, args.Word)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.listStories(ctx, r.User, "", query, int(args.Number(0)))
}
