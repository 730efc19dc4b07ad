package command

import (
	"context"
	"errors"

	"storybot/bot"
	"storybot/stories"
)

// posting posts what a form holds.
type posting struct {
	kinds   *formKinds
	drafts  Drafts
	rights  Rights
	forming *forming
	timing  *timing
}

// draftOf finds the draft that a button is about, for a moderator whose it is.
// Error: bot.ErrOldButton once it is forgotten, and for anybody else's.
func (m *posting) draftOf(ctx context.Context, r request, args bot.Args) (k formKind, d stories.Draft, err error) {
	if err := m.rights.Require(ctx, r.User, stories.Moderator); err != nil {
		return k, d, err
	}
	k, ok := m.kinds.of(args.Word)
	if !ok {
		return k, d, bot.ErrOldButton
	}
	d, err = m.drafts.Draft(ctx, r.User, args.Word)
	if stories.CodeOf(err) == stories.CodeNotFound {
		err = bot.ErrOldButton
	}
	return k, d, err
}

// pressForm opens the form of a draft.
func (m *posting) pressForm(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	if d.State == stories.DraftPosted || d.State == stories.DraftDiscarded {
		return m.forming.endedDraft(ctx, r, k, d)
	}
	part := args.Number(0)
	if part >= newestForm && k.anew != nil {
		if d, err = k.anew(ctx, r, d, part-newestForm); err != nil {
			return bot.Reply{}, err
		}
		part = wholeForm
	}
	return m.forming.formReply(ctx, k, d, int(part), r.Key)
}

// pressDraft shows a draft.
func (m *posting) pressDraft(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	if d.State == stories.DraftPosted || d.State == stories.DraftDiscarded {
		return m.forming.endedDraft(ctx, r, k, d)
	}
	if len(args.Numbers) > 1 { // from one side of its preview to the other
		if args.Number(1) > 0 {
			d.Fields[besideField] = "yes"
		}
		return m.forming.show(ctx, r, k, d, false)
	}
	reply, err := m.forming.show(ctx, r, k, d, false)
	reply.InPlace = false // the list that it was opened from stays
	return reply, err
}

// notShown shows a draft that is another than the one whose button was pressed, below a
// sentence that says what was not done.
func (m *posting) notShown(ctx context.Context, r request, k formKind, d stories.Draft, undone string) (bot.Reply, error) {
	reply, err := m.forming.show(ctx, r, k, d, false)
	reply.Message = headed(bot.Para(bot.Bold("This is not what was shown here: you changed it since. "), bot.Text(undone)), reply.Message)
	reply.Failed = true
	return reply, err
}

// pressDiscard gives a draft up, as it was shown.
func (m *posting) pressDiscard(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	changed, err := m.drafts.DiscardDraft(ctx, r.User, d.ID, int(args.Number(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed {
		if d, err = m.drafts.Draft(ctx, r.User, d.ID); err != nil {
			return bot.Reply{}, err
		}
		if d.State != stories.DraftPosted && d.State != stories.DraftDiscarded {
			return m.notShown(ctx, r, k, d, "Nothing was discarded.")
		}
		return m.forming.endedDraft(ctx, r, k, d)
	}
	reply := done("Discarded. Nothing was posted.")
	reply.InPlace = args.Number(0) > 0 // what is shown there is over; a list goes on
	return reply, nil
}

// pressPost posts a draft as it was shown.
func (m *posting) pressPost(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	r.reopen = args.Number(1) == reopened || args.Number(1) == reopenedAgain
	switch {
	case d.State == stories.DraftDiscarded:
		return m.forming.endedDraft(ctx, r, k, d)
	case d.State == stories.DraftPosted && int64(d.Version) == args.Number(0):
		return m.forming.post(ctx, r, k, d)
	case d.State == stories.DraftPosted:
		return m.forming.endedDraft(ctx, r, k, d)
	case args.Number(1) >= firstMeant:
		return m.timing.chooseTime(ctx, r, k, d, args.Number(1)-firstMeant)
	case int64(d.Version) != args.Number(0):
		return m.notShown(ctx, r, k, d, "Nothing was posted.")
	}
	if reply, asks, err := k.asked(ctx, d); asks || err != nil {
		return reply, err
	}
	r.values = values{}
	if args.Number(1) == again || args.Number(1) == reopenedAgain {
		r.values["again"] = []string{"yes"}
	}
	reply, err := m.forming.post(ctx, r, k, d)
	refusal := (*stories.Error)(nil)
	if !errors.As(err, &refusal) {
		return reply, err
	}
	switch refusal.Code {
	case stories.CodeClosed:
		return closedDraft(d, refusal), nil
	case stories.CodeConfirm:
		return m.forming.repeatedDraft(d, refusal, r.reopen)
	case stories.CodeInvalid, stories.CodeExists:
		if wrong, err := k.check(ctx, d); err != nil || len(wrong) > 0 {
			return m.forming.orWrong(ctx, k, d, wrong, err)
		}
		if asked, asks, err := k.asked(ctx, d); asks || err != nil {
			return asked, err
		}
	}
	return reply, err
}

// closedDraft says that the story of a draft was closed meanwhile.
func closedDraft(d stories.Draft, refusal *stories.Error) bot.Reply {
	reply := refused(refusal.Message + " Nothing was posted; your draft is kept.")
	reply.Message.Buttons = append([]bot.Button{postButton("Reopen and post", d, reopened)}, changeButtons(d)...)
	reply.InPlace = true
	return reply
}
