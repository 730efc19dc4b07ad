package command

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// trackForm is the form that starts a story.
func trackForm() formKind {
	return formKind{
		letter: "t", title: "Start a story", begin: "/desk track",
		asks:   []string{"headline", "summary", "topics", "slug"},
		fields: (*Mux).trackFields, check: (*Mux).checkTrackDraft, preview: (*Mux).previewTrack, post: (*Mux).postTrack,
		settle: func(*Mux, context.Context, *stories.Draft) error { return nil },
		line:   func(_ *Mux, _ context.Context, d stories.Draft) string { return "a story: " + d.Fields["headline"] },
	}
}

// trackInForm opens the form with what was typed already.
func (m *Mux) trackInForm(ctx context.Context, r request) (bot.Reply, error) {
	d := stories.Draft{Fields: map[string]string{}}
	for _, name := range []string{"slug", "topics", "summary"} {
		if given := strings.Join(r.values[name], ","); given != "" {
			d.Fields[name] = given
		}
	}
	return m.openForm(ctx, r, trackForm(), d)
}

func (m *Mux) trackFields(_ context.Context, d stories.Draft) ([]bot.Field, error) {
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
func (m *Mux) checkTrackDraft(ctx context.Context, d stories.Draft) (problems, error) {
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
	for _, topic := range topics {
		if err := checkTopic(topic); err != nil {
			topicsErr = err
			break
		}
	}
	for field, err := range map[string]error{"headline": headline, "summary": stories.CheckSummary(d.Fields["summary"]), "topics": topicsErr} {
		if err := p.add(field, err); err != nil {
			return err
		}
	}
	return nil
}

// checkFreeSlug refuses the slug that a draft would get when it is none, or taken.
func (m *Mux) checkFreeSlug(ctx context.Context, d stories.Draft, headed bool) error {
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
	_, err := m.stories.Story(ctx, slug)
	switch stories.CodeOf(err) {
	case "":
		return m.taken(ctx, slug)
	case stories.CodeNotFound:
		return nil
	}
	return err
}

// trackRequest is a draft as what would be typed behind /desk track.
func (m *Mux) trackRequest(r request, d stories.Draft) request {
	r.command, r.values = m.named("desk track"), values{}
	for name, value := range d.Fields {
		if value != "" {
			r.values[name] = []string{value}
		}
	}
	return r
}

// previewTrack is the story as it will be.
func (m *Mux) previewTrack(_ context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
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
func (m *Mux) postTrack(ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
	return m.track(ctx, m.trackRequest(r, d))
}
