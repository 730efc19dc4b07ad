package command

import (
	"context"
	"errors"
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// draftOf finds the draft that a button is about, for a moderator whose it is.
// Error: bot.ErrOldButton once it is forgotten, and for anybody else's.
func (m *Mux) draftOf(ctx context.Context, r request, args bot.Args) (k formKind, d stories.Draft, err error) {
	if err := m.stories.Require(ctx, r.User, stories.Moderator); err != nil {
		return k, d, err
	}
	k, ok := formOf(args.Word)
	if !ok {
		return k, d, bot.ErrOldButton
	}
	d, err = m.stories.Draft(ctx, r.User, args.Word)
	if stories.CodeOf(err) == stories.CodeNotFound {
		err = bot.ErrOldButton
	}
	return k, d, err
}

// pressForm opens the form of a draft.
func (m *Mux) pressForm(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	if d.State == stories.DraftPosted || d.State == stories.DraftDiscarded {
		return m.endedDraft(ctx, r, k, d)
	}
	return m.formReply(ctx, k, d, int(args.Number(0)), nil)
}

// pressDraft shows a draft.
func (m *Mux) pressDraft(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	if d.State == stories.DraftPosted || d.State == stories.DraftDiscarded {
		return m.endedDraft(ctx, r, k, d)
	}
	reply, err := m.show(ctx, r, k, d, false)
	reply.InPlace = false // the list that it was opened from stays
	return reply, err
}

// pressDiscard gives a draft up.
func (m *Mux) pressDiscard(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	changed, err := m.stories.DiscardDraft(ctx, r.User, d.ID)
	if err != nil {
		return bot.Reply{}, err
	}
	if !changed {
		if d, err = m.stories.Draft(ctx, r.User, d.ID); err != nil {
			return bot.Reply{}, err
		}
		return m.endedDraft(ctx, r, k, d)
	}
	reply := done("Discarded. Nothing was posted.")
	reply.InPlace = args.Number(0) > 0 // what is shown there is over; a list goes on
	return reply, nil
}

// endedDraft answers what is done to a draft that was posted or discarded.
func (m *Mux) endedDraft(ctx context.Context, r request, k formKind, d stories.Draft) (bot.Reply, error) {
	if d.State == stories.DraftDiscarded {
		return refused("This was discarded; nothing was posted. " + k.begin + " begins another."), nil
	}
	reply, err := m.post(ctx, r, k, d) // under the same key: it says what came of it
	if err != nil {
		return refused("This was posted already; nothing was changed."), nil
	}
	first := bot.Para(bot.Bold("This was posted already."))
	reply.Message = headed(first, reply.Message)
	if live := reply.Live; live != nil {
		reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
			later, done, err := live(ctx)
			return headed(first, later), done, err
		}
	}
	return reply, nil
}

// pressPost posts a draft as it was shown.
func (m *Mux) pressPost(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	k, d, err := m.draftOf(ctx, r, args)
	if err != nil {
		return bot.Reply{}, err
	}
	switch {
	case d.State == stories.DraftDiscarded:
		return m.endedDraft(ctx, r, k, d)
	case d.State == stories.DraftPosted && int64(d.Version) == args.Number(0):
		return m.post(ctx, r, k, d)
	case d.State == stories.DraftPosted:
		return m.endedDraft(ctx, r, k, d)
	case args.Number(1) >= firstMeant:
		return m.chooseTime(ctx, r, k, d, args.Number(1)-firstMeant)
	case int64(d.Version) != args.Number(0):
		reply, err := m.show(ctx, r, k, d, false)
		reply.Message = headed(bot.Para(bot.Bold("This is not what was shown here: you changed it since. "), bot.Text("Nothing was posted.")), reply.Message)
		reply.Failed = true
		return reply, err
	}
	if k.question != nil {
		if reply, asks := k.question(m, d); asks {
			return reply, nil
		}
	}
	r.values = values{}
	switch args.Number(1) {
	case again:
		r.values["again"] = []string{"yes"}
	case reopened:
		story, err := m.stories.StoryByID(ctx, d.StoryID)
		if err != nil {
			return bot.Reply{}, err
		}
		if _, err := m.stories.Begin(ctx, r.act(), story.Slug, ""); err != nil {
			return bot.Reply{}, err
		}
	}
	reply, err := m.post(ctx, r, k, d)
	refusal := (*stories.Error)(nil)
	if !errors.As(err, &refusal) {
		return reply, err
	}
	switch refusal.Code {
	case stories.CodeClosed:
		return closedDraft(d, refusal), nil
	case stories.CodeConfirm:
		return m.repeatedDraft(ctx, d, refusal)
	case stories.CodeInvalid, stories.CodeExists:
		if wrong, err := k.check(m, ctx, d); err != nil || len(wrong) > 0 {
			return m.orWrong(ctx, k, d, wrong, err)
		}
	}
	return reply, err
}

// orWrong is wrong, unless there is an error.
func (m *Mux) orWrong(ctx context.Context, k formKind, d stories.Draft, wrong problems, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	return m.wrong(ctx, k, d, wrong, false)
}

// post does what a draft is for, once: whoever asks under its key again is told what
// came of it.
func (m *Mux) post(ctx context.Context, r request, k formKind, d stories.Draft) (bot.Reply, error) {
	if r.values == nil {
		r.values = values{}
	}
	r.User.Name = r.Asker.Name(ctx)
	r.Key, r.draft = "draft:"+d.ID, stories.DraftRef{ID: d.ID, Version: d.Version}
	reply, err := k.post(m, ctx, r, d)
	reply.InPlace = err == nil
	return reply, err
}

// closedDraft says that the story of a draft was closed meanwhile.
func closedDraft(d stories.Draft, refusal *stories.Error) bot.Reply {
	reply := refused(refusal.Message + " Nothing was posted; your draft is kept.")
	reply.Message.Buttons = append([]bot.Button{postButton("Reopen and post", d, reopened)}, changeButtons(d)...)
	reply.InPlace = true
	return reply
}

// repeatedDraft asks whether a draft is meant that says what was just posted.
func (m *Mux) repeatedDraft(ctx context.Context, d stories.Draft, repeat *stories.Error) (bot.Reply, error) {
	reply := refused(repeat.Message + " Nothing was posted. Post it anyway?")
	reply.Message.Buttons = append([]bot.Button{postButton("Post it anyway", d, again)}, changeButtons(d)...)
	reply.InPlace = true
	if like := repeat.Like; like != nil {
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(excerpt(like.Text))}})
		if like.Number == 0 { // it waits for its time
			reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Code("/desk scheduled"), bot.Text(" lists what goes out later.")))
			return reply, nil
		}
		reply.Message.Buttons = append(reply.Message.Buttons, bot.ReadButton(fmt.Sprintf("Show update %d", like.Number), *like))
	}
	return reply, nil
}
