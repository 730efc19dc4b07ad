package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// wasField is what stands before the name of a field where a draft keeps what it held
// when the form was opened: what its author left alone is not changed, whatever it
// reads by then.
const wasField = "was "

// editForm is the form of a story's own words.
func editForm() formKind {
	return formKind{
		letter: "e", title: "Change a story", begin: "/desk edit",
		asks:   []string{storyField, "headline", "summary", "topics"},
		fields: (*Mux).editFields, settle: (*Mux).settleStory, check: (*Mux).checkEditDraft, preview: (*Mux).previewEdit, post: (*Mux).postEdit,
		line: func(m *Mux, ctx context.Context, d stories.Draft) string {
			return "a change of " + cmp.Or(m.storyName(ctx, d), "a story") + ": " + d.Fields["headline"]
		},
	}
}

// editInForm opens the form with what the story is now, and what was given already.
func (m *Mux) editInForm(ctx context.Context, r request) (bot.Reply, error) {
	story, err := m.stories.Story(ctx, r.get(storyArg.Name))
	if err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{StoryID: story.ID, Fields: map[string]string{}}
	for name, value := range map[string]string{"headline": story.Headline, "summary": story.Summary, "topics": strings.Join(story.Topics, ", ")} {
		value = strings.TrimSpace(bot.Visible(value))
		d.Fields[name], d.Fields[wasField+name] = value, value
		if given := strings.Join(r.values[name], ", "); given != "" {
			d.Fields[name] = given
		}
	}
	if name := strings.ToLower(r.get("clear")); name != "" && len(r.values[name]) == 0 {
		d.Fields[name] = ""
	}
	return m.openForm(ctx, r, editForm(), d)
}

func (m *Mux) editFields(ctx context.Context, d stories.Draft) ([]bot.Field, error) {
	fields := storyFields(d)
	if d.Fields[pickField] == "" {
		return fields, nil
	}
	picker, err := m.picker(ctx, d)
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
func (m *Mux) checkEditDraft(ctx context.Context, d stories.Draft) (problems, error) {
	wrong := problems{}
	if d.StoryID == 0 {
		return wrong, wrong.add(storyField, m.unpicked(ctx, d.Fields[storyField]))
	}
	if err := wrong.checkStory(d); err != nil || len(wrong) > 0 {
		return wrong, err
	}
	_, what, err := m.edited(ctx, d)
	if err == nil && len(what) == 0 {
		wrong["nothing"] = "The story reads so already. Change something, or discard this."
	}
	return wrong, err
}

// editedStory is the story that a draft is to change. What was written about one that
// was merged since is not said of the other. CodeReplaced.
func (m *Mux) editedStory(ctx context.Context, d stories.Draft) (stories.Story, error) {
	story, err := m.stories.StoryByID(ctx, d.StoryID)
	if err == nil && story.ID != d.StoryID {
		err = stories.Errorf(stories.CodeReplaced, "The story that this was to change was merged into %s since; nothing was changed. To change that: /desk edit %s.", story.Slug, story.Slug)
	}
	return story, err
}

// edited is the story as a draft would have it, and what of it changes.
func (m *Mux) edited(ctx context.Context, d stories.Draft) (stories.Story, []string, error) {
	story, err := m.editedStory(ctx, d)
	if err != nil {
		return story, nil, err
	}
	e := draftEdit(d)
	if e.Topics != nil {
		topics, err := stories.CheckTopics(*e.Topics)
		if err != nil {
			return story, nil, err
		}
		e.Topics = &topics
	}
	return e.Apply(story), e.Changed(story), nil
}

// previewEdit is the story as it will be.
func (m *Mux) previewEdit(ctx context.Context, _ request, d stories.Draft) (bot.Message, []bot.Span, error) {
	story, what, err := m.edited(ctx, d)
	if err != nil {
		return bot.Message{}, nil, err
	}
	says := fmt.Sprintf("Post changes the %s of %s.", listed(what), story.Slug)
	return storyPreview(story), []bot.Span{bot.Text(says)}, nil
}

// postEdit changes the story as a draft has it.
func (m *Mux) postEdit(ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
	story, err := m.editedStory(ctx, d)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.editStory(ctx, r.act(), story.Slug, draftEdit(d))
}
