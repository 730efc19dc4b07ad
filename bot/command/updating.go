package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// updating is the form of an update.
type updating struct {
	kinds   *formKinds
	now     func() time.Time
	archive Archive
	drafts  Drafts
	index   Index
	rights  Rights
	finding *finding
	forming *forming
	timing  *timing
	writing *writing
}

// The fields of an update's draft that have other names than the options of
// /update, or are in no form.
const (
	storyField = "story" // as it was picked or typed; what it means is the draft's StoryID
	pickField  = "pick"  // says that the story is picked in the form
	pickAny    = "any"
	filesField = "files" // says that the message it was made from had some
)

// anotherStory is the last entry of the picker: a story that is not in it.
const anotherStory = "another"

// maxPicked is how many stories the picker holds beside "another …": what Discord's
// takes (https://discord.com/developers/docs/components/reference#string-select).
const maxPicked = 24

// updateForm is the form of an update.
func updateForm(m *families) formKind {
	return formKind{
		letter: "u", title: "Write an update", begin: "/desk write",
		asks:   []string{storyField, "text", "level", "source", "at"},
		fields: m.forms.updating.updateFields, settle: m.forms.updating.settleUpdate, check: m.forms.updating.checkUpdateDraft,
		question: m.forms.timing.askDraftTime, preview: m.forms.updating.previewUpdate, post: m.forms.updating.postUpdate, line: m.forms.updating.updateLine,
		note: func(d stories.Draft) string {
			if d.Fields[filesField] == "" {
				return ""
			}
			return "The message's pictures and files are not carried over."
		},
	}
}

// write opens the form of an update, of a story or of one that is picked in it.
func (m *updating) write(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.rights.Require(ctx, r.User, stories.Moderator); err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{Fields: map[string]string{pickField: pickAny}}
	if slug := r.get(storyArg.Name); slug != "" {
		story, err := m.finding.openStory(ctx, slug)
		if err != nil {
			return bot.Reply{}, err
		}
		d.StoryID, d.Fields = story.ID, map[string]string{}
	}
	if err := m.anyStory(ctx); err != nil {
		return bot.Reply{}, err
	}
	for name, given := range r.values { // what has no field is kept as well
		if name != storyArg.Name && len(given) > 0 {
			d.Fields[name] = strings.Join(given, "\n")
		}
	}
	return m.forming.openForm(ctx, r, m.kinds.update, d)
}

// anyStory refuses to write of none. CodeNotFound while no story is tracked.
func (m *updating) anyStory(ctx context.Context) error {
	found, err := m.index.Suggest(ctx, "", 1)
	if err == nil && len(found) == 0 {
		err = stories.Errorf(stories.CodeNotFound, "No story is tracked yet, so there is none to write for. Start one: /desk track.")
	}
	return err
}

// updateFields are the fields of an update's form.
func (m *updating) updateFields(ctx context.Context, d stories.Draft) (fields []bot.Field, err error) {
	level := d.Fields["level"]
	if _, err := stories.ParseLevel(level); err != nil {
		level = stories.Normal.String()
	}
	if d.Fields[pickField] != "" {
		picker, err := m.picker(ctx, d)
		if err != nil {
			return nil, err
		}
		fields = append(fields, picker)
	}
	return append(fields,
		bot.Field{Name: "text", Label: "What happened", Kind: bot.TextField, Required: true, Limit: stories.MaxUpdateText, Value: d.Fields["text"]},
		bot.Field{Name: "level", Label: "Level", Kind: bot.ChoiceField, Required: true, Value: strings.ToLower(level), Choices: []bot.Choice{
			{Value: "normal", Label: "normal"}, {Value: "breaking", Label: "breaking: arrives at once, everywhere"}, {Value: "minor", Label: "minor: makes no sound"}}},
		sourceField(d),
		m.timing.whenField(d),
	), nil
}

// sourceField is the field of the sources.
func sourceField(d stories.Draft) bot.Field {
	return bot.Field{Name: "source", Label: "Sources", Kind: bot.TextField, Hint: "Links to the sources, one a line, at most " + strconv.Itoa(stories.MaxSources), Limit: stories.MaxSources * (stories.MaxSourceURL + 1), Value: d.Fields["source"]}
}

