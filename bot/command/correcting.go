package command

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// correcting is the form of a correction.
type correcting struct {
	kinds     *formKinds
	now       func() time.Time
	archive   Archive
	drafts    Drafts
	reviser   Reviser
	amending  *amending
	forming   *forming
	recalling *recalling
}

// The fields of a draft of a revision that are in no form.
const (
	updateField = "update" // the story's id and the update's number, as they were when the form was opened
	overField   = "over"   // the number of the wording that its author has seen
	besideField = "beside" // says, while it is shown, that what is posted beside the copies is
)

// newestForm and more is the whole form, based anew on the wording of this number or, of
// a story, with this mark.
const newestForm = slugForm + 1

// correctForm is the form of a correction.
func correctForm(m *families) formKind {
	k := revisionForm(m, stories.Correction)
	k.letter, k.title, k.begin, k.asks = "c", "Correct an update", "/desk correct", []string{"text", "reason", "source"}
	return k
}

// fixForm is the form that mends a slip of the pen.
func fixForm(m *families) formKind {
	k := revisionForm(m, stories.Fix)
	k.letter, k.title, k.begin, k.asks = "f", "Mend a slip", "/desk fix", []string{"text", "source"}
	return k
}

// revisionForm is what the forms of both have in common.
func revisionForm(m *families, kind stories.RevisionKind) formKind {
	return formKind{
		fields: func(ctx context.Context, d stories.Draft) ([]bot.Field, error) {
			return revisionFields(kind, d), nil
		},
		settle:   func(context.Context, *stories.Draft) error { return nil }, // its command named all there is to know
		question: m.forms.correcting.askRevisedSince,
		anew:     m.forms.correcting.basedAnew,
		check: func(ctx context.Context, d stories.Draft) (problems, error) {
			return m.forms.correcting.checkRevisionDraft(ctx, kind, d)
		},
		preview: func(ctx context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
			return m.forms.correcting.previewRevision(ctx, r, kind, d)
		},
		post: func(ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
			return m.forms.correcting.postRevision(ctx, r, kind, d)
		},
		line: func(ctx context.Context, d stories.Draft) string {
			what := "a correction of "
			if kind == stories.Fix {
				what = "a slip in "
			}
			if u, err := m.forms.correcting.revisedBy(ctx, d); err == nil { // it is listed all the same
				d.StoryID = u.StoryID
				what += fmt.Sprintf("update %d of ", u.Number)
			}
			return what + cmp.Or(m.forms.updating.storyName(ctx, d), "a story") + ": " + d.Fields["text"]
		},
	}
}

// correctInForm and fixInForm open the form with what the update says now, and what
// was given already.
func (m *correcting) correctInForm(ctx context.Context, r request) (bot.Reply, error) {
	return m.reviseInForm(ctx, r, m.kinds.correct)
}

func (m *correcting) fixInForm(ctx context.Context, r request) (bot.Reply, error) {
	return m.reviseInForm(ctx, r, m.kinds.fix)
}

func (m *correcting) reviseInForm(ctx context.Context, r request, k formKind) (bot.Reply, error) {
	v, err := r.revising()
	if err != nil {
		return bot.Reply{}, err
	}
	story, u, err := m.toRevise(ctx, r.User, v)
	if err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{StoryID: story.ID, Fields: map[string]string{updateField: fmt.Sprintf("%d/%d", u.StoryID, u.Number)}}
	given := maps.Clone(r.values)
	delete(given, storyArg.Name)
	delete(given, numberArg.Name)
	delete(given, anyway)
	for name, values := range given {
		d.Fields[name] = strings.Join(values, "\n")
	}
	if strings.EqualFold(r.get("clear"), "source") {
		d.Fields["source"] = ""
	}
	baseOn(&d, u)
	return m.forming.openForm(ctx, r, k, d)
}

// toRevise finds the update that is to be revised, and refuses one that cannot be.
func (m *correcting) toRevise(ctx context.Context, by stories.User, v revising) (stories.Story, stories.Update, error) {
	story, u, _, err := m.archive.UpdateOf(ctx, v.slug, v.number)
	if err != nil {
		return story, u, m.amending.revisionError(ctx, by, v, err)
	}
	if u.Marks.Standing == stories.Withdrawn { // that is final
		_, err = u.Revise(stories.Rewording{Kind: v.Kind}, m.now())
	}
	return story, u, err
}

