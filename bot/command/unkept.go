package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"storybot/bot"
	"storybot/stories"
)

// errShown is an error of showing what was kept: what was typed is safe.
type errShown struct{ error }

// Unwrap returns why it could not be shown.
func (e errShown) Unwrap() error { return e.error }

// unkept is a refusal of a form that could not be kept: everything that was typed is
// given back, in the form where it can stay open and in the answer where it cannot.
// err is why; nil where the program failed.
func (m *forming) unkept(ctx context.Context, reply bot.Reply, in bot.Submission, err error) bot.Reply {
	if errors.As(err, new(errShown)) {
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("What you wrote is kept: /desk drafts lists it.")))
		reply.Kept = true
		return reply
	}
	title, fields := m.typedFields(ctx, in)
	if len(fields) == 0 {
		return reply
	}
	says := "What you wrote is not kept."
	if err == nil || errors.Is(err, stories.ErrUnsure) || errors.Is(err, context.DeadlineExceeded) {
		says = "What you wrote may not be kept; /desk drafts lists what is."
	}
	at := max(0, slices.IndexFunc(fields, func(f bot.Field) bool { return f.Name == "text" || f.Name == "headline" }))
	fields[at].Problem = bot.PlainText(reply.Message)
	reply.Form = &bot.Form{ID: in.ID, Title: title, Submit: "Try again", Fields: fields}
	reply.Message.Blocks = append(reply.Message.Blocks, givenBack(says, fields, answerRoom-roomOf(reply.Message.Blocks...))...)
	return reply
}

// typedFields are the fields of a submitted form with what was typed into them, and its
// title. A story is asked for as a line: those that could be picked may not be known.
func (m *forming) typedFields(ctx context.Context, in bot.Submission) (title string, fields []bot.Field) {
	typed := map[string]string{}
	for name, value := range bot.Gathered(in.Values) {
		typed[name] = bot.Unfold(bot.Visible(strings.TrimSpace(value)), in.Mentions)
	}
	kinds := m.kinds.all()
	title = "Not kept"
	if k, ok := m.kinds.of(in.ID); ok {
		kinds, title = []formKind{k}, k.title
	}
	d := stories.Draft{Fields: typed}
	all := []bot.Field{slugField(d)}
	for _, k := range kinds {
		if more, err := k.fields(ctx, d); err == nil { // of a draft without a picker nothing is looked up
			all = append(all, more...)
		}
	}
	for _, f := range all {
		_, asked := typed[f.Name]
		if asked && !slices.ContainsFunc(fields, func(g bot.Field) bool { return g.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	return title, fields
}

// givenBack are the blocks below which what was typed into fields can be copied, in so
// much room. What does not fit is counted. Where nothing was typed there is nothing to
// copy.
func givenBack(says string, fields []bot.Field, room int) (blocks []bot.Block) {
	isTyped := func(f bot.Field) bool { return strings.TrimSpace(f.Value) != "" }
	if !slices.ContainsFunc(fields, func(f bot.Field) bool { return isTyped(f) && f.Kind != bot.ChoiceField && f.Name != storyField }) {
		return nil
	}
	fields = slices.DeleteFunc(slices.Clone(fields), func(f bot.Field) bool { return !isTyped(f) })
	first := bot.Para(bot.Bold(says), bot.Text(" Copy it from here:"))
	room -= roomOf(first)
	needs := make([]int, len(fields))
	for i, f := range fields {
		fields[i].Value = bot.Clean(f.Value)
		needs[i] = bot.Room(fields[i].Value)
		room -= roomOf(heading(cutLabel(f, utf8.RuneCountInString(f.Value))), bot.Block{Kind: bot.Quote})
	}
	blocks = append(blocks, first)
	for i, share := range shares(room, needs) {
		label := fields[i].Label
		head, cut := bot.CutToRoom(fields[i].Value, share)
		if cut {
			label = cutLabel(fields[i], utf8.RuneCountInString(head))
		}
		blocks = append(blocks, heading(label), bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(head)}})
	}
	return blocks
}

// cutLabel is the label of a field of whose value so many characters are shown.
func cutLabel(f bot.Field, shown int) string {
	return fmt.Sprintf("%s (its first %s of %s characters)", f.Label, bot.Count(shown), bot.Count(utf8.RuneCountInString(f.Value)))
}
