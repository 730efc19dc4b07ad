package command

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// tracking is the form of a story.
type tracking struct {
	kinds   *formKinds
	archive Archive
	editing *editing
	finding *finding
	forming *forming
	manual  *manual
}

// trackForm is the form that starts a story.
func trackForm(m *families) formKind {
	return formKind{
		letter: "t", title: "Start a story", begin: "/desk track",
		asks:   []string{"headline", "summary", "topics", "slug"},
		fields: m.forms.tracking.trackFields, check: m.forms.tracking.checkTrackDraft, preview: m.forms.tracking.previewTrack, post: m.forms.tracking.postTrack,
		settle: func(context.Context, *stories.Draft) error { return nil },
		line:   func(_ context.Context, d stories.Draft) string { return "a story: " + d.Fields["headline"] },
	}
}

// trackInForm opens the form with what was typed already.
func (m *tracking) trackInForm(ctx context.Context, r request) (bot.Reply, error) {
	d := stories.Draft{Fields: map[string]string{}}
	for _, name := range []string{"slug", "topics", "summary"} {
		if given := strings.Join(r.values[name], ","); given != "" {
			d.Fields[name] = given
		}
	}
	return m.forming.openForm(ctx, r, m.kinds.track, d)
}

func (m *tracking) trackFields(_ context.Context, d stories.Draft) ([]bot.Field, error) {
	return append(storyFields(d), bot.Field{
		Name: "slug", Label: "Slug", Hint: "Its short name in commands; made from the headline when left empty", Limit: stories.MaxSlug, Value: d.Fields["slug"]}), nil
}

// storyFields are the fields of a story's own words.
func storyFields(d stories.Draft) []bot.Field {
	return []bot.Field{
		{Name: "headline", Label: "Headline", Required: true, Limit: stories.MaxHeadline, Value: d.Fields["headline"]},
		{Name: "summary", Label: "What it is about", Kind: bot.TextField, Limit: stories.MaxSummary, Value: d.Fields["summary"]},
		{Name: "topics", Label: "Topics", Hint: "Divided by commas: security, film", Limit: stories.MaxTopics * (stories.MaxSlug + 2), Value: d.Fields["topics"]},
	}
}

// checkTrackDraft says what Track would refuse of a draft.
func (m *tracking) checkTrackDraft(ctx context.Context, d stories.Draft) (problems, error) {
	wrong := problems{}
	if err := wrong.checkStory(d); err != nil {
		return nil, err
	}
	return wrong, wrong.add("slug", m.checkFreeSlug(ctx, d, wrong["headline"] == ""))
}

// checkStory notes what is wrong with a story's own words.
func (p problems) checkStory(d stories.Draft) error {
	headline := stories.CheckHeadline(d.Fields["headline"])
	if d.Fields["headline"] == "" {
		headline = stories.Errorf(stories.CodeInvalid, "Write the headline.")
	}
	topics := topicsOf([]string{d.Fields["topics"]})
	_, topicsErr := stories.CheckTopics(topics)
	if err := checkTopics(topics, "For no topics leave the field empty."); err != nil {
		topicsErr = err
	}
	for field, err := range map[string]error{"headline": headline, "summary": stories.CheckSummary(d.Fields["summary"]), "topics": topicsErr} {
		if err := p.add(field, err); err != nil {
			return err
		}
	}
	return nil
}

// checkFreeSlug refuses the slug that a draft would get when it is none, or taken.
func (m *tracking) checkFreeSlug(ctx context.Context, d stories.Draft, headed bool) error {
	slug := strings.ToLower(d.Fields["slug"])
	switch {
	case slug != "":
		if err := checkTypedSlug(slug); err != nil {
			return err
		}
	case !headed:
		return nil
	default:
		slug = slugOf(d.Fields["headline"])
	}
	_, err := m.archive.Story(ctx, slug)
	switch stories.CodeOf(err) {
	case "":
		return m.finding.taken(ctx, slug)
	case stories.CodeNotFound:
		return nil
	}
	return err
}

// trackRequest is a draft as what would be typed behind /desk track.
func (m *tracking) trackRequest(r request, d stories.Draft) request {
	r.command, r.values = m.manual.named("desk track"), values{}
	for name, value := range d.Fields {
		if value != "" {
			r.values[name] = []string{value}
		}
	}
	return r
}

// previewTrack is the story as it will be.
func (m *tracking) previewTrack(_ context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
	wanted, err := m.trackRequest(r, d).wanted()
	if err != nil {
		return bot.Message{}, nil, err
	}
	if wanted.Topics, err = stories.CheckTopics(wanted.Topics); err != nil {
		return bot.Message{}, nil, err
	}
	return storyPreview(wanted), []bot.Span{bot.Text("Post starts it; nothing is sent to channels by that.")}, nil
}

// storyPreview is a story's own words, as they will be.
func storyPreview(story stories.Story) bot.Message {
	msg := bot.Message{Title: bot.Headline(story)}
	if story.Summary != "" {
		summary, _ := bot.CutToRoom(bot.Clean(story.Summary), answerRoom/2)
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text(summary)))
	}
	print := "slug: " + story.Slug
	if len(story.Topics) > 0 {
		print += " · topics: " + strings.Join(story.Topics, ", ")
	}
	msg.Blocks = append(msg.Blocks, small(bot.Text(print)))
	return msg
}

// postTrack starts the story of a draft.
func (m *tracking) postTrack(ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
	return m.editing.track(ctx, m.trackRequest(r, d))
}
