package command

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// The fields of a draft of a revision that are in no form.
const (
	updateField = "update" // the story's id and the update's number, as they were when the form was opened
	overField   = "over"   // the revision that its preview was made over
)

// correctForm is the form of a correction.
func correctForm() formKind {
	k := revisionForm(stories.Correction)
	k.letter, k.title, k.begin, k.asks = "c", "Correct an update", "/desk correct", []string{"text", "reason", "source"}
	return k
}

// fixForm is the form that mends a slip of the pen.
func fixForm() formKind {
	k := revisionForm(stories.Fix)
	k.letter, k.title, k.begin, k.asks = "f", "Mend a slip", "/desk fix", []string{"text", "source"}
	return k
}

// revisionForm is what the forms of both have in common.
func revisionForm(kind stories.RevisionKind) formKind {
	return formKind{
		fields: func(m *Mux, ctx context.Context, d stories.Draft) ([]bot.Field, error) {
			return revisionFields(kind, d), nil
		},
		settle: (*Mux).settleRevision,
		check: func(m *Mux, ctx context.Context, d stories.Draft) (problems, error) {
			return m.checkRevisionDraft(ctx, kind, d)
		},
		preview: func(m *Mux, ctx context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
			return m.previewRevision(ctx, kind, d)
		},
		post: func(m *Mux, ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
			return m.postRevision(ctx, r, kind, d)
		},
		line: func(m *Mux, ctx context.Context, d stories.Draft) string {
			what := "a correction of "
			if kind == stories.Fix {
				what = "a slip in "
			}
			if u, err := m.revisedBy(ctx, d); err == nil { // it is listed all the same
				d.StoryID = u.StoryID
				what += fmt.Sprintf("update %d of ", u.Number)
			}
			return what + cmp.Or(m.storyName(ctx, d), "a story") + ": " + d.Fields["text"]
		},
	}
}

// correctInForm and fixInForm open the form with what the update says now, and what
// was given already.
func (m *Mux) correctInForm(ctx context.Context, r request) (bot.Reply, error) {
	return m.reviseInForm(ctx, r, correctForm())
}

func (m *Mux) fixInForm(ctx context.Context, r request) (bot.Reply, error) {
	return m.reviseInForm(ctx, r, fixForm())
}

func (m *Mux) reviseInForm(ctx context.Context, r request, k formKind) (bot.Reply, error) {
	v, err := r.revising()
	if err != nil {
		return bot.Reply{}, err
	}
	story, u, err := m.toRevise(ctx, r.User, v)
	if err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{StoryID: story.ID, Fields: map[string]string{updateField: fmt.Sprintf("%d/%d", story.ID, u.Number)}}
	for name, value := range map[string]string{"text": u.Text, "source": strings.Join(u.Sources, "\n")} {
		value = strings.TrimSpace(bot.Visible(value))
		d.Fields[name], d.Fields[wasField+name] = value, value
	}
	given := maps.Clone(r.values)
	delete(given, storyArg.Name)
	delete(given, numberArg.Name)
	for name, values := range given {
		d.Fields[name] = strings.Join(values, "\n")
	}
	return m.openForm(ctx, r, k, d)
}

// toRevise finds the update that is to be revised, and refuses one that cannot be.
func (m *Mux) toRevise(ctx context.Context, by stories.User, v revising) (stories.Story, stories.Update, error) {
	story, err := m.stories.Story(ctx, v.slug)
	if err != nil {
		return story, stories.Update{}, err
	}
	u, err := m.stories.Update(ctx, story.ID, v.number)
	if err != nil {
		return story, u, m.revisionError(ctx, by, v, err)
	}
	_, err = u.Revise(stories.Rewording{Kind: v.Kind, Text: u.Text + "."}, m.stories.Now()) // withdrawn is final
	return story, u, err
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
func (m *Mux) revisedBy(ctx context.Context, d stories.Draft) (stories.Update, error) {
	story, number, ok := strings.Cut(d.Fields[updateField], "/")
	id, err := strconv.ParseInt(story, 10, 64)
	n, numberErr := strconv.Atoi(number)
	if !ok || err != nil || numberErr != nil {
		return stories.Update{}, stories.Errorf(stories.CodeNotFound, "Which update this was for is forgotten, since the form was opened so long ago. Copy what you wrote, and open the form again.")
	}
	return m.stories.Update(ctx, id, n)
}

// settleRevision notes over which wording the preview is made.
func (m *Mux) settleRevision(ctx context.Context, d *stories.Draft) error {
	u, err := m.revisedBy(ctx, *d)
	if err != nil {
		if inWords(err) {
			return nil // it is said with what else is wrong
		}
		return err
	}
	d.Fields[overField] = strconv.Itoa(u.Revision)
	return nil
}

// revisingOf is a draft as what it asks for.
func (m *Mux) revisingOf(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (v revising, err error) {
	u, err := m.revisedBy(ctx, d)
	if err != nil {
		return v, err
	}
	story, err := m.stories.StoryByID(ctx, u.StoryID)
	if err != nil {
		return v, err
	}
	v = revising{slug: story.Slug, number: u.Number, Rewording: stories.Rewording{Kind: kind, Text: d.Fields["text"]}}
	if kind == stories.Correction {
		v.Reason = d.Fields["reason"]
	}
	if over, err := strconv.Atoi(d.Fields[overField]); err == nil {
		v.Over = &over
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
func (m *Mux) checkRevisionDraft(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (problems, error) {
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
		{"source", cmp.Or(sourceErr, stories.Append{Text: "some text", Sources: sources}.Check(m.stories.Now()))},
	} {
		if err := wrong.add(c.field, c.err); err != nil {
			return nil, err
		}
	}
	if len(wrong) > 0 {
		return wrong, nil
	}
	v, err := m.revisingOf(ctx, kind, d)
	if err == nil {
		_, err = m.wouldRevise(ctx, stories.User{Ref: d.By}, v)
	}
	return wrong, wrong.add("text", err)
}

// previewRevision is a copy of the update as it will be, with what it says now.
func (m *Mux) previewRevision(ctx context.Context, kind stories.RevisionKind, d stories.Draft) (bot.Message, []bot.Span, error) {
	v, err := m.revisingOf(ctx, kind, d)
	if err != nil {
		return bot.Message{}, nil, err
	}
	would, err := m.wouldRevise(ctx, stories.User{Ref: d.By}, v)
	if err != nil {
		return bot.Message{}, nil, err
	}
	msg := bot.RenderUpdate(would.Story, would.Update)
	msg.Blocks = append(msg.Blocks, small(bot.Text("It says now: “"+excerpt(would.Before.Text)+"”")))
	return msg, []bot.Span{bot.Text(reachWords(kind, would.Reach))}, nil
}

// postRevision revises the update as a draft has it.
func (m *Mux) postRevision(ctx context.Context, r request, kind stories.RevisionKind, d stories.Draft) (bot.Reply, error) {
	v, err := m.revisingOf(ctx, kind, d)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.carryOutRevision(ctx, r.act(), v)
}
