package command

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// The fields of a revision's draft that are in its form only where its update is named
// there, or never.
const (
	numberField = "number" // the update's number in the draft's story
	ofField     = "of"     // which update the draft is based on, where that is named in the form
	overField   = "over"   // the number of the wording that its author has seen
	besideField = "beside" // says, while it is shown, that what is posted beside the copies is
)

// newestForm and more is the whole form, based anew on the wording of this number.
const newestForm = slugForm + 1

// revisionForm is the form of a correction or a fix.
func revisionForm(kind stories.RevisionKind) formKind {
	k := formKind{
		letter: "c", title: "Correct an update", begin: "/desk correct",
		asks:   []string{storyField, numberField, "text", "reason", "source"},
		settle: (*Mux).settleRevision, question: (*Mux).askRevisedSince,
		fields: func(m *Mux, ctx context.Context, d stories.Draft) ([]bot.Field, error) {
			return m.revisionFields(ctx, kind, d)
		},
		note: func(m *Mux, ctx context.Context, d stories.Draft) string { return m.revisionNote(ctx, kind, d) },
		check: func(m *Mux, ctx context.Context, d stories.Draft) (problems, error) {
			return m.checkRevision(ctx, kind, d)
		},
		preview: func(m *Mux, ctx context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
			return m.previewRevision(ctx, r, kind, d)
		},
		post: func(m *Mux, ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
			return m.postRevision(ctx, r, kind, d)
		},
		line: func(m *Mux, ctx context.Context, d stories.Draft) string { return m.revisionLine(ctx, kind, d) },
	}
	if kind == stories.Fix {
		k.letter, k.title, k.begin = "f", "Mend a slip", "/desk fix"
		k.asks = []string{storyField, numberField, "text", "source"}
	}
	return k
}

// reviseInForm opens the form with what the update says now, and what was given already.
func (m *Mux) reviseInForm(ctx context.Context, r request) (bot.Reply, error) {
	v := revising{slug: r.get("story"), Rewording: stories.Rewording{Kind: revisionCommands[r.command.Name]}}
	var err error
	if v.number, err = r.number(); err != nil {
		return bot.Reply{}, err
	}
	story, err := m.stories.Story(ctx, v.slug)
	if err != nil {
		return bot.Reply{}, err
	}
	u, err := m.stories.Update(ctx, story.ID, v.number)
	if err != nil {
		return bot.Reply{}, m.revisionError(ctx, r.User, v, err)
	}
	if err := final(u); err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{StoryID: story.ID, Fields: map[string]string{numberField: strconv.Itoa(u.Number)}}
	for _, name := range []string{"text", "reason", "source"} {
		if given := strings.Join(r.values[name], "\n"); given != "" {
			d.Fields[name] = given
		}
	}
	baseOn(&d, u)
	return m.openForm(ctx, r, revisionForm(v.Kind), d)
}

// final refuses to revise what was withdrawn.
func final(u stories.Update) error {
	if u.Marks.Standing != stories.Withdrawn {
		return nil
	}
	_, err := u.Revise(stories.Rewording{Kind: stories.Fix}, u.CreatedAt)
	return err
}

// baseOn makes what u says now what the author of a draft has seen: what they left
// alone reads so from now on, and what they wrote stays.
func baseOn(d *stories.Draft, u stories.Update) {
	for name, says := range map[string]string{"text": strings.TrimSpace(bot.Visible(u.Text)), "source": strings.Join(u.Sources, "\n")} {
		is, given := d.Fields[name]
		if was, seen := d.Fields[wasField+name]; !given || seen && is == was {
			d.Fields[name] = says
		}
		d.Fields[wasField+name] = says
	}
	d.Fields[overField] = strconv.Itoa(u.Revision)
}

