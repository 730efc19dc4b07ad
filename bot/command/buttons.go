package command

import (
	"context"
	"errors"
	"time"

	"storybot/bot"
)

// press is what pressing a button does.
type press func(ctx context.Context, r request, args bot.Args) (bot.Reply, error)

// presses is what every entry of bot.Actions does.
func presses(f *families) map[bot.Action]press {
	return map[bot.Action]press{
		bot.ActionOpen:      f.readers.showing.pressOpen,
		bot.ActionShare:     f.readers.showing.pressShare,
		bot.ActionTimeline:  f.readers.showing.pressTimeline,
		bot.ActionRead:      f.readers.showing.pressRead,
		bot.ActionPage:      f.readers.listing.pressPage,
		bot.ActionCatchUp:   f.readers.catching.pressCatchUp,
		bot.ActionHome:      f.readers.lobby.pressHome,
		bot.ActionFollow:    f.readers.joining.pressFollow,
		bot.ActionStop:      f.readers.leaving.pressStop,
		bot.ActionAgain:     f.readers.leaving.pressAgain,
		bot.ActionList:      f.readers.follows.pressList,
		bot.ActionChoose:    f.readers.follows.pressChoose,
		bot.ActionEnd:       f.readers.changing.pressEnd,
		bot.ActionPause:     f.readers.changing.pressPause,
		bot.ActionResume:    f.readers.changing.pressResume,
		bot.ActionTest:      f.readers.trying.pressTest,
		bot.ActionAnswer:    f.common.doubts.pressAnswer,
		bot.ActionLog:       f.desks.logging.pressLog,
		bot.ActionSettle:    f.desks.running.pressSettle,
		bot.ActionRelease:   f.desks.running.pressRelease,
		bot.ActionStatus:    f.desks.running.pressStatus,
		bot.ActionMember:    f.desks.staffing.pressMember,
		bot.ActionMembers:   f.desks.staffing.pressMembers,
		bot.ActionHistory:   f.writers.recalling.pressHistory,
		bot.ActionPlan:      f.writers.scheduling.pressPlan,
		bot.ActionScheduled: f.writers.scheduling.pressScheduled,
		bot.ActionPublish:   f.writers.scheduling.pressPublish,
		bot.ActionCancel:    f.forms.undoing.pressCancel,
		bot.ActionRedraft:   f.forms.undoing.pressRedraft,
		bot.ActionDesk:      f.desks.running.pressDesk,
		bot.ActionForget:    f.desks.forgetting.pressForget,
		bot.ActionRemove:    f.writers.removing.pressRemove,
		bot.ActionMerge:     f.writers.merging.pressMerge,
		bot.ActionWhy:       f.readers.explaining.pressWhy,
		bot.ActionForm:      f.forms.posting.pressForm,
		bot.ActionDraft:     f.forms.posting.pressDraft,
		bot.ActionPost:      f.forms.posting.pressPost,
		bot.ActionDiscard:   f.forms.posting.pressDiscard,
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
		if reply, err = m.presses[spec.Action](ctx, request{Command: c}.meant(ctx, m.readers.joining.following, pressed.Action, args), args); err == nil {
			return reply, nil
		}
	}
	if errors.Is(err, bot.ErrOldButton) {
		return refused("This button is from an older message and no longer works; nothing was changed. Type " + spec.Instead + " instead."), nil
	}
	return bot.Reply{}, err
}

func (m *showing) pressOpen(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.card(ctx, r, story.Slug, false)
}

// sharesAMinute is how many stories a person may show to a channel in a minute.
const sharesAMinute = 5

func (m *showing) pressShare(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	if err := m.notes.Allow(ctx, r.User, "share a story", sharesAMinute, time.Minute); err != nil {
		return bot.Reply{}, err
	}
	return m.card(ctx, r, story.Slug, true)
}

func (m *showing) pressTimeline(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	before := int(args.Number(1))
	if story.ID != args.Number(0) { // it was merged since, and its pages are others now
		before = 0
	}
	reply, err := m.timeline(ctx, r, story, before)
	reply.InPlace = err == nil && len(args.Numbers) > 1 // a page of a timeline turns into another
	return reply, err
}

func (m *showing) pressRead(ctx context.Context, _ request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.readUpdate(ctx, story, args.Number(0), int(args.Number(1)), int(args.Number(2)))
}

func (m *listing) pressPage(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	query, err := m.unpackQuery(ctx, args.Word)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.listStories(ctx, r.User, "", query, int(args.Number(0)))
}
