package command

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// forming opens forms and takes them in.
type forming struct {
	kinds   *formKinds
	archive Archive
	drafts  Drafts
	rights  Rights
}

// openForm begins a draft and opens its form. A command that comes again opens the
// same one.
func (m *forming) openForm(ctx context.Context, r request, k formKind, d stories.Draft) (bot.Reply, error) {
	key := r.Key
	if key == "" {
		key = rand.Text()
	}
	d.ID = noteID(k.letter, key)
	d, err := m.drafts.OpenDraft(ctx, r.User, d)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.formReply(ctx, k, d, wholeForm, key)
}

// formID names a form of a draft as it stands, and apart from others of it: what is put
// into one does not take the place of what was put into another since. of tells what
// opened it; what comes again opens the same.
func formID(d stories.Draft, of string) string {
	return fmt.Sprintf("%sv%d%s", d.ID, d.Version, noteID("k", of)[:9])
}

// openedAs returns the draft and the version that a form was opened with.
func openedAs(form string) (id string, version int) {
	id, rest, _ := strings.Cut(form, "v")
	number, _, _ := strings.Cut(rest, "k")
	version, err := strconv.Atoi(number)
	if err != nil {
		return form, 0
	}
	return id, version
}

// formReply opens the form of a draft. of tells what asks for it.
func (m *forming) formReply(ctx context.Context, k formKind, d stories.Draft, part int, of string) (bot.Reply, error) {
	form, err := m.filled(ctx, k, d, part, of, nil)
	if err != nil {
		return bot.Reply{}, err
	}
	open := bot.NewWordButton("Open the form", bot.ActionForm, int64(part), d.ID)
	open.Style = bot.Primary
	msg := bot.Message{Blocks: []bot.Block{bot.Para(bot.Text(k.title + ": press the button to fill in the form. Only you see it."))}, Buttons: []bot.Button{open}}
	if part == slugForm {
		msg.Blocks = []bot.Block{bot.Para(bot.Text("Which story is it for? Nothing was posted yet; what you wrote is kept."))}
		msg.Buttons[0].Label = "Name the story"
		msg.Buttons = append(msg.Buttons, changeButtons(d)[1])
	}
	return bot.Reply{Form: form, Message: msg}, nil
}

// filled is the form of a draft with what it holds, and what is wrong with that.
func (m *forming) filled(ctx context.Context, k formKind, d stories.Draft, part int, of string, wrong problems) (*bot.Form, error) {
	fields, err := k.fields(ctx, d)
	if err != nil {
		return nil, err
	}
	form := &bot.Form{ID: formID(d, of), Title: k.title, Submit: "Preview", Fields: fields}
	if k.note != nil {
		form.Note = k.note(d)
	}
	if part == slugForm {
		form.Title, form.Fields = "Which story?", []bot.Field{slugField(d)}
	}
	for i, f := range form.Fields {
		form.Fields[i].Problem = wrong[f.Name]
	}
	return form, nil
}