// settleRevision finds the update that was named in the form.
func (m *Mux) settleRevision(ctx context.Context, d *stories.Draft) error {
	if d.Fields[pickField] == "" {
		return nil
	}
	if err := m.settleStory(ctx, d); err != nil || d.StoryID == 0 {
		return err
	}
	_, u, err := m.revisedBy(ctx, *d)
	if err != nil && !inWords(err) {
		return err
	}
	if of := strconv.FormatInt(u.ID, 10); err == nil && d.Fields[ofField] != of {
		delete(d.Fields, wasField+"text")
		delete(d.Fields, wasField+"source")
		baseOn(d, u)
		d.Fields[ofField] = of
	}
	return nil
}

// revisedBy is the update that a draft revises, in its story as that is now. Errors are
// those of Update, CodeInvalid where no number is given.
func (m *Mux) revisedBy(ctx context.Context, d stories.Draft) (story stories.Story, u stories.Update, err error) {
	if story, err = m.stories.StoryByID(ctx, d.StoryID); err != nil {
		return story, u, err
	}
	typed := strings.TrimPrefix(strings.TrimSpace(d.Fields[numberField]), "#")
	number, err := strconv.Atoi(typed)
	if err != nil || number < 1 {
		return story, u, stories.Errorf(stories.CodeInvalid, "Give the update's number, such as 3. /story %s shows them.", story.Slug)
	}
	u, err = m.stories.Update(ctx, d.StoryID, number)
	if stories.CodeOf(err) == stories.CodeNotFound {
		err = noUpdate(story, number)
	}
	return story, u, err
}