// picker is the field that picks the story: those that develop, the newest first.
func (m *updating) picker(ctx context.Context, d stories.Draft) (bot.Field, error) {
	f := bot.Field{Name: storyField, Label: "Story", Kind: bot.ChoiceField, Required: true}
	found, err := m.index.Suggest(ctx, "", maxPicked)
	if err != nil {
		return f, err
	}
	found = slices.DeleteFunc(found, func(s stories.Story) bool { return s.State == stories.Closed })
	var chosen stories.Story
	if d.StoryID != 0 { // it may have been merged since
		if chosen, err = m.archive.StoryByID(ctx, d.StoryID); err != nil {
			return f, err
		}
	}
	if chosen.ID != 0 && !slices.ContainsFunc(found, func(s stories.Story) bool { return s.ID == chosen.ID }) {
		found = append([]stories.Story{chosen}, found[:min(len(found), maxPicked-1)]...)
	}
	for _, s := range found {
		if s.ID == chosen.ID {
			f.Value = s.Slug
		}
		label, _ := bot.Cut(s.Slug+": "+bot.Headline(s), maxLabel)
		f.Choices = append(f.Choices, bot.Choice{Value: s.Slug, Label: label})
	}
	f.Choices = append(f.Choices, bot.Choice{Value: anotherStory, Label: "another …"})
	return f, nil
}

// slugField names a story that is not in the picker.
func slugField(d stories.Draft) bot.Field {
	f := bot.Field{Name: storyField, Label: "Story", Hint: "Its slug, such as sony-hack; /stories lists them all", Required: true, Limit: stories.MaxSlug, Value: d.Fields[storyField]}
	if f.Value == anotherStory {
		f.Value = ""
	}
	return f
}

// settleUpdate finds the story that was picked or typed, and the time.
func (m *updating) settleUpdate(ctx context.Context, d *stories.Draft) error {
	m.timing.settleWhen(d)
	return m.settleStory(ctx, d)
}

// settleStory finds the story that was picked or typed.
func (m *updating) settleStory(ctx context.Context, d *stories.Draft) error {
	if d.Fields[pickField] == "" {
		return nil
	}
	d.StoryID = 0
	typed := d.Fields[storyField]
	if typed == "" || typed == anotherStory {
		return nil
	}
	story, err := m.archive.Story(ctx, typed)
	if err == nil {
		d.StoryID, d.Fields[storyField] = story.ID, story.Slug
	}
	if err != nil && !inWords(err) {
		return err
	}
	return nil
}

// checkUpdateDraft says what Append would refuse of a draft, but for a closed story.
func (m *updating) checkUpdateDraft(ctx context.Context, d stories.Draft) (problems, error) {
	wrong, r, now := problems{}, updateRequest(d), m.now()
	if d.StoryID == 0 {
		if err := wrong.add(storyField, m.unpicked(ctx, d.Fields[storyField])); err != nil {
			return nil, err
		}
	}
	const some = "some text"
	text := stories.CheckUpdateText(strings.TrimSpace(r.get("text")))
	if r.get("text") == "" {
		text = stories.Errorf(stories.CodeInvalid, "Write what happened.")
	}
	sources, sourceErr := r.sources()
	picture, pictureErr := r.picture()
	levelErr := error(nil)
	if typed := r.get("level"); typed != "" {
		_, levelErr = stories.ParseLevel(strings.ToLower(typed))
	}
	_, atErr := m.timing.dueOf(d)
	if unclear := (*unclearTime)(nil); errors.As(atErr, &unclear) {
		atErr = nil // it is asked about, once nothing else is wrong
	}
	for _, c := range []struct {
		field string
		err   error
	}{
		{"text", text}, {"level", levelErr},
		{"source", cmp.Or(sourceErr, stories.Append{Text: some, Sources: sources}.Check(now))},
		{"image", cmp.Or(pictureErr, stories.Append{Text: some, Picture: picture}.Check(now))},
		{"at", atErr},
	} {
		if err := wrong.add(c.field, c.err); err != nil {
			return nil, err
		}
	}
	return wrong, nil
}

