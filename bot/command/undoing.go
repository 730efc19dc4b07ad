package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// undoing takes back what was posted or scheduled.
type undoing struct {
	kinds      *formKinds
	now        func() time.Time
	schedule   Schedule
	drafts     Drafts
	forming    *forming
	scheduling *scheduling
	timing     *timing
}

// undone is the answer to the author of an update who takes it back: it is a draft of
// theirs now, which nobody else sees.
func (m *undoing) undone(ctx context.Context, r request, s stories.Scheduled) (bot.Reply, error) {
	reply, err := m.redraft(ctx, r, s, "Taken back: nothing was published. ", "It is a draft now.")
	reply.InPlace = reply.InPlace || err == nil
	return reply, err
}

// pressRedraft makes what is scheduled a draft of who presses it, to be changed.
func (m *undoing) pressRedraft(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	s, err := m.schedule.One(ctx, r.User, args.Number(0))
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	first, rest := "It is not scheduled any more. ", "It is a draft of yours now: nothing of it goes out before you post it."
	if s.State == stories.ScheduleCancelled {
		first, rest = "It is a draft of yours now. ", "Nothing of it goes out before you post it."
	}
	reply, err := m.redraft(ctx, r, s, first, rest)
	reply.InPlace = false // others read the question that it is asked from
	return reply, err
}

// redraft makes s a draft of who asks for it, in one act with its end, and shows that
// below two sentences.
func (m *undoing) redraft(ctx context.Context, r request, s stories.Scheduled, first, rest string) (bot.Reply, error) {
	k := m.kinds.update
	d := stories.Draft{ID: noteID(k.letter, fmt.Sprintf("undone:%d", s.ID)), StoryID: s.Story.ID, Fields: m.typedOf(s)}
	if err := k.settle(ctx, &d); err != nil {
		return bot.Reply{}, err
	}
	s, err := m.schedule.Draft(ctx, r.act(), s.ID, d)
	if err != nil {
		return bot.Reply{}, oldScheduled(err)
	}
	if s.State != stories.ScheduleDrafted || s.EndedBy.Ref != r.User.Ref {
		return tooLate(m.scheduling.scheduledEnd(s)), nil
	}
	kept, err := m.drafts.Draft(ctx, r.User, d.ID)
	if stories.CodeOf(err) == stories.CodeNotFound { // forgotten, after a week
		return tooLate(m.scheduling.scheduledEnd(s)), nil
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if kept.State != stories.DraftBegun {
		return m.forming.endedDraft(ctx, r, k, kept)
	}
	reply, err := m.forming.show(ctx, r, k, kept, false)
	if err != nil { // it was taken back all the same
		m.scheduling.log.Warn("what was taken back could not be shown", "err", err)
		reply = bot.Reply{Message: bot.Message{Blocks: []bot.Block{bot.Para(bot.Text("It cannot be shown just now: /desk drafts lists it."))}}}
	}
	reply.Message = headed(bot.Para(bot.Bold(first), bot.Text(rest)), reply.Message)
	return reply, nil
}

// typedOf is a scheduled update as it would be put into its form: its time, too, as long
// as that lies ahead. What is overdue goes out when it is posted.
func (m *undoing) typedOf(s stories.Scheduled) map[string]string {
	u := s.Update
	fields := map[string]string{"text": u.Text, "level": u.Level.String(), "source": strings.Join(u.Sources, "\n"), "image": u.Picture.URL, "alt": u.Picture.Alt}
	if u.Marks.Standing == stories.Unverified {
		fields["unverified"] = "yes"
	}
	switch {
	case !u.At.IsZero():
		fields["at"] = m.timing.lasting(u.At)
	case !s.Undo && s.Due.After(m.now()):
		fields["at"] = m.timing.lasting(s.Due)
	}
	return fields
}

// pressCancel takes back what is scheduled.
func (m *undoing) pressCancel(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	s, err := m.schedule.One(ctx, r.User, args.Number(0))
	if err == nil && s.Undo && s.Update.Author.Ref == r.User.Ref {
		return m.undone(ctx, r, s)
	}
	if err == nil {
		s, err = m.schedule.Cancel(ctx, r.act(), s.ID)
	}
	switch {
	case err != nil:
		return bot.Reply{}, oldScheduled(err)
	case s.State == stories.SchedulePublished, s.State == stories.ScheduleDrafted:
		return tooLate(m.scheduling.scheduledEnd(s)), nil
	}
	return bot.Reply{Message: m.scheduling.scheduledEnd(s)}, nil
}