func (m *Mux) revisionFields(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (fields []bot.Field, err error) {
	if d.Fields[pickField] != "" {
		picker, err := m.picker(ctx, d)
		if err != nil {
			return nil, err
		}
		fields = append(fields, picker, bot.Field{Name: numberField, Label: "Update", Hint: "Its number, such as 3", Required: true, Limit: numberArg.MaxLength, Value: d.Fields[numberField]})
	}
	fields = append(fields, bot.Field{Name: "text", Label: "What it is to say", Kind: bot.TextField, Required: true, Limit: stories.MaxUpdateText, Value: d.Fields["text"]})
	if kind == stories.Correction {
		fields = append(fields, bot.Field{Name: "reason", Label: "What was wrong", Hint: "Readers see it, in the copies and in CORRECTION", Limit: stories.MaxReason, Value: d.Fields["reason"]})
	}
	return append(fields, sourcesField(d)), nil
}

// revisionNote says above the fields what they are about.
func (m *Mux) revisionNote(ctx context.Context, kind stories.RevisionKind, d stories.Draft) string {
	story, u, err := m.revisedBy(ctx, d)
	if err != nil {
		return ""
	}
	does := "Every copy is edited, and CORRECTION is posted beside it."
	if kind == stories.Fix {
		does = "Every copy is edited, and nobody is told."
	}
	return fmt.Sprintf("Update %d of %s. %s", u.Number, story.Slug, does)
}

// rewordingOf is what the author of a draft changed. What it says of the sources is
// checked by checkRevision.
func rewordingOf(kind stories.RevisionKind, d stories.Draft) (w stories.Rewording, err error) {
	w = stories.Rewording{Kind: kind, Reason: d.Fields["reason"]}
	if text := d.Fields["text"]; text != d.Fields[wasField+"text"] {
		w.Text = text
	}
	if d.Fields["source"] != d.Fields[wasField+"source"] {
		if w.Sources, err = updateRequest(d).sources(); w.Sources == nil {
			w.Sources = []string{} // they are taken away
		}
	}
	if over, failed := strconv.Atoi(d.Fields[overField]); failed == nil {
		w.Over = &over
	}
	return w, err
}

// checkRevision says what Revise would refuse of a draft, but that somebody else was
// first.
func (m *Mux) checkRevision(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (problems, error) {
	wrong := problems{}
	if d.StoryID == 0 {
		return wrong, wrong.add(storyField, m.unpicked(ctx, d.Fields[storyField]))
	}
	_, u, err := m.revisedBy(ctx, d)
	if err != nil {
		return wrong, wrong.add(numberField, err)
	}
	if err := final(u); err != nil {
		return wrong, wrong.add("nothing", err)
	}
	text := stories.CheckUpdateText(strings.TrimSpace(d.Fields["text"]))
	if d.Fields["text"] == "" {
		text = stories.Errorf(stories.CodeInvalid, "Write what it is to say.")
	}
	w, sourceErr := rewordingOf(kind, d)
	w.Over = nil
	for _, c := range []struct {
		field string
		err   error
	}{
		{"text", text}, {"reason", stories.CheckReason(w.Reason)},
		{"source", cmp.Or(sourceErr, stories.Append{Text: "some text", Sources: w.Sources}.Check(m.stories.Now()))},
	} {
		if err := wrong.add(c.field, c.err); err != nil {
			return nil, err
		}
	}
	if len(wrong) > 0 {
		return wrong, nil
	}
	_, err = u.Revise(w, m.stories.Now())
	return wrong, wrong.add("nothing", err)
}

// askRevisedSince says that an update was revised since the author of a draft has seen
// it, and by whom; false when it was not. That it was withdrawn is a problem of its own.
func (m *Mux) askRevisedSince(ctx context.Context, d stories.Draft) (bot.Reply, bool, error) {
	story, u, err := m.revisedBy(ctx, d)
	if err != nil || u.Marks.Standing == stories.Withdrawn || strconv.Itoa(u.Revision) == d.Fields[overField] {
		return bot.Reply{}, false, err
	}
	reply := refused(fmt.Sprintf("Update %d of %s was revised since you saw it. Nothing was posted; what you wrote is kept.", u.Number, story.Slug))
	made, err := m.stories.History(ctx, u.ID, 1)
	if err != nil {
		return bot.Reply{}, false, err
	}
	for i := range made {
		reply.Message.Blocks = append(reply.Message.Blocks, m.historyRow(made, i, m.stories.Now())...)
	}
	reply.Message.Buttons = changeButtons(d)
	reply.Message.Buttons[0] = bot.NewWordButton("Change", bot.ActionForm, newestForm+int64(u.Revision), d.ID)
	reply.Message.Buttons[0].Style = bot.Primary
	reply.InPlace = true
	return reply, true, nil
}

// basedAnew is a draft once its author has seen the wording of this number.
func (m *Mux) basedAnew(ctx context.Context, r request, d stories.Draft, seen int64) (stories.Draft, error) {
	_, u, err := m.revisedBy(ctx, d)
	if err != nil || int64(u.Revision) != seen {
		return d, err // there is a newer one: its author is told when it is submitted
	}
	baseOn(&d, u)
	return m.stories.SaveDraft(ctx, r.User, d)
}

// drafted is what a draft asks to be done.
func (m *Mux) drafted(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (v revising, err error) {
	story, u, err := m.revisedBy(ctx, d)
	if err != nil {
		return v, err
	}
	v = revising{slug: story.Slug, number: u.Number}
	v.Rewording, err = rewordingOf(kind, d)
	return v, err
}

// postRevision revises the update as a draft has it.
func (m *Mux) postRevision(ctx context.Context, r request, kind stories.RevisionKind, d stories.Draft) (bot.Reply, error) {
	v, err := m.drafted(ctx, kind, d)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.carryOutRevision(ctx, r.act(), v)
}

// revisionLine names a draft of a revision in a list.
func (m *Mux) revisionLine(ctx context.Context, kind stories.RevisionKind, d stories.Draft) string {
	what := "a correction of "
	if kind == stories.Fix {
		what = "a slip mended in "
	}
	about := "an update"
	if story, u, err := m.revisedBy(ctx, d); err == nil {
		about = fmt.Sprintf("%s, update %d", story.Slug, u.Number)
	}
	return what + about + ": " + d.Fields["text"]
}