// baseOn makes what u says now what the author of a draft has seen: what they left
// alone reads so from now on, and what they wrote stays.
func baseOn(d *stories.Draft, u stories.Update) {
	for name, says := range map[string]string{"text": u.Text, "source": strings.Join(u.Sources, "\n")} {
		says = strings.TrimSpace(bot.Visible(says))
		is, given := d.Fields[name]
		if was, seen := d.Fields[wasField+name]; !given || seen && is == was {
			d.Fields[name] = says
		}
		d.Fields[wasField+name] = says
	}
	d.Fields[overField] = strconv.Itoa(u.Revision)
}

// revisionFields are the fields of a revision's form.
func revisionFields(kind stories.RevisionKind, d stories.Draft) []bot.Field {
	fields := []bot.Field{{Name: "text", Label: "What it is to say", Kind: bot.TextField, Required: true, Limit: stories.MaxUpdateText, Value: d.Fields["text"]}}
	if kind == stories.Correction {
		fields = append(fields, bot.Field{Name: "reason", Label: "What was wrong", Kind: bot.TextField, Hint: "Readers see it", Limit: stories.MaxReason, Value: d.Fields["reason"]})
	}
	return append(fields, sourceField(d))
}

// revisedBy is the update that a draft revises.
func (m *correcting) revisedBy(ctx context.Context, d stories.Draft) (stories.Update, error) {
	story, number, ok := strings.Cut(d.Fields[updateField], "/")
	id, err := strconv.ParseInt(story, 10, 64)
	n, numberErr := strconv.Atoi(number)
	if !ok || err != nil || numberErr != nil {
		return stories.Update{}, stories.Errorf(stories.CodeNotFound, "Which update this was for is forgotten, since the form was opened so long ago. Copy what you wrote, and open the form again.")
	}
	return m.archive.Update(ctx, id, n)
}

// revisingOf is a draft as what it asks for.
func (m *correcting) revisingOf(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (v revising, err error) {
	u, err := m.revisedBy(ctx, d)
	if err != nil {
		return v, err
	}
	story, err := m.archive.StoryByID(ctx, u.StoryID)
	if err != nil {
		return v, err
	}
	v = revising{slug: story.Slug, number: u.Number, Rewording: stories.Rewording{Kind: kind}}
	if text := d.Fields["text"]; text != d.Fields[wasField+"text"] {
		v.Text = text
	}
	if kind == stories.Correction {
		v.Reason = d.Fields["reason"]
	}
	if over, err := strconv.Atoi(d.Fields[overField]); err == nil {
		v.Over = &over
	}
	if v.Picture, err = updateRequest(d).repicture(); err != nil { // of no field: it was given when the form was asked for
		return v, err
	}
	if was, ok := d.Fields[wasField+"source"]; ok && was == d.Fields["source"] {
		return v, nil
	}
	if v.Sources, err = updateRequest(d).sources(); err == nil && v.Sources == nil {
		v.Sources = []string{} // they are taken away
	}
	return v, err
}

// checkRevisionDraft says what Revise would refuse of a draft.
func (m *correcting) checkRevisionDraft(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (problems, error) {
	wrong := problems{}
	text := stories.CheckUpdateText(strings.TrimSpace(d.Fields["text"]))
	if d.Fields["text"] == "" {
		text = stories.Errorf(stories.CodeInvalid, "Write what it is to say.")
	}
	sources, sourceErr := updateRequest(d).sources()
	for _, c := range []struct {
		field string
		err   error
	}{
		{"text", text}, {"reason", stories.CheckReason(strings.TrimSpace(d.Fields["reason"]))},
		{"source", cmp.Or(sourceErr, stories.Append{Text: "some text", Sources: sources}.Check(m.now()))},
	} {
		if err := wrong.add(c.field, c.err); err != nil {
			return nil, err
		}
	}
	if len(wrong) > 0 {
		return wrong, nil
	}
	v, err := m.revisingOf(ctx, kind, d)
	if v.Over = nil; err == nil { // that somebody else was first is asked about
		err = m.amending.checkRevise(ctx, stories.User{Ref: d.By}, v)
	}
	return wrong, wrong.add("text", err)
}

// postRevision revises the update as a draft has it.
func (m *correcting) postRevision(ctx context.Context, r request, kind stories.RevisionKind, d stories.Draft) (bot.Reply, error) {
	v, err := m.revisingOf(ctx, kind, d)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.amending.carryOutRevision(ctx, r.act(), v)
}