// unpicked is why a draft has no story.
func (m *updating) unpicked(ctx context.Context, typed string) error {
	if typed == "" || typed == anotherStory {
		return stories.Errorf(stories.CodeInvalid, "Pick the story.")
	}
	_, err := m.archive.Story(ctx, typed)
	if refusal, ok := err.(*stories.Error); ok && len(refusal.Near) > 0 {
		offer := "Did you mean " + strings.Join(refusal.Near, " or ") + "?"
		if refusal.Newest {
			offer = "The newest: " + strings.Join(refusal.Near, ", ") + "."
		}
		return stories.Errorf(refusal.Code, "%s %s", refusal.Message, offer)
	}
	return cmp.Or(err, error(stories.Errorf(stories.CodeInvalid, "Pick the story again.")))
}

// updateRequest is a draft as what would be typed behind /update.
func updateRequest(d stories.Draft) request {
	r := request{values: values{}}
	for name, value := range d.Fields {
		if value != "" {
			r.values[name] = []string{value}
		}
	}
	if meant, ok := momentOf(d); ok {
		r.values["at"] = []string{meant.Format(time.RFC3339)}
	}
	return r
}

// previewUpdate is the update as channels will see it.
func (m *updating) previewUpdate(ctx context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error) {
	story, err := m.archive.StoryByID(ctx, d.StoryID)
	if err != nil {
		return bot.Message{}, nil, err
	}
	a, err := m.writing.readAppend(updateRequest(d))
	if err != nil {
		return bot.Message{}, nil, err
	}
	due, err := m.timing.dueOf(d)
	if err != nil {
		return bot.Message{}, nil, err
	}
	if !due.IsZero() {
		a.At = time.Time{} // it is dated when it goes out
	}
	u := a.Preview(story, r.User, m.now())
	if !due.IsZero() {
		u.Number = 0 // it is numbered when it goes out
	}
	to, err := m.drafts.Reach(ctx, story.ID, u.Level)
	if err != nil {
		return bot.Message{}, nil, err
	}
	msg := bot.RenderUpdate(story, u)
	what := m.timing.whenWords(due, to)
	for _, b := range msg.Buttons {
		if b.Action == bot.ActionRead {
			what += fmt.Sprintf(" Below it they have the button “%s”.", b.Label)
		}
	}
	msg.Buttons = nil // they are of what is published
	if story.State == stories.Closed {
		what += " " + story.Slug + " is closed: posting takes it up again."
	}
	return msg, []bot.Span{bot.Text(what)}, nil
}

// goesTo says to how many channels an update would be sent.
func goesTo(to stories.Recipients) string {
	if to.Total == 0 {
		return "No channel follows it yet: it goes to its timeline."
	}
	return fmt.Sprintf("It goes to %s.", bot.RecipientsWords(to))
}

// postUpdate publishes a draft.
func (m *updating) postUpdate(ctx context.Context, r request, d stories.Draft) (bot.Reply, error) {
	story, err := m.archive.StoryByID(ctx, d.StoryID)
	if err != nil {
		return bot.Reply{}, err
	}
	a, err := m.writing.readAppend(updateRequest(d))
	if err != nil {
		return bot.Reply{}, err
	}
	if d.State != stories.DraftPosted {
		if _, err := m.timing.dueOf(d); err != nil {
			return bot.Reply{}, err
		}
	}
	a.Slug, a.Again = story.Slug, a.Again || r.get("again") != ""
	reply, err := m.writing.publishOrSchedule(ctx, r, a)
	if err == nil && r.reopen && (story.State == stories.Closed || d.State == stories.DraftPosted) { // or it comes again
		reply = below(reply, bot.Para(bot.Text(fmt.Sprintf("Reopened %s.", story.Slug))))
	}
	return reply, err
}

// updateLine names a draft of an update in a list.
func (m *updating) updateLine(ctx context.Context, d stories.Draft) string {
	return cmp.Or(m.storyName(ctx, d), "an update") + ": " + d.Fields["text"]
}

// storyName is what the story of a draft is called; "" while it has none. A draft is
// listed all the same when that cannot be found out.
func (m *updating) storyName(ctx context.Context, d stories.Draft) string {
	story, err := m.archive.StoryByID(ctx, d.StoryID)
	if err != nil {
		return ""
	}
	return story.Slug
}