// submit keeps what was put into a form, and shows what it makes. An errShown is one
// of what came after it was kept.
func (m *forming) submit(ctx context.Context, c bot.Command, in bot.Submission) (bot.Reply, error) {
	if err := m.rights.Require(ctx, c.User, stories.Moderator); err != nil {
		return bot.Reply{}, err
	}
	k, ok := m.kinds.of(in.ID)
	if !ok {
		return bot.Reply{}, stories.Errorf(stories.CodeReplaced, "This form is of another version of the bot, and nothing was changed. Type /desk write to open it again.")
	}
	id, version := openedAs(in.ID)
	d, err := m.drafts.Draft(ctx, c.User, id)
	if stories.CodeOf(err) == stories.CodeNotFound { // forgotten: what was typed is not
		d, err, version = stories.Draft{ID: noteID(k.letter, c.Key), Fields: map[string]string{pickField: pickAny}}, nil, 0
	}
	if err != nil {
		return bot.Reply{}, err
	}
	given := maps.Clone(d.Fields)
	if given == nil {
		given = map[string]string{}
	}
	for name, value := range bot.Gathered(in.Values) {
		if !slices.Contains(k.asks, name) {
			continue
		}
		given[name] = bot.Unfold(bot.Visible(strings.TrimSpace(value)), in.Mentions)
	}
	r := request{Command: c}
	if d.State == stories.DraftPosted || d.State == stories.DraftDiscarded {
		if maps.Equal(given, d.Fields) {
			return m.endedDraft(ctx, r, k, d)
		}
		d.ID, version = noteID(k.letter, c.Key), 0 // another one, of the same form
	}
	d.Fields, d.Version, d.Form = given, version, in.ID
	if err := k.settle(ctx, &d); err != nil {
		return bot.Reply{}, err
	}
	kept, err := m.drafts.SaveDraft(ctx, c.User, d)
	code := stories.CodeOf(err)
	switch code {
	case stories.CodeNotFound, stories.CodeExists, stories.CodeReplaced: // ended just now, never theirs, or changed since
		d.ID, d.Version = noteID(k.letter, c.Key), 0
		kept, err = m.drafts.SaveDraft(ctx, c.User, d)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	var reply bot.Reply
	if kept.Fields[storyField] == anotherStory {
		reply, err = m.formReply(ctx, k, kept, slugForm, c.Key)
	} else {
		reply, err = m.show(ctx, r, k, kept, true)
	}
	if err != nil {
		return reply, errShown{err}
	}
	reply.Kept = true
	if code == stories.CodeReplaced {
		reply.Message = headed(bot.Para(bot.Bold("This draft was changed meanwhile, by another press or on another device. "),
			bot.Text("It was left as it is, and what you wrote is kept as a draft of its own: /desk drafts lists both.")), reply.Message)
	}
	return reply, nil
}

// show shows a draft: what is wrong with it or, where nothing is, what it makes.
// Right after it was submitted its form says what is wrong where it can.
func (m *forming) show(ctx context.Context, r request, k formKind, d stories.Draft, submitted bool) (bot.Reply, error) {
	wrong, err := k.check(ctx, d)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(wrong) > 0 {
		return m.wrong(ctx, k, d, wrong, submitted)
	}
	if reply, asks, err := k.asked(ctx, d); asks || err != nil {
		return reply, err
	}
	r.User.Name = r.Asker.Name(ctx)
	msg, what, err := k.preview(ctx, r, d)
	if err != nil {
		return bot.Reply{}, err
	}
	msg.Blocks = append(msg.Blocks, bot.Para(append([]bot.Span{bot.Bold("Not posted yet. ")}, what...)...))
	post := postButton("Post", d, plainly)
	if k.letter == m.kinds.update.letter {
		if story, err := m.archive.StoryByID(ctx, d.StoryID); err == nil && story.State == stories.Closed {
			post = postButton("Reopen and post", d, reopened)
		}
	}
	msg.Buttons = slices.Concat([]bot.Button{post}, changeButtons(d), msg.Buttons)
	return bot.Reply{Message: msg, InPlace: true}, nil
}

// wrong says what is wrong with a draft, which is kept as it is.
func (m *forming) wrong(ctx context.Context, k formKind, d stories.Draft, wrong problems, submitted bool) (bot.Reply, error) {
	form, err := m.filled(ctx, k, d, wholeForm, d.Form, wrong)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := refused("Nothing was posted yet; what you wrote is kept.")
	for _, f := range form.Fields {
		if f.Problem != "" {
			reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Bold(f.Label+": "), bot.Text(f.Problem)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if form.Field(name) == nil {
			reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Text(wrong[name])))
		}
	}
	reply.Message.Buttons = changeButtons(d)
	reply.Message.Buttons[0].Style = bot.Primary
	if reply.InPlace = true; submitted && form.Refused() {
		reply.Form = form
	}
	return reply, nil
}

// What was said to a doubt when a draft is posted.
const (
	plainly  = iota
	again    // the same text was just posted, and is meant
	reopened // the story is closed, and to be taken up again
	reopenedAgain

	firstMeant // of what the draft's question asked, the first; the others follow
)

func postButton(label string, d stories.Draft, said int64) bot.Button {
	return bot.Button{Label: label, Style: bot.Primary, Action: bot.ActionPost, Arg: bot.Args{Numbers: []int64{int64(d.Version), said}, Word: d.ID}.String()}
}

// changeButtons are what else can be done with a draft.
func changeButtons(d stories.Draft) []bot.Button {
	discard := bot.NewWordButton("Discard", bot.ActionDiscard, int64(d.Version), d.ID)
	discard.Style = bot.Danger
	return []bot.Button{bot.NewWordButton("Change", bot.ActionForm, wholeForm, d.ID), discard}
}

// endedDraft answers what is done to a draft that was posted or discarded.
func (m *forming) endedDraft(ctx context.Context, r request, k formKind, d stories.Draft) (bot.Reply, error) {
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

// orWrong is wrong, unless there is an error.
func (m *forming) orWrong(ctx context.Context, k formKind, d stories.Draft, wrong problems, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	return m.wrong(ctx, k, d, wrong, false)
}

// post does what a draft is for, once: whoever asks under its key again is told what
// came of it.
func (m *forming) post(ctx context.Context, r request, k formKind, d stories.Draft) (bot.Reply, error) {
	if r.values == nil {
		r.values = values{}
	}
	r.User.Name = r.Asker.Name(ctx)
	r.Key, r.draft = "draft:"+d.ID, stories.DraftRef{ID: d.ID, Version: d.Version}
	reply, err := k.post(ctx, r, d)
	reply.InPlace = err == nil
	return reply, err
}

// repeatedDraft asks whether a draft is meant that says what was just posted.
func (m *forming) repeatedDraft(d stories.Draft, repeat *stories.Error, reopen bool) (bot.Reply, error) {
	said := int64(again)
	if reopen {
		said = reopenedAgain
	}
	reply := refused(repeat.Message + " Nothing was posted. Post it anyway?")
	reply.Message.Buttons = append([]bot.Button{postButton("Post it anyway", d, said)}, changeButtons(d)...)
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
