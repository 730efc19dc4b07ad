package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// rewording is the form of a story's own words.
type rewording struct {
	kinds    *formKinds
	now      func() time.Time
	archive  Archive
	desk     Desk
	drafts   Drafts
	editor   Editor
	editing  *editing
	forming  *forming
	logging  *logging
	updating *updating
}

// wasField is what stands before the name of a field where a draft keeps what it held
// when the form was opened: what its author left alone is not changed, whatever it
// reads by then.
const wasField = "was "

// editForm is the form of a story's own words.
func editForm(m *families) formKind {
	return formKind{
		letter: "e", title: "Change a story", begin: "/desk edit",
		asks:   []string{storyField, "headline", "summary", "topics"},
		fields: m.forms.rewording.editFields, settle: m.forms.updating.settleStory, check: m.forms.rewording.checkEditDraft,
		question: m.forms.rewording.askChangedSince, anew: m.forms.rewording.seenAnew, preview: m.forms.rewording.previewEdit, post: m.forms.rewording.postEdit,
		line: func(ctx context.Context, d stories.Draft) string {
			return "a change of " + cmp.Or(m.forms.updating.storyName(ctx, d), "a story") + ": " + d.Fields["headline"]
		},
	}
}

// editInForm opens the form with what the story is now, and what was given already.
func (m *rewording) editInForm(ctx context.Context, r request) (bot.Reply, error) {
	story, err := m.archive.Story(ctx, r.get(storyArg.Name))
	if err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{StoryID: story.ID, Fields: map[string]string{}}
	for name, value := range wordsIn(story) {
		d.Fields[name], d.Fields[wasField+name] = value, value
		if given := strings.Join(r.values[name], ", "); given != "" {
			d.Fields[name] = given
		}
	}
	if name := strings.ToLower(r.get("clear")); name != "" && len(r.values[name]) == 0 {
		d.Fields[name] = ""
	}
	return m.forming.openForm(ctx, r, m.kinds.edit, d)
}

func (m *rewording) editFields(ctx context.Context, d stories.Draft) ([]bot.Field, error) {
	fields := storyFields(d)
	if d.Fields[pickField] == "" {
		return fields, nil
	}
	picker, err := m.updating.picker(ctx, d)
	return append([]bot.Field{picker}, fields...), err
}

// draftEdit is what the author of a draft changed.
func draftEdit(d stories.Draft) (e stories.StoryEdit) {
	changed := func(name string) *string {
		is := d.Fields[name]
		if was, ok := d.Fields[wasField+name]; ok && was == is {
			return nil
		}
		return &is
	}
	e.Headline, e.Summary = changed("headline"), changed("summary")
	if topics := changed("topics"); topics != nil {
		all := topicsOf([]string{*topics})
		e.Topics = &all
	}
	return e
}

// checkEditDraft says what Edit would refuse of a draft.
func (m *rewording) checkEditDraft(ctx context.Context, d stories.Draft) (problems, error) {
	wrong := problems{}
	if d.StoryID == 0 {
		return wrong, wrong.add(storyField, m.updating.unpicked(ctx, d.Fields[storyField]))
	}
	if err := wrong.checkStory(d); err != nil || len(wrong) > 0 {
		return wrong, err
	}
	story, err := m.editedStory(ctx, d)
	if err != nil {
		return wrong, err
	}
	_, what, err := changesOf(d, story)
	if err == nil && len(what) == 0 {
		wrong["nothing"] = "The story reads so already. Change something, or discard this."
	}
	return wrong, err
}

// editedStory is the story that a draft is to change. What was written about one that
// was merged since is not said of the other. CodeReplaced.
func (m *rewording) editedStory(ctx context.Context, d stories.Draft) (stories.Story, error) {
	story, err := m.archive.StoryByID(ctx, d.StoryID)
	if err == nil && story.ID != d.StoryID {
		err = stories.Errorf(stories.CodeReplaced, "The story that this was to change was merged into %s since; nothing was changed. To change that: /desk edit %s.", story.Slug, story.Slug)
	}
	return story, err
}

// changesOf are what a draft would have otherwise in a story.
func changesOf(d stories.Draft, story stories.Story) (e stories.StoryEdit, what []string, err error) {
	e = draftEdit(d)
	if e.Topics != nil {
		topics, err := stories.CheckTopics(*e.Topics)
		if err != nil {
			return e, nil, err
		}
		e.Topics = &topics
	}
	return e, e.Changed(story), nil
}

// previewEdit is the story as it will be, with how many posted cards follow.
func (m *rewording) previewEdit(ctx context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
	story, err := m.editedStory(ctx, d)
	if err != nil {
		return bot.Message{}, nil, err
	}
	e, what, err := changesOf(d, story)
	if err != nil {
		return bot.Message{}, nil, err
	}
	would, err := m.editor.WouldEdit(ctx, r.User, story.Slug, e)
	if err != nil {
		return bot.Message{}, nil, err
	}
	says := fmt.Sprintf("Post changes the %s of %s", listed(what), story.Slug)
	if would.Cards > 0 {
		says += fmt.Sprintf(", and edits %s of it", plural(would.Cards, "posted card"))
	}
	return storyPreview(would.Story), []bot.Span{bot.Text(says + ".")}, nil
}

// postEdit changes the story as a draft has it.
func (m *rewording) postEdit(ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
	story, err := m.editedStory(ctx, d)
	if err != nil {
		return bot.Reply{}, err
	}
	e, what, err := changesOf(d, story)
	if err != nil {
		return bot.Reply{}, err
	}
	if over := overtaken(d, story, what); len(over) > 0 && d.State != stories.DraftPosted { // which is told what came of it
		return bot.Reply{}, stories.Errorf(stories.CodeExists, "%s", changedSince(story, over))
	}
	e.Seen = &story // whoever changes it from here on is not overwritten
	return m.editing.editStory(ctx, r.act(), story.Slug, e)
}
